"""Clique's rules, held against chains that sealers of this test's own made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from chartkey.chain.address import checksum
from chartkey.chain.crosscheck import CrossCheck
from chartkey.chain.header import Header
from chartkey.crypto.digest import keccak256
from coincurve import PrivateKey

from tests.proxy import Proxy
from tests.unit.chain.recorded import recorded

EMPTY = recorded()[1]["block"]


def address(key: PrivateKey) -> str:
    point = key.public_key.format(compressed=False)[1:]
    return checksum("0x" + keccak256(point)[-20:].hex())


KEYS = sorted((PrivateKey(bytes([i]) * 32) for i in (1, 2, 3, 4)), key=lambda k: address(k).lower())
SEALERS, STRANGER = KEYS[:3], KEYS[3]
Made = tuple[PrivateKey, int]
"""Who seals a block, and with which difficulty."""
GOOD: list[Made] = [(SEALERS[1], 2), (SEALERS[2], 2), (SEALERS[0], 2), (SEALERS[1], 2)]


def chain(made: Sequence[Made]) -> list[dict[str, Any]]:
    """Return the recorded first block and sealed ones on it."""
    import rlp  # type: ignore[import-untyped]

    blocks = [recorded()[0]["block"]]
    for number, (key, difficulty) in enumerate(made, 1):
        fields = {"number": hex(number), "difficulty": hex(difficulty)}
        block = EMPTY | fields | {"parentHash": blocks[-1]["hash"], "extraData": "0x" + "00" * 97}
        unsealed = list(Header.parse(block).fields)
        unsealed[12] = bytes(32)
        seal = key.sign_recoverable(keccak256(rlp.encode(unsealed)), hasher=None)
        block |= {"extraData": "0x" + (bytes(32) + seal).hex()}
        blocks.append(block | {"hash": "0x" + Header.parse(block).hash.hex()})
    return blocks


@pytest.fixture
def nodes() -> Iterator[list[Proxy]]:
    with Proxy() as one, Proxy() as other:
        yield [one, other]


def serve(node: Proxy, blocks: list[dict[str, Any]]) -> None:
    node.answers = {
        "eth_blockNumber": lambda _: hex(len(blocks) - 1),
        "eth_getBlockByNumber": lambda params: blocks[int(params[0], 16)],
        "eth_getBlockReceipts": lambda _: [],
        "eth_getLogs": lambda _: [],
        "clique_getSigners": lambda _: [address(key) for key in SEALERS],
    }


def problems(nodes: list[Proxy], blocks: list[dict[str, Any]]) -> set[tuple[int, str]]:
    """Return what is found where all nodes serve one chain: that they agree does not help."""
    for node in nodes:
        serve(node, blocks)
    report = CrossCheck(node.rpc for node in nodes).range(0, len(blocks) - 1)
    return {(one.block, one.problem) for one in report.findings}


def test_a_chain_by_the_rules_is_not_objected_to(nodes: list[Proxy]) -> None:
    assert problems(nodes, chain(GOOD)) == set()


def test_out_of_turn_with_the_difficulty_of_it_is_by_the_rules(nodes: list[Proxy]) -> None:
    assert problems(nodes, chain([(SEALERS[0], 1), *GOOD[1:2]])) == set()


@pytest.mark.parametrize(
    ("last", "problem"),
    [
        ((STRANGER, 2), f"{address(STRANGER)} sealed it and is no sealer"),
        ((SEALERS[0], 1), f"{address(SEALERS[0])} sealed it and had to wait"),
        ((SEALERS[2], 2), "its difficulty does not fit whose turn it was "),
        ((SEALERS[1], 1), "its difficulty does not fit whose turn it was "),
    ],
    ids=["a stranger", "too soon", "not its turn", "its turn, denied"],
)
def test_what_members_conspire_to_is_held_against_the_rules(
    nodes: list[Proxy], last: Made, problem: str
) -> None:
    """T24: both nodes serve it."""
    [(number, text)] = problems(nodes, chain([*GOOD[:3], last]))
    assert number == 4
    assert text.startswith(problem)


def test_blocks_that_are_not_linked_are_noticed(nodes: list[Proxy]) -> None:
    blocks = chain(GOOD)
    blocks[3:] = chain([(SEALERS[0], 1), *GOOD[1:]])[3:]
    assert (3, "its parent is not the block before it") in problems(nodes, blocks)


def test_the_agreed_head_is_the_lowest_ones_under_its_confirmations(nodes: list[Proxy]) -> None:
    serve(nodes[0], chain(GOOD))
    serve(nodes[1], chain(GOOD[:3]))
    check = CrossCheck(node.rpc for node in nodes)
    assert check.agreed_head(1).number == 3
    # Of three sealers two make a fact.
    assert check.agreed_head().number == 2
