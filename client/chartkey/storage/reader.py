"""A stored file as a seekable stream whose bytes have all been verified (T01)."""

from __future__ import annotations

import io
from collections.abc import Generator
from typing import TYPE_CHECKING

from chartkey.storage.dag import Dag

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["DagReader"]


class DagReader(io.RawIOBase):
    """Reads a file block by block, forwards from wherever it was put by ``seek``.

    Only the blocks on the way are fetched, so that a few bytes of a large study
    cost a few blocks. Wrap it in ``io.BufferedReader`` for reads of an exact length.
    """

    def __init__(self, dag: Dag) -> None:
        self._dag = dag
        self._size = dag.size
        self._position = 0
        self._chunks: Generator[bytes, None, None] | None = None
        self._chunk, self._start = memoryview(b""), 0

    @property
    def size(self) -> int:
        """Length of the file in bytes."""
        return self._size

    def readable(self) -> bool:
        """Always true."""
        return True

    def seekable(self) -> bool:
        """Always true."""
        return True

    def tell(self) -> int:
        """Position in bytes from the start."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to ``offset`` bytes from the start, the position or the end; fetches nothing.

        Raises:
            ValueError: The position would be before the start, or ``whence`` is unknown.
        """
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}.get(whence)
        if base is None or base + offset < 0:
            raise ValueError("there is no such position")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill ``buffer`` from one block at most; 0 only at the end.

        Raises:
            CidInvalid: A block of the tree is no file node, or breaks a bound.
            BlockMissing: A block is not in the store.
            BlockCorrupt: The store's bytes are not the CID's.
            StoreUnavailable: The store does not answer.
        """
        view = memoryview(buffer).cast("B")
        if self._position >= self._size:
            return 0
        if not 0 <= self._position - self._start < len(self._chunk):
            self._advance()
        held = self._chunk[self._position - self._start :]
        count = min(len(view), len(held))
        view[:count] = held[:count]
        self._position += count
        return count

    def close(self) -> None:
        """Stop reading ahead."""
        self._drop()
        super().close()

    def _advance(self) -> None:
        """Take the next chunk, or begin anew where the position was moved away from it."""
        if self._position != self._start + len(self._chunk):
            self._drop()
        if self._chunks is None:
            self._chunks = self._dag.chunks(self._position)
        self._start, self._chunk = self._position, memoryview(next(self._chunks, b""))

    def _drop(self) -> None:
        # Closing the generator ends its threads.
        if self._chunks is not None:
            self._chunks.close()
        self._chunks, self._chunk, self._start = None, memoryview(b""), self._position
