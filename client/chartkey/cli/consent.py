"""Asking for access, answering, revoking, and the log of it all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from chartkey.cli.records import kind_of, when
from chartkey.cli.session import Session, pick
from chartkey.models import Kind, Purpose

if TYPE_CHECKING:
    from chartkey.models import Granted, Requested

__all__ = ["COMMANDS"]


def _scope(kind: int, record: bytes) -> str:
    if any(record):
        return "record 0x" + record.hex()
    return Kind(kind).label if kind else "everything"


def _row(request: Requested) -> dict[str, Any]:
    return {
        "request": request.id,
        "who": request.viewer,
        "what": _scope(request.kind, request.record),
        "purpose": request.purpose,
    }


def _grant_row(granted: Granted) -> dict[str, Any]:
    terms = granted.terms
    return {
        "request": terms.request,
        "who": terms.viewer,
        "what": _scope(terms.kind, terms.record_id),
        "purpose": terms.purpose,
        "until": when(terms.expires_at),
        "revoked": "yes" if granted.revoked else "no",
    }


def request(
    context: typer.Context,
    patient: Annotated[str, typer.Argument(help="The patient's account.")],
    kind: Annotated[str | None, typer.Option(help="Only records of this kind.")] = None,
    record: Annotated[str | None, typer.Option(help="Only this record (whole id).")] = None,
    purpose: Annotated[Purpose, typer.Option(help="HL7 PurposeOfUse code.")] = Purpose.TREAT,
    reason: Annotated[str, typer.Option(help="Free text, encrypted to the patient.")] = "",
    relationship: Annotated[str | None, typer.Option(help="Which, if several.")] = None,
) -> None:
    """Clinician: ask a patient for access."""
    session: Session = context.obj
    asked = session.clinician().request(
        patient,
        kind=kind_of(kind),
        record=bytes.fromhex(record.removeprefix("0x")) if record else None,
        purpose=purpose,
        reason=reason,
        relationship=relationship,
    )
    session.show(_row(asked), f"Asked: request 0x{asked.id.hex()} waits for the patient.")


def requests(context: typer.Context) -> None:
    """Patient: list the requests that wait for an answer; clinician: list one's own."""
    from chartkey import Patient

    session: Session = context.obj
    person = session.reader
    if not isinstance(person, Patient):
        session.table([_row(asked) for asked in person.requested()], "Nothing was asked.")
        return
    rows = [{**_row(asked), "reason": person.reason(asked)} for asked in person.requests()]
    session.table(rows, "No request waits.")


def approve(
    context: typer.Context,
    wanted: Annotated[str, typer.Argument(metavar="REQUEST", help="Its id, or how it begins.")],
    days: Annotated[float, typer.Option(help="After so many days it ends by itself.")] = 7,
    language: Annotated[str, typer.Option(help="Of the consent text: en or zh-CN.")] = "en",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Patient: grant what a request asks for."""
    from chartkey.actors.consent import consent_text

    session: Session = context.obj
    patient = session.patient()
    chosen = pick({r.id: r for r in patient.requests()}, wanted, "requests")
    text = consent_text(language)
    if not yes:
        row = _row(chosen)
        typer.echo(f"{text.text}\n{row['who']}: {row['what']}, {row['purpose']}", err=True)
        typer.confirm(f"Allow this for {days:g} days?", abort=True, err=True)
    granted = patient.approve(chosen, days, consent=text)
    until = when(granted.terms.expires_at)
    session.show(_grant_row(granted), f"Granted until {until}.")


def decline(
    context: typer.Context,
    wanted: Annotated[str, typer.Argument(metavar="REQUEST", help="Its id, or how it begins.")],
) -> None:
    """Patient: refuse a request."""
    session: Session = context.obj
    patient = session.patient()
    chosen = pick({r.id: r for r in patient.requests()}, wanted, "requests")
    patient.refuse_request(chosen)
    session.show({"refused": chosen.id}, "Refused.")


def grants(context: typer.Context) -> None:
    """Patient: list everything ever granted."""
    session: Session = context.obj
    rows = [_grant_row(granted) for granted in session.patient().grants()]
    session.table(rows, "Nothing was granted.")


def revoke(
    context: typer.Context,
    wanted: Annotated[str, typer.Argument(metavar="REQUEST", help="Its id, or how it begins.")],
) -> None:
    """Patient: revoke what was granted on a request."""
    session: Session = context.obj
    patient = session.patient()
    chosen = pick({g.terms.request: g for g in patient.grants()}, wanted, "requests")
    patient.revoke(chosen)
    session.show(
        {"revoked": chosen.terms.request},
        "Revoked: no further key is released. What was read before cannot be called back.",
    )


def log(context: typer.Context) -> None:
    """Patient: who asked, was granted, read, was denied, was revoked."""
    session: Session = context.obj
    rows = [
        {
            "when": when(entry.at),
            "what": entry.what,
            "who": entry.who or "oneself",
            "record": entry.record if any(entry.record) else "",
            "source": entry.source,
        }
        for entry in session.patient().access_log()
    ]
    session.table(rows, "Nothing happened yet.")


COMMANDS = (request, requests, approve, decline, grants, revoke, log)
