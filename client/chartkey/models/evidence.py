"""What is said about a record besides the record, and what is shown of it (R13, R32, R70)."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DisclosedElement", "ErasureCertificate", "RecordFlags"]


@dataclass(frozen=True, slots=True)
class RecordFlags:
    """What was said about a record; a seal is the only flag that goes away again."""

    owner_disputes: bool
    institution_disputes: bool
    owner_withdrew: bool
    institution_withdrew: bool
    owner_sealed: bool
    institution_sealed: bool
    erased: bool

    @property
    def sealed(self) -> bool:
        """Whether erasure is refused: a side's seal stands."""
        return self.owner_sealed or self.institution_sealed


@dataclass(frozen=True, slots=True)
class ErasureCertificate:
    """What institution and mirror sign when they erased records' keys (EIP-712, R52).

    ``records`` are 1 to 64 record ids of 32 bytes, in the order in which they are submitted.
    """

    relationship: str
    records: tuple[bytes, ...]
    erased_at: int


@dataclass(frozen=True, slots=True)
class DisclosedElement:
    """One element of a record as it was committed to (P05).

    ``index`` is its leaf from 1; ``leaf0``, ``salt`` and the siblings in ``path``, leaf-upwards,
    are 32 bytes; ``value`` is the canonical element.
    """

    leaf0: bytes
    index: int
    salt: bytes
    value: bytes
    path: tuple[bytes, ...]
