"""The Summary: opened by the registrar, filled by the factory, read by everyone (R12)."""

import pytest

from tests.alliance import ACCEPTED, ENDED, NOBODY, PENDING, told


@pytest.fixture
def summary(alliance, alice):
    """Alice's."""
    return alliance.summary_of(alice)


def test_a_summary_knows_its_owner_and_its_contracts(summary, alice, registrar, factory):
    assert summary.owner() == alice
    assert summary.registrar() == registrar
    assert summary.factory() == factory


def test_its_address_is_known_before_it_exists(registrar, alliance, carol, clinic):
    assert registrar.summaryOf(carol) == NOBODY
    tx = alliance.register(carol, clinic, 1)
    assert tx.events["PersonRegistered"]["summary"] == registrar.summaryOf(carol)


def test_it_is_a_minimal_proxy_of_the_implementation(summary, registrar):
    from brownie import web3

    target = registrar.summaryImplementation()[2:].lower()
    code = f"363d3d373d3d3d363d73{target}5af43d82803e903d91602b57fd5bf3"
    assert web3.eth.get_code(summary.address).hex() == code


@pytest.mark.parametrize("who", ["alice", "clinic", "mallory"])
@pytest.mark.parametrize("target", ["clone", "implementation"])
def test_nobody_else_opens_one(alliance, summary, refusal, request, who, target):
    account = request.getfixturevalue(who)
    contract = {"clone": summary, "implementation": alliance.summary}[target]
    denied = ("SummaryNotRegistrar", account)
    assert refusal(contract.open, account.address, {"from": account}) == denied


def test_not_even_the_registrar_opens_one_twice(summary, refusal, registrar, mallory):
    from types import SimpleNamespace

    caller = SimpleNamespace(address=registrar.address)
    denied = ("SummaryNotRegistrar", registrar.address)
    assert refusal(summary.open, mallory.address, {"from": caller}) == denied


@pytest.mark.parametrize("who", ["alice", "clinic", "mallory"])
@pytest.mark.parametrize("target", ["clone", "implementation"])
def test_nobody_else_lists_a_relationship(
    alliance, summary, refusal, request, relationship, who, target
):
    account = request.getfixturevalue(who)
    contract = {"clone": summary, "implementation": alliance.summary}[target]
    denied = ("SummaryNotFactory", account)
    assert refusal(contract.list, relationship.address, {"from": account}) == denied


def test_both_sides_are_told_of_a_new_relationship(alliance, alice, hospital, lead):
    options = {"from": hospital}
    tx = alliance.factory.propose(alliance.opening(alice, hospital, lead), options)
    listed = [told_of for name, told_of in told(tx) if name == "RelationshipListed"]
    address = alliance.factory.relationshipOf(alice, hospital, 0)
    assert listed == [
        {"owner": alice, "relationship": address, "index": 1},
        {"owner": hospital, "relationship": address, "index": 0},
    ]


def test_entries_read_their_status_from_the_relationship(
    alliance, summary, relationship, alice, hospital, lead
):
    proposed = alliance.propose(hospital, alice, hospital, lead)
    both = [relationship.address, proposed.address]
    assert summary.count() == 2
    assert summary.entries(0, 9) == (both, [ACCEPTED, PENDING])
    relationship.end({"from": alice})
    proposed.accept({"from": alice})
    assert summary.entries(0, 9) == (both, [ENDED, ACCEPTED])


@pytest.mark.parametrize(
    ("offset", "limit", "expected"), [(0, 1, [0]), (1, 1, [1]), (1, 9, [1]), (2, 1, []), (0, 0, [])]
)
def test_entries_come_in_pages(
    alliance, summary, relationship, alice, hospital, lead, offset, limit, expected
):
    proposed = alliance.propose(hospital, alice, hospital, lead)
    both = [relationship.address, proposed.address]
    addresses, statuses = summary.entries(offset, limit)
    assert list(addresses) == [both[n] for n in expected]
    assert len(statuses) == len(expected)
