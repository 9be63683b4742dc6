"""Where the walks begin: what is registered, voted, anchored and appointed before them."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from tests.alliance import (
    CLINICIAN,
    DAY,
    DIAGNOSES,
    LABORATORY,
    PATIENT,
    account,
    now,
)
from tests.functional.breakglass.emergency import Plan, in_order
from tests.functional.recovery.circles import Circle
from tests.signing import digest
from tests.stateful.protocol.referrals import PACKAGE
from tests.stateful.protocol.society import (
    INSURER,
    RESEARCHER,
    Person,
    Relation,
    Society,
)

MOST_OPEN, REQUIRED = 2, {LABORATORY, DIAGNOSES}


@dataclass(frozen=True)
class Stage:
    """What does not change from walk to walk."""

    alliance: Any
    places: Any
    cast: SimpleNamespace
    clones: tuple[Any, Any]
    records: dict[bytes, int]
    circles: tuple[Circle, ...]
    plans: tuple[Plan, ...]
    keys: tuple[Any, ...]

    @classmethod
    def set_up(cls, alliance: Any, places: Any, relationship: Any, cast: SimpleNamespace) -> Stage:
        """Do on the chain what comes before."""
        voters = alliance.founders[:3]
        cast.successor = account("alice, with another key")
        alliance.register(cast.successor, cast.clinic, PATIENT)
        bobs = alliance.propose(cast.clinic, cast.bob, cast.clinic, cast.lead)
        bobs.accept({"from": cast.bob})
        consortium, closes, options = alliance.consortium, now() + DAY, {"from": voters[0]}
        rules = (1 << 8, False, MOST_OPEN, sum(1 << kind for kind in REQUIRED))
        alliance.carry(consortium.proposeReferralRules(rules, closes, options), voters)
        for name, office in (("insurer", INSURER), ("researcher", RESEARCHER)):
            holder = account(name)
            setattr(cast, name, holder)
            proposed = consortium.proposeOffice(holder, office, name, closes, options)
            alliance.carry(proposed, voters)
        proposed = consortium.proposeRegulator(cast.regulator, "监管", closes, options)
        alliance.carry(proposed, voters)
        profiles = places.profiles | {PACKAGE: alliance.adopt(PACKAGE, voters)}
        records = {}
        for nonce, kind in enumerate((PACKAGE, LABORATORY, DIAGNOSES)):
            id = digest("record", bytes([kind]))
            fields = {"record": id, "kind": kind, "nonce": nonce, "profile": profiles[kind]}
            fields["affiliation"] = places.clinic_ward
            draft = alliance.draft(relationship, cast.dr_wang, cast.alice, **fields)
            relationship.anchor(*draft.submission, {"from": cast.clinic})
            records[id] = kind
        bob, carol, dr_li = cast.bob, cast.mallory, cast.dr_li
        circles = (
            Circle(cast.alice, {0: bob, 1: carol, 2: dr_li}),
            Circle(cast.alice, {0: dr_li, 1: bob}, size=2),
        )
        plans = (
            Plan.among(in_order(cast.lead, cast.hospital, cast.hospital_b)),
            Plan.among(in_order(cast.lead, cast.hospital_b)),
        )
        keys = tuple(account(f"ticket {n}") for n in range(8))
        clones = (relationship, bobs)
        return cls(alliance, places, cast, clones, records, circles, plans, keys)

    def society(self) -> Society:
        """Return the model of who is who at the beginning."""
        c, p = self.cast, self.places
        society = Society(now(), self.alliance.founders)
        patients = ((c.alice, c.clinic), (c.bob, c.hospital), (c.successor, c.clinic))
        staff = (
            (c.dr_wang, c.clinic, p.clinic_ward),
            (c.dr_li, c.hospital, p.hospital_ward),
            (c.dr_chen, c.lead, p.lead_ward),
        )
        for person, house in patients:
            society.persons[person] = Person(PATIENT, house)
        for person, house, ward in staff:
            society.persons[person] = Person(CLINICIAN, house)
            society.wards[ward] = house
            society.staff.add((person, ward))
        society.offices = {c.insurer: INSURER, c.researcher: RESEARCHER}
        return society

    def relations(self) -> list[Relation]:
        """Return the models of Alice's and of Bob's relationship with the clinic."""
        alices, bobs = self.clones
        c = self.cast
        return [
            Relation(alices, c.alice, c.clinic, c.lead, dict(self.records)),
            Relation(bobs, c.bob, c.clinic, c.lead),
        ]
