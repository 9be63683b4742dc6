"""The seed of a person's accounts: one mnemonic, an Ethereum key for each relationship (R08, P21).

>>> words = new_mnemonic()
>>> seed = Seed.from_mnemonic(words)
>>> len(words.split()), len(seed.ethereum_key(0)), seed.ethereum_key(0) != seed.ethereum_key(1)
(24, 32, True)
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final, Literal, cast

from chartkey.errors import ContextInvalid, MnemonicInvalid

if TYPE_CHECKING:
    from eth_account.types import Language

__all__ = ["LANGUAGES", "MOST_ACCOUNTS", "WORDS", "Seed", "address_of", "new_mnemonic"]

WORDS: Final = (12, 15, 18, 21, 24)
"""How many words a mnemonic may have (BIP-39)."""

LANGUAGES: Final = (
    *("english", "chinese_simplified", "chinese_traditional", "czech", "french"),
    *("italian", "japanese", "korean", "spanish"),
)
"""The word lists of BIP-39."""

MOST_ACCOUNTS: Final = 1 << 31
"""Accounts of one seed: indices that are not hardened (BIP-32)."""

_PATH: Final = "m/44'/60'/0'/0/{index}"
_INNER_PATH: Final = "m/44'/60'/0'/1/0"


def new_mnemonic(words: int = 24, language: str = "english") -> str:
    """Make a mnemonic (BIP-39) of 12, 15, 18, 21 or 24 random words.

    Twelve words hold 128 bits, 24 hold 256; chinese_simplified is a language.

    Raises:
        MnemonicInvalid: another number of words, or an unknown language.
    """
    from eth_account.hdaccount import generate_mnemonic

    if words not in WORDS:
        raise MnemonicInvalid(problem=f"it has {', '.join(map(str, WORDS))} words, not {words}")
    if language not in LANGUAGES:
        raise MnemonicInvalid(problem=f"its language is one of {', '.join(LANGUAGES)}")
    number = cast(Literal[12, 15, 18, 21, 24], words)
    return str(generate_mnemonic(number, _language(language)))


class Seed:
    """What a mnemonic leads to. Shown without anything of it."""

    __slots__ = ("_root",)

    def __init__(self, root: bytes) -> None:
        """Hold the 64 bytes of BIP-39.

        Raises:
            ContextInvalid: they are not 64.
        """
        if len(root) != 64:
            raise ContextInvalid(problem="a seed has 64 bytes")
        self._root = bytes(root)

    def __repr__(self) -> str:
        return "Seed(…)"

    @classmethod
    def from_mnemonic(cls, words: str, passphrase: str = "") -> Seed:
        """Return the seed of a mnemonic in any of the languages, its checksum checked (BIP-39).

        Words may be divided by any white space. ``passphrase`` is BIP-39's: every one gives
        another seed, and none is wrong.

        Raises:
            MnemonicInvalid: a word is in no list, or a word is wrong or misplaced.
        """
        from eth_account.hdaccount import seed_from_mnemonic
        from eth_utils.exceptions import ValidationError

        text = " ".join(unicodedata.normalize("NFKD", words).split())
        try:
            return cls(bytes(seed_from_mnemonic(text, passphrase)))
        except (ValidationError, ValueError):
            problem = "a word is wrong, missing or in another place; compare it with your copy"
            raise MnemonicInvalid(problem=problem) from None

    def ethereum_key(self, index: int) -> bytes:
        """Return the 32-byte Ethereum key of account ``index``: m/44'/60'/0'/0/index (BIP-44).

        Account 0 is the contact account; each relationship may have another (P21).

        Raises:
            ContextInvalid: the index is negative or not below 2**31.
        """
        if not 0 <= index < MOST_ACCOUNTS:
            raise ContextInvalid(problem="an account's index is 0 to 2147483647")
        return self._key(_PATH.format(index=index))

    @property
    def inner_key(self) -> bytes:
        """A 32-byte key for the owner's own files: m/44'/60'/0'/1/0, which is no account's."""
        return self._key(_INNER_PATH)

    def _key(self, path: str) -> bytes:
        from eth_account.hdaccount import key_from_seed

        return bytes(key_from_seed(self._root, path))


def address_of(private_key: bytes) -> str:
    """Return the account of a 32-byte Ethereum key, EIP-55."""
    from eth_account import Account

    return str(Account.from_key(private_key).address)


def _language(name: str) -> Language:
    from eth_account.types import Language

    return Language(name)
