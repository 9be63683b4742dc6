"""The owner's index: one SQLite database in memory, which lies on the device encrypted as a whole.

Words are found by SQLite's FTS5 with the trigram tokenizer, so that Chinese, which puts no spaces
between words, is found like any other text; what is shorter than three characters is compared
with every text. Text and question are brought to one form (NFKC, lower case), so that full-width
digits and letters are found too.
"""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple, Self

from chartkey.records.glance import Glance

__all__ = ["Catalogue", "Hit", "Key"]

_VERSION = 1
"""Of the tables and of what is taken from a record: an index of another version is made anew."""

_SCHEMA = f"""
PRAGMA user_version = {_VERSION};
CREATE TABLE record (
    number INTEGER PRIMARY KEY, relationship TEXT NOT NULL, record BLOB NOT NULL,
    root BLOB NOT NULL, glance TEXT NOT NULL, UNIQUE (relationship, record)) STRICT;
CREATE VIRTUAL TABLE words USING fts5(text, tokenize = 'trigram');
"""
_TRIGRAM = 3
_MOST_WORDS = 16
_AROUND = 24
"""Characters of text shown on either side of what was found."""


class Key(NamedTuple):
    """Which version of which record: its relationship, 32-byte id, and 32-byte root."""

    relationship: str
    record: bytes
    root: bytes


class Hit(NamedTuple):
    """A record that holds every word asked for, and the text around one of them."""

    key: Key
    glance: Glance
    snippet: str


class Catalogue:
    """What each of an owner's records is about, and every word in them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    def empty(cls) -> Self:
        """Return one without records."""
        connection = _connected()
        connection.executescript(_SCHEMA)
        return cls(connection)

    @classmethod
    def load(cls, content: bytes) -> Self | None:
        """Return what :meth:`dump` gave, or ``None`` if it is of another version or damaged.

        For content that was authenticated as one's own: SQLite trusts its files.
        """
        if not content:
            return None
        connection = _connected()
        try:
            connection.deserialize(content)
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            connection.execute("SELECT count(*) FROM record").fetchone()
        except sqlite3.Error:
            return None
        return cls(connection) if version == _VERSION else None

    def dump(self) -> bytes:
        """Return the whole database as bytes, in which nothing is left of what was dropped."""
        return self._connection.serialize()

    def keys(self) -> set[Key]:
        """Return which versions of which records are in it."""
        query = "SELECT relationship, record, root FROM record"
        return {Key(*row) for row in self._connection.execute(query)}

    def glances(self) -> dict[Key, Glance]:
        """Return what every record is about, without its texts."""
        query = "SELECT relationship, record, root, glance FROM record"
        rows = self._connection.execute(query).fetchall()
        return {Key(*row[:3]): Glance.from_json(row[3]) for row in rows}

    def put(self, key: Key, glance: Glance) -> None:
        """Take in a record, in place of an earlier one with its id."""
        self.drop([key])
        text = "\n".join(_normal(part) for part in glance.texts)
        row = (*key, glance.to_json())
        query = "INSERT INTO record (relationship, record, root, glance) VALUES (?, ?, ?, ?)"
        number = self._connection.execute(query, row).lastrowid
        self._connection.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", (number, text))

    def drop(self, keys: Iterable[Key]) -> None:
        """Take records out, so that no byte of theirs stays in what :meth:`dump` gives (P06)."""
        dropped = [number for key in keys for number in self._numbers(key)]
        if not dropped:
            return
        for table, column in (("words", "rowid"), ("record", "number")):
            query = f"DELETE FROM {table} WHERE {column} = ?"
            self._connection.executemany(query, [(number,) for number in dropped])
        # FTS5 marks deleted words and keeps them until its segments are merged.
        self._connection.execute("INSERT INTO words (words) VALUES ('optimize')")

    def search(self, words: str, limit: int = 50) -> list[Hit]:
        """Return the records that hold every word, those with most of them in few texts first.

        Args:
            words: Separated by spaces; at most sixteen count. Case and width do not matter.
            limit: The most records to return.
        """
        wanted = list(dict.fromkeys(_normal(words).split()))[:_MOST_WORDS]
        if not wanted:
            return []
        query, values = _query(wanted)
        rows = self._connection.execute(query, (*values, limit)).fetchall()
        return [
            Hit(Key(*row[:3]), Glance.from_json(row[3]), _snippet(row[4], wanted)) for row in rows
        ]

    def close(self) -> None:
        """Let go of it; the object is not used afterwards."""
        self._connection.close()

    def _numbers(self, key: Key) -> list[int]:
        query = "SELECT number FROM record WHERE relationship = ? AND record = ?"
        return [row[0] for row in self._connection.execute(query, key[:2])]


def _connected() -> sqlite3.Connection:
    """What is deleted is overwritten, not only let go of: builds of SQLite differ in that."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("PRAGMA secure_delete = ON")
    return connection


def _normal(text: str) -> str:
    # SQLite's texts end at a zero; half a character comes from a terminal, never from a record.
    whole = text.replace("\0", " ").encode("utf-8", "replace").decode()
    return unicodedata.normalize("NFKC", whole).lower()


def _query(wanted: list[str]) -> tuple[str, list[str]]:
    """Words of three characters and more go to the index; shorter ones are compared."""
    long = [word for word in wanted if len(word) >= _TRIGRAM]
    conditions, values = [], []
    if long:
        # A quoted string has one meaning to FTS5, whatever stands in it.
        conditions.append("words MATCH ?")
        values.append(" AND ".join('"' + word.replace('"', '""') + '"' for word in long))
    for word in wanted:
        if len(word) < _TRIGRAM:
            conditions.append("instr(text, ?) > 0")
            values.append(word)
    order = "ORDER BY rank" if long else "ORDER BY number DESC"
    query = (
        "SELECT relationship, record, root, glance, text FROM words"
        " JOIN record ON record.number = words.rowid"
        f" WHERE {' AND '.join(conditions)} {order} LIMIT ?"
    )
    return query, values


def _snippet(text: str, wanted: list[str]) -> str:
    """Return the text around the first word that is found, on one line."""
    places = [(at, word) for word in wanted if (at := text.find(word)) >= 0]
    at, word = min(places, default=(0, ""))
    line_start = text.rfind("\n", 0, at) + 1
    line_end = text.find("\n", at) if "\n" in text[at:] else len(text)
    start, end = max(line_start, at - _AROUND), min(line_end, at + len(word) + _AROUND)
    before, after = "…" * (start > line_start), "…" * (end < line_end)
    return before + text[start:end] + after
