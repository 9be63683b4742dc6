"""The chain, or the node that speaks for it."""

from __future__ import annotations

from chartkey.errors.base import ChartkeyError

__all__ = [
    "ChainError",
    "ChainMismatch",
    "ContractRefused",
    "ContractsMissing",
    "FundsMissing",
    "HeadStale",
    "JournalUnusable",
    "MembersDisagree",
    "NodeGarbled",
    "NodeRefused",
    "NodeUnavailable",
    "NodesUnavailable",
    "PoolRefused",
    "TransactionFailed",
    "TransactionUnknown",
]


class ChainError(ChartkeyError):
    """The chain, or the node that speaks for it, refused or failed."""

    code = "chain"


class NodeUnavailable(ChainError):
    """Values: ``rpc`` (address without credentials)."""

    code = "node-unavailable"


class NodesUnavailable(NodeUnavailable):
    """Values: ``rpc`` (every address, without credentials), ``problems`` (what each one's is)."""

    code = "nodes-unavailable"


class NodeRefused(ChainError):
    """Values: ``rpc`` (address without credentials), ``method``, ``problem``."""

    code = "node-refused"


class NodeGarbled(NodeRefused):
    """Values: as ``NodeRefused``; it may have done what it was asked for."""

    code = "node-garbled"


class PoolRefused(NodeRefused):
    """Values: as ``NodeRefused``, and ``advice``."""

    code = "pool-refused"


class FundsMissing(NodeRefused):
    """Values: as ``NodeRefused``, and ``address`` (who would have paid)."""

    code = "funds-missing"


class ChainMismatch(ChainError):
    """Values: ``expected``, ``found`` (chain ids)."""

    code = "chain-mismatch"


class ContractsMissing(ChainError):
    """Values: ``contract``, ``address``, ``problem``."""

    code = "contracts-missing"


class HeadStale(ChainError):
    """Values: ``rpc`` (every address asked), ``age``, ``limit`` (seconds)."""

    code = "head-stale"


class JournalUnusable(ChainError):
    """Values: ``path``, ``problem``."""

    code = "journal-unusable"


class MembersDisagree(ChainError):
    """Members' nodes tell different things. Values: ``block``, ``problem``."""

    code = "members-disagree"


class TransactionUnknown(ChainError):
    """Values: ``hash``, ``journal`` (where the signed transaction was kept)."""

    code = "transaction-unknown"


class TransactionFailed(ChainError):
    """Values: ``hash``, ``problem``."""

    code = "transaction-failed"


class ContractRefused(ChainError):
    """Values: ``error`` (the Solidity name), ``arguments`` (dict by parameter name)."""

    code = "contract-refused"
