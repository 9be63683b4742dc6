"""The first block, for Geth's Clique (EIP-225) and for Besu's QBFT, from one description.

London is left out: without a base fee the constant price of 1 wei a gas works, and institutions,
funded here, pay for everybody else by relaying (P22). So are later forks: no Geth that seals
Clique has Shanghai.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from chartkey.crypto.digest import keccak256
from chartkey.operator.description import Description, Use
from chartkey.operator.enode import Enode

__all__ = ["clique", "qbft"]

_VANITY: Final = bytes(32)
_SEAL: Final = bytes(65)
_WEALTH: Final = 10**27
"""Wei for each institution: at 1 wei a gas, 10^18 full blocks of 60 million."""
_FORKS: Final = (
    "homestead",
    "eip150",
    "eip155",
    "eip158",
    "byzantium",
    "constantinople",
    "petersburg",
    "istanbul",
    "berlin",
)
_QBFT_MIX: Final = "0x63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365"
"""What QBFT and IBFT put in every header's mixHash: ends in "ctical byzantine fault tolerance"."""
_TIMEOUT_PERIODS: Final = 2
"""Besu asks for a request timeout of at least twice the block period."""


def clique(network: Description) -> dict[str, Any]:
    """Return the genesis for ``geth init``: sealers in extraData, as EIP-225 says."""
    sealers = b"".join(bytes.fromhex(sealer[2:]) for sealer in network.sealers)
    engine = {"clique": {"period": network.period, "epoch": network.epoch}}
    return _genesis(network, engine, _VANITY + sealers + _SEAL)


def qbft(network: Description) -> dict[str, Any]:
    """Return the genesis for Besu's QBFT, whose blocks are final at once.

    extraData is RLP of [32 bytes of vanity, validators, no vote, round 0, no seals]. Besu seals
    with its node key: the validators are the accounts of the founders' sealing nodes.
    """
    import rlp  # type: ignore[import-untyped]

    validators = sorted(
        keccak256(bytes.fromhex(Enode.parse(node.enode).key))[12:]
        for house in network.founders
        for node in house.nodes
        if node.use is Use.SEALING
    )
    engine = {
        "qbft": {
            "epochlength": network.epoch,
            "blockperiodseconds": network.period,
            "requesttimeoutseconds": _TIMEOUT_PERIODS * network.period,
        },
    }
    extra = rlp.encode([_VANITY, validators, [], b"", []])
    # Besu takes every fork before the one that is named.
    return _genesis(network, engine, extra, forks=("berlin",)) | {"mixHash": _QBFT_MIX}


def _genesis(
    network: Description, engine: dict[str, Any], extra: bytes, forks: Sequence[str] = _FORKS
) -> dict[str, Any]:
    accounts = [house.account for house in network.founders if house.account]
    return {
        "config": {"chainId": network.chain_id} | {f"{fork}Block": 0 for fork in forks} | engine,
        "nonce": "0x0",
        # Not the present: two operators must not make two first blocks.
        "timestamp": "0x0",
        "extraData": "0x" + extra.hex(),
        "gasLimit": hex(network.gas_limit),
        "difficulty": "0x1",
        "alloc": {account[2:].lower(): {"balance": hex(_WEALTH)} for account in accounts},
    }
