"""A model of relationships: for each pair a row of them, at most the last of which lives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.alliance import ACCEPTED, ENDED, PENDING, REFUSED
from tests.stateful.outcome import refuse_if

PRECLUDED = -1
CLOSED = (REFUSED, ENDED, PRECLUDED)


@dataclass
class Relation:
    """One relationship, or the tombstone of one."""

    status: int
    proposer: Any = None
    mirror: Any = None


class Pair:
    """One owner and one institution."""

    def __init__(self, owner: Any, house: Any, members: list[Any]) -> None:
        self.owner, self.house, self.members = owner, house, members
        self.relations: list[Relation] = []

    def propose(self, sender: Any, nonce: int, mirror: Any, addresses: list[str]) -> None:
        """Propose the relationship of a nonce; `addresses` are where the clones are to be."""
        self._check_party("RelationshipFactoryNotParty", sender)
        invalid = mirror in (self.owner, self.house) or mirror not in self.members
        refuse_if(invalid, "RelationshipFactoryMirrorInvalid", mirror)
        self._check_previous(nonce, addresses)
        taken = nonce < len(self.relations)
        refuse_if(taken, "RelationshipFactoryClosed", addresses[nonce])
        self.relations.append(Relation(PENDING, sender, mirror))

    def preclude(self, sender: Any, nonce: int, addresses: list[str]) -> None:
        """Close the relationship of a nonce, whether or not it exists."""
        self._check_party("RelationshipFactoryNotParty", sender)
        if nonce < len(self.relations):
            self._close(self.relations[nonce], sender)
        else:
            self._check_previous(nonce, addresses)
            self.relations.append(Relation(PRECLUDED))

    def accept(self, sender: Any, nonce: int) -> None:
        """Accept a proposal."""
        self._answer(sender, self.relations[nonce], ACCEPTED)

    def refuse(self, sender: Any, nonce: int) -> None:
        """Refuse a proposal."""
        self._answer(sender, self.relations[nonce], REFUSED)

    def end(self, sender: Any, nonce: int) -> None:
        """End a relationship."""
        relation = self.relations[nonce]
        self._check_party("RelationshipNotParty", sender)
        if relation.status not in CLOSED:
            relation.status = ENDED

    def change_mirror(self, sender: Any, nonce: int, mirror: Any) -> None:
        """Name another mirror."""
        refuse_if(sender != self.owner, "RelationshipNotOwner", sender)
        invalid = mirror in (self.owner, self.house) or mirror not in self.members
        refuse_if(invalid, "RelationshipMirrorInvalid", mirror)
        self.relations[nonce].mirror = mirror

    def live(self) -> list[Relation]:
        """The relationships that are neither refused nor ended."""
        return [r for r in self.relations if r.status not in CLOSED]

    def _answer(self, sender: Any, relation: Relation, status: int) -> None:
        other = self.house if relation.proposer == self.owner else self.owner
        refuse_if(sender != other, "RelationshipNotParty", sender)
        if relation.status != status:
            wrong = relation.status != PENDING
            refuse_if(wrong, "RelationshipStatusInvalid", relation.status)
            relation.status = status

    def _close(self, relation: Relation, sender: Any) -> None:
        if relation.status == PENDING and sender != relation.proposer:
            relation.status = REFUSED
        elif relation.status not in CLOSED:
            relation.status = ENDED

    def _check_party(self, error: str, sender: Any) -> None:
        refuse_if(sender not in (self.owner, self.house), error, sender)

    def _check_previous(self, nonce: int, addresses: list[str]) -> None:
        if nonce == 0:
            return
        closed = nonce <= len(self.relations) and self.relations[nonce - 1].status in CLOSED
        refuse_if(not closed, "RelationshipFactoryPreviousOpen", addresses[nonce - 1])
