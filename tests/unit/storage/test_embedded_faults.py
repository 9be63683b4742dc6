"""The embedded store on a full disk, a read-only one, and under ``kill -9``."""

from __future__ import annotations

import io
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chartkey.errors import ChartkeyError, StoreFull, StoreReadOnly
from chartkey.storage import EmbeddedStore, replicate
from chartkey.storage.unixfs import blocks

NOBODY = 65534


def in_child(work: Callable[[], None]) -> int:
    """Run ``work`` in a process of its own and return its wait status."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitpid(pid, 0)[1]


def outcome_in_child(work: Callable[[], object]) -> str:
    """Return the name of what ``work`` raises in a process of its own, or ``done``."""
    reader, writer = os.pipe()

    def report() -> None:
        try:
            work()
            os.write(writer, b"done")
        except ChartkeyError as err:
            os.write(writer, type(err).__name__.encode())

    in_child(report)
    os.close(writer)
    with open(reader, "rb") as answer:
        return answer.read().decode()


def contents(store: EmbeddedStore) -> set[Path]:
    return set(store._folder.rglob("*"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "none", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small file system can only be mounted by root")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_one_clear_error_and_nothing_stays_behind(
    small_disk: Path, content: Callable[[int], bytes]
) -> None:
    store = EmbeddedStore(small_disk / "store")
    kept = store.add(io.BytesIO(content(1 << 20)))
    before = contents(store)
    with pytest.raises(StoreFull):
        store.add(io.BytesIO(content(6 << 20)[1:]))
    assert contents(store) == before
    assert list(store.verify()) == []
    assert store.read(kept.cid, io.BytesIO()) == 1 << 20


def test_after_a_full_disk_what_fits_is_stored(
    small_disk: Path, content: Callable[[int], bytes]
) -> None:
    store = EmbeddedStore(small_disk / "store")
    with pytest.raises(StoreFull):
        store.add(io.BytesIO(content(6 << 20)))
    assert store.add(io.BytesIO(content(3 << 20))).size == 3 << 20


def test_a_mirror_that_fills_up_keeps_nothing(
    small_disk: Path, store: EmbeddedStore, content: Callable[[int], bytes]
) -> None:
    mirror = EmbeddedStore(small_disk / "mirror")
    before = contents(mirror)
    added = store.add(io.BytesIO(content(6 << 20)))
    with pytest.raises(StoreFull):
        replicate(added.cid, store, mirror)
    assert contents(mirror) == before


def test_a_disk_with_no_room_for_a_store_is_full(small_disk: Path) -> None:
    with pytest.raises(OSError, match="No space left"):
        (small_disk / "ballast").write_bytes(bytes(8 << 20))
    with pytest.raises(StoreFull):
        EmbeddedStore(small_disk / "store")


def test_a_quota_on_file_sizes_is_a_full_store(
    store: EmbeddedStore, content: Callable[[int], bytes]
) -> None:
    before = contents(store)

    def add() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        store.add(io.BytesIO(content(200_000)))

    assert outcome_in_child(add) == "StoreFull"
    assert contents(store) == before


@pytest.fixture
def read_only() -> Iterator[EmbeddedStore]:
    """A store with one file, which anybody may read and nobody may write."""
    with tempfile.TemporaryDirectory() as parent:
        os.chmod(parent, 0o755)
        store = EmbeddedStore(Path(parent) / "store")
        store.add(io.BytesIO(b"a block"))
        every = [store._folder, *contents(store)]
        for path in every:
            path.chmod(0o555 if path.is_dir() else 0o444)
        yield store
        for path in every:
            path.chmod(0o700)


def as_nobody(work: Callable[[], object]) -> Callable[[], object]:
    def unprivileged() -> object:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
        return work()

    return unprivileged


def test_a_read_only_store_refuses_to_be_written(read_only: EmbeddedStore) -> None:
    before = contents(read_only)
    cid = read_only.pins()[0]
    for write in (
        lambda: read_only.add(io.BytesIO(b"another")),
        lambda: read_only.unpin(cid),
        lambda: EmbeddedStore(read_only._folder / "inner"),
    ):
        assert outcome_in_child(as_nobody(write)) == "StoreReadOnly"
    assert contents(read_only) == before


def test_a_read_only_store_can_be_opened_and_read(read_only: EmbeddedStore) -> None:
    cid = read_only.pins()[0]

    def read() -> None:
        again = EmbeddedStore(read_only._folder)
        assert again.has(cid)
        assert again.read(cid, io.BytesIO()) == 7
        assert list(again.verify()) == []

    assert outcome_in_child(as_nobody(read)) == "done"


def test_a_read_only_file_system_refuses_to_be_written(small_disk: Path) -> None:
    store = EmbeddedStore(small_disk / "store")
    cid = store.add(io.BytesIO(b"a block")).cid
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(StoreReadOnly):
        store.add(io.BytesIO(b"another"))
    assert EmbeddedStore(small_disk / "store").read(cid, io.BytesIO()) == 7


STEPS = {
    "open",
    "os.link",
    "os.listdir",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.unlink",
    "os.scandir",
    "shutil.rmtree",
    "fcntl.flock",
}


def die_at(step: int) -> None:
    """Kill this process when it reaches its ``step``-th step that concerns files."""
    left = step

    def hook(event: str, _: object) -> None:
        nonlocal left
        if event in STEPS:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    flush = os.fsync

    def fsync(handle: int) -> None:
        hook("open", None)
        flush(handle)
        hook("open", None)

    os.fsync = fsync
    sys.addaudithook(hook)


def check_and_retry(folder: Path, data: bytes) -> None:
    """What a killed writer left is sound, and writing again completes it."""
    store = EmbeddedStore(folder)
    assert list(store.verify()) == []
    *_, root = blocks(io.BytesIO(data))
    if store.has(str(root.cid)):
        assert store.read(str(root.cid), io.BytesIO()) == len(data)
    cid = store.add(io.BytesIO(data)).cid
    target = io.BytesIO()
    store.read(cid, target)
    assert target.getvalue() == data
    assert store.pins() == [cid]
    assert list(store.verify()) == []
    assert list((folder / "staging").iterdir()) == []


def test_a_writer_killed_at_any_step_leaves_a_sound_store(
    tmp_path: Path, content: Callable[[int], bytes]
) -> None:
    """From making the folder to removing the staging folder, one kill for each step."""
    data = content((2 << 20) + 5)
    for step in range(1, 1000):
        folder = tmp_path / f"store-{step}"

        def add(step: int = step, folder: Path = folder) -> None:
            die_at(step)
            EmbeddedStore(folder).add(io.BytesIO(data))

        status = in_child(add)
        check_and_retry(folder, data)
        if os.WIFEXITED(status):
            break
    assert os.waitstatus_to_exitcode(status) == 0
    assert step > 40


def test_blocks_are_flushed_before_they_are_moved_and_their_folders_after(
    store: EmbeddedStore, content: Callable[[int], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a power cut takes away cannot be shown here; the order that prevents it can."""
    flushed: list[int] = []
    moved: list[tuple[int, int]] = []
    flush, rename = os.fsync, os.rename

    def fsync(handle: int) -> None:
        flush(handle)
        flushed.append(os.fstat(handle).st_ino)

    def move(name: str, target: str, *, src_dir_fd: int, dst_dir_fd: int) -> None:
        assert os.stat(name, dir_fd=src_dir_fd).st_ino in flushed
        moved.append((len(flushed), os.fstat(dst_dir_fd).st_ino))
        rename(name, target, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "rename", move)
    store.add(io.BytesIO(content(2 << 20)))
    assert len(moved) == 3
    assert all(folder in flushed[at:] for at, folder in moved)


def test_a_writer_killed_at_any_moment_leaves_a_sound_store(
    tmp_path: Path, content: Callable[[int], bytes]
) -> None:
    moments = random.Random(51)
    data = content(3 << 20)
    folder = tmp_path / "store"
    EmbeddedStore(folder)
    killed = 0
    for _ in range(150):
        pid = os.fork()
        if pid == 0:
            EmbeddedStore(folder).add(io.BytesIO(data))
            os._exit(0)
        time.sleep(moments.uniform(0.0, 0.03))
        os.kill(pid, signal.SIGKILL)
        killed += os.WIFSIGNALED(os.waitpid(pid, 0)[1])
        assert list(EmbeddedStore(folder).verify()) == []
    check_and_retry(folder, data)
    assert killed > 20


def test_a_writer_killed_at_any_step_over_blocks_that_are_there_leaves_them_sound(
    tmp_path: Path, content: Callable[[int], bytes]
) -> None:
    """Blocks found, linked and moved onto themselves: what was stored before stays readable."""
    data = content((2 << 20) + 5)
    for step in range(1, 1000):
        folder = tmp_path / f"store-{step}"
        before = EmbeddedStore(folder).add(io.BytesIO(data[: 2 << 20])).cid

        def add(step: int = step, folder: Path = folder) -> None:
            die_at(step)
            EmbeddedStore(folder).add(io.BytesIO(data))

        status = in_child(add)
        store = EmbeddedStore(folder)
        assert list(store.verify()) == []
        assert store.read(before, io.BytesIO()) == 2 << 20
        cid = store.add(io.BytesIO(data)).cid
        assert store.pins() == sorted([before, cid])
        if os.WIFEXITED(status):
            break
    assert os.waitstatus_to_exitcode(status) == 0
    assert step > 30


def test_a_collection_killed_at_any_step_leaves_what_is_pinned(
    tmp_path: Path, content: Callable[[int], bytes]
) -> None:
    kept, dropped = content(100_000), content(6 << 20)
    for step in range(1, 1000):
        store = EmbeddedStore(tmp_path / f"store-{step}")
        cid = store.add(io.BytesIO(kept)).cid
        store.unpin(store.add(io.BytesIO(dropped)).cid)

        def collect(step: int = step, store: EmbeddedStore = store) -> None:
            die_at(step)
            store.collect()

        status = in_child(collect)
        assert list(store.verify()) == []
        assert store.read(cid, io.BytesIO()) == len(kept)
        store.collect()
        assert len([path for path in (store._folder / "blocks").rglob("*") if path.is_file()]) == 1
        if os.WIFEXITED(status):
            break
    assert os.waitstatus_to_exitcode(status) == 0
    assert step > 15


def test_writers_in_several_processes_do_not_disturb_each_other(
    tmp_path: Path, content: Callable[[int], bytes]
) -> None:
    folder = tmp_path / "store"
    data = content(3 << 20)
    children = []
    for number in range(6):
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                for _ in range(5):
                    EmbeddedStore(folder).add(io.BytesIO(data[number:]))
                code = 0
            except ChartkeyError:
                code = 2
            finally:
                os._exit(code)
        children.append(pid)
    assert [os.waitpid(pid, 0)[1] for pid in children] == [0] * 6
    store = EmbeddedStore(folder)
    assert len(store.pins()) == 6
    assert list(store.verify()) == []
    assert list((folder / "staging").iterdir()) == []


def test_the_folder_of_a_living_writer_is_left_alone(
    store: EmbeddedStore, content: Callable[[int], bytes]
) -> None:
    data = content(5 << 20)

    class Meanwhile(io.BytesIO):
        """Another file is stored while this one is being read."""

        def read(self, size: int | None = -1) -> bytes:
            EmbeddedStore(store._folder).add(io.BytesIO(b"%d" % self.tell()))
            return super().read(size)

    cid = store.add(Meanwhile(data)).cid
    target = io.BytesIO()
    store.read(cid, target)
    assert target.getvalue() == data
    assert list(store.verify()) == []
