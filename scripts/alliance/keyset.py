"""The sandbox's key files, one for every role, made during set-up because each takes a second.

Each `LABEL.json` is a chartkey key file, and `passphrase` beside them, where the client looks for
it, opens them all; mode 0600. `founders.json` and `admissions.json` name them for the Brownie
scripts.
"""

from __future__ import annotations

import json
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chartkey.crypto.keyfile import SCRYPT_N, KeyFile, Keys

from scripts.alliance.cast import HOSPITAL, HOUSES, LEAD, PEOPLE, REGULATOR, House
from scripts.alliance.keyring import read_passphrase
from scripts.alliance.progress import write_durably

__all__ = ["Keyset"]

_WORKERS = 2
_PASSPHRASE_BYTES = 15
_FOUNDERS = "founders.json"


@dataclass(frozen=True, slots=True)
class Keyset:
    """A folder with a key file for every label of the cast.

    ``scrypt_n`` is lowered only for keys that are thrown away, those of tests.
    """

    folder: Path
    scrypt_n: int = SCRYPT_N
    houses: tuple[House, ...] = HOUSES

    @property
    def labels(self) -> dict[str, str]:
        """The name of whoever holds each key, by label."""
        houses = {house.label: house.name for house in self.houses}
        return houses | dict([REGULATOR]) | {person.label: person.name for person in PEOPLE}

    def keyfile(self, label: str) -> Path:
        """The key file of a label."""
        return self.folder / f"{label}.json"

    @property
    def passphrase_file(self) -> Path:
        """The file whose only line opens every key file here."""
        return self.folder / "passphrase"

    def address(self, label: str) -> str:
        """The account of a label, read without opening the key file."""
        return KeyFile.address(self.keyfile(label))

    def create(self) -> tuple[str, ...]:
        """Make the key files that are missing; return their labels.

        Raises:
            Refused: the passphrase file is there and cannot be used.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        missing = tuple(label for label in self.labels if not self.keyfile(label).exists())
        if missing and not self.passphrase_file.exists():
            passphrase = secrets.token_urlsafe(_PASSPHRASE_BYTES)
            write_durably(self.passphrase_file, f"{passphrase}\n".encode(), mode=0o600)
        with ThreadPoolExecutor(_WORKERS) as pool:
            list(pool.map(self._create, missing))
        # Set-up's lists are of the sandbox; whoever adds a house has a copy with lists of its own.
        if not (self.folder / _FOUNDERS).exists():
            self._write_lists()
        return missing

    def copy(self, folder: Path) -> Keyset:
        """Copy every key file and the passphrase into another folder and return that set.

        What clients keep beside a key file, journals among it, then belongs to one chain.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in (self.passphrase_file, *map(self.keyfile, self.labels)):
            write_durably(folder / path.name, path.read_bytes(), mode=0o600)
        copied = Keyset(folder, houses=self.houses)
        copied._write_lists()
        return copied

    def open(self) -> dict[str, Keys]:
        """Open every key file.

        Raises:
            Refused: the passphrase file is missing or readable by others.
            KeyfileError: a key file cannot be used.
        """
        passphrase = read_passphrase(self.passphrase_file)
        with ThreadPoolExecutor(_WORKERS) as pool:
            opened = pool.map(lambda label: self._open(label, passphrase), self.labels)
            return dict(zip(self.labels, opened, strict=True))

    def _write_lists(self) -> None:
        self._list(_FOUNDERS, [_house(self, LEAD), _house(self, HOSPITAL)])
        label, name = REGULATOR
        regulator = {"regulator": name, "account": self.address(label)}
        later = [house for house in self.houses if house not in (LEAD, HOSPITAL)]
        self._list("admissions.json", [*(_house(self, house) for house in later), regulator])

    def _create(self, label: str) -> None:
        passphrase, houses = read_passphrase(self.passphrase_file), [h.label for h in self.houses]
        name = self.labels[label]
        KeyFile.create(
            self.keyfile(label),
            passphrase,
            name,
            handle_key=label in houses,
            scrypt_n=self.scrypt_n,
        )

    def _open(self, label: str, passphrase: str) -> Keys:
        return KeyFile.open(self.keyfile(label), passphrase)

    def _list(self, name: str, entries: list[dict[str, Any]]) -> None:
        text = json.dumps(entries, ensure_ascii=False, indent=2)
        write_durably(self.folder / name, text.encode() + b"\n", mode=0o600)


def _house(keyset: Keyset, house: House) -> dict[str, Any]:
    details = house.details
    return {
        "account": keyset.address(house.label),
        "name": details.name,
        "creditCode": details.credit_code,
        "localCode": details.local_code,
        "grade": details.grade,
        "tier": details.tier,
        "keyfile": keyset.keyfile(house.label).name,
        "passphraseFile": keyset.passphrase_file.name,
    }
