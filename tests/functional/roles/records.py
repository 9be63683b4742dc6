"""Acts on relationships, records and consent."""

from __future__ import annotations

from typing import Any

from tests.alliance import DAY, DIAGNOSES, HOUR, WRAP, Grant, access_request, account, now, padded
from tests.functional.roles.act import (
    ANSWERED,
    ANY,
    MADE,
    MET,
    OFFERED,
    PEOPLE,
    Act,
    Caller,
    contract,
    ward_of,
)
from tests.functional.roles.scene import EVIDENCE, NEVER, Scene, Stage
from tests.signing import ZERO

factory = contract("RelationshipFactory")
batches = contract("Batches")
receipts = contract("Receipts")
evidence = contract("Evidence")
delegations = contract("Delegations")
tickets = contract("Tickets")


def _grant(scene: Scene) -> tuple[Any, ...]:
    house = scene.other.house
    return Grant(MADE[:16], house, padded(house), NEVER).terms


def _query(stage: Stage) -> tuple[Any, ...]:
    profile = stage.profiles[DIAGNOSES]
    return (MADE, ZERO, DIAGNOSES, profile, MADE, EVIDENCE, 1, b"sealed host")


def _late(scene: Scene) -> Any:
    return scene.draft(DIAGNOSES, record=MADE, nonce=999).authored


def _signed(scene: Scene) -> tuple[Any, ...]:
    fields = {"record": MADE, "nonce": 999, "deadline": now() + DAY}
    return tuple(scene.draft(DIAGNOSES, **fields).submission)


def _delegation(scene: Scene, who: Caller) -> bytes:
    """Return one that a house made, or of the owner's own grant."""
    return (scene.other if who.role in ("patient", "guardian") else scene).delegated


RECORDS = (
    # Relationships.
    Act(
        "propose a relationship",
        PEOPLE,
        lambda t, s, w: (
            factory(t).propose,
            t.alliance.opening(s.patient, s.house, t.hospitals[0]),
        ),
    ),
    Act(
        "accept what an institution proposed",
        OFFERED,
        lambda t, s, w: (s.relationship.accept,),
    ),
    Act(
        "refuse what an institution proposed",
        OFFERED,
        lambda t, s, w: (s.relationship.refuse,),
    ),
    Act("accept what a patient proposed", ANSWERED, lambda t, s, w: (s.relationship.accept,)),
    Act("refuse what a patient proposed", ANSWERED, lambda t, s, w: (s.relationship.refuse,)),
    Act("end a relationship", MET, lambda t, s, w: (s.relationship.end,)),
    Act(
        "change the mirror",
        MET,
        lambda t, s, w: (s.relationship.changeMirror, t.hospitals[1]),
    ),
    Act(
        "wrap the root anew",
        MET,
        lambda t, s, w: (s.relationship.rewrapRoot, 1, WRAP),
    ),
    # Records.
    Act(
        "anchor a record that clinician and owner signed",
        MET,
        lambda t, s, w: (s.relationship.anchor, *_signed(s)),
        ANY,
        direct=True,
    ),
    Act(
        "anchor attested, after the deadline",
        MET,
        lambda t, s, w: (s.relationship.anchorAttested, _late(s), 1),
    ),
    Act(
        "anchor a query pointer",
        MET,
        lambda t, s, w: (s.relationship.anchorQuery, _query(t)),
    ),
    Act(
        "confirm an attested record",
        MET,
        lambda t, s, w: (s.relationship.confirmRecord, s.attested),
    ),
    Act(
        "anchor a batch",
        PEOPLE,
        lambda t, s, w: (batches(t).anchorBatch, 1, EVIDENCE, EVIDENCE),
        ANY,
    ),
    Act(
        "anchor receipts",
        PEOPLE,
        lambda t, s, w: (receipts(t).anchorReceipts, 1, EVIDENCE),
        ANY,
    ),
    Act(
        "dispute or withdraw a record",
        MET,
        lambda t, s, w: (evidence(t).dispute, s.relationship, s.package, b""),
    ),
    Act(
        "seal records",
        MET,
        lambda t, s, w: (evidence(t).sealRecords, s.relationship, [s.package]),
    ),
    # Consent.
    Act(
        "request access",
        MET,
        lambda t, s, w: (
            s.relationship.requestAccess,
            access_request(ward_of(s, w), "made now"),
        ),
        ANY,
    ),
    Act(
        "refuse a request",
        MET,
        lambda t, s, w: (s.relationship.refuseRequest, s.request),
    ),
    Act("grant", MET, lambda t, s, w: (s.relationship.grantAccess, _grant(s))),
    Act("revoke", MET, lambda t, s, w: (s.relationship.revokeAccess, s.grant.id)),
    Act(
        "delegate what one's house was granted",
        MET,
        lambda t, s, w: (
            delegations(t).delegate,
            s.other.relationship,
            s.other.grant.terms,
            s.delegation("made now").terms,
        ),
    ),
    Act(
        "revoke a delegation",
        MET,
        lambda t, s, w: (delegations(t).revokeDelegation, _delegation(s, w)),
    ),
    Act(
        "issue a ticket",
        MET,
        lambda t, s, w: (
            tickets(t).issueTicket,
            account("a new ticket"),
            s.house,
            now() + HOUR,
            EVIDENCE,
        ),
        ANY,
    ),
    Act("redeem a ticket", MET, lambda t, s, w: (tickets(t).redeem, *s.redemption())),
    Act(
        "lock a ticket",
        MET,
        lambda t, s, w: (tickets(t).lockTicket, s.patient, s.ticket),
    ),
)
