"""What holds for every kind of store."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from chartkey.errors import BlockMissing, CidInvalid
from chartkey.storage import EmbeddedStore, Mirror
from chartkey.storage.car import CarFile, export_car
from chartkey.storage.gateway import Gateway
from chartkey.storage.kubo import Kubo
from chartkey.storage.store import BlockStore

from tests.unit.storage import gateway_http, kubo_rpc
from tests.unit.storage.test_cid import MALFORMED

ABSENT = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyka"


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, BlockStore]]:
    """One store of each kind."""
    folder: Path = tmp_path_factory.mktemp("stores")
    embedded = EmbeddedStore(folder / "store")
    export_car([embedded.add(io.BytesIO(b"x")).cid], embedded, folder / "x.car")
    with kubo_rpc.running() as node, gateway_http.running() as server:
        kubo, gateway, car = Kubo(node.url), Gateway(server.url), CarFile(folder / "x.car")
        mirror = Mirror([embedded, kubo, gateway])
        yield {"embedded": embedded, "kubo": kubo, "gateway": gateway, "car": car, "mirror": mirror}
        mirror.close()
        car.close()


@pytest.mark.parametrize("kind", ["embedded", "kubo", "gateway", "car", "mirror"])
@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED.keys())
def test_T02_a_malformed_or_foreign_cid_is_refused_by_every_store(
    every: dict[str, BlockStore], kind: str, text: str, tmp_path: Path
) -> None:
    store = every[kind]
    for use in (store.open, store.has, store.blocks, store.entries, store.is_folder):
        with pytest.raises(CidInvalid):
            use(text)
    with pytest.raises(CidInvalid):
        store.save(text, tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["embedded", "kubo", "gateway", "car", "mirror"])
def test_what_no_store_of_any_kind_has_is_missing(
    every: dict[str, BlockStore], kind: str, tmp_path: Path
) -> None:
    assert not every[kind].has(ABSENT)
    with pytest.raises(BlockMissing):
        every[kind].save(ABSENT, tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []
