"""How each event is told: who acted, what it was done to, and which values are what."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from chartkey.models import (
    Action,
    Answer,
    Basis,
    BookingStatus,
    ChargeStatus,
    ConsultationStage,
    MemberStanding,
    Office,
    RecordStatus,
    ReferralStage,
    RelationshipStatus,
    Role,
    Scope,
    Standing,
    TicketStatus,
    Verdict,
    VisitPurpose,
)

__all__ = ["ENUMERATIONS", "SHAPES", "TIMES", "Shape"]


class Shape(NamedTuple):
    """How to tell an event: the argument that names who acted, and what it was done to.

    ``actor`` starting with a colon is a fixed text, ``:owner`` and ``:institution`` are the
    relationship's. ``entity`` without an argument is the emitting contract's own address.
    """

    group: str
    actor: str
    noun: str
    entity: str = ""


SHAPES = {
    "ConsortiumCreated": Shape("governance", ":the consortium", "consortium"),
    "AgreementSigned": Shape("governance", "institution", "member", "institution"),
    "ProposalOpened": Shape("governance", "proposer", "proposal", "id"),
    "VoteCast": Shape("governance", "member", "proposal", "id"),
    "InstitutionAdmitted": Shape("governance", ":the consortium", "member", "institution"),
    "StandingChanged": Shape("governance", ":the consortium", "member", "institution"),
    "RegulatorChanged": Shape("governance", ":the consortium", "regulator", "regulator"),
    "ProfileAdopted": Shape("governance", ":the consortium", "profile", "profile"),
    "ProfileRetired": Shape("governance", ":the consortium", "profile", "profile"),
    "AgreementAdopted": Shape("governance", ":the consortium", "agreement", "agreement"),
    "PersonApplied": Shape("people", "account", "person", "account"),
    "PersonRegistered": Shape("people", "institution", "person", "account"),
    "PersonCertified": Shape("people", "institution", "person", "account"),
    "InstitutionEnrolled": Shape("people", "institution", "institution", "institution"),
    "KeyPublished": Shape("people", "account", "person", "account"),
    "DepartmentChanged": Shape("people", "institution", "department", "department"),
    "AffiliationChanged": Shape("people", "institution", "person", "clinician"),
    "LicenceChanged": Shape("people", "institution", "person", "clinician"),
    "SummaryOpened": Shape("people", ":the registrar", "summary"),
    "RelationshipListed": Shape("relationship", ":the factory", "summary"),
    "RelationshipCreated": Shape("relationship", ":the factory", "relationship", "relationship"),
    "RelationshipPrecluded": Shape("relationship", ":a party", "relationship", "relationship"),
    "RelationshipProposed": Shape("relationship", "proposer", "relationship"),
    "StatusChanged": Shape("relationship", "by", "relationship"),
    "MirrorChanged": Shape("relationship", ":owner", "relationship"),
    "RootRewrapped": Shape("relationship", "party", "relationship"),
    "RecordAnchored": Shape("record", "author", "record", "recordId"),
    "RecordConfirmed": Shape("record", ":owner", "record", "recordId"),
    "AccessRequested": Shape("consent", "viewer", "request", "request"),
    "RequestRefused": Shape("consent", ":owner", "request", "request"),
    "AccessGranted": Shape("consent", ":owner", "grant", "id"),
    "AccessRevoked": Shape("consent", ":owner", "grant", "id"),
    "ReferralRulesSet": Shape("governance", ":the consortium", "rules", "id"),
    "AllianceSet": Shape("governance", ":the consortium", "member", "institution"),
    "EmergencyStopped": Shape("governance", ":the consortium", "proposal", "id"),
    "EmergencyLifted": Shape("governance", ":the consortium", "proposal", "id"),
    "SealerChanged": Shape("governance", ":the consortium", "sealer", "sealer"),
    "OfficeChanged": Shape("governance", ":the consortium", "account", "account"),
    "FactoryAdopted": Shape("governance", ":the consortium", "factory", "factory"),
    "ChartOpened": Shape("people", "by", "person", "account"),
    "HandleBound": Shape("people", "institution", "person", "account"),
    "HandleReleased": Shape("people", "institution", "handle", "handle"),
    "AccountReplaced": Shape("people", "by", "person", "account"),
    "DemographicsPublished": Shape("people", "account", "person", "account"),
    "GuardianProposed": Shape("people", "institution", "person", "ward"),
    "GuardianConfirmed": Shape("people", "institution", "person", "ward"),
    "GuardianRevoked": Shape("people", "by", "person", "ward"),
    "GuardiansNamed": Shape("people", "account", "person", "account"),
    "RecoveryApproved": Shape("people", "guardian", "person", "account"),
    "RecoveryVetoed": Shape("people", "by", "person", "account"),
    "RecoveryAttested": Shape("people", "institution", "person", "account"),
    "RecoveryCompleted": Shape("people", ":the guardians", "person", "account"),
    "OwnerReplaced": Shape("relationship", ":the factory", "relationship"),
    "QueryAnchored": Shape("record", ":institution", "record", "recordId"),
    "RecordAdmitted": Shape("record", "author", "record", "recordId"),
    "BatchesOpened": Shape("record", ":the deployment", "batches"),
    "BatchAnchored": Shape("record", "institution", "batch", "batch"),
    "RecordDisputed": Shape("evidence", "by", "record", "recordId"),
    "RecordWithdrawn": Shape("evidence", "by", "record", "recordId"),
    "RecordsSealed": Shape("evidence", "by", "relationship", "relationship"),
    "SealLifted": Shape("evidence", "by", "relationship", "relationship"),
    "ErasureCertified": Shape("evidence", ":the custodians", "certificate", "certificate"),
    "ReceiptsAnchored": Shape("evidence", "custodian", "receipt log", "custodian"),
    "AccessDelegated": Shape("consent", "delegator", "delegation", "id"),
    "DelegationRevoked": Shape("consent", "by", "delegation", "id"),
    "TicketIssued": Shape("consent", "owner", "ticket", "ticket"),
    "TicketChanged": Shape("consent", "owner", "ticket", "ticket"),
    "EmergencyArranged": Shape("emergency", "patient", "person", "patient"),
    "EmergencyRequested": Shape("emergency", "requester", "opening", "id"),
    "ShareReleased": Shape("emergency", "institution", "opening", "id"),
    "EmergencyEnded": Shape("emergency", "by", "opening", "id"),
    "ReviewOverdue": Shape("emergency", ":the review queue", "opening", "id"),
    "EmergencyReviewed": Shape("emergency", "reviewer", "opening", "id"),
    "SlotsOpened": Shape("care", "institution", "department", "department"),
    "SlotClosed": Shape("care", ":the institution", "slot", "slot"),
    "SlotReferred": Shape("care", ":a referral", "slot", "slot"),
    "AppointmentBooked": Shape("care", ":the patient", "booking", "booking"),
    "AppointmentChanged": Shape("care", ":a party", "booking", "booking"),
    "ReferralPrepared": Shape("care", "clinician", "referral", "id"),
    "ReferralTriaged": Shape("care", "clinician", "referral", "id"),
    "ReferralBooked": Shape("care", ":the patient", "referral", "id"),
    "ReferralAdmitted": Shape("care", "by", "referral", "id"),
    "FeedbackGiven": Shape("care", "by", "referral", "id"),
    "ReferralReturned": Shape("care", "by", "referral", "id"),
    "ReferralClosed": Shape("care", "by", "referral", "id"),
    "ConsultationConvened": Shape("care", "clinician", "consultation", "id"),
    "ConsultationAnswered": Shape("care", "clinician", "consultation", "id"),
    "ConsultationEnded": Shape("care", "by", "consultation", "id"),
    "ChargePosted": Shape("charge", "institution", "charge", "id"),
    "ChargeReleased": Shape("charge", ":the patient", "charge", "id"),
    "ChargeChanged": Shape("charge", "by", "charge", "id"),
    "StudyRegistered": Shape("research", "researcher", "study", "study"),
    "ParticipationChosen": Shape("research", "patient", "study", "study"),
    "CallForwarded": Shape("relay", "relay", "contract", "to"),
    "NonceCancelled": Shape("relay", "from", "nonce", "nonce"),
}

ENUMERATIONS: dict[tuple[str, str], type[IntEnum]] = {
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
    ("OfficeChanged", "office"): Office,
    ("GuardianProposed", "basis"): Basis,
    ("TicketChanged", "status"): TicketStatus,
    ("EmergencyReviewed", "verdict"): Verdict,
    ("AppointmentBooked", "purpose"): VisitPurpose,
    ("AppointmentChanged", "status"): BookingStatus,
    ("ReferralClosed", "stage"): ReferralStage,
    ("ConsultationAnswered", "answer"): Answer,
    ("ConsultationEnded", "stage"): ConsultationStage,
    ("ChargeChanged", "status"): ChargeStatus,
}
TIMES = frozenset(
    (
        "closesAt",
        "expiresAt",
        "until",
        "endsAt",
        "startsAt",
        "since",
        "readyAt",
        "dueAt",
        "erasedAt",
    )
)
