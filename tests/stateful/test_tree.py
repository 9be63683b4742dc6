"""R02: walks through the role tree; whoever is below a stopped node may not act."""

from hypothesis import strategies as st

from tests.alliance import RESTORE, SUSPEND, padded
from tests.signing import digest
from tests.stateful.outcome import agree
from tests.stateful.tree import Tree


class Machine:
    st_sender = st.sampled_from([0, 0, 0, 1, 1, 1, 2])
    st_person = st.sampled_from([0, 0, 1, 1, 2])
    st_place = st.integers(0, 4)
    st_ward = st.integers(0, 2)
    st_standing = st.sampled_from([1, 1, 1, 2, 2, 3, 0])
    st_house = st.integers(0, 1)

    def __init__(self, alliance, senders, persons, voters):
        # Brownie calls it once, with the machine's class for an instance.
        self.alliance, self.senders, self.persons = alliance, senders, persons
        self.registrar, self.houses, self.voters = alliance.registrar, senders[:2], voters
        self.wards = [digest("a machine's ward", str(n)) for n in range(3)]
        self.places = [*self.wards, *(padded(house) for house in self.houses)]

    def setup(self):
        self.model = Tree(self.houses, dict(zip(self.persons[:2], self.houses, strict=True)))

    def rule_department(self, st_sender, st_ward, st_standing):
        sender, ward = self.senders[st_sender], self.wards[st_ward]
        agree(
            lambda: self.model.set_department(sender, ward, st_standing),
            self.registrar.setDepartment,
            ward,
            st_standing,
            sender=sender,
        )

    def rule_affiliation(self, st_sender, st_person, st_place, st_standing):
        sender, person = self.senders[st_sender], self.persons[st_person]
        place = self.places[st_place]
        agree(
            lambda: self.model.set_affiliation(sender, person, place, st_standing),
            self.registrar.setAffiliation,
            person.address,
            place,
            st_standing,
            sender=sender,
        )

    def rule_licence(self, st_sender, st_person, st_standing):
        sender, person = self.senders[st_sender], self.persons[st_person]
        agree(
            lambda: self.model.set_licence(sender, person, st_standing),
            self.registrar.setLicence,
            person.address,
            st_standing,
            sender=sender,
        )

    def rule_vote_a_house_out_or_in(self, st_house):
        house = self.houses[st_house]
        action = SUSPEND if self.model.active[house] else RESTORE
        voters = [v for v in self.voters if v != house and self.model.active.get(v, True)]
        if len(voters) * 2 > sum(self.model.active.values()) + len(self.voters) - 2:
            self.alliance.stand(house, action, voters)
            self.model.active[house] = not self.model.active[house]

    def invariant_the_tree_is_that_of_the_model(self):
        for person in self.persons:
            for place in self.places:
                active, house = self.registrar.isClinicianActive(person, place)
                assert active == self.model.may_act(person, place)
                expected = self.model.house_of(place)
                assert int(house, 16) == (int(expected.address, 16) if expected else 0)


def test_whoever_is_below_a_stopped_node_may_not_act(
    run, alliance, founders, clinic, hospital, dr_wang, dr_li, alice, mallory
):
    run(Machine, alliance, [clinic, hospital, mallory], [dr_wang, dr_li, alice], founders)
