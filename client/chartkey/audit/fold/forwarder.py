"""The forwarder's events: each uses up one nonce of one signer (P22)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chartkey.audit.fold.guard import fresh
from chartkey.audit.state import State

if TYPE_CHECKING:
    from chartkey.chain.events import Event

__all__ = ["HANDLERS"]


def _forwarded(state: State, event: Event) -> None:
    # A guardian signs for a ward, under nonces of the guardian's own (R07).
    _use(state, event, event.args["signer"])


def _cancelled(state: State, event: Event) -> None:
    _use(state, event, event.args["from"])


def _use(state: State, event: Event, signer: str) -> None:
    nonce = (signer, event.args["nonce"])
    fresh(state.nonces, nonce, event, "nonce")
    state.nonces.add(nonce)


HANDLERS = {"CallForwarded": _forwarded, "NonceCancelled": _cancelled}
