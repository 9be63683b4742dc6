"""A connection to one deployment, checked before the first use.

::

    network = connect("http://127.0.0.1:8545", "alliance.json")
    network.consortium.is_active(address)
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from chartkey.chain.address import checksum, packed
from chartkey.chain.appointments import Appointments
from chartkey.chain.batches import Batches
from chartkey.chain.breakglass import BreakGlass
from chartkey.chain.charges import Charges
from chartkey.chain.codec import Malformed, function_of
from chartkey.chain.consortium import Consortium
from chartkey.chain.consultations import Consultations
from chartkey.chain.delegations import Delegations
from chartkey.chain.evidence import Evidence
from chartkey.chain.factory import RelationshipFactory
from chartkey.chain.forwarder import Forwarder
from chartkey.chain.guardianship import Guardianship
from chartkey.chain.identity import check_identity
from chartkey.chain.manifest import Manifest
from chartkey.chain.nodes import Nodes
from chartkey.chain.receipts import Receipts
from chartkey.chain.recovery import Recovery
from chartkey.chain.referrals import Referrals
from chartkey.chain.registrar import Registrar
from chartkey.chain.relationship import Relationship
from chartkey.chain.research import Research
from chartkey.chain.rpc import NodeStanding, Rpc
from chartkey.chain.sources import Sources
from chartkey.chain.summary import Summary
from chartkey.chain.tickets import Tickets
from chartkey.errors import ContractsMissing, HeadStale, NodeRefused
from chartkey.models import Block

if TYPE_CHECKING:
    from web3 import Web3

__all__ = ["Network", "connect"]

# EIP-1167: the code of a minimal proxy, around the implementation's 20 bytes.
_CLONE_HEAD: Final = bytes.fromhex("363d3d373d3d3d363d73")
_CLONE_TAIL: Final = bytes.fromhex("5af43d82803e903d91602b57fd5bf3")


def connect(
    rpc: str | Sequence[str], manifest: str | os.PathLike[str] | Manifest, *, timeout: float = 10
) -> Network:
    """Connect to a node and check that it serves the manifest's deployment.

    ``rpc`` is the node's ``http(s)://`` address, or those of several nodes in order of preference:
    the next one is asked where one fails. ``timeout`` is in seconds for each request.

    Raises:
        ManifestInvalid: the manifest cannot be used.
        NodeUnavailable: no node answers; of several, none can be used (``NodesUnavailable``).
        NodeRefused: what answers is not an Ethereum node.
        ChainMismatch: the node speaks for another chain.
        ContractsMissing: at an address of the manifest is no code, or other code.
    """
    loaded = manifest if isinstance(manifest, Manifest) else Manifest.load(manifest)
    addresses = (rpc,) if isinstance(rpc, str) else tuple(rpc)
    if len(addresses) == 1:
        network = Network(Rpc(addresses[0], timeout), loaded)
        check_identity(network)
        return network
    network = Network(Nodes(addresses, lambda one: Network(one, loaded), timeout), loaded)
    # Each node is checked before it answers its first question.
    network.head()
    return network


class Network:
    """One deployment, seen through one node at a time. Make it with :func:`connect`.

    Every method that asks the node raises ``NodeUnavailable`` when the node is away and
    ``NodeRefused`` when it answers with an error of its own.
    """

    def __init__(self, rpc: Rpc | Nodes, manifest: Manifest) -> None:
        """Take a node, or several, and a manifest, unchecked."""
        self.manifest = manifest
        self.chain_id = manifest.chain_id
        self.sources = Sources(self)
        self._rpc = rpc

    def __repr__(self) -> str:
        return f"Network({self.rpc}, chain {self.chain_id})"

    @property
    def rpc(self) -> str:
        """The address of the node in use, without credentials."""
        return self._rpc.shown

    def nodes(self) -> tuple[NodeStanding, ...]:
        """Return the nodes that were given, in order; several are all looked at."""
        return self._rpc.survey()

    @cached_property
    def consortium(self) -> Consortium:
        """The consortium."""
        return Consortium(self, self.address("Consortium"))

    @cached_property
    def registrar(self) -> Registrar:
        """The registrar."""
        return Registrar(self, self.address("Registrar"))

    @cached_property
    def factory(self) -> RelationshipFactory:
        """The relationship factory."""
        return RelationshipFactory(self, self.address("RelationshipFactory"))

    @cached_property
    def forwarder(self) -> Forwarder:
        """The forwarder."""
        return Forwarder(self, self.address("Forwarder"))

    @cached_property
    def guardianship(self) -> Guardianship:
        """The mandates of guardians."""
        return Guardianship(self, self.address("Guardianship"))

    @cached_property
    def recovery(self) -> Recovery:
        """The circles of guardians and what they recover."""
        return Recovery(self, self.address("Recovery"))

    @cached_property
    def batches(self) -> Batches:
        """The batches of records."""
        return Batches(self, self.address("Batches"))

    @cached_property
    def evidence(self) -> Evidence:
        """Disputes, seals and erasure of records."""
        return Evidence(self, self.address("Evidence"))

    @cached_property
    def delegations(self) -> Delegations:
        """What institutions delegate."""
        return Delegations(self, self.address("Delegations"))

    @cached_property
    def receipts(self) -> Receipts:
        """The roots of the custodians' receipt logs."""
        return Receipts(self, self.address("Receipts"))

    @cached_property
    def tickets(self) -> Tickets:
        """The tickets."""
        return Tickets(self, self.address("Tickets"))

    @cached_property
    def breakglass(self) -> BreakGlass:
        """Emergency access."""
        return BreakGlass(self, self.address("BreakGlass"))

    @cached_property
    def appointments(self) -> Appointments:
        """Slots and bookings."""
        return Appointments(self, self.address("Appointments"))

    @cached_property
    def referrals(self) -> Referrals:
        """The referrals."""
        return Referrals(self, self.address("Referrals"))

    @cached_property
    def consultations(self) -> Consultations:
        """The consultations."""
        return Consultations(self, self.address("Consultations"))

    @cached_property
    def charges(self) -> Charges:
        """The charges."""
        return Charges(self, self.address("Charges"))

    @cached_property
    def research(self) -> Research:
        """The studies."""
        return Research(self, self.address("Research"))

    def summary(self, address: str) -> Summary:
        """Return a Summary by its address; ``contract_at`` tells whether it is genuine.

        Raises:
            AddressInvalid: the address is malformed.
        """
        return Summary(self, checksum(address))

    def relationship(self, address: str) -> Relationship:
        """Return a relationship by its address; ``contract_at`` tells whether it is genuine.

        Raises:
            AddressInvalid: the address is malformed.
        """
        return Relationship(self, checksum(address))

    def address(self, contract: str) -> str:
        """Return the address of a contract of the manifest by its name.

        Raises:
            KeyError: there is no such contract.
        """
        return self.manifest.contracts[contract].address

    @cached_property
    def web3(self) -> Web3:
        """A web3.py connection to the node now in use, for what is not covered here."""
        from web3 import HTTPProvider, Web3
        from web3.middleware import ExtraDataToPOAMiddleware

        made = Web3(HTTPProvider(self._rpc.url, request_kwargs={"timeout": self._rpc.timeout}))
        # Clique's headers are longer than web3.py allows without it.
        made.middleware_onion.inject(ExtraDataToPOAMiddleware, layer=0)
        return made

    def raw(self, method: str, params: list[Any]) -> Any:
        """Return the result of any JSON-RPC method.

        Raises:
            ContractRefused: a contract reverted.
        """
        return self._rpc.call(method, params)

    def raw_batch(self, calls: list[tuple[str, list[Any]]]) -> list[Any]:
        """Return the results of several JSON-RPC methods, in order, in few requests.

        Raises:
            ContractRefused: a contract reverted.
        """
        return self._rpc.batch(calls)

    def call(
        self,
        contract: str,
        address: str | None,
        function: str,
        *args: Any,
        block: int | None = None,
    ) -> Any:
        """Call a view function by its Solidity name; structs arrive as named tuples.

        ``address`` None means the manifest's; ``block`` None the newest.

        Raises:
            KeyError: there is no such contract or function.
            AddressInvalid: an address is malformed.
            ArgumentInvalid: an argument does not fit its Solidity type.
            ContractsMissing: no such contract is there at that block.
            ContractRefused: the contract reverted.
        """
        shape = function_of(contract, function)
        to = self.address(contract) if address is None else checksum(address)
        message = {"to": to, "data": f"0x{shape.encode(args).hex()}"}
        data = self.bytes_of(self.raw("eth_call", [message, _tag(block)]))
        try:
            return shape.decode_result(data)
        except Malformed as err:
            problem = "it does not answer like one" if data else "there is no code"
            raise ContractsMissing(contract=contract, address=to, problem=problem) from err

    def head(self) -> Block:
        """Return the node's newest block."""
        return self._block("latest")

    def block(self, number: int) -> Block:
        """Return a block by number.

        Raises:
            NodeRefused: the node has no such block.
        """
        return self._block(hex(number))

    def block_time(self) -> int:
        """Return the newest block's time in Unix seconds, by which contracts judge expiry."""
        return self.head().timestamp

    def fresh_head(self) -> Block:
        """Return the newest block if it is as new as the manifest demands (P11, P60).

        Where one node's is older, the others are asked before this is refused (T24).

        Raises:
            HeadStale: it is older than ``maxHeadAge`` at every node.
        """
        head = self.head()
        if not self._is_stale(head):
            return head
        asked = self.nodes()
        # Of several, another may be in use now.
        head = self.head() if len(asked) > 1 else head
        if self._is_stale(head):
            age, names = int(time.time()) - head.timestamp, ", ".join(one.rpc for one in asked)
            raise HeadStale(rpc=names, age=age, limit=self.manifest.max_head_age)
        return head

    def _is_stale(self, head: Block) -> bool:
        limit = self.manifest.max_head_age
        return limit is not None and int(time.time()) - head.timestamp > limit

    def confirmed_block(self) -> int:
        """Return the number of the newest block under ``confirmations`` blocks, itself counted."""
        return max(0, self.head().number - self.manifest.confirmations + 1)

    def code(self, address: str) -> bytes:
        """Return the code at an address; empty when there is none.

        Raises:
            AddressInvalid: the address is malformed.
        """
        return self.bytes_of(self.raw("eth_getCode", [checksum(address), "latest"]))

    def clone_code(self, implementation: str) -> bytes:
        """Return the 45 bytes of an EIP-1167 clone of a contract of the manifest."""
        return _CLONE_HEAD + packed(self.address(implementation)) + _CLONE_TAIL

    def is_clone(self, address: str, implementation: str) -> bool:
        """Whether the code at an address is an EIP-1167 clone of that contract.

        Anybody can make such a clone: ``contract_at`` asks also who announced it.

        Raises:
            AddressInvalid: the address is malformed.
        """
        return self.code(address) == self.clone_code(implementation)

    def contract_at(self, address: str) -> str | None:
        """Return the name of the genuine contract at an address, or None (P50, T23).

        Genuine are the manifest's contracts, and clones whose 45 bytes match and which the
        Registrar or the factory acknowledges.

        Raises:
            AddressInvalid: the address is malformed.
        """
        return self.sources.identify([checksum(address)]).get(checksum(address))

    def quantity(self, value: Any) -> int:
        """Return a JSON-RPC quantity as a number.

        Raises:
            NodeRefused: it is not one.
        """
        try:
            return int(value, 16)
        except (TypeError, ValueError) as err:
            raise self._malformed() from err

    def bytes_of(self, value: Any) -> bytes:
        """Return JSON-RPC data as bytes.

        Raises:
            NodeRefused: it is not data.
        """
        try:
            return bytes.fromhex(value.removeprefix("0x"))
        except (AttributeError, ValueError) as err:
            raise self._malformed() from err

    def _block(self, tag: str) -> Block:
        found = self.raw("eth_getBlockByNumber", [tag, False])
        if not isinstance(found, dict):
            raise NodeRefused(
                rpc=self.rpc, method="eth_getBlockByNumber", problem="it has no such block"
            )
        return Block(
            self.quantity(found.get("number")),
            self.bytes_of(found.get("hash")),
            self.quantity(found.get("timestamp")),
        )

    def _malformed(self) -> NodeRefused:
        return NodeRefused(rpc=self.rpc, method="the request", problem="its answer is malformed")


def _tag(block: int | None) -> str:
    return "latest" if block is None else hex(block)
