"""Watching over a network: heights, sealers, forks, what members answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["COMMANDS"]

COMMANDS: tuple[Callable[..., Any], ...] = ()
