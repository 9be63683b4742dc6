"""The index file: layout, and that nobody else opens it or changes a byte of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from chartkey.crypto.indexfile import open_index, seal_index
from chartkey.crypto.keyfile import KeyFile, Keys
from chartkey.errors import DecryptionFailed, FormatUnknown
from Crypto.Cipher import AES
from Crypto.Hash import SHA256
from Crypto.Protocol.KDF import HKDF
from hypothesis import given, settings
from hypothesis import strategies as st

CONTENT = "青霉素过敏".encode()


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    path = tmp_path_factory.mktemp("keys") / "zhang.json"
    return KeyFile.create(path, "x", "张", scrypt_n=2)


def test_what_was_sealed_opens_and_never_looks_the_same(keys: Keys) -> None:
    first, second = seal_index(keys, CONTENT), seal_index(keys, CONTENT)
    assert open_index(keys, first) == open_index(keys, second) == CONTENT
    assert first[12:44] != second[12:44]
    assert first[44:] != second[44:]
    assert CONTENT not in first


def test_the_layout_is_the_documented_one(keys: Keys) -> None:
    """A second implementation, by pycryptodome, from the README alone."""
    sealed = seal_index(keys, CONTENT)
    assert sealed[:12] == b"chartidx\x01\x00\x00\x00"
    info = b"chartkey/v1/index" + sealed[12:44]
    key = HKDF(bytes(keys.account.key), 32, b"", SHA256, context=info)
    cipher = AES.new(key, AES.MODE_GCM, nonce=bytes(12))
    cipher.update(sealed[:44] + keys.address_bytes)
    assert cipher.decrypt_and_verify(sealed[44:-16], sealed[-16:]) == CONTENT


def test_another_owner_cannot_open_it(keys: Keys, tmp_path: Path) -> None:
    other = KeyFile.create(tmp_path / "li.json", "x", "李", scrypt_n=2)
    with pytest.raises(DecryptionFailed):
        open_index(other, seal_index(keys, CONTENT))


@settings(max_examples=60)
@given(data=st.data())
def test_every_changed_byte_is_refused(keys: Keys, data: st.DataObject) -> None:
    sealed = bytearray(seal_index(keys, CONTENT))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises((DecryptionFailed, FormatUnknown)):
        open_index(keys, bytes(sealed))


@pytest.mark.parametrize("length", [0, 7, 8, 11, 12, 43, 44, 59])
def test_a_file_cut_short_is_refused(keys: Keys, length: int) -> None:
    with pytest.raises(DecryptionFailed):
        open_index(keys, seal_index(keys, CONTENT)[:length])


def test_a_later_version_is_named(keys: Keys) -> None:
    sealed = seal_index(keys, CONTENT)
    with pytest.raises(FormatUnknown):
        open_index(keys, sealed[:8] + b"\x02" + sealed[9:])
