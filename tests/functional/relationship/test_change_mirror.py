"""`changeMirror`: only the owner, to another Active member (P01)."""

import pytest

from tests.alliance import NOBODY, SUSPEND, told


def test_a_new_mirror_is_told(relationship, alice, hospital):
    tx = relationship.changeMirror(hospital, {"from": alice})
    assert told(tx) == [("MirrorChanged", {"mirror": hospital})]
    assert relationship.parties()[2] == hospital


def test_changing_it_can_be_relayed(alliance, relationship, alice, hospital, relay):
    alliance.relay(relay, alice, relationship.changeMirror, hospital)
    assert relationship.parties()[2] == hospital


def test_only_the_owner_changes_it(relationship, refusal, hospital, not_the_owner):
    for stranger in not_the_owner:
        denied = ("RelationshipNotOwner", stranger)
        call = (hospital.address, {"from": stranger})
        assert refusal(relationship.changeMirror, *call) == denied


@pytest.mark.parametrize("who", ["clinic", "alice", "bob", "mallory", "newcomer"])
def test_the_mirror_is_another_active_member(relationship, refusal, request, alice, who):
    mirror = request.getfixturevalue(who)
    invalid = ("RelationshipMirrorInvalid", mirror)
    assert refusal(relationship.changeMirror, mirror.address, {"from": alice}) == invalid


def test_an_institution_that_owns_records_is_not_its_own_mirror(
    alliance, refusal, hospital, clinic, lead
):
    owned = alliance.propose(clinic, hospital, clinic, lead)
    invalid = ("RelationshipMirrorInvalid", hospital)
    assert refusal(owned.changeMirror, hospital.address, {"from": hospital}) == invalid


def test_there_is_no_going_without(relationship, refusal, alice):
    invalid = ("RelationshipMirrorInvalid", NOBODY)
    assert refusal(relationship.changeMirror, NOBODY, {"from": alice}) == invalid


def test_a_suspended_member_is_no_mirror(alliance, relationship, refusal, founders, alice):
    lead, hospital, hospital_b, clinic = founders
    alliance.stand(hospital, SUSPEND, [lead, hospital_b, clinic])
    invalid = ("RelationshipMirrorInvalid", hospital)
    assert refusal(relationship.changeMirror, hospital.address, {"from": alice}) == invalid


def test_a_mirror_that_left_is_still_named(alliance, relationship, founders):
    lead, *others = founders
    alliance.stand(lead, SUSPEND, others)
    assert relationship.parties()[2] == lead
