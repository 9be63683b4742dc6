"""Roots of the custodians' receipt logs (R27, P10)."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ReceiptLog"]


@dataclass(frozen=True, slots=True)
class ReceiptLog:
    """A custodian's newest root, 32 bytes, over ``size`` receipts; ``anchors`` counts its roots."""

    root: bytes
    size: int
    anchored_at: int
    anchors: int
