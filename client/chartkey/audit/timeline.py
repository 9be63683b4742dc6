"""What happened, in the order it happened, in sentences (R26, R41).

A row reads "who, what": *城南社区诊所* "voted for proposal 1: 2 for, 0 against". The sentences
stand in ``phrases/<language>.json``; a translation is another file with the same keys.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from chartkey.audit.names import Names
from chartkey.audit.proposed import proposed
from chartkey.audit.shapes import ENUMERATIONS, SHAPES, TIMES, Shape
from chartkey.audit.state import State
from chartkey.audit.wording import clean, kind_label, moment, short
from chartkey.chain.address import checksum
from chartkey.models import (
    ZERO32,
    Action,
    Office,
    RecordStatus,
    RelationshipStatus,
    Scope,
)

if TYPE_CHECKING:
    from chartkey.chain.events import Event

__all__ = ["Row", "timeline"]


@dataclass(frozen=True, slots=True)
class Row:
    """One event, for people.

    ``time`` is Unix seconds; ``who`` acted and ``what`` says what was done, in a sentence whose
    subject is ``who``; ``entity`` names what it was done to, with its whole id; ``group`` is one
    of governance, people, relationship, record, consent, care, emergency, evidence, charge,
    research and relay. ``account`` is the address
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


def timeline(events: Iterable[Event], state: State, names: Names) -> list[Row]:
    """Return a row for each event, in their order.

    Args:
        events: What was folded into the state.
        state: The state after them; it tells who owns what.
        names: Whom addresses belong to.
    """
    return [_row(event, state, names) for event in events]


def _row(event: Event, state: State, names: Names) -> Row:
    shape = SHAPES[event.name]
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


def _actor(shape: Shape, event: Event, state: State, names: Names) -> tuple[str | None, str]:
    if shape.actor == ":owner":
        account = state.relationships[event.address].parties.owner
    elif shape.actor == ":institution":
        account = state.relationships[event.address].parties.institution
    elif shape.actor.startswith(":"):
        return None, shape.actor[1:]
    else:
        account = event.args[shape.actor]
    return account, names.of(account)


def _entity(shape: Shape, event: Event) -> str:
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
    if event.name == "RecordAdmitted":
        return {"kind": kind_label(args["attestation"]["kind"])}
    if event.name in ("RecordsSealed", "SealLifted", "ErasureCertified"):
        return {"count": str(len(args["records"]))}
    if event.name == "SlotsOpened":
        return {"count": str(len(args["startsAt"])), "from": moment(min(args["startsAt"]))}
    if event.name == "ConsultationConvened":
        return {"count": str(len(args["institutions"]))}
    if event.name == "EmergencyArranged":
        return {"count": str(len(args["holders"]))}
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
    if name == "CallForwarded" and args["signer"] != args["from"]:
        return f"{name}.guardian"
    if name == "SealerChanged":
        return f"{name}.{'admitted' if args['admitted'] else 'removed'}"
    if name == "OfficeChanged" and args["office"] == Office.NONE:
        return f"{name}.ended"
    if name == "AllianceSet" and args["alliance"] == ZERO32:
        return f"{name}.left"
    if name == "RecoveryApproved" and int(args["replacement"], 16) == 0:
        return f"{name}.box"
    if name == "RecordAdmitted":
        return f"{name}.{RecordStatus(args['admission']['status']).name.lower()}"
    if name == "ShareReleased":
        return f"{name}.{'opened' if args['endsAt'] else 'waiting'}"
    if name == "FeedbackGiven":
        return f"{name}.{'down' if args['down'] else 'final'}"
    if name == "ParticipationChosen":
        return f"{name}.{'in' if args['participates'] else 'out'}"
    if name in ("AccessRequested", "AccessGranted"):
        return f"{name}.{Scope(args['scope']).name.lower()}"
    early = name == "RequestRefused" and int(args["viewer"], 16) == 0
    return f"{name}.early" if early or _is_tombstone(event, state) else name


def _is_tombstone(event: Event, state: State) -> bool:
    if event.name != "AccessRevoked":
        return False
    return event.args["id"] not in state.relationships[event.address].terms


def _value(event: Event, name: str, value: Any, names: Names) -> str:
    enumeration = ENUMERATIONS.get((event.name, name))
    if enumeration is not None:
        return enumeration(value).name.lower().replace("_", " ")
    if name in TIMES and isinstance(value, int):
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
    if event.name == "ProfileAdopted" and name == "content":
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
