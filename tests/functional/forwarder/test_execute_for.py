"""`executeFor`: a guardian signs, the ward acts, and the event tells of both (R07, P22)."""

import pytest

from tests.alliance import DAY, HOUR, NOBODY, PATIENT, at, now, told
from tests.functional.registrar.replacement import merge
from tests.live import once
from tests.signing import Domain, digest, malleated

MINOR, DECEASED = 1, 3
YEAR = 365 * DAY


@pytest.fixture(scope=once("session"))
def guardianship(alliance):
    """Whom the forwarder asks."""
    return alliance.contracts["Guardianship"]


@pytest.fixture
def appoint(guardianship, clinic, hospital):
    """Appoint a guardian by two institutions; return when the mandate holds."""

    def appoint(ward, guardian, basis=MINOR, ends_at=None):
        terms = (ward, guardian, basis, ends_at or now() + YEAR, digest("papers"))
        guardianship.appoint(*terms, {"from": clinic})
        guardianship.confirm(*terms, {"from": hospital})
        return guardianship.mandateOf(ward, guardian)["startsAt"]

    return appoint


@pytest.fixture
def acting(appoint, alice, bob):
    """Bob, who acts for Alice."""
    at(appoint(alice, bob))
    return bob


@pytest.fixture
def signed(alliance, alice, bob):
    """Return the arguments of `executeFor`: a call of Alice's that Bob signed."""

    def signed(call, *given, ward=alice, **changes):
        request = alliance.request(ward, call, *given, **changes)
        _, signature = alliance.forwarded(bob, request)
        return request, bob, signature

    return signed


def test_a_guardian_grants_and_is_told_as_the_signer(
    forwarder, signed, acting, relationship, grant, alice, relay
):
    forward = signed(relationship.grantAccess, grant.terms)
    tx = forwarder.executeFor(*forward, {"from": relay})
    forwarded = {"from": alice, "to": relationship.address, "relay": relay}
    forwarded |= {"signer": acting, "nonce": forward[0][2]}
    first, second = told(tx)
    assert first == ("CallForwarded", forwarded)
    assert second[0] == "AccessGranted"
    assert relationship.isGrantLive(grant.id)


def test_a_guardian_accepts(alliance, forwarder, signed, acting, alice, hospital, lead, relay):
    proposed = alliance.propose(hospital, alice, hospital, lead)
    tx = forwarder.executeFor(*signed(proposed.accept), {"from": relay})
    assert told(tx)[1] == ("StatusChanged", {"by": alice, "status": 2})


def test_a_guardian_confirms_a_record(forwarder, signed, acting, relationship, draft, relay):
    unsigned = (draft.authored, draft.confirmation, b"")
    forwarder.executeFor(*signed(relationship.anchor, *unsigned), {"from": relay})
    assert bytes(relationship.recordOf(draft.record)[0]) == draft.root


def test_a_guardian_has_no_rights_of_a_wards_by_itself(acting, relationship, draft, grant, refusal):
    denied = ("RelationshipNotOwner", acting)
    unsigned = (draft.authored, draft.confirmation, b"")
    assert refusal(relationship.anchor, *unsigned, {"from": acting}) == denied
    assert refusal(relationship.grantAccess, grant.terms, {"from": acting}) == denied


def test_what_the_target_returns_is_returned(forwarder, signed, acting, registrar, alice, relay):
    forward = signed(registrar.summaryOf, alice)
    result = forwarder.executeFor.call(*forward, {"from": relay})
    assert int(str(result), 16) == int(registrar.summaryOf(alice), 16)


def test_the_error_of_the_target_is_passed_on(
    forwarder, signed, acting, relationship, refusal, grant, alice, relay
):
    relationship.end({"from": alice})
    ended = ("RelationshipStatusInvalid", 4)
    forward = signed(relationship.grantAccess, grant.terms)
    assert refusal(forwarder.executeFor, *forward, {"from": relay}) == ended


def test_a_guardian_acts_from_the_third_day_to_the_end(
    forwarder, signed, appoint, relationship, refusal, alice, bob, relay
):
    ends_at = now() + 30 * DAY
    starts_at = appoint(alice, bob, ends_at=ends_at)
    forward = signed(relationship.end, deadline=ends_at + DAY)
    denied = ("ForwarderGuardianInvalid", alice, bob)
    for moment in (starts_at, ends_at - 1):
        at(moment)
        forwarder.executeFor.call(*forward, {"from": relay})
    at(ends_at)
    assert refusal(forwarder.executeFor, *forward, {"from": relay}) == denied


def test_a_guardian_does_not_act_within_three_days(
    forwarder, signed, appoint, relationship, refusal, alice, bob, relay
):
    starts_at = appoint(alice, bob)
    forward = signed(relationship.end, deadline=starts_at + DAY)
    at(starts_at - 1)
    denied = ("ForwarderGuardianInvalid", alice, bob)
    assert refusal(forwarder.executeFor, *forward, {"from": relay}) == denied


def test_a_revoked_guardian_does_not_act(
    forwarder, signed, acting, guardianship, relationship, refusal, alice, relay
):
    forward = signed(relationship.end)
    guardianship.revokeGuardian(alice, acting, {"from": alice})
    denied = ("ForwarderGuardianInvalid", alice, acting)
    assert refusal(forwarder.executeFor, *forward, {"from": relay}) == denied


def test_a_guardian_whose_account_was_replaced_does_not_act(
    alliance, forwarder, signed, acting, relationship, refusal, alice, carol, hospital, relay
):
    forward = signed(relationship.end)
    forwarder.executeFor.call(*forward, {"from": relay})
    alliance.register(carol, hospital, PATIENT)
    merge(alliance, hospital, acting, carol)
    denied = ("ForwarderGuardianInvalid", alice, acting)
    assert refusal(forwarder.executeFor, *forward, {"from": relay}) == denied


def test_the_next_of_kin_does_not_act(
    forwarder, signed, appoint, guardianship, relationship, refusal, alice, bob, relay
):
    at(appoint(alice, bob, DECEASED))
    assert guardianship.mayRead(alice, bob)
    denied = ("ForwarderGuardianInvalid", alice, bob)
    assert refusal(forwarder.executeFor, *signed(relationship.end), {"from": relay}) == denied


def test_nobody_acts_for_a_ward_without_a_mandate(
    alliance, forwarder, acting, relationship, refusal, alice, mallory, clinic, relay
):
    for other in (alice, mallory, clinic):
        forward, signature = alliance.forwarded(other, alliance.request(alice, relationship.end))
        denied = ("ForwarderGuardianInvalid", alice, other)
        assert refusal(forwarder.executeFor, forward, other, signature, {"from": relay}) == denied


def test_a_ward_does_not_act_for_its_guardian(
    alliance, forwarder, acting, relationship, refusal, alice, relay
):
    forward, signature = alliance.forwarded(alice, alliance.request(acting, relationship.end))
    denied = ("ForwarderGuardianInvalid", acting, alice)
    assert refusal(forwarder.executeFor, forward, alice, signature, {"from": relay}) == denied


def test_nobody_signs_in_a_guardians_name(
    alliance, forwarder, acting, relationship, refusal, alice, mallory, relay
):
    for by in (alice, mallory):
        forward, signature = alliance.forwarded(by, alliance.request(alice, relationship.end))
        invalid = ("ForwarderSignatureInvalid", acting)
        assert refusal(forwarder.executeFor, forward, acting, signature, {"from": relay}) == invalid


def test_what_a_guardian_signed_is_not_sent_as_the_wards_own(
    forwarder, signed, acting, relationship, refusal, alice, relay
):
    forward, _, signature = signed(relationship.end)
    invalid = ("ForwarderSignatureInvalid", alice)
    assert refusal(forwarder.execute, forward, signature, {"from": relay}) == invalid


def test_no_guardian_undoes_a_mandate_in_the_wards_name(
    forwarder, signed, acting, guardianship, refusal, alice, relay
):
    forward = signed(guardianship.revokeGuardian, alice, acting)
    denied = ("ForwarderGuardianInvalid", alice, acting)
    assert refusal(forwarder.executeFor, *forward, {"from": relay}) == denied


def test_t25_no_guardian_takes_an_account_over_in_the_wards_name(
    alliance, forwarder, signed, acting, refusal, alice, relay
):
    recovery, denied = alliance.contracts["Recovery"], ("ForwarderGuardianInvalid", alice, acting)
    given = {recovery.nameGuardians: (digest("circle"), 2, 3, DAY), recovery.vetoRecovery: (1,)}
    for function, arguments in given.items():
        forward = signed(function, *arguments)
        assert refusal(forwarder.executeFor, *forward, {"from": relay}) == denied


def test_the_target_is_a_contract_other_than_the_forwarder(
    forwarder, signed, acting, relationship, refusal, mallory, relay
):
    for to in (forwarder.address, mallory.address):
        forward = signed(relationship.end, to=to)
        invalid = ("ForwarderTargetInvalid", to)
        assert refusal(forwarder.executeFor, *forward, {"from": relay}) == invalid


def test_the_nonce_is_the_guardians(forwarder, signed, acting, relationship, alice, relay):
    forward = signed(relationship.rewrapRoot, 1, b"wrap", nonce=7)
    forwarder.executeFor(*forward, {"from": relay})
    assert forwarder.isNonceUsed(acting, 7)
    assert not forwarder.isNonceUsed(alice, 7)


def test_a_guardian_voids_its_own_message_in_flight(
    forwarder, signed, acting, relationship, refusal, alice, relay
):
    forward = signed(relationship.end, nonce=7)
    forwarder.cancel(7, {"from": alice})
    forwarder.executeFor.call(*forward, {"from": relay})
    forwarder.cancel(7, {"from": acting})
    used = ("ForwarderNonceUsed", acting, 7)
    assert refusal(forwarder.executeFor, *forward, {"from": relay}) == used


def test_t34_a_replayed_message_is_refused(
    forwarder, signed, acting, relationship, refusal, relay, mallory
):
    forward = signed(relationship.rewrapRoot, 1, b"wrap")
    forwarder.executeFor(*forward, {"from": relay})
    used = ("ForwarderNonceUsed", acting, forward[0][2])
    assert refusal(forwarder.executeFor, *forward, {"from": mallory}) == used


def test_t34_a_withheld_message_blocks_no_other(forwarder, signed, acting, relationship, relay):
    late, early = (signed(relationship.rewrapRoot, n, b"wrap", nonce=n) for n in (1, 2))
    forwarder.executeFor(*early, {"from": relay})
    forwarder.executeFor(*late, {"from": relay})
    assert all(forwarder.isNonceUsed(acting, nonce) for nonce in (1, 2))


def test_a_message_holds_until_its_deadline_and_not_after(
    forwarder, signed, acting, relationship, refusal, relay
):
    deadline = now() + HOUR
    forward = signed(relationship.end, deadline=deadline)
    at(deadline)
    forwarder.executeFor.call(*forward, {"from": relay})
    at(deadline + 1)
    passed = ("ForwarderDeadlinePassed", deadline)
    assert refusal(forwarder.executeFor, *forward, {"from": relay}) == passed


FIELDS = ["from", "to", "nonce", "deadline", "data"]
CHANGES = {
    "to": lambda value, registrar: registrar.address,
    "nonce": lambda value, registrar: value + 1,
    "deadline": lambda value, registrar: value + DAY,
    "data": lambda value, registrar: value + b"\0",
}


def test_a_message_changed_after_signing_is_refused(
    forwarder, signed, acting, registrar, relationship, refusal, mallory
):
    original, guardian, signature = signed(relationship.end)
    invalid = ("ForwarderSignatureInvalid", acting)
    for field, change in CHANGES.items():
        changed, place = list(original), FIELDS.index(field)
        changed[place] = change(original[place], registrar)
        call = (tuple(changed), guardian, signature, {"from": mallory})
        assert refusal(forwarder.executeFor, *call) == invalid, field


def test_a_message_for_one_ward_is_refused_for_another(
    alliance, forwarder, signed, acting, appoint, relationship, refusal, carol, clinic, mallory
):
    alliance.register(carol, clinic, PATIENT)
    at(appoint(carol, acting))
    original, guardian, signature = signed(relationship.end)
    changed = (carol.address, *original[1:])
    invalid = ("ForwarderSignatureInvalid", acting)
    call = (changed, guardian, signature, {"from": mallory})
    assert refusal(forwarder.executeFor, *call) == invalid


def test_t09_a_signature_for_another_domain_is_refused(
    alliance, forwarder, registrar, relationship, signed, acting, refusal, mallory
):
    right = {"name": "Chartkey Forwarder", "contract": forwarder.address}
    right["chain_id"] = alliance.chain_id
    wrong = {"name": "Chartkey", "contract": registrar.address, "chain_id": alliance.chain_id + 1}
    forward, guardian, _ = signed(relationship.end)
    invalid = ("ForwarderSignatureInvalid", acting)
    for field, value in wrong.items():
        signature = Domain(**(right | {field: value})).sign(acting, "ForwardRequest", forward)
        call = (forward, guardian, signature, {"from": mallory})
        assert refusal(forwarder.executeFor, *call) == invalid, field


def test_t10_the_high_s_twin_of_a_signature_is_refused(
    forwarder, signed, acting, relationship, refusal, mallory
):
    forward, guardian, signature = signed(relationship.end)
    twin = malleated(signature)
    invalid = ("ForwarderSignatureInvalid", acting)
    assert refusal(forwarder.executeFor, forward, guardian, twin, {"from": mallory}) == invalid


def test_t10_the_zero_address_is_nobodys_guardian(
    forwarder, signed, acting, relationship, refusal, alice, mallory
):
    forward, _, _ = signed(relationship.end)
    denied = ("ForwarderGuardianInvalid", alice, NOBODY)
    for signature in (b"", bytes(65)):
        call = (forward, NOBODY, signature, {"from": mallory})
        assert refusal(forwarder.executeFor, *call) == denied


def test_p41_a_stop_does_not_keep_a_guardian_from_revoking(
    alliance, forwarder, signed, acting, consortium, relationship, founders, grant, alice, relay
):
    relationship.grantAccess(grant.terms, {"from": alice})
    stop = consortium.proposeStop(DAY, now() + DAY, {"from": founders[0]})
    alliance.carry(stop, founders[:3])
    assert not consortium.isActive(founders[0])
    forwarder.executeFor(*signed(relationship.revokeAccess, grant.id), {"from": relay})
    assert not relationship.isGrantLive(grant.id)
