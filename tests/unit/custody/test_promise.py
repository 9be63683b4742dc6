"""A custodian's promise is about the very receipt, or it is refused (P10, T33)."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from chartkey.custody.log import Position, ReceiptLog, leaf_of, verify_inclusion
from chartkey.custody.promise import check_promise, log_entry, make_promise
from chartkey.custody.statements import Promise, ReadingReceipt, Signed
from chartkey.errors import ReceiptInvalid

from tests.unit.custody.conftest import CHAIN, HOUSE


@pytest.fixture
def promised(signed: Signed[ReadingReceipt], house: Any, tmp_path: Path) -> Signed[Promise]:
    log = ReceiptLog(tmp_path / "receipts.log")
    log.append(b"an earlier one")
    position = log.append(log_entry(signed))
    return make_promise(signed.statement, position, house, CHAIN)


def resigned(promised: Signed[Promise], house: Any, **changed: Any) -> Signed[Promise]:
    return replace(promised.statement, **changed).sign(house, CHAIN)


def test_an_honest_promise_passes(
    promised: Signed[Promise], signed: Signed[ReadingReceipt]
) -> None:
    check_promise(promised, signed, CHAIN)


def test_an_entry_is_the_receipt_with_its_signature_keys_sorted(
    signed: Signed[ReadingReceipt],
) -> None:
    said = signed.statement
    fields = {
        "relationship": said.relationship,
        "reader": said.reader,
        "affiliation": "0x" + said.affiliation.hex(),
        "grant": "0x" + said.grant.hex(),
        "records": ["0x" + record.hex() for record in said.records],
        "custodian": said.custodian,
        "signed_at": said.signed_at,
        "signature": "0x" + signed.signature.hex(),
    }
    entry = json.dumps(dict(sorted(fields.items()))).encode()
    assert log_entry(signed) == entry
    assert leaf_of(entry) == sha256(b"\0" + entry).digest()


@pytest.mark.parametrize("field", ["receipt", "custodian", "relationship"])
def test_a_promise_about_something_else_is_refused(
    promised: Signed[Promise], signed: Signed[ReadingReceipt], house: Any, field: str
) -> None:
    changed = {field: b"x" * 32 if field == "receipt" else HOUSE}
    with pytest.raises(ReceiptInvalid):
        check_promise(resigned(promised, house, **changed), signed, CHAIN)


def test_a_promise_about_the_same_words_with_another_signature_is_refused(
    promised: Signed[Promise], signed: Signed[ReadingReceipt]
) -> None:
    other = Signed(signed.statement, signed.signature[:-1] + b"\0")
    with pytest.raises(ReceiptInvalid):
        check_promise(promised, other, CHAIN)


def test_a_promise_that_somebody_else_signed_is_refused(
    promised: Signed[Promise], signed: Signed[ReadingReceipt], reader: Any
) -> None:
    with pytest.raises(ReceiptInvalid) as refused:
        check_promise(resigned(promised, reader), signed, CHAIN)
    assert "not signed" in str(refused.value)


def test_another_custodians_promise_is_refused(
    promised: Signed[Promise], signed: Signed[ReadingReceipt], reader: Any
) -> None:
    own = replace(promised.statement, custodian=reader.address).sign(reader, CHAIN)
    with pytest.raises(ReceiptInvalid) as refused:
        check_promise(own, signed, CHAIN)
    assert "something else" in str(refused.value)


@pytest.mark.parametrize("seconds", [-400, 400])
def test_a_promise_of_another_time_is_refused(
    promised: Signed[Promise], signed: Signed[ReadingReceipt], house: Any, seconds: int
) -> None:
    moved = resigned(promised, house, promised_at=int(time.time()) + seconds)
    with pytest.raises(ReceiptInvalid):
        check_promise(moved, signed, CHAIN)


@pytest.mark.parametrize("seconds", [-200, 200])
def test_clocks_may_differ_by_minutes(
    promised: Signed[Promise], signed: Signed[ReadingReceipt], house: Any, seconds: int
) -> None:
    check_promise(resigned(promised, house, promised_at=int(time.time()) + seconds), signed, CHAIN)


def test_a_first_entry_is_its_own_root(
    signed: Signed[ReadingReceipt], house: Any, tmp_path: Path
) -> None:
    position = ReceiptLog(tmp_path / "receipts.log").append(log_entry(signed))
    check_promise(make_promise(signed.statement, position, house, CHAIN), signed, CHAIN)
    wrong = Position(0, position.leaf, b"x" * 32)
    with pytest.raises(ReceiptInvalid):
        check_promise(make_promise(signed.statement, wrong, house, CHAIN), signed, CHAIN)


def test_T33_a_promised_receipt_that_is_missing_is_proven_offline(
    promised: Signed[Promise], signed: Signed[ReadingReceipt], tmp_path: Path
) -> None:
    """With the promise, and a log that the custodian shows, whoever looks sees that it lied."""
    shown = ReceiptLog(tmp_path / "shown.log")
    for entry in (b"an earlier one", b"another reader's", b"a later one"):
        shown.append(entry)
    said = promised.check(CHAIN)
    assert said.receipt == leaf_of(log_entry(signed))
    size = said.index + 1
    assert shown.root(size) != said.root
    with pytest.raises(ReceiptInvalid):
        verify_inclusion(
            said.receipt, said.index, size, shown.prove(said.index, size), shown.root(size)
        )
