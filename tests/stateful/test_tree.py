"""R02: walks through the role tree; whoever is below a stopped node may not act."""

from typing import ClassVar

from tests.alliance import ACTIVE, RESTORE, REVOKED, SUSPEND, SUSPENDED, padded
from tests.signing import digest
from tests.stateful.outcome import agree
from tests.stateful.tree import Tree
from tests.stateful.walk import Walk, mostly


class Machine(Walk):
    STEPS: ClassVar = {"department": 4, "affiliation": 8, "licence": 3, "vote_out_or_in": 1}

    def __init__(self, alliance, senders, persons, voters):
        # Brownie calls it once, with the machine's class for an instance.
        self.alliance, self.senders, self.persons = alliance, senders, persons
        self.registrar, self.houses, self.voters = alliance.registrar, senders[:2], voters
        self.wards = [digest("a machine's ward", str(n)) for n in range(4)]
        self.places = [*self.wards, *(padded(house) for house in self.houses)]

    def begin(self):
        self.model = Tree(self.houses, dict(zip(self.persons[:2], self.houses, strict=True)))

    def department(self, chance):
        ward = chance.choice(self.wards)
        house, standing = self.model.departments.get(ward, (chance.choice(self.houses), 0))
        sender, to = self.by(chance, house), self.to(chance, standing)
        call, allowed = self.registrar.setDepartment, self.model.set_department
        agree(lambda: allowed(sender, ward, to), call, ward, to, sender=sender)
        self.check(chance.choice(self.persons), ward)

    def affiliation(self, chance):
        person = mostly(chance, chance.choice(self.persons[:2]), self.persons)
        place = chance.choice(self.places)
        sender = self.by(chance, self.model.house_of(place) or self.houses[0])
        to = self.to(chance, self.model.affiliations.get((person, place), 0))
        call, allowed = self.registrar.setAffiliation, self.model.set_affiliation
        given = (person.address, place, to)
        agree(lambda: allowed(sender, person, place, to), call, *given, sender=sender)
        self.check(person, place)

    def licence(self, chance):
        person = mostly(chance, chance.choice(self.persons[:2]), self.persons)
        sender = self.by(chance, self.model.certifiers.get(person, self.houses[0]))
        to = self.to(chance, self.model.licences.get(person, 0))
        call, allowed = self.registrar.setLicence, self.model.set_licence
        agree(lambda: allowed(sender, person, to), call, person.address, to, sender=sender)
        self.check(person, chance.choice(self.places))

    def vote_out_or_in(self, chance):
        """The two others of the four are always enough with one of these."""
        house = chance.choice(self.houses)
        active = self.model.active
        action = SUSPEND if active[house] else RESTORE
        voters = [v for v in self.voters if v != house and active.get(v, True)]
        if len(voters) > 2 or action == RESTORE:
            self.alliance.stand(house, action, voters)
            active[house] = not active[house]
            self.check_all()

    def check(self, person, place):
        """Whether somebody may act somewhere."""
        active, house = self.registrar.isClinicianActive(person, place)
        assert active == self.model.may_act(person, place)
        expected = self.model.house_of(place)
        assert int(house, 16) == (int(expected.address, 16) if expected else 0)

    def check_all(self):
        for person in self.persons:
            for place in self.places:
                self.check(person, place)

    def by(self, chance, house):
        return mostly(chance, house, self.senders, 0.85)

    def to(self, chance, standing):
        likely = {0: [ACTIVE], ACTIVE: [SUSPENDED] * 4 + [REVOKED], SUSPENDED: [ACTIVE]}
        every = [0, ACTIVE, SUSPENDED, REVOKED]
        return mostly(chance, chance.choice(likely.get(standing, every)), every)


def test_whoever_is_below_a_stopped_node_may_not_act(
    run, alliance, founders, clinic, hospital, dr_wang, dr_li, alice, mallory
):
    run(Machine, alliance, [clinic, hospital, mallory], [dr_wang, dr_li, alice], founders)
