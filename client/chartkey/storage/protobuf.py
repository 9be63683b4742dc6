"""The wire form under nodes: protobuf's varints and byte strings, all that occurs in them.

What is read may come from a hostile author: a length never reaches beyond the
message, and a number has at most 63 bits.

Specification: Protocol Buffers, "Encoding".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from chartkey.errors import CidInvalid

__all__ = ["broken", "field", "fields", "number", "read_varint", "varint"]

_VARINT: Final = 0
_BYTES: Final = 2


def broken() -> CidInvalid:
    """Return the error for a block that is not what its CID's codec promises."""
    return CidInvalid(problem="it names a block that is not a well-formed node")


def field(tag: int, value: bytes) -> bytes:
    """Return a field of bytes; ``tag`` is its number, below 16."""
    return bytes((tag << 3 | _BYTES,)) + varint(len(value)) + value


def number(tag: int, value: int) -> bytes:
    """Return a field of one number; ``tag`` is its number, below 16."""
    return bytes((tag << 3 | _VARINT,)) + varint(value)


def varint(value: int) -> bytes:
    """Return a number in groups of seven bits, the lowest first."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield each field's number and value.

    Raises:
        CidInvalid: The message is cut short, or holds a field of another type.
    """
    at = 0
    while at < len(message):
        tag, at = read_varint(message, at)
        value, at = read_varint(message, at)
        if tag & 7 == _VARINT:
            yield tag >> 3, value
        elif tag & 7 == _BYTES and at + value <= len(message):
            yield tag >> 3, message[at : at + value]
            at += value
        else:
            raise broken()


def read_varint(message: bytes, at: int) -> tuple[int, int]:
    """Return the number at byte ``at``, and where it ends.

    Raises:
        CidInvalid: It does not end, or has more than 63 bits.
    """
    value = shift = 0
    while at < len(message) and shift < 63:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise broken()
