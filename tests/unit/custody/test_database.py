"""A custodian's file: private, whole or not at all, and what is erased is gone (P06, T27)."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from chartkey.custody.database import Database, LogEntry, RecordSlip, ScopeSlip
from chartkey.errors import CustodianUnavailable

from tests.unit.custody.conftest import GRANT, HOUSE, RECORD, RELATIONSHIP, ROOT, SLIP

OTHER = HOUSE
HELD = RecordSlip(RELATIONSHIP, RECORD, ROOT, SLIP)
SCOPE = ScopeSlip(RELATIONSHIP, GRANT, 1, 2, b"", SLIP)


def bytes_on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


def test_slips_are_found_by_relationship_record_and_root(database: Database) -> None:
    database.put_slips([HELD], [SCOPE])
    assert database.record_slip(RELATIONSHIP, RECORD, ROOT) == SLIP
    assert database.record_slip(OTHER, RECORD, ROOT) is None
    assert database.record_slip(RELATIONSHIP, ROOT, ROOT) is None
    assert database.record_slip(RELATIONSHIP, RECORD, RECORD) is None
    assert database.record_slips(RELATIONSHIP) == [HELD]
    assert database.record_slips(OTHER) == []
    assert database.scope_slips(RELATIONSHIP, GRANT) == [SCOPE]
    assert database.scope_slips(RELATIONSHIP, b"h" * 16) == []
    assert database.scope_slips(OTHER, GRANT) == []


def test_what_is_here_stays_unless_it_is_replaced(database: Database) -> None:
    database.put_slips([HELD], [SCOPE])
    forged, useless = RecordSlip(RELATIONSHIP, RECORD, ROOT, b"f" * 48), b"u" * 48
    other = ScopeSlip(RELATIONSHIP, GRANT, 1, 2, b"", useless)
    database.put_slips([forged], [other])
    assert database.record_slips(RELATIONSHIP) == [HELD]
    assert database.scope_slips(RELATIONSHIP, GRANT) == [SCOPE]
    database.put_slips([forged], [other], replace=True)
    assert database.record_slips(RELATIONSHIP) == [HELD]
    assert database.scope_slips(RELATIONSHIP, GRANT) == [other]


def test_slips_are_counted_for_each_relationship(database: Database) -> None:
    database.put_slips([HELD], [SCOPE, ScopeSlip(RELATIONSHIP, GRANT, 2, 2, b"", SLIP)])
    assert database.count_slips(RELATIONSHIP) == 3
    assert database.count_slips(OTHER) == 0


def test_of_slips_one_of_which_does_not_fit_none_is_kept(database: Database) -> None:
    wrong = ScopeSlip(RELATIONSHIP, GRANT, "one", 2, b"", SLIP)  # type: ignore[arg-type]
    with pytest.raises(CustodianUnavailable):
        database.put_slips([HELD], [wrong])
    assert database.record_slips(RELATIONSHIP) == []
    database.put_slips([HELD], [])
    assert database.record_slips(RELATIONSHIP) == [HELD]


def test_P06_what_is_erased_is_nowhere_in_the_files(database: Database, tmp_path: Path) -> None:
    database.put_slips([HELD], [ScopeSlip(RELATIONSHIP, GRANT, 1, 2, b"", b"k" * 48)])
    assert b"k" * 48 in bytes_on_disk(tmp_path)
    database.revoke(RELATIONSHIP, GRANT, 1)
    assert b"k" * 48 not in bytes_on_disk(tmp_path)
    assert SLIP in bytes_on_disk(tmp_path)
    database.drop_slips(RELATIONSHIP)
    assert SLIP not in bytes_on_disk(tmp_path)


def test_dropping_slips_leaves_other_relationships(database: Database) -> None:
    kept = RecordSlip(OTHER, RECORD, ROOT, SLIP)
    scope = ScopeSlip(OTHER, GRANT, 1, 2, b"", SLIP)
    database.put_slips([HELD, kept], [SCOPE, scope])
    database.drop_slips(RELATIONSHIP)
    assert database.count_slips(RELATIONSHIP) == 0
    assert database.record_slips(OTHER) == [kept]
    assert database.scope_slips(OTHER, GRANT) == [scope]


def test_a_revocation_is_of_one_grant_in_one_relationship(database: Database) -> None:
    database.put_slips([], [SCOPE, ScopeSlip(RELATIONSHIP, b"h" * 16, 1, 2, b"", SLIP)])
    database.revoke(RELATIONSHIP, GRANT, 1)
    database.revoke(RELATIONSHIP, GRANT, 2)
    assert database.is_revoked(RELATIONSHIP, GRANT)
    assert not database.is_revoked(RELATIONSHIP, b"h" * 16)
    assert not database.is_revoked(OTHER, GRANT)
    assert database.scope_slips(RELATIONSHIP, GRANT) == []
    assert len(database.scope_slips(RELATIONSHIP, b"h" * 16)) == 1


def test_drafts_come_with_the_most_urgent_first(database: Database) -> None:
    for record, deadline in ((b"a", 3), (b"b", 1), (b"c", 2)):
        database.put_draft(record * 32, RELATIONSHIP, record.decode(), deadline)
    database.put_draft(b"d" * 32, OTHER, "d", 1)
    assert database.drafts(RELATIONSHIP) == ["b", "c", "a"]
    assert database.draft(b"d" * 32) == "d"
    assert database.draft(b"e" * 32) is None
    assert sorted(database.draft_records()) == [letter * 32 for letter in (b"a", b"b", b"c", b"d")]
    database.drop_draft(b"b" * 32)
    assert database.drafts(RELATIONSHIP) == ["c", "a"]


def test_the_log_is_kept_in_order_and_denials_are_counted(database: Database) -> None:
    def entry(at: int, outcome: str, reader: str = HOUSE, place: str = RELATIONSHIP) -> LogEntry:
        return LogEntry(at, place, reader, RECORD, GRANT, outcome, None)

    database.log([entry(2, "denied"), entry(1, "read")])
    database.log(
        [entry(3, "denied"), entry(3, "denied", RELATIONSHIP), entry(3, "denied", place=OTHER)]
    )
    told = database.access_log(RELATIONSHIP)
    assert [e.at for e in told] == [1, 2, 3, 3]
    assert told[1] == entry(2, "denied")
    assert database.denials(RELATIONSHIP, HOUSE, 0) == 2
    assert database.denials(RELATIONSHIP, HOUSE, 3) == 1
    assert database.denials(RELATIONSHIP, HOUSE, 4) == 0


def test_relayed_calls_are_counted_for_each_account_and_forgotten_in_time(
    database: Database,
) -> None:
    assert [database.count_relay(HOUSE, at, 0, 2) for at in (1, 2, 3)] == [True, True, False]
    assert database.count_relay(RELATIONSHIP, 3, 0, 2)
    assert not database.count_relay(HOUSE, 5, 1, 2)
    assert database.count_relay(HOUSE, 5, 2, 2)


def test_T27_the_file_is_its_owners_alone(database: Database, tmp_path: Path) -> None:
    database.put_slips([HELD], [])
    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}


@pytest.mark.parametrize("mode", [0o644, 0o620, 0o601])
def test_T27_a_file_that_others_may_touch_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "custodian.db"
    Database(path, HOUSE).close()
    path.chmod(mode)
    with pytest.raises(CustodianUnavailable) as refused:
        Database(path, HOUSE)
    assert refused.value.values["institution"] == HOUSE


def test_a_link_to_another_file_is_refused(tmp_path: Path) -> None:
    Database(tmp_path / "other.db", HOUSE).close()
    (tmp_path / "custodian.db").symlink_to(tmp_path / "other.db")
    with pytest.raises(CustodianUnavailable):
        Database(tmp_path / "custodian.db", HOUSE)


def test_a_folder_that_is_not_there_is_named_as_a_custodian_that_is_away(tmp_path: Path) -> None:
    with pytest.raises(CustodianUnavailable):
        Database(tmp_path / "none" / "custodian.db", HOUSE)


def test_another_thread_is_told_clearly(database: Database) -> None:
    told: list[Exception] = []

    def use() -> None:
        try:
            database.record_slips(RELATIONSHIP)
        except CustodianUnavailable as err:
            told.append(err)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert "thread" in str(told[0])


def test_a_commit_that_fails_leaves_the_file_usable(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full refuses the commit and leaves the transaction open."""
    real = database._connection

    class Full:
        full = True
        in_transaction = property(lambda self: real.in_transaction)

        def execute(self, query: str, *values: object) -> sqlite3.Cursor:
            if query == "COMMIT" and self.full:
                raise sqlite3.OperationalError("database or disk is full")
            return real.execute(query, *values)  # type: ignore[arg-type]

        def executemany(self, *values: object) -> sqlite3.Cursor:
            return real.executemany(*values)  # type: ignore[arg-type]

    full = Full()
    monkeypatch.setattr(database, "_connection", full)
    with pytest.raises(CustodianUnavailable):
        database.put_slips([HELD], [])
    full.full = False
    assert database.record_slips(RELATIONSHIP) == []
    database.put_slips([HELD], [])
    assert database.record_slips(RELATIONSHIP) == [HELD]


_WRITER = """
import sys
from pathlib import Path
from chartkey.custody.database import Database, ScopeSlip
path, first = Path(sys.argv[1]), int(sys.argv[2])
database = Database(path, "a house")
for n in range(first, first + 5):
    database.put_slips([], [ScopeSlip("r", b"g" * 16, n, 1, b"", b"s" * 48)])
    database.revoke("r", n.to_bytes(16, "big"), 1)
"""


def test_two_processes_lose_nothing_of_each_other(tmp_path: Path) -> None:
    path = tmp_path / "custodian.db"
    Database(path, HOUSE).close()
    command = [sys.executable, "-c", _WRITER, str(path)]
    writers = [subprocess.Popen([*command, first]) for first in ("100", "200")]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert Database(path, HOUSE).count_slips("r") == 10


def test_P06_an_erased_record_leaves_no_byte_and_takes_no_slip_again(
    database: Database, tmp_path: Path
) -> None:
    single = ScopeSlip(RELATIONSHIP, GRANT, 0, 0, RECORD, b"z" * 48)
    kept = RecordSlip(RELATIONSHIP, ROOT, ROOT, b"k" * 48)
    database.put_slips([HELD, kept], [SCOPE, single])
    assert not database.is_erased(RELATIONSHIP, RECORD)
    database.erase(RELATIONSHIP, [RECORD], [(1, 2)], 7)
    left = bytes_on_disk(tmp_path)
    assert SLIP not in left
    assert single.slip not in left
    assert kept.slip in left
    database.put_slips([HELD], [])
    assert database.record_slip(RELATIONSHIP, RECORD, ROOT) is None
    assert database.is_erased(RELATIONSHIP, RECORD)
    assert not database.is_erased(OTHER, RECORD)


def test_P06_an_erasure_that_a_reader_keeps_in_the_log_is_reported_and_ends_with_the_next(
    database: Database, tmp_path: Path
) -> None:
    """SQLite's own answer to a checkpoint that did not happen is a number, not an error."""
    database.put_slips([HELD], [])
    [file] = [path for path in tmp_path.iterdir() if path.suffix == ".db"]
    database._connection.execute("PRAGMA busy_timeout = 50")
    reader = sqlite3.connect(file, isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM record_slip").fetchone() == (1,)
    with pytest.raises(CustodianUnavailable, match="erase again"):
        database.erase(RELATIONSHIP, [RECORD], [], 7)
    reader.close()
    database.erase(RELATIONSHIP, [RECORD], [], 7)
    assert SLIP not in bytes_on_disk(tmp_path)


def test_a_revocation_counts_although_a_reader_keeps_the_log(
    database: Database, tmp_path: Path
) -> None:
    [file] = [path for path in tmp_path.iterdir() if path.suffix == ".db"]
    database._connection.execute("PRAGMA busy_timeout = 50")
    database.put_slips([], [SCOPE])
    reader = sqlite3.connect(file, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM record_slip").fetchone()
    database.revoke(RELATIONSHIP, GRANT, 7)
    assert database.is_revoked(RELATIONSHIP, GRANT)
    reader.close()
