"""R10 and R12: walks through proposals and answers; a pair has one live relationship."""

from typing import ClassVar

from tests.stateful.outcome import agree
from tests.stateful.pairs import PRECLUDED, Pair
from tests.stateful.walk import Walk, mostly

MOST = 50


class Machine(Walk):
    STEPS: ClassVar = {"propose": 6, "preclude": 2, "answer": 8, "mirror": 2}

    def __init__(self, alliance, accounts, outsider, mirrors, members):
        # Brownie calls it once, with the machine's class for an instance.
        self.alliance, self.accounts, self.outsider = alliance, accounts, outsider
        self.mirrors, self.members, self.factory = mirrors, members, alliance.factory

    def begin(self):
        self.pairs = [Pair(owner, house, self.members) for owner, house in self.accounts]
        self.listed = {person: [] for pair in self.accounts for person in pair}
        self.offsets = {p: self.alliance.summary_of(p).count() for p in self.listed}

    def propose(self, chance):
        pair, nonce = self.drawn(chance)
        mirror = mostly(chance, self.mirrors[0], self.mirrors)
        sender = mostly(chance, chance.choice([pair.owner, pair.house]), [self.outsider], 0.9)
        opening = self.alliance.opening(pair.owner, pair.house, mirror, nonce)
        allowed = lambda: pair.propose(sender, nonce, mirror, self.places(pair))  # noqa: E731
        if agree(allowed, self.factory.propose, opening, sender=sender):
            for person in (pair.owner, pair.house):
                self.listed[person].append(self.place(pair, nonce))
        self.check(pair)

    def preclude(self, chance):
        pair, nonce = self.drawn(chance)
        nonce = max(nonce - chance.randint(0, 1), 0)
        sender = mostly(chance, chance.choice([pair.owner, pair.house]), [self.outsider], 0.9)
        given = (pair.owner.address, pair.house.address, nonce)
        allowed = lambda: pair.preclude(sender, nonce, self.places(pair))  # noqa: E731
        agree(allowed, self.factory.preclude, *given, sender=sender)
        self.check(pair)

    def answer(self, chance):
        pair, relation, nonce = self.last(chance)
        if relation:
            other = pair.house if relation.proposer == pair.owner else pair.owner
            sender = mostly(chance, other, [pair.owner, pair.house, self.outsider])
            verb = chance.choice(["accept", "accept", "refuse", "end"])
            call = getattr(self.alliance.relationship(self.place(pair, nonce)), verb)
            agree(lambda: getattr(pair, verb)(sender, nonce), call, sender=sender)
            self.check(pair)

    def mirror(self, chance):
        pair, relation, nonce = self.last(chance)
        if relation:
            mirror = chance.choice(self.mirrors)
            sender = mostly(chance, pair.owner, [pair.house, self.outsider])
            call = self.alliance.relationship(self.place(pair, nonce)).changeMirror
            allowed = lambda: pair.change_mirror(sender, nonce, mirror)  # noqa: E731
            agree(allowed, call, mirror.address, sender=sender)
            self.check(pair)

    def check(self, pair, last=1):
        """The newest relationships of a pair; only one of them all lives."""
        assert len(pair.live()) <= 1
        for nonce, relation in list(enumerate(pair.relations))[-last:]:
            place, precluded = self.place(pair, nonce), relation.status == PRECLUDED
            assert self.factory.isPrecluded(place) == precluded
            if not precluded:
                expected = (pair.owner, pair.house, relation.mirror, relation.status)
                assert self.alliance.relationship(place).parties() == expected

    def check_all(self):
        for pair in self.pairs:
            self.check(pair, MOST)
        for person, places in self.listed.items():
            summary = self.alliance.summary_of(person)
            addresses, statuses = summary.entries(self.offsets[person], MOST)
            assert list(addresses) == places
            for place, status in zip(addresses, statuses, strict=True):
                assert self.alliance.relationship(place).status() == status

    def drawn(self, chance):
        """A pair, and the nonce that comes next or one beside it."""
        pair = chance.choice(self.pairs)
        return pair, max(len(pair.relations) + mostly(chance, 0, [-1, 1, 2]), 0)

    def last(self, chance):
        """A pair with its newest relationship, unless that is a tombstone."""
        pair = chance.choice(self.pairs)
        if not pair.relations or pair.relations[-1].status == PRECLUDED:
            return pair, None, 0
        return pair, pair.relations[-1], len(pair.relations) - 1

    def place(self, pair, nonce):
        return self.factory.relationshipOf(pair.owner, pair.house, nonce)

    def places(self, pair):
        """Where clones are to be, by nonce; looked up when asked."""
        machine = self

        class Places:
            def __getitem__(self, nonce):
                return machine.place(pair, nonce)

        return Places()


def test_a_pair_has_one_live_relationship(
    run, alliance, founders, lead, hospital, hospital_b, alice, bob, mallory
):
    pairs = [(alice, hospital), (bob, hospital)]
    mirrors = [lead, hospital_b, hospital, mallory]
    run(Machine, alliance, pairs, mallory, mirrors, founders)
