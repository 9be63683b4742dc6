"""The account that deploys: what the node says of it, and how it creates a contract."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from scripts.alliance.artifacts import Artifact
from scripts.alliance.refusal import Refused

if TYPE_CHECKING:
    from web3 import Web3

__all__ = ["Create", "Deployer", "created_address", "node_account"]

Create = Callable[[Artifact, Sequence[Any], int], int]
"""Sends one creation with a nonce, waits until it is mined, and returns its block."""

_POOL_TIMEOUT = 120.0
_CREATION_GAS = 53_000
_CODE_BYTE_GAS = 200
_DATA_BYTE_GAS = 16


def created_address(creator: str, nonce: int) -> str:
    """Return the address of the contract that an account creates with a nonce."""
    import rlp  # type: ignore[import-untyped]
    from eth_utils.address import to_canonical_address, to_checksum_address
    from eth_utils.crypto import keccak

    return to_checksum_address(keccak(rlp.encode([to_canonical_address(creator), nonce]))[12:])


class Deployer:
    """One account on one chain. Knows nothing of which contracts are wanted."""

    def __init__(self, web3: Web3, address: str, create: Create) -> None:
        self.web3, self.address, self._create = web3, address, create

    @property
    def chain_id(self) -> int:
        """The chain's id."""
        return self.web3.eth.chain_id

    @property
    def head(self) -> int:
        """The newest block's number."""
        return self.web3.eth.block_number

    def nonce(self) -> int:
        """Return the next nonce, as mined so far."""
        return self.web3.eth.get_transaction_count(self._checksum, "latest")

    def code(self, address: str) -> bytes:
        """Return the code at an address; empty when there is none."""
        return bytes(self.web3.eth.get_code(self.web3.to_checksum_address(address)))

    def settle(self, timeout: float = _POOL_TIMEOUT) -> None:
        """Wait until nothing that this account sent is still in the pool.

        Raises:
            Refused: a transaction was not mined within ``timeout`` seconds.
        """
        until = time.monotonic() + timeout
        while self.web3.eth.get_transaction_count(self._checksum, "pending") > self.nonce():
            if time.monotonic() > until:
                raise Refused(
                    f"a transaction of {self.address} has waited {timeout:.0f} s in the pool. "
                    "See that the chain makes blocks, then run this again: it goes on from here."
                )
            time.sleep(0.2)

    def wait_for_block(self, number: int, timeout: float = _POOL_TIMEOUT) -> None:
        """Wait until the chain is that long.

        Raises:
            Refused: it was not within ``timeout`` seconds.
        """
        until = time.monotonic() + timeout
        while self.head < number:
            if time.monotonic() > until:
                raise Refused(f"the chain has not reached block {number} in {timeout:.0f} s.")
            time.sleep(0.2)

    def create(self, artifact: Artifact, arguments: Sequence[Any], nonce: int) -> int:
        """Deploy a contract with exactly this nonce and return the block it is in.

        Raises:
            Refused: the node or the constructor refused it.
        """
        try:
            return self._create(artifact, arguments, nonce)
        except Exception as err:  # Brownie, web3 and requests each have their own
            raise Refused(f"{artifact.name} could not be deployed: {err}") from err

    def estimate(self, artifact: Artifact, arguments: Sequence[Any]) -> tuple[int, bool]:
        """Return the gas of a creation, and whether the node worked it out.

        A constructor that asks contracts which do not exist yet cannot be tried: its gas is then
        reckoned from its sizes alone, without what the constructor itself does.
        """
        data = artifact.creation + artifact.encode(arguments)
        try:
            gas = self.web3.eth.estimate_gas({"from": self._checksum, "data": data})
        except Exception:
            reckoned = len(data) * _DATA_BYTE_GAS + len(artifact.runtime) * _CODE_BYTE_GAS
            return _CREATION_GAS + reckoned, False
        return gas, True

    @property
    def _checksum(self) -> Any:
        return self.web3.to_checksum_address(self.address)


def node_account(web3: Web3, address: str) -> Deployer:
    """Return a deployer whose key the node itself holds: a development chain's account."""

    from web3.types import Nonce

    def create(artifact: Artifact, arguments: Sequence[Any], nonce: int) -> int:
        sent = web3.eth.send_transaction(
            {
                "from": web3.to_checksum_address(address),
                "data": artifact.creation + artifact.encode(arguments),
                "nonce": Nonce(nonce),
            }
        )
        receipt = web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.02)
        if receipt["status"] != 1:
            raise Refused("its constructor reverted")
        return receipt["blockNumber"]

    return Deployer(web3, address, create)
