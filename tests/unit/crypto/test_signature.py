"""EIP-712 signatures: made, recovered, and refused in every other shape."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from chartkey.crypto.keyfile import KeyFile, Keys
from chartkey.crypto.signature import (
    check_form,
    recover_hash,
    recover_typed,
    sign_typed,
    typed_hash,
)
from chartkey.errors import SignatureInvalid

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
DOMAIN: dict[str, Any] = {
    "name": "Chartkey",
    "version": "1",
    "chainId": 1337,
    "verifyingContract": "0x" + "11" * 20,
}
TYPES = {
    "Receipt": [
        {"name": "reader", "type": "address"},
        {"name": "records", "type": "bytes32[]"},
        {"name": "deadline", "type": "uint64"},
    ]
}
MESSAGE: dict[str, Any] = {"reader": "0x" + "22" * 20, "records": [b"r" * 32], "deadline": 9}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    path: Path = tmp_path_factory.mktemp("keys") / "k.json"
    return KeyFile.create(path, "p", "张护士", private_key=b"k" * 32, scrypt_n=2)


@pytest.fixture(scope="module")
def signature(keys: Keys) -> bytes:
    return sign_typed(keys, DOMAIN, TYPES, MESSAGE)


def test_the_signer_is_recovered(keys: Keys, signature: bytes) -> None:
    assert len(signature) == 65
    assert recover_typed(DOMAIN, TYPES, MESSAGE, signature) == keys.address


def test_the_hash_is_the_standards(keys: Keys) -> None:
    """The example of EIP-712, whose digest the standard's text gives."""
    person = [{"name": "name", "type": "string"}, {"name": "wallet", "type": "address"}]
    mail = [
        {"name": "from", "type": "Person"},
        {"name": "to", "type": "Person"},
        {"name": "contents", "type": "string"},
    ]
    message = {
        "from": {"name": "Cow", "wallet": "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"},
        "to": {"name": "Bob", "wallet": "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"},
        "contents": "Hello, Bob!",
    }
    domain = {
        "name": "Ether Mail",
        "version": "1",
        "chainId": 1,
        "verifyingContract": "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC",
    }
    digest = typed_hash(domain, {"Person": person, "Mail": mail}, message)
    assert digest.hex() == "be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2"


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("domain", DOMAIN | {"chainId": 1}),
        ("domain", DOMAIN | {"verifyingContract": "0x" + "12" * 20}),
        ("message", MESSAGE | {"deadline": 10}),
        ("message", MESSAGE | {"records": [b"s" * 32]}),
    ],
)
def test_another_chain_contract_or_message_has_another_signer(
    keys: Keys, signature: bytes, part: str, value: dict[str, Any]
) -> None:
    parts = {"domain": DOMAIN, "message": MESSAGE} | {part: value}
    try:
        signer = recover_typed(parts["domain"], TYPES, parts["message"], signature)
    except SignatureInvalid:
        return
    assert signer != keys.address


def test_T10_the_high_s_twin_is_refused(signature: bytes) -> None:
    s = int.from_bytes(signature[32:64], "big")
    twin = signature[:32] + (ORDER - s).to_bytes(32, "big") + bytes([55 - signature[64]])
    with pytest.raises(SignatureInvalid):
        recover_typed(DOMAIN, TYPES, MESSAGE, twin)


@pytest.mark.parametrize("v", [0, 1, 2, 26, 29, 35, 255])
def test_T10_another_v_is_refused(signature: bytes, v: int) -> None:
    with pytest.raises(SignatureInvalid):
        check_form(signature[:64] + bytes([v]))


@pytest.mark.parametrize("length", [0, 1, 63, 64])
def test_T10_short_and_compact_signatures_are_refused(signature: bytes, length: int) -> None:
    with pytest.raises(SignatureInvalid):
        recover_typed(DOMAIN, TYPES, MESSAGE, signature[:length])


def test_T10_a_longer_signature_is_refused(signature: bytes) -> None:
    with pytest.raises(SignatureInvalid):
        recover_typed(DOMAIN, TYPES, MESSAGE, signature + b"\0")


@pytest.mark.parametrize(
    ("r", "s"), [(0, 1), (1, 0), (ORDER, 1), (1, ORDER), (1, ORDER // 2 + 1), (2**256 - 1, 1)]
)
def test_T10_numbers_out_of_range_are_refused(r: int, s: int) -> None:
    with pytest.raises(SignatureInvalid):
        check_form(r.to_bytes(32, "big") + s.to_bytes(32, "big") + b"\x1b")


def test_T10_the_middle_itself_is_low() -> None:
    check_form((1).to_bytes(32, "big") + (ORDER // 2).to_bytes(32, "big") + b"\x1b")


def test_T10_an_r_on_no_point_has_no_signer() -> None:
    """x = 5 is on no point of secp256k1, so nothing can be recovered: no zero address either."""
    off_curve = (5).to_bytes(32, "big") + (1).to_bytes(32, "big") + b"\x1b"
    with pytest.raises(SignatureInvalid):
        recover_hash(b"h" * 32, off_curve)


@pytest.mark.parametrize(
    "message",
    [
        {},
        MESSAGE | {"deadline": -1},
        MESSAGE | {"deadline": 1 << 64},
        MESSAGE | {"reader": "0x22"},
        MESSAGE | {"records": [b"r" * 33]},
        MESSAGE | {"extra": 1},
    ],
)
def test_a_message_that_does_not_fit_its_types_is_refused(
    keys: Keys, message: dict[str, Any]
) -> None:
    with pytest.raises(SignatureInvalid, match="Receipt"):
        sign_typed(keys, DOMAIN, TYPES, message)
