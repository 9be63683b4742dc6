"""The append-only log of reading receipts: a Merkle tree over lines of a file (P10, RFC 6962).

A receipt is durable (written and fsynced) before its position is returned, so whatever was
promised survives a crash. A line cut short by a crash was never promised and is dropped.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from chartkey.errors import CustodianUnavailable, ReceiptInvalid

__all__ = ["Position", "ReceiptLog", "leaf_of", "sync_folder", "verify_inclusion"]

_LONGEST_LINE = 1 << 20


@dataclass(frozen=True, slots=True)
class Position:
    """Where an entry stands: its index from 0, its leaf hash, the root that includes it."""

    index: int
    leaf: bytes
    root: bytes


def leaf_of(entry: bytes) -> bytes:
    """Return the leaf hash of an entry (RFC 6962, section 2.1). Never raises."""
    return sha256(b"\x00" + entry).digest()


class ReceiptLog:
    """One log file; several processes may append to it in turn.

    Args:
        path: The file, made with mode 0600 when it is missing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._leaves: list[bytes] = []
        # Roots of the perfect subtrees from left to right: an append costs O(log n) hashes.
        self._peaks: list[tuple[int, bytes]] = []
        self._offset = 0

    def __len__(self) -> int:
        with self._locked() as file:
            self._catch_up(file)
        return len(self._leaves)

    def append(self, entry: bytes) -> Position:
        """Add one entry, without line breaks and at most 1 MiB, and make it durable.

        Raises:
            ReceiptInvalid: the entry has a line break or is too long.
            CustodianUnavailable: the log cannot be written; nothing was promised.
        """
        if b"\n" in entry or len(entry) > _LONGEST_LINE:
            raise ReceiptInvalid(problem="it is not one line of at most 1 MiB")
        with self._locked() as file:
            self._catch_up(file)
            os.ftruncate(file, self._offset)
            _write(file, entry + b"\n", self._offset)
            os.fsync(file)
            if not self._leaves:
                sync_folder(self._path.parent)
            self._take(entry)
            return Position(len(self._leaves) - 1, self._leaves[-1], self._whole())

    def entries(self) -> list[bytes]:
        """Return every entry in order.

        Raises:
            CustodianUnavailable: the log cannot be read.
        """
        with self._locked() as file:
            self._catch_up(file)
            return _read(file, 0, self._offset).split(b"\n")[:-1]

    def prove(self, index: int, size: int | None = None) -> list[bytes]:
        """Return the audit path of an entry in the tree of the first ``size`` entries.

        Raises:
            ReceiptInvalid: there is no such entry.
            CustodianUnavailable: the log cannot be read.
        """
        whole = len(self)
        size = whole if size is None else size
        if not 0 <= index < size <= whole:
            raise ReceiptInvalid(problem="the log has no such entry")
        return _path(index, self._leaves[:size])

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the first ``size`` entries, by default of all.

        Raises:
            CustodianUnavailable: the log cannot be read.
        """
        whole = len(self)
        return self._whole() if size in (None, whole) else _root(self._leaves[:size])

    @contextmanager
    def _locked(self) -> Iterator[int]:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            file = os.open(self._path, flags, 0o600)
        except OSError as err:
            raise _unusable(f"cannot be opened ({err.strerror})") from err
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
        except OSError as err:
            raise _unusable(f"cannot be used ({err.strerror})") from err
        finally:
            os.close(file)

    def _catch_up(self, file: int) -> None:
        size = os.fstat(file).st_size
        if size < self._offset:
            # Going on would fill the gap with zeros and promise positions that are not there.
            raise _unusable("is shorter than it was: promised receipts are missing")
        fresh = _read(file, self._offset, size)
        for line in fresh.split(b"\n")[:-1]:
            self._take(line)

    def _take(self, entry: bytes) -> None:
        height, peak = 0, leaf_of(entry)
        self._leaves.append(peak)
        while self._peaks and self._peaks[-1][0] == height:
            height, peak = height + 1, _node(self._peaks.pop()[1], peak)
        self._peaks.append((height, peak))
        self._offset += len(entry) + 1

    def _whole(self) -> bytes:
        if not self._peaks:
            return _root(())
        *left, (_, root) = self._peaks
        for _, peak in reversed(left):
            root = _node(peak, root)
        return root


def verify_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """Check an audit path (RFC 9162, section 2.1.3.2).

    Raises:
        ReceiptInvalid: the leaf does not stand there in the tree of that root.
    """
    node, last = index, size - 1
    if not 0 <= index < size:
        raise ReceiptInvalid(problem="its index is outside the log")
    found = leaf
    for sibling in path:
        if last == 0:
            raise ReceiptInvalid(problem="its audit path is too long")
        if node & 1 or node == last:
            found = _node(sibling, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = _node(found, sibling)
        node, last = node >> 1, last >> 1
    if last or found != root:
        raise ReceiptInvalid(problem="the log does not include it")


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    return 1 << (size - 1).bit_length() - 1


def _root(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = _split(len(leaves))
    return _node(_root(leaves[:middle]), _root(leaves[middle:]))


def _path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    middle = _split(len(leaves))
    if index < middle:
        return [*_path(index, leaves[:middle]), _root(leaves[middle:])]
    return [*_path(index - middle, leaves[middle:]), _root(leaves[:middle])]


def _unusable(problem: str) -> CustodianUnavailable:
    return CustodianUnavailable(institution="this log", problem=f"its receipt log {problem}")


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable; a file's own fsync does not.

    Raises:
        OSError: the folder cannot be opened.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(file: int, data: bytes, start: int) -> None:
    """A disk that fills up takes a part without an error, and only then refuses."""
    while data:
        written = os.pwrite(file, data, start)
        data, start = data[written:], start + written


def _read(file: int, start: int, end: int) -> bytes:
    parts = []
    while start < end:
        part = os.pread(file, min(end - start, 1 << 20), start)
        if not part:
            break
        parts.append(part)
        start += len(part)
    return b"".join(parts)
