"""The forwarder's events: each uses up one nonce of one signer (P22)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chartkey.audit.fold.guard import fresh
from chartkey.audit.state import State

if TYPE_CHECKING:
    from chartkey.chain.events import Event

__all__ = ["HANDLERS"]


def _use_nonce(state: State, event: Event) -> None:
    nonce = (event.args["from"], event.args["nonce"])
    fresh(state.nonces, nonce, event, "nonce")
    state.nonces.add(nonce)


HANDLERS = {"CallForwarded": _use_nonce, "NonceCancelled": _use_nonce}
