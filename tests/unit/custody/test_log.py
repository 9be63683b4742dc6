"""The receipt log against a second implementation, and against crashes (P10, T33)."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from chartkey.custody.log import ReceiptLog, verify_inclusion
from chartkey.errors import ReceiptInvalid
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


def test_a_changed_entry_changes_the_root(path: Path) -> None:
    log = ReceiptLog(path)
    for n in range(5):
        log.append(b"entry %d" % n)
    path.write_bytes(path.read_bytes().replace(b"entry 3", b"entry X"))
    assert ReceiptLog(path).root() != log.root()


@pytest.mark.parametrize("entry", [b"two\nlines", bytes(1 << 20) + b"x"])
def test_an_entry_is_one_bounded_line(path: Path, entry: bytes) -> None:
    with pytest.raises(ReceiptInvalid):
        ReceiptLog(path).append(entry)


def test_the_log_is_private(path: Path) -> None:
    ReceiptLog(path).append(b"x")
    assert path.stat().st_mode & 0o777 == 0o600
