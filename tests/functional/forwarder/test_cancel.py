"""`cancel`: gives up one's own nonce; idempotent (P22)."""

from tests.alliance import told


def test_a_cancelled_nonce_is_told(forwarder, alice):
    tx = forwarder.cancel(7, {"from": alice})
    assert told(tx) == [("NonceCancelled", {"from": alice, "nonce": 7})]
    assert forwarder.isNonceUsed(alice, 7)


def test_a_cancelled_nonce_voids_the_message_in_flight(
    alliance, forwarder, refusal, relationship, alice, relay
):
    request = alliance.request(alice, relationship.end, nonce=7)
    forwarder.cancel(7, {"from": alice})
    used = ("ForwarderNonceUsed", alice, 7)
    signed = alliance.forwarded(alice, request)
    assert refusal(forwarder.execute, *signed, {"from": relay}) == used


def test_cancelling_again_says_nothing(forwarder, alice):
    forwarder.cancel(7, {"from": alice})
    assert told(forwarder.cancel(7, {"from": alice})) == []


def test_a_nonce_is_cancelled_for_its_owner_alone(forwarder, alice, mallory):
    forwarder.cancel(7, {"from": mallory})
    assert not forwarder.isNonceUsed(alice, 7)


def test_neighbouring_nonces_are_left_alone(forwarder, alice):
    forwarder.cancel(256, {"from": alice})
    used = [n for n in (0, 1, 255, 256, 257, 512) if forwarder.isNonceUsed(alice, n)]
    assert used == [256]


def test_nonces_of_one_word_are_used_one_by_one(forwarder, alice):
    nonces = [*range(256, 512, 32), 511, 2**256 - 1]
    for nonce in nonces:
        cancelled = {"from": alice, "nonce": nonce}
        assert told(forwarder.cancel(nonce, {"from": alice})) == [("NonceCancelled", cancelled)]
    assert all(forwarder.isNonceUsed(alice, nonce) for nonce in nonces)


def test_whoever_has_no_ether_voids_a_message_by_relaying_another_of_its_nonce(
    alliance, forwarder, refusal, registrar, relationship, alice, relay
):
    regretted = alliance.request(alice, relationship.end, nonce=7)
    harmless = alliance.request(alice, registrar.personOf, alice, nonce=7)
    forwarder.execute(*alliance.forwarded(alice, harmless), {"from": relay})
    used = ("ForwarderNonceUsed", alice, 7)
    signed = alliance.forwarded(alice, regretted)
    assert refusal(forwarder.execute, *signed, {"from": relay}) == used
