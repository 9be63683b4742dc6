"""Signed calls as they travel, without a chain."""

from __future__ import annotations

from typing import Any

import pytest
from chartkey.chain.forward import LARGEST_CALL, SignedForward, execute_call
from chartkey.chain.typed import attestation_hash
from chartkey.crypto.signature import typed_hash
from chartkey.errors import AddressInvalid, ArgumentInvalid, InputError
from chartkey.models import Attestation

LI = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
SIGNED = SignedForward(
    1337, LI, LI, LI, (1 << 256) - 1, 1_900_000_000, b"\x01" * 36, LI, b"\x02" * 65
)


def test_it_survives_the_journey_as_json() -> None:
    import json

    assert SignedForward.from_dict(json.loads(json.dumps(SIGNED.to_dict()))) == SIGNED


@pytest.mark.parametrize(
    "change",
    [
        {"nonce": str(1 << 256)},
        {"nonce": "-1"},
        {"nonce": "1" * 5000},
        {"nonce": 7},
        {"nonce": "٣"},
        {"deadline": 1 << 48},
        {"deadline": -1},
        {"deadline": None},
        {"deadline": float("inf")},
        {"chainId": []},
        {"data": "0x" + "00" * (LARGEST_CALL + 1)},
        {"data": "00"},
        {"data": "0x0"},
        {"data": None},
        {"signature": "0x" + "00" * 66},
        {"from": "李医生"},
        {"signer": "李医生"},
        {"to": None},
        {"forwarder": "0x" + "0" * 39},
    ],
    ids=lambda change: str(change)[:40],
)
def test_a_malformed_field_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        SignedForward.from_dict(SIGNED.to_dict() | change)
    assert isinstance(caught.value, ArgumentInvalid | AddressInvalid)


@pytest.mark.parametrize("name", sorted(SIGNED.to_dict()))
def test_a_missing_field_is_refused(name: str) -> None:
    document = SIGNED.to_dict()
    del document[name]
    with pytest.raises(ArgumentInvalid):
        SignedForward.from_dict(document)


def test_nothing_that_it_carries_is_in_its_repr() -> None:
    assert "0101" not in repr(SIGNED)
    assert "0101" not in repr(execute_call(SIGNED))


def test_the_struct_hash_of_an_attestation_is_that_of_eip712() -> None:
    from eth_account.messages import encode_typed_data

    fields: list[tuple[str, str, Any]] = [
        ("relationship", "address", LI),
        ("recordId", "bytes32", b"\x01" * 32),
        ("parent", "bytes32", bytes(32)),
        ("kind", "uint8", 13),
        ("profile", "bytes32", b"\x02" * 32),
        ("affiliation", "bytes32", b"\x03" * 32),
        ("contentRoot", "bytes32", b"\x04" * 32),
        ("deadline", "uint48", 1_900_000_000),
    ]
    types = {"Attestation": [{"name": name, "type": kind} for name, kind, _ in fields]}
    message = {name: value for name, _, value in fields}
    assert len(typed_hash({"name": "x"}, types, message)) == 32
    expected = bytes(encode_typed_data({"name": "x"}, types, message).body)
    assert attestation_hash(Attestation(*(value for *_, value in fields))) == expected
