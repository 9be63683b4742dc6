"""The same cast on a permissioned network: every house acts through its own node."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from chartkey.chain.network import Network, connect

from scripts.alliance.refusal import Refused
from scripts.alliance.stage import Alliance

if TYPE_CHECKING:
    from scripts.alliance.keyset import Keyset
    from scripts.hosts.brownie import Brownie
    from scripts.hosts.group import Group

__all__ = ["Spread"]

_SETTLE_SECONDS = 120.0


class Spread(Alliance):
    """The alliance on a group of hosts; deployed and founded by the Brownie scripts."""

    def __init__(
        self, group: Group, folder: Path, keyset: Keyset, say: Callable[[str], None]
    ) -> None:
        self._group = group
        self._networks: dict[str, Network] = {}
        super().__init__(group.house("lead").answering.rpc or "", folder, keyset, say)

    def deploy_with(self, brownie: Brownie) -> None:
        """Deploy, found and admit everybody, as an operator does: by `brownie run`.

        Raises:
            Refused: a script failed.
        """
        keys, lead = self.keyset, self.keyset.keyfile("lead")
        common = {
            "MANIFEST": str(self.manifest),
            "FOUNDERS": str(keys.folder / "founders.json"),
            "DESCRIPTION": str(self._group.description),
        }
        password = {"DEPLOYER": str(lead), "PASSWORD_FILE": str(keys.passphrase_file)}
        brownie.run("deploy", common | password)
        self.publish_directory()
        brownie.run("found", common | {"ADMISSIONS": str(keys.folder / "admissions.json")})

    def network_of(self, label: str) -> Network:
        """The connection through a house's own node; the regulator's through its archive."""
        if label not in self._networks:
            rpc = self._group.house(label).answering.rpc or ""
            self._networks[label] = connect(rpc, self.manifest)
        return self._networks[label]

    def settle(self) -> None:
        """Wait until the newest block that anybody has seen is confirmed at every node (P60).

        Raises:
            Refused: it does not happen within two minutes.
        """
        networks = [self.network_of(house.tenant.label) for house in self._group.premises]
        until = time.monotonic() + _SETTLE_SECONDS
        target = max(network.head().number for network in networks)
        while min(network.confirmed_block() for network in networks) < target:
            if time.monotonic() > until:
                raise Refused(f"block {target} is not confirmed at every node.")
            time.sleep(0.1)

    def store_of(self, label: str) -> str:
        """The house's own IPFS node."""
        return self._group.house(label).store or super().store_of(label)
