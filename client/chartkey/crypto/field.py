"""Fields of fixed width, of which every derivation and context is made (P02).

A field one byte short would shift all that follows it, and two contexts could read alike.
"""

from __future__ import annotations

from chartkey.errors import ContextInvalid

__all__ = ["fixed", "unsigned"]


def fixed(name: str, value: bytes, width: int) -> bytes:
    """Return ``value`` as bytes after checking that it is ``width`` bytes long.

    Raises:
        ContextInvalid: it has another length.
    """
    if len(value) != width:
        raise ContextInvalid(problem=f"{name} is {len(value)} bytes long, not {width}")
    return bytes(value)


def unsigned(name: str, value: int, width: int) -> bytes:
    """Return ``value`` as an unsigned big-endian integer of ``width`` bytes.

    Raises:
        ContextInvalid: it is negative or does not fit.
    """
    try:
        return int(value).to_bytes(width, "big")
    except OverflowError as err:
        raise ContextInvalid(problem=f"{name} does not fit into {width} bytes") from err
