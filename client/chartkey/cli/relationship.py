"""Relationships between patients and institutions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from chartkey.cli.choice import account_of, pick
from chartkey.cli.session import Session, session_of
from chartkey.errors import RelationshipMissing
from chartkey.models import RelationshipStatus, Role

if TYPE_CHECKING:
    from chartkey.actors import Patient

__all__ = ["PANELS"]

_COLUMNS = "relationship institution status mirror"

RelationshipId = Annotated[
    str | None,
    typer.Argument(
        metavar="RELATIONSHIP", help="Its address, or how it begins; not needed if only one."
    ),
]


def relationships(
    context: typer.Context,
    patient: Annotated[
        str | None, typer.Argument(metavar="PATIENT", help="Whose; by default one's own.")
    ] = None,
) -> None:
    """List a patient's relationships with institutions, past ones included."""
    session = session_of(context)
    entries = session.reader().relationships(patient)
    rows = [_row(session, entry.relationship, entry.status) for entry in entries]
    session.out.table(rows, _COLUMNS, "No relationship.")


def propose(
    context: typer.Context,
    other: Annotated[
        str,
        typer.Argument(
            metavar="ACCOUNT", help="A patient's account; a patient names an institution."
        ),
    ],
    mirror: Annotated[
        str | None,
        typer.Option(
            metavar="INSTITUTION",
            help="Account or name of the member that keeps the second copy of the key slips.",
        ),
    ] = None,
) -> None:
    """Propose a relationship; the other side accepts it."""
    session = session_of(context)
    actor = session.patient() if session.role is Role.PATIENT else session.institution()
    account = account_of(session.net, other)
    second = None if mirror is None else account_of(session.net, mirror)
    with session.out.working("proposing"):
        relationship = actor.propose(account, mirror=second)
    session.out.show({"relationship": relationship}, f"Proposed relationship {relationship}.")


def accept(context: typer.Context, wanted: RelationshipId = None) -> None:
    """Accept a relationship that the other side proposed."""
    session = session_of(context)
    if session.role is Role.PATIENT:
        patient = session.patient()
        chosen = _chosen(patient, wanted, RelationshipStatus.PENDING)
        patient.accept(chosen)
    else:
        chosen = _named(wanted)
        session.institution().accept(chosen)
    session.out.show({"accepted": chosen}, f"Accepted relationship {chosen}.")


def end(context: typer.Context, wanted: RelationshipId = None) -> None:
    """Refuse a relationship that was proposed, or end one; one's own reading goes on."""
    session = session_of(context)
    patient = session.patient()
    chosen = _chosen(patient, wanted, RelationshipStatus.PENDING, RelationshipStatus.ACCEPTED)
    patient.refuse_relationship(chosen)
    session.out.show({"ended": chosen}, f"Ended relationship {chosen}.")


def mirror(
    context: typer.Context,
    institution: Annotated[
        str, typer.Argument(metavar="INSTITUTION", help="Name or account of another member.")
    ],
    wanted: RelationshipId = None,
) -> None:
    """Have another member keep the second copy of a relationship's key slips."""
    session = session_of(context)
    member = account_of(session.net, institution)
    patient = session.patient()
    chosen = _chosen(patient, wanted, RelationshipStatus.ACCEPTED)
    with session.out.working("handing over the slips"):
        patient.change_mirror(chosen, member)
    text = f"{session.named(member)} is the mirror of relationship {chosen}."
    session.out.show({"relationship": chosen, "mirror": session.named(member)}, text)


def _chosen(patient: Patient, wanted: str | None, *open_ones: RelationshipStatus) -> str:
    """What is not open is chosen by name only, so that the contract can say why it refuses."""
    entries = patient.relationships()
    if wanted is None:
        entries = [entry for entry in entries if entry.status in open_ones]
        if not entries:
            status = " or ".join(one.name.lower() for one in open_ones)
            raise RelationshipMissing(owner=patient.address, status=status)
    addresses = [entry.relationship for entry in entries]
    return pick({bytes.fromhex(one[2:]): one for one in addresses}, wanted, "relationships")


def _named(wanted: str | None) -> str:
    from chartkey.chain.address import checksum

    if wanted is None:
        raise typer.BadParameter("an institution names the relationship by its whole address.")
    return checksum(wanted)


def _row(session: Session, relationship: str, status: RelationshipStatus) -> dict[str, Any]:
    parties = session.net.relationship(relationship).parties()
    return {
        "relationship": relationship,
        "patient": parties.owner,
        "institution": session.named(parties.institution),
        "status": status.name.lower(),
        "mirror": session.named(parties.mirror),
    }


PANELS = {
    "Patients": (accept, end, mirror),
    "Patients and clinicians": (relationships,),
    "Institutions": (propose,),
}
