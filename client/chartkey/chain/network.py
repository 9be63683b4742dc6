"""A connection to one deployment, checked before the first use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from chartkey.chain.consortium import Consortium
from chartkey.chain.factory import RelationshipFactory
from chartkey.chain.forwarder import Forwarder
from chartkey.chain.manifest import Manifest
from chartkey.chain.registrar import Registrar
from chartkey.chain.relationship import Relationship
from chartkey.chain.summary import Summary
from chartkey.models import Block

if TYPE_CHECKING:
    from web3 import Web3

__all__ = ["Network", "connect"]


def connect(rpc: str, manifest: str | Path | Manifest, *, timeout: float = 10) -> Network:
    """Connect to a node and check that it serves the deployment of the manifest."""
    raise NotImplementedError


class Network:
    """One deployment, seen through one node."""

    rpc: str
    manifest: Manifest
    chain_id: int
    consortium: Consortium
    registrar: Registrar
    factory: RelationshipFactory
    forwarder: Forwarder

    def summary(self, address: str) -> Summary:
        """A Summary by its address; whether it is genuine: ``contract_at``."""
        return Summary(self, address)

    def relationship(self, address: str) -> Relationship:
        """A relationship by its address; whether it is genuine: ``contract_at``."""
        return Relationship(self, address)

    def address(self, contract: str) -> str: ...
    @property
    def web3(self) -> Web3: ...
    def head(self) -> Block: ...
    def block(self, number: int) -> Block: ...
    def block_time(self) -> int: ...
    def fresh_head(self) -> Block: ...
    def confirmed_block(self) -> int: ...
    def call(
        self, contract: str, address: str | None, function: str, *args: Any, block: int | None = None
    ) -> Any: ...
    def code(self, address: str) -> bytes: ...
    def is_clone(self, address: str, implementation: str) -> bool: ...
    def contract_at(self, address: str) -> str | None:
        """Name the genuine contract at an address: of the manifest, or an announced clone."""
    def raw(self, method: str, params: list[Any]) -> Any: ...
    def raw_batch(self, calls: list[tuple[str, list[Any]]]) -> list[Any]: ...
    def pending(self) -> tuple[dict[str, Any], ...] | None:
        """Transactions in the node's pool; None where the node offers no pool (P11)."""
