"""Content identifiers: the allow-list of T02, and the digest of P05."""

from __future__ import annotations

import hashlib

import pytest
from chartkey.errors import CidInvalid
from chartkey.storage import binary, parse, payload_digest
from chartkey.storage.cid import DAG_PB, RAW, Cid, from_binary
from hypothesis import given, settings
from hypothesis import strategies as st
from multiformats import CID, multibase

DIGEST = hashlib.sha256(b"").digest()
EMPTY = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
EMPTY_V0 = "QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH"


def base32(raw: bytes) -> str:
    return multibase.encode(raw, "base32")


def test_a_version_1_cid_prints_as_it_was_read() -> None:
    assert str(parse(EMPTY)) == EMPTY
    assert parse(EMPTY) == Cid(RAW, DIGEST)


def test_a_version_0_cid_prints_as_it_was_read() -> None:
    assert str(parse(EMPTY_V0)) == EMPTY_V0
    assert parse(EMPTY_V0).version == 0
    assert parse(EMPTY_V0).codec == DAG_PB


@given(digest=st.binary(min_size=32, max_size=32), codec=st.sampled_from([RAW, DAG_PB]))
@settings(max_examples=50, deadline=None)
def test_text_and_bytes_agree_with_the_multiformats_library(digest: bytes, codec: int) -> None:
    cid = Cid(codec, digest)
    other = CID("base32", 1, "raw" if codec == RAW else "dag-pb", ("sha2-256", digest))
    assert str(cid) == str(other)
    assert cid.binary == bytes(other)
    assert parse(str(cid)) == from_binary(cid.binary) == cid


@given(digest=st.binary(min_size=32, max_size=32))
@settings(max_examples=50, deadline=None)
def test_version_0_agrees_with_the_multiformats_library(digest: bytes) -> None:
    cid = Cid(DAG_PB, digest, version=0)
    assert str(cid) == str(CID("base58btc", 0, "dag-pb", ("sha2-256", digest)))
    assert parse(str(cid)) == from_binary(cid.binary) == cid


@pytest.mark.parametrize("base", ["base16", "base36", "base58btc"])
def test_other_bases_are_read_and_printed_in_base32(base: str) -> None:
    assert str(parse(multibase.encode(binary(EMPTY), base))) == EMPTY


def test_the_binary_forms_have_34_and_36_bytes() -> None:
    assert binary(EMPTY) == bytes.fromhex("01551220") + DIGEST
    assert len(binary(EMPTY_V0)) == 34


def test_the_payload_digest_is_the_hash_of_the_binary_root_cid() -> None:
    assert payload_digest(EMPTY) == hashlib.sha256(bytes.fromhex("01551220") + DIGEST).digest()


MALFORMED = {
    "nothing": "",
    "blanks": " " + EMPTY,
    "a line break": EMPTY + "\n",
    "an upper-case base32": EMPTY.upper(),
    "one upper-case letter": EMPTY[:-1] + "U",
    "a path": "/ipfs/" + EMPTY,
    "a URL": "ipfs://" + EMPTY,
    "an identity hash": base32(b"\x01\x55\x00\x05hello"),
    "an identity hash of 32 bytes": base32(b"\x01\x55\x00\x20" + DIGEST),
    "an identity hash with no bytes": "bafkqaaa",
    "the codec dag-cbor": base32(b"\x01\x71\x12\x20" + DIGEST),
    "the codec libp2p-key": base32(b"\x01\x72\x12\x20" + DIGEST),
    "the codec dag-json": base32(b"\x01\xa9\x02\x12\x20" + DIGEST),
    "sha2-512": base32(b"\x01\x55\x13\x40" + hashlib.sha512(b"").digest()),
    "sha1": base32(b"\x01\x55\x11\x14" + hashlib.sha1(b"").digest()),
    "sha3-256": base32(b"\x01\x55\x16\x20" + DIGEST),
    "blake2b-256": base32(b"\x01\x55\xa0\xe4\x02\x20" + DIGEST),
    "keccak-256": base32(b"\x01\x55\x1b\x20" + DIGEST),
    "sha2-256 cut to 20 bytes": base32(b"\x01\x55\x12\x14" + DIGEST[:20]),
    "a digest one byte short": base32(b"\x01\x55\x12\x20" + DIGEST[:31]),
    "a digest one byte long": base32(b"\x01\x55\x12\x20" + DIGEST + b"\x00"),
    "version 2": base32(b"\x02\x55\x12\x20" + DIGEST),
    "version 0 in a CIDv1 frame": base32(b"\x00\x70\x12\x20" + DIGEST),
    "version 0 under a multibase prefix": "z" + EMPTY_V0,
    "version 0 in base32": base32(b"\x12\x20" + DIGEST),
    "a codec in two bytes that fits one": base32(b"\x01\xd5\x00\x12\x20" + DIGEST),
    "spare bits set": EMPTY[:-1] + "v",
    "padding": EMPTY + "======",
    "a base32 letter out of range": EMPTY[:-1] + "1",
    "a version 0 letter out of range": EMPTY_V0[:-1] + "0",
    "version 0, one letter short": EMPTY_V0[:-1],
    "version 0, one letter long": EMPTY_V0 + "1",
    "an unknown base": "u" + EMPTY[1:],
    "base16 in upper case": "f" + binary(EMPTY).hex().upper(),
    "wide digits": "ｂ" + EMPTY[1:],
    "a thousand letters": "b" + "a" * 1000,
    "a prefix alone": "b",
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_or_foreign_cid_is_refused(text: str) -> None:
    with pytest.raises(CidInvalid):
        parse(text)


@pytest.mark.parametrize("value", [None, 7, b"bafk", ["bafk"]])
def test_what_is_not_text_is_refused(value: object) -> None:
    with pytest.raises(CidInvalid):
        parse(value)  # type: ignore[arg-type]


def test_the_refusal_does_not_repeat_what_was_passed() -> None:
    with pytest.raises(CidInvalid) as caught:
        parse("13800138000")
    assert "13800138000" not in str(caught.value) + repr(caught.value)


@given(raw=st.binary(max_size=48))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_an_accepted_cid_or_refused(raw: bytes) -> None:
    try:
        cid = from_binary(raw)
    except CidInvalid:
        return
    assert cid.binary == raw
