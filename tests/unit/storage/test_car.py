"""CAR files: written as specified, read whole or not at all, every block verified (T01, T02)."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from chartkey.errors import (
    BlockCorrupt,
    BlockMissing,
    CarInvalid,
    ChartkeyError,
    CidInvalid,
    FileExists,
    StoreReadOnly,
)
from chartkey.storage import EmbeddedStore, open_store, parse, replicate
from chartkey.storage.car import CarFile, export_car
from chartkey.storage.cid import RAW, Cid
from chartkey.storage.unixfs import Profile, blocks
from hypothesis import given, settings
from hypothesis import strategies as st

ABSENT = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyka"
SMALL = Profile("small", chunk=16, links=3)
HELLO = "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq"
# Written out by hand after the specification: one root, one raw block of five bytes.
BY_HAND = bytes.fromhex(
    "3a" "a2" "65726f6f7473" "81" "d82a" "5825" "00"
    "01551220" "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    "6776657273696f6e" "01"
    "29" "01551220" "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    "68656c6c6f"
)  # fmt: skip


@pytest.fixture
def target(tmp_path: Path) -> EmbeddedStore:
    return EmbeddedStore(tmp_path / "target")


def take(path: Path, target: EmbeddedStore) -> list[str]:
    car = CarFile(path)
    try:
        return [replicate(root, car, target).cid for root in car.pins()]
    finally:
        car.close()


def version_2(inner: bytes, padding: int = 7) -> bytes:
    header = bytes(16) + b"".join(
        value.to_bytes(8, "little") for value in (51 + padding, len(inner), 0)
    )
    return bytes.fromhex("0aa16776657273696f6e02") + header + bytes(padding) + inner + b"index"


def test_a_car_is_what_the_specification_says(store: EmbeddedStore, tmp_path: Path) -> None:
    assert store.add(io.BytesIO(b"hello")).cid == HELLO
    assert export_car([HELLO], store, tmp_path / "x.car") == 1
    assert (tmp_path / "x.car").read_bytes() == BY_HAND
    assert stat.S_IMODE((tmp_path / "x.car").stat().st_mode) == 0o600


@pytest.mark.parametrize("wrap", [bytes, version_2], ids=["version 1", "version 2"])
def test_files_and_folders_come_back(
    store: EmbeddedStore,
    target: EmbeddedStore,
    tmp_path: Path,
    content: Callable[[int], bytes],
    wrap: Callable[[bytes], bytes],
) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "a").write_bytes(content(5))
    file = store.add(io.BytesIO(content((3 << 20) + 1))).cid
    study = store.add_folder(tmp_path / "study").cid
    path = tmp_path / "backup.car"
    assert export_car([file, study, file], store, path) == 7
    path.write_bytes(wrap(path.read_bytes()))
    assert sorted(take(path, target)) == sorted([file, study])
    assert target.pins() == store.pins()
    assert list(target.verify()) == []


@pytest.mark.parametrize("count", [1, 23, 24, 255, 256, 300])
def test_any_number_of_roots_is_written_and_read(
    store: EmbeddedStore, tmp_path: Path, count: int
) -> None:
    cids = [store.add(io.BytesIO(b"%d" % index)).cid for index in range(count)]
    export_car(cids, store, tmp_path / "x.car")
    car = CarFile(tmp_path / "x.car")
    assert car.pins() == sorted(cids)
    car.close()


def test_importing_twice_changes_nothing(
    store: EmbeddedStore, target: EmbeddedStore, tmp_path: Path
) -> None:
    path = tmp_path / "x.car"
    export_car([store.add(io.BytesIO(b"once")).cid], store, path)
    assert take(path, target) == take(path, target)
    assert list(target.verify()) == []


def test_T01_no_flipped_byte_of_a_car_is_believed(
    store: EmbeddedStore, target: EmbeddedStore, tmp_path: Path, content: Callable[[int], bytes]
) -> None:
    """Header, lengths, identifiers, nodes, leaves: refused, or a harmless copy of the same."""
    cid = store.write(blocks(io.BytesIO(content(60)), SMALL)).cid
    path = tmp_path / "x.car"
    export_car([cid], store, path)
    good = path.read_bytes()
    for at in range(len(good)):
        path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        with pytest.raises(ChartkeyError):
            take(path, target)
    assert target.pins() == []
    assert list(target.verify()) == []


def test_a_car_that_is_cut_short_is_refused_anywhere(
    store: EmbeddedStore, target: EmbeddedStore, tmp_path: Path, content: Callable[[int], bytes]
) -> None:
    cid = store.write(blocks(io.BytesIO(content(60)), SMALL)).cid
    path = tmp_path / "x.car"
    export_car([cid], store, path)
    good = path.read_bytes()
    for size in range(len(good)):
        path.write_bytes(good[:size])
        with pytest.raises((CarInvalid, BlockMissing)):
            take(path, target)
        path.write_bytes(version_2(good)[: 58 + size])
        with pytest.raises((CarInvalid, BlockMissing)):
            take(path, target)
    assert target.pins() == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("6e01", "6e02"),
        ("81d82a", "80d82a"),
        ("81d82a", "9bffffffffffffffff"),
        ("2901551220", "2901711220"),
        ("2901551220", "2901550020"),
        ("2901551220", "2901551320"),
        ("2901551220", "ffffffff7f01551220"),
        ("3aa2", "ffffffffffffffffffff01"),
        ("5825", "5800"),
        ("5825", "58ff"),
    ],
)
def test_T02_a_malformed_car_is_refused(
    target: EmbeddedStore, tmp_path: Path, old: str, new: str
) -> None:
    path = tmp_path / "x.car"
    assert old in BY_HAND.hex()
    path.write_bytes(bytes.fromhex(BY_HAND.hex().replace(old, new, 1)))
    with pytest.raises(CarInvalid):
        take(path, target)


@given(noise=st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_a_car_or_refused(
    noise: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "noise.car"
    for data in (noise, BY_HAND + noise, BY_HAND[:20] + noise, version_2(noise)):
        path.write_bytes(data)
        try:
            CarFile(path).close()
        except CarInvalid:
            continue


def test_a_block_that_is_not_its_cids_is_refused(target: EmbeddedStore, tmp_path: Path) -> None:
    path = tmp_path / "x.car"
    path.write_bytes(BY_HAND[:-1] + b"O")
    with pytest.raises(BlockCorrupt, match=r"x\.car"):
        take(path, target)


def test_what_is_there_is_left_as_it_is(store: EmbeddedStore, tmp_path: Path) -> None:
    path = tmp_path / "x.car"
    path.write_bytes(b"mine")
    store.add(io.BytesIO(b"hello"))
    with pytest.raises(FileExists):
        export_car([HELLO], store, path)
    assert path.read_bytes() == b"mine"
    export_car([HELLO], store, path, overwrite=True)
    assert path.read_bytes() == BY_HAND


def test_an_export_that_fails_leaves_nothing(
    store: EmbeddedStore, tmp_path: Path, content: Callable[[int], bytes]
) -> None:
    data = content(3 << 20)
    cid = store.add(io.BytesIO(data)).cid
    leaf = parse(str(Cid.of(RAW, data[2 << 20 :]))).digest.hex()
    (store._folder / "blocks" / leaf[:2] / leaf).write_bytes(b"other")
    (tmp_path / "out").mkdir()
    for cids, error in (([cid], BlockCorrupt), ([ABSENT], BlockMissing), ([], CidInvalid)):
        with pytest.raises(error):
            export_car(cids, store, tmp_path / "out" / "x.car")
    assert os.listdir(tmp_path / "out") == []


def test_a_car_is_a_store_that_can_only_be_read(tmp_path: Path) -> None:
    path = tmp_path / "x.car"
    path.write_bytes(BY_HAND)
    car = open_store(path)
    assert car.pins() == [HELLO]
    assert car.has(HELLO)
    with car.open(HELLO) as stream:
        assert stream.read() == b"hello"
    for use in (lambda: car.add(io.BytesIO(b"x")), lambda: car.pin(HELLO)):
        with pytest.raises(StoreReadOnly):
            use()
    car.close()
    assert path.read_bytes() == BY_HAND


def test_a_missing_file_is_no_car(tmp_path: Path) -> None:
    with pytest.raises(CarInvalid, match="No such file"):
        open_store(tmp_path / "x.car")
