"""Drafts on a custodian's shelf: whole or not at all, and bounded (R13, T13, T14)."""

from __future__ import annotations

import io
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chartkey.custody.custodian import DraftHeader
from chartkey.custody.database import Database
from chartkey.custody.drafts import DraftShelf
from chartkey.errors import AccessDenied, CustodianUnavailable, DraftMissing, RecordInvalid
from chartkey.models import Attestation

from tests.unit.custody.conftest import HOUSE, RECORD, RELATIONSHIP

DAY = 86_400
SEALED = b"sealed " * 100_000
HEADER = DraftHeader(
    attestation=Attestation(
        relationship=RELATIONSHIP,
        record_id=RECORD,
        parent=bytes(32),
        kind=1,
        profile=b"p" * 32,
        affiliation=b"a" * 32,
        content_root=b"c" * 32,
        deadline=2_000_000_000,
    ),
    author=HOUSE,
    signature=b"x" * 65,
    owner=RELATIONSHIP,
    size=len(SEALED),
    left_at=1,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "drafts").mkdir()
    return tmp_path / "drafts"


@pytest.fixture
def shelf(folder: Path, database: Database) -> DraftShelf:
    return DraftShelf(folder, database, HOUSE)


def kept(shelf: DraftShelf, header: DraftHeader = HEADER, sealed: bytes = SEALED) -> DraftHeader:
    shelf.keep(header, io.BytesIO(sealed))
    return shelf.header(header.record)


def test_a_draft_comes_back_as_it_was_left(shelf: DraftShelf) -> None:
    header = kept(shelf)
    with shelf.open(RECORD) as file:
        assert file.read() == SEALED
    assert header == replace(HEADER, left_at=header.left_at)
    assert shelf.waiting(RELATIONSHIP) == [header]
    assert shelf.waiting(HOUSE) == []


def test_the_custodians_clock_says_when_it_was_left(shelf: DraftShelf) -> None:
    assert abs(kept(shelf).left_at - time.time()) < 60


def test_its_file_is_its_owners_alone(shelf: DraftShelf, folder: Path) -> None:
    kept(shelf)
    assert [path.stat().st_mode & 0o777 for path in folder.iterdir()] == [0o600]


@pytest.mark.parametrize("size", [0, len(SEALED) - 1, len(SEALED) + 1], ids=str)
def test_T14_a_draft_of_another_length_than_announced_is_refused(
    shelf: DraftShelf, folder: Path, size: int
) -> None:
    with pytest.raises(RecordInvalid):
        shelf.keep(replace(HEADER, size=size), io.BytesIO(SEALED))
    assert list(folder.iterdir()) == []
    assert shelf.waiting(RELATIONSHIP) == []


def test_T14_a_stream_without_an_end_is_not_followed(shelf: DraftShelf) -> None:
    with open("/dev/zero", "rb") as endless, pytest.raises(RecordInvalid):
        shelf.keep(HEADER, endless)


def test_a_full_disk_leaves_nothing_behind(
    shelf: DraftShelf, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(CustodianUnavailable) as refused:
        shelf.keep(HEADER, io.BytesIO(SEALED))
    monkeypatch.undo()
    assert "No space left" in str(refused.value)
    assert list(folder.iterdir()) == []
    assert kept(shelf).size == len(SEALED)


def test_a_draft_is_replaced_by_its_author_alone(shelf: DraftShelf) -> None:
    kept(shelf)
    with pytest.raises(AccessDenied):
        shelf.keep(replace(HEADER, author=RELATIONSHIP), io.BytesIO(SEALED))
    assert kept(shelf, replace(HEADER, size=3), b"new").size == 3
    with shelf.open(RECORD) as file:
        assert file.read() == b"new"


def test_a_dropped_draft_is_gone_and_dropping_it_again_is_nothing(
    shelf: DraftShelf, folder: Path
) -> None:
    kept(shelf)
    shelf.drop(RECORD)
    shelf.drop(RECORD)
    assert list(folder.iterdir()) == []
    for look in (shelf.header, shelf.open):
        with pytest.raises(DraftMissing):
            look(RECORD)


def test_a_draft_that_cannot_be_erased_is_not_forgotten(shelf: DraftShelf, folder: Path) -> None:
    kept(shelf)
    [path] = folder.iterdir()
    path.unlink()
    path.mkdir()
    with pytest.raises(CustodianUnavailable):
        shelf.drop(RECORD)
    assert shelf.header(RECORD).record == RECORD


def test_what_an_interruption_left_is_swept_a_day_later(
    shelf: DraftShelf, folder: Path, database: Database
) -> None:
    kept(shelf)
    for name in ("tmpabc", "00.draft", "fresh"):
        (folder / name).write_bytes(b"x")
    for path in folder.iterdir():
        if path.name != "fresh":
            os.utime(path, (time.time() - DAY - 60,) * 2)
    DraftShelf(folder, database, HOUSE)
    assert sorted(p.name for p in folder.iterdir()) == sorted([f"{RECORD.hex()}.draft", "fresh"])


def test_a_shelf_that_cannot_be_listed_is_a_custodian_that_is_away(
    folder: Path, database: Database
) -> None:
    folder.rmdir()
    with pytest.raises(CustodianUnavailable):
        DraftShelf(folder, database, HOUSE)
