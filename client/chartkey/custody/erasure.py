"""What an owner asks custodians to erase, and proves about it (P06, R52)."""

from __future__ import annotations

from dataclasses import dataclass, field

from chartkey.crypto.digest import keccak256
from chartkey.custody.statements import fits
from chartkey.models import ErasureCertificate

__all__ = ["MOST_ERASED", "ErasedRecord", "ErasureOrder", "certificate_digest"]

MOST_ERASED = 64
"""Records in one order, as many as one certificate may name."""

_LONGEST_CID = 55


@dataclass(frozen=True, slots=True)
class ErasedRecord:
    """One record that is to be erased, by its 32-byte id.

    ``cid`` is its payload's, in binary form, and ``salt`` (32 bytes) that of its leaf 0: with the
    payload's key commitment they lead to the anchored root, so that nobody has another's
    ciphertext unpinned. Both are empty when the owner can no longer open the record.
    """

    record: bytes
    cid: bytes = b""
    salt: bytes = field(default=b"", repr=False)

    @property
    def is_canonical(self) -> bool:
        """Whether every field has its width."""
        placed = 0 < len(self.cid) <= _LONGEST_CID and fits(self.salt, "bytes32")
        return fits(self.record, "bytes32") and (placed or not self.cid + self.salt)


@dataclass(frozen=True, slots=True)
class ErasureOrder:
    """Records of one relationship, 1 to 64, each once."""

    relationship: str
    records: tuple[ErasedRecord, ...]

    @property
    def is_canonical(self) -> bool:
        """Whether every field has its width, and no record is named twice."""
        ids = {one.record for one in self.records}
        whole = all(one.is_canonical for one in self.records)
        return whole and 0 < len(ids) == len(self.records) <= MOST_ERASED

    def digest(self) -> bytes:
        """Return the 32 bytes that the accompanying inquiry signs."""
        parts = [part for one in self.records for part in (one.record, one.cid, one.salt)]
        return keccak256(*(len(part).to_bytes(1, "big") + part for part in parts))


def certificate_digest(certificate: ErasureCertificate) -> bytes:
    """Return the 32 bytes with which an inquiry names a certificate. Never raises."""
    return keccak256(certificate.erased_at.to_bytes(8, "big"), *certificate.records)
