"""The private IPFS swarm: its key, and a Kubo node in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from chartkey.cli.session import session_of

__all__ = ["COMMANDS"]


def swarm_key(
    context: typer.Context,
    target: Annotated[Path, typer.Argument(metavar="FILE", help="The key; given to members only.")],
) -> None:
    """Make the swarm's key, once for all members, or show the fingerprint of the one there is.

    Members compare fingerprints; the key itself is never printed.
    """
    from chartkey.operator.swarm import fingerprint, new_swarm_key

    made = not target.exists()
    found = new_swarm_key(target) if made else fingerprint(target)
    text = f"{target}: {'made' if made else 'there already'}, fingerprint {found}"
    session_of(context).out.show({"key": target, "made": made, "fingerprint": found}, text)


def ipfs(
    context: typer.Context,
    repository: Annotated[Path, typer.Argument(metavar="REPOSITORY", help="Kubo's folder.")],
    swarm_key: Annotated[Path, typer.Option(help="The swarm's key.")],
    listen: Annotated[list[str], typer.Option(help="Multiaddr for members, /ip4/…/tcp/4001.")],
    peer: Annotated[
        list[str] | None, typer.Option(help="Another member's multiaddr with /p2p/…; several.")
    ] = None,
    api: Annotated[str, typer.Option(help="For this house alone.")] = "/ip4/127.0.0.1/tcp/5001",
    gateway: Annotated[str, typer.Option(help="The same.")] = "/ip4/127.0.0.1/tcp/8080",
    program: Annotated[str, typer.Option("--ipfs", help="Kubo's program.")] = "ipfs",
    contained: Annotated[
        bool,
        typer.Option(
            "--in-container", help="API and gateway may be on any address: the container is closed."
        ),
    ] = False,
) -> None:
    """Prepare a Kubo node of the private swarm; print its addresses and how to start it.

    Run it again when members change; identity and files stay.
    """
    from chartkey.operator.swarm import SwarmNode

    made = SwarmNode(
        repository.resolve(), swarm_key, listen, api, gateway, program, contained=contained
    )
    name = made.prepare(peer or ())
    addresses = [f"{address}/p2p/{name}" for address in listen]
    environment = f"IPFS_PATH={made.repository} IPFS_TELEMETRY=off LIBP2P_FORCE_PNET=1"
    started = f"{environment} {' '.join(made.command)}"
    value = {"peerId": name, "addresses": addresses, "command": made.command}
    session_of(context).out.show(value, "\n".join([*addresses, started]))


COMMANDS: tuple[Callable[..., Any], ...] = (swarm_key, ipfs)
