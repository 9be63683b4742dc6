"""A permissioned network of four institutions and a regulator, on one machine: `make network`.

    python scripts/network.py run      start it, deploy, take the demo's journey across it, end it
    python scripts/network.py start    start it, deploy, and leave it running
    python scripts/network.py stop     end what start left, or what an interrupted run did

Each institution has a node that seals and one that answers, an IPFS node, and keys of its own; the
regulator has an archive node. They stand in network namespaces where the machine allows it, and on
loopback ports elsewhere or with --loopback. NETWORK_FOLDER names another folder for it all.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from chartkey.operator.description import Use
from chartkey.operator.pins import survey

from scripts.alliance.cast import REGULATOR, SEALING
from scripts.alliance.journey import Journey, Teller
from scripts.alliance.keyset import Keyset
from scripts.alliance.parameters import ROOT, SANDBOX_KEYS
from scripts.alliance.progress import write_durably
from scripts.alliance.refusal import Refused, plainly
from scripts.alliance.spread import Spread
from scripts.hosts.brownie import Brownie
from scripts.hosts.geth import ABSENT, GETH
from scripts.hosts.ground import Loopback, Namespaces
from scripts.hosts.group import Group
from scripts.hosts.house import Tenant
from scripts.hosts.kubo import ABSENT as NO_KUBO
from scripts.hosts.kubo import IPFS

FOLDER = Path(os.environ.get("NETWORK_FOLDER") or ROOT / "build" / "network")


class Drill:
    """One network from its keys to its end."""

    def __init__(self, folder: Path, *, loopback: bool, period: int) -> None:
        self._folder, self._period, self._say = folder.absolute(), period, Teller()
        self._loopback = loopback or not Namespaces.available()
        self._keyset = Keyset(SANDBOX_KEYS, houses=SEALING)

    def run(self, record: Path | None) -> None:
        """Start, deploy, travel, end.

        Raises:
            Refused: a step was not as it must be.
        """
        self.start()
        try:
            journey = Journey(self._say, record)
            events = journey.travel(self.stage)
            self._replicated()
            self._agree()
        finally:
            self._group.stop()
        counts = f"{len(journey.records)} records"
        print(f"network: ok, {counts}, {events} events, every node ended")

    def start(self) -> None:
        """Make keys and description, start every node, deploy, found the consortium.

        Raises:
            Refused: Geth is not built, the network runs already, or a step failed.
        """
        if not GETH.exists():
            raise Refused(ABSENT)
        self._clear()
        self._say.title("Four institutions and a regulator make keys and start their nodes")
        self._keyset.create()
        labels = [house.label for house in SEALING] + [REGULATOR[0]]
        ground = Loopback() if self._loopback else Namespaces(self._folder, labels)
        self._group = Group(
            self._folder, self._tenants(), ground, period=self._period, ipfs=IPFS.exists()
        )
        self._say("on loopback ports" if self._loopback else "each in a network namespace")
        self._group.start()
        try:
            if not IPFS.exists():
                self._say(f"{NO_KUBO}; ciphertext goes to folders")
            height = max(self._group.heights())
            self._say(f"{len(self._group.nodes)} nodes agree on block {height}")
            self._deploy()
        except BaseException:
            self._group.stop()
            raise

    def leave(self) -> None:
        """Say how to use what runs."""
        rpcs = [house.answering.rpc or "" for house in self._group.premises]
        values = {
            "CHARTKEY_RPC": ",".join(rpcs),
            "CHARTKEY_MANIFEST": str(self.stage.manifest),
            "CHARTKEY_NODE": rpcs[0],
            "DEPLOYER": str(self.stage.keyset.keyfile("lead")),
            "PASSWORD_FILE": str(self.stage.keyset.passphrase_file),
        }
        lines = [f"export {name}={shlex.quote(value)}" for name, value in values.items()]
        lines.append(f'export PATH={shlex.quote(str(Path(sys.prefix) / "bin"))}:"$PATH"')
        write_durably(self._folder / "env", "".join(f"{line}\n" for line in lines).encode())
        print(f"\nRunning. Next: . {self._folder / 'env'} and chartkey network status")
        print("`make network-stop` ends it.")

    def stop(self) -> None:
        """End what another run left."""
        ended = Group.end_recorded(self._folder)
        if not self._loopback:
            Namespaces(self._folder, [house.label for house in SEALING] + [REGULATOR[0]]).raze()
        print(f"Ended {ended} processes." if ended else "Nothing was running.")

    def _tenants(self) -> list[Tenant]:
        label, name = REGULATOR
        keys = self._keyset
        houses = [Tenant(h.label, h.name, keys.address(h.label)) for h in SEALING]
        return [*houses, Tenant(label, name, None, (Use.ARCHIVE,))]

    def _deploy(self) -> None:
        self._say.title("The lead deploys with Brownie; members sign, vote and are admitted")
        self.stage = Spread(self._group, self._folder, self._keyset, self._say)
        brownie = Brownie(self._folder / "brownie", self.stage.rpc, self._say)
        brownie.import_networks()
        self.stage.deploy_with(brownie)
        self.stage.settle()

    def _replicated(self) -> None:
        """Every file is at two institutions at least."""
        self._say.title("Ciphertext is at two institutions or more")
        houses = {h.label: self.stage.directory.store(self.stage.address(h.label)) for h in SEALING}
        found = survey(houses, verify=True)
        for one in found.placements:
            self._say(f"{one.cid} at {', '.join(one.houses)}")
        if found.short() or found.away or not found.placements:
            raise Refused("a file has fewer than two copies.")

    def _agree(self) -> None:
        """All nodes hold the same chain."""
        self._say.title("Every node holds the same chain")
        height = self._group.meet() - 2
        hashes = {
            node.ask("eth_getBlockByNumber", hex(height), False)["hash"]
            for node in self._group.nodes
        }
        if len(hashes) != 1:
            raise Refused(f"the nodes disagree about block {height}.")
        self._say(f"block {height} is {hashes.pop()} at all {len(self._group.nodes)}")

    def _clear(self) -> None:
        if Group.end_recorded(self._folder):
            self._say("ended the processes that another run left")
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)


def main() -> None:
    """Read the command line and do what it says."""
    assert __doc__
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=("run", "start", "stop"))
    parser.add_argument("--loopback", action="store_true", help="make no network namespaces")
    parser.add_argument("--period", type=int, default=1, help="seconds from block to block")
    parser.add_argument("--record", type=Path, help="a FHIR R4 bundle or a DICOM file of your own")
    options = parser.parse_args()
    with plainly():
        drill = Drill(FOLDER, loopback=options.loopback, period=options.period)
        if options.command == "stop":
            drill.stop()
        elif options.command == "start":
            drill.start()
            drill.leave()
        else:
            drill.run(options.record)


if __name__ == "__main__":
    main()
