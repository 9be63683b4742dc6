"""A model of what both sides say about records: disputes, withdrawals, seals, erasures."""

from __future__ import annotations

from typing import Any

from tests.stateful.outcome import refuse_if
from tests.stateful.protocol.society import Relation, Society

DISPUTES, WITHDREW, SEALED, ERASED = "Disputes", "Withdrew", "Sealed", "erased"


class Evidence:
    """Words on each record, with the side that said them."""

    def __init__(self, society: Society) -> None:
        self.society = society
        self.said: dict[tuple[str, bytes], set[str]] = {}

    def of(self, relation: Relation, record: bytes) -> set[str]:
        """Return what stands on a record."""
        return self.said.setdefault((relation.contract.address, record), set())

    def say(self, sender: Any, relation: Relation, records: list[bytes], word: str) -> None:
        """Say something of each record, or of none."""
        side = self.society.side(relation, sender)
        self._mark(relation, records, side + word)

    def lift(self, sender: Any, relation: Relation, records: list[bytes]) -> None:
        """Lift one's own seal."""
        side = self.society.side(relation, sender)
        for record in records:
            self.of(relation, record).discard(side + SEALED)

    def erase(
        self, relation: Relation, records: list[bytes], when: int, signers: tuple[Any, Any]
    ) -> None:
        """Certify an erasure that institution and mirror signed."""
        refuse_if(when > self.society.now, "EvidenceTimeInvalid", when)
        for custodian, signer in zip((relation.house, relation.mirror), signers, strict=True):
            refuse_if(custodian != signer, "EvidenceSignatureInvalid", custodian)
        for record in records:
            sealed = {"ownerSealed", "institutionSealed"} & self.of(relation, record)
            refuse_if(bool(sealed), "EvidenceRecordSealed", record)
            self._check_known(relation, record, ERASED)
        self._mark(relation, records, ERASED)

    def _mark(self, relation: Relation, records: list[bytes], word: str) -> None:
        for record in records:
            self._check_known(relation, record, word)
        for record in records:
            self.of(relation, record).add(word)

    def _check_known(self, relation: Relation, record: bytes, word: str) -> None:
        new = word not in self.of(relation, record)
        unknown = ("EvidenceRecordUnknown", relation.contract.address, record)
        refuse_if(new and record not in relation.records, *unknown)
