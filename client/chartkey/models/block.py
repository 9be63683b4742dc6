"""Where in the chain something stands."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Block"]


@dataclass(frozen=True, slots=True)
class Block:
    """A block's ``number``, its 32-byte ``hash`` and its ``timestamp`` in Unix time."""

    number: int
    hash: bytes
    timestamp: int
