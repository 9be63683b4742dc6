"""A relationship's events: parties, records, requests and grants (R10 to R14, R20, R21)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chartkey.audit.fold.batches import BATCHES
from chartkey.audit.fold.guard import allow, existing, fresh, known, written_at
from chartkey.audit.state import Relationship, State
from chartkey.models import (
    ZERO32,
    Attestation,
    GrantState,
    GrantStatus,
    GrantTerms,
    KeyEpoch,
    Parties,
    RecordState,
    RecordStatus,
    RelationshipStatus,
    RequestState,
    RequestStatus,
    Scope,
)

if TYPE_CHECKING:
    from chartkey.chain.events import Event

__all__ = ["HANDLERS"]

_BEFORE = {
    RelationshipStatus.ACCEPTED: (RelationshipStatus.PENDING,),
    RelationshipStatus.REFUSED: (RelationshipStatus.PENDING,),
    RelationshipStatus.ENDED: (RelationshipStatus.PENDING, RelationshipStatus.ACCEPTED),
}


def _of(state: State, event: Event) -> Relationship:
    return existing(state.relationships, event.address, event, "relationship")


def _accepted(state: State, event: Event) -> Relationship:
    relationship = _of(state, event)
    accepted = relationship.parties.status == RelationshipStatus.ACCEPTED
    allow(accepted, event, "its relationship is not accepted")
    return relationship


def _proposed(state: State, event: Event) -> None:
    args = event.args
    relationship = _of(state, event)
    parties = relationship.parties
    same = (args["owner"], args["institution"]) == (parties.owner, parties.institution)
    allow(same, event, "its relationship was made for another pair")
    allow(parties.status == RelationshipStatus.NONE, event, "its relationship was proposed already")
    relationship.parties = Parties(
        owner=args["owner"],
        institution=args["institution"],
        mirror=known(args["mirror"]),
        status=RelationshipStatus.PENDING,
    )
    relationship.proposer = args["proposer"]
    # Epochs count from one.
    relationship.key_epoch = KeyEpoch(1, rotating=False)


def _status_changed(state: State, event: Event) -> None:
    relationship = _of(state, event)
    status = RelationshipStatus(event.args["status"])
    before = _BEFORE.get(status, ())
    allow(relationship.parties.status in before, event, "its status cannot change so")
    if relationship.parties.status == RelationshipStatus.ACCEPTED:
        relationship.ended_at = written_at(event)
    relationship.parties = replace(relationship.parties, status=status)


def _owner_replaced(state: State, event: Event) -> None:
    relationship = _of(state, event)
    owner = relationship.parties.owner
    allow(event.args["owner"] == owner, event, "it replaces somebody else")
    if relationship.first_owner is None:
        relationship.first_owner = owner
        relationship.replaced_at = written_at(event)
    relationship.parties = replace(relationship.parties, owner=event.args["successor"])


def _mirror_changed(state: State, event: Event) -> None:
    relationship = _of(state, event)
    relationship.parties = replace(relationship.parties, mirror=known(event.args["mirror"]))


def _root_rewrapped(state: State, event: Event) -> None:
    # Nothing is stored: the wrap is for the party alone.
    _of(state, event)


def _record_anchored(state: State, event: Event) -> None:
    from eth_hash.auto import keccak

    args = event.args
    relationship = _accepted(state, event)
    fresh(relationship.records, args["recordId"], event, "record")
    _supersede(relationship, event, args["parent"])
    _advance(relationship, event)
    status = RecordStatus(args["status"])
    if status == RecordStatus.ATTESTED:
        allow(args["nonce"] == 0, event, "an attested record uses none of the owner's nonces")
    else:
        fresh(relationship.anchor_nonces, args["nonce"], event, "nonce")
        relationship.anchor_nonces.add(args["nonce"])
    relationship.attestations[args["recordId"]] = _attestation(args["attestation"])
    relationship.records[args["recordId"]] = RecordState(
        root=args["root"],
        locator_hash=keccak(args["locator"]),
        author=args["author"],
        kind=args["attestation"]["kind"],
        status=status,
        epoch=args["epoch"],
        anchored_at=written_at(event),
        superseded=False,
    )


def _query_anchored(state: State, event: Event) -> None:
    from eth_hash.auto import keccak

    args = event.args
    relationship = _accepted(state, event)
    fresh(relationship.records, args["recordId"], event, "record")
    _supersede(relationship, event, args["parent"])
    _advance(relationship, event)
    relationship.queries[args["recordId"]] = (args["name"], args["host"])
    relationship.records[args["recordId"]] = RecordState(
        root=args["root"],
        locator_hash=keccak(args["name"] + args["host"]),
        author=relationship.parties.institution,
        kind=args["kind"],
        status=RecordStatus.ATTESTED,
        epoch=args["epoch"],
        anchored_at=written_at(event),
        superseded=False,
    )


def _record_admitted(state: State, event: Event) -> None:
    from eth_hash.auto import keccak

    args = event.args
    admission, attestation = args["admission"], _attestation(args["attestation"])
    relationship = _of(state, event)
    fresh(relationship.records, args["recordId"], event, "record")
    batch = existing(state.tables[BATCHES], (args["batch"],), event, "batch")
    own = batch[0] == relationship.parties.institution
    allow(own and batch[1] == admission["anchoredAt"], event, "its batch is another one")
    _supersede(relationship, event, attestation.parent)
    if args["epoch"] != relationship.key_epoch.epoch:
        _advance(relationship, event)
    if admission["status"] == RecordStatus.CONFIRMED:
        fresh(relationship.anchor_nonces, admission["nonce"], event, "nonce")
        relationship.anchor_nonces.add(admission["nonce"])
    relationship.attestations[args["recordId"]] = attestation
    relationship.records[args["recordId"]] = RecordState(
        root=admission["root"],
        locator_hash=keccak(args["locator"]),
        author=args["author"],
        kind=attestation.kind,
        status=RecordStatus(admission["status"]),
        epoch=admission["epoch"],
        anchored_at=admission["anchoredAt"],
        superseded=False,
    )


def _record_confirmed(state: State, event: Event) -> None:
    records = _of(state, event).records
    record = existing(records, event.args["recordId"], event, "record")
    allow(record.status == RecordStatus.ATTESTED, event, "its record was confirmed already")
    records[event.args["recordId"]] = replace(record, status=RecordStatus.CONFIRMED)


def _access_requested(state: State, event: Event) -> None:
    args = event.args
    relationship = _accepted(state, event)
    fresh(relationship.requests, args["request"], event, "request")
    request = RequestState(args["viewer"], RequestStatus.REQUESTED)
    relationship.requests[args["request"]] = request
    relationship.open_requests[args["viewer"]] = args["open"]


def _request_refused(state: State, event: Event) -> None:
    relationship = _of(state, event)
    request = relationship.requests.get(event.args["request"])
    if request is not None:
        allow(request.status == RequestStatus.REQUESTED, event, "its request is closed")
        _close_request(relationship, event, request.viewer)
    relationship.requests[event.args["request"]] = RequestState(
        known(event.args["viewer"]), RequestStatus.REFUSED
    )


def _access_granted(state: State, event: Event) -> None:
    args = event.args
    relationship = _accepted(state, event)
    fresh(relationship.grants, args["id"], event, "grant")
    if args["request"] != ZERO32:
        _approve(relationship, event)
    relationship.terms[args["id"]] = _terms(args)
    relationship.grants[args["id"]] = GrantState(
        status=GrantStatus.GRANTED, expires_at=args["expiresAt"], digest=_digest(args)
    )


def _access_revoked(state: State, event: Event) -> None:
    relationship = _of(state, event)
    grant = relationship.grants.get(event.args["id"])
    if grant is None:
        # A tombstone that the grant meets (P22); it handed out nothing, so no new epoch.
        grant = GrantState(GrantStatus.REVOKED, 0, bytes(26))
    else:
        allow(grant.status == GrantStatus.GRANTED, event, "its grant was revoked already")
        relationship.key_epoch = replace(relationship.key_epoch, rotating=True)
    relationship.grants[event.args["id"]] = replace(grant, status=GrantStatus.REVOKED)


def _supersede(relationship: Relationship, event: Event, parent: bytes) -> None:
    if parent == ZERO32:
        return
    record = existing(relationship.records, parent, event, "parent")
    allow(not record.superseded, event, "its parent was superseded already")
    relationship.records[parent] = replace(record, superseded=True)


def _advance(relationship: Relationship, event: Event) -> None:
    """An epoch opens with the first record after a revocation, or when the author likes (P02)."""
    epoch, before = event.args["epoch"], relationship.key_epoch
    possible = (before.next,) if before.rotating else (before.epoch, before.epoch + 1)
    allow(epoch in possible, event, "its epoch cannot follow the one before")
    relationship.key_epoch = KeyEpoch(epoch, rotating=False)


def _approve(relationship: Relationship, event: Event) -> None:
    id = event.args["request"]
    request = existing(relationship.requests, id, event, "request")
    waiting = request.status == RequestStatus.REQUESTED
    allow(waiting and request.viewer == event.args["viewer"], event, "its request is not open")
    _close_request(relationship, event, request.viewer)
    relationship.requests[id] = replace(request, status=RequestStatus.APPROVED)


def _close_request(relationship: Relationship, event: Event, viewer: str | None) -> None:
    open = relationship.open_requests.get(viewer or "", 0)
    allow(open > 0, event, "its viewer has no open request")
    relationship.open_requests[viewer or ""] = open - 1


def _attestation(signed: dict[str, Any]) -> Attestation:
    return Attestation(
        relationship=signed["relationship"],
        record_id=signed["recordId"],
        parent=signed["parent"],
        kind=signed["kind"],
        profile=signed["profile"],
        affiliation=signed["affiliation"],
        content_root=signed["contentRoot"],
        deadline=signed["deadline"],
    )


def _terms(args: dict[str, Any]) -> GrantTerms:
    return GrantTerms(
        id=args["id"],
        viewer=args["viewer"],
        scope=Scope(args["scope"]),
        purpose=args["purpose"].rstrip(b"\0").decode("ascii", "replace"),
        expires_at=args["expiresAt"],
        key_version=args["keyVersion"],
        wrap=args["wrap"],
        affiliation=args["affiliation"],
        kind=args["kind"],
        record_id=args["recordId"],
        consent=args["consent"],
        request=args["request"],
    )


def _digest(args: dict[str, Any]) -> bytes:
    """Return the start of keccak256 over what the event carries and the slot does not."""
    from eth_abi.abi import encode
    from eth_hash.auto import keccak

    fields = {
        "viewer": "address",
        "affiliation": "bytes32",
        "scope": "uint8",
        "kind": "uint8",
        "recordId": "bytes32",
        "purpose": "bytes16",
        "consent": "bytes32",
        "request": "bytes32",
        "keyVersion": "uint32",
    }
    values = [args[name] for name in fields]
    return keccak(encode([*fields.values(), "bytes32"], [*values, keccak(args["wrap"])]))[:26]


HANDLERS = {
    "RelationshipProposed": _proposed,
    "StatusChanged": _status_changed,
    "OwnerReplaced": _owner_replaced,
    "MirrorChanged": _mirror_changed,
    "RootRewrapped": _root_rewrapped,
    "RecordAnchored": _record_anchored,
    "QueryAnchored": _query_anchored,
    "RecordAdmitted": _record_admitted,
    "RecordConfirmed": _record_confirmed,
    "AccessRequested": _access_requested,
    "RequestRefused": _request_refused,
    "AccessGranted": _access_granted,
    "AccessRevoked": _access_revoked,
}
