"""Numbers and codes that contracts, envelopes and standards share; never renumbered."""

from __future__ import annotations

from enum import IntEnum, StrEnum

__all__ = [
    "ZERO32",
    "Action",
    "Certification",
    "GrantStatus",
    "Kind",
    "MemberStanding",
    "Purpose",
    "RecordStatus",
    "RelationshipStatus",
    "RequestStatus",
    "Role",
    "Scope",
    "Standing",
    "Suite",
]

ZERO32 = bytes(32)
"""Nothing, where 32 bytes are expected: no parent, no request, no record."""


class Suite(IntEnum):
    """How a payload is sealed and its keys are wrapped (R71). Never renumbered."""

    RSA_OAEP_AES_GCM = 1
    """AES-256-GCM content, RSA-OAEP-SHA256 wraps."""
    RSA_MLKEM_AES_GCM = 2
    """As 1, wraps by RSA-OAEP together with ML-KEM-768 (P07): what new keys are made for."""
    SM2_SM4 = 3
    """Reserved for GB/T 32918 and GB/T 32907."""

    @property
    def label(self) -> str:
        """The suite as people type it: ``rsa``, ``hybrid``, ``sm2``."""
        return {1: "rsa", 2: "hybrid", 3: "sm2"}[self]


class Kind(IntEnum):
    """The coarse kind of a record, in clear on chain (P23, R15). Never renumbered."""

    UNSPECIFIED = 0
    PATIENT_SUMMARY = 1
    DEMOGRAPHICS = 2
    FRONT_PAGE = 3
    ENCOUNTER = 4
    ADMISSION_RECORD = 5
    COURSE_NOTE = 6
    OPERATION = 7
    ANAESTHESIA = 8
    PATHOLOGY = 9
    TRANSFUSION = 10
    CONSENT_FORM = 11
    CONSULTATION = 12
    DISCHARGE_SUMMARY = 13
    DEATH_RECORD = 14
    NURSING = 15
    ORDER = 16
    PRESCRIPTION = 17
    DIAGNOSIS = 18
    TEMPERATURE_CHART = 19
    LABORATORY = 20
    EXAMINATION = 21
    TREATMENT_RESULT = 22
    IMAGING = 23
    REFERRAL_PACKAGE = 24
    EMERGENCY_CARD = 25
    PATIENT_ENTERED = 26

    @property
    def label(self) -> str:
        """The kind as people type it: ``patient-summary``."""
        return self.name.lower().replace("_", "-")


class Scope(IntEnum):
    """What a grant or a request covers. Everything excludes ``Kind.UNSPECIFIED``."""

    RECORD = 1
    KIND = 2
    EVERYTHING = 3


class Purpose(StrEnum):
    """HL7 v3 PurposeOfUse codes (code system v3-ActReason) that a request may name."""

    TREAT = "TREAT"
    ETREAT = "ETREAT"
    CAREMGT = "CAREMGT"
    HPAYMT = "HPAYMT"
    HOPERAT = "HOPERAT"
    HRESCH = "HRESCH"
    PATRQT = "PATRQT"
    FAMRQT = "FAMRQT"
    PUBHLTH = "PUBHLTH"
    COVERAGE = "COVERAGE"


class Role(IntEnum):
    """What a person is (``IRegistrar.Role``); ``NONE`` for an institution."""

    NONE = 0
    PATIENT = 1
    CLINICIAN = 2


class Certification(IntEnum):
    """How far an account's registration is."""

    NONE = 0
    APPLIED = 1
    CERTIFIED = 2
    CHART = 3
    """Opened by an institution, which holds its key until the patient claims it."""
    REPLACED = 4
    """Another account took its place; it acts no more."""


class Standing(IntEnum):
    """Where a licence, a department or an affiliation stands. ``REVOKED`` is final."""

    NONE = 0
    ACTIVE = 1
    SUSPENDED = 2
    REVOKED = 3


class MemberStanding(IntEnum):
    """Where an institution stands in the consortium. Only ``ACTIVE`` ones act or vote."""

    NONE = 0
    INVITED = 1
    ACTIVE = 2
    SUSPENDED = 3
    EXPELLED = 4


class Action(IntEnum):
    """What a proposal does when it is enacted (P40: a closed set)."""

    NONE = 0
    ADMIT_INSTITUTION = 1
    SUSPEND_INSTITUTION = 2
    RESTORE_INSTITUTION = 3
    EXPEL_INSTITUTION = 4
    ADMIT_REGULATOR = 5
    REMOVE_REGULATOR = 6
    ADOPT_PROFILE = 7
    RETIRE_PROFILE = 8
    ADOPT_AGREEMENT = 9
    SET_REFERRAL_RULES = 10
    SET_ALLIANCE = 11
    STOP = 12
    RESUME = 13
    ADMIT_SEALER = 14
    REMOVE_SEALER = 15
    APPOINT_OFFICE = 16
    END_OFFICE = 17
    ADOPT_FACTORY = 18


class RelationshipStatus(IntEnum):
    """Where a relationship stands."""

    NONE = 0
    PENDING = 1
    ACCEPTED = 2
    REFUSED = 3
    ENDED = 4


class RecordStatus(IntEnum):
    """How a record was agreed to."""

    NONE = 0
    CONFIRMED = 1
    ATTESTED = 2


class GrantStatus(IntEnum):
    """Where a grant stands by itself; expiry is computed."""

    NONE = 0
    GRANTED = 1
    REVOKED = 2


class RequestStatus(IntEnum):
    """Where a request for access stands."""

    NONE = 0
    REQUESTED = 1
    APPROVED = 2
    REFUSED = 3
