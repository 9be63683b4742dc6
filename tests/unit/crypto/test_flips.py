"""Every single bit of a small envelope, flipped: nothing of it opens (R50)."""

from __future__ import annotations

import io

import pytest
from chartkey.crypto.draft import open_draft, seal_draft
from chartkey.crypto.payload import Binding, open_stream, seal_stream
from chartkey.crypto.wrap import public_der
from chartkey.errors import DecryptionFailed, FormatUnknown

from tests.unit.crypto.test_payload import Tap
from tests.vectors.stored import hybrid_key

DEK, CONTEXT, SIZE = bytes(range(32)), b"here", 4096
CHUNK = 1024


def envelope(suite: int) -> bytes:
    """Return a sealed payload of 4 KiB in four chunks."""
    target = io.BytesIO()
    plain = bytes(SIZE - 80 - 4 * 16)
    seal_stream(io.BytesIO(plain), target, DEK, Binding(CONTEXT), suite, chunk_log2=10)
    return target.getvalue()


@pytest.mark.parametrize("suite", [1, 2])
def test_every_single_bit_flip_of_an_envelope_is_refused(suite: int) -> None:
    file, opened = bytearray(envelope(suite)), 0
    assert len(file) == SIZE
    for bit in range(8 * SIZE):
        place = bit // 8
        file[place] ^= 1 << bit % 8
        pipe = Tap()
        with pytest.raises((DecryptionFailed, FormatUnknown)):
            open_stream(io.BytesIO(file), pipe, DEK, Binding(CONTEXT))
        file[place] ^= 1 << bit % 8
        # The chunks before the damaged one are true, and no byte of it leaves.
        assert len(pipe.received) == max(place - 80, 0) // (CHUNK + 16) * CHUNK
        opened += 1
    assert opened == 32_768


def test_no_byte_of_an_attached_file_of_suite_2_can_be_changed() -> None:
    key, address, target = hybrid_key(), b"a" * 20, io.BytesIO()
    people = [(address, public_der(key)), (b"b" * 20, public_der(key))]
    seal_draft(io.BytesIO(bytes(845)), target, people, CONTEXT)
    file = bytearray(target.getvalue())
    assert len(file) == 4075
    for place in range(len(file)):
        file[place] ^= 1 << place % 8
        pipe = Tap()
        with pytest.raises((DecryptionFailed, FormatUnknown)):
            open_draft(io.BytesIO(file), pipe, address, key, CONTEXT)
        file[place] ^= 1 << place % 8
        assert pipe.received == b""
