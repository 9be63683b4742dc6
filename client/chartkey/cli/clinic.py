"""Relationships, and what an institution's administrator does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chartkey.cli.session import Session, fail
from chartkey.models import Role, Standing

__all__ = ["COMMANDS"]

_ROLES = {"patient": Role.PATIENT, "clinician": Role.CLINICIAN}
_STANDINGS = {
    "active": Standing.ACTIVE,
    "suspended": Standing.SUSPENDED,
    "revoked": Standing.REVOKED,
}


def relationships(context: typer.Context) -> None:
    """Patient: list one's relationships with institutions."""
    session: Session = context.obj
    patient = session.patient()
    names = patient.directory.names()
    rows = []
    for entry in patient.relationships():
        parties = session.net.relationship(entry.relationship).parties()
        rows.append(
            {
                "relationship": entry.relationship,
                "institution": names.get(parties.institution, parties.institution),
                "status": entry.status.name.lower(),
                "mirror": names.get(parties.mirror or "", parties.mirror or "none"),
            }
        )
    session.table(rows, "No relationship.")


def accept(
    context: typer.Context,
    relationship: Annotated[str, typer.Argument(help="Its address.")],
) -> None:
    """Patient: accept a relationship that an institution proposed."""
    session: Session = context.obj
    session.patient().accept(relationship)
    session.show({"accepted": relationship}, "Accepted.")


def end(
    context: typer.Context,
    relationship: Annotated[str, typer.Argument(help="Its address.")],
) -> None:
    """Patient: refuse or end a relationship; one's own reading goes on."""
    session: Session = context.obj
    session.patient().refuse_relationship(relationship)
    session.show({"ended": relationship}, "Ended.")


def propose(
    context: typer.Context,
    patient: Annotated[str, typer.Argument(help="The patient's account.")],
    mirror: Annotated[
        str | None, typer.Option(help="Member that keeps the second copy of the key slips.")
    ] = None,
) -> None:
    """Institution: propose a relationship to a patient."""
    session: Session = context.obj
    relationship = session.institution().propose(patient, mirror=mirror)
    session.show({"relationship": relationship}, f"Proposed {relationship}.")


def register(
    context: typer.Context,
    person: Annotated[Path, typer.Argument(help="The person's key file, at the desk.")],
    role: Annotated[str, typer.Option(help="patient or clinician")],
    identifier: Annotated[str, typer.Option(prompt=True, hide_input=True)],
    identifier_type: Annotated[str, typer.Option(help="resident-id, phone, …")] = "resident-id",
) -> None:
    """Institution: register a person who is present with a key file."""
    from chartkey import Clinician, Patient

    session: Session = context.obj
    if role not in _ROLES:
        fail("--role is patient or clinician")
    institution = session.institution()
    actor = Patient if _ROLES[role] is Role.PATIENT else Clinician
    form = actor.enrolment(session.net, person, institution.address)
    account = institution.register(form, identifier_type, identifier)
    session.show({"account": account}, f"Registered {account} as {role}.")


def affiliate(
    context: typer.Context,
    clinician: Annotated[str, typer.Argument(help="The clinician's account.")],
    department: Annotated[str | None, typer.Option(help="A department's id.")] = None,
    standing: Annotated[str, typer.Option(help="active, suspended or revoked")] = "active",
) -> None:
    """Institution: affiliate a clinician, or suspend or revoke the affiliation."""
    session: Session = context.obj
    if standing not in _STANDINGS:
        fail(f"--standing is one of: {', '.join(_STANDINGS)}")
    place = bytes.fromhex(department.removeprefix("0x")) if department else None
    affiliation = session.institution().affiliate(clinician, place, _STANDINGS[standing])
    session.show({"affiliation": affiliation, "standing": standing}, f"Now {standing}.")


def licence(
    context: typer.Context,
    clinician: Annotated[str, typer.Argument(help="The clinician's account.")],
    standing: Annotated[str, typer.Argument(help="active, suspended or revoked")],
) -> None:
    """Institution: suspend, restore or revoke the licence of a clinician it certified."""
    session: Session = context.obj
    if standing not in _STANDINGS:
        fail(f"the standing is one of: {', '.join(_STANDINGS)}")
    session.institution().set_licence(clinician, _STANDINGS[standing])
    session.show({"clinician": clinician, "licence": standing}, f"Licence now {standing}.")


COMMANDS = (relationships, accept, end, propose, register, affiliate, licence)
