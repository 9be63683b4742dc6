"""CAR files: a backup that any IPFS tool reads, and a read-only store of its own (CARv1, CARv2).

A CAR is a header (DAG-CBOR: the roots and the version) and sections, each a CID
with its block. Written is CARv1, byte for byte what ``ipfs dag export`` writes
for one root: parents before children, each block once. Read are CARv1 and the
CARv1 inside a CARv2. A file is scanned when it is opened, so that one which is
cut short is refused at once; each block is compared with its CID when it is
fetched, as from any other store (T01).

Specifications: IPLD "CARv1" and "CARv2".
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO

from chartkey.errors import (
    BlockMissing,
    CarInvalid,
    CidInvalid,
    StoreReadOnly,
    StoreUnavailable,
)
from chartkey.storage.carscan import CID_TAG, MAX_ROOTS, ROOTS, VERSION_1, scan
from chartkey.storage.cid import Cid, parse
from chartkey.storage.newfile import new_file
from chartkey.storage.protobuf import varint
from chartkey.storage.store import Added, BlockStore, Store
from chartkey.storage.unixfs import Block
from chartkey.storage.upkeep import Counter

__all__ = ["CarFile", "export_car"]


def export_car(
    cids: Sequence[str],
    source: Store,
    path: str | os.PathLike[str],
    *,
    overwrite: bool = False,
    counter: Counter | None = None,
) -> int:
    """Write files or folders, all verified, as one CAR file; return how many blocks it has.

    It appears under its name when it is whole and on disk.

    Args:
        cids: The roots, at least one.
        source: Where they are read from.
        path: The file, made with mode 0600.
        overwrite: Whether a file of that name is replaced.
        counter: Is told how many blocks have been written.

    Raises:
        CidInvalid: Not an accepted CID, it names neither file nor folder, or none is given.
        FileExists: ``path`` is there already.
        BlockMissing: A block is not in the store.
        BlockCorrupt: The store's bytes are not the CID's.
        StoreUnavailable: The store does not answer.
        OSError: The file cannot be written.
    """
    roots = [parse(cid) for cid in dict.fromkeys(cids)]
    if not 0 < len(roots) <= MAX_ROOTS:
        raise CidInvalid(problem=f"a CAR has 1 to {MAX_ROOTS} roots")
    with new_file(path, overwrite=overwrite) as file:
        file.write(_header(roots))
        return _sections(file, roots, source, counter)


class CarFile(BlockStore):
    """A CAR file as a store that can be read; its roots are its pins.

    Args:
        path: The file. It is kept open, and not changed.

    Raises:
        CarInvalid: It is no CAR, of another version, cut short, holds something
            that no store here takes, has no root, or cannot be read.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self.name = f"CAR file {self._path.name!r}"
        try:
            self._file = open(path, "rb")  # noqa: SIM115 (closed by close)
        except OSError as err:
            raise CarInvalid(path=path, problem=err.strerror or type(err).__name__) from err
        try:
            self._roots, self._places = scan(self._file, self._path)
        except BaseException:
            self._file.close()
            raise

    @property
    def is_writable(self) -> bool:
        """Never."""
        return False

    def close(self) -> None:
        """Close the file; the store cannot be used again."""
        self._file.close()

    def fetch(self, cid: Cid) -> bytes:
        """See ``BlockStore.fetch``.

        Raises:
            BlockMissing: It is not in the file.
            BlockCorrupt: The file's bytes are not the CID's.
            StoreUnavailable: The file cannot be read any more.
        """
        place = self._places.get(cid.digest)
        if place is None:
            raise BlockMissing(cid=str(cid), store=self.name)
        start, size = place
        try:
            # At its place, whatever other threads read: no position is shared.
            data = os.pread(self._file.fileno(), size, start)
        except (OSError, ValueError) as err:
            raise StoreUnavailable(store=self.name, problem="it cannot be read") from err
        return self._verified(cid, data)

    def has(self, cid: str) -> bool:
        """See ``Store.has``."""
        return parse(cid).digest in self._places

    def pins(self) -> list[str]:
        """See ``Store.pins``: the roots."""
        return sorted(map(str, self._roots))

    def pin(self, cid: str) -> None:
        """Refuse, as the file is not changed.

        Raises:
            StoreReadOnly: always.
        """
        raise StoreReadOnly(store=self.name)

    def unpin(self, cid: str) -> None:
        """Refuse, as the file is not changed.

        Raises:
            StoreReadOnly: always.
        """
        raise StoreReadOnly(store=self.name)

    def write_checked(self, blocks: Iterable[Block]) -> Added:
        """Refuse: nothing can be put here.

        Raises:
            StoreReadOnly: always.
        """
        raise StoreReadOnly(store=self.name)


def _header(roots: Sequence[Cid]) -> bytes:
    count = len(roots)
    if count < 24:
        head = bytes((0x80 + count,))
    elif count < 256:
        head = bytes((0x98, count))
    else:
        head = b"\x99" + count.to_bytes(2, "big")
    items = [CID_TAG + bytes((len(root.binary) + 1, 0)) + root.binary for root in roots]
    header = ROOTS + head + b"".join(items) + VERSION_1
    return varint(len(header)) + header


def _sections(file: BinaryIO, roots: Sequence[Cid], source: Store, counter: Counter | None) -> int:
    written: set[bytes] = set()
    for root in roots:
        for block in source.blocks(str(root), parents_first=True):
            if block.cid.digest in written:
                continue
            written.add(block.cid.digest)
            name = block.cid.binary
            file.write(varint(len(name) + len(block.data)) + name)
            file.write(block.data)
            if counter:
                counter("blocks", len(written))
    return len(written)
