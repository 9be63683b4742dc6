"""The root of a Merkle Patricia trie (Yellow Paper, appendices B, C and D)."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["trie_root"]

_Pair = tuple[str, bytes]


def trie_root(entries: Mapping[bytes, bytes]) -> bytes:
    """Return the 32-byte root of a trie with exactly these entries; the order does not matter.

    No key may be the beginning of another, and every value must fill 32 bytes together with what
    is left of its key: true for hashed keys, and for receipts, which hold a bloom of 256 bytes.
    """
    from eth_hash.auto import keccak

    pairs = sorted((key.hex(), value) for key, value in entries.items())
    return keccak(_node(pairs, 0) if pairs else _string(b""))


def _node(pairs: list[_Pair], depth: int) -> bytes:
    """Return the RLP of the node above these keys, which agree in their first ``depth`` nibbles."""
    first, last = pairs[0][0], pairs[-1][0]
    if len(pairs) == 1:
        return _list([_string(_path(first[depth:], leaf=True)), _string(pairs[0][1])])
    shared = depth
    while first[shared] == last[shared]:
        shared += 1
    if shared > depth:
        below = _reference(_node(pairs, shared))
        return _list([_string(_path(first[depth:shared], leaf=False)), below])
    return _branch(pairs, depth)


def _branch(pairs: list[_Pair], depth: int) -> bytes:
    children: dict[str, list[_Pair]] = {}
    for pair in pairs:
        children.setdefault(pair[0][depth], []).append(pair)
    items = [
        _reference(_node(children[nibble], depth + 1)) if nibble in children else _string(b"")
        for nibble in "0123456789abcdef"
    ]
    return _list([*items, _string(b"")])


def _reference(node: bytes) -> bytes:
    """Return what a parent holds of a node: its hash.

    A node shorter than its hash would stand there itself; with hashed keys that takes two which
    share their first 19 bytes.
    """
    from eth_hash.auto import keccak

    return _string(keccak(node))


def _path(nibbles: str, *, leaf: bool) -> bytes:
    """Return the hex-prefix encoding of a path (Yellow Paper, appendix C)."""
    flag = 2 * leaf + len(nibbles) % 2
    return bytes.fromhex(f"{flag:x}{'' if len(nibbles) % 2 else '0'}{nibbles}")


def _minimal(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


def _string(data: bytes) -> bytes:
    if len(data) == 1 and data[0] < 0x80:
        return data
    return _length(0x80, len(data)) + data


def _list(items: list[bytes]) -> bytes:
    body = b"".join(items)
    return _length(0xC0, len(body)) + body


def _length(offset: int, length: int) -> bytes:
    if length < 56:
        return bytes([offset + length])
    size = _minimal(length)
    return bytes([offset + 55 + len(size)]) + size
