"""The list of one account's relationships (``ISummary``)."""

from __future__ import annotations

from chartkey.chain.contract import Contract, known
from chartkey.models import RelationshipStatus, SummaryEntry

__all__ = ["Summary"]


class Summary(Contract):
    """The Summary clone of one owner or institution."""

    name = "Summary"
    __slots__ = ()

    def owner(self) -> str | None:
        """Whose Summary this is."""
        return known(self._read("owner"))

    def count(self) -> int:
        """How many relationships are listed."""
        return int(self._read("count"))

    def entries(self, offset: int = 0, limit: int = 100) -> tuple[SummaryEntry, ...]:
        """A page of the list, oldest first, with what each relationship says of itself."""
        relationships, statuses = self._read("entries", offset, limit)
        return tuple(
            SummaryEntry(address, RelationshipStatus(status))
            for address, status in zip(relationships, statuses, strict=True)
        )
