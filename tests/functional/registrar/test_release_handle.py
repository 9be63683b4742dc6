"""`releaseHandle`: an identifier was replaced, or was another person's (R01)."""

import pytest

from tests.alliance import HANDLE, NOBODY, told
from tests.functional.registrar.replacement import merge
from tests.signing import ZERO, digest


@pytest.fixture
def handle(alice):
    """Alice's at the clinic."""
    return digest("handle", alice.address)


def test_a_release_is_told_and_the_handle_leads_nowhere(registrar, handle, clinic):
    tx = registrar.releaseHandle(handle, {"from": clinic})
    assert told(tx) == [("HandleReleased", {"institution": clinic, "handle": handle})]
    assert registrar.accountOf(clinic, handle) == NOBODY
    assert registrar.summaryOfHandle(clinic, handle) == NOBODY


def test_a_released_handle_is_bound_again(registrar, handle, bob, clinic):
    registrar.releaseHandle(handle, {"from": clinic})
    registrar.bindHandle(handle, bob, {"from": clinic})
    assert registrar.accountOf(clinic, handle) == bob


def test_other_handles_of_the_person_stay(registrar, handle, alice, clinic):
    registrar.bindHandle(HANDLE, alice, {"from": clinic})
    registrar.releaseHandle(handle, {"from": clinic})
    assert registrar.accountOf(clinic, HANDLE) == alice


def test_t17_an_institution_releases_its_own_and_no_others(
    registrar, handle, alice, bob, clinic, hospital
):
    registrar.bindHandle(handle, bob, {"from": hospital})
    registrar.releaseHandle(handle, {"from": hospital})
    assert registrar.accountOf(clinic, handle) == alice
    assert registrar.accountOf(hospital, handle) == NOBODY


def test_a_handle_of_who_was_replaced_is_released(alliance, registrar, handle, alice, bob, clinic):
    merge(alliance, clinic, alice, bob)
    registrar.releaseHandle(handle, {"from": clinic})
    assert registrar.accountOf(clinic, handle) == NOBODY


def test_releasing_can_be_relayed(alliance, registrar, handle, clinic, relay):
    tx = alliance.relay(relay, clinic, registrar.releaseHandle, handle)
    assert tx.events["HandleReleased"]["institution"] == clinic
    assert registrar.accountOf(clinic, handle) == NOBODY


def test_only_an_active_institution_releases(registrar, refusal, handle, no_institution):
    denied = ("RegistrarNotInstitution", no_institution)
    assert refusal(registrar.releaseHandle, handle, {"from": no_institution}) == denied


def test_a_handle_of_another_institution_is_unknown(registrar, refusal, handle, hospital):
    unknown = ("RegistrarHandleUnknown", handle)
    assert refusal(registrar.releaseHandle, handle, {"from": hospital}) == unknown


def test_what_is_not_bound_is_not_released(registrar, refusal, handle, clinic):
    registrar.releaseHandle(handle, {"from": clinic})
    for unbound in (handle, ZERO, digest("never bound")):
        unknown = ("RegistrarHandleUnknown", unbound)
        assert refusal(registrar.releaseHandle, unbound, {"from": clinic}) == unknown
