"""A model of who is who: institutions, persons, staff, offices, and relationships with grants."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.alliance import CLINICIAN, NOBODY, PATIENT, padded
from tests.stateful.outcome import refuse_if

INSURER, RESEARCHER = 1, 2


@dataclass
class Person:
    """A registered person; whoever was replaced is not certified any more."""

    role: int
    certifier: Any
    certified: bool = True


@dataclass
class Given:
    """A grant that was made; `terms` is what the owner signed."""

    terms: Any
    revoked: bool = False


@dataclass
class Relation:
    """An accepted relationship: whose it is, its records by kind, its grants."""

    contract: Any
    owner: Any
    house: Any
    mirror: Any
    records: dict[bytes, int] = field(default_factory=dict)
    grants: dict[bytes, Given] = field(default_factory=dict)
    ended: bool = False

    def is_live(self, id: bytes, now: int) -> bool:
        """Whether a grant holds."""
        given = self.grants.get(id)
        held = given is not None and not given.revoked
        return held and not self.ended and now < given.terms.expires_at

    def was_granted(self, terms: Any, now: int) -> bool:
        """Whether a grant holds with exactly these terms."""
        return self.is_live(terms.id, now) and self.grants[terms.id].terms == terms


class Society:
    """Everybody, at one moment."""

    def __init__(self, now: int, houses: list[Any]) -> None:
        self.now, self.stopped_until = now, 0
        self.members = dict.fromkeys(houses, True)
        self.persons: dict[Any, Person] = {}
        self.wards: dict[bytes, Any] = {padded(house): house for house in houses}
        self.staff: set[tuple[Any, bytes]] = set()
        # Clinicians, departments and affiliations that stand otherwise than active.
        self.idle: set[Any] = set()
        self.offices: dict[Any, int] = {}
        self.successors: dict[Any, Any] = {}

    def is_active(self, house: Any) -> bool:
        """Whether an institution may act."""
        return self.now >= self.stopped_until and self.members.get(house, False)

    def is_certified(self, account: Any, role: int | None = None) -> bool:
        """Whether a person in use has a role."""
        person = self.persons.get(account)
        return person is not None and person.certified and role in (None, person.role)

    def acts_for(self, account: Any, affiliation: bytes) -> bool:
        """Whether a clinician may act under an affiliation."""
        works = (account, affiliation) in self.staff and self.is_certified(account, CLINICIAN)
        works = works and not self.idle & {account, affiliation, (account, affiliation)}
        return works and self.is_active(self.wards.get(affiliation))

    def house(self, sender: Any) -> Any:
        """Refuse whoever is no active institution."""
        refuse_if(not self.is_active(sender), "CallerNotInstitution", sender)
        return sender

    def patient(self, sender: Any) -> None:
        """Refuse whoever is no certified patient."""
        refuse_if(not self.is_certified(sender, PATIENT), "CallerNotPatient", sender)

    def clinician(self, sender: Any, affiliation: bytes) -> Any:
        """Refuse whoever is no active clinician; return the institution."""
        missing = not self.acts_for(sender, affiliation)
        refuse_if(missing, "CallerNotClinician", sender, affiliation)
        return self.wards[affiliation]

    def of(self, house: Any, sender: Any, affiliation: bytes) -> None:
        """Refuse whoever does not act for an institution."""
        if sender == house:
            self.house(sender)
        else:
            foreign = self.clinician(sender, affiliation) != house
            refuse_if(foreign, "CallerNotClinician", sender, affiliation)

    def side(self, relation: Relation, sender: Any) -> str:
        """Refuse whoever is no party; return which one it is."""
        stranger = sender not in (relation.owner, relation.house)
        refuse_if(stranger, "CallerNotAllowed", sender)
        return "owner" if sender == relation.owner else "institution"

    def accepted(self, relation: Relation) -> None:
        """Refuse when a relationship is over."""
        refuse_if(relation.ended, "RelationshipNotAccepted", relation.contract.address)

    def reads_for(self, house: Any, grant: Any) -> bool:
        """Whether a grant is to an institution, or to somebody of it."""
        return grant.viewer == house or self.wards.get(grant.affiliation) == house

    def grant(self, sender: Any, relation: Relation, grant: Any) -> None:
        """Let the owner grant access to all records."""
        refuse_if(sender != relation.owner, "RelationshipNotOwner", sender)
        refuse_if(relation.ended, "RelationshipStatusInvalid", 4)
        gone = relation.owner in self.successors
        refuse_if(gone, "RelationshipOwnerReplaced", relation.owner)
        refuse_if(grant.id in relation.grants, "GrantIdInvalid", grant.id)
        refuse_if(grant.expires_at <= self.now, "GrantExpiryInvalid", grant.expires_at)
        house = self.wards[grant.affiliation]
        gateway = grant.viewer == house and self.is_active(house)
        active = gateway or self.acts_for(grant.viewer, grant.affiliation)
        refuse_if(not active, "GrantViewerInactive", grant.viewer, grant.affiliation)
        refuse_if(house == relation.mirror, "GrantViewerIsMirror", house)
        relation.grants[grant.id] = Given(grant)

    def revoke(self, sender: Any, relation: Relation, id: bytes) -> None:
        """Let the owner revoke."""
        refuse_if(sender != relation.owner, "RelationshipNotOwner", sender)
        # A tombstone of what never was counts as a grant that nobody has.
        nothing = Given(None, revoked=True)
        relation.grants.setdefault(id, nothing).revoked = True

    def end(self, sender: Any, relation: Relation) -> None:
        """Let a party end a relationship."""
        stranger = sender not in (relation.owner, relation.house)
        refuse_if(stranger, "RelationshipNotParty", sender)
        relation.ended = True

    def merge(self, sender: Any, account: Any, successor: Any) -> None:
        """Let an institution put one account in another's place."""
        refuse_if(not self.is_active(sender), "RegistrarNotInstitution", sender)
        self.replace(account, successor)

    def replace(self, account: Any, successor: Any) -> None:
        """Put one account in another's place."""
        pair = [self.persons.get(who) for who in (account, successor)]
        valid = account != successor and all(person and person.certified for person in pair)
        valid = valid and pair[0].role == pair[1].role
        refuse_if(not valid, "RegistrarReplacementInvalid", account, successor)
        pair[0].certified = False
        self.successors[account] = successor

    def current(self, account: Any) -> Any:
        """Return the account that stands for an account."""
        while account in self.successors:
            account = self.successors[account]
        return account

    def follow(self, relation: Relation) -> None:
        """Let a relationship follow its owner's account."""
        current, nothing = self.current(relation.owner), "RelationshipFactoryNothingToFollow"
        refuse_if(current == relation.owner, nothing, relation.contract.address)
        relation.owner = current


def address(account: Any) -> Any:
    """Return how a view shows an account, or nobody."""
    return NOBODY if account is None else account
