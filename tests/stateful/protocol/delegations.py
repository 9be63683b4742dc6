"""A model of what institutions hand on of what they were granted (P12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.alliance import EVERYTHING, KIND
from tests.stateful.outcome import refuse_if
from tests.stateful.protocol.society import Relation, Society


@dataclass
class Handed:
    """One delegation."""

    relation: Relation
    delegator: Any
    grant: Any
    terms: Any
    revoked: bool = False


class Delegations:
    """The delegations by id."""

    def __init__(self, society: Society) -> None:
        self.society = society
        self.handed: dict[bytes, Handed] = {}

    def delegate(self, sender: Any, relation: Relation, grant: Any, terms: Any) -> None:
        """Hand on a grant to all records, or one kind of them."""
        society, now = self.society, self.society.now
        society.house(sender)
        own = grant.viewer == sender and society.wards[grant.affiliation] == sender
        refuse_if(not own, "CallerNotAllowed", sender)
        live = relation.was_granted(grant, now)
        refuse_if(not live, "DelegationGrantInvalid", grant.id)
        fits = now < terms.expires_at <= grant.expires_at
        refuse_if(not fits, "DelegationExpiryInvalid", terms.expires_at)
        whole = terms.scope == EVERYTHING and terms.kind == 0
        narrow = terms.scope == KIND and terms.kind != 0
        refuse_if(not whole and not narrow, "DelegationScopeInvalid", terms.scope)
        self._check_delegate(relation, terms)
        id = terms.id(sender)
        refuse_if(id in self.handed, "DelegationIdInvalid", id)
        self.handed[id] = Handed(relation, sender, grant, terms)

    def revoke(self, sender: Any, id: bytes) -> None:
        """Take back as owner or delegator."""
        refuse_if(id not in self.handed, "DelegationIdInvalid", id)
        handed = self.handed[id]
        allowed = sender in (handed.relation.owner, handed.delegator)
        refuse_if(not allowed, "CallerNotAllowed", sender)
        handed.revoked = True

    def is_live(self, id: bytes) -> bool:
        """Whether a delegation holds."""
        handed, now = self.handed[id], self.society.now
        in_time = not handed.revoked and now < handed.terms.expires_at
        granted = handed.relation.is_live(handed.grant.id, now)
        return in_time and granted and self.society.is_active(handed.delegator)

    def _check_delegate(self, relation: Relation, terms: Any) -> None:
        house = self.society.wards[terms.affiliation]
        gateway = terms.delegate == house and self.society.is_active(house)
        active = gateway or self.society.acts_for(terms.delegate, terms.affiliation)
        wrong = not active or house == relation.mirror
        refuse_if(wrong, "DelegationDelegateInvalid", terms.delegate, terms.affiliation)
