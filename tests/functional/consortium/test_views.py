"""Lists come in pages; unknown things are empty."""

import pytest

from tests.alliance import NOBODY
from tests.signing import digest


@pytest.mark.parametrize(
    ("offset", "limit", "expected"),
    [(0, 9, slice(0, 4)), (1, 2, slice(1, 3)), (3, 1, slice(3, 4)), (4, 1, []), (9, 9, [])],
)
def test_members_come_in_pages(consortium, founders, offset, limit, expected):
    page = founders[expected] if isinstance(expected, slice) else expected
    assert list(consortium.members(offset, limit)) == page


def test_a_page_of_nothing_is_empty(consortium):
    assert len(consortium.members(0, 0)) == 0


def test_seats_count_from_one_and_strangers_have_none(consortium, founders, mallory):
    assert [consortium.seatOf(house) for house in founders] == [1, 2, 3, 4]
    assert consortium.seatOf(mallory) == 0


def test_what_is_unknown_is_empty(consortium, mallory):
    assert consortium.memberOf(mallory)["standing"] == 0
    assert consortium.proposalOf(99)["proposer"] == NOBODY
    assert not consortium.isProfileOf(digest("unknown"), 0)
    assert not consortium.isProfileOf(bytes(32), 0)
    assert not consortium.isRegulator(mallory)
