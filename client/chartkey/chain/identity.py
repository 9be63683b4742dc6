"""Whether a node serves the deployment that a manifest describes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chartkey.crypto.digest import keccak256
from chartkey.errors import ChainMismatch, ContractsMissing

if TYPE_CHECKING:
    from chartkey.chain.network import Network

__all__ = ["check_identity"]


def check_identity(network: Network) -> None:
    """Check that the node speaks for the manifest's chain and has its contracts' very code.

    Raises:
        NodeUnavailable: the node is away.
        NodeRefused: what answers is not an Ethereum node.
        ChainMismatch: the node speaks for another chain.
        ContractsMissing: at an address of the manifest is no code, or other code.
    """
    contracts = network.manifest.contracts
    calls = [("eth_getCode", [entry.address, "latest"]) for entry in contracts.values()]
    chain_id, *codes = network.raw_batch([("eth_chainId", []), *calls])
    if network.quantity(chain_id) != network.chain_id:
        found = network.quantity(chain_id)
        raise ChainMismatch(expected=network.chain_id, found=found)
    for (name, entry), code in zip(contracts.items(), codes, strict=True):
        if keccak256(network.bytes_of(code)) != entry.code_hash:
            problem = "other code is there" if network.bytes_of(code) else "there is no code"
            raise ContractsMissing(contract=name, address=entry.address, problem=problem)
