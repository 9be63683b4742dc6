"""Asking for access, answering, revoking, and the log of it all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from chartkey.cli.choice import days, kind_of, pick
from chartkey.cli.output import tamed
from chartkey.cli.session import Session, session_of
from chartkey.errors import CryptoError, InputError
from chartkey.models import Kind, Purpose

if TYPE_CHECKING:
    from chartkey.actors import Clinician, Patient
    from chartkey.models import Granted, Requested

__all__ = ["PANELS"]

_COLUMNS = "request who institution what purpose"
_GRANT_COLUMNS = "request who institution what purpose until revoked"
_PURPOSE_HELP = f"HL7 PurposeOfUse code: {', '.join(Purpose)}."
_LOG_COLUMNS = "at what who institution record source"

RequestId = Annotated[
    str | None,
    typer.Argument(metavar="REQUEST", help="Its id, or how it begins; not needed if only one."),
]


def request(
    context: typer.Context,
    patient: Annotated[str, typer.Argument(metavar="PATIENT", help="The patient's account.")],
    kind: Annotated[
        str | None,
        typer.Option(metavar="KIND", help="Only records of this kind, as patient-summary."),
    ] = None,
    record: Annotated[
        str | None,
        typer.Option(metavar="RECORD", help="Only this record: its id, or how it begins."),
    ] = None,
    purpose: Annotated[
        Purpose, typer.Option(case_sensitive=False, metavar="CODE", help=_PURPOSE_HELP)
    ] = Purpose.TREAT,
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="Free text, encrypted to the patient.")
    ] = "",
    relationship: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Of the one that is meant, if several fit."),
    ] = None,
) -> None:
    """Ask a patient for access to a record, a kind, or (naming neither) everything."""
    session = session_of(context)
    wanted = _kind_unless(record, kind)
    clinician = session.clinician()
    asked = clinician.request(
        patient,
        kind=wanted,
        record=_record_of(clinician, patient, record),
        purpose=purpose,
        reason=reason,
        relationship=relationship,
    )
    text = f"Asked: request 0x{asked.id.hex()} waits for the patient."
    session.out.show(_row(session, asked), text)


def requests(context: typer.Context) -> None:
    """List the requests that wait for the patient's answer; a clinician's own, answered or not."""
    from chartkey import Patient

    session = session_of(context)
    person = session.reader()
    if isinstance(person, Patient):
        asked = person.requests()
        rows = [_row(session, one) | {"reason": _reason(person, one)} for one in asked]
        session.out.table(rows, f"{_COLUMNS} reason", "No request waits.")
    else:
        rows = [_asked_row(session, one) for one in person.requested()]
        session.out.table(rows, "request patient what purpose status", "Nothing was asked.")


def approve(
    context: typer.Context,
    wanted: RequestId = None,
    lifetime: Annotated[float, days("After so many days it ends by itself.")] = 7,
    language: Annotated[
        str, typer.Option(metavar="TAG", help="Of the consent text: en or zh-CN.")
    ] = "en",
    yes: Annotated[bool, typer.Option("--yes", help="Do not show the text and ask.")] = False,
) -> None:
    """Read the consent text and grant what a request asks for."""
    from chartkey.actors.consent import consent_text

    session = session_of(context)
    text = consent_text(language)
    patient = session.patient()
    chosen = pick({r.id: r for r in patient.requests()}, wanted, "requests")
    if not yes:
        _show_consent(session, patient, chosen, text.text)
        session.out.confirm(f"Allow this for {lifetime:g} days?")
    with session.out.working("granting"):
        granted = patient.approve(chosen, lifetime, consent=text)
    row = _grant_row(session, granted)
    session.out.show(row, f"Granted until {row['until']}.")


def decline(context: typer.Context, wanted: RequestId = None) -> None:
    """Refuse a request."""
    session = session_of(context)
    patient = session.patient()
    chosen = pick({r.id: r for r in patient.requests()}, wanted, "requests")
    patient.refuse_request(chosen)
    session.out.show({"declined": chosen.id}, "Declined.")


def grants(context: typer.Context) -> None:
    """List everything that one ever granted."""
    session = session_of(context)
    rows = [_grant_row(session, granted) for granted in session.patient().grants()]
    session.out.table(rows, _GRANT_COLUMNS, "Nothing was granted.")


def revoke(context: typer.Context, wanted: RequestId = None) -> None:
    """Revoke what was granted on a request, at once."""
    session = session_of(context)
    patient = session.patient()
    given = {g.terms.request: g for g in patient.grants()}
    if wanted is None:
        given = {id: granted for id, granted in given.items() if not granted.revoked}
    chosen = pick(given, wanted, "requests")
    patient.revoke(chosen)
    session.out.show(
        {"revoked": chosen.terms.request},
        "Revoked: no further key is released. What was read before cannot be called back.",
    )


def log(context: typer.Context) -> None:
    """Show who asked, was granted, read, was denied, was revoked."""
    from chartkey.audit.wording import moment

    session = session_of(context)
    rows = [
        {
            "at": moment(entry.at),
            "what": entry.what,
            "who": entry.who or None,
            "institution": _institution(session, entry.relationship),
            "relationship": entry.relationship,
            "record": entry.record if any(entry.record) else None,
            "source": session.named(entry.source),
        }
        for entry in session.patient().access_log()
    ]
    session.out.table(rows, _LOG_COLUMNS, "Nothing happened yet.")


def _kind_unless(record: str | None, kind: str | None) -> Kind | None:
    if record is not None and kind is not None:
        raise typer.BadParameter("name a kind or a record, not both.")
    return kind_of(kind)


def _record_of(clinician: Clinician, patient: str, wanted: str | None) -> bytes | None:
    """Return the whole id of one of the patient's records, all of which the chain lists."""
    if wanted is None:
        return None
    found = {
        pointer.record: pointer.record
        for entry in clinician.relationships(patient)
        for pointer in clinician.history(entry.relationship).records()
    }
    return pick(found, wanted, "records")


def _show_consent(session: Session, patient: Patient, asked: Requested, text: str) -> None:
    row = _row(session, asked)
    said = f"{row['who']} ({row['institution']}) asks for {row['what']}, {row['purpose']}"
    reason = _reason(patient, asked)
    typer.echo(f"{text}\n{tamed(f'{said}: {reason}' if reason else said)}", err=True)


def _reason(patient: Patient, asked: Requested) -> str:
    """A reason that does not open must not hide the requests beside it."""
    try:
        return patient.reason(asked)
    except (CryptoError, InputError):
        return "(a reason that cannot be opened)"


def _institution(session: Session, relationship: str) -> str | None:
    return session.named(session.net.relationship(relationship).parties().institution)


def _scope(kind: int, record: bytes) -> str:
    from chartkey.audit.wording import kind_label

    if any(record):
        return "record 0x" + record.hex()
    return kind_label(kind) if kind else "everything"


def _row(session: Session, request: Requested) -> dict[str, Any]:
    return {
        "request": request.id,
        "who": request.viewer,
        "institution": session.named(session.net.registrar.institution_of(request.affiliation)),
        "what": _scope(request.kind, request.record),
        "purpose": request.purpose,
        "relationship": request.relationship,
    }


def _asked_row(session: Session, request: Requested) -> dict[str, Any]:
    relationship = session.net.relationship(request.relationship)
    status = relationship.request_of(request.id).status.name.lower()
    return _row(session, request) | {"patient": relationship.parties().owner, "status": status}


def _grant_row(session: Session, granted: Granted) -> dict[str, Any]:
    from chartkey.audit.wording import moment

    terms = granted.terms
    return {
        "request": terms.request,
        "who": terms.viewer,
        "institution": session.named(session.net.registrar.institution_of(terms.affiliation)),
        "what": _scope(terms.kind, terms.record_id),
        "purpose": terms.purpose,
        "until": moment(terms.expires_at),
        "revoked": granted.revoked,
        "relationship": granted.relationship,
    }


PANELS = {
    "Patients": (approve, decline, grants, revoke, log),
    "Clinicians": (request,),
    "Patients and clinicians": (requests,),
}
