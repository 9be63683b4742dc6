"""Folders in and out: local files become a tree of entries as Kubo makes it, and come back.

Names inside a stored folder were chosen by whoever made it. They become names of
local files only if they are plain ones, and files are made inside open folders,
never over anything that is there, so that nothing is written elsewhere (T13).
Symbolic links, devices and the like are neither stored nor made.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from chartkey.errors import CidInvalid, FileExists, FolderInvalid
from chartkey.storage import hamt
from chartkey.storage.cid import RAW, Cid
from chartkey.storage.dag import MAX_ENTRIES, MAX_LEVELS, Dag
from chartkey.storage.dagpb import Entry, encode_folder
from chartkey.storage.unixfs import UNIXFS_V1_2025, Block, Profile, blocks

__all__ = ["entries", "folder_blocks", "write_folder"]

_SHARDED_ABOVE: Final = 256 << 10
_LONGEST_NAME: Final = 255
_FOLDER_FLAGS: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE_FLAGS: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

_Making = Generator[Block, None, tuple[Entry, int]]


def folder_blocks(
    path: str | os.PathLike[str], profile: Profile = UNIXFS_V1_2025
) -> Iterator[Block]:
    """Cut a local folder into blocks, children before their parents; the last is the root.

    Everything in it is taken, hidden files too, as ``ipfs add -r --hidden`` does.

    Args:
        path: The folder; may itself be a symbolic link.
        profile: What decides the root CID.

    Raises:
        FolderInvalid: It is no folder, or holds something that is neither file
            nor folder, or a name that cannot be given back.
        OSError: A file cannot be read.
    """
    root = os.path.realpath(path)
    try:
        handle = os.open(root, _FOLDER_FLAGS)
    except NotADirectoryError as err:
        raise FolderInvalid(path=path, problem="it is not a folder") from err
    yield from _Import(root, profile).folder("", handle, 0)


def entries(dag: Dag) -> list[Entry]:
    """Return a stored folder's entries, sorted; every name is a plain file name.

    Raises:
        CidInvalid: It is no folder, breaks a bound, or has a name that is not
            plain, or twice the same (T13).
    """
    found = list(dag.entries())
    names = [entry.name for entry in found]
    if len(set(names)) != len(names) or not all(map(_is_plain, names)):
        raise CidInvalid(problem="it names a folder with names that are not plain file names")
    return sorted(found, key=lambda entry: entry.name.encode())


def write_folder(dag: Dag, target: str | os.PathLike[str], limit: int | None = None) -> int:
    """Write a stored folder, and what it holds, to a new local one; return the file bytes.

    It appears under its name when it is whole.

    Args:
        dag: The folder.
        target: Made here; nothing is there yet.
        limit: The most file bytes that the caller will take.

    Raises:
        FileExists: ``target`` is there already.
        CidInvalid: It is no folder, breaks a bound or the limit, or has names
            that are not plain (T13).
        OSError: It cannot be written.
    """
    path = Path(target)
    if os.path.lexists(path):
        raise FileExists(path=path)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    os.mkdir(temporary, 0o700)
    try:
        handle = os.open(temporary, _FOLDER_FLAGS)
        size = _Export(dag, limit).folder(dag, handle, 0)
        os.rename(temporary, path)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return size


class _Import:
    """One walk over local files."""

    def __init__(self, root: str, profile: Profile) -> None:
        self._root, self._profile = root, profile

    def folder(self, place: str, handle: int, level: int) -> _Making:
        """Yield the blocks of an open folder, which is closed; return its entry and size."""
        made, size = [], 0
        try:
            if level > MAX_LEVELS:
                raise self._refusal(place, f"it lies more than {MAX_LEVELS} folders deep")
            for name in sorted(os.listdir(handle), key=os.fsencode):
                entry, below = yield from self._one(os.path.join(place, name), name, handle, level)
                made.append(entry._replace(name=name))
                size += below
        finally:
            os.close(handle)
        return (yield from self._node(made, size))

    def _one(self, place: str, name: str, folder: int, level: int) -> _Making:
        if not _is_plain(name):
            raise self._refusal(place, "its name cannot be given back everywhere")
        mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
        if stat.S_ISDIR(mode):
            inner = os.open(name, _FOLDER_FLAGS, dir_fd=folder)
            return (yield from self.folder(place, inner, level + 1))
        if not stat.S_ISREG(mode):
            raise self._refusal(place, "it is neither a file nor a folder")
        return (yield from self._file(os.open(name, _READ_FLAGS, dir_fd=folder)))

    def _file(self, handle: int) -> _Making:
        total = 0
        with open(handle, "rb", buffering=0) as source:
            for block in blocks(source, self._profile):
                total += len(block.data)
                yield block
        return Entry("", block.cid, total), block.size

    def _node(self, made: list[Entry], size: int) -> _Making:
        data = encode_folder(made)
        if self._is_small(made, data):
            block = self._profile.node(data, size)
            yield block
            return Entry("", block.cid, len(data) + sum(one.total for one in made)), size
        shards, cid = hamt.shards(made), None
        try:
            while True:
                node = shards.send(cid)  # type: ignore[arg-type]
                block = self._profile.node(node[0], size)
                yield block
                cid = block.cid
        except StopIteration as end:
            return end.value, size

    def _is_small(self, made: list[Entry], data: bytes) -> bool:
        if self._profile.version == 1:
            return len(data) <= _SHARDED_ABOVE
        # The older profile counts names and identifiers only.
        counted = sum(len(one.name.encode()) + len(one.cid.binary) for one in made)
        return counted <= _SHARDED_ABOVE

    def _refusal(self, place: str, problem: str) -> FolderInvalid:
        return FolderInvalid(path=os.path.join(self._root, place), problem=problem)


class _Export:
    """One walk over stored entries."""

    def __init__(self, dag: Dag, limit: int | None) -> None:
        self._below: Callable[[Cid], Dag] = dag.at
        self._limit = limit
        self._left = limit
        self._entries = MAX_ENTRIES

    def folder(self, dag: Dag, handle: int, level: int) -> int:
        """Write a folder's entries into an open local one, which is closed; return the bytes."""
        try:
            found = entries(dag)
            self._entries -= len(found)
            if self._entries < 0 or level > MAX_LEVELS:
                raise CidInvalid(problem=f"it names folders of more than {MAX_ENTRIES} entries")
            return sum(self._one(entry, handle, level) for entry in found)
        finally:
            os.close(handle)

    def _one(self, entry: Entry, folder: int, level: int) -> int:
        dag = self._below(entry.cid)
        if entry.cid.codec != RAW and dag.is_folder:
            os.mkdir(entry.name, 0o700, dir_fd=folder)
            inner = os.open(entry.name, _FOLDER_FLAGS, dir_fd=folder)
            return self.folder(dag, inner, level + 1)
        self._take(dag.size)
        handle = os.open(entry.name, _CREATE_FLAGS, 0o600, dir_fd=folder)
        with open(handle, "wb", buffering=0) as target, closing(dag.chunks()) as chunks:
            return sum(target.write(chunk) for chunk in chunks)

    def _take(self, size: int) -> None:
        if self._left is not None:
            self._left -= size
            if self._left < 0:
                raise CidInvalid(problem=f"it names a folder of more than {self._limit} bytes")


def _is_plain(name: str) -> bool:
    """Whether a name is one file's on any system: no way up, no way elsewhere, nothing hidden."""
    return (
        name not in ("", ".", "..")
        and not any(c in "/\\" or not c.isprintable() for c in name)
        and len(os.fsencode(name)) <= _LONGEST_NAME
    )
