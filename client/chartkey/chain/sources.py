"""Which addresses are genuine contracts of the deployment (P50, T23).

The manifest names most. A Summary or Relationship clone is genuine when the Registrar or the
factory announced it and its 45 bytes of code match: anybody can make a clone, or a twin
contract that emits the same events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from chartkey.chain.codec import Malformed, interface_of
from chartkey.chain.contract import ZERO_ADDRESS
from chartkey.chain.event import Event
from chartkey.chain.logs import logs
from chartkey.errors import NodeRefused

if TYPE_CHECKING:
    from chartkey.chain.network import Network

__all__ = ["Sources"]

_ANNOUNCEMENTS: Final = {
    "RelationshipCreated": ("RelationshipFactory", "relationship", "Relationship"),
    "PersonRegistered": ("Registrar", "summary", "Summary"),
    "PersonCertified": ("Registrar", "summary", "Summary"),
    "InstitutionEnrolled": ("Registrar", "summary", "Summary"),
    "ChartOpened": ("Registrar", "summary", "Summary"),
}


class Sources:
    """The genuine contracts of one network.

    What was found once stays: a clone's address follows from its maker by CREATE2, so that a
    reorganisation can take it away but not give it to somebody else.
    """

    def __init__(self, network: Network) -> None:
        """Start with the manifest's contracts."""
        self._network = network
        contracts = network.manifest.contracts
        self._known = {entry.address: name for name, entry in contracts.items()}
        self._scanned = network.manifest.deployment_block
        self._anchor: tuple[int, bytes] | None = None

    def identify(self, addresses: Iterable[str]) -> dict[str, str]:
        """Return the genuine ones among EIP-55 addresses, with their contracts' names.

        Raises:
            NodeUnavailable, NodeRefused: the node is away, or answers with an error.
        """
        wanted = set(addresses)
        unknown = sorted(wanted - self._known.keys())
        if unknown:
            coded = self._by_code(unknown)
            self._known |= self._announced_relationships(coded)
            self._known |= self._acknowledged_summaries(coded)
        return {address: self._known[address] for address in wanted & self._known.keys()}

    def all(self, last: int) -> dict[str, str]:
        """Return every genuine contract announced up to a block, with their names.

        Raises:
            NodeUnavailable, NodeRefused: the node is away, or answers with an error.
        """
        self._rewind()
        if last >= self._scanned:
            announced = dict(self._announcements(self._scanned, last))
            fresh = sorted(announced.keys() - self._known.keys())
            coded = self._by_code(fresh)
            agreed = {a: name for a, name in coded.items() if announced[a] == name}
            self._known |= agreed
            self._advance(last)
        return dict(self._known)

    def _announcements(self, first: int, last: int) -> Iterator[tuple[str, str]]:
        makers = {
            self._network.address(name): name for name in ("RelationshipFactory", "Registrar")
        }
        topics = [
            shape.topic
            for maker in makers.values()
            for shape in interface_of(maker).events.values()
            if shape.name in _ANNOUNCEMENTS
        ]
        for found in logs(self._network, frozenset(makers), [topics], first, last):
            for log in found:
                event = self._decode(makers, log)
                _, argument, contract = _ANNOUNCEMENTS[event.name]
                yield event.args[argument], contract

    def _decode(self, makers: dict[str, str], log: Any) -> Event:
        from chartkey.chain.address import checksum

        try:
            return Event.decode(makers[checksum(log["address"])], log)
        except (KeyError, Malformed) as err:
            raise self._malformed("eth_getLogs") from err

    def _by_code(self, addresses: list[str]) -> dict[str, str]:
        """Return those whose code is a clone's, with the name of what they clone."""
        if not addresses:
            return {}
        codes = self._network.raw_batch(
            [("eth_getCode", [address, "latest"]) for address in addresses]
        )
        names = {self._network.clone_code(name): name for name in ("Summary", "Relationship")}
        found = (names.get(self._network.bytes_of(code)) for code in codes)
        return {a: name for a, name in zip(addresses, found, strict=True) if name}

    def _announced_relationships(self, coded: dict[str, str]) -> dict[str, str]:
        wanted = [address for address, name in coded.items() if name == "Relationship"]
        if not wanted:
            return {}
        factory = self._network.address("RelationshipFactory")
        shapes = interface_of("RelationshipFactory").events.values()
        topic = next(shape.topic for shape in shapes if shape.name == "RelationshipCreated")
        clones = [bytes(12) + bytes.fromhex(address[2:]) for address in wanted]
        first, last = self._network.manifest.deployment_block, self._network.head().number
        query = logs(
            self._network, frozenset([factory]), [[topic], None, None, clones], first, last
        )
        events = (
            self._decode({factory: "RelationshipFactory"}, log) for found in query for log in found
        )
        announced = {event.args["relationship"] for event in events}
        return {address: "Relationship" for address in wanted if address in announced}

    def _acknowledged_summaries(self, coded: dict[str, str]) -> dict[str, str]:
        """Ask the Registrar, whose events do not index Summaries."""
        wanted = [address for address, name in coded.items() if name == "Summary"]
        owners = {address: self._network.call("Summary", address, "owner") for address in wanted}
        return {
            address: "Summary"
            for address, owner in owners.items()
            if owner != ZERO_ADDRESS and self._network.registrar.summary_of(owner) == address
        }

    def _rewind(self) -> None:
        """Forget how far was read when the chain was reorganised below that (T22)."""
        if self._anchor is None:
            return
        number, known = self._anchor
        try:
            same = self._network.block(number).hash == known
        except NodeRefused:
            same = False
        if not same:
            self._scanned, self._anchor = self._network.manifest.deployment_block, None

    def _advance(self, last: int) -> None:
        settled = min(last, self._network.confirmed_block())
        if settled >= self._scanned:
            self._anchor = settled, self._network.block(settled).hash
            self._scanned = settled + 1

    def _malformed(self, method: str) -> NodeRefused:
        return NodeRefused(
            rpc=self._network.rpc, method=method, problem="a log does not fit its contract"
        )
