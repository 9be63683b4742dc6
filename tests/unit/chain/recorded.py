"""Blocks with their receipts, recorded from Geth 1.13.15: three sealers, contracts being used."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("clique_blocks.json")


@cache
def _rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(_FILE.read_text("utf-8"))
    return rows


def recorded() -> list[dict[str, Any]]:
    """Return ``block`` and ``receipts`` of blocks 0 to 3, 8 and 10, free to be changed."""
    return copy.deepcopy(_rows())
