"""The contract, a batch of three leaves, and who may not anchor any."""

import pytest

from tests.alliance import DAY, SUSPEND, now
from tests.functional.relationship.batch import Tree
from tests.live import once
from tests.signing import digest

MANIFEST = digest("encrypted manifest")


@pytest.fixture(scope=once("session"))
def batches(alliance):
    """The contract."""
    return alliance.contracts["Batches"]


@pytest.fixture(scope=once("session"))
def tree():
    """Three leaves, filled up to four."""
    return Tree(tuple(digest(f"leaf {place}") for place in range(3)))


@pytest.fixture
def anchored(batches, tree, clinic):
    """Let the clinic anchor a root, by default the tree's; return the batch's number."""

    def anchored(root=tree.root, size=3):
        batches.anchorBatch(size, root, MANIFEST, {"from": clinic})
        return batches.batchCount()

    return anchored


@pytest.fixture
def suspended(alliance, founders):
    """The clinic, suspended."""
    alliance.stand(founders[3], SUSPEND, founders[:3])
    return founders[3]


@pytest.fixture
def stopped(alliance, consortium, founders):
    """The clinic, while an emergency stop holds for everybody."""
    proposed = consortium.proposeStop(DAY, now() + DAY, {"from": founders[0]})
    alliance.carry(proposed, founders[:3])
    return founders[3]
