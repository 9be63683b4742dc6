"""`anchorBatch`: one root for many records, of an Active institution (R63, P80)."""

import pytest

from tests.alliance import now, told
from tests.signing import ZERO, digest

MANIFEST = digest("encrypted manifest")


def test_a_batch_is_told_and_stored(batches, tree, clinic):
    tx = batches.anchorBatch(3, tree.root, MANIFEST, {"from": clinic})
    anchored = {"batch": 1, "institution": clinic, "size": 3}
    anchored |= {"root": tree.root, "manifest": MANIFEST}
    assert told(tx) == [("BatchAnchored", anchored)]
    institution, anchored_at, size, root = batches.batchOf(1)
    assert (institution, anchored_at, size, bytes(root)) == (clinic, now(), 3, tree.root)
    assert batches.batchCount() == 1


def test_batches_are_numbered_whoever_anchors_them(batches, tree, clinic, hospital):
    for number, house in enumerate((clinic, hospital, clinic), 1):
        given = (number, tree.root, MANIFEST, {"from": house})
        assert batches.anchorBatch.call(*given) == number
        tx = batches.anchorBatch(*given)
        assert told(tx)[0][1]["batch"] == number
    assert batches.batchCount() == 3
    assert [batches.batchOf(n)[0] for n in (1, 2, 3)] == [clinic, hospital, clinic]
    assert [batches.batchOf(n)[2] for n in (1, 2, 3)] == [1, 2, 3]


def test_it_can_be_relayed(alliance, batches, tree, clinic, relay):
    alliance.relay(relay, clinic, batches.anchorBatch, 3, tree.root, MANIFEST)
    assert batches.batchOf(1)["institution"] == clinic


@pytest.mark.parametrize("who", ["mallory", "alice", "dr_wang", "newcomer", "suspended", "stopped"])
def test_only_an_active_institution_anchors_batches(batches, tree, refusal, request, who):
    account = request.getfixturevalue(who)
    denied = ("CallerNotInstitution", account)
    call = (3, tree.root, MANIFEST, {"from": account})
    assert refusal(batches.anchorBatch, *call) == denied


def test_a_batch_is_not_empty(batches, tree, refusal, clinic):
    empty = ("LengthInvalid", 0)
    assert refusal(batches.anchorBatch, 0, tree.root, MANIFEST, {"from": clinic}) == empty


def test_p80_a_batch_has_a_root(batches, refusal, clinic):
    """Zero is what a path leads to that is too long or too short."""
    rootless = ("BatchRootInvalid",)
    assert refusal(batches.anchorBatch, 3, ZERO, MANIFEST, {"from": clinic}) == rootless


@pytest.mark.parametrize("size", [1, 2**32 - 1])
def test_the_smallest_and_the_largest_batch_are_taken(batches, tree, clinic, size):
    batches.anchorBatch(size, tree.root, MANIFEST, {"from": clinic})
    assert batches.batchOf(1)["size"] == size


def test_nothing_is_anchored_over_an_earlier_batch(batches, anchored, tree, hospital):
    first = anchored()
    before = batches.batchOf(first)
    batches.anchorBatch(7, digest("another root"), MANIFEST, {"from": hospital})
    assert batches.batchOf(first) == before
