"""The nonces of signed calls that relays carry (``IForwarder``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chartkey.chain.call import Call
from chartkey.chain.contract import Contract

if TYPE_CHECKING:
    from chartkey.chain.forward import SignedForward

__all__ = ["Forwarder"]


class Forwarder(Contract):
    """The forwarder; sign with ``sign_forward``, relay with ``Sender.relay``."""

    name = "Forwarder"
    __slots__ = ()

    def is_nonce_used(self, account: str, nonce: int) -> bool:
        """Whether a nonce can no longer be used: it was relayed, or given up."""
        return bool(self._read("isNonceUsed", account, nonce))

    def execute_for(self, forward: SignedForward, guardian: str) -> Call:
        """Make a ward's call that its guardian signed with ``sign_forward(…, ward=…)`` (R07).

        ``forward.sender`` is the ward, whom the target sees as its caller; the event tells of the
        guardian, whose nonce it is.
        """
        request = (forward.sender, forward.to, forward.nonce, forward.deadline, forward.data)
        return self._write("executeFor", request, guardian, forward.signature)

    def cancel(self, nonce: int) -> Call:
        """Give up one of the caller's own nonces; only without a relay."""
        return self._write("cancel", nonce)
