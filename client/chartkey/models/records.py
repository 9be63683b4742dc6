"""Records: what is signed, what is anchored, and what binds a ciphertext to its place."""

from __future__ import annotations

from dataclasses import dataclass

from chartkey.models.vocabulary import ZERO32, RecordStatus, Suite

__all__ = [
    "Anchor",
    "Attestation",
    "Authored",
    "QueryPointer",
    "RecordContext",
    "RecordPointer",
    "RecordState",
]


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
class QueryPointer:
    """A pointer at data that stays in the institution's own database (R11).

    ``record_id``, ``parent`` (all zero for a first version), ``profile`` and ``root``, the salted
    commitment to the canonical result, are 32 bytes; ``name`` is the registered query's, up to 32
    ASCII characters; ``host`` is its encrypted address, 1 to 256 bytes, sealed in ``epoch``.
    """

    record_id: bytes
    kind: int
    profile: bytes
    name: str
    root: bytes
    epoch: int
    host: bytes
    parent: bytes = ZERO32


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
