"""`open` and `close`: only the factory, and never on the implementation."""

from types import SimpleNamespace

import pytest
from brownie import chain, web3
from eth_account import Account

from tests.alliance import ACCEPTED, WRAP
from tests.signing import ZERO


@pytest.fixture
def takeover(mallory):
    """The arguments with which Mallory would make a relationship hers."""
    accounts = [mallory.address] * 4
    return (*accounts, ZERO, 1, 1, WRAP, WRAP)


@pytest.mark.parametrize("who", ["mallory", "alice", "clinic", "lead"])
@pytest.mark.parametrize("target", ["clone", "implementation"])
def test_nobody_but_the_factory_opens(
    alliance, relationship, refusal, request, takeover, who, target
):
    account = request.getfixturevalue(who)
    contract = {"clone": relationship, "implementation": alliance.implementation}[target]
    denied = ("RelationshipNotFactory", account)
    assert refusal(contract.open, *takeover, {"from": account}) == denied


def test_not_even_the_factory_opens_twice(relationship, refusal, factory, takeover):
    caller = {"from": SimpleNamespace(address=factory.address)}
    invalid = ("RelationshipStatusInvalid", ACCEPTED)
    assert refusal(relationship.open, *takeover, caller) == invalid


@pytest.mark.parametrize("who", ["mallory", "alice", "clinic", "lead"])
def test_nobody_but_the_factory_closes(relationship, refusal, request, who):
    account = request.getfixturevalue(who)
    denied = ("RelationshipNotFactory", account)
    assert refusal(relationship.close, account.address, {"from": account}) == denied


def test_a_clone_of_ones_own_cannot_be_opened(alliance, refusal, takeover, mallory):
    """T23: whoever clones the implementation gets a contract that stays empty."""
    target = alliance.implementation.address[2:]
    code = f"0x3d602d80600a3d3981f3363d3d373d3d3d363d73{target}5af43d82803e903d91602b57fd5bf3"
    sent = web3.eth.send_raw_transaction(_deployment(mallory, code))
    twin = alliance.relationship(web3.eth.wait_for_transaction_receipt(sent).contractAddress)
    denied = ("RelationshipNotFactory", mallory)
    assert refusal(twin.open, *takeover, {"from": mallory}) == denied


@pytest.mark.parametrize("function", ["accept", "refuse", "end"])
def test_the_implementation_is_nobodys(alliance, refusal, mallory, function):
    denied = ("RelationshipNotParty", mallory)
    call = getattr(alliance.implementation, function)
    assert refusal(call, {"from": mallory}) == denied


def _deployment(account, code):
    transaction = {
        "nonce": account.nonce,
        "gas": 200_000,
        "gasPrice": 0,
        "value": 0,
        "data": code,
        "chainId": chain.id,
    }
    return Account.sign_transaction(transaction, account.private_key).raw_transaction
