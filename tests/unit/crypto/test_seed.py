"""Mnemonics and the accounts they lead to (R08, P21)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from chartkey.crypto import wrap
from chartkey.crypto.accounts import Accounts
from chartkey.crypto.keyfile import KeyFile
from chartkey.crypto.seed import LANGUAGES, WORDS, Seed, address_of, new_mnemonic
from chartkey.errors import (
    ContextInvalid,
    FormatUnknown,
    KeyfileExists,
    KeyfileInvalid,
    KeyfileUnsafe,
    MnemonicInvalid,
)

FAST = 2
# The mnemonic of no entropy, in BIP-39's own test vectors; the passphrase of those is TREZOR.
ABANDON = "abandon " * 11 + "about"
ROOT = (
    "c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e5349553"
    "1f09a6987599d18264c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04"
)


@pytest.fixture(scope="module")
def seed() -> Seed:
    return Seed.from_mnemonic(ABANDON)


def test_bip39s_vector_gives_its_seed() -> None:
    assert Seed.from_mnemonic(ABANDON, "TREZOR")._root.hex() == ROOT


def test_bip44_leads_to_the_account_that_every_wallet_shows(seed: Seed) -> None:
    assert address_of(seed.ethereum_key(0)) == "0x9858EfFD232B4033E47d90003D41EC34EcaEda94"


def test_bip32s_second_vector_is_followed() -> None:
    root = bytes.fromhex(
        "fffcf9f6f3f0edeae7e4e1dedbd8d5d2cfccc9c6c3c0bdbab7b4b1aeaba8a5a2"
        "9f9c999693908d8a8784817e7b7875726f6c696663605d5a5754514e4b484542"
    )
    # m/0 of BIP-32's test vector 2: its private key.
    assert Seed(root)._key("m/0").hex() == (
        "abe74a98f6c7eabee0428f53798f0ab8aa1bd37873999041703c742f15ac7e1e"
    )


def test_accounts_differ_and_come_again(seed: Seed) -> None:
    keys = [seed.ethereum_key(index) for index in range(20)]
    assert len({*keys, seed.inner_key}) == 21
    again = Seed.from_mnemonic("  ABANDON ".lower() * 11 + "\tabout\n")
    assert [again.ethereum_key(index) for index in range(20)] == keys


@pytest.mark.parametrize("words", WORDS)
def test_a_new_mnemonic_has_its_words_and_opens(words: int) -> None:
    made = new_mnemonic(words, "chinese_simplified")
    assert len(made.split()) == words
    assert Seed.from_mnemonic(made).ethereum_key(0) != Seed.from_mnemonic(made).ethereum_key(1)
    assert made != new_mnemonic(words, "chinese_simplified")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_list_makes_mnemonics(language: str) -> None:
    Seed.from_mnemonic(new_mnemonic(12, language))


@pytest.mark.parametrize(("words", "language"), [(13, "english"), (0, "english"), (12, "klingon")])
def test_a_mnemonic_that_cannot_be_made_is_refused(words: int, language: str) -> None:
    with pytest.raises(MnemonicInvalid):
        new_mnemonic(words, language)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "abandon " * 12,
        "about " + "abandon " * 11,
        "abandon " * 10 + "about",
        "abandon " * 11 + "abuot",
        "氧" * 12,
    ],
)
def test_a_mnemonic_copied_wrongly_is_refused_and_no_word_repeated(words: str) -> None:
    with pytest.raises(MnemonicInvalid) as caught:
        Seed.from_mnemonic(words)
    assert "abandon" not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("index", [-1, 1 << 31])
def test_an_index_out_of_range_is_refused(seed: Seed, index: int) -> None:
    with pytest.raises(ContextInvalid):
        seed.ethereum_key(index)


def test_a_seed_shows_nothing(seed: Seed) -> None:
    assert repr(seed) == "Seed(…)"
    with pytest.raises(ContextInvalid):
        Seed(bytes(63))


def test_a_lost_key_file_comes_back_from_the_seed_and_a_copy(seed: Seed, tmp_path: Path) -> None:
    lost = KeyFile.create(
        tmp_path / "lost.json", "forgotten", "王", private_key=seed.ethereum_key(3), scrypt_n=FAST
    )
    copy = lost.path.read_bytes()
    back = KeyFile.restore(tmp_path / "back.json", copy, seed.ethereum_key(3), "new", scrypt_n=FAST)
    again = KeyFile.open(tmp_path / "back.json", "new")
    assert (again.address, again.public_der()) == (lost.address, lost.public_der())
    assert wrap.private_der(again.private_key()) == wrap.private_der(lost.private_key())
    assert back.path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(KeyfileExists):
        KeyFile.restore(back.path, copy, seed.ethereum_key(3), "new", scrypt_n=FAST)


def test_another_accounts_key_restores_nothing(seed: Seed, tmp_path: Path) -> None:
    lost = KeyFile.create(
        tmp_path / "lost.json", "x", "王", private_key=seed.ethereum_key(3), scrypt_n=FAST
    )
    copy = lost.path.read_bytes()
    with pytest.raises(KeyfileInvalid, match="another account's"):
        KeyFile.restore(tmp_path / "back.json", copy, seed.ethereum_key(4), "new")
    document = json.loads(copy)
    document["encryption"][0]["public"] = document["encryption"][0]["nonce"]
    changed = json.dumps(document).encode()
    with pytest.raises(KeyfileInvalid, match="was changed"):
        KeyFile.restore(tmp_path / "back.json", changed, seed.ethereum_key(3), "new")
    assert not (tmp_path / "back.json").exists()


@pytest.fixture
def accounts(seed: Seed, tmp_path: Path) -> Accounts:
    return Accounts(tmp_path / "accounts.json", seed)


def test_P21_the_list_joins_the_accounts_and_only_the_seed_opens_it(
    accounts: Accounts, seed: Seed, tmp_path: Path
) -> None:
    assert accounts.list() == ()
    for label in ("联系账户", "社区医院", "协和医院"):
        accounts.add(label)
    accounts.add("人民医院", 1)
    expected = [(0, "联系账户"), (2, "协和医院"), (1, "人民医院")]
    assert [(one.index, one.label) for one in accounts.list()] == expected
    addresses = [address_of(seed.ethereum_key(one.index)) for one in accounts.list()]
    assert [one.address for one in accounts.list()] == addresses
    text = (tmp_path / "accounts.json").read_text("utf-8")
    assert not any(address in text or address[2:].lower() in text for address in addresses)
    other = Accounts(tmp_path / "accounts.json", Seed.from_mnemonic(new_mnemonic()))
    with pytest.raises(KeyfileInvalid, match="another seed's"):
        other.list()


def test_the_lists_size_does_not_count_the_accounts(accounts: Accounts, tmp_path: Path) -> None:
    sizes = set()
    for number in range(20):
        accounts.add(f"relationship {number}")
        sizes.add((tmp_path / "accounts.json").stat().st_size)
    assert len(sizes) == 1


def test_an_account_is_found_in_the_list_or_among_the_first(accounts: Accounts, seed: Seed) -> None:
    accounts.add("far away", 5_000)
    assert accounts.find(address_of(seed.ethereum_key(5_000))) == 5_000
    assert accounts.find(address_of(seed.ethereum_key(7))) == 7
    assert accounts.find(address_of(bytes(31) + b"\1"), most=20) is None


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"form": "recovery-box"}, KeyfileInvalid),
        ({"chartkey": 2}, FormatUnknown),
        ({"sealed": "AAAA"}, KeyfileInvalid),
        ({"nonce": None}, KeyfileInvalid),
        ({"nonce": "*"}, KeyfileInvalid),
    ],
    ids=str,
)
def test_a_list_that_was_changed_is_refused(
    accounts: Accounts, tmp_path: Path, change: dict[str, object], error: type[Exception]
) -> None:
    accounts.add("one")
    path = tmp_path / "accounts.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(error):
        accounts.list()
    with pytest.raises(error):
        accounts.add("two")


def test_T27_a_list_that_others_can_read_is_refused(accounts: Accounts, tmp_path: Path) -> None:
    accounts.add("one")
    (tmp_path / "accounts.json").chmod(0o644)
    with pytest.raises(KeyfileUnsafe):
        accounts.list()
