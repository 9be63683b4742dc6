"""P50, P51: a life in which every function that writes is called, held against the storage.

The benchmark's life, which fails when a function of any contract is missing in it. Each transaction
is traced: a contract that is written tells of it in exactly one event, and no slot is written that
the events do not rebuild, whether or not a view would show it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from chartkey.audit import Auditor
from chartkey.audit.fold import HANDLERS
from chartkey.audit.layout import storages
from chartkey.chain import connect
from chartkey.chain.codec import CONTRACTS
from chartkey.chain.events import events

from tests.bench.scene.life import Life
from tests.chains import engines, start_chain

TRACER = {"tracer": "prestateTracer", "tracerConfig": {"diffMode": True}}


class Lived(NamedTuple):
    """A chain on which everything happened once."""

    life: Life
    auditor: Auditor
    transactions: list[dict[str, Any]]


@pytest.fixture(scope="module")
def lived() -> Iterator[Lived]:
    """Live it; only Anvil traces what a transaction writes."""
    if "anvil" not in engines():
        pytest.skip("there is no Anvil here")
    with start_chain("anvil") as chain:
        life = Life(chain.rpc)
        life.whole()
        auditor = Auditor.open(connect(chain.rpc, life.manifest))
        yield Lived(life, auditor, list(_transactions(life)))


def _transactions(life: Life) -> Iterator[dict[str, Any]]:
    """Yield every transaction with its logs and the storage that it wrote."""
    request = life.web3.provider.make_request
    for number in range(1, life.web3.eth.block_number + 1):
        for hash in life.web3.eth.get_block(number)["transactions"]:
            receipt = life.web3.eth.get_transaction_receipt(hash)
            traced = request("debug_traceTransaction", ["0x" + hash.hex(), TRACER])["result"]
            after = {
                life.web3.to_checksum_address(address): changes.get("storage", {})
                for address, changes in traced["post"].items()
            }
            before = {
                life.web3.to_checksum_address(address): changes.get("storage", {})
                for address, changes in traced["pre"].items()
            }
            # A slot that is emptied stands only in what was there before.
            wrote = {
                place: after.get(place, {}).keys() | before.get(place, {}).keys()
                for place in after.keys() | before.keys()
            }
            yield {"logs": receipt["logs"], "wrote": {k: v for k, v in wrote.items() if v}}


def test_p50_each_contract_written_tells_of_it_once(lived: Lived) -> None:
    for transaction in lived.transactions:
        told_by = [log["address"] for log in transaction["logs"]]
        assert len(told_by) == len(set(told_by)), told_by
        assert transaction["wrote"].keys() <= set(told_by), transaction


def test_p51_no_slot_is_written_that_the_events_do_not_rebuild(lived: Lived) -> None:
    state = lived.auditor.replay()
    contracts = lived.life.manifest.contracts
    rebuilt = {
        storage.address or contracts[storage.name].address: storage.slots.values
        for storage in storages(state)
    }
    for transaction in lived.transactions:
        for place, slots in transaction["wrote"].items():
            unknown = [slot for slot in slots if int(slot, 16) not in rebuilt[place]]
            assert not unknown, (place, unknown)


def test_p51_the_storage_is_what_the_events_rebuild(lived: Lived) -> None:
    report = lived.auditor.verify()
    assert report.contracts >= len(CONTRACTS)
    nouns = {"grant", "record", "mandate", "recovery", "batch", "flags of record", "delegation"}
    nouns |= {"receipt log", "ticket", "emergency opening", "booking", "referral", "charge"}
    assert nouns | {"consultation", "study", "choice"} <= report.compared.keys()


def test_every_event_of_every_contract_has_happened(lived: Lived) -> None:
    happened = {(event.contract, event.name) for event in events(lived.auditor._network)}
    assert happened == set(HANDLERS)


def test_every_event_is_told_in_a_sentence(lived: Lived) -> None:
    rows = lived.auditor.timeline()
    assert len(rows) == lived.auditor.replay().events
    assert all(row.what and "{" not in row.what for row in rows)
