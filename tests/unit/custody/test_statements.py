"""What people and custodians sign: one spelling, one signer, one place (T10)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from chartkey.custody.statements import Inquiry, ReadingReceipt, Signed, fits
from chartkey.errors import SignatureInvalid

from tests.unit.custody.conftest import CHAIN, HOUSE, RELATIONSHIP


def test_a_signed_statement_is_its_signers(signed: Signed[ReadingReceipt]) -> None:
    assert signed.check(CHAIN) is signed.statement


def test_T09_a_statement_means_nothing_on_another_chain(signed: Signed[ReadingReceipt]) -> None:
    with pytest.raises(SignatureInvalid):
        signed.check(CHAIN + 1)


@pytest.mark.parametrize(
    "changed",
    [
        {"relationship": HOUSE},
        {"reader": HOUSE},
        {"affiliation": b"\1" * 32},
        {"grant": b"h" * 16},
        {"records": (b"q" * 32,)},
        {"records": (b"r" * 32, b"q" * 32)},
        {"custodian": HOUSE},
        {"signed_at": 1},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_every_field_is_signed(signed: Signed[ReadingReceipt], changed: dict[str, Any]) -> None:
    with pytest.raises(SignatureInvalid):
        Signed(replace(signed.statement, **changed), signed.signature).check(CHAIN)


@pytest.mark.parametrize(
    "respelt",
    [
        {"relationship": RELATIONSHIP.lower()},
        {"custodian": "lower"},
        {"grant": b"g" * 15},
        {"records": [b"r" * 32]},
        {"records": (b"r" * 31,)},
        {"affiliation": b""},
        {"signed_at": True},
    ],
    ids=lambda respelt: next(iter(respelt)),
)
def test_a_field_has_one_spelling_although_another_has_the_same_hash(
    receipt: ReadingReceipt, reader: Any, respelt: dict[str, Any]
) -> None:
    if respelt.get("custodian"):
        respelt = {"custodian": receipt.custodian.lower()}
    if respelt.get("grant"):
        receipt = replace(receipt, grant=b"g" * 15 + b"\0")
    if respelt.get("records") == (b"r" * 31,):
        receipt = replace(receipt, records=(b"r" * 31 + b"\0",))
    if "signed_at" in respelt:
        receipt = replace(receipt, signed_at=1)
    signature = receipt.sign(reader, CHAIN).signature
    with pytest.raises(SignatureInvalid):
        Signed(replace(receipt, **respelt), signature).check(CHAIN)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (RELATIONSHIP, "address"),
        (b"\0" * 32, "bytes32"),
        (b"", "bytes0"),
        ((), "bytes32[]"),
        ((b"a" * 32, b"b" * 32), "bytes32[]"),
        (0, "uint48"),
        ((1 << 48) - 1, "uint48"),
        ("x" * 64, "string"),
    ],
)
def test_what_is_of_a_type_fits(value: Any, kind: str) -> None:
    assert fits(value, kind)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (RELATIONSHIP.lower(), "address"),
        (RELATIONSHIP[:-1], "address"),
        (7, "address"),
        (bytes(20), "address"),
        (b"\0" * 31, "bytes32"),
        (b"\0" * 33, "bytes32"),
        ("0" * 32, "bytes32"),
        (bytearray(32), "bytes32"),
        ([b"a" * 32], "bytes32[]"),
        ((b"a",), "bytes32[]"),
        (-1, "uint48"),
        (1 << 48, "uint48"),
        (1.0, "uint48"),
        (True, "uint48"),
        ("x" * 65, "string"),
        (b"x", "string"),
    ],
)
def test_what_is_of_no_type_or_another_does_not(value: Any, kind: str) -> None:
    assert not fits(value, kind)


def test_a_statement_is_written_as_json_with_its_signature(signed: Signed[ReadingReceipt]) -> None:
    written = json.loads(json.dumps(signed.as_dict()))
    assert written["records"] == ["0x" + b"r".hex() * 32]
    assert written["reader"] == signed.statement.reader
    assert written["signature"] == "0x" + signed.signature.hex()
    assert written["signed_at"] == signed.statement.signed_at


def test_an_inquiry_is_its_accounts(reader: Any) -> None:
    inquiry = Inquiry(RELATIONSHIP, reader.address, HOUSE, "drafts", bytes(32), 1)
    assert inquiry.sign(reader, CHAIN).check(CHAIN).signer == reader.address
    with pytest.raises(SignatureInvalid):
        replace(inquiry, account=HOUSE).sign(reader, CHAIN).check(CHAIN)
