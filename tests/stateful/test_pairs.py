"""R10 and R12: walks through proposals and answers; a pair has one live relationship."""

from hypothesis import strategies as st

from tests.stateful.outcome import agree
from tests.stateful.pairs import PRECLUDED, Pair

MOST = 12


class Machine:
    st_pair = st.integers(0, 1)
    st_sender = st.sampled_from([0, 0, 1, 1, 2])
    st_mirror = st.sampled_from([0, 0, 0, 1, 2, 3])
    st_ahead = st.sampled_from([0, 0, 0, -1, 1])
    st_answer = st.sampled_from(["accept", "accept", "refuse", "end"])

    def __init__(self, alliance, pairs, others, mirrors, members):
        # Brownie calls it once, with the machine's class for an instance.
        self.alliance, self.accounts, self.members = alliance, pairs, members
        self.others, self.mirrors = others, mirrors
        self.factory = alliance.factory

    def setup(self):
        self.pairs = [Pair(owner, house, self.members) for owner, house in self.accounts]
        self.places = [
            [self.factory.relationshipOf(owner, house, n) for n in range(MOST)]
            for owner, house in self.accounts
        ]
        self.listed = {person: [] for pair in self.accounts for person in pair}
        self.offsets = {p: self.alliance.summary_of(p).count() for p in self.listed}

    def rule_propose(self, st_pair, st_sender, st_ahead, st_mirror):
        pair, places, sender = self.chosen(st_pair, st_sender)
        nonce = min(max(len(pair.relations) + st_ahead, 0), MOST - 1)
        mirror = self.mirrors[st_mirror]
        opening = self.alliance.opening(pair.owner, pair.house, mirror, nonce)
        tx = agree(
            lambda: pair.propose(sender, nonce, mirror, places),
            self.factory.propose,
            opening,
            sender=sender,
        )
        if tx:
            for person in (pair.owner, pair.house):
                self.listed[person].append(places[nonce])

    def rule_preclude(self, st_pair, st_sender, st_ahead):
        pair, places, sender = self.chosen(st_pair, st_sender)
        nonce = min(max(len(pair.relations) + st_ahead, 0), MOST - 1)
        agree(
            lambda: pair.preclude(sender, nonce, places),
            self.factory.preclude,
            pair.owner.address,
            pair.house.address,
            nonce,
            sender=sender,
        )

    def rule_answer(self, st_pair, st_sender, st_answer):
        pair, places, sender = self.chosen(st_pair, st_sender)
        nonce = len(pair.relations) - 1
        if nonce < 0 or pair.relations[nonce].status == PRECLUDED:
            return
        call = getattr(self.alliance.relationship(places[nonce]), st_answer)
        agree(lambda: getattr(pair, st_answer)(sender, nonce), call, sender=sender)

    def rule_mirror(self, st_pair, st_sender, st_mirror):
        pair, places, sender = self.chosen(st_pair, st_sender)
        nonce, mirror = len(pair.relations) - 1, self.mirrors[st_mirror]
        if nonce < 0 or pair.relations[nonce].status == PRECLUDED:
            return
        call = self.alliance.relationship(places[nonce]).changeMirror
        allowed = lambda: pair.change_mirror(sender, nonce, mirror)  # noqa: E731
        agree(allowed, call, mirror.address, sender=sender)

    def invariant_relationships_are_those_of_the_model(self):
        for pair, places in zip(self.pairs, self.places, strict=True):
            assert len(pair.live()) <= 1
            for relation, place in zip(pair.relations, places, strict=False):
                precluded = relation.status == PRECLUDED
                assert self.factory.isPrecluded(place) == precluded
                if not precluded:
                    expected = (pair.owner, pair.house, relation.mirror, relation.status)
                    assert self.alliance.relationship(place).parties() == expected

    def invariant_summaries_list_what_was_proposed(self):
        for person, places in self.listed.items():
            summary = self.alliance.summary_of(person)
            addresses, statuses = summary.entries(self.offsets[person], 99)
            assert list(addresses) == places
            for place, status in zip(addresses, statuses, strict=True):
                assert self.alliance.relationship(place).status() == status

    def chosen(self, pair, sender):
        chosen = self.pairs[pair]
        senders = [chosen.owner, chosen.house, self.others[pair]]
        return chosen, self.places[pair], senders[sender]


def test_a_pair_has_one_live_relationship(
    run, alliance, founders, lead, hospital, hospital_b, alice, bob, mallory
):
    pairs = [(alice, hospital), (bob, hospital)]
    mirrors = [lead, hospital_b, hospital, mallory]
    run(Machine, alliance, pairs, [bob, lead], mirrors, founders)
