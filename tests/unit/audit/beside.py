"""The rest of the alliance's history: rules, and the contracts beside the relationships."""

from __future__ import annotations

from typing import Any

from eth_abi import encode
from eth_hash.auto import keccak

from tests.unit.audit.story import (
    CARDIOLOGY,
    CLINIC,
    DOCTOR,
    FIRST,
    FRIEND,
    GENESIS,
    HIDDEN,
    HOSPITAL,
    KEY,
    LEAD,
    NOBODY,
    PATIENT,
    RELATIONSHIP,
    RELAY,
    SECOND,
    SUMMARIES,
    SURGEON,
    TREAT,
    ZERO32,
    Story,
    account,
    attestation,
)

CHART, HEIR, TICKET = account(0xB7), account(0xB8), account(0xB6)
INSURER, SEALER, FACTORY = account(0xD4), account(0xD5), account(0xD6)
ALLIANCE = b"\x51" * 32
RULES = {"directions": 0b11, "withinAlliance": True, "mostOpen": 9, "requiredKinds": 2}
QUERY, BATCHED = b"\x61" * 32, b"\x62" * 32
DELEGATED, STANDING = b"\x71" * 32, b"\x25" * 16
OPENING, OTHER_OPENING = b"\x81" * 32, b"\x82" * 32
REFERRAL, OVERDUE, CONSULTATION = b"\x91" * 32, b"\x92" * 32, b"\x93" * 32
CHARGE, STUDY = b"\xa1" * 32, b"\xa2" * 32
LATER = GENESIS + 90_000
SLOT = keccak(encode(["address", "bytes32", "uint40"], [HOSPITAL, CARDIOLOGY, LATER]))
BOOKING = b"\xa3" * 32


def vote_rules(story: Story) -> None:
    """Every further action that the members vote on."""
    tell = story.tell
    story.propose(7, 10, ["(uint16,bool,uint16,uint256)"], tuple(RULES.values()), round=2)
    tell("Consortium", "ReferralRulesSet", id=7, rules=RULES)
    story.propose(8, 11, ["address", "bytes32"], HOSPITAL, ALLIANCE, round=2)
    tell("Consortium", "AllianceSet", id=8, institution=HOSPITAL, alliance=ALLIANCE)
    story.propose(9, 12, ["uint32"], 3_600, round=2)
    until = GENESIS + 10 * (story.block + 1) + 3_600
    tell("Consortium", "EmergencyStopped", id=9, until=until)
    story.propose(10, 13, [], round=2)
    tell("Consortium", "EmergencyLifted", id=10)
    sealer = {"sealer": SEALER, "institution": HOSPITAL}
    story.propose(11, 14, ["address", "address"], SEALER, HOSPITAL, round=2)
    tell("Consortium", "SealerChanged", id=11, **sealer, admitted=True)
    story.propose(12, 15, ["address"], SEALER, round=2)
    tell("Consortium", "SealerChanged", id=12, **sealer, admitted=False)
    story.propose(13, 16, ["address", "uint8", "string"], INSURER, 1, "市医保", round=2)
    tell("Consortium", "OfficeChanged", id=13, account=INSURER, office=1, name="市医保")
    story.propose(14, 17, ["address"], INSURER, round=2)
    tell("Consortium", "OfficeChanged", id=14, account=INSURER, office=0, name="")
    story.propose(15, 18, ["address"], FACTORY, round=2)
    tell("Consortium", "FactoryAdopted", id=15, factory=FACTORY)


def identify(story: Story) -> None:
    """A chart that is claimed, handles that come and go, guardians of both sorts."""
    tell = story.tell
    for summary, owner in ((account(0xF200), CHART), (account(0xF201), HEIR)):
        SUMMARIES[owner] = summary
    tell("Summary", "SummaryOpened", address=SUMMARIES[CHART], owner=CHART)
    opened = {"account": CHART, "institution": HOSPITAL, "by": DOCTOR, "handle": b"\x46" * 32}
    tell("Registrar", "ChartOpened", **opened, summary=SUMMARIES[CHART], suite=1, key=KEY)
    story.register(HEIR, 1, HOSPITAL, b"\x47" * 32)
    handle = {"institution": HOSPITAL, "handle": b"\x48" * 32}
    tell("Registrar", "HandleBound", **handle, account=HEIR)
    tell("Registrar", "HandleReleased", **handle)
    tell("Registrar", "AccountReplaced", account=CHART, successor=HEIR, by=HOSPITAL)
    tell("Registrar", "DemographicsPublished", account=HEIR, root=b"\1" * 32, locator=b"where")
    pair = {"ward": HEIR, "guardian": FRIEND}
    terms = {"basis": 1, "endsAt": LATER, "evidence": b"\2" * 32}
    tell("Guardianship", "GuardianProposed", **pair, institution=HOSPITAL, **terms)
    confirmed = {"institution": LEAD, "startsAt": GENESIS + 80_000}
    tell("Guardianship", "GuardianConfirmed", **pair, **confirmed)
    tell("Guardianship", "GuardianRevoked", **pair, by=HEIR)
    forwarded = {"from": HEIR, "to": RELATIONSHIP, "relay": RELAY, "signer": FRIEND, "nonce": 9}
    tell("Forwarder", "CallForwarded", **forwarded)
    recover(story)


def recover(story: Story) -> None:
    """Guardians that are named, approve, are vetoed, and at last succeed."""
    since = GENESIS + 10 * (story.block + 1)
    circle = {"root": b"\3" * 32, "threshold": 2, "size": 3, "delay": 86_400, "since": since}
    story.tell("Recovery", "GuardiansNamed", account=FRIEND, **circle)
    first = {"account": FRIEND, "number": 1}
    approve(story, first, HEIR, 1, 0)
    story.tell("Recovery", "RecoveryVetoed", **first, by=FRIEND)
    second = {"account": FRIEND, "number": 2}
    approve(story, second, HEIR, 1, 0)
    approve(story, second, NOBODY, 2, GENESIS + 70_000)
    attested = {"institution": CLINIC, "readyAt": GENESIS + 71_000}
    story.tell("Recovery", "RecoveryAttested", **second, **attested)
    story.tell("Recovery", "RecoveryCompleted", **second, replacement=NOBODY)


def approve(story: Story, attempt: dict[str, Any], by: str, approvals: int, ready_at: int) -> None:
    story.tell(
        "Recovery",
        "RecoveryApproved",
        **attempt,
        guardian=by,
        index=approvals - 1,
        replacement=NOBODY,
        approvals=approvals,
        readyAt=ready_at,
    )


def record(story: Story) -> None:
    """A query pointer, a batch with a record admitted from it, and what is said about records."""
    story.tell("Batches", "BatchesOpened", next=1)
    batch = story.tell(
        "Batches",
        "BatchAnchored",
        batch=1,
        institution=HOSPITAL,
        size=1_000,
        root=b"\7" * 32,
        manifest=b"\x08" * 32,
    )
    query = {"recordId": QUERY, "parent": ZERO32, "name": b"labs".ljust(32, b"\0"), "kind": 20}
    rest = {"profile": b"\x09" * 32, "epoch": 2, "root": b"\6" * 32, "host": b"sealed host"}
    story.ppr("QueryAnchored", **query, **rest)
    admission = {
        "root": b"\6" * 32,
        "anchoredAt": batch.timestamp,
        "epoch": 1,
        "status": 1,
        "nonce": 77,
    }
    story.ppr(
        "RecordAdmitted",
        recordId=BATCHED,
        author=DOCTOR,
        batch=1,
        attestation=attestation(BATCHED),
        admission=admission,
        epoch=2,
        locator=b"locator",
    )
    place = {"relationship": RELATIONSHIP}
    story.tell("Evidence", "RecordDisputed", **place, recordId=FIRST, by=PATIENT, reason=b"no")
    story.tell("Evidence", "RecordWithdrawn", **place, recordId=FIRST, by=HOSPITAL)
    story.tell("Evidence", "RecordsSealed", **place, by=PATIENT, records=(FIRST, SECOND))
    story.tell("Evidence", "SealLifted", **place, by=PATIENT, records=(FIRST, SECOND))
    erased = {"certificate": b"\x0a" * 32, "erasedAt": GENESIS, "records": (HIDDEN,)}
    story.tell("Evidence", "ErasureCertified", **place, **erased)
    receipts = {"custodian": HOSPITAL, "anchors": 1, "size": 12, "root": b"\x0b" * 32}
    story.tell("Receipts", "ReceiptsAnchored", **receipts)


def share(story: Story) -> None:
    """A delegation inside a grant, a ticket, and an emergency with its review."""
    story.grant(STANDING, viewer=CLINIC)
    content = {
        "salt": b"\x0c" * 32,
        "delegate": SURGEON,
        "affiliation": bytes(12) + bytes.fromhex(CLINIC[2:]),
        "scope": 2,
        "kind": 1,
        "recordId": ZERO32,
        "expiresAt": GENESIS + 40_000,
        "keyVersion": 1,
        "wrap": b"wrapped",
    }
    delegated = {"relationship": RELATIONSHIP, "id": DELEGATED, "delegate": SURGEON}
    inside = {"delegator": CLINIC, "grant": STANDING, "content": content}
    story.tell("Delegations", "AccessDelegated", **delegated, **inside)
    story.tell("Delegations", "DelegationRevoked", id=DELEGATED, by=CLINIC)
    ticket = {"owner": PATIENT, "ticket": TICKET}
    terms = {"service": HOSPITAL, "expiresAt": LATER, "content": b"\x0d" * 32}
    story.tell("Tickets", "TicketIssued", **ticket, **terms)
    story.tell("Tickets", "TicketChanged", **ticket, status=2)
    open_emergencies(story)


def open_emergencies(story: Story) -> None:
    arrangement = {"patient": PATIENT, "version": 1, "threshold": 2, "suite": 1, "key": KEY}
    shared = {"holders": (CLINIC, LEAD), "checks": (ZERO32, ZERO32), "shares": (b"a", b"b")}
    story.tell("BreakGlass", "EmergencyArranged", **arrangement, **shared)
    for id in (OPENING, OTHER_OPENING):
        asked = {"patient": PATIENT, "requester": DOCTOR, "institution": HOSPITAL, "version": 1}
        rest = {"affiliation": CARDIOLOGY, "duration": 3_600, "reason": b"coma"}
        story.tell("BreakGlass", "EmergencyRequested", id=id, **asked, **rest)
        for approvals, house in enumerate((CLINIC, LEAD), 1):
            ends_at = GENESIS + 10 * (story.block + 1) + 3_600 if approvals == 2 else 0
            released = {"institution": house, "approvals": approvals, "endsAt": ends_at}
            told = {"id": id, "patient": PATIENT, "share": b"s"}
            story.tell("BreakGlass", "ShareReleased", **told, **released)
    ended = GENESIS + 10 * (story.block + 1)
    story.tell("BreakGlass", "EmergencyEnded", id=OPENING, by=PATIENT, endsAt=ended)
    story.tell("BreakGlass", "ReviewOverdue", id=OPENING, institution=HOSPITAL)
    reviewed = {"reviewer": LEAD, "verdict": 2, "findings": b"none"}
    story.tell("BreakGlass", "EmergencyReviewed", id=OPENING, **reviewed)


def care(story: Story) -> None:
    """Slots and bookings, referrals, a consultation, a charge and a study."""
    tell = story.tell
    slots = {"institution": HOSPITAL, "department": CARDIOLOGY, "capacity": 3}
    tell("Appointments", "SlotsOpened", **slots, startsAt=(LATER,))
    booked = {"booking": BOOKING, "slot": SLOT, "relationship": RELATIONSHIP, "purpose": 2}
    tell("Appointments", "AppointmentBooked", **booked, taken=1)
    tell("Appointments", "AppointmentChanged", booking=BOOKING, status=2, taken=0)
    tell("Appointments", "SlotReferred", slot=SLOT, referral=REFERRAL, taken=1)
    tell("Appointments", "SlotClosed", slot=SLOT)
    refer(story)
    invited = {"institutions": (CLINIC, LEAD), "grants": (TREAT, TREAT)}
    asked = {"dueAt": LATER, "question": b"?"}
    told = {"id": CONSULTATION, "relationship": RELATIONSHIP, "clinician": DOCTOR}
    tell("Consultations", "ConsultationConvened", **told, **invited, **asked)
    answer = {"institution": CLINIC, "clinician": SURGEON, "answer": 2, "answered": 1}
    opinion = {"commitment": b"\1" * 32, "note": b""}
    tell("Consultations", "ConsultationAnswered", id=CONSULTATION, **answer, **opinion)
    ended = {"by": DOCTOR, "stage": 2, "commitment": b"\2" * 32}
    tell("Consultations", "ConsultationEnded", id=CONSULTATION, **ended)
    posted = {"relationship": RELATIONSHIP, "institution": HOSPITAL, "commitment": b"\3" * 32}
    tell("Charges", "ChargePosted", id=CHARGE, **posted)
    tell("Charges", "ChargeReleased", id=CHARGE, insurer=INSURER)
    tell("Charges", "ChargeChanged", id=CHARGE, by=INSURER, status=3)
    tell("Research", "StudyRegistered", study=STUDY, researcher=LEAD, protocol=b"\4" * 32)
    choice = {"patient": PATIENT, "participates": True, "number": 1}
    tell("Research", "ParticipationChosen", study=STUDY, **choice)
    tell("Relationship", "OwnerReplaced", address=RELATIONSHIP, owner=PATIENT, successor=HEIR)


def refer(story: Story) -> None:
    """One referral that comes back down, and one whose feedback is overdue."""
    tell = story.tell
    for open, id in enumerate((REFERRAL, OVERDUE), 1):
        ways = {"relationship": RELATIONSHIP, "to": CLINIC, "from": HOSPITAL, "clinician": DOCTOR}
        content = {"dueAt": LATER, "package": FIRST}
        tell("Referrals", "ReferralPrepared", id=id, **ways, content=content, open=open)
    tell("Referrals", "ReferralTriaged", id=REFERRAL, clinician=SURGEON, level=2)
    booked = {"slot": SLOT, "startsAt": LATER, "grant": TREAT}
    tell("Referrals", "ReferralBooked", id=REFERRAL, **booked)
    for id in (REFERRAL, OVERDUE):
        tell("Referrals", "ReferralAdmitted", id=id, by=SURGEON, dueAt=LATER)
    late = {"by": PATIENT, "stage": 11, "open": 1, "note": b""}
    tell("Referrals", "ReferralClosed", id=OVERDUE, **late)
    feedback = {"by": SURGEON, "commitment": b"\5" * 32, "down": True, "note": b""}
    tell("Referrals", "FeedbackGiven", id=REFERRAL, **feedback, open=0)
    tell("Referrals", "ReferralReturned", id=REFERRAL, by=DOCTOR)


def beside(story: Story) -> None:
    """Tell everything that a history of the first contracts alone leaves out."""
    for chapter in (vote_rules, identify, record, share, care):
        chapter(story)
