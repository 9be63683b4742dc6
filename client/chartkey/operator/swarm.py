"""A private IPFS swarm: its key, and the settings of a Kubo node in it.

Everything on IPFS is ciphertext; the swarm key keeps strangers from collecting it for the day a
cipher falls, and members' nodes from serving anybody else's files. The key is a pre-shared one of
libp2p (pnet, PSK v1): every member has the same 32 bytes, in a file that is never printed.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from chartkey.crypto.ownfile import create, read
from chartkey.errors import NetworkInvalid

__all__ = ["SwarmNode", "fingerprint", "new_swarm_key"]

_HEAD: Final = ("/key/swarm/psk/1.0.0/", "/base16/")
_BYTES: Final = 32
_SECONDS: Final = 120
_PROFILES: Final = "unixfs-v1-2025,autoconf-off"
_SWARM_KEY: Final = "swarm.key"
_LOOPBACKS: Final = ("/ip4/127.0.0.1/", "/ip6/::1/", "/unix/")


def new_swarm_key(path: Path) -> str:
    """Make a swarm key, mode 0600, and return its fingerprint.

    Raises:
        KeyfileExists: there is one; a second key would be a second swarm.
        OSError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    create(path, "\n".join((*_HEAD, secrets.token_hex(_BYTES))).encode() + b"\n")
    return fingerprint(path)


def fingerprint(path: Path) -> str:
    """Return what members compare by telephone: 16 hex digits that do not give the key away.

    Raises:
        KeyfileUnsafe: others may read the file (T27).
        KeyfileInvalid: there is none.
        NetworkInvalid: it is no swarm key.
    """
    try:
        *head, digits = read(path).decode("ascii").split()
        secret = bytes.fromhex(digits)
    except ValueError:
        head, secret = [], b""
    if tuple(head) != _HEAD or len(secret) != _BYTES:
        raise NetworkInvalid(source=path, problem="it is no swarm key (PSK v1, base16)")
    return hashlib.sha256(b"chartkey/v1/swarm-fingerprint" + secret).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class SwarmNode:
    """A Kubo repository in a private swarm.

    ``listen`` are multiaddrs for the other members, ``api`` and ``gateway`` those on loopback for
    this house alone. In a container (``contained``), whose ports are closed from outside, they may
    be on every address of it.
    """

    repository: Path
    swarm_key: Path
    listen: Sequence[str]
    api: str = "/ip4/127.0.0.1/tcp/5001"
    gateway: str = "/ip4/127.0.0.1/tcp/8080"
    ipfs: str = "ipfs"
    contained: bool = False

    @property
    def environment(self) -> dict[str, str]:
        """What the daemon is started with: without the swarm key it does not start at all."""
        return {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(self.repository),
            "IPFS_PATH": str(self.repository),
            "IPFS_TELEMETRY": "off",
            "LIBP2P_FORCE_PNET": "1",
        }

    @property
    def command(self) -> list[str]:
        """The command that runs the daemon in the foreground."""
        return [self.ipfs, "daemon", "--migrate=false"]

    def prepare(self, peers: Sequence[str] = ()) -> str:
        """Make the repository if there is none, set it up, and return the node's peer id.

        Identity and files that are there stay. ``peers`` are the others' multiaddrs, each ending
        in ``/p2p/<peer id>``.

        Raises:
            KeyfileUnsafe, KeyfileInvalid, NetworkInvalid: the swarm key cannot be used, or Kubo
                refuses.
            OSError: the repository cannot be written.
        """
        fingerprint(self.swarm_key)
        for address in (self.api, self.gateway):
            if not self.contained and not address.startswith(_LOOPBACKS):
                problem = "API and gateway are for this machine alone: /ip4/127.0.0.1/tcp/…"
                raise NetworkInvalid(source=address, problem=problem)
        if not (self.repository / "config").exists():
            self.repository.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._run("init", "--empty-repo", f"--profile={_PROFILES}")
        create(self.repository / _SWARM_KEY, read(self.swarm_key), overwrite=True)
        for key, value in self._settings(peers).items():
            self._run("config", "--json", key, json.dumps(value))
        return self.peer_id

    @property
    def peer_id(self) -> str:
        """The node's name in the swarm.

        Raises:
            NetworkInvalid: there is no repository.
        """
        try:
            config: Mapping[str, Any] = json.loads((self.repository / "config").read_text())
            return str(config["Identity"]["PeerID"])
        except (OSError, ValueError, KeyError) as err:
            raise NetworkInvalid(source=self.repository, problem="no Kubo repository") from err

    def _settings(self, peers: Sequence[str]) -> dict[str, Any]:
        return {
            "Plugins.Plugins.telemetry.Config.Mode": "off",
            "Addresses.API": self.api,
            "Addresses.Gateway": self.gateway,
            "Addresses.Swarm": list(self.listen),
            "Bootstrap": [],
            "Peering.Peers": [_peer(address) for address in peers],
            # Members are few and all connected: asking each of them finds every block, and no
            # table tells anybody outside who has what.
            "Routing.Type": "none",
            "Discovery.MDNS.Enabled": False,
            "AutoTLS.Enabled": False,
            "AutoNAT.ServiceMode": "disabled",
            "Swarm.DisableNatPortMap": True,
            "Swarm.EnableHolePunching": False,
            "Swarm.RelayClient.Enabled": False,
            "Swarm.RelayService.Enabled": False,
            # Only TCP carries a private swarm.
            "Swarm.Transports.Network.QUIC": False,
            "Swarm.Transports.Network.WebTransport": False,
            "Swarm.Transports.Network.WebRTCDirect": False,
            # A gateway that fetches for whoever asks would serve a stranger on this machine too.
            "Gateway.NoFetch": True,
        }

    def _run(self, *arguments: str) -> None:
        try:
            done = subprocess.run(
                [self.ipfs, *arguments],
                env=self.environment,
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
            )
        except OSError as err:
            problem = f"it cannot be run ({err.strerror}); name the program with --ipfs"
            raise NetworkInvalid(source=self.ipfs, problem=problem) from err
        except subprocess.TimeoutExpired as err:
            raise NetworkInvalid(source=self.ipfs, problem="it does not end") from err
        if done.returncode:
            *_, last = ["it says nothing", *done.stderr.strip().splitlines()]
            raise NetworkInvalid(source=self.repository, problem=f"Kubo refuses: {last}")


def _peer(address: str) -> dict[str, Any]:
    place, separator, name = address.rpartition("/p2p/")
    if not separator or not place.startswith("/") or not name.isalnum():
        problem = "a peer's address is not /ip4/…/tcp/…/p2p/<peer id>"
        raise NetworkInvalid(source=address, problem=problem)
    return {"ID": name, "Addrs": [place]}
