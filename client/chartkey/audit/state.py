"""Everything the contracts store, as the events tell it (P50).

The dictionaries grow as events are folded in; what they hold are the frozen values of
``chartkey.models``, exactly as the contracts' views return them, and beside them what events
tell and contracts do not keep: the details of an institution, a grant's terms, an attestation.
"""

from __future__ import annotations

from dataclasses import dataclass, field

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
    Parties,
    Person,
    Profile,
    Proposal,
    RecordState,
    RequestState,
    Standing,
)

__all__ = [
    "Consortium",
    "Department",
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


@dataclass(slots=True)
class Consortium:
    """Members in order of admission, their votes, and what they adopted.

    ``members`` and ``details`` are by account, ``proposals`` by number, ``votes`` by (number,
    account), ``profiles`` by 32-byte id.
    """

    census: Census = _NO_CENSUS
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

    ``key_hashes`` is by (account, version), ``handles`` by (institution, 32-byte handle),
    ``departments`` by 32-byte id, ``affiliations`` by (clinician, 32-byte affiliation),
    ``summaries`` by account.
    """

    persons: dict[str, Person] = field(default_factory=dict)
    key_hashes: dict[tuple[str, int], bytes] = field(default_factory=dict)
    handles: dict[tuple[str, bytes], str] = field(default_factory=dict)
    summaries: dict[str, str] = field(default_factory=dict)
    departments: dict[bytes, Department] = field(default_factory=dict)
    affiliations: dict[tuple[str, bytes], Standing] = field(default_factory=dict)


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
    ``open_requests`` by viewer.
    """

    parties: Parties
    nonce: int
    proposer: str = ""
    key_epoch: KeyEpoch = _NO_EPOCH
    records: dict[bytes, RecordState] = field(default_factory=dict)
    attestations: dict[bytes, Attestation] = field(default_factory=dict)
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
    newest event, as (block, log index), and ``events`` their number.
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
