"""What happened, in the order it happened, in sentences (R26, R41).

A row reads "who, what": *城南社区诊所* "voted for proposal 1: 2 for, 0 against". The sentences
stand in ``phrases/<language>.json``; a translation is another file with the same keys.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import IntEnum
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

from chartkey.audit.names import Names
from chartkey.audit.proposed import proposed
from chartkey.audit.state import State
from chartkey.audit.wording import clean, kind_label, moment, short
from chartkey.chain.address import checksum
from chartkey.models import (
    ZERO32,
    Action,
    MemberStanding,
    RecordStatus,
    RelationshipStatus,
    Role,
    Scope,
    Standing,
)

if TYPE_CHECKING:
    from chartkey.chain.events import Event

__all__ = ["Row", "timeline"]


@dataclass(frozen=True, slots=True)
class Row:
    """One event, for people.

    ``time`` is Unix seconds; ``who`` acted and ``what`` says what was done, in a sentence whose
    subject is ``who``; ``entity`` names what it was done to, with its whole id; ``group`` is one
    of governance, people, relationship, record, consent and relay. ``account`` is the address
    behind ``who`` where there is one, ``tx`` the transaction as ``0x…``.
    """

    block: int
    time: int
    who: str
    what: str
    entity: str
    group: str
    event: str
    account: str | None
    tx: str
    log_index: int

    def to_dict(self) -> dict[str, Any]:
        """Return the row as JSON values, with the time in ISO 8601 too."""
        return asdict(self) | {"at": moment(self.time)}


class _Shape(NamedTuple):
    """How to tell an event: the argument that names who acted, and what it was done to.

    ``actor`` starting with a colon is a fixed text, ``:owner`` and ``:proposer`` are the
    relationship's. ``entity`` without an argument is the emitting contract's own address.
    """

    group: str
    actor: str
    noun: str
    entity: str = ""


_SHAPES = {
    "ConsortiumCreated": _Shape("governance", ":the consortium", "consortium"),
    "AgreementSigned": _Shape("governance", "institution", "member", "institution"),
    "ProposalOpened": _Shape("governance", "proposer", "proposal", "id"),
    "VoteCast": _Shape("governance", "member", "proposal", "id"),
    "InstitutionAdmitted": _Shape("governance", ":the consortium", "member", "institution"),
    "StandingChanged": _Shape("governance", ":the consortium", "member", "institution"),
    "RegulatorChanged": _Shape("governance", ":the consortium", "regulator", "regulator"),
    "ProfileAdopted": _Shape("governance", ":the consortium", "profile", "profile"),
    "ProfileRetired": _Shape("governance", ":the consortium", "profile", "profile"),
    "AgreementAdopted": _Shape("governance", ":the consortium", "agreement", "agreement"),
    "PersonApplied": _Shape("people", "account", "person", "account"),
    "PersonRegistered": _Shape("people", "institution", "person", "account"),
    "PersonCertified": _Shape("people", "institution", "person", "account"),
    "InstitutionEnrolled": _Shape("people", "institution", "institution", "institution"),
    "KeyPublished": _Shape("people", "account", "person", "account"),
    "DepartmentChanged": _Shape("people", "institution", "department", "department"),
    "AffiliationChanged": _Shape("people", "institution", "person", "clinician"),
    "LicenceChanged": _Shape("people", "institution", "person", "clinician"),
    "SummaryOpened": _Shape("people", ":the registrar", "summary"),
    "RelationshipListed": _Shape("relationship", ":the factory", "summary"),
    "RelationshipCreated": _Shape("relationship", ":the factory", "relationship", "relationship"),
    "RelationshipPrecluded": _Shape("relationship", ":a party", "relationship", "relationship"),
    "RelationshipProposed": _Shape("relationship", "proposer", "relationship"),
    "StatusChanged": _Shape("relationship", "by", "relationship"),
    "MirrorChanged": _Shape("relationship", ":owner", "relationship"),
    "RootRewrapped": _Shape("relationship", "party", "relationship"),
    "RecordAnchored": _Shape("record", "author", "record", "recordId"),
    "RecordConfirmed": _Shape("record", ":owner", "record", "recordId"),
    "AccessRequested": _Shape("consent", "viewer", "request", "request"),
    "RequestRefused": _Shape("consent", ":owner", "request", "request"),
    "AccessGranted": _Shape("consent", ":owner", "grant", "id"),
    "AccessRevoked": _Shape("consent", ":owner", "grant", "id"),
    "CallForwarded": _Shape("relay", "relay", "contract", "to"),
    "NonceCancelled": _Shape("relay", "from", "nonce", "nonce"),
}

_ENUMERATIONS: dict[tuple[str, str], type[IntEnum]] = {
    ("ProposalOpened", "action"): Action,
    ("StandingChanged", "standing"): MemberStanding,
    ("DepartmentChanged", "standing"): Standing,
    ("AffiliationChanged", "standing"): Standing,
    ("LicenceChanged", "standing"): Standing,
    ("PersonApplied", "role"): Role,
    ("PersonRegistered", "role"): Role,
    ("StatusChanged", "status"): RelationshipStatus,
    ("RecordAnchored", "status"): RecordStatus,
    ("AccessRequested", "scope"): Scope,
    ("AccessGranted", "scope"): Scope,
}
_TIMES = frozenset(("closesAt", "expiresAt"))


def timeline(events: Iterable[Event], state: State, names: Names) -> list[Row]:
    """Return a row for each event, in their order.

    Args:
        events: What was folded into the state.
        state: The state after them; it tells who owns what.
        names: Whom addresses belong to.
    """
    return [_row(event, state, names) for event in events]


def _row(event: Event, state: State, names: Names) -> Row:
    shape = _SHAPES[event.name]
    account, who = _actor(shape, event, state, names)
    return Row(
        block=event.block,
        time=event.timestamp or 0,
        who=who,
        what=_sentence(event, state, names),
        entity=_entity(shape, event),
        group=shape.group,
        event=event.name,
        account=account,
        tx="0x" + event.tx.hex(),
        log_index=event.log_index,
    )


def _actor(shape: _Shape, event: Event, state: State, names: Names) -> tuple[str | None, str]:
    if shape.actor == ":owner":
        account = state.relationships[event.address].parties.owner
    elif shape.actor.startswith(":"):
        return None, shape.actor[1:]
    else:
        account = event.args[shape.actor]
    return account, names.of(account)


def _entity(shape: _Shape, event: Event) -> str:
    value = event.args[shape.entity] if shape.entity else event.address
    return f"{shape.noun} {_whole(value)}"


def _sentence(event: Event, state: State, names: Names) -> str:
    values = {name: _value(event, name, value, names) for name, value in event.args.items()}
    values |= _told(event, names)
    return _phrases(os.environ.get("CHARTKEY_LANG", "en"))[_key(event, state)].format_map(values)


def _told(event: Event, names: Names) -> dict[str, str]:
    """Return what an event tells inside its structs, in the words of its own time."""
    args = event.args
    if event.name == "RecordAnchored":
        return {"kind": kind_label(args["attestation"]["kind"])}
    if event.name == "ConsortiumCreated":
        return {"founders": ", ".join(clean(one["name"]) for one in args["details"])}
    if event.name == "InstitutionAdmitted":
        return {"institution": clean(args["details"]["name"])}
    if event.name == "ProposalOpened":
        return {"subject": proposed(Action(args["action"]), args["parameters"], names)}
    return {}


def _key(event: Event, state: State) -> str:
    """Return the phrase's key: the event's name and what tells its variants apart."""
    name, args = event.name, event.args
    if name == "VoteCast":
        return f"{name}.{'for' if args['approve'] else 'against'}"
    if name == "RegulatorChanged":
        return f"{name}.{'admitted' if args['admitted'] else 'removed'}"
    if name == "StatusChanged":
        return f"{name}.{RelationshipStatus(args['status']).name.lower()}"
    if name == "RecordAnchored":
        correction = "" if args["parent"] == ZERO32 else ".correction"
        return f"{name}.{RecordStatus(args['status']).name.lower()}{correction}"
    if name in ("AccessRequested", "AccessGranted"):
        return f"{name}.{Scope(args['scope']).name.lower()}"
    early = name == "RequestRefused" and int(args["viewer"], 16) == 0
    return f"{name}.early" if early or _is_tombstone(event, state) else name


def _is_tombstone(event: Event, state: State) -> bool:
    if event.name != "AccessRevoked":
        return False
    return event.args["id"] not in state.relationships[event.address].terms


def _value(event: Event, name: str, value: Any, names: Names) -> str:
    enumeration = _ENUMERATIONS.get((event.name, name))
    if enumeration is not None:
        return enumeration(value).name.lower().replace("_", " ")
    if name in _TIMES:
        return moment(value)
    if name == "kind":
        return kind_label(value)
    if name == "purpose":
        return clean(value.rstrip(b"\0").decode("ascii", "replace"))
    if name == "relationship":
        return short(value)
    if name == "affiliation":
        return _affiliation(value, names)
    if name == "details" and isinstance(value, dict):
        return f"{clean(value['grade'])}, tier {value['tier']}"
    if name == "content":
        return f"version {value['version']} for {kind_label(value['kind'])} records"
    return _plain(value, names)


def _affiliation(affiliation: bytes, names: Names) -> str:
    if any(affiliation[:12]):
        return f"department {short(_whole(affiliation))}"
    return names.of(checksum(_whole(affiliation[12:])))


def _plain(value: Any, names: Names) -> str:
    if isinstance(value, tuple):
        return ", ".join(_plain(one, names) for one in value)
    if isinstance(value, str):
        return names.of(value) if value[:2] == "0x" and len(value) == 42 else clean(value)
    return short(_whole(value))


def _whole(value: Any) -> str:
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)


@lru_cache(maxsize=8)
def _phrases(language: str) -> dict[str, str]:
    """Return the sentences of one language, falling back to English key by key."""
    folder = resources.files("chartkey.audit") / "phrases"
    phrases: dict[str, str] = json.loads((folder / "en.json").read_text("utf-8"))
    other = folder / f"{language}.json"
    if language != "en" and language.replace("-", "").isalnum() and other.is_file():
        phrases |= json.loads(other.read_text("utf-8"))
    return phrases
