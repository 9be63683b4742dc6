"""Houses whose keys follow from their number."""

from __future__ import annotations

from chartkey.operator.description import Description, House, Node, Use
from coincurve import PrivateKey
from eth_utils import keccak, to_checksum_address


def key(number: int, node: int) -> PrivateKey:
    return PrivateKey(keccak(text=f"node {number} {node}"))


def enode(number: int, node: int) -> str:
    public = key(number, node).public_key.format(compressed=False)[1:].hex()
    return f"enode://{public}@10.0.{number}.{node + 1}:30303"


def address(text: str) -> str:
    return str(to_checksum_address(keccak(text=text)[12:]))


def house(number: int) -> House:
    """A member: a node that seals and one that answers."""
    nodes = (Node(Use.SEALING, enode(number, 0)), Node(Use.ANSWERING, enode(number, 1)))
    account, sealer = address(f"account {number}"), address(f"sealer {number}")
    return House(f"house-{number}", f"第{number}医院", account, sealer, nodes)


def founded(count: int) -> Description:
    """A network of that many members."""
    return Description(20261, tuple(map(house, range(count))))
