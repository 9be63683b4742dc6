"""The embedded store: verified reading (T01), names of its own making (T13), pins, repair."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from chartkey.errors import BlockCorrupt, BlockMissing, CidInvalid, StoreUnavailable
from chartkey.storage import EmbeddedStore, Fault, parse, replicate
from chartkey.storage.cid import RAW, Cid
from chartkey.storage.unixfs import Block, Profile, blocks

EMPTY = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
ABSENT = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyka"


def folder(store: EmbeddedStore) -> Path:
    return store._folder


def block_files(store: EmbeddedStore) -> list[Path]:
    return sorted(path for path in (folder(store) / "blocks").rglob("*") if not path.is_dir())


def file_of(store: EmbeddedStore, cid: str) -> Path:
    name = parse(cid).digest.hex()
    return folder(store) / "blocks" / name[:2] / name


def snapshot(root: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(root)): path.read_bytes() if path.is_file() else None
        for path in root.rglob("*")
    }


def read(store: EmbeddedStore, cid: str) -> bytes:
    target = io.BytesIO()
    store.read(cid, target)
    return target.getvalue()


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, (3 << 20) + 7])
def test_a_file_comes_back_as_it_was_added(
    store: EmbeddedStore, content: Callable[[int], bytes], size: int
) -> None:
    added = store.add(io.BytesIO(content(size)))
    assert added.size == size
    assert read(store, added.cid) == content(size)
    with store.open(added.cid) as stream:
        assert stream.read() == content(size)


def test_adding_twice_keeps_one_copy(store: EmbeddedStore, content: Callable[[int], bytes]) -> None:
    first = store.add(io.BytesIO(content(3 << 20)))
    files = block_files(store)
    assert store.add(io.BytesIO(content(3 << 20))) == first
    assert block_files(store) == files
    assert store.pins() == [first.cid]


def test_a_file_that_repeats_itself_is_stored_once_for_each_block(store: EmbeddedStore) -> None:
    added = store.add(io.BytesIO(bytes(20 << 20)))
    assert len(block_files(store)) == 2
    assert read(store, added.cid) == bytes(20 << 20)


def test_a_store_opened_again_has_what_was_put_in(store: EmbeddedStore) -> None:
    added = store.add(io.BytesIO("出院小结".encode()))
    again = EmbeddedStore(folder(store))
    assert read(again, added.cid) == "出院小结".encode()
    assert again.pins() == [added.cid]


def test_every_flipped_byte_of_a_block_is_refused_and_found(
    store: EmbeddedStore, content: Callable[[int], bytes]
) -> None:
    """T01, on disk: leaves and nodes, each byte."""
    small = blocks(io.BytesIO(content(60)), Profile("small", chunk=16, links=3))
    cid = store.write(small).cid
    flips = 0
    for path in block_files(store):
        good = path.read_bytes()
        for at in range(len(good)):
            path.write_bytes(good[:at] + bytes([good[at] ^ 0x01]) + good[at + 1 :])
            with pytest.raises(BlockCorrupt):
                read(store, cid)
            assert "corrupt" in {fault.problem for fault in store.verify()}
            flips += 1
        path.write_bytes(good)
    assert flips > 300
    assert list(store.verify()) == []


@pytest.mark.parametrize("change", [lambda b: b[:-1], lambda b: b + b"\0", lambda b: b""])
def test_a_cut_or_lengthened_block_is_refused(
    store: EmbeddedStore, change: Callable[[bytes], bytes]
) -> None:
    cid = store.add(io.BytesIO(b"a block")).cid
    path = file_of(store, cid)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(BlockCorrupt):
        read(store, cid)


def test_nothing_of_a_corrupt_block_is_handed_out(
    store: EmbeddedStore, content: Callable[[int], bytes]
) -> None:
    data = content(3 << 20)
    added = store.add(io.BytesIO(data))
    second = Cid.of(RAW, data[1 << 20 : 2 << 20])
    file_of(store, str(second)).write_bytes(b"other")
    target = io.BytesIO()
    with pytest.raises(BlockCorrupt):
        store.read(added.cid, target)
    assert target.getvalue() == data[: 1 << 20]


def test_a_missing_block_is_named(store: EmbeddedStore, content: Callable[[int], bytes]) -> None:
    data = content(2 << 20)
    added = store.add(io.BytesIO(data))
    second = str(Cid.of(RAW, data[1 << 20 :]))
    file_of(store, second).unlink()
    with pytest.raises(BlockMissing) as caught:
        read(store, added.cid)
    assert caught.value.values["cid"] == second
    assert list(store.verify()) == [Fault(second, "missing", (added.cid,))]


def test_what_was_never_stored_is_missing(store: EmbeddedStore) -> None:
    assert not store.has(ABSENT)
    with pytest.raises(BlockMissing):
        read(store, ABSENT)
    with pytest.raises(BlockMissing):
        store.open(ABSENT)


def test_adding_a_file_again_repairs_its_damaged_block(store: EmbeddedStore) -> None:
    cid = store.add(io.BytesIO(b"a block")).cid
    file_of(store, cid).write_bytes(b"a clock")
    store.add(io.BytesIO(b"a block"))
    assert read(store, cid) == b"a block"


def test_a_file_over_the_callers_limit_is_refused_before_a_byte_is_written(
    store: EmbeddedStore,
) -> None:
    cid = store.add(io.BytesIO(bytes(5 << 20))).cid
    target = io.BytesIO()
    with pytest.raises(CidInvalid, match="more than 5242879 bytes"):
        store.read(cid, target, limit=(5 << 20) - 1)
    assert target.getvalue() == b""
    assert store.read(cid, target, limit=5 << 20) == 5 << 20


def test_pins_are_listed_kept_and_let_go(store: EmbeddedStore) -> None:
    first, second = (store.add(io.BytesIO(data)).cid for data in (b"1", b"2"))
    store.pin(first)
    assert store.pins() == sorted([first, second])
    store.unpin(first)
    store.unpin(first)
    assert store.pins() == [second]
    assert read(store, first) == b"1"


def test_a_file_that_is_not_whole_cannot_be_pinned(
    store: EmbeddedStore, content: Callable[[int], bytes]
) -> None:
    data = content(2 << 20)
    cid = store.add(io.BytesIO(data)).cid
    store.unpin(cid)
    file_of(store, str(Cid.of(RAW, data[1 << 20 :]))).unlink()
    for missing in (cid, ABSENT):
        with pytest.raises(BlockMissing):
            store.pin(missing)
    assert store.pins() == []


def test_a_source_that_fails_leaves_nothing(store: EmbeddedStore) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 3 << 20:
                raise ConnectionResetError("the other side went away")
            return super().read(size)

    with pytest.raises(ConnectionResetError):
        store.add(Broken(bytes(range(256)) * (5 << 12)))
    assert block_files(store) == []
    assert list((folder(store) / "staging").iterdir()) == []


def test_a_block_that_is_not_its_cids_is_not_kept(store: EmbeddedStore) -> None:
    good = Block(Cid.of(RAW, b"good"), b"good", 4)
    bad = Block(Cid.of(RAW, b"right"), b"wrong", 5)
    with pytest.raises(BlockCorrupt):
        store.write([good, bad])
    assert block_files(store) == []
    assert store.pins() == []


def test_no_blocks_are_no_file(store: EmbeddedStore) -> None:
    with pytest.raises(CidInvalid):
        store.write([])


def test_replication_copies_every_block_and_pins(
    store: EmbeddedStore, tmp_path: Path, content: Callable[[int], bytes]
) -> None:
    mirror = EmbeddedStore(tmp_path / "镜像")
    added = store.add(io.BytesIO(content(3 << 20)))
    assert replicate(added.cid, store, mirror) == added
    assert read(mirror, added.cid) == content(3 << 20)
    assert mirror.pins() == [added.cid]


def test_replication_repairs_a_damaged_mirror(store: EmbeddedStore, tmp_path: Path) -> None:
    mirror = EmbeddedStore(tmp_path / "mirror")
    cid = store.add(io.BytesIO(b"a block")).cid
    replicate(cid, store, mirror)
    file_of(mirror, cid).write_bytes(b"a clock")
    replicate(cid, store, mirror)
    assert list(mirror.verify()) == []


def test_replication_from_a_damaged_store_leaves_nothing_in_the_other(
    store: EmbeddedStore, tmp_path: Path, content: Callable[[int], bytes]
) -> None:
    mirror = EmbeddedStore(tmp_path / "mirror")
    data = content(3 << 20)
    cid = store.add(io.BytesIO(data)).cid
    file_of(store, str(Cid.of(RAW, data[2 << 20 :]))).write_bytes(b"other")
    with pytest.raises(BlockCorrupt):
        replicate(cid, store, mirror)
    assert block_files(mirror) == []


def test_folders_and_files_are_private(store: EmbeddedStore) -> None:
    old = os.umask(0)
    try:
        open_to_all = EmbeddedStore(folder(store).parent / "second")
        open_to_all.add(io.BytesIO(b"a block"))
    finally:
        os.umask(old)
    for path in [folder(open_to_all), *folder(open_to_all).rglob("*")]:
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path


TRAVERSALS = [
    template.format(up=up, target=target)
    for up in ("../", "..\\", "%2e%2e/", "..%2f", "....//")
    for target in ("etc/passwd", "pins/" + EMPTY, "blocks/e3", "chartkey-store.json", "")
    for template in (
        "{up}{target}",
        "{up}{up}{up}{target}",
        EMPTY + "/{up}{target}",
        "/{up}{target}",
    )
]


def test_there_are_a_hundred_traversals() -> None:
    assert len(set(TRAVERSALS)) == 100


@pytest.mark.parametrize(
    "text", [*TRAVERSALS, ".", "..", "/", "\0", EMPTY + "\0", "~", "-rf", "CON"]
)
def test_a_traversal_is_refused_everywhere_and_changes_nothing(
    store: EmbeddedStore, text: str
) -> None:
    """T13: what a caller passes never becomes a file's name."""
    store.add(io.BytesIO(b"a block"))
    before = snapshot(folder(store).parent)
    for use in (store.open, store.has, store.pin, store.unpin, store.blocks):
        with pytest.raises(CidInvalid):
            use(text)
    with pytest.raises(CidInvalid):
        store.read(text, io.BytesIO())
    assert snapshot(folder(store).parent) == before


def test_a_symbolic_link_in_a_blocks_place_is_refused(store: EmbeddedStore, tmp_path: Path) -> None:
    """T13: even one that leads to the right bytes."""
    cid = store.add(io.BytesIO(b"a block")).cid
    path = file_of(store, cid)
    elsewhere = tmp_path / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    assert not store.has(cid)
    with pytest.raises(BlockCorrupt):
        read(store, cid)
    assert {fault.problem for fault in store.verify()} == {"corrupt"}


def test_writing_replaces_a_symbolic_link_and_not_what_it_points_to(
    store: EmbeddedStore, tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"untouched")
    path = file_of(store, str(Cid.of(RAW, b"a block")))
    path.parent.mkdir()
    path.symlink_to(victim)
    cid = store.add(io.BytesIO(b"a block")).cid
    assert victim.read_bytes() == b"untouched"
    assert read(store, cid) == b"a block"


def test_a_linked_shard_is_refused(store: EmbeddedStore, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    path = file_of(store, str(Cid.of(RAW, b"a block")))
    path.parent.symlink_to(outside)
    with pytest.raises(StoreUnavailable):
        store.add(io.BytesIO(b"a block"))
    assert list(outside.iterdir()) == []


def test_a_folder_linked_out_of_the_store_is_refused(store: EmbeddedStore, tmp_path: Path) -> None:
    (folder(store) / "pins").rmdir()
    (folder(store) / "pins").symlink_to(tmp_path)
    with pytest.raises(StoreUnavailable):
        EmbeddedStore(folder(store))


def test_a_fifo_in_a_blocks_place_does_not_hang(store: EmbeddedStore) -> None:
    cid = store.add(io.BytesIO(b"a block")).cid
    file_of(store, cid).unlink()
    os.mkfifo(file_of(store, cid))
    with pytest.raises(BlockCorrupt):
        read(store, cid)


def test_a_swollen_block_file_is_refused_unread(store: EmbeddedStore) -> None:
    cid = store.add(io.BytesIO(b"a block")).cid
    os.truncate(file_of(store, cid), 1 << 40)
    with pytest.raises(BlockCorrupt):
        read(store, cid)


def test_files_that_do_not_belong_are_reported(store: EmbeddedStore) -> None:
    store.add(io.BytesIO(b"a block"))
    (folder(store) / "blocks" / "stray").write_bytes(b"")
    (folder(store) / "blocks" / "00").mkdir()
    (folder(store) / "blocks" / "00" / "thumbs.db").write_bytes(b"")
    (folder(store) / "pins" / "notes").write_bytes(b"")
    found = {fault.what for fault in store.verify() if fault.problem == "unexpected"}
    assert found == {"stray/", "00/thumbs.db", "notes"}
    assert len(store.pins()) == 1


def test_a_folder_with_other_files_is_not_taken_for_a_store(tmp_path: Path) -> None:
    (tmp_path / "病历.docx").write_bytes(b"")
    with pytest.raises(StoreUnavailable, match="other files"):
        EmbeddedStore(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["病历.docx"]


def test_a_file_is_not_taken_for_a_store(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreUnavailable, match="not a folder"):
        EmbeddedStore(tmp_path / "file")


@pytest.mark.parametrize("marker", [b"", b"{}", b'{"format": 2, "profile": "unixfs-v1-2025"}'])
def test_a_store_of_another_release_is_refused(store: EmbeddedStore, marker: bytes) -> None:
    (folder(store) / "chartkey-store.json").write_bytes(marker)
    with pytest.raises(StoreUnavailable):
        EmbeddedStore(folder(store))


def test_messages_name_the_store_without_its_path(store: EmbeddedStore, tmp_path: Path) -> None:
    with pytest.raises(BlockMissing) as caught:
        read(store, ABSENT)
    assert "诊所" in str(caught.value)
    assert str(tmp_path) not in str(caught.value) + repr(caught.value)


def test_a_store_reached_through_a_link_works_after_chdir(
    store: EmbeddedStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "link").symlink_to(folder(store))
    monkeypatch.chdir(tmp_path)
    linked = EmbeddedStore("link")
    monkeypatch.chdir("/")
    assert read(linked, linked.add(io.BytesIO(b"a block")).cid) == b"a block"
