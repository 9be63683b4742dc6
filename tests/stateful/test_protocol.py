"""R73: walks through the whole protocol, in which contracts, models and auditor agree.

One alliance, on which everything goes on at once: guardians, recoveries, evidence, delegations,
tickets, emergencies, referrals, consultations, charges, studies, receipts, licences, departments,
handles, batches, sealers, alliances, stops, suspensions. In the end everything must have happened.
Time stands still within a step, so that walks reach both sides of every deadline.
"""

from functools import partial
from types import SimpleNamespace
from typing import ClassVar

import pytest
from chartkey.audit import Auditor
from chartkey.chain import Manifest, connect
from chartkey.chain.manifest import Deployed
from hypothesis import Phase

from tests.alliance import DAY, HOUR, at, now, padded
from tests.signing import digest
from tests.stateful.outcome import agree, happened
from tests.stateful.protocol.appointments import Appointments
from tests.stateful.protocol.batches import Batches
from tests.stateful.protocol.breakglass import BreakGlass
from tests.stateful.protocol.charges import Charges
from tests.stateful.protocol.consultations import Consultations
from tests.stateful.protocol.delegations import Delegations
from tests.stateful.protocol.evidence import Evidence
from tests.stateful.protocol.guardianship import Guardianship
from tests.stateful.protocol.post import Post
from tests.stateful.protocol.prompt import Prompt
from tests.stateful.protocol.receipts import Receipts
from tests.stateful.protocol.recovery import LIFETIME, Recovery
from tests.stateful.protocol.referrals import Referrals
from tests.stateful.protocol.registry import Registry as Book
from tests.stateful.protocol.stage import MOST_OPEN, REQUIRED, Stage
from tests.stateful.protocol.steps.care import Care
from tests.stateful.protocol.steps.people import People
from tests.stateful.protocol.steps.registry import Registry
from tests.stateful.protocol.steps.sharing import Sharing
from tests.stateful.protocol.studies import Studies
from tests.stateful.protocol.tickets import Tickets
from tests.stateful.walk import Walk, mostly

# Hypothesis makes its first ten walks very short.
WALKS, STEPS = 10 + 14, 180
# Contracts of which the walks must carry out every function, and functions of the others.
WHOLE = (
    *("Appointments", "Batches", "BreakGlass", "Charges", "Consultations", "Delegations"),
    *("Evidence", "Guardianship", "Receipts", "Recovery", "Referrals", "Research", "Tickets"),
)
PARTLY = (
    *("Forwarder.execute", "Forwarder.executeFor", "RelationshipFactory.follow"),
    *("IRelationship.grantAccess", "IRelationship.revokeAccess", "IRelationship.end"),
    *("Registrar.bindHandle", "Registrar.releaseHandle", "Registrar.merge"),
    *("Registrar.setLicence", "Registrar.setDepartment", "Registrar.setAffiliation"),
)
CHAINS = (
    ("book", "cancel_booking"),
    ("issue_ticket", "redeem"),
    ("post_charge", *("change_charge",) * 5),
    ("start_or_approve", "start_or_approve", "complete"),
    ("start_or_approve", "veto_dismiss_attest"),
    ("request_emergency", *("approve_emergency",) * 3, "end_emergency", "review_emergency"),
    ("prepare", "triage", "grant", "book_referral", "close_referral"),
    ("prepare", "triage", "grant", "book_referral", *("move_referral",) * 4),
    ("grant", "delegate", "delegate", "revoke_delegation"),
    ("grant", "convene", "answer_consultation", "end_consultation"),
)
# To replay a walk takes about a second; one with fewer steps has hardly anything to replay.
WORTH_AN_AUDIT = 20


class Machine(People, Sharing, Care, Registry, Walk):
    STEPS: ClassVar = {
        **People.STEPS,
        **Sharing.STEPS,
        **Care.STEPS,
        **Registry.STEPS,
        "pursue": 14,
        "deliver": 9,
        "wait": 14,
    }

    def __init__(self, scene):
        # Brownie calls it once, with the machine's class for an instance.
        self.scene, self.cast, self.places = scene, scene.cast, scene.places
        self.contracts = scene.alliance.contracts

    def begin(self):
        # At midnight, whenever the tests run: slots are of whole days.
        at((now() // DAY + 2) * DAY)
        society = self.society = self.scene.society()
        self.relations = self.scene.relations()
        self.guardianship, self.recovery = Guardianship(society), Recovery(society)
        self.evidence, self.delegations = Evidence(society), Delegations(society)
        self.tickets, self.charges = Tickets(society), Charges(society)
        self.breakglass = BreakGlass(society, [self.cast.regulator])
        self.appointments = Appointments(society)
        self.referrals = Referrals(society, self.appointments, MOST_OPEN, REQUIRED)
        self.consultations, self.studies = Consultations(society), Studies(society)
        self.receipts, self.batches, self.registry = (
            Receipts(society),
            Batches(society),
            Book(society),
        )
        self.sealers, self.alliances = {}, {}
        post = self.post = Post(self.scene.alliance, self.cast.relay, self.guardianship)
        self.send, self.deliver = post.send, post.deliver
        self.proposals = self.contracts["Consortium"].census()[-1]
        self.prepare_for_the_worst()

    def prepare_for_the_worst(self):
        """Name what many steps need: a plan for emergencies, guardians, who acts for Alice."""
        alice, plan, circle = self.cast.alice, self.scene.plans[0], self.scene.circles[0]
        arrange = Prompt(self.contracts["BreakGlass"].arrange)
        agree(lambda: self.breakglass.arrange(alice, plan), arrange, *plan.arguments, sender=alice)
        name = Prompt(self.contracts["Recovery"].nameGuardians)
        agree(lambda: self.recovery.name(alice, circle), name, *circle.terms, sender=alice)
        pair, terms = (alice, self.cast.bob), (1, self.society.now + 60 * DAY, digest("papers"))
        for step, house in (("appoint", self.cast.clinic), ("confirm", self.cast.hospital)):
            call = Prompt(getattr(self.contracts["Guardianship"], step))
            said = partial(getattr(self.guardianship, step), house, pair, terms)
            agree(said, call, *pair, *terms, sender=house)
        self.wait_until(self.society.now + 3 * DAY)

    def pursue(self, chance):
        """Something is seen through, which single steps hardly ever come to."""
        for name in chance.choice(CHAINS):
            getattr(self, name)(chance)

    def wait(self, chance):
        """Time passes, mostly to about a moment at which something changes."""
        current = self.society.now
        moments = sorted({m for m in self.moments() if m >= current})[:4]
        if moments and chance.random() < 0.75:
            moment = chance.choice(moments) + chance.choice([-1, 0, 0, 1])
        else:
            moment = current + chance.randint(1, 30) * HOUR // 2
        self.wait_until(moment)

    def wait_until(self, moment):
        """Time passes; never backwards."""
        if moment > self.society.now:
            at(moment)
            self.society.now = moment

    def moments(self):
        """When something changes by itself."""
        yield self.society.stopped_until
        for relation in self.relations:
            yield from (g.terms.expires_at for g in relation.grants.values() if g.terms)
        for mandate in self.guardianship.mandates.values():
            yield from (mandate.starts_at, mandate.ends_at, mandate.ends_at - 3 * DAY)
        yield from (since for _, since in self.recovery.coming.values())
        for attempt in self.recovery.attempts.values():
            yield from (attempt.ready_at, attempt.ready_at + LIFETIME)
        yield from (ticket.expires_at for ticket in self.tickets.tickets.values())
        yield from (handed.terms.expires_at for handed in self.delegations.handed.values())
        for use in self.breakglass.uses.values():
            yield from (use.requested_at + HOUR, use.ends_at, use.ends_at + 7 * DAY)
        yield from (slot.starts_at for slot in self.appointments.slots.values())
        for referral in self.referrals.referrals.values():
            yield from (referral.due_at, referral.due_at + HOUR, referral.due_at + 7 * DAY)
        for consultation in self.consultations.held.values():
            yield from (consultation.due_at, consultation.due_at + 7 * DAY)

    def check_all(self):
        for pair in self.guardianship.mandates:
            self.check_mandate(pair)
        for account in (self.cast.alice, self.cast.bob):
            self.check_recovery(account)
            self.check_person(account)
        for relation in self.relations:
            assert relation.contract.parties()[0] == relation.owner
            for id in relation.grants:
                self.check_grant(relation, id)
        for record in self.relations[0].records:
            self.check_said(self.relations[0], record)
        for check, ids in (
            (self.check_delegation, self.delegations.handed),
            (self.check_use, self.breakglass.uses),
            (self.check_charge, self.charges.charges),
            (self.check_slot, self.appointments.slots),
            (self.check_booking, self.appointments.bookings),
            (self.check_referral, self.referrals.referrals),
            (self.check_consultation, self.consultations.held),
            (self.check_log, self.receipts.logs),
        ):
            for id in ids:
                check(id)
        self.check_staff()
        self.check_batches()
        for sealer in self.sealers:
            self.check_sealer(sealer)
        for entry in self.registry.handles:
            self.check_handle(entry)
        for owner, key in self.tickets.tickets:
            self.check_ticket(owner, key)
        for id, patient in self.studies.choices:
            self.check_choice(id, patient)
        if self.count >= WORTH_AN_AUDIT:
            self.audit()

    def audit(self):
        """The auditor rebuilds every slot of every contract from the events alone."""
        from brownie import web3

        network = connect(web3.provider.endpoint_uri, self.scene_manifest())
        report = Auditor.open(network).verify()
        assert report.contracts >= len(self.contracts)

    def scene_manifest(self):
        """Return where the contracts are."""
        from brownie import web3

        code = lambda contract: web3.eth.get_code(contract.address)  # noqa: E731
        return Manifest(
            chain_id=self.scene.alliance.chain_id,
            deployment_block=0,
            contracts={
                name: Deployed(contract.address, bytes(web3.keccak(code(contract))))
                for name, contract in self.contracts.items()
            },
            confirmations=1,
            max_head_age=None,
            development_chains=(self.scene.alliance.chain_id,),
        )

    def who(self, chance, likely, odds=0.9):
        """Return whoever is likely to be allowed, or now and then somebody else."""
        c = self.cast
        others = [c.alice, c.bob, c.successor, c.mallory, c.dr_li, c.dr_wang, c.lead, c.hospital]
        return mostly(chance, likely, [*others, c.hospital_b, c.clinic, c.insurer], odds)

    def of(self, chance, house):
        """Return who acts for an institution, and under which affiliation."""
        c, p = self.cast, self.places
        staff = {c.hospital: (c.dr_li, p.hospital_ward), c.clinic: (c.dr_wang, p.clinic_ward)}
        own = (house, padded(house))
        likely = chance.choice([own, staff.get(house, own)])
        others = [(c.mallory, p.clinic_ward), (c.dr_wang, p.hospital_ward), *staff.values()]
        return mostly(chance, likely, others, 0.9)

    def relation(self, chance):
        """Return a relationship, mostly Alice's."""
        return mostly(chance, self.relations[0], self.relations[1:])

    def owner(self, chance, relation):
        """Return the owner, or now and then another."""
        others = [self.cast.alice, self.cast.mallory, relation.house]
        return mostly(chance, relation.owner, others, 0.95)

    def granted(self, chance, relation, house):
        """Return a grant, mostly one of an institution's that holds; None before there is any."""
        known = [given.terms for given in relation.grants.values() if given.terms]
        live = [g for g in known if relation.is_live(g.id, self.society.now)]
        likely = self.some(chance, [g for g in live if self.society.reads_for(house, g)])
        others = [*known, *(g.but(expires_at=g.expires_at + 1) for g in live)]
        return mostly(chance, likely, others, 0.9)

    def some(self, chance, ids):
        """Return one of them; None when there is none."""
        return chance.choice(list(ids)) if ids else None


@pytest.fixture
def still(founded):
    """Let the chain's clock stand still, and its node send in everybody's name."""
    from brownie import web3

    request = web3.provider.make_request
    if "error" in request("anvil_setBlockTimestampInterval", [0]):
        pytest.skip("this node's clock does not stand still")
    request("anvil_autoImpersonateAccount", [True])
    yield
    request("anvil_autoImpersonateAccount", [False])
    request("anvil_removeBlockTimestampInterval", [])


@pytest.fixture
def scene(still, alliance, places, relationship, request):
    """Everything that comes before the walks."""
    names = ("alice", "bob", "mallory", "relay", "clinic", "hospital", "hospital_b", "lead")
    names += ("dr_wang", "dr_li", "dr_chen", "regulator")
    cast = SimpleNamespace(**{name: request.getfixturevalue(name) for name in names})
    return Stage.set_up(alliance, places, relationship, cast)


def walked(contracts):
    """Return every function that the walks must carry out, as it is counted."""
    for name in WHOLE:
        changing = [f for f in contracts[name].abi if f.get("stateMutability") == "nonpayable"]
        functions = {f["name"] for f in changing if f["type"] == "function"}
        # Two are the referrals' own: they happen in booking and closing one.
        yield from (f"{name}.{function}" for function in functions - {"take", "giveBack"})
    yield from PARTLY


def test_r73_contracts_models_and_auditor_agree_on_the_whole_protocol(state_machine, scene):
    settings = {"max_examples": WALKS, "stateful_step_count": STEPS}
    # To shorten a walk takes five minutes; the refusal that differs says enough.
    phases = (Phase.explicit, Phase.generate)
    settings |= {"derandomize": True, "database": None, "phases": phases}
    state_machine(Machine, scene, settings=settings)
    # A walk through half of the protocol would agree about that half.
    assert not [name for name in walked(scene.alliance.contracts) if not happened[name]]
