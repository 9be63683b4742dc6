"""The manifest: which contracts, on which chain, make up one deployment.

It decides whom a client talks to, so that everything in it is checked before anything is used.
A sandbox's ``alliance.json`` is a manifest with a directory of institutions.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chartkey.chain.address import checksum
from chartkey.chain.codec import CONTRACTS
from chartkey.errors import AddressInvalid, ManifestInvalid

__all__ = ["Deployed", "InstitutionEntry", "Manifest"]

_SCHEMA: Final = 1
_FIELDS: Final = (
    "schema",
    "chainId",
    "deploymentBlock",
    "contracts",
    "confirmations",
    "maxHeadAge",
    "developmentChains",
    "institutions",
)
_LARGEST: Final = 1 << 20
_LARGEST_ID: Final = (1 << 64) - 1
"""A chain id is eight bytes in the context of P04."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """A contract's address and the 32-byte keccak256 of its runtime code."""

    address: str
    code_hash: bytes


@dataclass(frozen=True, slots=True)
class InstitutionEntry:
    """Where to find one institution.

    ``custodian`` and ``store`` are ``http(s)://`` addresses or paths inside the manifest's
    folder; ``keyfile``, in a sandbox, is such a path. ``zone`` (IANA, as ``Asia/Shanghai``) is
    the one in which its records mean times that name none.
    """

    address: str
    name: str
    custodian: str
    store: str
    keyfile: str | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """One deployment.

    ``confirmations`` blocks make a fact, the newest one included; a head older than
    ``max_head_age`` seconds is not believed. A chain whose id is among
    ``development_chains`` mines when there is something to mine, so that 1 and None are allowed
    there, and nowhere else (P60).
    """

    chain_id: int
    deployment_block: int
    contracts: Mapping[str, Deployed]
    confirmations: int
    max_head_age: int | None
    development_chains: tuple[int, ...] = ()
    institutions: tuple[InstitutionEntry, ...] = ()
    path: Path | None = field(default=None, compare=False)
    schema: int = _SCHEMA

    def __post_init__(self) -> None:
        problem = _problem(self)
        if problem:
            raise ManifestInvalid(path=self.path or "the manifest", problem=problem)

    @property
    def development(self) -> bool:
        """Whether this is an automining development chain (P60)."""
        return self.chain_id in self.development_chains

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Manifest:
        """Read a manifest.

        Raises:
            ManifestInvalid: it cannot be read, a field is missing, unknown or out of range, a
                path in it leads out of its folder, or it claims the leniency of a development
                chain for another chain (P60).
        """
        file = Path(path)
        try:
            with file.open("rb") as stream:
                text = stream.read(_LARGEST + 1)
            if len(text) > _LARGEST:
                raise ManifestInvalid(path=file, problem="it is larger than a manifest may be")
            document = json.loads(text, parse_constant=_refuse)
            return _parse(document, file)
        except OSError as err:
            problem = f"it cannot be read ({err.strerror})"
            raise ManifestInvalid(path=file, problem=problem) from err
        except AddressInvalid as err:
            raise ManifestInvalid(path=file, problem="an address is malformed") from err
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as err:
            problem = "a field is missing, unknown or malformed"
            raise ManifestInvalid(path=file, problem=problem) from err

    def save(self, path: str | os.PathLike[str]) -> Manifest:
        """Write the manifest, whole or not at all, and return it as read from there.

        Raises:
            ManifestInvalid: it cannot be written there, or a path in it leads out of the folder.
        """
        file = Path(path)
        placed = replace(self, path=file)
        text = json.dumps(_document(self), ensure_ascii=False, indent=2) + "\n"
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            _write(file, text.encode())
        except OSError as err:
            problem = f"it cannot be written ({err.strerror})"
            raise ManifestInvalid(path=file, problem=problem) from err
        return placed

    def locate(self, name: str) -> Path:
        """Return a path of the manifest's as one of this machine.

        Raises:
            ManifestInvalid: the manifest is not a file, or the path leads out of its folder,
                through a symbolic link too (T13).
        """
        if self.path is None or not _is_inside(name):
            problem = f"{name!r} is not a path inside its folder"
            raise ManifestInvalid(path=self.path or "the manifest", problem=problem)
        folder = self.path.parent.resolve()
        found = (folder / name).resolve()
        if not found.is_relative_to(folder):
            raise ManifestInvalid(path=self.path, problem=f"{name!r} leads out of its folder")
        return found

    def institution(self, address: str) -> InstitutionEntry | None:
        """Return an institution's entry in the directory; None when it has none.

        Raises:
            AddressInvalid: the address is malformed.
        """
        wanted = checksum(address)
        return next((entry for entry in self.institutions if entry.address == wanted), None)


def _problem(manifest: Manifest) -> str | None:
    """Say what is wrong with a manifest, or None."""
    if manifest.schema != _SCHEMA:
        return f"schema {manifest.schema} is not known to this release"
    if not 0 < manifest.chain_id <= _LARGEST_ID or manifest.deployment_block < 0:
        return "chainId or deploymentBlock is out of range"
    if set(manifest.contracts) != set(CONTRACTS):
        return f"contracts must be {', '.join(CONTRACTS)}"
    addresses = [contract.address for contract in manifest.contracts.values()]
    if len(set(addresses)) != len(addresses):
        return "two contracts have one address"
    if any(len(contract.code_hash) != 32 for contract in manifest.contracts.values()):
        return "a codeHash is not 32 bytes"
    return _finality_problem(manifest) or _directory_problem(manifest)


def _finality_problem(manifest: Manifest) -> str | None:
    age = manifest.max_head_age
    if manifest.confirmations < 1 or (age is not None and age < 1):
        return "confirmations and maxHeadAge must be positive"
    # A lenient manifest on a real chain would take a fork's block, or last week's, for the truth.
    if not manifest.development and (manifest.confirmations == 1 or age is None):
        return "one confirmation or no maxHeadAge is only for a chain named in developmentChains"
    return None


def _directory_problem(manifest: Manifest) -> str | None:
    addresses = [entry.address for entry in manifest.institutions]
    if len(set(addresses)) != len(addresses):
        return "an institution is listed twice"
    for entry in manifest.institutions:
        if not (_is_place(entry.custodian) and _is_place(entry.store)):
            return f"custodian or store of {entry.name!r} is neither a URL nor inside its folder"
        if entry.keyfile is not None and not _is_inside(entry.keyfile):
            return f"the key file of {entry.name!r} is not inside its folder"
        if entry.zone is not None and not _is_zone(entry.zone):
            return f"{entry.zone!r} is no time zone (IANA) that this machine knows"
    return None


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _is_place(text: str) -> bool:
    if not text.startswith(("http://", "https://")):
        return _is_inside(text)
    try:
        return bool(urlsplit(text).hostname) and text.isprintable()
    except ValueError:
        return False


def _is_inside(name: str) -> bool:
    """Whether a name is a plain relative path that stays in its folder, on any system (T13)."""
    foreign = "\\" in name or ":" in name or name.startswith("~") or not name.isprintable()
    path = PurePosixPath(name)
    return bool(name) and not foreign and not path.is_absolute() and ".." not in path.parts


def _parse(document: Any, path: Path) -> Manifest:
    _require_fields(document, _FIELDS)
    contracts = {name: _deployed(entry) for name, entry in document["contracts"].items()}
    age = document["maxHeadAge"]
    return Manifest(
        schema=_integer(document["schema"]),
        chain_id=_integer(document["chainId"]),
        deployment_block=_integer(document["deploymentBlock"]),
        contracts=contracts,
        confirmations=_integer(document["confirmations"]),
        max_head_age=None if age is None else _integer(age),
        development_chains=tuple(map(_integer, document.get("developmentChains", []))),
        institutions=tuple(map(_institution, document.get("institutions", []))),
        path=path,
    )


def _deployed(entry: dict[str, Any]) -> Deployed:
    _require_fields(entry, ("address", "codeHash"))
    code_hash = entry["codeHash"]
    if not code_hash.startswith("0x"):
        raise ValueError
    return Deployed(checksum(entry["address"]), bytes.fromhex(code_hash[2:]))


def _institution(entry: dict[str, Any]) -> InstitutionEntry:
    _require_fields(entry, ("address", "name", "custodian", "store", "keyfile", "zone"))
    if not all(isinstance(value, str) for value in entry.values()):
        raise TypeError
    return InstitutionEntry(
        address=checksum(entry["address"]),
        name=entry["name"],
        custodian=entry["custodian"],
        store=entry["store"],
        keyfile=entry.get("keyfile"),
        zone=entry.get("zone"),
    )


def _require_fields(entry: dict[str, Any], known: tuple[str, ...]) -> None:
    # An unknown field is a misspelt one, and a misspelt safety setting is none.
    if not set(entry) <= set(known):
        raise KeyError


def _integer(value: Any) -> int:
    if type(value) is not int:
        raise TypeError
    return value


def _refuse(_: str) -> Any:
    raise ValueError


def _document(manifest: Manifest) -> dict[str, Any]:
    return {
        "schema": manifest.schema,
        "chainId": manifest.chain_id,
        "deploymentBlock": manifest.deployment_block,
        "contracts": {
            name: {"address": entry.address, "codeHash": f"0x{entry.code_hash.hex()}"}
            for name, entry in manifest.contracts.items()
        },
        "confirmations": manifest.confirmations,
        "maxHeadAge": manifest.max_head_age,
        "developmentChains": list(manifest.development_chains),
        "institutions": [_entry_document(entry) for entry in manifest.institutions],
    }


def _entry_document(entry: InstitutionEntry) -> dict[str, Any]:
    document = {
        "address": entry.address,
        "name": entry.name,
        "custodian": entry.custodian,
        "store": entry.store,
    }
    optional = {"keyfile": entry.keyfile, "zone": entry.zone}
    return document | {name: value for name, value in optional.items() if value is not None}


def _write(path: Path, text: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".manifest-", delete=False) as file:
        try:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            os.chmod(file.name, 0o644)
            os.replace(file.name, path)
        except OSError:
            os.unlink(file.name)
            raise
