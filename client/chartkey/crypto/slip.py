"""Key slips, 48 bytes, and locators, 80 bytes: AES-256-SIV (RFC 5297) with the context bound.

A slip leads from a key that somebody holds to one that they may have for the moment (P01). Slips
stay with custodians and are erasable; locators stand on chain.

>>> slip = seal_record_slip(bytes(32), b"d" * 32, 1, bytes(20), bytes(32))
>>> len(slip), open_record_slip(bytes(32), slip, 1, bytes(20), bytes(32)) == b"d" * 32
(48, True)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from chartkey.crypto.derivation import KEY_BYTES, derive
from chartkey.crypto.field import fixed, unsigned
from chartkey.crypto.keytree import GRANT_ID_BYTES
from chartkey.errors import ContextInvalid, DecryptionFailed

__all__ = [
    "LOCATOR_BYTES",
    "SLIP_BYTES",
    "Locator",
    "open_locator",
    "open_record_slip",
    "open_scope_slip",
    "open_single_slip",
    "seal_locator",
    "seal_record_slip",
    "seal_scope_slip",
    "seal_single_slip",
]

SLIP_BYTES: Final = 48
LOCATOR_BYTES: Final = 80
_SIV_KEY_BYTES: Final = 64
_CID_ROOM: Final = 55


@dataclass(frozen=True, slots=True)
class Locator:
    """Where a payload lies: its CID in binary form and its size in bytes."""

    cid: bytes
    size: int

    def encode(self) -> bytes:
        """Return the 64-byte form: length, CID filled with zeros to 55 bytes, size.

        Raises:
            ContextInvalid: the CID is empty or longer than 55 bytes, or the size is out of range.
        """
        if not 1 <= len(self.cid) <= _CID_ROOM:
            raise ContextInvalid(problem=f"a CID of {len(self.cid)} bytes has no room")
        named = bytes([len(self.cid)]) + self.cid.ljust(_CID_ROOM, b"\0")
        return named + unsigned("a size", self.size, 8)


def seal_record_slip(
    record_key: bytes, dek: bytes, chain_id: int, relationship: bytes, record: bytes
) -> bytes:
    """Seal a payload's 32-byte data key under its record key. Deterministic; 48 bytes.

    Raises:
        ContextInvalid: a key, the relationship (20 bytes) or record id (32) has another width.
    """
    return _seal("slip-record", record_key, dek, _record_fields(chain_id, relationship, record))


def open_record_slip(
    record_key: bytes, slip: bytes, chain_id: int, relationship: bytes, record: bytes
) -> bytes:
    """Open a record slip and return the 32-byte data key.

    Raises:
        ContextInvalid: the record key or a field has another width.
        DecryptionFailed: for every other cause alike.
    """
    return _open("slip-record", record_key, slip, _record_fields(chain_id, relationship, record))


def seal_scope_slip(
    grant_key: bytes,
    kind_key: bytes,
    chain_id: int,
    relationship: bytes,
    grant_id: bytes,
    epoch: int,
    kind: int,
) -> bytes:
    """Seal the key of one kind in one epoch under a grant key. Deterministic; 48 bytes.

    Raises:
        ContextInvalid: a key or field has another width, or the kind is 0, which kind grants and
            relationship-wide grants exclude (P02, P23).
    """
    fields = _scope_fields(chain_id, relationship, grant_id, epoch, kind)
    return _seal("slip-scope", grant_key, kind_key, fields)


def open_scope_slip(
    grant_key: bytes,
    slip: bytes,
    chain_id: int,
    relationship: bytes,
    grant_id: bytes,
    epoch: int,
    kind: int,
) -> bytes:
    """Open a scope slip and return the 32-byte kind key.

    Raises:
        ContextInvalid: the grant key or a field has another width, or the kind is 0.
        DecryptionFailed: for every other cause alike.
    """
    fields = _scope_fields(chain_id, relationship, grant_id, epoch, kind)
    return _open("slip-scope", grant_key, slip, fields)


def seal_single_slip(
    grant_key: bytes,
    record_key: bytes,
    chain_id: int,
    relationship: bytes,
    grant_id: bytes,
    record: bytes,
) -> bytes:
    """Seal one record's key under the key of a single-record grant. Deterministic; 48 bytes.

    Raises:
        ContextInvalid: a key or field has another width.
    """
    fields = _single_fields(chain_id, relationship, grant_id, record)
    return _seal("slip-single", grant_key, record_key, fields)


def open_single_slip(
    grant_key: bytes,
    slip: bytes,
    chain_id: int,
    relationship: bytes,
    grant_id: bytes,
    record: bytes,
) -> bytes:
    """Open a single-record slip and return the 32-byte record key.

    Raises:
        ContextInvalid: the grant key or a field has another width.
        DecryptionFailed: for every other cause alike.
    """
    fields = _single_fields(chain_id, relationship, grant_id, record)
    return _open("slip-single", grant_key, slip, fields)


def seal_locator(
    record_key: bytes, cid: bytes, size: int, chain_id: int, relationship: bytes, record: bytes
) -> bytes:
    """Seal where a payload lies: ``cid`` in binary form (1 to 55 bytes), ``size`` in bytes.

    Every locator has 80 bytes, so its length does not tell the kind of CID. Deterministic.

    Raises:
        ContextInvalid: the CID does not fit, or a key or field has another width.
    """
    plaintext = Locator(cid, size).encode()
    return _seal("locator", record_key, plaintext, _record_fields(chain_id, relationship, record))


def open_locator(
    record_key: bytes, blob: bytes, chain_id: int, relationship: bytes, record: bytes
) -> Locator:
    """Open a locator.

    Raises:
        ContextInvalid: the record key or a field has another width.
        DecryptionFailed: for every other cause alike, other filling than zeros included.
    """
    plain = _open("locator", record_key, blob, _record_fields(chain_id, relationship, record))
    locator = Locator(plain[1 : 1 + min(plain[0], _CID_ROOM)], int.from_bytes(plain[56:], "big"))
    if not locator.cid or locator.encode() != plain:
        raise DecryptionFailed
    return locator


def _record_fields(chain_id: int, relationship: bytes, record: bytes) -> list[bytes]:
    return [*_place(chain_id, relationship), fixed("a record id", record, 32)]


def _scope_fields(
    chain_id: int, relationship: bytes, grant_id: bytes, epoch: int, kind: int
) -> list[bytes]:
    if kind == 0:
        raise ContextInvalid(problem="kind 0 is in no scope; grant its records one by one")
    grant = fixed("a grant id", grant_id, GRANT_ID_BYTES)
    scope = [unsigned("an epoch", epoch, 8), unsigned("a kind", kind, 2)]
    return [*_place(chain_id, relationship), grant, *scope]


def _single_fields(
    chain_id: int, relationship: bytes, grant_id: bytes, record: bytes
) -> list[bytes]:
    grant = fixed("a grant id", grant_id, GRANT_ID_BYTES)
    return [*_place(chain_id, relationship), grant, fixed("a record id", record, 32)]


def _place(chain_id: int, relationship: bytes) -> list[bytes]:
    return [unsigned("a chain id", chain_id, 8), fixed("a relationship", relationship, 20)]


def _seal(purpose: str, key: bytes, plaintext: bytes, fields: list[bytes]) -> bytes:
    if purpose != "locator":
        fixed("a wrapped key", plaintext, KEY_BYTES)
    return AESSIV(derive(key, purpose, length=_SIV_KEY_BYTES)).encrypt(plaintext, fields)


def _open(purpose: str, key: bytes, blob: bytes, fields: list[bytes]) -> bytes:
    siv = AESSIV(derive(key, purpose, length=_SIV_KEY_BYTES))
    if len(blob) != (LOCATOR_BYTES if purpose == "locator" else SLIP_BYTES):
        raise DecryptionFailed
    try:
        return siv.decrypt(blob, fields)
    except InvalidTag:
        raise DecryptionFailed from None
