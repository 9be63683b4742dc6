"""The nonces of signed calls that relays carry (``IForwarder``)."""

from __future__ import annotations

from chartkey.chain.call import Call
from chartkey.chain.contract import Contract

__all__ = ["Forwarder"]


class Forwarder(Contract):
    """The forwarder; sign with ``sign_forward``, relay with ``Sender.relay``."""

    name = "Forwarder"
    __slots__ = ()

    def is_nonce_used(self, account: str, nonce: int) -> bool:
        """Whether a nonce can no longer be used: it was relayed, or given up."""
        return bool(self._read("isNonceUsed", account, nonce))

    def cancel(self, nonce: int) -> Call:
        """Give up one of the caller's own nonces; only without a relay."""
        return self._write("cancel", nonce)
