"""Content identifiers: what the stores accept as the name of bytes, and nothing else (T02).

A CID is a version, a codec and a multihash. The allow-list is CIDv0 and CIDv1,
sha2-256, and the codecs raw and dag-pb; an identity hash would put content of
the sender's choice where a digest belongs, another hash would be checked by
nobody. Every accepted CID has exactly one binary form and is printed in exactly
one text form: base58btc for version 0, lower-case base32 for version 1.

    >>> str(parse("bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"))
    'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku'
"""

from __future__ import annotations

import hashlib
from base64 import b32decode, b32encode
from dataclasses import dataclass
from typing import Final

from chartkey.errors import CidInvalid

__all__ = ["DAG_PB", "RAW", "Cid", "binary", "from_binary", "parse", "payload_digest"]

RAW: Final = 0x55
DAG_PB: Final = 0x70

_SHA2_256: Final = b"\x12\x20"
_DIGEST: Final = 32
_V0_BYTES: Final = 34
_V1_BYTES: Final = 36
_LONGEST_TEXT: Final = 96
_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
# What gateways and other tools print besides base32; read here, never written.
_OTHER_BASES: Final = {"f": "base16", "k": "base36", "z": "base58btc"}


@dataclass(frozen=True, slots=True)
class Cid:
    """One accepted content identifier.

    ``codec`` is ``RAW`` or ``DAG_PB``, ``digest`` the 32 bytes of SHA-256 over
    the block, ``version`` 0 (dag-pb only) or 1.
    """

    codec: int
    digest: bytes
    version: int = 1

    @classmethod
    def of(cls, codec: int, block: bytes, version: int = 1) -> Cid:
        """Return the CID of ``block`` under ``RAW`` or ``DAG_PB``; version 0 is dag-pb."""
        return cls(codec, hashlib.sha256(block).digest(), version)

    @property
    def binary(self) -> bytes:
        """The binary form: 34 bytes for version 0, 36 bytes for version 1."""
        multihash = _SHA2_256 + self.digest
        return multihash if self.version == 0 else bytes((1, self.codec)) + multihash

    def names(self, block: bytes) -> bool:
        """Tell whether ``block`` is the bytes this CID was made from (T01)."""
        return hashlib.sha256(block).digest() == self.digest

    def __str__(self) -> str:
        if self.version == 0:
            return _base58(self.binary)
        return "b" + b32encode(self.binary).decode("ascii").rstrip("=").lower()


def parse(text: str) -> Cid:
    """Read a CID's text form.

    Args:
        text: Base58btc for version 0; multibase for version 1, where base32 in
            lower case, base16, base36 and base58btc are read.

    Returns:
        The CID, whose ``str`` is the one text form used everywhere else.

    Raises:
        CidInvalid: Not a CID, or not one of the allow-list (T02).
    """
    if not isinstance(text, str) or not 0 < len(text) <= _LONGEST_TEXT or not text.isascii():
        raise CidInvalid(problem="it is not the text of a CID")
    if text.startswith("Qm"):
        return from_binary(_unbase58(text))
    raw = _multibase(text)
    if raw[:1] == _SHA2_256[:1]:
        raise CidInvalid(problem="a version 0 CID has no multibase prefix")
    return from_binary(raw)


def from_binary(raw: bytes) -> Cid:
    """Read a CID's binary form (34 or 36 bytes).

    Raises:
        CidInvalid: Not a CID, or not one of the allow-list (T02).
    """
    if len(raw) == _V0_BYTES and raw[:2] == _SHA2_256:
        return Cid(DAG_PB, bytes(raw[2:]), version=0)
    if len(raw) < 4 or raw[0] != 1:
        raise CidInvalid(problem="its version is neither 0 nor 1")
    if raw[1] not in (RAW, DAG_PB):
        raise CidInvalid(problem="its codec is neither raw nor dag-pb")
    if raw[2:4] != _SHA2_256:
        raise CidInvalid(problem="its hash is not sha2-256 of 32 bytes")
    if len(raw) != _V1_BYTES:
        raise CidInvalid(problem="it is too short or too long")
    return Cid(raw[1], bytes(raw[4:]))


def binary(cid: str) -> bytes:
    """Return the binary form, 34 or 36 bytes, of a CID given as text.

    Raises:
        CidInvalid: Not a CID, or not one of the allow-list (T02).
    """
    return parse(cid).binary


def payload_digest(cid: str) -> bytes:
    """Return SHA-256 of the binary root CID: the payload digest of leaf 0 (P05), 32 bytes.

    Raises:
        CidInvalid: Not a CID, or not one of the allow-list (T02).
    """
    return hashlib.sha256(binary(cid)).digest()


def _multibase(text: str) -> bytes:
    if text.startswith("b"):
        raw = _unbase32(text[1:])
    elif text[0] in _OTHER_BASES:
        raw = _unbase_other(text)
    else:
        raise CidInvalid(problem="its text encoding is not one that is read here")
    return raw


def _unbase32(text: str) -> bytes:
    try:
        raw = b32decode(text.upper() + "=" * (-len(text) % 8))
    except ValueError as err:
        raise CidInvalid(problem="it is not lower-case base32") from err
    # Spare bits and case would give one block several names.
    if b32encode(raw).decode("ascii").rstrip("=").lower() != text:
        raise CidInvalid(problem="it is not lower-case base32")
    return raw


def _unbase_other(text: str) -> bytes:
    from multiformats import multibase

    base = _OTHER_BASES[text[0]]
    try:
        raw = multibase.decode(text)
        canonical = multibase.encode(raw, base) == text
    except (KeyError, ValueError) as err:
        raise CidInvalid(problem=f"it is not {base}") from err
    if not canonical:
        raise CidInvalid(problem=f"it is not {base} in its canonical form")
    return bytes(raw)


def _base58(raw: bytes) -> str:
    number = int.from_bytes(raw, "big")
    digits = []
    while number:
        number, digit = divmod(number, 58)
        digits.append(_BASE58[digit])
    return "".join(reversed(digits))


def _unbase58(text: str) -> bytes:
    # A version 0 CID starts with 0x12, so that leading zeros never occur.
    number = 0
    for character in text:
        digit = _BASE58.find(character)
        if digit < 0:
            raise CidInvalid(problem="it is not base58btc")
        number = number * 58 + digit
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    if len(raw) != _V0_BYTES:
        raise CidInvalid(problem="it is too short or too long")
    return raw
