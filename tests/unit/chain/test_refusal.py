"""Revert data is found wherever a node puts it."""

from __future__ import annotations

from typing import Any

import pytest
from chartkey.chain.refusal import decode_revert, refusal_in
from chartkey.crypto.digest import keccak256

GRANT = bytes(range(16))
DATA = keccak256(b"GrantIdInvalid(bytes16)")[:4] + GRANT.ljust(32, b"\0")
TEXT = f"0x{DATA.hex()}"

# As the nodes answer eth_call and eth_estimateGas.
SHAPES = {
    "geth": {"code": 3, "message": "execution reverted", "data": TEXT},
    "anvil": {"code": 3, "message": f"execution reverted: custom error {TEXT}", "data": TEXT},
    "ganache call": {"code": -32000, "message": "VM Exception: revert", "data": TEXT},
    "ganache estimate": {
        "code": -32000,
        "message": "VM Exception: revert",
        "data": {"hash": None, "programCounter": 9, "result": TEXT, "message": "revert"},
    },
    "by hash": {"code": -32015, "data": {"0x" + "ab" * 32: {"error": "revert", "return": TEXT}}},
    "parity": {"code": -32015, "message": "VM execution error.", "data": f"Reverted {TEXT}"},
}


@pytest.mark.parametrize("error", SHAPES.values(), ids=SHAPES.keys())
def test_every_nodes_shape_gives_the_same_refusal(error: dict[str, Any]) -> None:
    refusal = refusal_in(error)
    assert refusal is not None
    assert refusal.values["error"] == "GrantIdInvalid"
    assert refusal.values["arguments"] == {"id": f"0x{GRANT.hex()}"}


def test_a_reason_text_is_named_error() -> None:
    from eth_abi.abi import encode

    data = keccak256(b"Error(string)")[:4] + encode(["string"], ["no"])
    assert decode_revert(data).values == {"error": "Error", "arguments": {"message": "no"}}


def test_an_error_of_no_contract_of_ours_is_named_by_its_selector() -> None:
    assert decode_revert(b"\xde\xad\xbe\xef" + bytes(32)).values["error"] == "0xdeadbeef"


def test_a_revert_without_data_is_still_a_refusal() -> None:
    refusal = refusal_in({"code": 3, "message": "execution reverted", "data": "0x"})
    assert refusal is not None
    assert refusal.values["error"] == "Revert"


def test_a_known_error_with_cut_arguments_keeps_its_name() -> None:
    assert decode_revert(DATA[:10]).values == {"error": "GrantIdInvalid", "arguments": {}}


@pytest.mark.parametrize(
    "error",
    [
        {"code": -32000, "message": "nonce too low"},
        {"code": -32601, "message": "method not found", "data": {"method": "eth_x"}},
        {"code": -32000, "message": "insufficient funds", "data": "0x"},
        "not an object",
        None,
    ],
)
def test_what_no_contract_caused_is_no_refusal(error: Any) -> None:
    assert refusal_in(error) is None


def test_a_deeply_nested_error_object_is_not_followed() -> None:
    error: dict[str, Any] = {"data": TEXT}
    for _ in range(10_000):
        error = {"data": error}
    assert refusal_in(error) is None
