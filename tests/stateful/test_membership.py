"""T15 and T16: walks through proposals, votes and departures, with a model beside them."""

from hypothesis import strategies as st

from tests.alliance import (
    ADMIT,
    AGREEMENT,
    EXPEL,
    HOUR,
    RESTORE,
    SUSPEND,
    at_least,
    details,
    now,
)
from tests.signing import digest
from tests.stateful.membership import Membership
from tests.stateful.outcome import agree

BEFORE = 3


class Machine:
    st_account = st.integers(0, 5)
    st_sender = st.integers(0, 5)
    st_action = st.sampled_from([ADMIT, SUSPEND, RESTORE, EXPEL])
    st_hours = st.integers(2, 12)
    st_back = st.integers(0, 4)
    st_approve = st.sampled_from([True, True, True, False])
    st_right = st.sampled_from([True, True, True, False])
    st_voters = st.lists(st.integers(0, 5), min_size=1, max_size=6, unique=True)

    def __init__(self, alliance, accounts, founders):
        # Brownie calls it once, with the machine's class for an instance.
        self.alliance, self.accounts, self.founders = alliance, accounts, founders
        self.consortium = alliance.consortium

    def setup(self):
        self.model = Membership(self.founders, AGREEMENT, BEFORE)
        self.parameters = {}

    def rule_propose(self, st_sender, st_action, st_account, st_hours):
        self.open(self.accounts[st_sender], st_action, self.accounts[st_account], st_hours)

    def rule_vote(self, st_sender, st_back, st_approve):
        self.vote(self.accounts[st_sender], self.earlier(st_back), st_approve)

    def rule_enact(self, st_sender, st_back):
        self.enact(self.accounts[st_sender], self.earlier(st_back))

    def rule_campaign(self, st_sender, st_action, st_account, st_voters):
        """A proposal, votes and an attempt to carry it out, in one step."""
        if self.open(self.accounts[st_sender], st_action, self.accounts[st_account], 12):
            id = self.newest()
            for voter in st_voters:
                self.vote(self.accounts[voter], id, True)
            self.enact(self.accounts[st_sender], id)

    def rule_sign(self, st_sender, st_right):
        sender = self.accounts[st_sender]
        text = AGREEMENT if st_right else digest("another text")
        call = self.consortium.signAgreement
        agree(lambda: self.model.sign(sender, text), call, text, sender=sender)

    def rule_wait(self, st_hours):
        at_least(st_hours * HOUR)

    def invariant_members_are_those_of_the_model(self):
        members, electorate, _, unsigned, proposals = self.consortium.census()
        assert electorate == len(self.model.active()) >= 2
        assert (members, unsigned) == (len(self.model.standing), 0)
        assert proposals == self.newest()
        for account in self.accounts:
            standing = self.model.standing.get(account, 0)
            assert self.consortium.memberOf(account)["standing"] == standing
            assert self.consortium.isActive(account) == (account in self.model.active())

    def newest(self):
        return BEFORE + len(self.model.motions)

    def earlier(self, back):
        """The number of a recent proposal; one from before the walk is unknown to the model."""
        return max(self.newest() - back, BEFORE)

    def open(self, sender, action, account, hours):
        closes = now() + hours * HOUR + HOUR // 2

        def allowed():
            self.model.propose(sender, action, account, closes)

        if action == ADMIT:
            call, given = self.consortium.proposeInstitution, (account.address, details("某", 1))
        else:
            call, given = self.consortium.proposeStanding, (account.address, action)
        tx = agree(allowed, call, *given, closes, sender=sender)
        if tx:
            self.parameters[self.newest()] = tx.events["ProposalOpened"]["parameters"]
        return tx

    def vote(self, sender, id, approve):
        def allowed():
            self.model.vote(sender, id, approve, now())

        agree(allowed, self.consortium.vote, id, approve, sender=sender)

    def enact(self, sender, id):
        def allowed():
            self.model.enact(id, now())

        parameters = self.parameters.get(id, b"")
        agree(allowed, self.consortium.enact, id, parameters, sender=sender)


def test_members_leave_and_join_only_by_majority(run, alliance, founders, newcomer, mallory):
    run(Machine, alliance, [*founders, newcomer, mallory], founders)
