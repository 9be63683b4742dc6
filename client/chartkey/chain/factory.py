"""Where relationships come from (``IRelationshipFactory``)."""

from __future__ import annotations

from chartkey.chain.call import Call
from chartkey.chain.contract import ZERO_ADDRESS, Contract
from chartkey.models import Opening

__all__ = ["RelationshipFactory"]


class RelationshipFactory(Contract):
    """The factory of relationship clones; ``nonce`` counts a pair's relationships from 0."""

    name = "RelationshipFactory"
    __slots__ = ()

    def relationship_of(self, owner: str, institution: str, nonce: int) -> str:
        """The address of a pair's relationship, whether or not it exists."""
        return str(self._read("relationshipOf", owner, institution, nonce))

    def is_precluded(self, relationship: str) -> bool:
        """Whether an address was closed before it existed (P22)."""
        return bool(self._read("isPrecluded", relationship))

    def relationship_implementation(self) -> str:
        """The contract whose clones are the relationships."""
        return str(self._read("relationshipImplementation"))

    def propose(self, opening: Opening) -> Call:
        """Propose a relationship."""
        handed = (
            opening.owner,
            opening.institution,
            opening.nonce,
            opening.mirror or ZERO_ADDRESS,
            opening.root_commitment,
            opening.owner_key_version,
            opening.institution_key_version,
            opening.owner_wrap,
            opening.institution_wrap,
        )
        return self._write("propose", handed)

    def preclude(self, owner: str, institution: str, nonce: int) -> Call:
        """Close a relationship whether or not it exists yet."""
        return self._write("preclude", owner, institution, nonce)

    def follow(self, relationship: str) -> Call:
        """Let a relationship follow its owner to the account that took the owner's place (R05)."""
        return self._write("follow", relationship)
