"""Text that is not UTF-8: one member's name must not keep anybody from reading the events."""

from __future__ import annotations

import pytest
from chartkey.chain.codec import encode, function_of
from eth_abi.abi import encode as reference

UNREADABLE = b"\xff\xfe\xe5\x8c\xbb\xc3"


@pytest.mark.parametrize("text", ["", "北京和济示范医院", "x" * 31, "x" * 32, "x" * 33])
def test_readable_text_encodes_as_anybody_encodes_it(text: str) -> None:
    types, values = ["(string,uint8)", "string"], [(text, 3), text]
    assert encode(types, values) == reference(types, values)


def test_unreadable_text_comes_back_as_the_bytes_it_was() -> None:
    raw = reference(["(bytes,bytes,bytes,bytes,uint8)"], [(UNREADABLE, b"", b"x", UNREADABLE, 3)])
    from eth_abi.abi import encode as plain

    call = function_of("Consortium", "proposeInstitution")
    data = call.selector + plain(
        ["address", "(bytes,bytes,bytes,bytes,uint8)", "uint40"],
        ["0x" + "11" * 20, (UNREADABLE, b"", b"x", UNREADABLE, 3), 1],
    )
    _, details, _ = call.decode_arguments(data)
    assert encode(["(string,string,string,string,uint8)"], [tuple(details)]) == raw
