"""Guardians and their mandates (R07)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from chartkey.audit.fold.guard import allow, existing
from chartkey.audit.state import State
from chartkey.audit.tables import Table
from chartkey.models import MandateStatus

if TYPE_CHECKING:
    from chartkey.chain.events import Event

__all__ = ["HANDLERS", "MANDATES", "Mandate"]

MANDATES = Table(
    contract="Guardianship",
    slot=0,
    keys=("address", "address"),
    fields=("uint8", "uint8", "uint40", "uint40", "address", "bytes32"),
    noun="mandate",
    view="mandateOf",
)


class Mandate(NamedTuple):
    """One guardian's mandate for one ward."""

    status: int
    basis: int
    starts_at: int
    ends_at: int
    proposer: str
    evidence: bytes


def _proposed(state: State, event: Event) -> None:
    args = event.args
    state.tables[MANDATES][args["ward"], args["guardian"]] = Mandate(
        status=MandateStatus.PROPOSED,
        basis=args["basis"],
        starts_at=0,
        ends_at=args["endsAt"],
        proposer=args["institution"],
        evidence=args["evidence"],
    )


def _confirmed(state: State, event: Event) -> None:
    key, mandate = _of(state, event)
    allow(mandate.status == MandateStatus.PROPOSED, event, "its mandate was not proposed")
    other = mandate.proposer != event.args["institution"]
    allow(other, event, "one institution alone appoints nobody")
    state.tables[MANDATES][key] = mandate._replace(
        status=MandateStatus.CONFIRMED, starts_at=event.args["startsAt"]
    )


def _revoked(state: State, event: Event) -> None:
    key, mandate = _of(state, event)
    allow(mandate.status != MandateStatus.REVOKED, event, "its mandate was revoked already")
    state.tables[MANDATES][key] = mandate._replace(status=MandateStatus.REVOKED)


def _of(state: State, event: Event) -> tuple[tuple[str, str], Mandate]:
    key = (event.args["ward"], event.args["guardian"])
    return key, Mandate(*existing(state.tables[MANDATES], key, event, "mandate"))


HANDLERS = {
    "GuardianProposed": _proposed,
    "GuardianConfirmed": _confirmed,
    "GuardianRevoked": _revoked,
}
