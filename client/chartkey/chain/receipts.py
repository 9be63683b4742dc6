"""Roots of the custodians' receipt logs (``IReceipts``)."""

from __future__ import annotations

from chartkey.chain.call import Call
from chartkey.chain.contract import Contract
from chartkey.models import ReceiptLog

__all__ = ["Receipts"]


class Receipts(Contract):
    """What custodians anchor of their logs (R27, P10)."""

    name = "Receipts"
    __slots__ = ()

    def log_of(self, custodian: str) -> ReceiptLog:
        """A custodian's newest root; ``anchors`` 0 when there is none."""
        return ReceiptLog(*self._read("logOf", custodian))

    def anchor(self, size: int, root: bytes) -> Call:
        """Anchor the 32-byte RFC 6962 root over ``size`` receipts, which never become fewer."""
        return self._write("anchorReceipts", size, root)
