"""Account addresses: 20 bytes, written with EIP-55's checksum."""

from __future__ import annotations

import re
from functools import lru_cache

from chartkey.crypto.digest import keccak256
from chartkey.errors import AddressInvalid

__all__ = ["checksum", "packed"]

_FORM = re.compile(r"0x[0-9a-fA-F]{40}")


def checksum(address: str) -> str:
    """Return an address in EIP-55 form.

    All-lower and all-upper case are accepted; mixed case must carry the right checksum.

    Raises:
        AddressInvalid: it is not ``0x`` and 40 hexadecimal digits, or its checksum is wrong.
    """
    if not isinstance(address, str) or not _FORM.fullmatch(address):
        raise AddressInvalid(value=address)
    digits = address[2:]
    right = _written(digits.lower())
    if digits not in (right[2:], digits.lower(), digits.upper()):
        raise AddressInvalid(value=address)
    return right


def packed(address: str) -> bytes:
    """Return the 20 bytes of an address.

    Raises:
        AddressInvalid: as :func:`checksum`.
    """
    return bytes.fromhex(checksum(address)[2:])


# The same few accounts fill most events, and a checksum costs a hash.
@lru_cache(maxsize=1 << 16)
def _written(digits: str) -> str:
    digest = keccak256(digits.encode()).hex()
    pairs = zip(digits, digest, strict=False)
    return "0x" + "".join(c.upper() if nibble >= "8" else c for c, nibble in pairs)
