"""The constructor: at least two founders, each once, none of them Active yet (P40)."""

import pytest

from tests.alliance import AGREEMENT, NOBODY, details, refused_deployment, told


@pytest.fixture
def creation(alliance, lead, hospital):
    """The arguments of a consortium of two."""
    published = [details("协和医院"), details("人民医院")]
    return [alliance.forwarder.address, [lead.address, hospital.address], published, AGREEMENT]


def test_founders_and_what_is_public_about_them_are_told(unfounded, founders):
    name, told_of = told(unfounded.tx)[0]
    assert name == "ConsortiumCreated"
    assert told_of["founders"] == tuple(founders)
    assert told_of["details"] == tuple(details(f"第{n}医院") for n in range(1, 5))
    assert told_of["agreement"] == AGREEMENT


def test_nobody_is_active_before_signing(unfounded, founders):
    assert unfounded.census() == (4, 0, 1, 4, 0)
    assert [unfounded.memberOf(house)["standing"] for house in founders] == [1] * 4
    assert not any(unfounded.isActive(house) for house in founders)


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_founders_are_refused(creation, count):
    creation[1:3] = creation[1][:count], creation[2][:count]
    invalid = ("ConsortiumFoundersInvalid", count, count)
    assert refused_deployment("Consortium", *creation) == invalid


def test_founders_and_details_must_be_as_many(creation):
    creation[2] = creation[2][:1]
    invalid = ("ConsortiumFoundersInvalid", 2, 1)
    assert refused_deployment("Consortium", *creation) == invalid


def test_a_founder_named_twice_is_refused(creation, lead):
    creation[1] = [lead.address, lead.address]
    twice = ("ConsortiumStandingInvalid", lead, 1)
    assert refused_deployment("Consortium", *creation) == twice


def test_the_zero_address_founds_nothing(creation):
    creation[1][1] = NOBODY
    invalid = ("ConsortiumAccountInvalid", NOBODY)
    assert refused_deployment("Consortium", *creation) == invalid


@pytest.mark.parametrize("tier", [0, 4])
def test_a_tier_that_does_not_exist_is_refused(creation, tier):
    creation[2][1] = details("人民医院", tier)
    assert refused_deployment("Consortium", *creation) == ("ConsortiumTierInvalid", tier)
