"""Making a network and joining one: keys, description, genesis, settings, peers."""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chartkey.cli.session import session_of

if TYPE_CHECKING:
    from chartkey.operator.description import Description, Node

__all__ = ["COMMANDS"]


class Engine(StrEnum):
    """Which engine makes blocks."""

    CLIQUE = "clique"
    QBFT = "qbft"


class Uses(StrEnum):
    """Which nodes a house runs."""

    MEMBER = "member"
    REGULATOR = "regulator"
    LIGHT = "light"


NetworkFile = Annotated[
    Path, typer.Argument(metavar="NETWORK", help="The description, the same for every operator.")
]
HouseFile = Annotated[Path, typer.Argument(metavar="HOUSE", help="house.json of its operator.")]


def keys(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the keys will be.")],
    label: Annotated[str, typer.Option(help="A short name in Latin letters, without spaces.")],
    name: Annotated[str, typer.Option(help="The institution's public name.")],
    host: Annotated[str, typer.Option(help="Name or address at which peers reach it.")],
    account: Annotated[
        str | None, typer.Option(help="The institution's account, which pays for transactions.")
    ] = None,
    port: Annotated[int, typer.Option(help="TCP port of the first node; the next one follows.")] = (
        30303
    ),
    uses: Annotated[Uses, typer.Option("--as", help="Which nodes it runs.")] = Uses.MEMBER,
) -> None:
    """Make the keys of a house's nodes, and house.json for whoever keeps the description.

    A member has a node that seals and one that answers, the regulator an archive, and a light
    member none. Keys that are there are kept.
    """
    from chartkey.chain.address import checksum
    from chartkey.operator.description import House, Node, Use, save_house
    from chartkey.operator.enode import Enode
    from chartkey.operator.nodekey import new_node_key, new_sealer

    wanted = {Uses.MEMBER: (Use.SEALING, Use.ANSWERING), Uses.REGULATOR: (Use.ARCHIVE,)}
    kinds = wanted.get(uses, ())
    nodes = tuple(
        Node(use, str(Enode(new_node_key(folder / use), host, port + i)))
        for i, use in enumerate(kinds)
    )
    sealer = new_sealer(folder / Use.SEALING) if Use.SEALING in kinds else None
    house = House(label, name, account and checksum(account), sealer, nodes)
    save_house(house, folder / "house.json")
    text = [f"{folder / 'house.json'} is for whoever keeps the description; it holds no secret."]
    text += [f"{node.use:10} {node.enode}" for node in nodes]
    text += [f"sealer     {sealer}"] if sealer else []
    value = {"house": str(folder / "house.json"), "sealer": sealer}
    value["nodes"] = {node.use: node.enode for node in nodes}  # type: ignore[assignment]
    session_of(context).out.show(value, "\n".join(text))


def describe(
    context: typer.Context,
    network: NetworkFile,
    houses: Annotated[list[Path], typer.Argument(metavar="HOUSE...", help="The lead's first.")],
    chain_id: Annotated[int, typer.Option(help="No other chain's: wallets tell chains by it.")],
    period: Annotated[int, typer.Option(help="Seconds from block to block.")] = 2,
    epoch: Annotated[int, typer.Option(help="Blocks between Clique's checkpoints.")] = 30_000,
    gas_limit: Annotated[int, typer.Option(help="Gas that a block holds.")] = 60_000_000,
) -> None:
    """Write the description of a new network from its founding houses."""
    from chartkey.errors import FileExists
    from chartkey.operator.description import Description, load_house

    if network.exists():
        # Another description under the same name would be another chain.
        raise FileExists(path=network)
    made = Description(chain_id, tuple(map(load_house, houses)), period, epoch, gas_limit)
    made.save(network)
    _show(context, network, made)


def join(context: typer.Context, network: NetworkFile, house: HouseFile) -> None:
    """Add a house to the description, or newer addresses of one; then every operator takes it.

    The house becomes a peer. A sealer it becomes by the consortium's vote: `network sealers`.
    """
    from chartkey.operator.description import Description, load_house

    made = Description.load(network).with_house(load_house(house))
    made.save(network)
    _show(context, network, made)


def leave(
    context: typer.Context,
    network: NetworkFile,
    label: Annotated[str, typer.Argument(metavar="LABEL", help="The house's short name.")],
) -> None:
    """Take a house out of the description: its nodes are nobody's peers any more."""
    from chartkey.operator.description import Description

    made = Description.load(network).without(label)
    made.save(network)
    _show(context, network, made)


def genesis(
    context: typer.Context,
    network: NetworkFile,
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="The file to write.")],
    engine: Annotated[Engine, typer.Option(help="Clique for Geth, QBFT for Besu.")] = Engine.CLIQUE,
) -> None:
    """Write the first block that follows from the description."""
    from chartkey.operator.description import Description

    described = Description.load(network)
    _write_genesis(described, target, engine)
    value = {"genesis": str(target), "engine": engine, "sealers": described.sealers}
    text = f"{target}: {len(described.sealers)} sealers, chain {described.chain_id}, {engine}"
    session_of(context).out.show(value, text)


def node(
    context: typer.Context,
    network: NetworkFile,
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="One node's, as `keys` made it.")
    ],
    data: Annotated[
        Path | None, typer.Option(help="Where its chain is; FOLDER/data if not named.")
    ] = None,
    listen: Annotated[
        str | None, typer.Option(help="ADDRESS:PORT for peers; every address if not named.")
    ] = None,
    http_port: Annotated[int, typer.Option(help="For clients, on loopback alone.")] = 8545,
    cache: Annotated[int, typer.Option(help="MiB of memory for caches.")] = 1024,
    geth: Annotated[str, typer.Option(help="The program.")] = "geth",
) -> None:
    """Prepare one node: Geth's settings, the first block, an empty chain; print how to start it.

    Run it again after the description changed; a chain that is there stays.
    """
    from chartkey.operator.chaindata import begin
    from chartkey.operator.description import Description, Use
    from chartkey.operator.enode import Enode
    from chartkey.operator.nodekey import sealer_of
    from chartkey.operator.settings import Settings

    described = Description.load(network)
    found = _own(described, folder)
    place = data or folder / "data"
    settings = Settings(
        described,
        found,
        folder.resolve(),
        place.resolve(),
        ipc=(folder / "geth.ipc").resolve(),
        listen=listen or f":{Enode.parse(found.enode).port}",
        http_port=http_port,
        cache_mib=cache,
        sealer=sealer_of(folder) if found.use is Use.SEALING else None,
    )
    settings.write()
    _write_genesis(described, folder / "genesis.json", Engine.CLIQUE)
    begun = begin(geth, place, folder / "genesis.json")
    command = settings.command(geth)
    value = {"use": found.use, "config": str(settings.config), "begun": begun, "command": command}
    chain = "a new chain" if begun else "the chain that is there"
    text = f"{found.use} node on {chain}, settings in {settings.config}\n{_typed(command)}"
    session_of(context).out.show(value, text)


def peers(
    context: typer.Context,
    network: NetworkFile,
    ipc: Annotated[Path, typer.Option(help="The running node's socket, geth.ipc.")],
) -> None:
    """Bring a running node's peers in line with the description, without a restart."""
    from dataclasses import asdict

    from chartkey.operator.description import Description
    from chartkey.operator.peers import peer
    from chartkey.operator.socket import NodeSocket

    done = peer(Description.load(network), NodeSocket(ipc))
    lines = [f"added   {url}" for url in done.added] + [f"dropped {url}" for url in done.dropped]
    text = "\n".join(lines) or "Every peer is as described."
    session_of(context).out.show(asdict(done), text)


def backup(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="One node's.")],
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="FILE.tar or FILE.tar.gz.")],
    chain: Annotated[
        bool, typer.Option("--chain", help="Its chain too; the node must have ended.")
    ] = False,
) -> None:
    """Write a node's keys and settings to a tar file. Keep it like the keys that it holds."""
    from chartkey.operator.backup import back_up

    done = back_up(folder, target, chain=chain)
    value = {"target": target, "files": done.files, "size": done.size}
    session_of(context).out.show(value, f"{target}: {done.files} files, {done.size:,} bytes")


def restore(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="What `backup` wrote.")],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Not there yet.")],
) -> None:
    """Bring a node's folder back. Never let two nodes run with one sealing key."""
    from chartkey.operator.backup import restore as bring_back

    done = bring_back(source, folder)
    value = {"folder": folder, "files": done.files, "size": done.size}
    session_of(context).out.show(value, f"{folder}: {done.files} files; next: `network node`")


COMMANDS: tuple[Callable[..., Any], ...] = (
    keys,
    describe,
    join,
    leave,
    genesis,
    node,
    peers,
    backup,
    restore,
)


def _own(network: Description, folder: Path) -> Node:
    """Find the node whose key is in a folder."""
    from chartkey.errors import NetworkInvalid
    from chartkey.operator.enode import Enode
    from chartkey.operator.nodekey import NODE_KEY, node_key

    key = node_key(folder / NODE_KEY)
    for house in network.houses:
        for found in house.nodes:
            if Enode.parse(found.enode).key == key:
                return found
    problem = "the description has no node with this key; add its house.json with `network join`"
    raise NetworkInvalid(source=folder / NODE_KEY, problem=problem)


def _write_genesis(network: Description, target: Path, engine: Engine) -> None:
    from chartkey.operator.genesis import clique, qbft
    from chartkey.storage.newfile import new_file

    document = clique(network) if engine is Engine.CLIQUE else qbft(network)
    with new_file(target, overwrite=True) as file:
        file.write(json.dumps(document, indent=2).encode() + b"\n")


def _show(context: typer.Context, path: Path, network: Description) -> None:
    lines = [f"{path}: chain {network.chain_id}, a block every {network.period} s"]
    for house in network.present:
        role = ", ".join(node.use for node in house.nodes) or "light: no node"
        joined = "" if house.founding else ", joined later"
        lines.append(f"  {house.label:12} {house.name}: {role}{joined}")
    session_of(context).out.show(network.document(), "\n".join(lines))


def _typed(command: list[str]) -> str:
    import shlex

    return shlex.join(command)
