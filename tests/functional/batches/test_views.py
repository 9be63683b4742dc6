"""What everyone may ask of batches."""

from tests.alliance import NOBODY, told
from tests.signing import ZERO


def test_at_first_there_is_no_batch(batches):
    assert batches.batchCount() == 0


def test_p50_the_first_number_is_told_when_the_contract_is_made(batches):
    assert told(batches.tx) == [("BatchesOpened", {"next": 1})]


def test_what_is_unknown_is_empty(batches, anchored):
    last = anchored()
    for number in (0, last + 1):
        institution, anchored_at, size, root = batches.batchOf(number)
        assert (institution, anchored_at, size, bytes(root)) == (NOBODY, 0, 0, ZERO)
