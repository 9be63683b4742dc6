"""`proposeFactory`: a contract that was not adopted before (P40)."""

from eth_abi import encode

from tests.alliance import DAY, NOBODY, now, told
from tests.functional.consortium.voting import decide


def test_a_factory_is_told_with_its_parameters(consortium, factory, lead):
    tx = consortium.proposeFactory(factory, now() + DAY, {"from": lead})
    ((name, opened),) = told(tx)
    assert (name, opened["action"]) == ("ProposalOpened", 18)
    assert opened["parameters"] == encode(["address"], [factory.address])


def test_an_account_without_code_is_no_factory(consortium, refusal, lead, mallory):
    for account in (NOBODY, mallory.address):
        call = (account, now() + DAY, {"from": lead})
        assert refusal(consortium.proposeFactory, *call) == ("ConsortiumFactoryInvalid", account)


def test_an_adopted_factory_is_not_adopted_again(alliance, consortium, factory, refusal, lead):
    decide(alliance, consortium.proposeFactory, factory)
    call = (factory.address, now() + DAY, {"from": lead})
    invalid = ("ConsortiumFactoryInvalid", factory.address)
    assert refusal(consortium.proposeFactory, *call) == invalid
