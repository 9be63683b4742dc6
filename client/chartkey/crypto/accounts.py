"""The list that joins a person's pairwise accounts: a file that only their seed opens (P21).

Nothing else says that two accounts are one person's. The list holds no key: with the seed, the
indices lead to the keys.
"""

from __future__ import annotations

import json
import secrets
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chartkey.crypto.derivation import derive
from chartkey.crypto.ownfile import create, read, replace
from chartkey.crypto.seed import Seed, address_of
from chartkey.errors import FormatUnknown, KeyfileInvalid

__all__ = ["Account", "Accounts"]

_FORM: Final = "accounts"
_VERSION: Final = 1
_NONCE_BYTES: Final = 12
_STEP: Final = 4_096
"""The list is filled up to a multiple of this: its size shall not count the accounts."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account of a seed: its index, its address (EIP-55), and what it is for."""

    index: int
    address: str
    label: str


class Accounts:
    """The list of one seed's accounts in its file.

    Args:
        path: The file; mode 0600 (T27).
        seed: Opens it.
    """

    def __init__(self, path: Path, seed: Seed) -> None:
        self._path, self._seed = path, seed

    def list(self) -> tuple[Account, ...]:
        """Return the accounts in the order in which they were added; none without a file.

        Raises:
            KeyfileUnsafe: its mode lets others read or write it.
            KeyfileInvalid: another seed's, damaged, or no such list.
            FormatUnknown: it was written by a later release.
        """
        return self._opened(read(self._path)) if self._path.exists() else ()

    def add(self, label: str, index: int | None = None) -> Account:
        """Add an account, by default the next, and write the list durably.

        Adding an account that is there already only changes its label.

        Raises:
            KeyfileUnsafe, KeyfileInvalid, FormatUnknown: as :meth:`list`.
            ContextInvalid: the index is out of range.
            OSError: the file cannot be written; the old one stays.
        """
        if not self._path.exists():
            made = self._numbered(0 if index is None else index, label)
            create(self._path, self._sealed((made,)))
            return made
        added: list[Account] = []

        def extended(text: bytes) -> bytes:
            known = self._opened(text)
            following = max((one.index for one in known), default=-1) + 1
            made = self._numbered(following if index is None else index, label)
            added.append(made)
            others = tuple(one for one in known if one.index != made.index)
            return self._sealed((*others, made))

        replace(self._path, extended)
        return added[-1]

    def find(self, address: str, most: int = 1_000) -> int | None:
        """Return the index below ``most`` whose address this is; None when there is none.

        Raises:
            KeyfileUnsafe, KeyfileInvalid, FormatUnknown: as :meth:`list`.
        """
        known = {one.address: one.index for one in self.list()}
        if address in known:
            return known[address]
        return next(
            (n for n in range(most) if address_of(self._seed.ethereum_key(n)) == address), None
        )

    def _numbered(self, index: int, label: str) -> Account:
        return Account(index, address_of(self._seed.ethereum_key(index)), label)

    def _sealed(self, accounts: tuple[Account, ...]) -> bytes:
        plain = json.dumps([asdict(one) for one in accounts], ensure_ascii=False).encode()
        plain = plain.ljust(-(-len(plain) // _STEP) * _STEP)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._cipher().encrypt(nonce, plain, _FORM.encode())
        document = {"chartkey": _VERSION, "form": _FORM, "nonce": _text(nonce)}
        return json.dumps(document | {"sealed": _text(sealed)}, indent=2).encode() + b"\n"

    def _opened(self, text: bytes) -> tuple[Account, ...]:
        document = self._document(text)
        try:
            nonce, sealed = (b64decode(document[name]) for name in ("nonce", "sealed"))
            plain = self._cipher().decrypt(nonce, sealed, _FORM.encode())
            return tuple(Account(**entry) for entry in json.loads(plain))
        except (InvalidTag, ValueError, TypeError, KeyError):
            problem = "it is another seed's, or damaged"
            raise KeyfileInvalid(path=self._path, problem=problem) from None

    def _document(self, text: bytes) -> dict[str, Any]:
        try:
            document: dict[str, Any] = json.loads(text)
            form, version = document["form"], document["chartkey"]
        except (ValueError, TypeError, KeyError, RecursionError):
            raise KeyfileInvalid(path=self._path, problem="it is no list of accounts") from None
        if form != _FORM:
            raise KeyfileInvalid(path=self._path, problem="it is no list of accounts")
        if version != _VERSION:
            raise FormatUnknown(what="list of accounts", version=version)
        return document

    def _cipher(self) -> AESGCM:
        return AESGCM(derive(self._seed.inner_key, "accounts"))


def _text(data: bytes) -> str:
    return b64encode(data).decode()
