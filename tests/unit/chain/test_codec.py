"""The codec agrees with web3.py over every function, event and error of the system."""

from __future__ import annotations

from typing import Any

import pytest
from chartkey.chain.codec import CONTRACTS, Function, Malformed, function_of, interface_of
from chartkey.crypto.digest import keccak256
from chartkey.errors import AddressInvalid, ArgumentInvalid

LI = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
FUNCTIONS = [
    pytest.param(contract, function, id=f"{contract}.{name}")
    for contract in CONTRACTS
    for name, function in interface_of(contract).functions.items()
]


def sample(kind: str, components: Any = ()) -> Any:
    """Return a value of a Solidity type."""
    if kind.endswith("[]"):
        return [sample(kind[:-2], components)] * 2
    if components:
        return tuple(sample(part.type, part.components) for part in components)
    if kind == "address":
        return LI
    if kind == "bool":
        return True
    if kind == "string":
        return "三级甲等"
    if kind == "bytes":
        return b"wrap" * 9
    if kind.startswith("bytes"):
        return bytes(range(1, int(kind[5:]) + 1))
    return 3


@pytest.mark.parametrize(("contract", "function"), FUNCTIONS)
def test_calldata_is_what_web3_would_send(contract: str, function: Function) -> None:
    from web3 import Web3

    args = [sample(part.type, part.components) for part in function.inputs]
    abi = interface_abi(contract)
    expected = Web3().eth.contract(abi=abi).encode_abi(function.name, args=args)
    assert function.encode(args).hex() == expected[2:]


@pytest.mark.parametrize(("contract", "function"), FUNCTIONS)
def test_calldata_decodes_to_what_was_encoded(contract: str, function: Function) -> None:
    args = tuple(sample(part.type, part.components) for part in function.inputs)
    decoded = function.decode_arguments(function.encode(args))
    assert repr(decoded) == repr(args).replace("[", "(").replace("]", ")")


def test_every_event_and_error_has_the_hash_of_its_signature() -> None:
    registrar = interface_of("Registrar")
    topic = keccak256(b"LicenceChanged(address,address,uint8)")
    assert registrar.events[topic].name == "LicenceChanged"
    selector = keccak256(b"RegistrarStandingInvalid(uint8,uint8)")[:4]
    assert registrar.errors[selector].name == "RegistrarStandingInvalid"


def test_a_struct_arrives_with_the_abis_names() -> None:
    words = [1, 2, 1, int(LI, 16), 7, 1_700_000_000]
    data = b"".join(word.to_bytes(32, "big") for word in words)
    found = function_of("Registrar", "personOf").decode_result(data)
    assert (found.role, found.certifier, found.keyVersion) == (1, LI, 7)


def test_a_record_id_one_byte_short_is_refused() -> None:
    record_of = function_of("Relationship", "recordOf")
    with pytest.raises(ArgumentInvalid, match="recordId has size 31, not 32"):
        record_of.encode([b"\x01" * 31])


@pytest.mark.parametrize("value", [-1, 256, True, "3", 1.0, None])
def test_a_number_that_does_not_fit_is_refused(value: Any) -> None:
    with pytest.raises(ArgumentInvalid):
        function_of("Consortium", "isProfileOf").encode([bytes(32), value])


def test_a_refusal_does_not_repeat_the_argument() -> None:
    with pytest.raises(ArgumentInvalid) as caught:
        function_of("Registrar", "publishKey").encode([1, "secret-wrap"])
    assert "secret-wrap" not in str(caught.value)


def test_a_malformed_address_among_the_arguments_is_refused() -> None:
    with pytest.raises(AddressInvalid):
        function_of("Registrar", "personOf").encode(["0x12"])


@pytest.mark.parametrize("length", [0, 31, 191])
def test_an_answer_cut_short_is_malformed(length: int) -> None:
    with pytest.raises(Malformed):
        function_of("Registrar", "personOf").decode_result(bytes(length))


def test_a_word_with_dirt_above_an_address_is_malformed() -> None:
    with pytest.raises(Malformed):
        function_of("Registrar", "summaryOf").decode_result(b"\x01" * 32)


def test_calldata_of_another_function_is_malformed() -> None:
    accept = function_of("Relationship", "accept")
    with pytest.raises(Malformed):
        accept.decode_arguments(function_of("Relationship", "refuse").selector)


def interface_abi(contract: str) -> Any:
    import json
    from importlib import resources

    folder = resources.files("chartkey.chain") / "abi"
    return json.loads((folder / f"{contract}.json").read_text("utf-8"))
