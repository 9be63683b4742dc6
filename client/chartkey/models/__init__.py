"""The nouns of the system, as values: enumerations and frozen dataclasses.

Nothing here reads a file, a key or a chain. Numbers are the ones in
``interfaces/``; lengths are in bytes, times in seconds since 1970-01-01 UTC.
"""

from __future__ import annotations

from chartkey.models.appointments import (
    Booking,
    Slot,
)
from chartkey.models.batches import (
    Batch,
    Inclusion,
)
from chartkey.models.block import (
    Block,
)
from chartkey.models.charges import (
    Charge,
)
from chartkey.models.consent import (
    AccessRequest,
    Granted,
    GrantState,
    GrantTerms,
    Requested,
    RequestState,
)
from chartkey.models.consortium import (
    Census,
    Details,
    Member,
    Profile,
    Proposal,
    ReferralRules,
)
from chartkey.models.consultations import (
    Consultation,
    Invitation,
)
from chartkey.models.delegations import (
    Delegation,
    DelegationState,
)
from chartkey.models.emergencies import (
    Arrangement,
    EmergencyAccount,
    EmergencyOpening,
    EmergencyPlan,
)
from chartkey.models.evidence import (
    DisclosedElement,
    ErasureCertificate,
    RecordFlags,
)
from chartkey.models.guardians import (
    Attempt,
    Circle,
    GuardianProof,
    Mandate,
)
from chartkey.models.people import (
    Demographics,
    Person,
    Registration,
    Replacement,
)
from chartkey.models.receipts import (
    ReceiptLog,
)
from chartkey.models.records import (
    Anchor,
    Attestation,
    Authored,
    QueryPointer,
    RecordContext,
    RecordPointer,
    RecordState,
)
from chartkey.models.referrals import (
    Preparation,
    Referral,
    Traffic,
)
from chartkey.models.relationships import (
    KeyEpoch,
    Opening,
    Parties,
    SummaryEntry,
)
from chartkey.models.stages import (
    Answer,
    AttemptStatus,
    Basis,
    BookingStatus,
    ChargeStatus,
    ConsultationStage,
    DelegationStatus,
    MandateStatus,
    Office,
    OpeningStatus,
    ReferralStage,
    TicketStatus,
    Verdict,
    VisitPurpose,
)
from chartkey.models.studies import (
    Choice,
    Study,
)
from chartkey.models.tickets import (
    Redemption,
    Ticket,
)
from chartkey.models.vocabulary import (
    ZERO32,
    Action,
    Certification,
    GrantStatus,
    Kind,
    MemberStanding,
    Purpose,
    RecordStatus,
    RelationshipStatus,
    RequestStatus,
    Role,
    Scope,
    Standing,
    Suite,
)

__all__ = [
    "ZERO32",
    "AccessRequest",
    "Action",
    "Anchor",
    "Answer",
    "Arrangement",
    "Attempt",
    "AttemptStatus",
    "Attestation",
    "Authored",
    "Basis",
    "Batch",
    "Block",
    "Booking",
    "BookingStatus",
    "Census",
    "Certification",
    "Charge",
    "ChargeStatus",
    "Choice",
    "Circle",
    "Consultation",
    "ConsultationStage",
    "Delegation",
    "DelegationState",
    "DelegationStatus",
    "Demographics",
    "Details",
    "DisclosedElement",
    "EmergencyAccount",
    "EmergencyOpening",
    "EmergencyPlan",
    "ErasureCertificate",
    "GrantState",
    "GrantStatus",
    "GrantTerms",
    "Granted",
    "GuardianProof",
    "Inclusion",
    "Invitation",
    "KeyEpoch",
    "Kind",
    "Mandate",
    "MandateStatus",
    "Member",
    "MemberStanding",
    "Office",
    "Opening",
    "OpeningStatus",
    "Parties",
    "Person",
    "Preparation",
    "Profile",
    "Proposal",
    "Purpose",
    "QueryPointer",
    "ReceiptLog",
    "RecordContext",
    "RecordFlags",
    "RecordPointer",
    "RecordState",
    "RecordStatus",
    "Redemption",
    "Referral",
    "ReferralRules",
    "ReferralStage",
    "Registration",
    "RelationshipStatus",
    "Replacement",
    "RequestState",
    "RequestStatus",
    "Requested",
    "Role",
    "Scope",
    "Slot",
    "Standing",
    "Study",
    "Suite",
    "SummaryEntry",
    "Ticket",
    "TicketStatus",
    "Traffic",
    "Verdict",
    "VisitPurpose",
]
