"""Making a network and joining one: description, genesis, node keys and settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["COMMANDS"]

COMMANDS: tuple[Callable[..., Any], ...] = ()
