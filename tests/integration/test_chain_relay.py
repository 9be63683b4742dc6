"""Relaying: a patient without ether acts, and no relay can bend, withhold or replay it (P22)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from chartkey.chain import MemoryJournal, Sender, connect
from chartkey.chain.call import Call
from chartkey.chain.forward import (
    SignedForward,
    check_forward,
    decode_forward,
    execute_call,
    sign_forward,
)
from chartkey.chain.pool import PendingCall, pending_calls
from chartkey.chain.registrar import institution_affiliation
from chartkey.errors import ArgumentInvalid, ContractRefused, SignatureInvalid
from chartkey.models import (
    AccessRequest,
    GrantState,
    GrantStatus,
    RelationshipStatus,
    RequestStatus,
    Scope,
)

from tests.chains import HOUSES, start_chain
from tests.proxy import Proxy, Refusal
from tests.world import Signer, World

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
HALF = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0


@pytest.fixture(scope="module")
def base(engine: str) -> Iterator[World]:
    with start_chain(engine) as chain:
        yield World(chain)


@pytest.fixture
def world(base: World) -> Iterator[World]:
    with base.undone() as fresh:
        yield fresh


def refused(world: World, signed: SignedForward, by: str = HOUSES[1]) -> str:
    """Put a request on chain past every check in Python; return the contract's error."""
    with pytest.raises(ContractRefused) as caught:
        world.sender(by).send(execute_call(signed))
    return str(caught.value.values["error"])


def test_the_signer_is_the_caller_and_the_relay_pays(world: World) -> None:
    facade = world.related()
    assert facade.parties().status is RelationshipStatus.ACCEPTED
    receipt = world.sender(HOUSES[1]).relay(world.forward(facade.end()))
    assert receipt.event("StatusChanged").args["by"] == world.patient.address
    forwarded = receipt.event("CallForwarded").args
    assert forwarded["relay"] == world.sender(HOUSES[1]).address
    assert int(world.chain.request("eth_getBalance", world.patient.address, "latest"), 16) == 0


def test_what_is_inside_is_shown_before_it_is_relayed(world: World) -> None:
    facade = world.related()
    call = decode_forward(world.network, world.forward(facade.revoke_access(b"\x07" * 16)))
    assert (call.contract, call.function, call.to) == (
        "Relationship",
        "revokeAccess",
        facade.address,
    )
    assert call.args == (b"\x07" * 16,)


def test_a_refusal_inside_arrives_by_its_own_name(world: World) -> None:
    facade = world.related()
    with pytest.raises(ContractRefused) as caught:
        world.house.relay(world.forward(facade.change_mirror(world.house.address)))
    assert caught.value.values["error"] == "RelationshipMirrorInvalid"
    assert caught.value.values["arguments"] == {"mirror": world.house.address}


STRANGER = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"


@pytest.mark.parametrize(
    "change",
    [
        {"nonce": 8},
        {"deadline": 1_999_999_999},
        {"data": b"\x00\x01\x02\x03"},
        {"sender": STRANGER, "signer": STRANGER},
        {"to": None},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_field_is_signed(world: World, change: dict[str, Any]) -> None:
    if "to" in change:
        change = {"to": world.network.address("Registrar")}
    bent = replace(world.forward(world.related().end()), **change)
    with pytest.raises(SignatureInvalid):
        check_forward(world.network, bent)
    with pytest.raises(SignatureInvalid):
        world.house.relay(bent)
    assert refused(world, bent) == "ForwarderSignatureInvalid"


@pytest.mark.parametrize("field", ["chain_id", "forwarder"])
def test_a_message_for_another_deployment_is_not_relayed(world: World, field: str) -> None:
    signed = world.forward(world.related().end())
    other: dict[str, Any] = {"chain_id": 1, "forwarder": world.network.address("Registrar")}
    with pytest.raises(SignatureInvalid):
        world.house.relay(replace(signed, **{field: other[field]}))


def test_t10_the_high_s_twin_is_refused_in_python_and_on_chain(world: World) -> None:
    signed = world.forward(world.related().end())
    r, s = signed.signature[:32], int.from_bytes(signed.signature[32:64], "big")
    assert s <= HALF
    flipped = bytes([55 - signed.signature[64]])
    twin = replace(signed, signature=r + (ORDER - s).to_bytes(32, "big") + flipped)
    with pytest.raises(SignatureInvalid):
        check_forward(world.network, twin)
    with pytest.raises(SignatureInvalid):
        world.house.relay(twin)
    assert refused(world, twin) == "ForwarderSignatureInvalid"
    assert world.house.relay(signed).succeeded


@pytest.mark.parametrize("tail", [b"\x00", b"\x01", b"\x1d", b"", b"\x1b\x00"])
def test_t10_other_forms_of_a_signature_are_refused(world: World, tail: bytes) -> None:
    signed = world.forward(world.related().end())
    bent = replace(signed, signature=signed.signature[:64] + tail)
    with pytest.raises(SignatureInvalid):
        world.house.relay(bent)
    assert refused(world, bent) == "ForwarderSignatureInvalid"


def test_t10_nobody_signs_for_the_zero_address(world: World) -> None:
    zero = "0x" + "0" * 40
    unsigned = world.forward(world.related().end())
    bent = replace(unsigned, sender=zero, signer=zero, signature=bytes(64) + b"\x1b")
    with pytest.raises(SignatureInvalid):
        world.house.relay(bent)
    assert refused(world, bent) == "ForwarderSignatureInvalid"


def test_t34_one_message_withheld_blocks_no_other(world: World) -> None:
    facade = world.related()
    withheld = world.forward(facade.grant_access(world.terms(1)))
    later = [world.forward(facade.grant_access(world.terms(n))) for n in (2, 3)]
    for signed in reversed(later):
        assert world.sender(HOUSES[1]).relay(signed).succeeded
    assert world.sender(HOUSES[2]).relay(withheld).succeeded
    assert all(facade.is_grant_live(world.terms(n).id) for n in (1, 2, 3))


def test_t34_a_replay_by_another_relay_reverts(world: World) -> None:
    facade = world.related()
    signed = world.forward(facade.grant_access(world.terms(1)))
    world.house.relay(signed)
    with pytest.raises(ContractRefused) as caught:
        world.sender(HOUSES[1]).relay(signed)
    assert caught.value.values["error"] == "ForwarderNonceUsed"
    assert world.network.forwarder.is_nonce_used(world.patient.address, signed.nonce)


def test_t34_the_same_relay_answers_a_repetition_with_the_first_receipt(world: World) -> None:
    house = world.house
    signed = world.forward(world.related().end())
    assert house.relay(signed).hash == house.relay(signed).hash


def test_t34_a_message_kept_past_its_deadline_is_dead(world: World) -> None:
    signed = world.forward(world.related().end(), deadline_in=-10)
    with pytest.raises(ContractRefused) as caught:
        world.house.relay(signed)
    assert caught.value.values["error"] == "ForwarderDeadlinePassed"


def test_t34_a_revocation_relayed_before_its_grant_leaves_a_tombstone(world: World) -> None:
    facade, terms = world.related(), world.terms(1)
    grant = world.forward(facade.grant_access(terms))
    revocation = world.forward(facade.revoke_access(terms.id))
    world.house.relay(revocation)
    assert facade.grant_of(terms.id) == GrantState(GrantStatus.REVOKED, 0, bytes(26))
    with pytest.raises(ContractRefused) as caught:
        world.house.relay(grant)
    assert caught.value.values["error"] == "GrantIdInvalid"
    assert not facade.key_epoch().rotating


def test_t34_a_preclusion_relayed_before_its_proposal_leaves_a_tombstone(world: World) -> None:
    factory, opening = world.network.factory, world.opening()
    pair = (opening.owner, opening.institution, opening.nonce)
    world.sender(HOUSES[1]).relay(world.forward(factory.preclude(*pair)))
    assert factory.is_precluded(factory.relationship_of(*pair))
    with pytest.raises(ContractRefused) as caught:
        world.house.send(factory.propose(opening))
    assert caught.value.values["error"] == "RelationshipFactoryClosed"
    assert world.house.send(factory.propose(replace(opening, nonce=1))).succeeded


def test_a_message_that_its_signer_gave_up_is_dead(world: World) -> None:
    signed = world.forward(world.related().end())
    world.chain.fund(world.patient.address)
    own = Sender(world.network, world.patient, MemoryJournal())
    own.send(world.network.forwarder.cancel(signed.nonce))
    with pytest.raises(ContractRefused) as caught:
        world.house.relay(signed)
    assert caught.value.values["error"] == "ForwarderNonceUsed"


def test_nonces_share_a_slot_so_that_later_messages_cost_less(world: World) -> None:
    facade = world.related()
    gas = []
    for number in (1, 2):
        signed = world.forward(facade.revoke_access(number.to_bytes(16, "big")))
        gas.append(world.house.relay(signed).gas_used or 0)
    assert gas[1] < gas[0] + 100
    spread = world.forward(facade.revoke_access(b"\x09" * 16), nonce=7 << 200)
    assert (world.house.relay(spread).gas_used or 0) > gas[1] + 10_000


def test_calls_to_strangers_are_not_relayed(world: World) -> None:
    stranger = Call("Relationship", world.house.address, "accept", (), b"\x28\x52\xb7\x1c")
    with pytest.raises(ArgumentInvalid):
        world.house.relay(world.forward(stranger))
    unknown = Call("Registrar", world.network.address("Registrar"), "x", (), b"\xde\xad\xbe\xef")
    with pytest.raises(ArgumentInvalid):
        world.house.relay(world.forward(unknown))


def test_a_clinician_acts_through_a_relay_too(world: World) -> None:
    facade = world.related()
    asked = AccessRequest(
        salt=b"\x05" * 32,
        affiliation=institution_affiliation(world.house.address),
        scope=Scope.EVERYTHING,
        purpose="TREAT",
        reason="急诊".encode(),
    )
    signed = sign_forward(world.network, world.clinician, facade.request_access(asked))
    event = world.house.relay(signed).event("AccessRequested")
    assert event.args["viewer"] == world.clinician.address
    assert facade.request_of(event.args["request"]).status is RequestStatus.REQUESTED


def waiting(world: World) -> tuple[PendingCall, ...]:
    found = pending_calls(world.network)
    assert found is not None
    return found


@contextmanager
def without_mining(world: World) -> Iterator[None]:
    ganache = world.chain.engine == "ganache"
    request = world.chain.request
    request("miner_stop") if ganache else request("evm_setAutomine", False)
    try:
        yield
    finally:
        request("miner_start") if ganache else request("evm_setAutomine", True)
        request("evm_mine")


def test_a_revocation_in_the_pool_is_seen_with_its_signer(world: World) -> None:
    facade = world.related()
    with without_mining(world):
        signed = world.forward(facade.revoke_access(b"\x07" * 16))
        world.house.relay(signed, wait=False)
        (found,) = waiting(world)
    assert found.sender == world.patient.address
    assert (found.call.to, found.call.function) == (facade.address, "revokeAccess")
    assert found.call.args == (b"\x07" * 16,)


@pytest.mark.parametrize("as_guardian", [False, True])
def test_a_forged_revocation_in_the_pool_is_not_believed(world: World, as_guardian: bool) -> None:
    facade, owner = world.related(), world.patient.address
    mallory: Any = Signer("张三")
    signed = sign_forward(world.network, mallory, facade.revoke_access(b"\x07" * 16))
    forged = replace(signed, sender=owner, signer=mallory.address if as_guardian else owner)
    call = execute_call(forged)
    bank = world.chain.request("eth_accounts")[0]
    sent = {"from": bank, "to": call.to, "data": f"0x{call.data.hex()}", "gas": hex(500_000)}
    with without_mining(world):
        world.chain.request("eth_sendTransaction", sent)
        assert waiting(world) == ()


def test_a_node_without_a_pool_says_so(world: World) -> None:
    def missing(params: list[Any]) -> Any:
        raise Refusal({"code": -32601, "message": "the method txpool_content does not exist"})

    with Proxy(world.chain.rpc) as proxy:
        proxy.answers["txpool_content"] = missing
        assert pending_calls(connect(proxy.rpc, world.manifest)) is None
