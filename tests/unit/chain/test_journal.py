"""The journal survives crashes and keeps others out."""

from __future__ import annotations

import json
import multiprocessing
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from chartkey.chain.journal import Entry, FileJournal, Journal, MemoryJournal, State
from chartkey.errors import JournalUnusable

SENDER = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"


def entry(number: int, key: str = "") -> Entry:
    digest = number.to_bytes(32, "big")
    return Entry(key or f"intent {number}", 1337, SENDER, number, digest, digest, b"raw")


@pytest.fixture(params=["file", "memory"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Journal:
    return FileJournal(tmp_path / "journal") if request.param == "file" else MemoryJournal()


def put(journal: Journal, *entries: Entry) -> None:
    with journal.turn():
        for one in entries:
            journal.put(one)


def test_an_open_entry_is_found_by_its_intent(journal: Journal) -> None:
    put(journal, entry(1), entry(2))
    with journal.turn():
        assert journal.find(1337, SENDER, "intent 2") == entry(2)
        assert journal.find(1, SENDER, "intent 2") is None
        assert journal.unsettled(1337, SENDER) == [entry(1), entry(2)]


def test_a_settled_entry_is_remembered_without_its_bytes(journal: Journal) -> None:
    put(journal, entry(1), replace(entry(1), state=State.DONE))
    with journal.turn():
        found = journal.find(1337, SENDER, "intent 1")
        assert found == replace(entry(1), state=State.DONE, raw=b"")
        assert journal.unsettled(1337, SENDER) == []


def test_a_mined_entry_keeps_its_bytes_for_a_reorganisation(journal: Journal) -> None:
    put(journal, entry(1), replace(entry(1), state=State.MINED))
    with journal.turn():
        assert [e.raw for e in journal.unsettled(1337, SENDER)] == [b"raw"]


def test_entries_are_there_after_a_restart(tmp_path: Path) -> None:
    put(FileJournal(tmp_path / "journal"), entry(1))
    again = FileJournal(tmp_path / "journal")
    with again.turn():
        assert again.unsettled(1337, SENDER) == [entry(1)]


def test_what_another_process_appended_is_seen(tmp_path: Path) -> None:
    first, second = FileJournal(tmp_path / "journal"), FileJournal(tmp_path / "journal")
    put(first, entry(1))
    put(second, entry(2))
    with first.turn():
        assert first.unsettled(1337, SENDER) == [entry(1), entry(2)]


def test_a_line_cut_by_a_crash_at_any_byte_harms_no_other(tmp_path: Path) -> None:
    put(FileJournal(tmp_path / "journal"), entry(1))
    whole = (tmp_path / "journal").read_bytes()
    for cut in range(1, len(whole)):
        path = tmp_path / f"cut {cut}"
        path.touch(0o600)
        path.write_bytes(whole + whole.replace(b"intent 1", b"intent 9")[:cut])
        torn = FileJournal(path)
        put(torn, entry(2))
        again = FileJournal(path)
        with again.turn():
            assert again.find(1337, SENDER, "intent 1") is not None
            assert again.find(1337, SENDER, "intent 2") == entry(2)


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    put(FileJournal(tmp_path / "journal"), entry(1))
    assert (tmp_path / "journal").stat().st_mode & 0o777 == 0o600
    (tmp_path / "journal").chmod(0o640)
    with pytest.raises(JournalUnusable, match="others"):
        put(FileJournal(tmp_path / "journal"), entry(2))


def test_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(JournalUnusable):
        put(FileJournal(tmp_path / "link"), entry(1))
    assert not (tmp_path / "elsewhere").exists()


def test_a_missing_folder_is_a_clean_error(tmp_path: Path) -> None:
    with pytest.raises(JournalUnusable):
        put(FileJournal(tmp_path / "none" / "journal"), entry(1))


def test_the_file_holds_json_lines(tmp_path: Path) -> None:
    put(FileJournal(tmp_path / "journal"), entry(1), replace(entry(1), state=State.DONE))
    lines = (tmp_path / "journal").read_text("utf-8").splitlines()
    assert [json.loads(line)["state"] for line in lines] == ["open", "done"]


def test_threads_take_turns(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "journal")

    def work(start: int) -> None:
        for number in range(start, start + 20):
            put(journal, entry(number))

    threads = [threading.Thread(target=work, args=(100 * i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _count(tmp_path / "journal") == 80


def test_processes_take_turns(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    workers = [
        context.Process(target=_append, args=(tmp_path / "journal", 100 * i)) for i in range(3)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert _count(tmp_path / "journal") == 60


def _append(path: Path, start: int) -> None:
    journal = FileJournal(path)
    for number in range(start, start + 20):
        put(journal, entry(number))


def _count(path: Path) -> int:
    again = FileJournal(path)
    with again.turn():
        return len(again.unsettled(1337, SENDER))
