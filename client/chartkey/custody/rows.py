"""The rows of a custodian's file: slips and log entries, and the tables that they stand in."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["SCHEMA", "LogEntry", "RecordSlip", "ScopeSlip"]

SCHEMA = """
CREATE TABLE IF NOT EXISTS draft (
    record BLOB PRIMARY KEY, relationship TEXT NOT NULL, header TEXT NOT NULL,
    deadline INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS record_slip (
    relationship TEXT NOT NULL, record BLOB NOT NULL, root BLOB NOT NULL, slip BLOB NOT NULL,
    PRIMARY KEY (relationship, record, root)) STRICT;
CREATE TABLE IF NOT EXISTS scope_slip (
    relationship TEXT NOT NULL, grant_id BLOB NOT NULL, epoch INTEGER NOT NULL,
    kind INTEGER NOT NULL, record BLOB NOT NULL, slip BLOB NOT NULL,
    PRIMARY KEY (relationship, grant_id, epoch, kind, record)) STRICT;
CREATE TABLE IF NOT EXISTS erased (
    relationship TEXT NOT NULL, record BLOB NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (relationship, record)) STRICT;
CREATE TABLE IF NOT EXISTS revocation (
    relationship TEXT NOT NULL, grant_id BLOB NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (relationship, grant_id)) STRICT;
CREATE TABLE IF NOT EXISTS access_log (
    at INTEGER NOT NULL, relationship TEXT NOT NULL, reader TEXT NOT NULL, record BLOB NOT NULL,
    grant_id BLOB NOT NULL, outcome TEXT NOT NULL, receipt INTEGER) STRICT;
CREATE INDEX IF NOT EXISTS access_by_relationship ON access_log (relationship, at);
CREATE TABLE IF NOT EXISTS relay (at INTEGER NOT NULL, account TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS relay_by_account ON relay (account, at);
"""


@dataclass(frozen=True, slots=True)
class RecordSlip:
    """A payload's data key under its record key (48 bytes); ``root`` is the record's commitment.

    A confirmation that was interrupted may have left slips for other roots: the one on chain
    decides which opens.
    """

    relationship: str
    record: bytes
    root: bytes
    slip: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ScopeSlip:
    """A kind key, or one record's key, under a grant key (48 bytes).

    ``record`` is 32 bytes for a single-record grant, with epoch and kind 0; else empty.
    """

    relationship: str
    grant: bytes
    epoch: int
    kind: int
    record: bytes
    slip: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A reading or a denial (R26); ``receipt`` is its index in the receipt log, if read."""

    at: int
    relationship: str
    reader: str
    record: bytes
    grant: bytes
    outcome: str
    receipt: int | None
