"""What was signed, kept before it is sent: a transaction is looked up, never signed again."""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from chartkey.errors import JournalUnusable

__all__ = ["Entry", "FileJournal", "Journal", "MemoryJournal", "State"]


class State(StrEnum):
    """How far a transaction is."""

    OPEN = "open"
    """Signed; it may have been sent."""
    MINED = "mined"
    """Seen in a block that may yet be reorganised away."""
    DONE = "done"
    """Under the manifest's number of confirmations."""
    FAILED = "failed"
    """Mined, and reverted."""
    VOID = "void"
    """It can never be mined: refused by the node at once, or its nonce is another's."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One signed transaction.

    ``key`` names the intent; ``digest`` is the 32-byte hash of target and calldata; ``raw`` is
    the signed transaction and ``hash`` its 32-byte hash.
    """

    key: str
    chain_id: int
    sender: str
    nonce: int
    digest: bytes
    hash: bytes
    raw: bytes
    state: State = State.OPEN


class Journal(Protocol):
    """Where a ``Sender`` keeps what it signed. All but ``name`` and ``turn`` within a turn."""

    @property
    def name(self) -> str:
        """Where it is, for messages."""
        ...

    def turn(self) -> AbstractContextManager[None]:
        """Hold off every other user of the journal, in other processes too."""
        ...

    def find(self, chain_id: int, sender: str, key: str) -> Entry | None:
        """Return an intent's newest entry in its newest state."""
        ...

    def unsettled(self, chain_id: int, sender: str) -> list[Entry]:
        """Return an account's entries that are open or mined, oldest first."""
        ...

    def put(self, entry: Entry) -> None:
        """Add an entry, or the newer state of one, durably."""
        ...


class _Index:
    """Entries by intent, and those that are not settled: a gateway's journal grows for years."""

    def __init__(self) -> None:
        self._by_key: dict[tuple[int, str, str], Entry] = {}
        self._unsettled: dict[bytes, Entry] = {}

    def find(self, chain_id: int, sender: str, key: str) -> Entry | None:
        """Return an intent's newest entry in its newest state."""
        return self._by_key.get((chain_id, sender, key))

    def unsettled(self, chain_id: int, sender: str) -> list[Entry]:
        """Return an account's entries that are open or mined, oldest first."""
        wanted = (chain_id, sender)
        return [e for e in self._unsettled.values() if (e.chain_id, e.sender) == wanted]

    def _add(self, entry: Entry) -> None:
        settled = entry.state not in (State.OPEN, State.MINED)
        # The bytes are needed only as long as they may have to be sent again.
        kept = replace(entry, raw=b"") if settled else entry
        self._by_key[entry.chain_id, entry.sender, entry.key] = kept
        self._unsettled[entry.hash] = kept
        if settled:
            del self._unsettled[entry.hash]


class MemoryJournal(_Index):
    """A journal that ends with the process, for tests and throw-away chains."""

    name = "memory"

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self._lock = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold off other threads."""
        with self._lock:
            yield

    def put(self, entry: Entry) -> None:
        """Add an entry, or the newer state of one."""
        self._add(entry)


class FileJournal(_Index):
    """A journal in a file: JSON lines, only ever appended to, synced to disk, mode 0600.

    Several processes may share one. A line cut short by a crash was never followed by a
    broadcast, and is ignored.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Take a path, whose folder exists; the file is made at the first turn."""
        super().__init__()
        self._path = Path(path)
        self._read = 0
        self._file = -1

    @property
    def name(self) -> str:
        """The file's path."""
        return str(self._path)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Lock the file and read what others appended.

        Raises:
            JournalUnusable: it cannot be opened, is a symbolic link, or others may read it.
        """
        file = self._open()
        try:
            # Each turn opens the file anew: the lock then holds between threads too.
            fcntl.flock(file, fcntl.LOCK_EX)
            self._file = file
            self._catch_up()
            yield
        finally:
            os.close(file)

    def put(self, entry: Entry) -> None:
        """Append an entry and return when it is on disk.

        Raises:
            JournalUnusable: it could not be written; nothing may be sent.
        """
        line = json.dumps(_document(entry)).encode() + b"\n"
        try:
            # A crash may have left a line without its end.
            torn = self._read and os.pread(self._file, 1, self._read - 1) != b"\n"
            _write(self._file, (b"\n" if torn else b"") + line)
            os.fsync(self._file)
        except OSError as err:
            raise JournalUnusable(path=self._path, problem=err.strerror) from err
        self._catch_up()

    def _open(self) -> int:
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            file = os.open(self._path, flags, 0o600)
        except OSError as err:
            raise JournalUnusable(path=self._path, problem=err.strerror) from err
        if os.fstat(file).st_mode & 0o077:
            os.close(file)
            raise JournalUnusable(path=self._path, problem="others may read or write it")
        return file

    def _catch_up(self) -> None:
        size = os.fstat(self._file).st_size
        text = os.pread(self._file, size - self._read, self._read)
        for line in text.splitlines():
            entry = _parse(line)
            if entry is not None:
                self._add(entry)
        self._read = size


def _write(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]


def _document(entry: Entry) -> dict[str, Any]:
    return {
        "key": entry.key,
        "chainId": entry.chain_id,
        "sender": entry.sender,
        "nonce": entry.nonce,
        "digest": entry.digest.hex(),
        "hash": entry.hash.hex(),
        "raw": entry.raw.hex(),
        "state": entry.state.value,
    }


def _parse(line: bytes) -> Entry | None:
    try:
        document = json.loads(line)
        return Entry(
            key=str(document["key"]),
            chain_id=int(document["chainId"]),
            sender=str(document["sender"]),
            nonce=int(document["nonce"]),
            digest=bytes.fromhex(document["digest"]),
            hash=bytes.fromhex(document["hash"]),
            raw=bytes.fromhex(document["raw"]),
            state=State(document["state"]),
        )
    except (ValueError, KeyError, TypeError):
        return None
