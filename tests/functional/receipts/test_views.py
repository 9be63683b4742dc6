"""`logOf`: a custodian's newest root, zero when there is none (P10)."""

from tests.alliance import NOBODY
from tests.signing import ZERO, digest


def test_who_anchored_nothing_has_an_empty_log(receipts, clinic):
    for account in (clinic, NOBODY):
        root, *rest = receipts.logOf(account)
        assert (bytes(root), rest) == (ZERO, [0, 0, 0])


def test_the_newest_root_is_named_and_its_fields(receipts, clinic):
    receipts.anchorReceipts(1, digest("first"), {"from": clinic})
    tx = receipts.anchorReceipts(2, digest("second"), {"from": clinic})
    newest = {"root": "0x" + digest("second").hex(), "size": 2}
    newest |= {"anchoredAt": tx.timestamp, "anchors": 2}
    assert receipts.logOf(clinic).dict() == newest
