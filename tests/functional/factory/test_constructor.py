"""The constructor: the contracts of a deployment name each other, or there is none."""

import pytest

from tests.alliance import refused_deployment


@pytest.fixture
def misplaced(alliance):
    """What a second factory beside the first would be made from."""
    others = (alliance.consortium, alliance.registrar, alliance.implementation)
    return [contract.address for contract in (alliance.forwarder, *others)]


@pytest.fixture
def created_where_it_is_tried():
    """Ganache tries a creation at another address than it would get; the check is about that."""
    from brownie import web3

    if "ganache" in web3.client_version.lower():
        pytest.skip("Ganache tries a creation at another address than it would get")


def test_a_second_factory_beside_the_first_is_refused(alliance, misplaced):
    name, expected, found = refused_deployment("RelationshipFactory", *misplaced)
    assert (name, found) == ("RelationshipFactoryMisplaced", alliance.factory.address)
    assert expected != found


@pytest.mark.usefixtures("created_where_it_is_tried")
def test_a_summary_of_another_registrar_is_refused(alliance, lead, Summary, Registrar, misplaced):
    from brownie import web3

    nonce = web3.eth.get_transaction_count(lead.address)
    factory = lead.get_deployment_address(nonce + 2)
    summary = lead.deploy(Summary, alliance.registrar, factory)
    registrar = lead.deploy(Registrar, alliance.forwarder, alliance.consortium, summary)
    misplaced[2] = registrar.address
    error = refused_deployment("RelationshipFactory", *misplaced, creator=lead)
    assert error == ("RelationshipFactoryMisplaced", registrar, alliance.registrar)


@pytest.mark.usefixtures("created_where_it_is_tried")
def test_a_relationship_of_another_factory_is_refused(
    alliance, lead, Summary, Registrar, misplaced
):
    nonce = lead.nonce
    registrar, factory = (lead.get_deployment_address(nonce + n) for n in (1, 2))
    summary = lead.deploy(Summary, registrar, factory)
    misplaced[2] = lead.deploy(Registrar, alliance.forwarder, alliance.consortium, summary).address
    error = refused_deployment("RelationshipFactory", *misplaced, creator=lead)
    assert error == ("RelationshipFactoryMisplaced", factory, alliance.factory)
