"""The stores against a real Kubo daemon: private, offline, on free loopback ports (R51)."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from chartkey.errors import BlockMissing, CidInvalid, StoreUnavailable
from chartkey.storage import EmbeddedStore, Store, open_store, replicate
from chartkey.storage.kubo import Kubo

from tests.kubo import ABSENT, IPFS, Node, daemon

CHUNK = 1 << 20
OLD_PROFILE = (
    "--cid-version=0",
    "--raw-leaves=false",
    "--chunker=size-262144",
    "--max-file-links=174",
)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    if not IPFS.exists():
        pytest.skip(ABSENT)
    with daemon(tmp_path_factory.mktemp("kubo")) as node:
        yield node


@pytest.fixture
def kubo(node: Node) -> Iterator[Kubo]:
    kubo = Kubo(node.address)
    yield kubo
    kubo.close()


@pytest.fixture
def embedded(tmp_path: Path) -> EmbeddedStore:
    return EmbeddedStore(tmp_path / "store")


def sample(folder: Path, size: int) -> Path:
    file = folder / "study.dcm"
    file.write_bytes(hashlib.shake_128(b"%d" % size).digest(size))
    return file


def digest(store: Store, cid: str) -> str:
    with store.open(cid) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 5 * CHUNK + 7])
def test_kubo_and_both_stores_agree_on_the_cid_and_the_bytes(
    node: Node, kubo: Kubo, embedded: EmbeddedStore, tmp_path: Path, size: int
) -> None:
    file = sample(tmp_path, size)
    data = file.read_bytes()
    cid = node.add(file)
    for store in (embedded, kubo):
        with file.open("rb") as source:
            assert store.add(source) == (cid, size)
        target = io.BytesIO()
        assert store.read(cid, target) == size
        assert target.getvalue() == data


@pytest.mark.parametrize("size", [1024 * CHUNK, 1024 * CHUNK + 1])
def test_kubo_and_the_embedded_store_agree_where_a_node_is_full(
    node: Node, embedded: EmbeddedStore, tmp_path: Path, size: int
) -> None:
    file = tmp_path / "sparse"
    with file.open("wb") as handle:
        handle.truncate(size)
    with file.open("rb") as source:
        assert embedded.add(source) == (node.add(file), size)


def test_what_the_adapter_adds_kubo_itself_gives_back(
    node: Node, kubo: Kubo, tmp_path: Path
) -> None:
    data = sample(tmp_path, 3 * CHUNK + 1).read_bytes()
    cid = kubo.add(io.BytesIO(data)).cid
    assert node.ipfs("cat", cid) == data
    assert cid in node.ipfs("pin", "ls", "--type=recursive", "--quiet").decode().split()


def test_a_file_that_kubo_imported_is_replicated_and_read(
    node: Node, kubo: Kubo, embedded: EmbeddedStore, tmp_path: Path
) -> None:
    file = sample(tmp_path, 4 * CHUNK + 3)
    cid = node.add(file)
    replicate(cid, kubo, embedded)
    assert (
        digest(embedded, cid) == digest(kubo, cid) == hashlib.sha256(file.read_bytes()).hexdigest()
    )
    assert list(embedded.verify()) == []


@pytest.mark.parametrize("size", [0, 5, 262_144, 262_145, 50_000_000])
def test_files_of_kubos_oldest_profile_are_read_too(
    node: Node, kubo: Kubo, embedded: EmbeddedStore, tmp_path: Path, size: int
) -> None:
    """CIDv0, wrapped leaves, 174 links: what earlier systems have left behind."""
    file = sample(tmp_path, size)
    cid = node.add(file, *OLD_PROFILE)
    assert cid.startswith("Qm")
    assert replicate(cid, kubo, embedded) == (cid, size)
    assert digest(embedded, cid) == hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 1024, 1025, 5000])
def test_trees_of_other_shapes_are_read_too(
    node: Node, kubo: Kubo, tmp_path: Path, size: int
) -> None:
    file = sample(tmp_path, size)
    for layout in (("--max-file-links=2",), ("--trickle",)):
        cid = node.add(file, "--chunker=size-64", *layout)
        assert digest(kubo, cid) == hashlib.sha256(file.read_bytes()).hexdigest()


def test_a_directory_is_no_file(node: Node, kubo: Kubo, tmp_path: Path) -> None:
    sample(tmp_path, 10)
    cid = node.add(tmp_path, "--recursive")
    with pytest.raises(CidInvalid, match="a directory"):
        kubo.open(cid)


def test_what_is_unpinned_can_be_collected_and_what_is_pinned_stays(node: Node, kubo: Kubo) -> None:
    kept, dropped = (kubo.add(io.BytesIO(data)).cid for data in (b"kept", b"dropped"))
    kubo.unpin(dropped)
    kubo.unpin(dropped)
    node.ipfs("repo", "gc", "--quiet")
    assert kubo.has(kept)
    assert not kubo.has(dropped)
    assert kept in kubo.pins()
    assert dropped not in kubo.pins()
    for use in (kubo.open, kubo.pin):
        with pytest.raises(BlockMissing):
            use(dropped)


def test_a_study_is_read_from_the_middle(kubo: Kubo, tmp_path: Path) -> None:
    data = sample(tmp_path, 6 * CHUNK).read_bytes()
    with kubo.open(kubo.add(io.BytesIO(data)).cid) as stream:
        stream.seek(3 * CHUNK - 5)
        assert stream.read(10) == data[3 * CHUNK - 5 : 3 * CHUNK + 5]


def test_a_daemon_that_ends_is_a_store_that_is_away(tmp_path: Path, node: Node) -> None:
    with daemon(tmp_path / "repository") as other:
        kubo = open_store(other.address)
        cid = kubo.add(io.BytesIO(b"a block")).cid
    for use in (lambda: kubo.open(cid), lambda: kubo.add(io.BytesIO(b"x")), kubo.pins):
        with pytest.raises(StoreUnavailable):
            use()
