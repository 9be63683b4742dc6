"""What a house's own set-up lacks, check by check: what was found, and what to do.

What is not configured is said to be so, and no check keeps another from being made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chartkey.chain.manifest import Manifest
from chartkey.chain.network import Network, connect
from chartkey.chain.rpc import Rpc
from chartkey.errors import ChartkeyError, ManifestInvalid, NodeRefused, NodeUnavailable
from chartkey.operator.finding import Check, absent, guarded, ok, problem, warning
from chartkey.operator.outfit import clock, disk, ipfs, key, software, swarm
from chartkey.operator.vitals import Absent, Vitals, look

__all__ = ["Setup", "diagnose"]

_SKEW: Final = 2.0
_BROKEN: Final = 5.0
"""Seconds between two clocks; the header Date is exact to about one."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What there is to check: addresses of nodes, the manifest, a key file, Kubo's RPC address,
    Kubo's folder where its swarm is to be private, and folders whose disk is watched.
    """

    rpcs: tuple[str, ...]
    manifest: Path | None = None
    key: Path | None = None
    ipfs: str | None = None
    repository: Path | None = None
    folders: tuple[Path, ...] = ()


def diagnose(setup: Setup) -> Iterator[Check]:
    """Yield every check, in an order in which the first problem explains those after it."""
    manifest, said = _manifest(setup.manifest)
    yield said
    network: Network | None = None
    for rpc in setup.rpcs:
        checks, found = _of_node(rpc, manifest)
        yield from checks
        network = network or found
    yield guarded("sealers", lambda: _sealers(network))
    yield clock()
    yield guarded("ipfs", lambda: ipfs(setup.ipfs))
    yield guarded("swarm", lambda: swarm(setup.ipfs, setup.repository))
    yield from key(setup.key, network)
    for folder in setup.folders or (None,):
        yield disk(folder)
    yield software()


def _manifest(path: Path | None) -> tuple[Manifest | None, Check]:
    name = "manifest"
    if path is None or not path.exists():
        return None, absent(name, "Name the alliance's with --manifest.")
    try:
        manifest = Manifest.load(path)
    except ManifestInvalid as err:
        return None, problem(name, str(err), "")
    count = len(manifest.institutions)
    return manifest, ok(name, f"{path}: chain {manifest.chain_id}, {count} institutions")


def _of_node(rpc: str, manifest: Manifest | None) -> tuple[list[Check], Network | None]:
    """Check one node, and return the connection through it if it serves the deployment."""
    try:
        node = look(Rpc(rpc))
    except NodeUnavailable as err:
        return [problem("node", str(err), "")], None
    if isinstance(node, Absent):
        return [problem("node", node.problem, "")], None
    checks = [ok("node", f"{node.rpc}: {node.version}, block {node.head.number}")]
    network = None
    if manifest is None:
        checks.append(absent("contracts", "They are checked where there is a manifest."))
    else:
        network, said = _contracts(rpc, manifest)
        checks.append(said)
    checks += [_head(node, manifest), _peers(node, manifest), _skew(node)]
    return checks, network


def _contracts(rpc: str, manifest: Manifest) -> tuple[Network | None, Check]:
    try:
        network = connect(rpc, manifest)
    except ChartkeyError as err:
        return None, problem("contracts", str(err), "")
    found = f"chain {manifest.chain_id}; all {len(manifest.contracts)} have the manifest's code"
    return network, ok("contracts", found)


def _head(node: Vitals, manifest: Manifest | None) -> Check:
    name, found = "head", f"block {node.head.number}, {node.age} s old"
    limit = manifest.max_head_age if manifest else None
    if manifest is None:
        return ok(name, f"{found}; how old it may be is in the manifest")
    if limit is None:
        return ok(name, f"{found}; a development chain has no blocks while nothing happens")
    if node.age > limit:
        advice = (
            "Nothing is released by it. See whether its chain goes on: `chartkey network status`."
        )
        return problem(name, f"{found}, allowed are {limit} s", advice)
    return ok(name, f"{found}, allowed are {limit} s")


def _peers(node: Vitals, manifest: Manifest | None) -> Check:
    name = "peers"
    if node.peers is None:
        return absent(name, "The node does not tell; see its own log.")
    if node.peers or (manifest is not None and manifest.development):
        return ok(name, str(node.peers))
    return problem(name, "none", "See the node's network and `chartkey network peers`.")


def _skew(node: Vitals) -> Check:
    name = "node's clock"
    if node.clock is None:
        return absent(name, "The node's answers tell no time.")
    found = f"{node.clock:+.0f} s against this machine's"
    if abs(node.clock) > _BROKEN:
        return problem(name, found, "Set both by NTP: blocks of a wrong time are refused.")
    if abs(node.clock) > _SKEW:
        return warning(name, found, "Set both by NTP.")
    return ok(name, found)


def _sealers(network: Network | None) -> Check:
    from chartkey.operator.ballot import ballot_of

    name = "sealers"
    if network is None:
        return absent(name, "They are compared where node and manifest are there.")
    try:
        ballot = ballot_of(network)
    except NodeRefused:
        return absent(name, "The node is none of Clique, or does not offer its methods.")
    if ballot.agreed:
        return ok(name, f"{len(ballot.signers)}, as the consortium decided")
    odd = sum(seat.wanted is not None for seat in ballot.seats)
    advice = "See `chartkey network sealers`, and carry it out with --apply."
    return warning(name, f"{odd} not as the consortium decided", advice)
