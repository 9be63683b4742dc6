"""`requireIncluded`: a leaf at its place in a batch of the institution, and nothing else (P80)."""

import pytest

from tests.alliance import DAY, NOBODY, SUSPEND, at_least, now
from tests.functional.relationship.batch import Tree, node
from tests.signing import ZERO, digest

HEIGHT = 32


def climbed(leaf, place, path):
    """The root that a path leads to, worked out independently."""
    for level, sibling in enumerate(path):
        right = (place >> level) & 1
        leaf = node(sibling, leaf) if right else node(leaf, sibling)
    return leaf


@pytest.mark.parametrize("place", [0, 1, 2])
def test_each_leaf_is_included_as_of_the_time_of_its_batch(batches, tree, anchored, clinic, place):
    batch, anchored_at = anchored(), now()
    at_least(DAY)
    given = (clinic, batch, tree.leaves[place], place, tree.path(place))
    assert batches.requireIncluded(*given) == anchored_at


def test_a_batch_of_one_leaf_is_that_leaf(batches, anchored, clinic):
    lonely = digest("lonely leaf")
    batch = anchored(root=lonely, size=1)
    assert batches.requireIncluded(clinic, batch, lonely, 0, []) == now()


def test_a_leaf_stays_included_when_its_institution_is_suspended(
    alliance, batches, tree, anchored, founders, clinic
):
    batch, anchored_at = anchored(), now()
    alliance.stand(clinic, SUSPEND, founders[:3])
    given = (clinic, batch, tree.leaves[0], 0, tree.path(0))
    assert batches.requireIncluded(*given) == anchored_at


@pytest.fixture
def refused(batches, refusal, clinic):
    """See that a leaf is not in a batch of the clinic's."""

    def refused(batch, leaf, place, path, house=clinic):
        call = (house, batch, leaf, place, path, {"from": clinic})
        invalid = ("BatchLeafInvalid", batch, getattr(house, "address", house))
        assert refusal(batches.requireIncluded, *call) == invalid

    return refused


def test_a_leaf_has_one_place(tree, anchored, refused):
    batch = anchored()
    for place in (1, 2):
        refused(batch, tree.leaves[0], place, tree.path(0))


def test_a_leaf_has_one_path(tree, anchored, refused):
    batch, (first, second) = anchored(), tree.path(0)
    for path in ((second, first), (first,), (second,), (), (digest("other"), second)):
        refused(batch, tree.leaves[0], 0, path)


def test_another_leaf_is_not_included(tree, anchored, refused):
    refused(anchored(), digest("another leaf"), 0, tree.path(0))


@pytest.mark.parametrize("place", [4, 5, 6, 8, 2**32, 2**64 - 4])
def test_a_place_beyond_the_path_is_no_second_name(tree, anchored, refused, place):
    """Its low bits are those of a leaf that is there: only its height tells them apart."""
    low = place & 3
    leaf = (*tree.leaves, ZERO)[low]
    refused(anchored(size=2**32 - 1), leaf, place, tree.path(low))


@pytest.mark.parametrize("place", [2, 3])
def test_the_last_place_is_before_the_size(batches, tree, anchored, refused, clinic, place):
    """What fills a tree up is not a leaf: a larger batch with the same root would have it."""
    leaf, path = (*tree.leaves, ZERO)[place], tree.path(place)
    refused(anchored(size=place), leaf, place, path)
    batch = anchored(size=place + 1)
    assert batches.requireIncluded(clinic, batch, leaf, place, path) == now()


@pytest.mark.parametrize("place", [0, 5, 2**32 - 2])
def test_the_longest_path_has_32_steps(batches, anchored, clinic, place):
    leaf, path = digest("deep leaf"), [digest(f"sibling {level}") for level in range(HEIGHT)]
    batch = anchored(root=climbed(leaf, place, path), size=2**32 - 1)
    assert batches.requireIncluded(clinic, batch, leaf, place, path) == now()


def test_a_longer_path_leads_nowhere(anchored, refused):
    leaf, path = digest("deep leaf"), [digest(f"sibling {level}") for level in range(HEIGHT + 1)]
    refused(anchored(root=climbed(leaf, 5, path), size=2**32 - 1), leaf, 5, path)


def test_the_order_of_two_leaves_counts(batches, anchored, refused, clinic):
    left, right = digest("leaf 0"), digest("leaf 1")
    batch = anchored(root=Tree((left, right)).root, size=2)
    refused(batch, right, 0, [left])
    assert batches.requireIncluded(clinic, batch, right, 1, [left]) == now()


@pytest.mark.parametrize("house", ["hospital", "lead", "mallory", "alice"])
def test_a_leaf_is_of_one_institution(tree, anchored, refused, request, house):
    other = request.getfixturevalue(house)
    refused(anchored(), tree.leaves[0], 0, tree.path(0), house=other)


def test_a_leaf_is_of_one_batch(batches, tree, anchored, refused, clinic):
    first, second = anchored(), anchored(root=digest("another root"))
    refused(second, tree.leaves[0], 0, tree.path(0))
    batches.requireIncluded(clinic, first, tree.leaves[0], 0, tree.path(0))


@pytest.mark.parametrize("batch", [0, 2, 2**256 - 1])
def test_nothing_is_in_a_batch_that_is_not(tree, anchored, refused, batch):
    anchored()
    refused(batch, tree.leaves[0], 0, tree.path(0))
    refused(batch, ZERO, 0, [], house=NOBODY)
