"""The relationships of an account, read from its Summary page by page (R12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chartkey.errors import PersonUnknown

if TYPE_CHECKING:
    from chartkey.chain.network import Network
    from chartkey.models import SummaryEntry

__all__ = ["listed_relationships"]

_PAGE: Final = 100


def listed_relationships(network: Network, account: str) -> list[SummaryEntry]:
    """Return every relationship of an owner or an institution, oldest first.

    Raises:
        PersonUnknown: the account has no Summary.
        NodeUnavailable: the node is away.
    """
    address = network.registrar.summary_of(account)
    if address is None:
        raise PersonUnknown(address=account, role="patient")
    entries: list[SummaryEntry] = []
    while page := network.summary(address).entries(len(entries), _PAGE):
        entries += page
    return entries
