"""Steps about evidence, delegations, tickets, emergencies, charges, studies and receipts."""

from __future__ import annotations

import random
from typing import Any, ClassVar

from eth_utils import keccak

from tests.alliance import DAY, EVERYTHING, HOUR, KIND, RECORD, padded
from tests.functional.breakglass.emergency import FINDINGS, REASON, SHARE, opening_id
from tests.functional.delegations.terms import Delegation
from tests.functional.evidence.facts import FLAGS, Certificate
from tests.functional.tickets.redemption import Redemption
from tests.signing import digest
from tests.stateful.protocol.breakglass import OPENED, REQUESTED
from tests.stateful.protocol.society import address
from tests.stateful.walk import mostly


class Sharing:
    """What is said, shared and paid."""

    STEPS: ClassVar = {
        "say": 5,
        "lift_seal": 2,
        "erase": 3,
        "delegate": 8,
        "revoke_delegation": 1,
        "issue_ticket": 4,
        "redeem": 4,
        "lock_or_cancel": 2,
        "arrange": 2,
        "request_emergency": 5,
        "approve_emergency": 8,
        "end_emergency": 2,
        "review_emergency": 4,
        "find_overdue": 3,
        "post_charge": 3,
        "change_charge": 6,
        "register_study": 1,
        "choose": 3,
        "anchor_receipts": 2,
    }

    def say(self, chance: random.Random) -> None:
        """A side disputes, withdraws or seals."""
        relation, records = self.relations[0], self.records(chance)
        sender = self.who(chance, chance.choice([relation.owner, relation.house]))
        word = chance.choice(["Disputes", "Withdrew", "Sealed"])
        contract, place = self.contracts["Evidence"], relation.contract
        if word == "Sealed":
            call, given = contract.sealRecords, (place, records)
        else:
            records = records[:1]
            dispute = word == "Disputes"
            call = contract.dispute if dispute else contract.withdraw
            given = (place, records[0], b"reason") if dispute else (place, records[0])
        allowed = self.evidence.say
        self.send(chance, sender, lambda: allowed(sender, relation, records, word), call, *given)
        self.check_said(relation, records[0])

    def lift_seal(self, chance: random.Random) -> None:
        """A side lifts its own seal."""
        relation, records = self.relations[0], self.records(chance)
        sender = self.who(chance, chance.choice([relation.owner, relation.house]))
        call, allowed = self.contracts["Evidence"].liftSeal, self.evidence.lift
        given = (relation.contract, records)
        self.send(chance, sender, lambda: allowed(sender, relation, records), call, *given)
        self.check_said(relation, records[0])

    def erase(self, chance: random.Random) -> None:
        """Custodians certify an erasure."""
        relation, records, contract = self.relations[0], self.records(chance), self.contracts
        signers = mostly(chance, (relation.house, relation.mirror), [(self.cast.hospital,) * 2])
        when = self.society.now + mostly(chance, 0, [1, -HOUR])
        place = (contract["Evidence"].address, self.scene.alliance.chain_id)
        shown = (relation.contract.address, tuple(records), when, *signers)
        before = {record: set(self.evidence.of(relation, record)) for record in records}
        given, allowed = Certificate(*place, *shown).submission, self.evidence.erase
        call, sender = contract["Evidence"].certifyErasure, self.who(chance, self.cast.relay)
        said = lambda: allowed(relation, records, when, signers)  # noqa: E731
        self.send(chance, sender, said, call, *given)
        self.check_said(relation, records[0])
        for record, words in before.items():
            found = self.contracts["Evidence"].flagsOf(relation.contract, record)["erased"]
            sealed = any(word.endswith("Sealed") for word in words)
            assert not found or "erased" in words or not sealed, "a sealed record was erased"

    def check_said(self, relation: Any, record: bytes) -> None:
        """What stands on a record."""
        flags = self.contracts["Evidence"].flagsOf(relation.contract, record)
        found = {name for name, flag in zip(FLAGS, flags, strict=True) if flag}
        assert found == self.evidence.of(relation, record)

    def records(self, chance: random.Random) -> list[bytes]:
        """Return some of the records, now and then one that is none."""
        known = list(self.relations[0].records)
        some = chance.sample(known, chance.randint(1, 2))
        return [*some, digest("no record")] if chance.random() < 0.1 else some

    def delegate(self, chance: random.Random) -> None:
        """An institution hands on what it was granted."""
        relation, c = self.relations[0], self.cast
        house = chance.choice([c.hospital, c.hospital, c.hospital_b])
        grant, sender = self.granted(chance, relation, house), self.who(chance, house, 0.9)
        if grant is None:
            self.grant(chance)
            return
        others = [(c.hospital_b, padded(c.hospital_b)), (c.dr_chen, self.places.lead_ward)]
        others.append((c.dr_li, self.places.clinic_ward))
        delegate, ward = mostly(chance, (c.dr_li, self.places.hospital_ward), others)
        scope, kind = mostly(chance, (EVERYTHING, 0), [(KIND, 5), (KIND, 0), (RECORD, 5)])
        expires_at = grant.expires_at - mostly(chance, 0, [HOUR, -1, -DAY, 99 * DAY], 0.5)
        salt, chosen = digest(f"salt {chance.randint(0, 20)}"), {"scope": scope, "kind": kind}
        terms = Delegation(delegate, ward, expires_at, salt=salt, **chosen)
        call, allowed = self.contracts["Delegations"].delegate, self.delegations.delegate
        given = (relation.contract, grant.terms, terms.terms)
        said = lambda: allowed(sender, relation, grant, terms)  # noqa: E731
        self.send(chance, sender, said, call, *given)
        self.check_delegation(terms.id(sender))

    def revoke_delegation(self, chance: random.Random) -> None:
        """Owner or delegator takes it back."""
        id = self.some(chance, self.delegations.handed) or digest("none")
        handed = self.delegations.handed.get(id)
        likely = [handed.relation.owner, handed.delegator] if handed else [self.cast.alice]
        sender = self.who(chance, chance.choice(likely))
        call, allowed = self.contracts["Delegations"].revokeDelegation, self.delegations.revoke
        self.send(chance, sender, lambda: allowed(sender, id), call, id)
        self.check_delegation(id)

    def check_delegation(self, id: bytes) -> None:
        """One delegation, which its grant outlives."""
        handed, contract = self.delegations.handed.get(id), self.contracts["Delegations"]
        found = contract.delegationOf(id)
        assert found["status"] == (0 if handed is None else 1 + handed.revoked)
        live = contract.isDelegationLive(id)
        if handed is not None:
            place = handed.relation.contract
            assert live == self.delegations.is_live(id)
            assert bytes(found["digest"]) == handed.terms.digest
            assert found["expiresAt"] <= place.grantOf(handed.grant.id)["expiresAt"]
            assert not live or place.isGrantLive(handed.grant.id)

    def issue_ticket(self, chance: random.Random) -> None:
        """A patient issues a ticket for a share service."""
        sender, key = self.who(chance, self.cast.alice), chance.choice(self.scene.keys)
        c = self.cast
        service = mostly(chance, c.hospital, [c.clinic, c.mallory])
        expires_at = self.society.now + mostly(chance, chance.choice([1, 30]), [0, -1]) * HOUR
        call, allowed = self.contracts["Tickets"].issueTicket, self.tickets.issue
        said = lambda: allowed(sender, key, service, expires_at)  # noqa: E731
        given, by = (key, service, expires_at, digest("content")), [c.bob] * (sender == c.alice)
        self.send(chance, sender, said, call, *given, by=by)
        self.check_ticket(sender, key)

    def redeem(self, chance: random.Random) -> None:
        """A share service redeems."""
        if chance.random() < 0.5 and not self.issued():
            self.issue_ticket(chance)
            return
        owner, key = self.ticket(chance)
        ticket, c = self.tickets.of(owner, key), self.cast
        sender = self.who(chance, ticket.service or c.hospital, 0.9)
        contract, chain_id = self.contracts["Tickets"], self.scene.alliance.chain_id
        deadline = self.society.now + mostly(chance, HOUR, [0, -1])
        signed = (owner, key, mostly(chance, sender, [c.hospital, c.lead]), deadline)
        redemption = Redemption(contract.address, chain_id, *signed)
        signer = mostly(chance, key, [c.mallory], 0.95)
        given = (redemption.terms, redemption.signed_by(signer))
        said = lambda: self.tickets.redeem(sender, redemption, signer)  # noqa: E731
        self.send(chance, sender, said, contract.redeem, *given)
        self.check_ticket(owner, key)

    def lock_or_cancel(self, chance: random.Random) -> None:
        """The service locks, or the owner cancels."""
        owner, key = self.ticket(chance)
        contract, ticket = self.contracts["Tickets"], self.tickets.of(owner, key)
        if chance.random() < 0.5:
            sender = self.who(chance, ticket.service or self.cast.hospital)
            allowed = lambda: self.tickets.lock(sender, owner, key)  # noqa: E731
            self.send(chance, sender, allowed, contract.lockTicket, owner, key)
        else:
            allowed = lambda: self.tickets.cancel(owner, key)  # noqa: E731
            self.send(chance, owner, allowed, contract.cancelTicket, key)
        self.check_ticket(owner, key)

    def ticket(self, chance: random.Random) -> tuple[Any, Any]:
        """Return the owner and the key of a ticket, or of what might be one."""
        found = self.some(chance, self.issued() or self.tickets.tickets)
        return mostly(chance, found, [(self.cast.alice, self.scene.keys[0])], 0.9) or (
            self.cast.alice,
            chance.choice(self.scene.keys),
        )

    def issued(self) -> list[tuple[Any, Any]]:
        """Return the tickets that may be redeemed."""
        return [pair for pair, ticket in self.tickets.tickets.items() if ticket.status == 1]

    def check_ticket(self, owner: Any, key: Any) -> None:
        """One ticket."""
        ticket, found = self.tickets.of(owner, key), self.contracts["Tickets"].ticketOf(owner, key)
        fields = (ticket.expires_at, ticket.status, ticket.changed_at)
        assert tuple(found[:4]) == (address(ticket.service), *fields)

    def arrange(self, chance: random.Random) -> None:
        """A patient arranges for emergencies."""
        sender = self.who(chance, self.cast.alice)
        plan = chance.choice(self.scene.plans)
        plan = plan.but(threshold=mostly(chance, plan.threshold, [1, 9], 0.9))
        call, allowed = self.contracts["BreakGlass"].arrange, self.breakglass.arrange
        self.send(chance, sender, lambda: allowed(sender, plan), call, *plan.arguments)
        found = self.contracts["BreakGlass"].arrangementOf(sender)["version"]
        assert found == self.breakglass.plans.get(sender, (0, None))[0]

    def request_emergency(self, chance: random.Random) -> None:
        """A clinician asks."""
        c, call = self.cast, self.contracts["BreakGlass"].requestEmergency
        sender, ward = mostly(
            chance,
            (c.dr_li, self.places.hospital_ward),
            [(c.dr_wang, self.places.clinic_ward), (c.mallory, self.places.hospital_ward)],
        )
        patient = mostly(chance, c.alice, [c.bob])
        salt = f"salt {chance.randint(0, 40)}"
        seconds = mostly(chance, chance.choice([1, 20]) * HOUR, [0, DAY + 1])
        reason = mostly(chance, REASON, [b""], 0.95)
        id, given = opening_id(sender, salt), (patient, ward, seconds, digest(salt), reason)
        allowed = self.breakglass.request
        said = lambda: allowed(sender, id, patient, ward, seconds, reason)  # noqa: E731
        self.send(chance, sender, said, call, *given)
        self.check_use(id)

    def approve_emergency(self, chance: random.Random) -> None:
        """Institutions approve, mostly enough of them before it lapses."""
        asked = [u for u in self.breakglass.uses.values() if u.status == REQUESTED]
        pending = [use for use in asked if use.requested_at + HOUR >= self.society.now]
        if not pending and chance.random() < 0.9:
            self.request_emergency(chance)
        for _ in range(chance.randint(1, 3)):
            self.approve_once(chance)

    def approve_once(self, chance: random.Random) -> None:
        """One institution approves."""
        id, call = self.use(chance, REQUESTED), self.contracts["BreakGlass"].approveEmergency
        use, c = self.breakglass.uses.get(id), self.cast
        _, plan = self.breakglass.plans.get(use.patient if use else None, (0, None))
        shown = mostly(chance, plan, self.scene.plans, 0.95) or self.scene.plans[0]
        left = [house for house in shown.holders if not use or self.may_still(use, house)]
        sender = self.who(chance, self.some(chance, left) or c.clinic, 0.9)
        # Nobody counts twice.
        sender = mostly(chance, sender, use.approvers if use else [], 0.75)
        share = mostly(chance, SHARE if sender in shown.holders else b"", [SHARE, b""])
        allowed = self.breakglass.approve
        said = lambda: allowed(sender, id, shown, share)  # noqa: E731
        self.send(chance, sender, said, call, id, *shown.shown, share)
        self.check_use(id)

    def may_still(self, use: Any, house: Any) -> bool:
        """Whether an institution is another than the clinician's and has not approved yet."""
        return house != use.house and house not in use.approvers

    def end_emergency(self, chance: random.Random) -> None:
        """Somebody concerned ends it."""
        id, call = self.use(chance, OPENED), self.contracts["BreakGlass"].endEmergency
        sender = self.who(chance, chance.choice([self.cast.alice, self.cast.dr_li]))
        self.send(chance, sender, lambda: self.breakglass.end(sender, id), call, id)
        self.check_use(id)

    def review_emergency(self, chance: random.Random) -> None:
        """Another member reviews."""
        id, call = self.use(chance, OPENED), self.contracts["BreakGlass"].reviewEmergency
        sender = self.who(chance, chance.choice([self.cast.lead, self.cast.hospital_b]))
        verdict, allowed = mostly(chance, chance.choice([1, 2]), [0]), self.breakglass.review
        said = lambda: allowed(sender, id, verdict)  # noqa: E731
        self.send(chance, sender, said, call, id, verdict, FINDINGS)
        self.check_use(id)

    def find_overdue(self, chance: random.Random) -> None:
        """Anybody notes that nobody reviewed."""
        id, call = self.use(chance, OPENED), self.contracts["BreakGlass"].findOverdue
        sender = self.who(chance, self.cast.mallory)
        self.send(chance, sender, lambda: self.breakglass.find_overdue(id), call, id)
        self.check_use(id)

    def use(self, chance: random.Random, status: int) -> bytes:
        """Return the id of a use, mostly the newest of a status: older requests have lapsed."""
        uses = self.breakglass.uses
        likely = [id for id, use in uses.items() if use.status == status]
        newest = likely[-1:] if status == REQUESTED else likely
        others = [*uses, digest("no use")]
        return mostly(chance, self.some(chance, newest), others, 0.9) or chance.choice(others)

    def check_use(self, id: bytes) -> None:
        """One use, and how many wait for a review: one for each that was opened."""
        contract, use = self.contracts["BreakGlass"], self.breakglass.uses.get(id)
        found = contract.openingOf(id).dict()
        assert found["status"] == self.breakglass.status(id)
        assert contract.isEmergencyOpen(id) == self.breakglass.is_open(id)
        if use is not None:
            assert (found["approvals"], found["endsAt"]) == (len(use.approvers), use.ends_at)
            account = self.breakglass.account(use.house)
            assert tuple(contract.accountOf(use.house)) == account

    def post_charge(self, chance: random.Random) -> None:
        """The institution posts."""
        relation, salt = self.relation(chance), digest(f"charge {chance.randint(0, 19)}")
        sender = self.who(chance, relation.house, 0.9)
        id = bytes(keccak(bytes.fromhex(relation.house.address[2:]) + salt))
        call, allowed = self.contracts["Charges"].post, self.charges.post
        given = (relation.contract, salt, digest("commitment"))
        self.send(chance, sender, lambda: allowed(sender, relation, id), call, *given)
        self.check_charge(id)

    def change_charge(self, chance: random.Random) -> None:
        """Owner, insurer or institution goes on with a charge."""
        if not self.charges.charges:
            self.post_charge(chance)
            return
        id, contract = self.some(chance, self.charges.charges), self.contracts["Charges"]
        id = mostly(chance, id, [digest("no charge")], 0.95) or digest("no charge")
        charge, c = self.charges.charges.get(id), self.cast
        status = charge.status if charge else 1
        likely = {1: ["release", "release", "void"], 2: ["claim", "claim", "release", "void"]}
        others = ["release", "claim", "void", "refund"]
        name = mostly(chance, chance.choice(likely.get(status, ["refund"])), others)
        owner = charge.relation.owner if charge else c.alice
        actors = {"release": owner, "claim": (charge and charge.insurer) or c.insurer}
        sender = self.who(chance, actors.get(name, c.clinic))
        given = (mostly(chance, c.insurer, [c.researcher, c.mallory]),) * (name == "release")
        allowed, call = getattr(self.charges, name), getattr(contract, name)
        self.send(chance, sender, lambda: allowed(sender, id, *given), call, id, *given)
        self.check_charge(id)

    def check_charge(self, id: bytes) -> None:
        """One charge."""
        charge, found = self.charges.charges.get(id), self.contracts["Charges"].chargeOf(id)
        if charge is None:
            assert found["status"] == 0
        else:
            fields = (charge.relation.contract.address, charge.status, charge.changed_at)
            assert tuple(found[:4]) == (*fields, address(charge.insurer))

    def register_study(self, chance: random.Random) -> None:
        """A researcher registers a study."""
        sender, salt = self.who(chance, self.cast.researcher), digest("study", str(self.count % 3))
        id = bytes(keccak(bytes.fromhex(sender.address[2:]) + salt))
        call, allowed = self.contracts["Research"].registerStudy, self.studies.register
        self.send(chance, sender, lambda: allowed(sender, id), call, salt, digest("protocol"))
        found, expected = self.contracts["Research"].studyOf(id), self.studies.studies.get(id)
        assert expected is None or tuple(found[:2]) == expected

    def choose(self, chance: random.Random) -> None:
        """A patient takes part, or not."""
        sender = self.who(chance, chance.choice([self.cast.alice, self.cast.bob]))
        if not self.studies.studies and chance.random() < 0.8:
            self.register_study(chance)
            return
        id = self.some(chance, self.studies.studies) or digest("no study")
        _, newest = self.studies.choices.get((id, sender), (False, 0))
        number, yes = newest + mostly(chance, 1, [0, 2, 5]), chance.random() < 0.6
        call, allowed = self.contracts["Research"].choose, self.studies.choose
        said = lambda: allowed(sender, id, yes, number)  # noqa: E731
        self.send(chance, sender, said, call, id, yes, number)
        self.check_choice(id, sender)

    def check_choice(self, id: bytes, patient: Any) -> None:
        """One choice."""
        expected = self.studies.choices.get((id, patient), (False, 0))
        assert tuple(self.contracts["Research"].choiceOf(id, patient)) == expected

    def anchor_receipts(self, chance: random.Random) -> None:
        """A custodian anchors its log."""
        sender = self.who(chance, chance.choice([self.cast.clinic, self.cast.lead]))
        log = self.receipts.logs.get(sender)
        size = max(0, (log.size if log else 1) + mostly(chance, chance.randint(0, 3), [-1]))
        root = mostly(chance, digest(f"log {size}"), [digest("rewritten")])
        call, allowed = self.contracts["Receipts"].anchorReceipts, self.receipts.anchor
        self.send(chance, sender, lambda: allowed(sender, size, root), call, size, root)
        self.check_log(sender)

    def check_log(self, custodian: Any) -> None:
        """One custodian's log."""
        log, found = self.receipts.logs.get(custodian), self.contracts["Receipts"].logOf(custodian)
        if log is not None:
            fields = (log.size, log.anchored_at, log.anchors)
            assert (bytes(found[0]), *found[1:]) == (log.root, *fields)
