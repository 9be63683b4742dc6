"""Everything the contracts store, as the events tell it (P50).

The dictionaries grow as events are folded in; what they hold are the frozen values of
``chartkey.models``, exactly as the contracts' views return them, and beside them what events
tell and contracts do not keep: the details of an institution, a grant's terms, an attestation.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from chartkey.audit.tables import Row, Table
from chartkey.models import (
    ZERO32,
    Attestation,
    Block,
    Census,
    Details,
    GrantState,
    GrantTerms,
    KeyEpoch,
    Member,
    Office,
    Parties,
    Person,
    Profile,
    Proposal,
    RecordState,
    ReferralRules,
    RequestState,
    Standing,
)

__all__ = [
    "Consortium",
    "Department",
    "Officer",
    "ProfileEntry",
    "Registrar",
    "Regulator",
    "Relationship",
    "State",
    "Summary",
    "Tombstone",
]


_NO_CENSUS = Census(0, 0, 0, 0, 0)
_NO_EPOCH = KeyEpoch(0, False)
_NO_RULES = ReferralRules(0, False, 0, 0)


@dataclass(frozen=True, slots=True)
class Regulator:
    """A regulator that was ever admitted; ``name`` is the last one published."""

    name: str
    admitted: bool


@dataclass(frozen=True, slots=True)
class ProfileEntry:
    """A record profile that was ever adopted."""

    content: Profile
    retired: bool


@dataclass(frozen=True, slots=True)
class Department:
    """An opaque department id's institution and standing."""

    institution: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A relationship that was closed before it existed (P22)."""

    owner: str
    institution: str
    nonce: int


@dataclass(frozen=True, slots=True)
class Officer:
    """An account that holds or held an office; ``name`` is the last one published."""

    name: str
    office: Office


@dataclass(slots=True)
class Consortium:
    """Members in order of admission, their votes, and what they adopted.

    ``members``, ``details``, ``alliances`` and ``offices`` are by account, ``proposals`` by
    number, ``votes`` by (number, account), ``profiles`` by 32-byte id, ``sealers`` by account with
    their institutions (None when removed). ``stopped_until`` is zero without a stop,
    and stops of proposals up to number ``stop_barrier`` are stale.
    """

    census: Census = _NO_CENSUS
    stopped_until: int = 0
    stop_barrier: int = 0
    rules: ReferralRules = _NO_RULES
    alliances: dict[str, bytes] = field(default_factory=dict)
    sealers: dict[str, str | None] = field(default_factory=dict)
    offices: dict[str, Officer] = field(default_factory=dict)
    factories: set[str] = field(default_factory=set)
    agreement: bytes = ZERO32
    accounts: list[str] = field(default_factory=list)
    members: dict[str, Member] = field(default_factory=dict)
    details: dict[str, Details] = field(default_factory=dict)
    proposals: dict[int, Proposal] = field(default_factory=dict)
    votes: dict[tuple[int, str], bool] = field(default_factory=dict)
    regulators: dict[str, Regulator] = field(default_factory=dict)
    profiles: dict[bytes, ProfileEntry] = field(default_factory=dict)


@dataclass(slots=True)
class Registrar:
    """People, their keys, and the tree they act in.

    ``key_hashes`` is by (account, version), ``handles`` by (institution, 32-byte handle), None when
    released,
    ``departments`` by 32-byte id, ``affiliations`` by (clinician, 32-byte affiliation),
    ``summaries`` by account, ``successors`` by the account whose place they took,
    ``demographics`` by account as (root, hash of the locator).
    """

    persons: dict[str, Person] = field(default_factory=dict)
    key_hashes: dict[tuple[str, int], bytes] = field(default_factory=dict)
    handles: dict[tuple[str, bytes], str | None] = field(default_factory=dict)
    summaries: dict[str, str] = field(default_factory=dict)
    departments: dict[bytes, Department] = field(default_factory=dict)
    affiliations: dict[tuple[str, bytes], Standing] = field(default_factory=dict)
    successors: dict[str, str] = field(default_factory=dict)
    demographics: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)


@dataclass(slots=True)
class Summary:
    """One Summary clone: whose it is and the relationships in it, oldest first."""

    owner: str
    relationships: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Relationship:
    """One relationship clone.

    ``records`` and ``attestations`` are by 32-byte record id, ``grants`` and ``terms`` by
    16-byte grant id (a grant revoked in advance has no terms), ``requests`` by 32-byte id,
    ``open_requests`` by viewer. ``queries`` are by 32-byte record id: the query's name and the
    encrypted host. ``first_owner`` is None while nobody took the first owner's place, and
    ``ended_at`` is zero unless it ended after it had been accepted.
    """

    parties: Parties
    nonce: int
    proposer: str = ""
    first_owner: str | None = None
    replaced_at: int = 0
    ended_at: int = 0
    key_epoch: KeyEpoch = _NO_EPOCH
    records: dict[bytes, RecordState] = field(default_factory=dict)
    attestations: dict[bytes, Attestation] = field(default_factory=dict)
    queries: dict[bytes, tuple[bytes, bytes]] = field(default_factory=dict)
    grants: dict[bytes, GrantState] = field(default_factory=dict)
    terms: dict[bytes, GrantTerms] = field(default_factory=dict)
    requests: dict[bytes, RequestState] = field(default_factory=dict)
    open_requests: dict[str, int] = field(default_factory=dict)
    anchor_nonces: set[int] = field(default_factory=set)


@dataclass(slots=True)
class State:
    """The whole state: what every contract stores after the events folded in so far.

    ``summaries``, ``relationships`` and ``precluded`` are by address; ``nonces`` holds the
    forwarder's used ones as (signer, nonce). ``block`` is the one the state is of: its
    ``timestamp`` decides what depends on time (see ``status``). ``last`` is the place of the
    newest event, as (block, log index), and ``events`` their number. ``tables`` holds the entries
    of every ``fold.TABLES``, ``batches_opened`` whether their contract was made, ``delegated`` the
    terms of each delegation by its 32-byte id, with the id and the purpose of its grant.
    """

    block: Block | None = None
    last: tuple[int, int] = (-1, -1)
    events: int = 0
    consortium: Consortium = field(default_factory=Consortium)
    registrar: Registrar = field(default_factory=Registrar)
    summaries: dict[str, Summary] = field(default_factory=dict)
    relationships: dict[str, Relationship] = field(default_factory=dict)
    precluded: dict[str, Tombstone] = field(default_factory=dict)
    nonces: set[tuple[str, int]] = field(default_factory=set)
    batches_opened: bool = False
    delegated: dict[bytes, GrantTerms] = field(default_factory=dict)
    tables: dict[Table, dict[Row, Row]] = field(default_factory=lambda: defaultdict(dict))
