"""Backup and restore of one node's folder: its keys and settings, with or without its chain.

A chain can always be taken from the other members again; keys cannot. An archive's states can be
computed again, which takes as long as the chain is old: the regulator backs up the chain too.
"""

from __future__ import annotations

import os
import shutil
import socket
import tarfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from chartkey.errors import FileExists, NetworkInvalid
from chartkey.operator.nodekey import NODE_KEY

__all__ = ["Backup", "back_up", "restore"]

_DATA: Final = "data"
_TRANSIENT: Final = frozenset(("geth.ipc", "geth.log", "LOCK", "transactions.rlp"))
_MODE: Final = 0o600


class Backup(NamedTuple):
    """How many files there are, and their bytes before they were compressed."""

    files: int
    size: int


def back_up(folder: Path, target: Path, *, chain: bool = False) -> Backup:
    """Write a node's folder to a tar file, mode 0600: it holds the node's keys.

    Args:
        folder: One node's, as ``keys`` and ``node`` made it.
        target: Ends in ``.tar``, or in ``.tar.gz`` to be compressed; not there yet.
        chain: Also the chain; the node must have ended.

    Raises:
        FileExists: there is something of that name.
        NetworkInvalid: it is no node's folder, the node runs, or it cannot be written.
    """
    if not (folder / NODE_KEY).is_file():
        raise NetworkInvalid(source=folder, problem="it is no node's folder: it has no node key")
    if chain and _runs(folder):
        problem = "the node runs; stop it first, a running database cannot be copied whole"
        raise NetworkInvalid(source=folder, problem=problem)
    if target.exists():
        raise FileExists(path=target)
    part = target.with_name(f".{target.name}.part")
    try:
        count = size = 0
        with _opened(part, compressed=target.name.endswith(".gz")) as archive:
            os.chmod(part, _MODE)
            for path in _files(folder, chain=chain):
                archive.add(path, path.relative_to(folder).as_posix(), recursive=False)
                count, size = count + 1, size + path.stat().st_size
        part.rename(target)
    except OSError as err:
        problem = f"it cannot be written ({err.strerror})"
        raise NetworkInvalid(source=target, problem=problem) from err
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
    return Backup(count, size)


def restore(source: Path, folder: Path) -> Backup:
    """Bring a node's folder back from a tar file, to a place where nothing is yet.

    Two nodes must never run with one sealing key: they could seal two blocks of one height.

    Raises:
        FileExists: the folder is there.
        NetworkInvalid: the file is no backup, or names a path outside the folder (T13).
    """
    if folder.exists():
        raise FileExists(path=folder)
    part = folder.with_name(f".{folder.name}.part")
    try:
        with tarfile.open(source) as archive:
            members = archive.getmembers()
            if NODE_KEY not in {member.name for member in members}:
                raise NetworkInvalid(source=source, problem="it is no backup of a node")
            part.mkdir(parents=True, mode=0o700)
            archive.extractall(part, filter="data")
        part.rename(folder)
    except (OSError, tarfile.TarError, EOFError) as err:
        raise NetworkInvalid(source=source, problem="it is no backup, or cut short") from err
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Backup(len(members), sum(member.size for member in members))


def _files(folder: Path, *, chain: bool) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        if path.name in _TRANSIENT or (inside[0] == _DATA and not chain):
            continue
        if path.is_file() and not path.is_symlink():
            yield path


def _runs(folder: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(folder / "geth.ipc"))
        except OSError:
            return False
    return True


def _opened(path: Path, *, compressed: bool) -> tarfile.TarFile:
    # Chains hardly compress: what is in blocks is hashes and signatures.
    return tarfile.open(path, "w:gz") if compressed else tarfile.open(path, "w:")
