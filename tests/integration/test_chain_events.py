"""Events: all of them, in order, decoded, and only from genuine contracts (P50)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from chartkey.chain import Sender, connect
from chartkey.chain.codec import interface_of
from chartkey.chain.events import Event, events
from chartkey.errors import ArgumentInvalid, NodeRefused, NodeUnavailable
from chartkey.models import Role

from tests.chains import HOUSES, deploy, found, start_chain
from tests.proxy import Proxy, Refusal
from tests.world import Signer, World, public_key


@pytest.fixture(scope="module")
def base(engine: str) -> Iterator[World]:
    with start_chain(engine) as chain:
        yield World(chain)


@pytest.fixture
def world(base: World) -> Iterator[World]:
    with base.undone() as fresh:
        yield fresh


def names(found: Iterator[Event]) -> list[str]:
    return [event.name for event in found]


def test_every_event_of_the_deployment_comes_in_chain_order(world: World) -> None:
    world.related()
    found = list(events(world.network))
    places = [(event.block, event.log_index) for event in found]
    assert places == sorted(places)
    assert len(set(places)) == len(places)
    assert [event.name for event in found][:4] == [
        "ConsortiumCreated",
        "BatchesOpened",
        "AgreementSigned",
        "AgreementSigned",
    ]
    assert [event.name for event in found][-6:] == [
        "RelationshipCreated",
        "RelationshipProposed",
        "RelationshipListed",
        "RelationshipListed",
        "CallForwarded",
        "StatusChanged",
    ]


def test_structs_and_wraps_arrive_by_name(world: World) -> None:
    facade = world.related()
    (created,) = events(world.network, names=["ConsortiumCreated"])
    assert created.args["details"][0]["grade"] == "三级甲等"
    (proposed,) = events(world.network, names=["RelationshipProposed"])
    assert proposed.address == facade.address
    assert proposed.contract == "Relationship"
    assert proposed.args["owner"] == world.patient.address
    assert proposed.args["ownerWrap"] == b"o" * 400
    assert "o" * 40 not in repr(proposed)


def test_indexed_arguments_select(world: World) -> None:
    house = world.house.address
    listed = events(world.network, names=["InstitutionEnrolled"], topics=[house])
    assert [event.args["institution"] for event in listed] == [house]
    others = [world.sender(name).address for name in HOUSES[1:]]
    either = events(world.network, names=["InstitutionEnrolled"], topics=[others])
    assert [event.args["institution"] for event in either] == others
    assert names(events(world.network, names=["InstitutionEnrolled"], topics=[bytes(32)])) == []


def test_a_grant_is_found_by_its_id(world: World) -> None:
    facade = world.related()
    for number in (1, 2):
        world.house.relay(world.forward(facade.grant_access(world.terms(number))))
    (found,) = events(
        world.network, names=["AccessGranted"], topics=[None, (2).to_bytes(16, "big")]
    )
    assert found.args["id"] == (2).to_bytes(16, "big")
    assert found.args["purpose"] == b"TREAT".ljust(16, b"\0")


def test_a_range_of_blocks_is_inclusive(world: World) -> None:
    first = world.manifest.deployment_block
    everything = list(events(world.network))
    cut = everything[5].block
    before = list(events(world.network, to_block=cut))
    after = list(events(world.network, from_block=cut + 1))
    assert before + after == everything
    assert list(events(world.network, from_block=first, to_block=first - 1)) == []


def test_timestamps_are_their_blocks(world: World) -> None:
    found = list(events(world.network, timestamps=True))
    times = {number: world.network.block(number).timestamp for number in {e.block for e in found}}
    assert all(event.timestamp == times[event.block] for event in found)


def test_an_unknown_name_is_refused(world: World) -> None:
    with pytest.raises(ArgumentInvalid, match="AccessGarnted"):
        list(events(world.network, names=["AccessGarnted"]))


def test_addresses_select_the_contract(world: World) -> None:
    facade = world.related()
    found = names(events(world.network, addresses=[facade.address]))
    assert found == ["RelationshipProposed", "StatusChanged"]
    summary = world.network.registrar.summary_of(world.patient.address)
    assert summary is not None
    assert names(events(world.network, addresses=[summary.lower()])) == [
        "SummaryOpened",
        "RelationshipListed",
    ]


def test_what_was_made_after_the_first_look_is_seen_at_the_second(world: World) -> None:
    assert "RelationshipProposed" not in names(events(world.network))
    world.related()
    assert "RelationshipProposed" in names(events(world.network))
    world.register(Signer("赵老师"), "赵老师", Role.PATIENT)
    assert names(events(world.network)).count("SummaryOpened") == 6


def twin_of(world: World) -> World:
    """Deploy the same code once more beside it, with the same people and a relationship."""
    manifest = deploy(world.chain.rpc)
    found(connect(world.chain.rpc, manifest))
    twin = World(world.chain, manifest)
    twin.populate()
    return twin


def test_t23_identical_events_of_a_twin_deployment_are_ignored(world: World) -> None:
    facade = world.related()
    before = list(events(world.network))
    twin = twin_of(world)
    other = twin.related()
    assert list(events(world.network)) == before
    asked = [facade.address, other.address, twin.network.address("Registrar")]
    mine = list(events(world.network, addresses=asked))
    assert {event.address for event in mine} == {facade.address}
    assert world.network.contract_at(other.address) is None
    assert twin.network.contract_at(other.address) == "Relationship"


def test_t23_a_clone_that_nobody_announced_is_not_genuine(world: World) -> None:
    genuine = world.related()
    clones = [made_by_hand(world, name) for name in ("Relationship", "Summary")]
    for clone, name in zip(clones, ("Relationship", "Summary"), strict=True):
        assert world.network.is_clone(clone, name)
        assert world.network.contract_at(clone) is None
    assert world.network.contract_at(genuine.address) == "Relationship"


def made_by_hand(world: World, implementation: str) -> str:
    """Create an EIP-1167 clone as anybody can."""
    code = world.network.clone_code(implementation)
    creation = bytes.fromhex("602d8060093d393df3") + code
    bank = world.chain.request("eth_accounts")[0]
    sent = {"from": bank, "data": f"0x{creation.hex()}", "gas": hex(500_000)}
    receipt = world.chain.receipt(world.chain.request("eth_sendTransaction", sent))
    return str(receipt["contractAddress"])


def test_t23_events_of_a_contract_that_speaks_in_topics_only_are_ignored(world: World) -> None:
    topic = next(
        shape.topic
        for shape in interface_of("Relationship").events.values()
        if shape.name == "AccessRevoked"
    )
    # PUSH32 id, PUSH32 topic, PUSH1 0, PUSH1 0, LOG2: run at creation.
    code = b"\x7f" + bytes(32) + b"\x7f" + topic + bytes.fromhex("60006000a200")
    bank = world.chain.request("eth_accounts")[0]
    sent = {"from": bank, "data": f"0x{code.hex()}", "gas": hex(500_000)}
    receipt = world.chain.receipt(world.chain.request("eth_sendTransaction", sent))
    assert receipt["logs"][0]["topics"][0] == f"0x{topic.hex()}"
    assert names(events(world.network, names=["AccessRevoked"])) == []
    liar = receipt["contractAddress"]
    assert names(events(world.network, names=["AccessRevoked"], addresses=[liar])) == []


def test_t23_a_receipts_events_are_of_genuine_contracts_too(world: World) -> None:
    twin = twin_of(world)
    call = twin.network.registrar.publish_key(1, public_key("新钥匙"))
    receipt = world.house.send(call)
    assert receipt.succeeded
    assert receipt.logs == ()
    assert twin.house.send(call).event("KeyPublished").args["version"] == 3


def test_the_genuine_contracts_are_known_by_name(world: World) -> None:
    network = world.network
    assert network.contract_at(network.address("Consortium").lower()) == "Consortium"
    summary = network.registrar.summary_of(world.house.address)
    assert summary is not None
    assert network.contract_at(summary) == "Summary"
    assert network.contract_at(world.patient.address) is None


@pytest.mark.parametrize("depth", [1, 3])
def test_t22_a_reorganisation_is_followed(world: World, depth: int) -> None:
    # What a sender learns from its own receipts would hide a reader's gap.
    reader = connect(world.chain.rpc, world.manifest)
    snapshot = world.chain.request("evm_snapshot")
    first = world.related()
    for _ in range(depth):
        world.chain.request("evm_mine")
    assert "RelationshipProposed" in names(events(reader))
    world.chain.request("evm_revert", snapshot)
    world.register(Signer("赵老师"), "赵老师", Role.PATIENT)
    assert "RelationshipProposed" not in names(events(reader))
    second = world.related()
    assert second.address == first.address
    for _ in range(depth):
        world.chain.request("evm_mine")
    fresh = connect(world.chain.rpc, world.manifest)
    assert list(events(reader)) == list(events(fresh))
    assert names(events(reader)).count("SummaryOpened") == 6


def test_a_node_that_answers_only_small_ranges_is_enough(world: World) -> None:
    world.related()
    whole = list(events(world.network))

    def limited(params: list[Any]) -> Any:
        span = int(params[0]["toBlock"], 16) - int(params[0]["fromBlock"], 16)
        if span >= 3:
            raise Refusal({"code": -32005, "message": "range too large"})
        return world.chain.request("eth_getLogs", *params)

    with Proxy(world.chain.rpc) as proxy:
        proxy.answers["eth_getLogs"] = limited
        assert list(events(connect(proxy.rpc, world.manifest))) == whole


def test_a_node_that_answers_more_than_was_asked_changes_nothing(world: World) -> None:
    def talkative(params: list[Any]) -> Any:
        return world.chain.request("eth_getLogs", params[0] | {"topics": []})

    facade = world.related()
    world.house.relay(world.forward(facade.grant_access(world.terms(1))))
    with Proxy(world.chain.rpc) as proxy:
        proxy.answers["eth_getLogs"] = talkative
        network = connect(proxy.rpc, world.manifest)
        assert names(events(network, names=["AgreementSigned"])) == ["AgreementSigned"] * 3
        other = [None, (2).to_bytes(16, "big")]
        assert names(events(network, names=["AccessGranted"], topics=other)) == []
        assert list(events(network)) == list(events(world.network))


def test_a_log_that_no_contract_emits_is_an_error_not_a_gap(world: World) -> None:
    def bent(params: list[Any]) -> Any:
        found = world.chain.request("eth_getLogs", *params)
        return [log | {"data": "0x00"} for log in found]

    with Proxy(world.chain.rpc) as proxy:
        proxy.answers["eth_getLogs"] = bent
        network = connect(proxy.rpc, world.manifest)
        with pytest.raises(NodeRefused, match="does not fit"):
            list(events(network, names=["AgreementSigned"]))


def test_a_node_lost_on_the_way_is_an_error_not_an_end(world: World) -> None:
    with Proxy(world.chain.rpc) as proxy:
        network = connect(proxy.rpc, world.manifest)
        proxy.cut_before.add("eth_getLogs")
        with pytest.raises(NodeUnavailable):
            list(events(network))


def test_confirmations_limit_what_is_remembered_not_what_is_seen(world: World) -> None:
    careful = replace(world.manifest, confirmations=5, max_head_age=86_400)
    network = connect(world.chain.rpc, careful)
    assert "RelationshipProposed" not in names(events(network))
    world.related()
    assert "RelationshipProposed" in names(events(network))


def test_senders_decode_their_own_logs(world: World) -> None:
    sender: Sender = world.house
    receipt = sender.send(world.network.factory.propose(world.opening()))
    assert [event.name for event in receipt.logs] == [
        "RelationshipCreated",
        "RelationshipProposed",
        "RelationshipListed",
        "RelationshipListed",
    ]
