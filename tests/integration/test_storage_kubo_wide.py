"""Against a real Kubo: both import profiles, folders, CAR files, its gateway, mirrors."""

from __future__ import annotations

import hashlib
import io
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from chartkey.storage import EmbeddedStore, Mirror, open_store, replicate
from chartkey.storage.car import CarFile, export_car
from chartkey.storage.folder import folder_blocks
from chartkey.storage.health import ailments, holdings, repair
from chartkey.storage.kubo import Kubo
from chartkey.storage.unixfs import PROFILES, UNIXFS_V1_2025, Profile, blocks

from tests.kubo import ABSENT, IPFS, Node, daemon, repository

GIB = 1 << 30
ADD = ("add", "--only-hash", "--quieter")


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    if not IPFS.exists():
        pytest.skip(ABSENT)
    with daemon(tmp_path_factory.mktemp("kubo")) as node:
        yield node


@pytest.fixture(scope="module", params=PROFILES.values(), ids=PROFILES.keys())
def published(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Profile, Node]:
    """A profile, and a repository that Kubo configured with it."""
    if not IPFS.exists():
        pytest.skip(ABSENT)
    profile: Profile = request.param
    return profile, repository(tmp_path_factory.mktemp("kubo"), profile.name)


@pytest.fixture
def kubo(node: Node) -> Iterator[Kubo]:
    kubo = Kubo(node.address)
    yield kubo
    kubo.close()


@pytest.fixture
def store(tmp_path: Path) -> EmbeddedStore:
    return EmbeddedStore(tmp_path / "store")


@pytest.fixture
def study(tmp_path: Path) -> Path:
    root = tmp_path / "检查"
    (root / "series" / "empty").mkdir(parents=True)
    (root / "series" / "1.dcm").write_bytes(hashlib.shake_128(b"1").digest(3 << 20))
    (root / "series" / "2.dcm").write_bytes(b"")
    (root / "报告.txt").write_bytes(b"same")
    (root / ".hidden").write_bytes(b"same")
    return root


def files_of(root: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(root)): None if path.is_dir() else path.read_bytes()
        for path in root.rglob("*")
    }


class Pattern(io.RawIOBase):
    """So many bytes that take no room: each MiB begins with its own number."""

    def __init__(self, size: int) -> None:
        self.left, self.at = size, 0
        self.block = hashlib.shake_128(b"pattern").digest(1 << 20)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        room = (1 << 20) - self.at % (1 << 20)
        size = min(room, self.left) if size < 0 else min(size, room, self.left)
        start = self.at % (1 << 20)
        data = ((self.at >> 20).to_bytes(8, "big") + self.block[8:])[start : start + size]
        self.at, self.left = self.at + size, self.left - size
        return data


def kubos_cid(node: Node, source: io.RawIOBase) -> str:
    """What ``ipfs add`` makes of a stream, storing nothing."""
    program = [str(IPFS), *ADD]
    pipe = subprocess.PIPE
    with subprocess.Popen(program, env=node.environment, stdin=pipe, stdout=pipe) as process:
        assert process.stdin is not None
        while data := source.read(1 << 20):
            process.stdin.write(data)
        out, _ = process.communicate()
    return out.decode().strip()


def own_cid(source: io.RawIOBase, profile: Profile) -> str:
    for block in blocks(source, profile):  # type: ignore[arg-type]
        root = block
    return str(root.cid)


@pytest.mark.parametrize("chunks", [0, 1, 2, 3])
@pytest.mark.parametrize("beyond", [-1, 0, 1])
def test_both_profiles_give_kubos_cid_around_every_chunk(
    published: tuple[Profile, Node], chunks: int, beyond: int
) -> None:
    profile, node = published
    size = max(0, chunks * profile.chunk + beyond)
    assert own_cid(Pattern(size), profile) == kubos_cid(node, Pattern(size))


@pytest.mark.parametrize("beyond", [-1, 0, 1])
def test_both_profiles_give_kubos_cid_where_a_node_is_full(
    published: tuple[Profile, Node], beyond: int
) -> None:
    profile, node = published
    size = profile.chunk * profile.links + beyond
    assert own_cid(Pattern(size), profile) == kubos_cid(node, Pattern(size))


@pytest.mark.slow
def test_a_study_of_three_gibibytes_has_kubos_cid(node: Node) -> None:
    assert own_cid(Pattern(3 * GIB), UNIXFS_V1_2025) == kubos_cid(node, Pattern(3 * GIB))


def test_both_profiles_give_kubos_cid_for_folders(
    published: tuple[Profile, Node], study: Path, tmp_path: Path
) -> None:
    profile, node = published
    many = tmp_path / "many"
    many.mkdir()
    for index in range(6000):
        (many / f"切片-{index:05d}.dcm").write_bytes(b"%d" % (index % 7))
    for folder in (study, many, study / "series" / "empty"):
        *_, root = folder_blocks(folder, profile)
        assert str(root.cid) == node.add(folder, "--recursive", "--hidden", "--only-hash")


def test_both_profiles_shard_where_kubo_does(
    published: tuple[Profile, Node], tmp_path: Path
) -> None:
    """From below the threshold to above it, one name at a time."""
    profile, node = published
    folder = tmp_path / "edge"
    folder.mkdir()
    # Bytes that an entry adds, as the profile counts them: names of 200 bytes.
    each = 200 + 34 if profile.version == 0 else 200 + 36 + 10
    first = (256 << 10) // each - 2
    for index in range(first + 4):
        (folder / f"{index:0200d}").write_bytes(b"")
        if index >= first:
            *_, root = folder_blocks(folder, profile)
            assert str(root.cid) == node.add(folder, "--recursive", "--only-hash")


def test_a_folder_goes_through_kubo_and_back(
    node: Node, kubo: Kubo, store: EmbeddedStore, study: Path, tmp_path: Path
) -> None:
    cid = node.add(study, "--recursive", "--hidden")
    assert kubo.add_folder(study).cid == store.add_folder(study).cid == cid
    kubo.read_folder(cid, tmp_path / "copy")
    assert files_of(tmp_path / "copy") == files_of(study)
    assert cid in kubo.pins()


def test_kubos_sharded_folder_is_read(
    node: Node, kubo: Kubo, store: EmbeddedStore, tmp_path: Path
) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for index in range(4000):
        (many / f"切片-{index:05d}-{'x' * 40}.dcm").write_bytes(b"%d" % (index % 5))
    cid = node.add(many, "--recursive")
    replicate(cid, kubo, store)
    store.read_folder(cid, tmp_path / "copy")
    assert files_of(tmp_path / "copy") == files_of(many)


def test_a_car_is_byte_for_byte_kubos_and_kubo_takes_it(
    node: Node, store: EmbeddedStore, study: Path, tmp_path: Path
) -> None:
    file = hashlib.shake_128(b"car").digest((2 << 20) + 11)
    for cid in (store.add_folder(study).cid, store.add(io.BytesIO(file)).cid):
        path = tmp_path / f"{cid}.car"
        export_car([cid], store, path)
        taken = node.ipfs("dag", "import", "--pin-roots", str(path)).decode()
        assert f"Pinned root\t{cid}\tsuccess" in taken
        assert node.ipfs("dag", "export", cid) == path.read_bytes()
    assert node.ipfs("cat", cid) == file


def test_a_car_of_kubos_is_taken(
    node: Node, store: EmbeddedStore, study: Path, tmp_path: Path
) -> None:
    for options in ((), ("--cid-version=0", "--raw-leaves=false")):
        cid = node.add(study, "--recursive", "--hidden", *options)
        path = tmp_path / "kubo.car"
        path.write_bytes(node.ipfs("dag", "export", cid))
        car = CarFile(path)
        assert car.pins() == [cid]
        replicate(cid, car, store)
        car.close()
        store.read_folder(cid, tmp_path / cid)
        assert files_of(tmp_path / cid) == files_of(study)


def test_kubos_gateway_is_read(
    node: Node, store: EmbeddedStore, study: Path, tmp_path: Path
) -> None:
    gateway = open_store(node.gateway)
    cid = node.add(study, "--recursive", "--hidden")
    assert gateway.has(cid)
    replicate(cid, gateway, store)
    store.read_folder(cid, tmp_path / "copy")
    assert files_of(tmp_path / "copy") == files_of(study)
    gateway.close()


def test_a_mirror_of_a_folder_and_kubo_survives_either(
    node: Node, kubo: Kubo, store: EmbeddedStore
) -> None:
    mirror = Mirror([store, kubo])
    data = hashlib.shake_128(b"mirror").digest((3 << 20) + 5)
    cid = mirror.add(io.BytesIO(data)).cid
    (held,) = [one for one in holdings(mirror) if one.cid == cid]
    assert held.stores == (store.name, kubo.name)
    for path in (store._folder / "blocks").rglob("*"):
        if path.is_file():
            path.write_bytes(b"damaged")
    target = io.BytesIO()
    mirror.read(cid, target)
    assert target.getvalue() == data
    assert {one.store for one in ailments(mirror)} == {store.name}
    assert {one.error for one in repair(mirror) if one.cid == cid} == {None}
    kubo.unpin(cid)
    node.ipfs("repo", "gc", "--quiet")
    assert store.read(cid, io.BytesIO()) == len(data)
