"""What an institution's administrator does."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chartkey.cli.choice import bytes_of, standing_of
from chartkey.cli.session import passphrase_of, session_of

if TYPE_CHECKING:
    from chartkey.actors.person import Person

__all__ = ["PANELS"]

ClinicianAccount = Annotated[
    str, typer.Argument(metavar="CLINICIAN", help="The clinician's account.")
]
StandingOption = Annotated[
    str, typer.Option(metavar="STANDING", help="active, suspended or revoked (for good).")
]
IdentifierType = Annotated[
    str, typer.Option(metavar="TYPE", help="resident-id, phone, health-card, insurance or another.")
]
Identifier = Annotated[
    str | None,
    typer.Option(metavar="TEXT", help="Asked for, or read from standard input, if not given."),
]


def sign(context: typer.Context) -> None:
    """Sign the consortium's agreement in force, and be an active member."""
    session = session_of(context)
    session.institution().sign_agreement()
    agreement = session.net.consortium.agreement()
    session.out.show({"signed": agreement}, f"Signed the agreement 0x{agreement.hex()}.")


def vote(
    context: typer.Context,
    proposal: Annotated[int, typer.Argument(metavar="PROPOSAL", min=1, help="Its number.")],
    against: Annotated[bool, typer.Option("--against", help="Vote no.")] = False,
) -> None:
    """Vote on a proposal of the consortium."""
    session = session_of(context)
    session.institution().vote(proposal, approve=not against)
    stands = session.net.consortium.proposal_of(proposal)
    value = {"proposal": proposal, "yes": stands.yes, "no": stands.no}
    text = f"Voted on proposal {proposal}: {stands.yes} for, {stands.no} against."
    session.out.show(value, text)


def enrol(context: typer.Context) -> None:
    """Publish the institution's encryption key and get its Summary."""
    session = session_of(context)
    institution = session.institution()
    institution.enrol()
    session.out.show({"enrolled": institution.address}, f"Enrolled {institution.address}.")


def register(
    context: typer.Context,
    person: Annotated[
        Path, typer.Argument(metavar="KEYFILE", help="Of the person, who is at the desk.")
    ],
    role: Annotated[str, typer.Option(metavar="ROLE", help="patient or clinician.")],
    identifier: Identifier = None,
    identifier_type: IdentifierType = "resident-id",
) -> None:
    """Register a person who is present with a key file."""
    session = session_of(context)
    actor = _actor(role)
    institution = session.institution()
    form = actor.enrolment(
        session.net, person, institution.address, passphrase=passphrase_of(person)
    )
    account = institution.register(form, identifier_type, _identifier(identifier))
    session.out.show({"account": account, "role": role}, f"Registered {account} as {role}.")


def find(
    context: typer.Context,
    identifier: Identifier = None,
    identifier_type: IdentifierType = "resident-id",
) -> None:
    """Find the account that this institution registered for an identifier."""
    session = session_of(context)
    account = session.institution().find(identifier_type, _identifier(identifier))
    session.out.show({"account": account}, account)


def department(
    context: typer.Context,
    wanted: Annotated[
        str | None, typer.Argument(metavar="DEPARTMENT", help="Its id; without it, a new one.")
    ] = None,
    standing: StandingOption = "active",
) -> None:
    """Open a department and print its id, or suspend, restore or revoke one."""
    session = session_of(context)
    target = standing_of(standing)
    id = None if wanted is None else bytes_of(wanted, 32)
    institution = session.institution()
    if id is None:
        id = institution.open_department()
    else:
        institution.set_department(id, target)
    session.out.show({"department": id, "standing": standing}, f"0x{id.hex()} is {standing}.")


def affiliate(
    context: typer.Context,
    clinician: ClinicianAccount,
    department: Annotated[
        str | None,
        typer.Option(metavar="ID", help="A department; without it, the institution itself."),
    ] = None,
    standing: StandingOption = "active",
) -> None:
    """Affiliate a clinician, or suspend, restore or revoke the affiliation."""
    session = session_of(context)
    place = None if department is None else bytes_of(department, 32)
    target = standing_of(standing)
    affiliation = session.institution().affiliate(clinician, place, target)
    value = {"clinician": clinician, "affiliation": affiliation, "standing": standing}
    session.out.show(value, f"The affiliation of {clinician} is {standing}.")


def licence(
    context: typer.Context,
    clinician: ClinicianAccount,
    standing: Annotated[
        str, typer.Argument(metavar="STANDING", help="active, suspended or revoked (for good).")
    ],
) -> None:
    """Suspend, restore or revoke the licence of a clinician whom it certified."""
    session = session_of(context)
    session.institution().set_licence(clinician, standing_of(standing))
    value = {"clinician": clinician, "licence": standing}
    session.out.show(value, f"The licence of {clinician} is {standing}.")


def _identifier(given: str | None) -> str:
    """What stands on a command line can be read by everybody on that machine: better asked for."""
    if given is not None:
        return given
    if sys.stdin.isatty():
        return str(typer.prompt("Identifier", hide_input=True, err=True))
    return sys.stdin.readline().strip()


def _actor(role: str) -> type[Person]:
    from chartkey import Clinician, Patient

    actors: dict[str, type[Person]] = {"patient": Patient, "clinician": Clinician}
    if role not in actors:
        raise typer.BadParameter("--role is patient or clinician.")
    return actors[role]


PANELS = {
    "Institutions": (sign, enrol, vote, register, find, department, affiliate, licence),
}
