"""Changes of sealed files that reach deep: a fuzzer's bytes choose among them.

Random bytes are refused at the magic. Here a file is well made, with its keys known, and then
something of it is changed: a bit, a chunk's place, its nonce, a header's field, a stanza.
"""

from __future__ import annotations

import random
from typing import NamedTuple

from chartkey.crypto.chunk import chunk_nonce
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

HEADER = 80
TAG = 16


class File(NamedTuple):
    """A sealed payload of 1 KiB chunks, its payload key, and the context of its chunks."""

    data: bytes
    key: bytes
    context: bytes


def chance_of(data: bytes) -> random.Random:
    """Return a generator of choices that follow from a fuzzer's bytes."""
    return random.Random(data)


def meddled(file: File, chance: random.Random) -> tuple[bytes, bool]:
    """Return the file with up to three changes, and whether its key was used for one."""
    data, forged = bytearray(file.data), False
    for _ in range(chance.randint(0, 3)):
        change = chance.choice(CHANGES)
        data = change(data, file, chance)
        forged |= change in FORGING
    return bytes(data), forged


def flip(data: bytearray, file: File, chance: random.Random) -> bytearray:
    """One bit."""
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return data


def head(data: bytearray, file: File, chance: random.Random) -> bytearray:
    """One byte of the header becomes a likely one."""
    if len(data) >= HEADER:
        data[chance.randrange(16)] = chance.choice([0, 1, 2, 3, 9, 10, 16, 20, 21, 255])
    return data


def cut(data: bytearray, file: File, chance: random.Random) -> bytearray:
    """The end is missing, mostly at an edge."""
    edges = range(HEADER, len(data) + 1, 1024 + TAG)
    at = chance.choice([*edges, chance.randint(0, len(data))])
    return data[: at + chance.choice([-1, 0, 0, 0, 1, TAG])]


def grow(data: bytearray, file: File, chance: random.Random) -> bytearray:
    """Something follows: zeros, an empty chunk sealed with the right key, or the chunk again."""
    index = chance.randrange(6)
    empty = AESGCM(file.key).encrypt(chunk_nonce(index, chance.random() < 0.5), b"", file.context)
    return data + chance.choice([bytes(TAG), b"\0", empty, bytes(data[HEADER:])])


def swap(data: bytearray, file: File, chance: random.Random) -> bytearray:
    """Chunks change places, come twice, or go."""
    body = data[HEADER:]
    chunks = [body[at : at + 1024 + TAG] for at in range(0, len(body), 1024 + TAG)]
    if chunks:
        chosen = [chance.choice(chunks) for _ in range(chance.randint(0, len(chunks) + 1))]
        body = bytearray(b"".join(chosen))
    return data[:HEADER] + body


def reseal(data: bytearray, file: File, chance: random.Random) -> bytearray:
    """A chunk is sealed anew with the right key, maybe as the last, elsewhere, or in pieces."""
    size = chance.choice([0, 1, 1023, 1024, 1025])
    index, final = chance.randrange(5), chance.random() < 0.5
    context = chance.choice([file.context, b"", file.context[:-1]])
    sealed = AESGCM(file.key).encrypt(chunk_nonce(index, final), bytes(size), context)
    at = HEADER + index * (1024 + TAG)
    return data[:at] + sealed + data[at + len(sealed) :]


CHANGES = (flip, head, cut, grow, swap, reseal)
FORGING = (grow, reseal)
