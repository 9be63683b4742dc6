"""T15 and T16: walks through proposals, votes and departures, with a model beside them."""

from typing import ClassVar

from tests.alliance import (
    ACTIVE_MEMBER,
    ADMIT,
    AGREEMENT,
    EXPEL,
    HOUR,
    INVITED_MEMBER,
    RESTORE,
    SUSPEND,
    SUSPENDED_MEMBER,
    at_least,
    details,
    now,
)
from tests.signing import digest
from tests.stateful.membership import Membership
from tests.stateful.outcome import agree
from tests.stateful.walk import Walk, mostly

BEFORE = 3
LIKELY = {
    INVITED_MEMBER: [EXPEL],
    ACTIVE_MEMBER: [SUSPEND, EXPEL],
    SUSPENDED_MEMBER: [RESTORE, RESTORE, EXPEL],
}


class Machine(Walk):
    STEPS: ClassVar = {"campaign": 5, "propose": 3, "vote": 6, "enact": 4, "sign": 4, "wait": 1}

    def __init__(self, alliance, accounts, founders):
        # Brownie calls it once, with the machine's class for an instance.
        self.alliance, self.accounts, self.founders = alliance, accounts, founders
        self.consortium = alliance.consortium

    def begin(self):
        self.model = Membership(self.founders, AGREEMENT, BEFORE)
        self.parameters = {}

    def propose(self, chance):
        account = chance.choice(self.accounts)
        likely = chance.choice(LIKELY.get(self.model.standing.get(account), [ADMIT]))
        action = mostly(chance, likely, [ADMIT, SUSPEND, RESTORE, EXPEL])
        sender = self.sender(chance)
        closes = now() + chance.randint(2, 12) * HOUR + HOUR // 2
        if action == ADMIT:
            call, given = self.consortium.proposeInstitution, (account.address, details("某", 1))
        else:
            call, given = self.consortium.proposeStanding, (account.address, action)
        allowed = lambda: self.model.propose(sender, action, account, closes)  # noqa: E731
        tx = agree(allowed, call, *given, closes, sender=sender)
        if tx:
            self.parameters[self.newest()] = tx.events["ProposalOpened"]["parameters"]
        return tx

    def campaign(self, chance):
        """A proposal, some votes and an attempt to carry it out."""
        if self.propose(chance):
            for voter in chance.sample(self.accounts, chance.randint(2, 6)):
                self.cast(voter, self.newest(), chance.random() < 0.9)
            self.carry(chance.choice(self.accounts), self.newest())

    def vote(self, chance):
        self.cast(self.sender(chance), self.earlier(chance), chance.random() < 0.8)

    def enact(self, chance):
        self.carry(chance.choice(self.accounts), self.earlier(chance))

    def sign(self, chance):
        invited = [a for a, s in self.model.standing.items() if s == INVITED_MEMBER]
        sender = mostly(chance, chance.choice(invited or self.accounts), self.accounts)
        text = mostly(chance, AGREEMENT, [digest("another text")])
        call = self.consortium.signAgreement
        agree(lambda: self.model.sign(sender, text), call, text, sender=sender)
        self.check()

    def wait(self, chance):
        at_least(chance.randint(1, 6) * HOUR)

    def cast(self, sender, id, approve):
        def allowed():
            self.model.vote(sender, id, approve, now())

        agree(allowed, self.consortium.vote, id, approve, sender=sender)

    def carry(self, sender, id):
        def allowed():
            self.model.enact(id, now())

        parameters = self.parameters.get(id, b"")
        if agree(allowed, self.consortium.enact, id, parameters, sender=sender):
            self.check()

    def check(self):
        """The numbers that votes are counted against, after each change of them."""
        members, electorate, _, unsigned, proposals = self.consortium.census()
        assert electorate == len(self.model.active()) >= 2
        assert (members, unsigned) == (len(self.model.standing), 0)
        assert proposals == self.newest()

    def check_all(self):
        self.check()
        for account in self.accounts:
            standing = self.model.standing.get(account, 0)
            assert self.consortium.memberOf(account)["standing"] == standing
            assert self.consortium.isActive(account) == (account in self.model.active())
        for id, motion in self.model.motions.items():
            found = self.consortium.proposalOf(id)
            votes = (len(motion.for_), len(motion.against))
            assert (found["yes"], found["no"], found["enacted"]) == (*votes, motion.enacted)

    def sender(self, chance):
        return mostly(chance, chance.choice(self.model.active()), self.accounts, 0.9)

    def newest(self):
        return BEFORE + len(self.model.motions)

    def earlier(self, chance):
        """A recent proposal's number; the model knows none from before the walk."""
        return max(self.newest() - chance.choice([0, 0, 0, 1, 2, 4]), BEFORE)


def test_members_leave_and_join_only_by_majority(run, alliance, founders, newcomer, mallory):
    run(Machine, alliance, [*founders, newcomer, mallory], founders)
