"""Opening the key of a party, from a chartkey key file or from Brownie's keystore."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from chartkey.crypto.keyfile import KeyFile, Keys

from scripts.alliance.party import KeySource
from scripts.alliance.refusal import Refused

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount

__all__ = ["open_key", "open_keystore", "read_passphrase"]

KEYSTORE = Path.home() / ".brownie" / "accounts"


def read_passphrase(path: Path) -> str:
    """Return the first line of a passphrase file that nobody else can read (T27).

    Raises:
        Refused: it is missing, empty, or its mode lets others read it.
    """
    if not path.is_file():
        raise Refused(f"there is no passphrase file {path}.")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise Refused(f"{path} has mode {mode:04o}, so others can read it: chmod 600 {path}")
    lines = path.read_text("utf-8").splitlines()
    if not lines or not lines[0]:
        raise Refused(f"the first line of {path} is empty.")
    return lines[0]


def open_key(source: KeySource) -> LocalAccount | Keys:
    """Return the opened key of a party.

    Raises:
        Refused: the passphrase file or the keystore cannot be used.
        KeyfileError: the key file cannot be used.
    """
    passphrase = read_passphrase(source.passphrase_file)
    if source.keyfile is not None:
        return KeyFile.open(source.keyfile, passphrase)
    return open_keystore(str(source.keystore), passphrase)


def open_keystore(name: str, passphrase: str) -> LocalAccount:
    """Return an account of Brownie's keystore (``brownie accounts list``).

    Raises:
        Refused: there is no such account, or the passphrase is wrong.
    """
    from eth_account import Account

    path = KEYSTORE / f"{name}.json"
    if not path.is_file():
        raise Refused(f"Brownie has no account {name}; `brownie accounts list` shows them.")
    try:
        account: LocalAccount = Account.from_key(
            Account.decrypt(json.loads(path.read_text("utf-8")), passphrase)
        )
    except ValueError as err:
        raise Refused(f"the passphrase does not open Brownie's account {name}.") from err
    return account
