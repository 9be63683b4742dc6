"""Storage roots, against ones that a node computed with ``eth_getProof``."""

from __future__ import annotations

import hashlib

import pytest
from chartkey.audit.trie import storage_root


def slots(count: int) -> dict[int, int]:
    """Some small and some large slot numbers, with values of every length."""

    def number(name: str, index: int) -> int:
        text = repr((count, name, index)).encode()
        return int.from_bytes(hashlib.sha256(text).digest(), "big")

    return {
        number("slot", i) if i % 3 else i: number("value", i) >> (8 * (i % 32))
        for i in range(count)
    }


# Anvil 1.7.1 after anvil_setStorageAt for each slot; none of the values is zero.
ROOTS = {
    1: "dea5da2fc1b18932bbce955368fb18450f829626b060a33d81c86c1f894ee642",
    2: "7f681aa89ce30f5a858a21d66813bffa3d4cd88b4f9e2be25b39dbc0b708e8eb",
    3: "3e4cb9c7740bc76fc7763a797234eccd891363b771aae2f155d4923ca5864782",
    17: "58e4d5662de95dc6b27b3a2f226180732d62bf4df2bda2775db413e4d395ef3c",
    300: "0f495796ed6958bdbfeb46bdc77e9734626e02f87264d5466144152224b23e3e",
}


@pytest.mark.parametrize("count", ROOTS)
def test_a_root_is_the_nodes(count: int) -> None:
    assert storage_root(slots(count)).hex() == ROOTS[count]


def test_an_empty_storage_has_the_empty_tries_root() -> None:
    empty = "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"
    assert storage_root({}).hex() == empty


def test_a_zero_is_as_good_as_absent() -> None:
    assert storage_root(slots(17) | {1 << 200: 0}) == storage_root(slots(17))


def test_every_slot_counts() -> None:
    whole = slots(17)
    roots = {storage_root({k: v for k, v in whole.items() if k != left}) for left in whole}
    assert len(roots | {storage_root(whole)}) == 18
