"""A patient of the clinic's on her way to the hospital, stage by stage."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from eth_utils import keccak

from tests.alliance import (
    DAY,
    DIAGNOSES,
    HOUR,
    LABORATORY,
    SUSPEND,
    Grant,
    at,
    now,
    padded,
)
from tests.functional.appointments.slots import slot_id
from tests.live import once, undone
from tests.signing import ZERO, digest

REFERRAL_PACKAGE = 24
STAGES = ("none", "prepared", "booked", "admitted", "answered", "returning", "returned")
STAGES += ("refused", "cancelled", "missed", "expired", "overdue")
GRACE, ADMISSION_TIME, FEEDBACK_TIME = HOUR, 7 * DAY, 30 * DAY
RULES = {
    "directions": 1 << 8,
    "withinAlliance": False,
    "mostOpen": 2,
    "requiredKinds": 1 << LABORATORY | 1 << DIAGNOSES,
}
COMMITMENT = digest("feedback record")


@dataclass(frozen=True)
class Records:
    """Alice's package and what is attached to it, anchored at the clinic."""

    package: Any
    laboratory: Any
    diagnoses: Any
    grant: Grant


@dataclass(frozen=True)
class Preparation:
    """What Dr Wang prepares, as the argument of `prepareReferral`."""

    clinician: Any
    relationship: Any
    affiliation: bytes
    to: Any
    package: bytes
    attachments: tuple[bytes, ...]
    due_at: int
    salt: bytes = digest("salt")
    note: bytes = b"sealed to the hospital"

    def but(self, **changes: Any) -> Preparation:
        """Return a preparation with other fields."""
        return replace(self, **changes)

    @property
    def terms(self) -> tuple[Any, ...]:
        """The struct."""
        pair = (self.relationship.address, self.affiliation, self.to.address)
        rest = (self.package, self.attachments, self.due_at, self.note)
        return (self.salt, *pair, *rest)

    @property
    def id(self) -> bytes:
        """The referral's id, worked out independently."""
        return bytes(keccak(bytes.fromhex(self.clinician.address[2:]) + self.salt))


@dataclass(frozen=True)
class Slot:
    """A slot for one at the hospital."""

    id: bytes
    starts_at: int


@pytest.fixture(scope=once("module"))
def rule(alliance, founders):
    """Vote for rules of referral, those above unless others are given."""

    def rule(**changes):
        rules, closes = tuple((RULES | changes).values()), now() + DAY
        options = {"from": founders[0]}
        proposed = alliance.consortium.proposeReferralRules(rules, closes, options)
        alliance.carry(proposed, founders[:3])

    return rule


@pytest.fixture(scope=once("module"))
def records(founded, alliance, places, relationship, founders, rule, alice, dr_wang, hospital):
    """Rules in force, records anchored and a grant to the hospital, for a file's tests."""
    with undone():
        profiles = places.profiles | {
            REFERRAL_PACKAGE: alliance.adopt(REFERRAL_PACKAGE, founders[:3])
        }
        drafts = []
        for nonce, kind in enumerate((REFERRAL_PACKAGE, LABORATORY, DIAGNOSES)):
            fields = {"record": digest("record", bytes([kind])), "kind": kind, "nonce": nonce}
            fields |= {"profile": profiles[kind], "affiliation": places.clinic_ward}
            draft = alliance.draft(relationship, dr_wang, alice, **fields)
            relationship.anchor(*draft.submission, {"from": dr_wang})
            drafts.append(draft)
        rule()
        grant = Grant(digest("grant")[:16], hospital, padded(hospital), 2**40 - 1)
        relationship.grantAccess(grant.terms, {"from": alice})
        yield Records(*drafts, grant)


@pytest.fixture(scope=once("session"))
def referrals(alliance):
    """The contract."""
    return alliance.contracts["Referrals"]


@pytest.fixture(scope=once("session"))
def appointments(alliance):
    """Where slots are."""
    return alliance.contracts["Appointments"]


@pytest.fixture
def preparation(records, places, relationship, dr_wang, hospital):
    """Alice's referral to the hospital, to be booked within a day; not yet prepared."""
    attachments = (records.laboratory.record, records.diagnoses.record)
    given = (dr_wang, relationship, places.clinic_ward, hospital, records.package.record)
    return Preparation(*given, attachments, now() + DAY)


@pytest.fixture
def slot(appointments, places, hospital):
    """A slot for one at the hospital, in two days."""
    starts_at = now() + 2 * DAY
    appointments.openSlots(places.hospital_ward, [starts_at], 1, {"from": hospital})
    return Slot(slot_id(hospital, places.hospital_ward, starts_at), starts_at)


@pytest.fixture
def none(preparation):
    """The id of a referral that is not yet one."""
    return preparation.id


@pytest.fixture
def prepared(referrals, preparation, dr_wang):
    """The same, prepared."""
    referrals.prepareReferral(preparation.terms, {"from": dr_wang})
    return preparation.id


@pytest.fixture
def booked(referrals, records, slot, prepared, alice):
    """The same, booked by Alice."""
    referrals.bookReferral(prepared, slot.id, records.grant.terms, {"from": alice})
    return prepared


@pytest.fixture
def admitted(referrals, booked, hospital):
    """The same, admitted."""
    referrals.admitReferral(booked, ZERO, {"from": hospital})
    return booked


@pytest.fixture
def answered(referrals, admitted, hospital):
    """The same, with feedback."""
    referrals.giveFeedback(admitted, ZERO, COMMITMENT, False, b"", {"from": hospital})
    return admitted


@pytest.fixture
def returning(referrals, admitted, hospital):
    """The same, with feedback and referred back down."""
    referrals.giveFeedback(admitted, ZERO, COMMITMENT, True, b"", {"from": hospital})
    return admitted


@pytest.fixture
def returned(referrals, returning, clinic):
    """The same, taken back."""
    referrals.acceptReturn(returning, ZERO, {"from": clinic})
    return returning


@pytest.fixture
def refused(referrals, prepared, hospital):
    """The same, refused by the hospital."""
    referrals.refuseReferral(prepared, ZERO, b"", {"from": hospital})
    return prepared


@pytest.fixture
def cancelled(referrals, prepared, alice):
    """The same, cancelled by Alice."""
    referrals.cancelReferral(prepared, ZERO, {"from": alice})
    return prepared


@pytest.fixture
def missed(referrals, slot, booked, hospital):
    """The same, to which Alice did not come."""
    at(slot.starts_at + GRACE)
    referrals.noteNoShow(booked, ZERO, {"from": hospital})
    return booked


@pytest.fixture
def expired(referrals, preparation, prepared, mallory):
    """The same, never booked."""
    at(preparation.due_at + 1)
    referrals.expireReferral(prepared, {"from": mallory})
    return prepared


@pytest.fixture
def overdue(referrals, admitted, mallory):
    """The same, admitted and without feedback in time."""
    at(referrals.referralOf(admitted)["dueAt"] + 1)
    referrals.expireReferral(admitted, {"from": mallory})
    return admitted


@pytest.fixture
def traffic(referrals, clinic, hospital):
    """Read how many are open from the clinic to the hospital, and how many there ever were."""
    return lambda: tuple(referrals.trafficOf(clinic, hospital))


@pytest.fixture
def stored(referrals):
    """Read what is stored of a referral: what may change, and where it stands."""

    def stored(id):
        _, stage, triage, due_at, since, _, slot, _ = referrals.referralOf(id)
        return {
            "stage": STAGES[stage],
            "triage": triage,
            "due_at": due_at,
            "since": since,
            "slot": bytes(slot),
        }

    return stored


@pytest.fixture
def taken(appointments, slot):
    """Read how many the slot has taken."""
    return lambda: appointments.slotOf(slot.id)["taken"]


@pytest.fixture
def closing():
    """Return what `ReferralClosed` tells when the only referral of a pair ends."""

    # Brownie shows empty bytes as one zero.
    def closing(id, by, stage, note=b"\0", open=0):
        told = {"id": id, "by": by, "stage": STAGES.index(stage), "open": open, "note": note}
        return ("ReferralClosed", told)

    return closing


@pytest.fixture
def suspended(alliance, founders):
    """Suspend a founder."""

    def suspended(house):
        alliance.stand(house, SUSPEND, [f for f in founders if f != house])

    return suspended


@pytest.fixture
def stopped(alliance, founders):
    """An emergency stop of a day."""
    options = {"from": founders[0]}
    proposed = alliance.consortium.proposeStop(DAY, now() + DAY, options)
    alliance.carry(proposed, founders[:3])


@pytest.fixture
def not_receiving(request, places):
    """Everybody who does not act for the hospital, and the affiliations they name."""
    named = [
        ("mallory", "hospital_ward"),
        ("alice", "hospital_ward"),
        ("clinic", "hospital_ward"),
        ("dr_wang", "clinic_ward"),
    ]
    return [(request.getfixturevalue(who), getattr(places, ward)) for who, ward in named]


@pytest.fixture
def not_referring(request, places):
    """Everybody who acts neither for Alice nor for the clinic, and the affiliations they name."""
    named = [
        ("mallory", "clinic_ward"),
        ("bob", "clinic_ward"),
        ("hospital", "clinic_ward"),
        ("dr_li", "hospital_ward"),
    ]
    return [(request.getfixturevalue(who), getattr(places, ward)) for who, ward in named]
