"""Mappings of structs, as most contracts keep what they know: one description for all of them.

A :class:`Table` says where a mapping lies and what its entries are; from that follow its storage
slots, as solc packs them, and the view that must answer with the same entry. The handlers in
``fold`` write the entries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Row", "Table", "words"]

Row = tuple[Any, ...]
"""An entry: values in the order of the struct's fields, as events and views carry them."""

_WORD = 32


@dataclass(frozen=True, slots=True)
class Table:
    """One mapping of one contract.

    ``slot`` is the mapping's own; ``keys`` and ``fields`` are Solidity types in their order, the
    keys of nested mappings from the outermost. ``view`` is the function that answers with an
    entry when called with its keys; None where there is none.
    """

    contract: str
    slot: int
    keys: tuple[str, ...]
    fields: tuple[str, ...]
    noun: str
    view: str | None = None

    def empty(self) -> Row:
        """Return what a view answers for an entry that was never written."""
        return tuple(_zero(kind) for kind in self.fields)

    def slots(self, entries: Mapping[Row, Row]) -> Iterator[tuple[int, str, int]]:
        """Yield each entry's slots: number, what it is, value."""
        from eth_hash.auto import keccak

        for key, entry in entries.items():
            place = self.slot
            for kind, value in zip(self.keys, key, strict=True):
                padded = _padded(kind, value)
                place = int.from_bytes(keccak(padded + place.to_bytes(_WORD, "big")), "big")
            label = f"{self.noun} {' '.join(map(_text, key))}"
            for offset, word in enumerate(words(self.fields, entry)):
                yield place + offset, label, word

    def answer(self, entry: Row) -> Any:
        """Return what the view must answer: the entry, or its only value."""
        return entry if len(self.fields) > 1 else entry[0]


def words(fields: tuple[str, ...], entry: Row) -> list[int]:
    """Return a struct's storage words: fields from the lowest byte up, none across two words."""
    packed, used = [0], 0
    for kind, value in zip(fields, entry, strict=True):
        width = _width(kind)
        if used + width > _WORD:
            packed.append(0)
            used = 0
        packed[-1] |= _number(value) << (8 * used)
        used += width
    return packed


def _width(kind: str) -> int:
    if kind in ("bool", "address"):
        return {"bool": 1, "address": 20}[kind]
    match = re.fullmatch(r"(uint|bytes)(\d+)", kind)
    if match is None:
        raise ValueError(f"{kind} is not a type that a table holds")
    return int(match[2]) // (8 if match[1] == "uint" else 1)


def _zero(kind: str) -> Any:
    if kind == "address":
        return "0x" + "0" * 40
    if kind == "bool":
        return False
    return bytes(_width(kind)) if kind.startswith("bytes") else 0


def _number(value: Any) -> int:
    if isinstance(value, str):
        return int(value, 16)
    return int.from_bytes(value, "big") if isinstance(value, bytes) else int(value)


def _padded(kind: str, value: Any) -> bytes:
    if kind.startswith("bytes"):
        # A fixed-size byte string is padded on the right, unlike a number.
        return bytes(value).ljust(_WORD, b"\0")
    return _number(value).to_bytes(_WORD, "big")


def _text(value: Any) -> str:
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)
