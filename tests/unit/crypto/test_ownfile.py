"""Files for their owner only: turns are taken, and nothing half-written stays."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest
from chartkey.crypto import ownfile
from chartkey.errors import KeyfileInvalid


def test_changes_made_at_once_are_all_kept(tmp_path: Path) -> None:
    path = tmp_path / "list"
    ownfile.create(path, b"")

    def append(text: bytes) -> bytes:
        time.sleep(0.01)
        return text + b"."

    threads = [threading.Thread(target=ownfile.replace, args=(path, append)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ownfile.read(path) == b"." * 8
    assert os.listdir(tmp_path) == ["list"]


def test_a_change_that_fails_leaves_the_file(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    ownfile.create(path, b"before")

    def broken(text: bytes) -> bytes:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        ownfile.replace(path, broken)
    assert ownfile.read(path) == b"before"


def test_a_link_stays_a_link_when_its_file_is_replaced(tmp_path: Path) -> None:
    path, link = tmp_path / "file", tmp_path / "link"
    ownfile.create(path, b"one")
    link.symlink_to(path)
    ownfile.replace(link, lambda _: b"two")
    assert link.is_symlink()
    assert path.read_bytes() == b"two"


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large"
    ownfile.create(path, bytes((1 << 20) + 1))
    with pytest.raises(KeyfileInvalid, match="1 MiB"):
        ownfile.read(path)


def test_a_pipe_is_refused_and_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(KeyfileInvalid, match="plain file"):
        ownfile.read(tmp_path / "pipe")
