"""`execute`: makes exactly the call that was signed, once, before its deadline (P22, T34)."""

import pytest
from brownie import web3
from brownie.exceptions import VirtualMachineError

from tests.alliance import DAY, HOUR, NOBODY, at, decoded_error, now, refusal_of, told
from tests.signing import Domain, digest, malleated


@pytest.fixture
def proposed(alliance, hospital, alice, lead):
    """A relationship that waits for Alice's answer."""
    return alliance.propose(hospital, alice, hospital, lead)


@pytest.fixture
def request_(alliance, alice, proposed):
    """Alice's request to accept it."""
    return alliance.request(alice, proposed.accept)


@pytest.fixture
def forward(alliance, alice, request_):
    """The same with her signature."""
    return alliance.forwarded(alice, request_)


def test_the_call_is_made_as_its_signer_and_the_relay_is_named(
    forwarder, forward, proposed, alice, relay
):
    tx = forwarder.execute(*forward, {"from": relay})
    assert told(tx) == [
        (
            "CallForwarded",
            {
                "from": alice,
                "to": proposed.address,
                "relay": relay,
                "signer": alice,
                "nonce": forward[0][2],
            },
        ),
        ("StatusChanged", {"by": alice, "status": 2}),
    ]
    assert forwarder.isNonceUsed(alice, forward[0][2])


def test_what_the_target_returns_is_returned(alliance, forwarder, registrar, alice, relay):
    request = alliance.request(alice, registrar.summaryOf, alice)
    result = forwarder.execute.call(*alliance.forwarded(alice, request), {"from": relay})
    assert int(str(result), 16) == int(registrar.summaryOf(alice), 16)


def test_t34_a_replayed_message_is_refused(forwarder, forward, refusal, alice, relay, mallory):
    forwarder.execute(*forward, {"from": relay})
    used = ("ForwarderNonceUsed", alice, forward[0][2])
    assert refusal(forwarder.execute, *forward, {"from": mallory}) == used


def test_t34_a_withheld_message_blocks_no_other(alliance, forwarder, registrar, alice, relay):
    late, early = (
        alliance.forwarded(alice, alliance.request(alice, registrar.personOf, alice, nonce=n))
        for n in (0, 1)
    )
    forwarder.execute(*early, {"from": relay})
    forwarder.execute(*late, {"from": relay})
    assert forwarder.isNonceUsed(alice, 0)
    assert forwarder.isNonceUsed(alice, 1)


def test_a_message_holds_until_its_deadline_and_not_after(alliance, forwarder, alice, proposed):
    deadline = now() + HOUR
    signed = alliance.forwarded(alice, alliance.request(alice, proposed.accept, deadline=deadline))
    at(deadline)
    forwarder.execute.call(*signed, {"from": alice})
    at(deadline + 1)
    passed = ("ForwarderDeadlinePassed", deadline)
    assert refusal_of(forwarder.execute, *signed, {"from": alice}) == passed


CHANGES = {
    "sender": lambda value, mallory: mallory.address,
    "to": lambda value, mallory: NOBODY,
    "nonce": lambda value, mallory: value + 1,
    "deadline": lambda value, mallory: value + DAY,
    "data": lambda value, mallory: value + b"\0",
}


@pytest.mark.parametrize("field", [name for name in CHANGES if name != "to"])
def test_a_message_changed_after_signing_is_refused(
    forwarder, forward, refusal, alice, mallory, field
):
    request, signature = forward
    place = list(CHANGES).index(field)
    changed = list(request)
    changed[place] = CHANGES[field](request[place], mallory)
    invalid = ("ForwarderSignatureInvalid", changed[0])
    assert refusal(forwarder.execute, tuple(changed), signature, {"from": mallory}) == invalid


def test_a_message_sent_to_another_contract_is_refused(
    alliance, forwarder, forward, refusal, relationship, alice, mallory
):
    request, signature = forward
    elsewhere = (request[0], relationship.address, *request[2:])
    invalid = ("ForwarderSignatureInvalid", alice)
    assert refusal(forwarder.execute, elsewhere, signature, {"from": mallory}) == invalid


@pytest.mark.parametrize("field", ["name", "contract", "chain_id"])
def test_t09_a_signature_for_another_domain_is_refused(
    alliance, forwarder, registrar, request_, refusal, alice, mallory, field
):
    right = {"name": "Chartkey Forwarder", "contract": forwarder.address}
    right["chain_id"] = alliance.chain_id
    wrong = {"name": "Chartkey", "contract": registrar.address, "chain_id": alliance.chain_id + 1}
    domain = Domain(**(right | {field: wrong[field]}))
    signature = domain.sign(alice, "ForwardRequest", request_)
    invalid = ("ForwarderSignatureInvalid", alice)
    assert refusal(forwarder.execute, request_, signature, {"from": mallory}) == invalid


def test_t10_the_high_s_twin_of_a_signature_is_refused(forwarder, forward, refusal, alice, mallory):
    request, signature = forward
    invalid = ("ForwarderSignatureInvalid", alice)
    twin = malleated(signature)
    assert refusal(forwarder.execute, request, twin, {"from": mallory}) == invalid


@pytest.mark.parametrize("signature", [b"", bytes(64), bytes(65), bytes(64) + b"\x1b", bytes(66)])
def test_t10_nobody_signs_for_the_zero_address(forwarder, forward, refusal, mallory, signature):
    request = (NOBODY, *forward[0][1:])
    invalid = ("ForwarderSignatureInvalid", NOBODY)
    assert refusal(forwarder.execute, request, signature, {"from": mallory}) == invalid


@pytest.mark.parametrize("target", ["forwarder", "mallory"])
def test_the_target_is_a_contract_other_than_the_forwarder(
    alliance, forwarder, request_, refusal, alice, mallory, target
):
    to = {"forwarder": forwarder, "mallory": mallory}[target].address
    signed = alliance.forwarded(alice, (request_[0], to, *request_[2:]))
    invalid = ("ForwarderTargetInvalid", to)
    assert refusal(forwarder.execute, *signed, {"from": mallory}) == invalid


def test_the_error_of_the_target_is_passed_on(alliance, forwarder, refusal, relationship, mallory):
    signed = alliance.forwarded(mallory, alliance.request(mallory, relationship.end))
    denied = ("RelationshipNotParty", mallory)
    assert refusal(forwarder.execute, *signed, {"from": mallory}) == denied


def test_t34_a_call_starved_of_gas_leaves_the_nonce(forwarder, forward, alice, relay):
    """A relay chooses the gas: whatever it is, the call is made or the nonce is left."""
    failed = set()
    for gas in range(60_000, 300_000, 5_000):
        try:
            forwarder.execute(*forward, {"from": relay, "gas_limit": gas})
            break
        except VirtualMachineError as starved:
            failed.add(starved.revert_msg)
        assert not forwarder.isNonceUsed(alice, forward[0][2])
    # Not before the target was reached only: that it was reached, and starved, too.
    assert "FailedCall: " in failed
    assert forwarder.isNonceUsed(alice, forward[0][2])


def test_a_call_without_a_selector_reaches_no_function(
    alliance, forwarder, refusal, relationship, alice, mallory
):
    request = (alice.address, relationship.address, 7, now() + DAY, b"")
    signed = alliance.forwarded(alice, request)
    assert refusal(forwarder.execute, *signed, {"from": mallory}) == ("FailedCall",)


def test_a_relay_lends_nobody_its_own_rights(
    alliance, forwarder, refusal, consortium, mallory, lead
):
    call = alliance.request(mallory, consortium.proposeAgreement, digest("worse"), now() + DAY)
    signed = alliance.forwarded(mallory, call)
    denied = ("ConsortiumNotMember", mallory)
    assert refusal(forwarder.execute, *signed, {"from": lead}) == denied


def test_an_account_appended_to_a_direct_call_is_ignored(consortium, mallory, lead):
    call = consortium.proposeAgreement.encode_input(digest("worse"), now() + DAY)
    sent = {"from": mallory.address, "to": consortium.address, "data": call + lead.address[2:]}
    answer = web3.provider.make_request("eth_call", [sent, "latest"])
    assert decoded_error(answer["error"]) == ("ConsortiumNotMember", mallory)
