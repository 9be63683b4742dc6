"""Some bytes of a large payload, without the rest: what is read is counted."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from chartkey.crypto.payload import copy_range, new_dek, open_range, seal
from chartkey.errors import ContextInvalid, DecryptionFailed
from chartkey.models import RecordContext
from chartkey.storage.cid import Cid
from chartkey.storage.embedded import EmbeddedStore
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vectors import writer
from tests.vectors.stored import load, record_context

DEK = bytes(range(32))
CHUNK, UNIT = 1 << 18, (1 << 18) + 16
FAR = 4_000_000
"""A chunk nearly a tebibyte into the file."""
MIB = 1 << 20


class Counted(io.FileIO):
    """A file that counts the bytes that were taken from it."""

    taken = 0

    def readinto(self, buffer: Any) -> int | None:
        count = super().readinto(buffer)
        self.taken += count or 0
        return count


@pytest.fixture(scope="module")
def place() -> RecordContext:
    return record_context(load("payload")[0]["context"])


@pytest.fixture
def sparse(tmp_path: Path, place: RecordContext) -> Path:
    """A payload of a tebibyte of which header, two chunks and the last one are written."""
    path, context = tmp_path / "study.sealed", place.encode()
    head, key = writer.header(DEK, context, bytes(32), writer.prelude(1, 18))
    with path.open("wb") as file:
        file.write(head)
        for index in (FAR, FAR + 1):
            file.seek(80 + index * UNIT)
            file.write(writer.chunk(key, index, False, bytes([index % 251]) * CHUNK, context))
        file.seek(80 + (FAR + 9) * UNIT)
        file.write(writer.chunk(key, FAR + 9, True, b"the end", context))
    return path


@pytest.mark.parametrize(
    ("start", "end", "chunks"),
    [
        (FAR * CHUNK, FAR * CHUNK + 100, 1),
        (FAR * CHUNK + CHUNK - 1, FAR * CHUNK + CHUNK + 1, 2),
        ((FAR + 9) * CHUNK + 4, 1 << 62, 1),
    ],
    ids=["within a chunk", "across two", "the end"],
)
def test_a_range_of_a_tebibyte_reads_its_chunks_alone(
    sparse: Path, place: RecordContext, start: int, end: int, chunks: int
) -> None:
    with Counted(sparse) as file:
        found = open_range(file, start, end, DEK, place)
        assert file.taken <= 80 + chunks * UNIT
    plain = b"".join(bytes([i % 251]) * CHUNK for i in (FAR, FAR + 1))
    wanted = b"end" if end == 1 << 62 else plain[start - FAR * CHUNK : end - FAR * CHUNK]
    assert found == wanted


def test_a_range_that_was_never_written_does_not_open(sparse: Path, place: RecordContext) -> None:
    with Counted(sparse) as file, pytest.raises(DecryptionFailed):
        open_range(file, 0, 1, DEK, place)


class Watched(EmbeddedStore):
    """A store that counts the bytes of the blocks it fetches."""

    fetched = 0

    def _fetch(self, cid: Cid) -> bytes:
        block = super()._fetch(cid)
        self.fetched += len(block)
        return block


def test_a_range_of_a_stored_study_fetches_few_blocks(tmp_path: Path, place: RecordContext) -> None:
    store, dek, plain = Watched(tmp_path), new_dek(), bytes(range(256)) * (MIB // 8)
    sealed = io.BytesIO()
    seal(io.BytesIO(plain), sealed, dek, place)
    cid, size = store.add(io.BytesIO(sealed.getvalue()))
    assert size > 32 * MIB
    store.fetched, target = 0, io.BytesIO()
    with store.open(cid) as stream:
        assert copy_range(stream, target, 20 * MIB + 7, 20 * MIB + 107, dek, place) == 100
    assert target.getvalue() == plain[20 * MIB + 7 : 20 * MIB + 107]
    assert store.fetched <= 5 * MIB


@given(start=st.integers(0, 5000), length=st.integers(0, 5000))
@settings(max_examples=60, deadline=None)
def test_a_range_is_the_slice(start: int, length: int) -> None:
    vector = next(v for v in load("payload") if v["name"] == "exactly four chunks")
    context, dek = record_context(vector["context"]), bytes.fromhex(vector["dek"])
    file, plain = (bytes.fromhex(vector[name]) for name in ("file", "plaintext"))
    target = io.BytesIO()
    written = copy_range(io.BytesIO(file), target, start, start + length, dek, context)
    assert target.getvalue() == plain[start : start + length]
    assert written == len(target.getvalue())


def test_a_damaged_chunk_outside_the_range_is_no_matter_and_inside_is(
    place: RecordContext,
) -> None:
    vector = next(v for v in load("payload") if v["name"] == "exactly four chunks")
    context, dek = record_context(vector["context"]), bytes.fromhex(vector["dek"])
    file = bytearray.fromhex(vector["file"])
    file[80 + 1040 + 5] ^= 1
    assert open_range(io.BytesIO(file), 0, 1024, dek, context)
    with pytest.raises(DecryptionFailed):
        open_range(io.BytesIO(file), 1000, 1030, dek, context)


@pytest.mark.parametrize(("start", "end"), [(-1, 4), (5, 4)])
def test_a_range_that_is_none_is_refused(place: RecordContext, start: int, end: int) -> None:
    with pytest.raises(ContextInvalid):
        copy_range(io.BytesIO(), io.BytesIO(), start, end, DEK, place)
