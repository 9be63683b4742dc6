"""Where things stand in the contracts beside the relationships; numbers are never renumbered."""

from __future__ import annotations

from enum import IntEnum

__all__ = [
    "Answer",
    "AttemptStatus",
    "Basis",
    "BookingStatus",
    "ChargeStatus",
    "ConsultationStage",
    "DelegationStatus",
    "MandateStatus",
    "Office",
    "OpeningStatus",
    "ReferralStage",
    "TicketStatus",
    "Verdict",
    "VisitPurpose",
]


class Office(IntEnum):
    """What an account holds that is neither a member nor a person of the registrar's."""

    NONE = 0
    INSURER = 1
    RESEARCHER = 2


class Basis(IntEnum):
    """Why a guardian acts for a ward; after a death the next of kin may only read (R07)."""

    NONE = 0
    MINOR = 1
    INCAPACITY = 2
    DECEASED = 3


class MandateStatus(IntEnum):
    """Where a guardian's mandate stands; delay and end are computed."""

    NONE = 0
    PROPOSED = 1
    CONFIRMED = 2
    REVOKED = 3


class AttemptStatus(IntEnum):
    """Where an attempt to recover an account stands; delay and end are computed (P31)."""

    NONE = 0
    STARTED = 1
    VETOED = 2
    COMPLETED = 3


class DelegationStatus(IntEnum):
    """Where a delegation stands; expiry and its grant's end are computed (R28)."""

    NONE = 0
    DELEGATED = 1
    REVOKED = 2


class TicketStatus(IntEnum):
    """Where a ticket stands; expiry is computed (P32)."""

    NONE = 0
    ISSUED = 1
    REDEEMED = 2
    LOCKED = 3
    CANCELLED = 4


class OpeningStatus(IntEnum):
    """Where an emergency opening stands; its end is computed (P30)."""

    NONE = 0
    REQUESTED = 1
    OPENED = 2
    REVIEWED = 3


class Verdict(IntEnum):
    """What the review of an emergency opening found."""

    NONE = 0
    JUSTIFIED = 1
    UNJUSTIFIED = 2


class VisitPurpose(IntEnum):
    """What a patient books a slot for (R31)."""

    NONE = 0
    VISIT = 1
    FOLLOW_UP = 2
    HEALTH_MANAGEMENT = 3


class BookingStatus(IntEnum):
    """Where a booking stands."""

    NONE = 0
    BOOKED = 1
    CANCELLED = 2
    ATTENDED = 3
    NO_SHOW = 4


class ReferralStage(IntEnum):
    """Where a referral stands (P70)."""

    NONE = 0
    PREPARED = 1
    BOOKED = 2
    ADMITTED = 3
    ANSWERED = 4
    RETURNING = 5
    RETURNED = 6
    REFUSED = 7
    CANCELLED = 8
    NO_SHOW = 9
    EXPIRED = 10
    OVERDUE = 11


class ConsultationStage(IntEnum):
    """Where a consultation stands."""

    NONE = 0
    CONVENED = 1
    CONCLUDED = 2
    CANCELLED = 3
    EXPIRED = 4


class Answer(IntEnum):
    """What became of an institution's invitation to a consultation."""

    NONE = 0
    INVITED = 1
    GIVEN = 2
    DECLINED = 3


class ChargeStatus(IntEnum):
    """Where a charge stands (R44)."""

    NONE = 0
    POSTED = 1
    RELEASED = 2
    CLAIMED = 3
    VOID = 4
    REFUNDED = 5
