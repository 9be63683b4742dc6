"""Institutions and regulators as the scripts are given them: two JSON files.

A founders file is a list, the lead first::

    [{"account": "0x…", "name": "…", "creditCode": "…", "localCode": "…", "grade": "三级甲等",
      "tier": 3, "keyfile": "lead.json", "passphraseFile": "lead.passphrase"}, …]

An admissions file is a list of the same, and of ``{"regulator": "…", "account": "0x…"}``. The key
of a party is optional: a house that runs the script names its own and leaves out the others'.
``"keystore": "name"`` with ``"passphraseFile"`` names an account of Brownie's instead. Paths are
relative to the file that names them.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chartkey.models import Details

from scripts.alliance.refusal import Refused

__all__ = ["Founding", "KeySource", "Party", "agreement_hash", "read_parties"]

_DETAILS = ("name", "creditCode", "localCode", "grade", "tier")


@dataclass(frozen=True, slots=True)
class KeySource:
    """Where a party's key is: a chartkey key file, or an account in Brownie's keystore."""

    passphrase_file: Path
    keyfile: Path | None = None
    keystore: str | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """An institution with its public details, or a regulator with its name alone."""

    account: str
    name: str
    details: Details | None
    key: KeySource | None = None


@dataclass(frozen=True, slots=True)
class Founding:
    """What the consortium is created with."""

    founders: tuple[Party, ...]
    agreement: bytes

    @property
    def arguments(self) -> tuple[Any, ...]:
        """The consortium's constructor arguments after the forwarder."""
        accounts = [party.account for party in self.founders]
        return accounts, [_public(party.details) for party in self.founders], self.agreement

    @property
    def digest(self) -> str:
        """SHA-256 of those arguments, hexadecimal."""
        accounts, details, agreement = self.arguments
        text = json.dumps([accounts, details, agreement.hex()], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def agreement_hash(folder: Path) -> bytes:
    """Return the hash that members sign: ``cat FOLDER/*.md | sha256sum``.

    Raises:
        Refused: there is no text in the folder.
    """
    texts = sorted(folder.glob("*.md"))
    if not texts:
        raise Refused(f"no agreement: {folder} holds no .md file. AGREEMENT names the folder.")
    return hashlib.sha256(b"".join(text.read_bytes() for text in texts)).digest()


def read_parties(path: Path) -> tuple[Party, ...]:
    """Read a founders or an admissions file.

    Raises:
        Refused: it is missing or not such a file.
    """
    try:
        entries = json.loads(path.read_text("utf-8"))
        return tuple(_party(entry, path.parent) for entry in entries)
    except FileNotFoundError as err:
        raise Refused(f"there is no file {path}; `make setup` writes the sandbox's.") from err
    except (ValueError, TypeError, KeyError, AttributeError) as err:
        raise Refused(f"{path} is not a list of parties as its manual says: {err!r}") from err


def _party(entry: dict[str, Any], folder: Path) -> Party:
    from eth_utils.address import is_address, to_checksum_address

    if not is_address(entry["account"]):
        raise ValueError(f"{entry['account']} is not an account")
    account, key = to_checksum_address(entry["account"]), _key(entry, folder)
    if "regulator" in entry:
        return Party(account, entry["regulator"], None, key)
    name, credit_code, local_code, grade, tier = (entry[field] for field in _DETAILS)
    return Party(account, name, Details(name, credit_code, local_code, grade, int(tier)), key)


def _key(entry: dict[str, Any], folder: Path) -> KeySource | None:
    if "keyfile" in entry:
        passphrase_file = folder / entry["passphraseFile"]
        return KeySource(passphrase_file, keyfile=folder / entry["keyfile"])
    if "keystore" in entry:
        return KeySource(folder / entry["passphraseFile"], keystore=entry["keystore"])
    return None


def _public(details: Details | None) -> tuple[str, str, str, str, int]:
    if details is None:
        raise Refused("a regulator cannot found a consortium.")
    return (
        details.name,
        details.credit_code,
        details.local_code,
        details.grade,
        details.tier,
    )
