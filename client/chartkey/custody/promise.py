"""What a custodian promises for a receipt, and how its reader checks it (P10, T33).

Both sides compute the logged entry here: a promise about any other receipt is refused.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from chartkey.custody.log import leaf_of
from chartkey.custody.statements import Promise, ReadingReceipt, Signed
from chartkey.errors import ReceiptInvalid, SignatureInvalid

if TYPE_CHECKING:
    from chartkey.crypto.keyfile import Keys
    from chartkey.custody.log import Position

__all__ = ["check_promise", "log_entry", "make_promise"]

_CLOCK_SKEW = 300


def log_entry(receipt: Signed[ReadingReceipt]) -> bytes:
    """Return a receipt as the log holds it: one line of JSON, keys sorted. Never raises."""
    return json.dumps(receipt.as_dict(), sort_keys=True).encode()


def make_promise(
    receipt: ReadingReceipt, position: Position, keys: Keys, chain_id: int
) -> Signed[Promise]:
    """Return the custodian's signed word that a receipt stands at a position of its log.

    Raises:
        SignatureInvalid: the receipt's relationship is malformed.
    """
    said = Promise(
        relationship=receipt.relationship,
        custodian=keys.address,
        receipt=position.leaf,
        index=position.index,
        root=position.root,
        promised_at=int(time.time()),
    )
    return said.sign(keys, chain_id)


def check_promise(
    promised: Signed[Promise], receipt: Signed[ReadingReceipt], chain_id: int
) -> None:
    """Check that the custodian named in a receipt promised, just now, to have logged exactly it.

    Raises:
        ReceiptInvalid: it is not signed by that custodian, is about another receipt or another
            time, or contradicts itself.
    """
    try:
        said = promised.check(chain_id)
    except SignatureInvalid as err:
        raise ReceiptInvalid(problem="the custodian's promise is not signed by it") from err
    asked, leaf = receipt.statement, leaf_of(log_entry(receipt))
    about = (said.custodian, said.relationship, said.receipt)
    if about != (asked.custodian, asked.relationship, leaf):
        raise ReceiptInvalid(problem="the custodian's promise is about something else")
    if abs(time.time() - said.promised_at) > _CLOCK_SKEW:
        raise ReceiptInvalid(problem="the custodian's promise is of another time")
    # A log of one entry is that entry; of longer ones an audit path tells.
    if said.index == 0 and said.root != leaf:
        raise ReceiptInvalid(problem="the custodian's promise contradicts itself")
