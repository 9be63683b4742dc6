"""A key file's JSON: read with every field checked, and the Ethereum key that it holds."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from chartkey.errors import FormatUnknown, KeyfileInvalid, KeyUnsuitable, PassphraseWrong

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount

__all__ = ["VERSION", "Document", "account_of", "parse", "serialise", "unlock"]

VERSION: Final = 1

Document: TypeAlias = dict[str, Any]


def account_of(private_key: bytes) -> LocalAccount:
    """Return the account of a 32-byte Ethereum key.

    Raises:
        KeyUnsuitable: it is out of range.
    """
    from eth_account import Account
    from eth_utils.exceptions import ValidationError

    try:
        account: LocalAccount = Account.from_key(private_key)
    except (ValueError, ValidationError):
        raise KeyUnsuitable(problem="the Ethereum key is out of range") from None
    return account


def unlock(path: Path, keystore: Document, passphrase: str) -> LocalAccount:
    """Open a keystore (Web3 Secret Storage, version 3) of the key file at ``path``.

    Raises:
        PassphraseWrong: the passphrase does not open it.
        KeyfileInvalid: it is damaged.
    """
    from eth_account import Account

    try:
        return account_of(bytes(Account.decrypt(keystore, passphrase)))
    except ValueError as err:
        if "MAC mismatch" in str(err):
            raise PassphraseWrong(path=path) from None
        raise KeyfileInvalid(path=path, problem="its Ethereum keystore is damaged") from None
    except (KeyError, TypeError, RuntimeError):
        raise KeyfileInvalid(path=path, problem="its Ethereum keystore is damaged") from None


def parse(path: Path, text: bytes) -> Document:
    """Read a key file's JSON and check that every field that is used later is there.

    Raises:
        KeyfileInvalid: it is not the JSON of a key file.
        FormatUnknown: it was written by a later release.
    """
    try:
        document: Document = json.loads(text)
        version = document["chartkey"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise KeyfileInvalid(path=path, problem="it is not the JSON of one") from None
    if version != VERSION:
        raise FormatUnknown(what="key file", version=version)
    if not _is_complete(document):
        raise KeyfileInvalid(path=path, problem="a field is missing or malformed")
    return document


def _is_complete(document: Document) -> bool:
    try:
        entries = document["encryption"]
        texts = [document["label"], document["address"], *(e["public"] for e in entries)]
        sealed = [*entries, *([document["handle"]] if "handle" in document else [])]
        binary = [entry[name] for entry in sealed for name in ("nonce", "private")]
        for text in (*binary, *texts[2:]):
            b64decode(text, validate=True)
        numbered = [entry["version"] for entry in entries] == list(range(1, len(entries) + 1))
        kinds = isinstance(document["ethereum"], dict) and all(isinstance(t, str) for t in texts)
    except (ValueError, TypeError, KeyError):
        return False
    return bool(entries) and numbered and kinds


def serialise(document: Document) -> bytes:
    """Return the JSON of a key file, UTF-8."""
    return json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"
