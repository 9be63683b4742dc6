"""Connecting: only to the right chain, the right contracts and a node that is awake."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from chartkey.chain import Manifest, connect
from chartkey.crypto.digest import keccak256
from chartkey.errors import (
    AddressInvalid,
    ChainMismatch,
    ContractRefused,
    ContractsMissing,
    HeadStale,
    NodeRefused,
    NodeUnavailable,
)
from chartkey.models import Certification, MemberStanding, Role, Standing

from tests.chains import HOUSES, Chain, start_chain
from tests.proxy import Proxy
from tests.world import World, public_key

NOBODY = "0x" + "0" * 39 + "1"


@pytest.fixture(scope="module")
def chain(engine: str) -> Iterator[Chain]:
    with start_chain(engine) as started:
        yield started


@pytest.fixture(scope="module")
def world(chain: Chain) -> World:
    return World(chain)


def test_facades_read_what_is_stored(world: World) -> None:
    network, house = world.network, world.house.address
    assert network.consortium.census().electorate == 3
    assert network.consortium.member_of(house).standing is MemberStanding.ACTIVE
    assert network.consortium.members(0, 2) == (house, world.sender(HOUSES[1]).address)
    person = network.registrar.person_of(world.clinician.address)
    assert (person.role, person.certification) == (Role.CLINICIAN, Certification.CERTIFIED)
    assert (person.licence, person.certifier) == (Standing.ACTIVE, house)


def test_nobody_is_none(world: World) -> None:
    registrar = world.network.registrar
    assert registrar.summary_of(NOBODY) is None
    assert registrar.account_of(world.house.address, bytes(32)) is None
    assert registrar.person_of(NOBODY).certifier is None
    assert registrar.department_of(b"\x01" * 32) == (None, Standing.NONE)


def test_a_manifest_file_serves_as_well(world: World, tmp_path: Path) -> None:
    world.manifest.save(tmp_path / "alliance.json")
    network = connect(world.chain.rpc, tmp_path / "alliance.json")
    assert network.registrar.key_hash_of(world.house.address, 1) != bytes(32)


def test_web3_speaks_to_the_same_node(world: World) -> None:
    assert world.network.web3.eth.chain_id == world.network.chain_id


def test_another_chain_is_refused(world: World) -> None:
    other = replace(world.manifest, chain_id=7, development_chains=(7,))
    with pytest.raises(ChainMismatch) as caught:
        connect(world.chain.rpc, other)
    assert caught.value.values == {"expected": 7, "found": world.manifest.chain_id}


def with_contract(manifest: Manifest, name: str, **change: object) -> Manifest:
    changed = replace(manifest.contracts[name], **change)  # type: ignore[arg-type]
    return replace(manifest, contracts={**manifest.contracts, name: changed})


def test_an_address_without_code_is_refused(world: World) -> None:
    absent = with_contract(world.manifest, "Registrar", address=NOBODY[:-1] + "f")
    with pytest.raises(ContractsMissing, match=r"Registrar at .* there is no code"):
        connect(world.chain.rpc, absent)


def test_other_code_at_an_address_is_refused(world: World) -> None:
    swapped = {**world.manifest.contracts}
    swapped["Summary"], swapped["Registrar"] = swapped["Registrar"], swapped["Summary"]
    hashes = {name: entry.code_hash for name, entry in world.manifest.contracts.items()}
    contracts = {name: replace(e, code_hash=hashes[name]) for name, e in swapped.items()}
    with pytest.raises(ContractsMissing, match="other code"):
        connect(world.chain.rpc, replace(world.manifest, contracts=contracts))


def test_one_bit_of_a_code_hash_decides(world: World) -> None:
    code_hash = world.manifest.contracts["Forwarder"].code_hash
    flipped = bytes([code_hash[0] ^ 1]) + code_hash[1:]
    with pytest.raises(ContractsMissing, match="Forwarder"):
        connect(world.chain.rpc, with_contract(world.manifest, "Forwarder", code_hash=flipped))


def test_a_simulated_call_is_refused_by_name_and_argument(world: World) -> None:
    call = world.network.registrar.set_department(b"\x01" * 32, Standing.ACTIVE)
    message = {"from": NOBODY, "to": call.to, "data": f"0x{call.data.hex()}"}
    for method in ("eth_call", "eth_estimateGas"):
        with pytest.raises(ContractRefused) as caught:
            world.network.raw(method, [message])
        assert caught.value.values == {
            "error": "RegistrarNotInstitution",
            "arguments": {"account": NOBODY},
        }


def test_a_facade_at_the_wrong_address_says_so(world: World) -> None:
    with pytest.raises(ContractsMissing, match="there is no code"):
        world.network.relationship(NOBODY[:-1] + "f").status()
    with pytest.raises((ContractsMissing, ContractRefused)):
        world.network.relationship(world.network.address("Registrar")).parties()
    with pytest.raises(AddressInvalid):
        world.network.relationship("王芳")


def test_the_past_is_read_at_its_block(world: World) -> None:
    registrar = world.network.registrar
    before = world.manifest.deployment_block + 5
    assert registrar.at(before).person_of(world.patient.address).key_version == 0
    assert registrar.person_of(world.patient.address).key_version == 1


def test_a_development_chain_is_never_stale(world: World) -> None:
    assert world.network.fresh_head().number == world.network.confirmed_block()


def test_an_old_head_is_refused_where_the_manifest_says_so(world: World) -> None:
    strict = replace(world.manifest, confirmations=3, max_head_age=1)
    network = connect(world.chain.rpc, strict)
    time.sleep(2.1)
    with pytest.raises(HeadStale) as caught:
        network.fresh_head()
    assert caught.value.values["limit"] == 1
    assert network.confirmed_block() == network.head().number - 2


def test_a_block_that_is_not_there_is_the_nodes_refusal(world: World) -> None:
    with pytest.raises(NodeRefused):
        world.network.block(10_000_000)


def test_a_node_that_is_no_ethereum_node_is_refused(world: World) -> None:
    with Proxy() as proxy:
        for method in ("eth_chainId", "eth_getCode"):
            proxy.answers[method] = lambda params: "hello"
        with pytest.raises(NodeRefused):
            connect(proxy.rpc, world.manifest)


def test_a_node_that_went_away_is_told_without_credentials(world: World) -> None:
    with Proxy(world.chain.rpc) as proxy:
        network = connect(proxy.rpc.replace("http://", "http://u:secret@"), world.manifest)
    with pytest.raises(NodeUnavailable) as caught:
        network.consortium.census()
    assert "secret" not in str(caught.value)


def test_a_first_answer_takes_less_than_two_seconds(world: World, tmp_path: Path) -> None:
    world.manifest.save(tmp_path / "alliance.json")
    script = (
        "from chartkey.chain import connect\n"
        f"network = connect({world.chain.rpc!r}, {str(tmp_path / 'alliance.json')!r})\n"
        "assert network.consortium.census().electorate == 3\n"
    )
    # Time on the processor: what else the machine does is not counted.
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run([sys.executable, "-c", script], check=True, timeout=30)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 2


def test_what_is_registered_is_the_key_that_was_given(world: World) -> None:
    expected = keccak256(b"\x01", public_key("王芳"))
    assert world.network.registrar.key_hash_of(world.patient.address, 1) == expected
