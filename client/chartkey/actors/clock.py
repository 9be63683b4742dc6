"""What time it is, for deadlines and expiries that contracts will judge."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from chartkey.errors import ArgumentInvalid

if TYPE_CHECKING:
    from chartkey.chain.network import Network

__all__ = ["in_days", "now"]

_DAY = 86_400
_MOST_DAYS = 36_525


def now(network: Network) -> int:
    """Return the later of the chain's time and this machine's, in Unix seconds.

    An idle development chain's newest block may be hours old; one whose time was moved is ahead.

    Raises:
        NodeUnavailable: the node is away.
    """
    return max(int(time.time()), network.block_time())


def in_days(network: Network, days: float, verb: str) -> int:
    """Return the Unix time so many days of 86,400 seconds from now, for the verb that asks.

    Raises:
        ArgumentInvalid: it is no number above 0 and of at most 36,525: a century.
        NodeUnavailable: the node is away.
    """
    if not 0 < days <= _MOST_DAYS:
        problem = f"days is a number above 0 and of at most {_MOST_DAYS:,}"
        raise ArgumentInvalid(function=verb, problem=problem)
    return now(network) + int(days * _DAY)
