"""Headers, seals, receipts and blooms, against what Geth computed."""

from __future__ import annotations

from typing import Any

import pytest
from chartkey.chain.codec import Malformed
from chartkey.chain.header import Header
from chartkey.chain.proof import bloom_of, log_key, receipts_root

from tests.unit.chain.recorded import recorded

ROWS = recorded()
SEALERS = Header.parse(ROWS[0]["block"]).signers
NUMBERS = [int(row["block"]["number"], 16) for row in ROWS]
BUSY = [row for row in ROWS if row["receipts"]]
CHANGED = {
    "parentHash": "0x" + "11" * 32,
    "sha3Uncles": "0x" + "11" * 32,
    "miner": "0x" + "11" * 20,
    "stateRoot": "0x" + "11" * 32,
    "transactionsRoot": "0x" + "11" * 32,
    "receiptsRoot": "0x" + "11" * 32,
    "logsBloom": "0x" + "11" * 256,
    "difficulty": "0x1",
    "number": "0x9",
    "gasLimit": "0x9",
    "gasUsed": "0x9",
    "timestamp": "0x9",
    "mixHash": "0x" + "11" * 32,
    "nonce": "0x" + "11" * 8,
}


@pytest.mark.parametrize("row", ROWS, ids=NUMBERS)
def test_a_headers_hash_is_geths(row: dict[str, Any]) -> None:
    header = Header.parse(row["block"])
    assert "0x" + header.hash.hex() == row["block"]["hash"]


@pytest.mark.parametrize("row", ROWS[1:], ids=NUMBERS[1:])
def test_the_seal_is_that_of_whose_turn_it_was(row: dict[str, Any]) -> None:
    header = Header.parse(row["block"])
    assert len(SEALERS) == 3
    assert header.sealer == SEALERS[header.number % 3]
    assert header.difficulty == 2


def test_blocks_are_linked_by_computed_hashes() -> None:
    headers = [Header.parse(row["block"]) for row in ROWS[:4]]
    assert [h.parent for h in headers[1:]] == [h.hash for h in headers[:3]]


@pytest.mark.parametrize("name", CHANGED)
def test_a_changed_field_gives_another_hash_and_breaks_the_seal(name: str) -> None:
    block = ROWS[2]["block"] | {name: CHANGED[name]}
    changed = Header.parse(block)
    assert changed.hash != changed.claimed
    assert changed.sealer not in SEALERS


def test_the_first_block_has_no_seal() -> None:
    assert Header.parse(ROWS[0]["block"]).sealer is None


@pytest.mark.parametrize("extra", ["0x", "0x" + "00" * 96, "0x" + "ff" * 97])
def test_what_is_no_seal_has_no_sealer(extra: str) -> None:
    assert Header.parse(ROWS[1]["block"] | {"extraData": extra}).sealer is None


@pytest.mark.parametrize("block", [{}, ROWS[1]["block"] | {"number": None}, {"hash": 3}])
def test_what_is_no_header_is_malformed(block: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        Header.parse(block)


@pytest.mark.parametrize("row", ROWS, ids=NUMBERS)
def test_receipts_and_bloom_are_the_headers(row: dict[str, Any]) -> None:
    header = Header.parse(row["block"])
    assert receipts_root(row["receipts"]) == header.receipts_root
    assert bloom_of(log for one in row["receipts"] for log in one["logs"]) == header.bloom


@pytest.mark.parametrize("row", BUSY, ids=["block 8", "block 10"])
def test_every_dropped_log_shows_in_the_receipts_root(row: dict[str, Any]) -> None:
    """T24: whichever log a node leaves out."""
    root = Header.parse(row["block"]).receipts_root
    for i, receipt in enumerate(row["receipts"]):
        for j in range(len(receipt["logs"])):
            kept = receipt["logs"][:j] + receipt["logs"][j + 1 :]
            told = [*row["receipts"]]
            told[i] = receipt | {"logs": kept}
            assert receipts_root(told) != root


def test_a_changed_log_shows_in_the_receipts_root() -> None:
    row = recorded()[4]
    log = row["receipts"][0]["logs"][0]
    for name, value in (("data", "0x00"), ("address", "0x" + "11" * 20), ("topics", [])):
        told = [row["receipts"][0] | {"logs": [log | {name: value}]}, *row["receipts"][1:]]
        assert receipts_root(told) != Header.parse(row["block"]).receipts_root


def test_a_transaction_with_an_access_list_has_its_type_before_its_receipt() -> None:
    receipts = ROWS[5]["receipts"]
    assert receipts_root([receipts[0] | {"type": "0x1"}]) != receipts_root([receipts[0]])


def test_a_log_is_told_apart_by_place_and_content() -> None:
    logs = [log for row in BUSY for receipt in row["receipts"] for log in receipt["logs"]]
    assert len({log_key(log) for log in logs}) == len(logs)
    assert log_key(logs[0]) == log_key(logs[0] | {"removed": False, "blockHash": "0x"})


@pytest.mark.parametrize("receipt", [{}, {"logs": [{}]}, {"logs": None}])
def test_what_is_no_receipt_is_malformed(receipt: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        receipts_root([receipt])
