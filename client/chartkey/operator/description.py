"""The description of a network: what every operator has the same copy of.

It holds nothing secret. Genesis, peers and settings of every node follow from it, so that two
operators with the same file have the same chain. Houses that found the network are in its genesis;
those that join later are peers, and become sealers by the consortium's vote.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from chartkey.chain.address import checksum
from chartkey.errors import AddressInvalid, NetworkInvalid
from chartkey.operator.enode import Enode
from chartkey.storage.newfile import new_file

__all__ = ["Description", "House", "Node", "Use", "load_house", "save_house"]

_SCHEMA: Final = 1
_LARGEST: Final = 1 << 20
_SMALLEST_GAS: Final = 5_000_000
"""The largest contract needs about four million to be created."""


class Use(StrEnum):
    """What a node is for: it seals and answers nobody, answers clients, or keeps every state."""

    SEALING = "sealing"
    ANSWERING = "answering"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True)
class Node:
    """One Geth node: what it is for, and the ``enode://`` address at which peers reach it."""

    use: Use
    enode: str


@dataclass(frozen=True, slots=True)
class House:
    """One institution, or the regulator, and its nodes; a light member has none.

    ``account`` pays for transactions and is funded in the genesis if it founds; ``sealer`` signs
    blocks; ``swarm`` are the libp2p addresses of its IPFS node. ``left`` houses are no peers, but
    stay in the genesis that they founded.
    """

    label: str
    name: str
    account: str | None = None
    sealer: str | None = None
    nodes: tuple[Node, ...] = ()
    swarm: tuple[str, ...] = ()
    founding: bool = True
    left: bool = False


@dataclass(frozen=True, slots=True)
class Description:
    """A network: ``period`` seconds from block to block, ``epoch`` blocks from one checkpoint of
    Clique to the next, ``gas_limit`` of a block, and its houses, the lead first.
    """

    chain_id: int
    houses: tuple[House, ...]
    period: int = 2
    epoch: int = 30_000
    gas_limit: int = 60_000_000

    def __post_init__(self) -> None:
        problem = _problem(self)
        if problem:
            raise NetworkInvalid(source="the description", problem=problem)

    @property
    def founders(self) -> tuple[House, ...]:
        """The houses that are in the genesis, those that left included."""
        return tuple(house for house in self.houses if house.founding)

    @property
    def present(self) -> tuple[House, ...]:
        """The houses that take part."""
        return tuple(house for house in self.houses if not house.left)

    @property
    def sealers(self) -> tuple[str, ...]:
        """The accounts that seal from the first block on, in Clique's order: ascending."""
        return tuple(sorted((h.sealer for h in self.founders if h.sealer), key=str.lower))

    @property
    def confirmations(self) -> int:
        """Blocks that make a fact: more than half of the sealers (P60)."""
        return len(self.sealers) // 2 + 1

    def house(self, label: str) -> House:
        """Return a house by its label.

        Raises:
            NetworkInvalid: there is none.
        """
        for house in self.houses:
            if house.label == label:
                return house
        raise NetworkInvalid(source="the description", problem=f"it has no house {label!r}")

    def peers_of(self, enode: str) -> Iterator[str]:
        """Yield the ``enode://`` addresses of every present node but this one."""
        own = Enode.parse(enode).key
        for house in self.present:
            for node in house.nodes:
                if Enode.parse(node.enode).key != own:
                    yield node.enode

    def with_house(self, house: House) -> Description:
        """Return the network with a house that joins, or with newer facts about one.

        What is in the genesis stays as it was: a house cannot come to have founded a network.

        Raises:
            NetworkInvalid: it would give a founder another account or sealer.
        """
        known = {one.label: one for one in self.houses}
        before = known.get(house.label)
        founding = before is not None and before.founding
        if before and founding and (house.account, house.sealer) != (before.account, before.sealer):
            problem = f"account and sealer of {house.label}, a founder, are in the genesis"
            raise NetworkInvalid(source="the description", problem=problem)
        known[house.label] = replace(house, founding=founding)
        return replace(self, houses=tuple(known.values()))

    def without(self, label: str) -> Description:
        """Return the network after a house left: nobody's peer, and a light member at most.

        Raises:
            NetworkInvalid: there is no such house.
        """
        house = replace(self.house(label), left=True)
        if not house.founding:
            return replace(self, houses=tuple(h for h in self.houses if h.label != label))
        return replace(self, houses=tuple(house if h.label == label else h for h in self.houses))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Description:
        """Read a description.

        Raises:
            NetworkInvalid: it cannot be read, or something in it cannot be right.
        """
        document = _read(Path(path))
        try:
            houses = tuple(_house(entry) for entry in document.pop("houses"))
            if document.pop("schema") != _SCHEMA:
                raise NetworkInvalid(source=path, problem="its schema is not of this release")
            return cls(**{_field(name): value for name, value in document.items()}, houses=houses)
        except NetworkInvalid as err:
            raise NetworkInvalid(source=path, problem=err.values["problem"]) from None
        except AddressInvalid as err:
            raise NetworkInvalid(source=path, problem="an account is malformed") from err
        except (ValueError, TypeError, KeyError, AttributeError) as err:
            problem = "a field is missing, unknown or malformed"
            raise NetworkInvalid(source=path, problem=problem) from err

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the description, whole or not at all.

        Raises:
            NetworkInvalid: it cannot be written there.
        """
        _write(Path(path), self.document())

    def document(self) -> dict[str, Any]:
        """Return the description as its file holds it."""
        return {
            "schema": _SCHEMA,
            "chainId": self.chain_id,
            "period": self.period,
            "epoch": self.epoch,
            "gasLimit": self.gas_limit,
            "houses": [_entry(house) for house in self.houses],
        }


def load_house(path: str | os.PathLike[str]) -> House:
    """Read the entry that a house's operator made, see :func:`save_house`.

    Raises:
        NetworkInvalid: it cannot be read or used.
    """
    try:
        return _house(_read(Path(path)))
    except AddressInvalid as err:
        raise NetworkInvalid(source=path, problem="an account is malformed") from err
    except (ValueError, TypeError, KeyError, AttributeError) as err:
        problem = "a field is missing, unknown or malformed"
        raise NetworkInvalid(source=path, problem=problem) from err


def save_house(house: House, path: str | os.PathLike[str]) -> None:
    """Write a house's entry, for whoever keeps the description.

    Raises:
        NetworkInvalid: it cannot be written there.
    """
    _write(Path(path), _entry(house))


def _problem(network: Description) -> str | None:
    whole = (network.chain_id, network.period, network.epoch, network.gas_limit)
    if any(type(value) is not int or value < 1 for value in whole):
        return "chainId, period, epoch and gasLimit are whole numbers above zero"
    if network.gas_limit < _SMALLEST_GAS:
        return f"a gasLimit below {_SMALLEST_GAS:,} does not hold the largest contract's creation"
    if not network.sealers:
        return "no founding house has a sealer, so nobody would make blocks"
    if not any(house.account for house in network.founders):
        return "no founding house has an account, so nobody could pay for a transaction"
    labels = [house.label for house in network.houses]
    accounts = [a.lower() for h in network.houses for a in (h.account, h.sealer) if a]
    keys = [Enode.parse(node.enode).key for h in network.houses for node in h.nodes]
    for noun, values in (("label", labels), ("account or sealer", accounts), ("node key", keys)):
        if len(set(values)) != len(values):
            return f"a {noun} is there twice"
    return None


def _house(entry: dict[str, Any]) -> House:
    values = dict(entry)
    nodes = tuple(_node(node) for node in values.pop("nodes", ()))
    swarm = tuple(str(address) for address in values.pop("swarm", ()))
    for name in ("account", "sealer"):
        if values.get(name) is not None:
            values[name] = checksum(values[name])
    house = House(**values, nodes=nodes, swarm=swarm)
    if not house.label.replace("-", "").isalnum() or not house.label.isascii():
        raise ValueError(house.label)
    if not (house.name and house.name.isprintable()):
        raise ValueError(house.name)
    return house


def _node(entry: dict[str, Any]) -> Node:
    node = Node(Use(entry["use"]), entry["enode"])
    Enode.parse(node.enode)
    return node


def _entry(house: House) -> dict[str, Any]:
    return asdict(house)


def _field(name: str) -> str:
    return {"chainId": "chain_id", "gasLimit": "gas_limit"}.get(name, name)


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST + 1)
        document = json.loads(text if len(text) <= _LARGEST else b"")
        if isinstance(document, dict):
            return document
    except OSError as err:
        raise NetworkInvalid(source=path, problem=f"it cannot be read ({err.strerror})") from err
    except (ValueError, RecursionError) as err:
        raise NetworkInvalid(source=path, problem="it is not JSON") from err
    raise NetworkInvalid(source=path, problem="it is not a JSON object")


def _write(path: Path, document: dict[str, Any]) -> None:
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with new_file(path, overwrite=True) as file:
            file.write(text.encode())
        path.chmod(0o644)
    except OSError as err:
        problem = f"it cannot be written ({err.strerror})"
        raise NetworkInvalid(source=path, problem=problem) from err
