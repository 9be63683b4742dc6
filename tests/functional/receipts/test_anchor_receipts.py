"""`anchorReceipts`: whoever may hold receipts, always; a log only grows (P10, P41, T33)."""

import pytest

from tests.alliance import HOUR, at_least, now, told
from tests.signing import ZERO, digest

ROOT, OTHER = digest("root of 3 receipts"), digest("another root")
LARGEST = 2**64 - 1


@pytest.fixture
def anchored(receipts, clinic):
    """The clinic's log of three receipts, anchored."""
    receipts.anchorReceipts(3, ROOT, {"from": clinic})
    return receipts


def test_p10_a_root_is_told_and_stored(receipts, clinic):
    tx = receipts.anchorReceipts(3, ROOT, {"from": clinic})
    event = {"custodian": clinic, "anchors": 1, "size": 3, "root": ROOT}
    assert told(tx) == [("ReceiptsAnchored", event)]
    root, *rest = receipts.logOf(clinic)
    assert (bytes(root), rest) == (ROOT, [3, tx.timestamp, 1])


def test_p10_the_same_root_again_shows_that_the_log_lives(anchored, clinic):
    at_least(HOUR)
    tx = anchored.anchorReceipts(3, ROOT, {"from": clinic})
    event = {"custodian": clinic, "anchors": 2, "size": 3, "root": ROOT}
    assert told(tx) == [("ReceiptsAnchored", event)]
    assert anchored.logOf(clinic)[1:] == (3, now(), 2)


def test_a_log_grows(anchored, clinic):
    at_least(HOUR)
    anchored.anchorReceipts(4, OTHER, {"from": clinic})
    root, *rest = anchored.logOf(clinic)
    assert (bytes(root), rest) == (OTHER, [4, now(), 2])


def test_a_log_grows_to_the_largest_number_and_stays_there(anchored, refusal, clinic):
    anchored.anchorReceipts(LARGEST, OTHER, {"from": clinic})
    anchored.anchorReceipts(LARGEST, OTHER, {"from": clinic})
    assert anchored.logOf(clinic)[1::2] == (LARGEST, 3)
    rewritten = ("ReceiptsRewritten", LARGEST, LARGEST)
    assert refusal(anchored.anchorReceipts, LARGEST, ROOT, {"from": clinic}) == rewritten


@pytest.mark.parametrize("size", [0, 2])
@pytest.mark.parametrize("root", [ROOT, OTHER])
def test_t33_a_log_never_shrinks(anchored, refusal, clinic, size, root):
    rewritten = ("ReceiptsRewritten", size, 3)
    assert refusal(anchored.anchorReceipts, size, root, {"from": clinic}) == rewritten


@pytest.mark.parametrize("root", [OTHER, ZERO])
def test_t33_no_receipt_is_exchanged_for_another(anchored, refusal, clinic, root):
    rewritten = ("ReceiptsRewritten", 3, 3)
    assert refusal(anchored.anchorReceipts, 3, root, {"from": clinic}) == rewritten


def test_an_empty_log_is_anchored_too(receipts, clinic):
    receipts.anchorReceipts(0, ZERO, {"from": clinic})
    root, *rest = receipts.logOf(clinic)
    assert (bytes(root), rest) == (ZERO, [0, now(), 1])


def test_an_empty_log_has_no_root(receipts, refusal, clinic):
    rewritten = ("ReceiptsRewritten", 0, 0)
    assert refusal(receipts.anchorReceipts, 0, ROOT, {"from": clinic}) == rewritten


def test_each_custodian_has_its_own_log(anchored, clinic, lead):
    anchored.anchorReceipts(1, OTHER, {"from": lead})
    assert [anchored.logOf(house)[1::2] for house in (clinic, lead)] == [(3, 1), (1, 1)]
    assert bytes(anchored.logOf(clinic)[0]) == ROOT


@pytest.mark.parametrize("who", ["newcomer", "regulator", "dr_wang", "alice", "relay", "mallory"])
def test_who_never_had_a_seat_keeps_no_log(receipts, refusal, request, who):
    account = request.getfixturevalue(who)
    denied = ("CallerNotInstitution", account)
    assert refusal(receipts.anchorReceipts, 3, ROOT, {"from": account}) == denied


def test_p41_nothing_blocks_a_first_root(receipts, out_of_action):
    receipts.anchorReceipts(3, ROOT, {"from": out_of_action})
    assert bytes(receipts.logOf(out_of_action)[0]) == ROOT


def test_p41_nothing_blocks_the_next_root(anchored, out_of_action):
    anchored.anchorReceipts(4, OTHER, {"from": out_of_action})
    assert anchored.logOf(out_of_action)[1::2] == (4, 2)


def test_t33_whoever_is_out_of_action_rewrites_nothing(anchored, refusal, out_of_action):
    rewritten = ("ReceiptsRewritten", 2, 3)
    assert refusal(anchored.anchorReceipts, 2, ROOT, {"from": out_of_action}) == rewritten


def test_a_root_can_be_relayed(alliance, receipts, clinic, relay):
    alliance.relay(relay, clinic, receipts.anchorReceipts, 3, ROOT)
    assert bytes(receipts.logOf(clinic)[0]) == ROOT


def test_a_relaying_member_anchors_nothing_of_its_own(alliance, receipts, clinic, lead):
    alliance.relay(lead, clinic, receipts.anchorReceipts, 3, ROOT)
    assert receipts.logOf(lead) == ("0x" + ZERO.hex(), 0, 0, 0)
