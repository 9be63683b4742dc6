"""What the Brownie scripts are told through the environment; nothing is ever asked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chartkey.operator.description import Description, House

from scripts.alliance.deployment import Settings
from scripts.alliance.keyring import read_passphrase
from scripts.alliance.party import Founding, Party, agreement_hash, read_parties
from scripts.alliance.refusal import Refused

if TYPE_CHECKING:
    from web3 import Web3

__all__ = ["AGREEMENT", "PROFILES", "REFERRALS", "ROOT", "SANDBOX_KEYS", "Parameters"]

ROOT = Path(__file__).resolve().parents[2]
AGREEMENT = ROOT / "scripts" / "agreement" / "v1"
PROFILES = ROOT / "scripts" / "profiles" / "list.json"
REFERRALS = ROOT / "scripts" / "profiles" / "referrals.json"
SANDBOX_KEYS = ROOT / "build" / "sandbox-keys"
HEAD_AGE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Parameters:
    """The environment, read against the defaults of one chain."""

    chain_id: int
    development: bool
    environment: Mapping[str, str]

    @classmethod
    def read(cls, chain_id: int, *, development: bool) -> Parameters:
        """Return the parameters of this process for a chain."""
        return cls(chain_id, development, os.environ)

    @property
    def manifest(self) -> Path:
        """MANIFEST: the file that is written and read."""
        return self._path("MANIFEST", ROOT / "build" / "manifests" / f"{self.chain_id}.json")

    @property
    def deployer(self) -> str | None:
        """DEPLOYER: an account in Brownie's keystore, or a chartkey key file; None for the node's
        own first account.

        Raises:
            Refused: none is named and this is no development chain.
        """
        name = self.environment.get("DEPLOYER")
        if name is None and not self.development:
            raise Refused(
                "DEPLOYER names the account in Brownie's keystore, or the key file, that deploys."
            )
        return name

    @property
    def agreement(self) -> bytes:
        """AGREEMENT: the hash of the texts in that folder.

        Raises:
            Refused: the folder holds none.
        """
        return agreement_hash(self._path("AGREEMENT", AGREEMENT))

    @property
    def founders(self) -> tuple[Party, ...]:
        """FOUNDERS: the founding institutions, the lead first.

        Raises:
            Refused: no file is named and this is no development chain, or it cannot be read.
        """
        if "FOUNDERS" not in self.environment and not self.development:
            raise Refused("FOUNDERS names the file of founding institutions.")
        return read_parties(self._path("FOUNDERS", SANDBOX_KEYS / "founders.json"))

    @property
    def admissions(self) -> tuple[Party, ...]:
        """ADMISSIONS: institutions and regulators to be voted in; none by default.

        Raises:
            Refused: the file cannot be read.
        """
        path = self.environment.get("ADMISSIONS")
        return read_parties(Path(path)) if path else ()

    @property
    def profiles(self) -> Path:
        """PROFILES: the list of record profiles to adopt."""
        return self._path("PROFILES", PROFILES)

    @property
    def referrals(self) -> Path:
        """REFERRALS: the rules of referral to set."""
        return self._path("REFERRALS", REFERRALS)

    @property
    def houses(self) -> tuple[House, ...]:
        """DESCRIPTION: the houses of that description; none by default.

        Raises:
            NetworkInvalid: the description cannot be read.
        """
        path = self.environment.get("DESCRIPTION")
        return Description.load(path).present if path else ()

    def password(self) -> str:
        """PASSWORD_FILE: the first line of that file.

        Raises:
            Refused: no file is named, or others can read it.
        """
        if "PASSWORD_FILE" not in self.environment:
            raise Refused("PASSWORD_FILE names the file whose first line opens the account.")
        return read_passphrase(Path(self.environment["PASSWORD_FILE"]))

    def founding(self) -> Founding:
        """What the consortium is created with.

        Raises:
            Refused: as ``founders`` and ``agreement``.
        """
        return Founding(self.founders, self.agreement)

    def settings(self, web3: Web3) -> Settings:
        """CONFIRMATIONS and MAX_HEAD_AGE, or what P60 says of this chain.

        Raises:
            Refused: neither the environment nor the node says how many confirmations to wait for.
        """
        if self.development:
            return Settings(development=True)
        confirmations = self._number("CONFIRMATIONS") or _majority(web3)
        return Settings(confirmations, self._number("MAX_HEAD_AGE") or HEAD_AGE_SECONDS)

    def _path(self, name: str, default: Path) -> Path:
        return Path(self.environment.get(name) or default)

    def _number(self, name: str) -> int | None:
        text = self.environment.get(name)
        if not text:
            return None
        if not text.isdecimal() or int(text) == 0:
            raise Refused(f"{name} is a whole number above zero, not {text}.")
        return int(text)


def _majority(web3: Web3) -> int:
    """Return more than half of the sealers of a Clique chain (P60)."""
    from web3.types import RPCEndpoint

    answer = web3.provider.make_request(RPCEndpoint("clique_getSigners"), ["latest"])
    sealers = answer.get("result")
    if not sealers:
        raise Refused("the node names no sealers; CONFIRMATIONS says how many blocks to wait for.")
    return len(sealers) // 2 + 1
