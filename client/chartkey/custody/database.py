"""What a custodian keeps: one SQLite file, owned by its institution.

Deleting a row overwrites its bytes (``secure_delete``): a slip that was erased is gone (P06).
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chartkey.custody.rows import SCHEMA, LogEntry, RecordSlip, ScopeSlip
from chartkey.errors import CustodianUnavailable

__all__ = ["Database", "LogEntry", "RecordSlip", "ScopeSlip"]


class Database:
    """Slips, drafts' headers, direct revocations and the access log of one custodian.

    One thread uses it; another is refused. Several processes may share the file.

    Args:
        path: The file, made with mode 0600 when it is missing.
        institution: Named in errors.

    Raises:
        CustodianUnavailable: the file cannot be used, or others may read it (T27).
    """

    def __init__(self, path: Path, institution: str) -> None:
        self._institution = institution
        with self._translated():
            self._claim(path)
            self._connection = sqlite3.connect(path, timeout=10, isolation_level=None)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute("PRAGMA secure_delete = ON")
            self._connection.executescript(SCHEMA)

    def close(self) -> None:
        """Close the file; the object is not used afterwards."""
        self._connection.close()

    def put_slips(
        self, records: list[RecordSlip], scopes: list[ScopeSlip], *, replace: bool = False
    ) -> None:
        """Keep slips, all or none; one that is here already stays as it is.

        With ``replace``, scope slips take the place of earlier ones; record slips never do. A
        slip of a record that was erased here is left out: a copy would bring it back (P06).

        Raises:
            CustodianUnavailable: the file cannot be written.
        """
        conflict = "REPLACE" if replace else "IGNORE"
        with self._transaction() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO record_slip SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS"
                " (SELECT 1 FROM erased WHERE relationship = ?1 AND record = ?2)",
                [(s.relationship, s.record, s.root, s.slip) for s in records],
            )
            connection.executemany(
                f"INSERT OR {conflict} INTO scope_slip VALUES (?, ?, ?, ?, ?, ?)",
                [(s.relationship, s.grant, s.epoch, s.kind, s.record, s.slip) for s in scopes],
            )

    def count_slips(self, relationship: str) -> int:
        """Return how many slips are kept for a relationship.

        Raises:
            CustodianUnavailable: the file cannot be read.
        """
        query = (
            "SELECT (SELECT count(*) FROM record_slip WHERE relationship = ?1)"
            " + (SELECT count(*) FROM scope_slip WHERE relationship = ?1)"
        )
        return int(self._one(query, (relationship,))[0])

    def drop_slips(self, relationship: str) -> None:
        """Erase every slip of a relationship.

        Raises:
            CustodianUnavailable: the file cannot be written.
        """
        with self._erasing() as connection:
            for table in ("record_slip", "scope_slip"):
                connection.execute(f"DELETE FROM {table} WHERE relationship = ?", (relationship,))

    def erase(
        self,
        relationship: str,
        records: Iterable[bytes],
        places: Iterable[tuple[int, int]],
        at: int,
    ) -> None:
        """Erase records' slips, and scope slips of ``places`` (epoch, kind); remember it (P06).

        Raises:
            CustodianUnavailable: the file cannot be written, or somebody still reads what was
                erased from its log: erase again.
        """
        with self._erasing() as connection:
            for record in records:
                named = (relationship, record)
                connection.execute("INSERT OR IGNORE INTO erased VALUES (?, ?, ?)", (*named, at))
                for table in ("record_slip", "scope_slip"):
                    query = f"DELETE FROM {table} WHERE relationship = ? AND record = ?"
                    connection.execute(query, named)
            connection.executemany(
                "DELETE FROM scope_slip"
                " WHERE relationship = ? AND epoch = ? AND kind = ? AND record = x''",
                [(relationship, epoch, kind) for epoch, kind in places],
            )

    def is_erased(self, relationship: str, record: bytes) -> bool:
        """Return whether a record was erased here, and no slip of it came back.

        Raises:
            CustodianUnavailable: the file cannot be read.
        """
        query = (
            "SELECT 1 FROM erased WHERE relationship = ?1 AND record = ?2 AND NOT EXISTS"
            " (SELECT 1 FROM record_slip WHERE relationship = ?1 AND record = ?2)"
        )
        return self._one(query, (relationship, record)) is not None

    def record_slip(self, relationship: str, record: bytes, root: bytes) -> bytes | None:
        """Return the slip of a record with that root, or None.

        Raises:
            CustodianUnavailable: the file cannot be read.
        """
        row = self._one(
            "SELECT slip FROM record_slip WHERE relationship = ? AND record = ? AND root = ?",
            (relationship, record, root),
        )
        return row[0] if row else None

    def record_slips(self, relationship: str) -> list[RecordSlip]:
        """Return every record slip of a relationship, for its owner.

        Raises:
            CustodianUnavailable: the file cannot be read.
        """
        rows = self._all("SELECT * FROM record_slip WHERE relationship = ?", (relationship,))
        return [RecordSlip(*row) for row in rows]

    def scope_slips(self, relationship: str, grant: bytes) -> list[ScopeSlip]:
        """Return the slips that one grant leads through.

        Raises:
            CustodianUnavailable: the file cannot be read.
        """
        rows = self._all(
            "SELECT * FROM scope_slip WHERE relationship = ? AND grant_id = ?",
            (relationship, grant),
        )
        return [ScopeSlip(*row) for row in rows]

    def revoke(self, relationship: str, grant: bytes, at: int) -> None:
        """Remember a signed revocation and erase the grant's scope slips.

        Raises:
            CustodianUnavailable: the file cannot be written.
        """
        with self._transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO revocation VALUES (?, ?, ?)", (relationship, grant, at)
            )
            connection.execute(
                "DELETE FROM scope_slip WHERE relationship = ? AND grant_id = ?",
                (relationship, grant),
            )
        # A revocation counts although somebody may still be reading the log.
        self._empty_log()

    def is_revoked(self, relationship: str, grant: bytes) -> bool:
        """Return whether a signed revocation was handed in.

        Raises:
            CustodianUnavailable: the file cannot be read.
        """
        query = "SELECT 1 FROM revocation WHERE relationship = ? AND grant_id = ?"
        return self._one(query, (relationship, grant)) is not None

    def put_draft(self, record: bytes, relationship: str, header: str, deadline: int) -> None:
        """Keep a draft's header; the sealed draft itself is a file beside the database.

        Raises:
            CustodianUnavailable: the file cannot be written.
        """
        with self._transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO draft VALUES (?, ?, ?, ?)",
                (record, relationship, header, deadline),
            )

    def drafts(self, relationship: str) -> list[str]:
        """Return the headers of a relationship's waiting drafts, the most urgent first.

        Raises:
            CustodianUnavailable: the file cannot be read.
        """
        query = "SELECT header FROM draft WHERE relationship = ? ORDER BY deadline"
        return [row[0] for row in self._all(query, (relationship,))]

    def draft_records(self) -> list[bytes]:
        """Return the record ids of every waiting draft.

        Raises:
            CustodianUnavailable: the file cannot be read.
        """
        return [row[0] for row in self._all("SELECT record FROM draft", ())]

    def draft(self, record: bytes) -> str | None:
        """Return the header of one waiting draft, or None.

        Raises:
            CustodianUnavailable: the file cannot be read.
        """
        row = self._one("SELECT header FROM draft WHERE record = ?", (record,))
        return row[0] if row else None

    def drop_draft(self, record: bytes) -> None:
        """Forget a draft's header.

        Raises:
            CustodianUnavailable: the file cannot be written.
        """
        with self._transaction() as connection:
            connection.execute("DELETE FROM draft WHERE record = ?", (record,))

    def log(self, entries: list[LogEntry]) -> None:
        """Add readings or denials to the access log.

        Raises:
            CustodianUnavailable: the file cannot be written.
        """
        with self._transaction() as connection:
            connection.executemany(
                "INSERT INTO access_log VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (e.at, e.relationship, e.reader, e.record, e.grant, e.outcome, e.receipt)
                    for e in entries
                ],
            )

    def access_log(self, relationship: str) -> list[LogEntry]:
        """Return a relationship's readings and denials, oldest first.

        Raises:
            CustodianUnavailable: the file cannot be read.
        """
        query = "SELECT * FROM access_log WHERE relationship = ? ORDER BY at, rowid"
        return [LogEntry(*row) for row in self._all(query, (relationship,))]

    def denials(self, relationship: str, reader: str, since: int) -> int:
        """Return how many denials of a reader the log holds since a time.

        Raises:
            CustodianUnavailable: the file cannot be read.
        """
        query = (
            "SELECT count(*) FROM access_log"
            " WHERE relationship = ? AND at >= ? AND reader = ? AND outcome = 'denied'"
        )
        return int(self._one(query, (relationship, since, reader))[0])

    def count_relay(self, account: str, at: int, since: int, most: int) -> bool:
        """Count one relayed call; False, and not counted, when ``most`` were since a time.

        Raises:
            CustodianUnavailable: the file cannot be written.
        """
        with self._transaction() as connection:
            connection.execute("DELETE FROM relay WHERE at < ?", (since,))
            query = "SELECT count(*) FROM relay WHERE account = ?"
            allowed = bool(connection.execute(query, (account,)).fetchone()[0] < most)
            if allowed:
                connection.execute("INSERT INTO relay VALUES (?, ?)", (at, account))
            return allowed

    def _claim(self, path: Path) -> None:
        """Make the file, or see that nobody else may use it.

        It is not opened when it exists: closing it again would drop SQLite's locks on it.
        """
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        except FileExistsError:
            mode = path.lstat().st_mode
            if not stat.S_ISREG(mode) or mode & 0o077:
                problem = "others may read or write its database, or it is no plain file"
                raise CustodianUnavailable(institution=self._institution, problem=problem) from None

    def _one(self, query: str, values: tuple[Any, ...]) -> Any:
        with self._translated():
            return self._connection.execute(query, values).fetchone()

    def _all(self, query: str, values: tuple[Any, ...]) -> list[Any]:
        with self._translated():
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._translated():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                # A full disk may have ended it already, or refused the commit and left it open.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _erasing(self) -> Iterator[sqlite3.Connection]:
        """What was deleted is still in the write-ahead log until that is emptied (P06)."""
        with self._transaction() as connection:
            yield connection
        if not self._empty_log():
            problem = "another process reads what was erased from its log; erase again"
            raise CustodianUnavailable(institution=self._institution, problem=problem)

    def _empty_log(self) -> bool:
        """SQLite does not fail where a reader keeps it from emptying the log: it says so."""
        with self._translated():
            (busy, *_) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as err:
            raise CustodianUnavailable(institution=self._institution, problem=str(err)) from err
