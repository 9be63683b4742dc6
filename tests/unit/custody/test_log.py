"""The receipt log against a second implementation, and against crashes (P10, T33)."""

from __future__ import annotations

import os
import stat
from hashlib import sha256
from pathlib import Path

import pytest
from chartkey.custody.log import ReceiptLog, verify_inclusion
from chartkey.errors import CustodianUnavailable, ReceiptInvalid
from hypothesis import given, settings
from hypothesis import strategies as st


def reference_root(entries: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word: MTH(D[n])."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    left, right = reference_root(entries[:k]), reference_root(entries[k:])
    return sha256(b"\x01" + left + right).digest()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "receipts.log"


@pytest.mark.parametrize("size", [*range(1, 18), 33])
def test_root_is_that_of_the_rfc(path: Path, size: int) -> None:
    entries = [b"receipt %d" % n for n in range(size)]
    log = ReceiptLog(path)
    positions = [log.append(entry) for entry in entries]
    assert [p.root for p in positions] == [reference_root(entries[: n + 1]) for n in range(size)]
    assert log.root() == reference_root(entries)


@settings(max_examples=60, deadline=None)
@given(size=st.integers(1, 40), data=st.data())
def test_every_entry_is_proven_and_no_other(
    tmp_path_factory: pytest.TempPathFactory, size: int, data: st.DataObject
) -> None:
    log = ReceiptLog(tmp_path_factory.mktemp("log") / "receipts.log")
    leaves = [log.append(b"%d" % n).leaf for n in range(size)]
    index = data.draw(st.integers(0, size - 1))
    proof, root = log.prove(index), log.root()
    verify_inclusion(leaves[index], index, size, proof, root)
    for wrong in ((leaves[index], (index + 1) % size), (sha256(b"x").digest(), index)):
        if size > 1 or wrong[0] != leaves[index]:
            with pytest.raises(ReceiptInvalid):
                verify_inclusion(wrong[0], wrong[1], size, proof, root)


def test_another_process_sees_what_was_appended(path: Path) -> None:
    first, second = ReceiptLog(path), ReceiptLog(path)
    first.append(b"a")
    assert second.append(b"b").index == 1
    assert first.entries() == [b"a", b"b"]
    assert first.root() == second.root()


def test_a_line_cut_by_a_crash_is_dropped(path: Path) -> None:
    ReceiptLog(path).append(b"whole")
    with path.open("ab") as file:
        file.write(b"cut shor")
    log = ReceiptLog(path)
    assert log.append(b"next").index == 1
    assert log.entries() == [b"whole", b"next"]


def test_a_line_that_a_crash_cut_at_its_end_is_dropped(path: Path) -> None:
    """A disk that fills up takes a part without an error."""
    ReceiptLog(path).append(b"whole")
    with path.open("ab") as file:
        file.write(b"a promised-looking line without its end")
    assert ReceiptLog(path).entries() == [b"whole"]
    assert len(ReceiptLog(path)) == 1


def test_a_disk_that_takes_only_a_part_gets_the_rest_before_anything_is_promised(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda file, data, at: real(file, data[:3], at))
    ReceiptLog(path).append(b"longer than three bytes")
    monkeypatch.undo()
    assert ReceiptLog(path).entries() == [b"longer than three bytes"]


def test_a_full_disk_promises_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = ReceiptLog(path)
    log.append(b"first")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for name in ("pwrite", "ftruncate"):
        monkeypatch.setattr(os, name, refuse)
        with pytest.raises(CustodianUnavailable):
            log.append(b"second")
        monkeypatch.undo()
    assert log.append(b"third").index == 1
    assert ReceiptLog(path).root() == log.root()


def test_what_is_not_known_to_be_on_disk_is_not_promised(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(CustodianUnavailable):
        ReceiptLog(path).append(b"first")


def test_every_promise_was_synced_and_the_first_with_its_folder(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[bool] = []
    real = os.fsync

    def noticed(file: int) -> None:
        synced.append(stat.S_ISDIR(os.fstat(file).st_mode))
        real(file)

    monkeypatch.setattr(os, "fsync", noticed)
    log = ReceiptLog(path)
    log.append(b"first")
    log.append(b"second")
    assert synced == [False, True, False]


def test_a_log_that_lost_its_end_promises_nothing_more(path: Path) -> None:
    """A restored backup: going on would fill the gap with zeros."""
    log = ReceiptLog(path)
    for n in range(3):
        log.append(b"receipt %d" % n)
    path.write_bytes(path.read_bytes()[:11])
    for use in (lambda: log.append(b"next"), log.entries, log.root, lambda: len(log)):
        with pytest.raises(CustodianUnavailable):
            use()
    assert path.read_bytes() == b"receipt 0\nr"


def test_a_carriage_return_is_no_end_of_an_entry(path: Path) -> None:
    log = ReceiptLog(path)
    log.append(b"a\rb")
    log.append(b"c\r")
    assert ReceiptLog(path).entries() == [b"a\rb", b"c\r"]
    assert ReceiptLog(path).root() == log.root()


def test_a_log_is_not_written_through_a_link(path: Path, tmp_path: Path) -> None:
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CustodianUnavailable):
        ReceiptLog(path).append(b"x")
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 4), (2, 2)])
def test_what_is_not_in_the_log_is_not_proven(path: Path, index: int, size: int) -> None:
    log = ReceiptLog(path)
    for n in range(3):
        log.append(b"%d" % n)
    with pytest.raises(ReceiptInvalid):
        log.prove(index, size)


@pytest.mark.parametrize(("index", "size"), [(-1, 4), (4, 4), (1, 4), (0, 5), (0, 2)])
def test_a_proof_is_of_one_index_and_size(path: Path, index: int, size: int) -> None:
    log = ReceiptLog(path)
    leaves = [log.append(b"%d" % n).leaf for n in range(4)]
    proof, root = log.prove(0), log.root()
    verify_inclusion(leaves[0], 0, 4, proof, root)
    with pytest.raises(ReceiptInvalid):
        verify_inclusion(leaves[0], index, size, proof, root)


def test_a_proof_is_neither_longer_nor_shorter(path: Path) -> None:
    log = ReceiptLog(path)
    leaves = [log.append(b"%d" % n).leaf for n in range(4)]
    proof, root = log.prove(0), log.root()
    for wrong in ([*proof, root], proof[:-1], []):
        with pytest.raises(ReceiptInvalid):
            verify_inclusion(leaves[0], 0, 4, wrong, root)


def test_an_earlier_size_has_its_own_root(path: Path) -> None:
    log = ReceiptLog(path)
    roots = [log.append(b"%d" % n).root for n in range(7)]
    assert [log.root(size) for size in range(1, 8)] == roots
    assert log.root(0) == sha256(b"").digest()


def test_an_entry_of_the_longest_length_is_taken(path: Path) -> None:
    assert ReceiptLog(path).append(bytes(1 << 20)).index == 0


def test_a_changed_entry_changes_the_root(path: Path) -> None:
    log = ReceiptLog(path)
    for n in range(5):
        log.append(b"entry %d" % n)
    path.write_bytes(path.read_bytes().replace(b"entry 3", b"entry X"))
    assert ReceiptLog(path).root() != log.root()


@pytest.mark.parametrize("entry", [b"two\nlines", bytes(1 << 20) + b"x"], ids=["two", "long"])
def test_an_entry_is_one_bounded_line(path: Path, entry: bytes) -> None:
    with pytest.raises(ReceiptInvalid):
        ReceiptLog(path).append(entry)


def test_the_log_is_private(path: Path) -> None:
    ReceiptLog(path).append(b"x")
    assert path.stat().st_mode & 0o777 == 0o600
