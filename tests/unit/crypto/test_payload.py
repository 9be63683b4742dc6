"""The sealed payload: round trips, cuts, permutations, and every field of its context."""

from __future__ import annotations

import io
import itertools
import os
import tempfile
from dataclasses import replace

import pytest
from chartkey.crypto import payload
from chartkey.crypto.payload import (
    Binding,
    open_bytes,
    open_payload,
    open_range,
    open_stream,
    seal,
    seal_bytes,
    seal_stream,
)
from chartkey.errors import (
    ContextInvalid,
    DecryptionFailed,
    FormatUnknown,
    RecordTooLarge,
)
from chartkey.models import RecordContext, Suite
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vectors.stored import load, record_context

DEK = bytes(range(32))
CHUNK = 1024
UNIT = CHUNK + 16


def small_chunks(plain: bytes, context: bytes = b"here", dek: bytes = DEK) -> bytes:
    """Seal with chunks of 1 KiB, the smallest that readers take."""
    target = io.BytesIO()
    seal_stream(io.BytesIO(plain), target, dek, Binding(context), chunk_log2=10)
    return target.getvalue()


def read_back(file: bytes, context: bytes = b"here", dek: bytes = DEK) -> bytes:
    target = io.BytesIO()
    open_stream(io.BytesIO(file), target, dek, Binding(context))
    return target.getvalue()


class Tap(io.RawIOBase):
    """A target that cannot be cut back, like a pipe: what leaves has left."""

    def __init__(self) -> None:
        self.received = b""

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.received += bytes(data)
        return len(data)


class Dribble(io.RawIOBase):
    """A source that answers a few bytes at a time, as sockets do."""

    def __init__(self, data: bytes, step: int) -> None:
        self._inner, self._step = io.BytesIO(data), step

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        return self._inner.readinto(memoryview(buffer)[: self._step])


@given(plain=st.binary(max_size=5 * CHUNK), context=st.binary(max_size=200))
@settings(max_examples=60, deadline=None)
def test_what_is_sealed_opens_to_the_same_bytes(plain: bytes, context: bytes) -> None:
    assert read_back(small_chunks(plain, context), context) == plain


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7])
def test_sizes_around_a_chunk_are_kept(size: int) -> None:
    file = small_chunks(os.urandom(size))
    assert len(read_back(file)) == size
    assert len(file) == payload.HEADER_BYTES + size + 16 * max(1, -(-size // CHUNK))


def test_sealing_reports_the_commitment_and_sizes(place: RecordContext) -> None:
    file, sealed = seal_bytes(b"x" * 700_000, DEK, place)
    assert sealed.key_commitment == file[48:80]
    assert (sealed.size, sealed.plaintext_size) == (len(file), 700_000)


def test_two_seals_of_one_record_share_no_bytes_of_ciphertext(place: RecordContext) -> None:
    first, second = (seal_bytes(bytes(64), DEK, place)[0] for _ in range(2))
    assert first[16:48] != second[16:48]
    assert first[80:] != second[80:]


def test_the_context_stands_nowhere_in_the_file(place: RecordContext) -> None:
    file, _ = seal_bytes(b"x" * 100, DEK, place)
    for part in (place.relationship, place.subject, place.record, place.author, place.parent):
        assert part[:8] not in file


@pytest.mark.parametrize("step", [1, 7, 1039, 1041])
def test_a_source_that_dribbles_gives_the_same(step: int) -> None:
    plain = bytes(range(256)) * 11
    file = small_chunks(plain)
    target = io.BytesIO()
    open_stream(Dribble(file, step), target, DEK, Binding(b"here"))  # type: ignore[arg-type]
    assert target.getvalue() == plain


def test_a_source_with_nothing_but_read_is_enough(place: RecordContext) -> None:
    class OnlyRead:
        def __init__(self, data: bytes) -> None:
            self.read = io.BytesIO(data).read

    target = io.BytesIO()
    seal(OnlyRead("氯化钾".encode() * 999), target, DEK, place)  # type: ignore[arg-type]
    assert open_bytes(target.getvalue(), DEK, place).decode() == "氯化钾" * 999


def test_T03_a_cut_at_any_byte_is_refused() -> None:
    plain = os.urandom(2 * CHUNK + 100)
    file = small_chunks(plain)
    for length in range(len(file)):
        with pytest.raises(DecryptionFailed):
            read_back(file[:length])


def test_T03_only_authenticated_chunks_leave_and_in_order() -> None:
    plain = os.urandom(4 * CHUNK)
    file = bytearray(small_chunks(plain))
    file[80 + 2 * UNIT] ^= 1
    tap = Tap()
    with pytest.raises(DecryptionFailed):
        open_stream(io.BytesIO(file), tap, DEK, Binding(b"here"))  # type: ignore[arg-type]
    assert tap.received == plain[: 2 * CHUNK]


def test_T03_a_target_that_can_seek_keeps_nothing_of_a_truncated_file() -> None:
    target = io.BytesIO()
    target.write(b"before")
    file = small_chunks(bytes(3 * CHUNK))[:-UNIT]
    with pytest.raises(DecryptionFailed):
        open_stream(io.BytesIO(file), target, DEK, Binding(b"here"))
    assert target.getvalue() == b"before"


def test_T04_no_order_of_four_chunks_opens_but_the_right_one() -> None:
    file = small_chunks(os.urandom(4 * CHUNK))
    chunks = [file[80 + i * UNIT : 80 + (i + 1) * UNIT] for i in range(4)]
    for order in itertools.permutations(range(4)):
        shuffled = file[:80] + b"".join(chunks[i] for i in order)
        if order == (0, 1, 2, 3):
            read_back(shuffled)
            continue
        with pytest.raises(DecryptionFailed):
            read_back(shuffled)


def test_T04_a_chunk_repeated_or_left_out_is_refused() -> None:
    file = small_chunks(os.urandom(4 * CHUNK))
    chunks = [file[80 + i * UNIT : 80 + (i + 1) * UNIT] for i in range(4)]
    for order in ([0, 0, 1, 2, 3], [0, 1, 2, 3, 3], [0, 1, 3], [3], [0, 1, 2, 3, 2, 3]):
        with pytest.raises(DecryptionFailed):
            read_back(file[:80] + b"".join(chunks[i] for i in order))


def test_T04_a_chunk_from_another_file_under_the_same_data_key_is_refused() -> None:
    plain = os.urandom(3 * CHUNK)
    first, second = small_chunks(plain), small_chunks(plain)
    for place in range(3):
        start, end = 80 + place * UNIT, 80 + (place + 1) * UNIT
        with pytest.raises(DecryptionFailed):
            read_back(first[:start] + second[start:end] + first[end:])


def test_T05_a_file_crafted_for_two_keys_opens_under_the_committed_one_only() -> None:
    right, wrong = (v for v in load("payload") if v["name"].startswith("two keys"))
    file, place = bytes.fromhex(right["file"]), record_context(right["context"])
    nonce, keys = bytes.fromhex(right["nonce"]), [bytes.fromhex(k) for k in right["payload_keys"]]
    readings = {AESGCM(key).decrypt(nonce, file[80:], place.encode()) for key in keys}
    assert len(readings) == 2, "the crafted chunk must authenticate under both keys"
    assert open_bytes(file, bytes.fromhex(right["dek"]), place) in readings
    with pytest.raises(DecryptionFailed):
        open_bytes(file, bytes.fromhex(wrong["dek"]), place)


def test_T05_the_commitment_is_checked_before_any_chunk_is_read(place: RecordContext) -> None:
    file, _ = seal_bytes(bytes(100), DEK, place)
    source = io.BytesIO(file)
    with pytest.raises(DecryptionFailed):
        open_payload(source, io.BytesIO(), bytes(32), place)
    assert source.tell() == payload.HEADER_BYTES


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("suite", Suite.RSA_MLKEM_AES_GCM),
        ("chain_id", 1),
        ("relationship", bytes(20)),
        ("subject", bytes(32)),
        ("record", bytes(32)),
        ("author", bytes(20)),
        ("parent", bytes(32)),
    ],
)
def test_T06_a_payload_moved_to_another_place_is_refused(
    place: RecordContext, field: str, value: object
) -> None:
    file, _ = seal_bytes("处方：阿司匹林".encode(), DEK, place)
    moved = replace(place, **{field: value})
    with pytest.raises(DecryptionFailed):
        open_bytes(file, DEK, moved)


def test_T06_every_field_of_the_context_is_tried() -> None:
    tried = {"suite", "chain_id", "relationship", "subject", "record", "author", "parent"}
    assert set(RecordContext.__dataclass_fields__) == tried


def test_fields_of_wrong_width_do_not_slide_into_their_neighbours(place: RecordContext) -> None:
    slid = replace(
        place,
        relationship=place.relationship + place.subject[:1],
        subject=place.subject[1:],
    )
    assert slid.encode() == place.encode()
    with pytest.raises(ContextInvalid):
        seal_bytes(b"", DEK, slid)


def test_a_chain_id_that_does_not_fit_is_named(place: RecordContext) -> None:
    with pytest.raises(ContextInvalid, match="chain id"):
        seal_bytes(b"", DEK, replace(place, chain_id=1 << 64))


def test_a_reserved_suite_is_not_sealed_with(place: RecordContext) -> None:
    with pytest.raises(FormatUnknown, match="version 3"):
        seal_bytes(b"", DEK, replace(place, suite=Suite.SM2_SM4))


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_data_key_of_another_length_is_refused(place: RecordContext, length: int) -> None:
    with pytest.raises(ContextInvalid):
        seal_bytes(b"", bytes(length), place)


def test_every_bit_of_the_header_counts() -> None:
    file = small_chunks(b"x" * 10)
    for place, bit in itertools.product(range(80), range(8)):
        damaged = bytearray(file)
        damaged[place] ^= 1 << bit
        with pytest.raises((DecryptionFailed, FormatUnknown)):
            read_back(bytes(damaged))


def test_more_chunks_than_the_bound_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    file = small_chunks(bytes(3 * CHUNK))
    monkeypatch.setattr("chartkey.crypto.chunk.MAX_CHUNKS", 2)
    with pytest.raises(DecryptionFailed):
        read_back(file)
    with pytest.raises(RecordTooLarge):
        small_chunks(bytes(2 * CHUNK + 1))


@given(data=st.data())
@settings(max_examples=80, deadline=None)
def test_a_range_equals_the_slice(data: st.DataObject) -> None:
    size = data.draw(st.integers(0, 600_000))
    start = data.draw(st.integers(0, size + 10))
    end = data.draw(st.integers(start, size + 300_000))
    context = RecordContext(Suite(1), 1, bytes(20), bytes(32), bytes(32), bytes(20))
    plain = (b"0123456789abcdef!" * 40_000)[:size]
    file, _ = seal_bytes(plain, DEK, context)
    assert open_range(io.BytesIO(file), start, end, DEK, context) == plain[start:end]


def test_T03_a_range_to_the_end_of_a_cut_file_is_refused(place: RecordContext) -> None:
    file, _ = seal_bytes(bytes(600_000), DEK, place)
    cut = file[: 80 + (1 << 18) + 16]
    with pytest.raises(DecryptionFailed):
        open_range(io.BytesIO(cut), 0, 600_000, DEK, place)
    with pytest.raises(DecryptionFailed):
        open_range(io.BytesIO(file[:80]), 0, 1, DEK, place)


def test_a_range_that_runs_backwards_is_refused(place: RecordContext) -> None:
    file, _ = seal_bytes(bytes(10), DEK, place)
    with pytest.raises(ContextInvalid):
        open_range(io.BytesIO(file), 5, 4, DEK, place)


def test_the_error_tells_nothing(place: RecordContext) -> None:
    file, _ = seal_bytes(b"secret", DEK, place)
    with pytest.raises(DecryptionFailed) as damaged:
        open_bytes(file[:-1] + bytes([file[-1] ^ 1]), DEK, place)
    with pytest.raises(DecryptionFailed) as wrong_key:
        open_bytes(file, bytes(32), place)
    assert str(damaged.value) == str(wrong_key.value)
    assert damaged.value.values == wrong_key.value.values == {}
    assert damaged.value.__cause__ is None
    assert damaged.value.__suppress_context__


def test_a_target_that_fills_up_raises_and_keeps_no_plaintext(place: RecordContext) -> None:
    class Full(io.BytesIO):
        def write(self, data: bytes) -> int:  # type: ignore[override]
            if self.tell() >= 1 << 18:
                raise OSError(28, "No space left on device")
            return super().write(data)

    file, _ = seal_bytes(bytes(1 << 20), DEK, place)
    target = Full()
    with pytest.raises(OSError, match="No space left"):
        open_payload(io.BytesIO(file), target, DEK, place)
    assert target.getvalue() == b""


def test_an_unbuffered_file_that_takes_a_part_gets_the_rest(place: RecordContext) -> None:
    class Slow(io.RawIOBase):
        def __init__(self) -> None:
            self.held = b""

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.held += bytes(data[:1000])
            return len(data[:1000])

    target = Slow()
    seal(io.BytesIO(b"x" * 5000), target, DEK, place)  # type: ignore[arg-type]
    assert open_bytes(target.held, DEK, place) == b"x" * 5000


def test_memory_stays_flat_for_a_large_file(place: RecordContext) -> None:
    import tracemalloc

    with tempfile.TemporaryFile() as plain, tempfile.TemporaryFile() as sealed:
        plain.truncate(64 << 20)
        tracemalloc.start()
        seal(plain, sealed, DEK, place)
        sealed.seek(0)
        with open(os.devnull, "wb") as nowhere:
            open_payload(sealed, nowhere, DEK, place)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 4 << 20


def test_secrets_stay_out_of_representations() -> None:
    assert "key=" not in repr(payload._Opened(DEK, CHUNK))
