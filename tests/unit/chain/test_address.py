"""Addresses: EIP-55, and nothing that only looks like one."""

from __future__ import annotations

import pytest
from chartkey.chain.address import checksum, packed
from chartkey.errors import AddressInvalid

# The examples of EIP-55 itself.
PUBLISHED = [
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0xde709f2102306220921060314715629080e2fb77",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
]


@pytest.mark.parametrize("address", PUBLISHED)
def test_the_published_examples_are_written_as_published(address: str) -> None:
    assert checksum("0x" + address[2:].lower()) == address
    assert checksum(address) == address
    assert packed(address) == bytes.fromhex(address[2:])


def test_all_upper_case_is_accepted() -> None:
    assert checksum("0x" + PUBLISHED[2][2:].upper()) == PUBLISHED[2]


@pytest.mark.parametrize(
    "text",
    [
        PUBLISHED[2].swapcase().replace("0X", "0x"),
        PUBLISHED[2][:-1] + "D",
        PUBLISHED[2][2:],
        PUBLISHED[2] + "0",
        PUBLISHED[2][:-1],
        "0X" + PUBLISHED[2][2:],
        PUBLISHED[2] + "\n",
        "0x" + "g" * 40,
        "",
        None,
        bytes(20),
    ],
)
def test_anything_else_is_refused(text: object) -> None:
    with pytest.raises(AddressInvalid):
        checksum(text)  # type: ignore[arg-type]
