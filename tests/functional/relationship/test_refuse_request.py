"""`refuseRequest`: only the owner; idempotent; a tombstone that the request meets (P22, T34)."""

import pytest

from tests.alliance import (
    NOBODY,
    access_request,
    request_id,
    told,
)

REFUSED_REQUEST = 3


@pytest.fixture
def asked(relationship, places, dr_li):
    """Dr Li's open request."""
    relationship.requestAccess(access_request(places.hospital_ward), {"from": dr_li})
    return request_id(dr_li)


def test_a_refusal_is_told(relationship, asked, alice, dr_li):
    tx = relationship.refuseRequest(asked, {"from": alice})
    assert told(tx) == [("RequestRefused", {"request": asked, "viewer": dr_li})]
    assert relationship.requestOf(asked) == (dr_li, REFUSED_REQUEST)


def test_refusing_again_says_nothing(relationship, asked, alice):
    relationship.refuseRequest(asked, {"from": alice})
    assert told(relationship.refuseRequest(asked, {"from": alice})) == []


def test_refusing_can_be_relayed(alliance, relationship, asked, alice, relay):
    alliance.relay(relay, alice, relationship.refuseRequest, asked)
    assert relationship.requestOf(asked)[1] == REFUSED_REQUEST


def test_only_the_owner_refuses(relationship, asked, refusal, not_the_owner):
    for stranger in not_the_owner:
        denied = ("RelationshipNotOwner", stranger)
        assert refusal(relationship.refuseRequest, asked, {"from": stranger}) == denied


def test_t34_a_request_that_arrives_after_its_refusal_is_refused(
    relationship, places, refusal, alice, dr_li
):
    id = request_id(dr_li)
    tx = relationship.refuseRequest(id, {"from": alice})
    assert told(tx) == [("RequestRefused", {"request": id, "viewer": NOBODY})]
    met = ("RequestInvalid", id)
    assert (
        refusal(relationship.requestAccess, access_request(places.hospital_ward), {"from": dr_li})
        == met
    )


def test_a_refused_request_is_not_approved(relationship, asked, grant, refusal, alice):
    relationship.refuseRequest(asked, {"from": alice})
    answer = grant.but(request=asked)
    met = ("RequestInvalid", asked)
    assert refusal(relationship.grantAccess, answer.terms, {"from": alice}) == met


def test_an_approved_request_is_not_refused(relationship, asked, grant, refusal, alice):
    relationship.grantAccess(grant.but(request=asked).terms, {"from": alice})
    done = ("RequestInvalid", asked)
    assert refusal(relationship.refuseRequest, asked, {"from": alice}) == done


def test_refusing_works_after_the_end(relationship, asked, alice, dr_li):
    relationship.end({"from": alice})
    relationship.refuseRequest(asked, {"from": alice})
    assert relationship.requestOf(asked) == (dr_li, REFUSED_REQUEST)
