"""The constructor: the contracts of a deployment name each other, or there is none."""

import pytest

from tests.alliance import refused_deployment


@pytest.fixture
def given(alliance):
    """What the factory was made from."""
    others = (alliance.consortium, alliance.registrar, alliance.implementation)
    return [contract.address for contract in (alliance.forwarder, *others)]


@pytest.fixture
def created_where_it_is_tried():
    """Ganache tries a creation at another address than it would get; the check is about that."""
    from brownie import web3

    if "ganache" in web3.client_version.lower():
        pytest.skip("Ganache tries a creation at another address than it would get")


@pytest.fixture
def registered(alliance, lead, Summary, Registrar):
    """Deploy a registrar whose Summaries name another registrar and a factory."""

    def registered(registrar, factory):
        consortium, recovery = alliance.consortium, alliance.contracts["Recovery"]
        summary = lead.deploy(Summary, consortium, registrar, factory)
        return lead.deploy(Registrar, alliance.forwarder, consortium, summary, recovery)

    return registered


def test_a_second_factory_beside_the_first_has_an_implementation_of_its_own(
    alliance, lead, given, Relationship, RelationshipFactory
):
    forwarder, consortium, registrar, _ = given
    place = lead.get_deployment_address(lead.nonce + 1)
    shared = (forwarder, consortium, registrar)
    own = lead.deploy(Relationship, *shared, place, alliance.contracts["Batches"])
    second = lead.deploy(RelationshipFactory, *shared, own)
    assert second.relationshipImplementation() == own.address
    assert (own.factory(), alliance.implementation.factory()) == (second, alliance.factory)


def test_a_second_factory_with_the_implementation_of_the_first_is_refused(alliance, given):
    name, expected, found = refused_deployment("RelationshipFactory", *given)
    assert (name, found) == ("RelationshipFactoryMisplaced", alliance.factory.address)
    assert expected != found


@pytest.mark.usefixtures("created_where_it_is_tried")
def test_the_first_factory_is_where_the_summaries_expect_it(lead, registered, given, mallory):
    nonce = lead.nonce
    registrar, factory = (lead.get_deployment_address(nonce + n) for n in (1, 2))
    given[2] = registered(registrar, mallory).address
    error = refused_deployment("RelationshipFactory", *given, creator=lead)
    assert error == ("RelationshipFactoryMisplaced", factory, mallory)


@pytest.mark.usefixtures("created_where_it_is_tried")
def test_a_summary_of_another_registrar_is_refused(alliance, lead, registered, given):
    factory = lead.get_deployment_address(lead.nonce + 2)
    registrar = registered(alliance.registrar, factory)
    given[2] = registrar.address
    error = refused_deployment("RelationshipFactory", *given, creator=lead)
    assert error == ("RelationshipFactoryMisplaced", registrar, alliance.registrar)


def test_a_summary_of_another_registrar_is_refused_beside_the_first_factory_too(
    alliance, registered, given
):
    registrar = registered(alliance.registrar, alliance.factory)
    given[2] = registrar.address
    error = refused_deployment("RelationshipFactory", *given)
    assert error == ("RelationshipFactoryMisplaced", registrar, alliance.registrar)


@pytest.mark.usefixtures("created_where_it_is_tried")
def test_a_relationship_of_another_factory_is_refused(alliance, lead, registered, given):
    nonce = lead.nonce
    registrar, factory = (lead.get_deployment_address(nonce + n) for n in (1, 2))
    given[2] = registered(registrar, factory).address
    error = refused_deployment("RelationshipFactory", *given, creator=lead)
    assert error == ("RelationshipFactoryMisplaced", factory, alliance.factory)
