"""The nouns of the system, as values: enumerations and frozen dataclasses.

Nothing here reads a file, a key or a chain. Numbers are the ones in
``interfaces/``; lengths are in bytes, times in seconds since 1970-01-01 UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

__all__ = [
    "AccessRequest",
    "Action",
    "Anchor",
    "Attestation",
    "Authored",
    "Block",
    "Census",
    "Certification",
    "Details",
    "GrantState",
    "GrantStatus",
    "GrantTerms",
    "Granted",
    "KeyEpoch",
    "Kind",
    "Member",
    "MemberStanding",
    "Opening",
    "Parties",
    "Person",
    "Profile",
    "Proposal",
    "Purpose",
    "RecordContext",
    "RecordPointer",
    "RecordState",
    "RecordStatus",
    "Registration",
    "RelationshipStatus",
    "RequestState",
    "RequestStatus",
    "Requested",
    "Role",
    "Scope",
    "Standing",
    "Suite",
    "SummaryEntry",
]

ZERO32 = bytes(32)


class Suite(IntEnum):
    """How a payload is sealed and its keys are wrapped (R71). Never renumbered."""

    RSA_OAEP_AES_GCM = 1
    """AES-256-GCM content, RSA-OAEP-SHA256 wraps."""
    RSA_MLKEM_AES_GCM = 2
    """Reserved: as 1, wraps by RSA-OAEP together with ML-KEM-768 (P07)."""
    SM2_SM4 = 3
    """Reserved for GB/T 32918 and GB/T 32907."""


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


@dataclass(frozen=True, slots=True)
class RecordContext:
    """What binds a ciphertext to its place (P04); a change of any field refuses to open.

    ``relationship`` and ``author`` are 20 bytes; ``subject``, ``record`` and
    ``parent`` are 32 bytes (``parent`` all zero for a first version).
    """

    suite: Suite
    chain_id: int
    relationship: bytes
    subject: bytes
    record: bytes
    author: bytes
    parent: bytes = ZERO32

    def encode(self) -> bytes:
        """Return the 145-byte form: the fields in order, fixed width, big-endian.

        suite (1), chain id (8), relationship (20), subject (32), record (32),
        author (20), parent (32).
        """
        return b"".join(
            (
                self.suite.to_bytes(1, "big"),
                self.chain_id.to_bytes(8, "big"),
                self.relationship,
                self.subject,
                self.record,
                self.author,
                self.parent,
            )
        )


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


@dataclass(frozen=True, slots=True)
class Block:
    """A block's ``number``, its 32-byte ``hash`` and its ``timestamp`` in Unix time."""

    number: int
    hash: bytes
    timestamp: int


@dataclass(frozen=True, slots=True)
class Details:
    """What is public about an institution (P23); texts are UTF-8, ``tier`` is 1 to 3."""

    name: str
    credit_code: str
    local_code: str
    grade: str
    tier: int


@dataclass(frozen=True, slots=True)
class Profile:
    """The standard of one record kind (P42).

    ``document_hash`` is 32 bytes; bit n of ``required_kinds`` is kind n.
    """

    kind: int
    version: int
    document_hash: bytes
    required_kinds: int
    obtainable: bool


@dataclass(frozen=True, slots=True)
class Member:
    """One institution as the consortium stores it.

    ``details`` and ``agreement`` are 32-byte hashes; ``agreement`` is all zero before signing.
    """

    standing: MemberStanding
    tier: int
    since: int
    index: int
    details: bytes
    agreement: bytes


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposal of the consortium; ``proposer`` is None when the number is unknown."""

    action: Action
    proposer: str | None
    closes_at: int
    round: int
    yes: int
    no: int
    enacted: bool
    digest: bytes


@dataclass(frozen=True, slots=True)
class Census:
    """The numbers that votes are counted against."""

    member_count: int
    electorate: int
    round: int
    unsigned: int
    proposal_count: int


@dataclass(frozen=True, slots=True)
class Registration:
    """What a person signs to be registered (EIP-712); ``key_hash`` is 32 bytes."""

    institution: str
    account: str
    role: Role
    suite: int
    key_hash: bytes
    deadline: int


@dataclass(frozen=True, slots=True)
class Person:
    """One account as the Registrar stores it; ``certifier`` is None before certification."""

    role: Role
    certification: Certification
    licence: Standing
    certifier: str | None
    key_version: int
    since: int


@dataclass(frozen=True, slots=True)
class Parties:
    """Who a relationship is between, and where it stands; ``mirror`` may be missing (P01)."""

    owner: str
    institution: str
    mirror: str | None
    status: RelationshipStatus


@dataclass(frozen=True, slots=True)
class KeyEpoch:
    """The epoch of the newest record, and whether the next one must open another (P02)."""

    epoch: int
    rotating: bool

    @property
    def next(self) -> int:
        """The epoch that a record sealed now belongs to."""
        return self.epoch + 1 if self.rotating else self.epoch


@dataclass(frozen=True, slots=True)
class Attestation:
    """What the clinician signs at drafting (EIP-712).

    ``record_id``, ``parent``, ``profile``, ``affiliation`` and ``content_root`` are 32
    bytes; ``parent`` is all zero for a first version.
    """

    relationship: str
    record_id: bytes
    parent: bytes
    kind: int
    profile: bytes
    affiliation: bytes
    content_root: bytes
    deadline: int


@dataclass(frozen=True, slots=True)
class Anchor:
    """What the owner signs at confirmation (EIP-712).

    ``attestation`` is the attestation's EIP-712 struct hash; it, ``root`` and
    ``locator_hash`` are 32 bytes; ``nonce`` is any unused 256-bit number.
    """

    attestation: bytes
    root: bytes
    locator_hash: bytes
    epoch: int
    nonce: int
    deadline: int


@dataclass(frozen=True, slots=True)
class Authored:
    """A clinician's part of a record: what was signed, by whom, leaf 0 and the locator (P05).

    ``signature`` is 65 bytes, ``leaf0`` 32, ``locator`` 1 to 256.
    """

    attestation: Attestation
    author: str
    signature: bytes
    leaf0: bytes
    locator: bytes


@dataclass(frozen=True, slots=True)
class RecordState:
    """One record version as the relationship stores it; ``author`` is None when unknown."""

    root: bytes
    locator_hash: bytes
    author: str | None
    kind: int
    status: RecordStatus
    epoch: int
    anchored_at: int
    superseded: bool


@dataclass(frozen=True, slots=True)
class GrantTerms:
    """What the owner grants.

    ``id`` is 16 bytes; ``affiliation``, ``record_id``, ``consent`` and ``request`` are 32
    (all zero for none); ``purpose`` is a PurposeOfUse code of up to 16 ASCII characters;
    ``expires_at`` is the first second at which it no longer holds; ``wrap`` is 1 to 2,048 bytes.
    """

    id: bytes
    viewer: str
    scope: Scope
    purpose: str
    expires_at: int
    key_version: int
    wrap: bytes
    affiliation: bytes = ZERO32
    kind: int = 0
    record_id: bytes = ZERO32
    consent: bytes = ZERO32
    request: bytes = ZERO32


@dataclass(frozen=True, slots=True)
class GrantState:
    """What is stored of a grant; the event AccessGranted carries the rest.

    ``digest`` is 26 bytes: the start of keccak256 over the ABI-encoded rest. A grant revoked
    before it arrived (P22) has ``expires_at`` 0 and a digest of zeros.
    """

    status: GrantStatus
    expires_at: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """What a viewer asks for.

    ``salt`` is 32 random bytes, ``affiliation`` and ``record_id`` are 32 bytes, ``purpose``
    up to 16 ASCII characters, ``reason`` at most 2,048 bytes encrypted to the owner.
    """

    salt: bytes
    affiliation: bytes
    scope: Scope
    purpose: str
    kind: int = 0
    record_id: bytes = ZERO32
    reason: bytes = b""


@dataclass(frozen=True, slots=True)
class RequestState:
    """Where a request stands; ``viewer`` is None when it never arrived."""

    viewer: str | None
    status: RequestStatus


@dataclass(frozen=True, slots=True)
class Opening:
    """What the proposer of a relationship hands over.

    ``root_commitment`` is 32 bytes; each wrap 1 to 2,048; ``mirror`` is None only where the
    consortium has no third member (P01).
    """

    owner: str
    institution: str
    nonce: int
    mirror: str | None
    root_commitment: bytes
    owner_key_version: int
    institution_key_version: int
    owner_wrap: bytes
    institution_wrap: bytes


@dataclass(frozen=True, slots=True)
class SummaryEntry:
    """One line of a Summary: the relationship's address and what it says of itself."""

    relationship: str
    status: RelationshipStatus


@dataclass(frozen=True, slots=True)
class RecordPointer:
    """One anchored record version, as its event and those after it tell.

    ``root`` is 32 bytes, ``locator`` 80, ``block`` the number of the block that anchored it.
    """

    relationship: str
    attestation: Attestation
    author: str
    status: RecordStatus
    epoch: int
    root: bytes
    locator: bytes
    block: int
    superseded: bool

    @property
    def record(self) -> bytes:
        """The record's id, 32 bytes."""
        return self.attestation.record_id

    @property
    def kind(self) -> int:
        """The coarse kind; a number, because the chain may know kinds this release does not."""
        return self.attestation.kind


@dataclass(frozen=True, slots=True)
class Granted:
    """A grant as its event tells it, the block it stands in, and whether it was revoked since."""

    relationship: str
    terms: GrantTerms
    block: int
    revoked: bool


@dataclass(frozen=True, slots=True)
class Requested:
    """A request for access as its event tells it; ``reason`` is encrypted to the owner."""

    relationship: str
    id: bytes
    viewer: str
    affiliation: bytes
    scope: Scope
    kind: int
    record: bytes
    purpose: str
    reason: bytes
    block: int
