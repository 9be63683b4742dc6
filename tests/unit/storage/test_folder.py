"""Folders: what goes in comes out, and names that lead elsewhere never become files (T13)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from chartkey.errors import CidInvalid, FileExists, FolderInvalid
from chartkey.storage import EmbeddedStore
from chartkey.storage.cid import DAG_PB, RAW, Cid
from chartkey.storage.dagpb import Entry, FolderNode, decode_any, encode_folder, encode_shard
from chartkey.storage.folder import folder_blocks
from chartkey.storage.hamt import place
from chartkey.storage.unixfs import UNIXFS_V0_2015, UNIXFS_V1_2025, Block, Profile
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.storage.test_embedded_store import TRAVERSALS

EMPTY_FOLDER = "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354"
LEAF = Block(Cid.of(RAW, b"leaf"), b"leaf", 4)


def tree_of(root: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(root)): None if path.is_dir() else path.read_bytes()
        for path in root.rglob("*")
    }


def node(data: bytes, size: int = 0) -> Block:
    return Block(Cid.of(DAG_PB, data), data, size)


def folder_with(store: EmbeddedStore, *names: str) -> str:
    """Store a folder whose names are whatever somebody made them; each leads to one leaf."""
    entries = [Entry(name, LEAF.cid, 4) for name in names]
    return store.write([LEAF, node(encode_folder(entries))]).cid


@pytest.fixture
def study(tmp_path: Path, content: Callable[[int], bytes]) -> Path:
    """Nested, empty, hidden, twice the same, and longer than a block."""
    root = tmp_path / "检查"
    (root / "series 1" / "empty").mkdir(parents=True)
    (root / "series 1" / "000.dcm").write_bytes(content((1 << 20) + 5))
    (root / "series 1" / "001.dcm").write_bytes(b"")
    (root / "报告.txt").write_bytes(b"same")
    (root / ".index").write_bytes(b"same")
    return root


@pytest.mark.parametrize("profile", [UNIXFS_V1_2025, UNIXFS_V0_2015], ids=lambda one: one.name)
def test_a_folder_comes_back_as_it_was_added(
    store: EmbeddedStore, study: Path, tmp_path: Path, profile: Profile
) -> None:
    added = store.add_folder(study, profile)
    assert added.size == (1 << 20) + 13
    assert store.read_folder(added.cid, tmp_path / "copy") == added.size
    assert tree_of(tmp_path / "copy") == tree_of(study)
    assert store.has(added.cid)
    assert store.pins() == [added.cid]
    assert list(store.verify()) == []


def test_the_empty_folder_has_the_identifier_that_everybody_knows(
    store: EmbeddedStore, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    assert store.add_folder(tmp_path / "empty").cid == EMPTY_FOLDER
    assert store.entries(EMPTY_FOLDER) == []


def test_entries_are_listed_by_name(store: EmbeddedStore, study: Path) -> None:
    found = store.entries(store.add_folder(study).cid)
    assert [entry.name for entry in found] == [".index", "series 1", "报告.txt"]
    assert found[0].cid == found[2].cid == Cid.of(RAW, b"same")


def test_a_large_folder_is_sharded_and_comes_back(store: EmbeddedStore, tmp_path: Path) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for index in range(6000):
        (many / f"slice-{index:06d}.dcm").write_bytes(b"%d" % index)
    cid = store.add_folder(many).cid
    *_, root = store.blocks(cid)
    read = decode_any(root.data)
    assert isinstance(read, FolderNode)
    assert read.is_shard
    store.read_folder(cid, tmp_path / "copy")
    assert tree_of(tmp_path / "copy") == tree_of(many)


@pytest.mark.parametrize(
    ("name", "digits"),
    [
        ("", "0000000000000000"),
        ("hello", "cbd8a7b341bd9b02"),
        ("hello, world", "342fac623a5ebc8e"),
        ("The quick brown fox jumps over the lazy dog.", "cd99481f9ee902c9"),
    ],
)
def test_a_names_place_is_murmur3s_published_value(name: str, digits: str) -> None:
    assert place(name).hex() == digits


@pytest.mark.parametrize("name", TRAVERSALS)
def test_T13_a_name_that_leads_elsewhere_writes_nothing_elsewhere(
    store: EmbeddedStore, tmp_path: Path, name: str
) -> None:
    cid = folder_with(store, "ok.txt", name)
    before = tree_of(tmp_path)
    try:
        store.read_folder(cid, tmp_path / "copy")
    except CidInvalid:
        assert tree_of(tmp_path) == before
        return
    # Percent signs are letters like others: such a name is one file's.
    assert "/" not in name
    assert "\\" not in name
    assert tree_of(tmp_path / "copy") == {"ok.txt": b"leaf", name: b"leaf"}


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a\0b", "a\nb", "\x1b[2J", "a" * 256, "\u202egpj.exe"]
)
def test_T13_a_name_that_is_not_plain_is_refused(
    store: EmbeddedStore, tmp_path: Path, name: str
) -> None:
    cid = folder_with(store, name)
    for use in (store.entries, lambda cid: store.read_folder(cid, tmp_path / "copy")):
        with pytest.raises(CidInvalid, match="plain file names"):
            use(cid)
    assert not (tmp_path / "copy").exists()


def test_a_name_that_occurs_twice_is_refused(store: EmbeddedStore, tmp_path: Path) -> None:
    with pytest.raises(CidInvalid):
        store.read_folder(folder_with(store, "a", "a"), tmp_path / "copy")


def test_what_is_there_is_never_written_over(store: EmbeddedStore, tmp_path: Path) -> None:
    target = tmp_path / "copy"
    target.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExists):
        store.read_folder(folder_with(store, "a"), target)
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_over_the_limit_leaves_nothing(store: EmbeddedStore, tmp_path: Path) -> None:
    cid = folder_with(store, "a", "b")
    before = tree_of(tmp_path)
    with pytest.raises(CidInvalid, match="more than 7 bytes"):
        store.read_folder(cid, tmp_path / "copy", limit=7)
    assert tree_of(tmp_path) == before
    assert store.read_folder(cid, tmp_path / "copy", limit=8) == 8


@pytest.mark.parametrize("plant", ["symlink", "fifo", "name"])
def test_what_is_neither_file_nor_folder_is_refused_and_nothing_stored(
    store: EmbeddedStore, study: Path, plant: str
) -> None:
    if plant == "symlink":
        (study / "x").symlink_to("/etc/hosts")
    elif plant == "fifo":
        os.mkfifo(study / "x")
    else:
        (study / "a\\b").write_bytes(b"")
    with pytest.raises(FolderInvalid, match="Nothing was stored"):
        store.add_folder(study)
    assert store.pins() == []
    assert [path for path in (store._folder / "blocks").rglob("*") if path.is_file()] == []


def test_a_file_is_no_folder(store: EmbeddedStore, study: Path, tmp_path: Path) -> None:
    with pytest.raises(FolderInvalid, match="not a folder"):
        store.add_folder(study / "报告.txt")
    with (study / "报告.txt").open("rb") as source:
        cid = store.add(source).cid
    with pytest.raises(CidInvalid, match="not a directory"):
        store.entries(cid)
    with pytest.raises(CidInvalid, match="a directory"):
        store.open(store.add_folder(study).cid)


def test_folders_that_hold_one_another_again_and_again_are_bounded(
    store: EmbeddedStore, tmp_path: Path
) -> None:
    """Thirty blocks that stand for 2^29 files are checked at once and never written out."""
    made = [LEAF, node(encode_folder([Entry(name, LEAF.cid, 4) for name in "ab"]))]
    for _ in range(28):
        made.append(node(encode_folder([Entry(name, made[-1].cid, 1) for name in "ab"])))
    cid = store.write(made).cid
    assert store.has(cid)
    assert len(list(store.blocks(cid))) == 30
    with pytest.raises(CidInvalid, match="bytes"):
        store.read_folder(cid, tmp_path / "copy", limit=4000)


def test_shards_that_lead_nowhere_are_refused(store: EmbeddedStore) -> None:
    empty = node(encode_shard([], 0))
    row = [empty]
    for _ in range(3):
        links = [Entry(f"{index:02X}", row[-1].cid, 1) for index in range(256)]
        row.append(node(encode_shard(links, (1 << 256) - 1)))
    with pytest.raises(CidInvalid, match="well-formed"):
        store.entries(store.write(row).cid)


@given(noise=st.binary(max_size=120), at=st.integers(0, 400), bit=st.integers(0, 7))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_a_node_or_refused(noise: bytes, at: int, bit: int) -> None:
    entries = [Entry("00a", LEAF.cid, 4), Entry("01", LEAF.cid, 4)]
    for good in (encode_folder(entries), encode_shard(entries, 3)):
        damaged = bytearray(good)
        damaged[at % len(damaged)] ^= 1 << bit
        for block in (noise, bytes(damaged)):
            try:
                decode_any(block)
            except CidInvalid:
                continue


def test_the_blocks_of_a_folder_are_those_of_its_files_and_its_node(study: Path) -> None:
    made = list(folder_blocks(study))
    assert made[-1].size == (1 << 20) + 13
    assert sum(block.cid.codec == RAW for block in made) == 5
