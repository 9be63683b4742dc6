"""Deploying the contracts: repeatable, resumable, and checked against what was compiled.

Summary and Relationship name contracts that are deployed after them, so addresses are predicted
from the deployer's nonce. Everything follows from one question, asked anew before every
transaction: which recorded contracts stand on chain with the right code, and name the addresses
that the rest will have? Whatever does not is deployed (again).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chartkey.chain.manifest import Deployed, Manifest
from chartkey.crypto.digest import keccak256

from scripts.alliance.artifacts import NAMES, ORDER, Artifacts
from scripts.alliance.deployer import Deployer, created_address
from scripts.alliance.party import Founding
from scripts.alliance.progress import Progress
from scripts.alliance.refusal import Refused

__all__ = ["Deployment", "Planned", "Settings"]

_MOST_TRANSACTIONS = 4 * len(ORDER)
"""Four times what is needed when nothing comes in between."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the manifest says besides addresses: see P60 for both bounds."""

    confirmations: int = 1
    max_head_age: int | None = None
    development: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """One contract of a plan; ``gas`` is None when it stands already.

    ``arguments`` are the constructor's, each with its name; ``exact`` is False when the gas is
    reckoned and not estimated by the node.
    """

    name: str
    address: str
    arguments: tuple[tuple[str, Any], ...] = ()
    gas: int | None = None
    exact: bool = True


@dataclass(frozen=True, slots=True)
class _Layout:
    addresses: Mapping[str, str]
    missing: tuple[str, ...]
    nonce: int


class Deployment:
    """The contracts of one alliance on one chain, recorded in one manifest file."""

    def __init__(
        self,
        deployer: Deployer,
        artifacts: Artifacts,
        founding: Founding,
        path: Path,
        settings: Settings,
        say: Say = lambda line: None,
    ) -> None:
        self._deployer, self._artifacts, self._founding = deployer, artifacts, founding
        self._path, self._settings, self._say = path, settings, say

    def run(self) -> Manifest:
        """Deploy what is missing and write the manifest; deploy nothing when all is there.

        Raises:
            Refused: what is recorded is not what was compiled, another run was begun with other
                founders, or the node refused a transaction. A later run goes on from there.
            ManifestInvalid: the manifest cannot be read.
        """
        if (manifest := self._recorded()) is not None:
            self._say(f"all {len(ORDER)} contracts stand as {self._path} says; nothing to do")
            return manifest
        progress = self._progress()
        self._create_missing(progress)
        return self._conclude(progress)

    def plan(self) -> list[Planned]:
        """Return what a run would find and deploy. Sends nothing and writes nothing.

        Raises:
            Refused: as :meth:`run`.
            ManifestInvalid: the manifest cannot be read.
        """
        if (manifest := self._recorded()) is not None:
            return [Planned(name, manifest.contracts[name].address) for name in ORDER]
        layout = self._layout(self._progress())
        return [self._planned(name, layout) for name in ORDER]

    def _recorded(self) -> Manifest | None:
        """Return the manifest of a finished deployment once its code was checked."""
        if not self._path.exists():
            return None
        manifest = Manifest.load(self._path)
        if manifest.chain_id != self._deployer.chain_id:
            raise Refused(
                f"{self._path} belongs to chain {manifest.chain_id}, and this is chain "
                f"{self._deployer.chain_id}. Name another file in MANIFEST."
            )
        codes = {name: self._deployer.code(manifest.contracts[name].address) for name in ORDER}
        if manifest.development and not any(codes.values()):
            self._say("the manifest is of a development chain that is gone; starting anew")
            return None
        for name, code in codes.items():
            self._check(name, manifest.contracts[name], code)
        return manifest

    def _check(self, name: str, deployed: Deployed, code: bytes) -> None:
        if keccak256(code) != deployed.code_hash:
            found = "other code" if code else "no code"
            raise Refused(
                f"{name}: there is {found} at {deployed.address}, where {self._path} records it. "
                "This is another chain with the same id, or another manifest. Nothing was sent."
            )
        if not self._artifacts[name].matches(code):
            raise self._outdated(name, deployed.address)

    def _outdated(self, name: str, address: str) -> Refused:
        return Refused(
            f"{name} at {address} is not what contracts/ compile to now. To deploy the new "
            "version beside it, name another file in MANIFEST. Nothing was sent."
        )

    def _progress(self) -> Progress:
        partial = self._path.with_name(self._path.name + ".partial")
        creator, digest = self._deployer.address, self._founding.digest
        return Progress.open(partial, self._deployer.chain_id, creator, digest)

    def _create_missing(self, progress: Progress) -> None:
        for _ in range(_MOST_TRANSACTIONS):
            layout = self._layout(progress)
            if not layout.missing:
                return
            self._create(layout, progress)
        raise Refused(
            f"something else keeps sending from {self._deployer.address}; addresses cannot be "
            "predicted. Stop it and run this again."
        )

    def _create(self, layout: _Layout, progress: Progress) -> None:
        """Deploy the first missing contract, unless its nonce is taken meanwhile."""
        name = layout.missing[0]
        address, arguments = layout.addresses[name], self._arguments(name, layout)
        progress.intend(name, address, layout.nonce, after=self._deployer.head)
        try:
            block = self._deployer.create(self._artifacts[name], arguments, layout.nonce)
        except Refused:
            self._deployer.settle()
            if self._deployer.nonce() == layout.nonce:
                raise
            # Either another transaction took the nonce, or ours got through and its answer did
            # not: what stands on chain tells.
            return
        progress.confirm(name, block)
        self._say(f"{name} deployed at {address} in block {block}")

    def _layout(self, progress: Progress) -> _Layout:
        """Decide which contracts stay and where the missing ones will be."""
        self._deployer.settle()
        nonce, kept = self._deployer.nonce(), self._standing(progress)
        while True:
            missing = tuple(name for name in ORDER if name not in kept)
            addresses = {name: address for name, (address, _) in kept.items()} | {
                name: created_address(self._deployer.address, nonce + ahead)
                for ahead, name in enumerate(missing)
            }
            misplaced = [
                name
                for name, (_, words) in kept.items()
                if not self._artifacts[name].keeps(addresses, words)
            ]
            if not misplaced:
                return _Layout(addresses, missing, nonce)
            for name in misplaced:
                # For good: beside its own replacement it would look misplaced again and again.
                del kept[name], progress.steps[name]

    def _standing(self, progress: Progress) -> dict[str, tuple[str, frozenset[bytes]]]:
        """Return each recorded contract whose code is right, with the words it keeps."""
        standing = {}
        for name, step in progress.steps.items():
            code, artifact = self._deployer.code(step.address), self._artifacts[name]
            if artifact.matches(code):
                standing[name] = (step.address, artifact.words_in(code))
            elif code and step.mined:
                raise self._outdated(name, step.address)
        return standing

    def _arguments(self, name: str, layout: _Layout) -> tuple[Any, ...]:
        named = tuple(layout.addresses[other] for other in NAMES[name])
        return named + (self._founding.arguments if name == "Consortium" else ())

    def _planned(self, name: str, layout: _Layout) -> Planned:
        if name not in layout.missing:
            return Planned(name, layout.addresses[name])
        artifact, arguments = self._artifacts[name], self._arguments(name, layout)
        gas, exact = self._deployer.estimate(artifact, arguments)
        names = (parameter["name"].rstrip("_") for parameter in artifact.parameters)
        named = tuple(zip(names, arguments, strict=True))
        return Planned(name, layout.addresses[name], named, gas, exact)

    def _conclude(self, progress: Progress) -> Manifest:
        """Wait until the last block is confirmed, check everything again, write the manifest."""
        steps, settings = progress.steps, self._settings
        last = max(step.block for step in steps.values())
        self._deployer.wait_for_block(last + settings.confirmations - 1)
        if self._layout(progress).missing:
            raise Refused("the chain has reorganised under the deployment; run this again.")
        manifest = Manifest(
            chain_id=self._deployer.chain_id,
            deployment_block=min(step.block for step in steps.values()),
            contracts={name: self._deployed(steps[name].address) for name in ORDER},
            confirmations=settings.confirmations,
            max_head_age=settings.max_head_age,
            development_chains=(self._deployer.chain_id,) if settings.development else (),
        )
        saved = manifest.save(self._path)
        progress.close()
        self._say(f"manifest written to {self._path}")
        return saved

    def _deployed(self, address: str) -> Deployed:
        return Deployed(address, keccak256(self._deployer.code(address)))
