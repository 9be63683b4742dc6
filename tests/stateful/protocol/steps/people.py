"""Steps about guardians, recoveries, replaced accounts, consent, and the alliance's own votes."""

from __future__ import annotations

import random
from typing import Any, ClassVar

from eth_abi import encode

from tests.alliance import DAY, HOUR, RESTORE, SUSPEND, Grant, padded
from tests.functional.registrar.replacement import replacement, signed_by
from tests.signing import digest
from tests.stateful.protocol.prompt import Prompt
from tests.stateful.protocol.society import address
from tests.stateful.walk import mostly


class People:
    """Who is who, and who acts for whom."""

    STEPS: ClassVar = {
        "appoint": 3,
        "confirm": 3,
        "revoke_guardian": 1,
        "name_guardians": 2,
        "start_or_approve": 6,
        "veto_dismiss_attest": 3,
        "complete": 4,
        "merge": 3,
        "follow": 5,
        "grant": 6,
        "revoke": 2,
        "suspend_or_restore": 1,
        "stop_or_resume": 1,
        "end": 2,
    }

    def appoint(self, chance: random.Random) -> None:
        """An institution proposes a guardian."""
        pair, terms = self.pair(chance), self.mandate(chance)
        sender = self.who(chance, chance.choice([self.cast.clinic, self.cast.hospital]))
        call, allowed = self.contracts["Guardianship"].appoint, self.guardianship.appoint
        self.send(chance, sender, lambda: allowed(sender, pair, terms), call, *pair, *terms)
        self.check_mandate(pair)

    def confirm(self, chance: random.Random) -> None:
        """Another one confirms."""
        open_ = [p for p, m in self.guardianship.mandates.items() if m.status == 1]
        if not open_ and chance.random() < 0.8:
            self.appoint(chance)
            return
        pair = mostly(chance, self.some(chance, open_), [self.pair(chance)])
        pair = pair or self.pair(chance)
        known = self.guardianship.mandates.get(pair)
        terms = mostly(chance, known and known.terms, [self.mandate(chance)], 0.9)
        terms = terms or self.mandate(chance)
        sender = self.who(chance, chance.choice([self.cast.lead, self.cast.hospital]))
        call, allowed = self.contracts["Guardianship"].confirm, self.guardianship.confirm
        self.send(chance, sender, lambda: allowed(sender, pair, terms), call, *pair, *terms)
        self.check_mandate(pair)

    def revoke_guardian(self, chance: random.Random) -> None:
        """Ward, guardian or proposer revokes."""
        pair = self.some(chance, self.guardianship.mandates) or self.pair(chance)
        sender = self.who(chance, chance.choice([*pair, self.cast.clinic]))
        call, allowed = self.contracts["Guardianship"].revokeGuardian, self.guardianship.revoke
        self.send(chance, sender, lambda: allowed(sender, pair), call, *pair)
        self.check_mandate(pair)

    def check_mandate(self, pair: tuple[Any, Any]) -> None:
        """One mandate, and what it allows."""
        contract, mandate = self.contracts["Guardianship"], self.guardianship.mandates.get(pair)
        *found, evidence = contract.mandateOf(*pair)
        if mandate is None:
            assert found[0] == 0
            return
        basis, ends_at, expected = mandate.terms
        times = (mandate.starts_at, ends_at, mandate.proposer)
        assert (*found, bytes(evidence)) == (mandate.status, basis, *times, expected)
        target, mine = self.contracts["Tickets"], self.guardianship.may_act(pair, False)
        assert contract.mayAct(*pair, target) == mine
        assert not contract.mayAct(*pair, self.contracts["Recovery"])

    def name_guardians(self, chance: random.Random) -> None:
        """Alice, or somebody for herself, names guardians."""
        sender, circle = self.who(chance, self.cast.alice), chance.choice(self.scene.circles)
        circle = circle.but(
            threshold=mostly(chance, 2, [1, 3, 4]), delay=chance.choice([1, 2]) * DAY
        )
        call, allowed = self.contracts["Recovery"].nameGuardians, self.recovery.name
        self.send(chance, sender, lambda: allowed(sender, circle), call, *circle.terms)
        self.check_recovery(sender)

    def start_or_approve(self, chance: random.Random) -> None:
        """Guardians start and approve, mostly enough of them."""
        for _ in range(chance.randint(1, 3)):
            self.be_guardian(chance)

    def be_guardian(self, chance: random.Random) -> None:
        """A guardian starts or approves."""
        account, attempt = self.cast.alice, self.recovery.attempts.get(self.cast.alice)
        going = attempt is not None and attempt.status in (1, 2)
        circle = attempt.circle if going else self.recovery.circle_of(account)
        circle = mostly(chance, circle, self.scene.circles, 0.9) or self.scene.circles[0]
        left = [p for p in circle.guardians if not going or p not in attempt.approved]
        place = mostly(chance, self.some(chance, left), list(circle.guardians), 0.9)
        place = self.some(chance, circle.guardians) if place is None else place
        sender = self.who(chance, circle.guardians[place], 0.95)
        replacements = [None, self.cast.successor, self.cast.bob]
        likely = self.cast.successor if self.count > 60 else None
        wanted = attempt.replacement if going else likely
        wanted = mostly(chance, wanted, replacements, 0.9)
        name = mostly(chance, "approve" if going else "start", ["approve", "start"])
        call, allowed = self.contracts["Recovery"], getattr(self.recovery, name)
        call = getattr(call, f"{name}Recovery")
        given = (account, address(wanted), circle.membership(place))
        shown = (circle, place)
        self.send(chance, sender, lambda: allowed(sender, account, wanted, shown), call, *given)
        self.check_recovery(account)

    def veto_dismiss_attest(self, chance: random.Random) -> None:
        """The owner vetoes; the institution dismisses or attests."""
        account, recovery = self.cast.alice, self.contracts["Recovery"]
        attempt = self.recovery.attempts.get(account)
        early = attempt is not None and attempt.status == 1 and not attempt.ready_at
        name = chance.choice(["veto", "dismiss", "dismiss" if early else "attest", "attest"])
        allowed, call = getattr(self.recovery, name), getattr(recovery, f"{name}Recovery")
        if name == "veto":
            sender = self.who(chance, account)
            number = mostly(chance, attempt.number if attempt else 1, [1, 2, 9])
            self.send(chance, sender, lambda: allowed(sender, number), call, number)
        else:
            sender = self.who(chance, self.cast.clinic)
            self.send(chance, sender, lambda: allowed(sender, account), call, account)
        self.check_recovery(account)

    def complete(self, chance: random.Random) -> None:
        """Anybody carries a recovery out."""
        sender, account = self.who(chance, self.cast.bob), self.cast.alice
        attempt = self.recovery.attempts.get(account)
        if attempt and attempt.status == 1 and chance.random() < 0.5:
            self.wait_until(attempt.ready_at)
        call = self.contracts["Recovery"].completeRecovery
        self.send(chance, sender, lambda: self.recovery.complete(account), call, account)
        self.check_recovery(account)
        self.check_person(account)

    def check_recovery(self, account: Any) -> None:
        """Circle and attempt of an account."""
        contract, circle = self.contracts["Recovery"], self.recovery.circle_of(account)
        root, threshold, size, delay, _ = contract.circleOf(account)
        found = (bytes(root), threshold, size, delay)
        assert found == (circle.terms if circle else (bytes(32), 0, 0, 0))
        assert contract.isRecoveryOpen(account) == self.recovery.is_open(account)
        attempt, found = self.recovery.attempts.get(account), contract.attemptOf(account).dict()
        assert (found["number"] == 0) == (attempt is None)
        if attempt is None:
            return
        assert found["replacement"] == address(attempt.replacement)
        fields = (attempt.status, attempt.attested, len(attempt.approved), attempt.number)
        names = ("status", "attested", "approvals", "number", "startedAt", "readyAt")
        times = (attempt.started_at, attempt.ready_at)
        assert tuple(found[name] for name in names) == (*fields, *times)

    def merge(self, chance: random.Random) -> None:
        """Late in a walk an institution puts one account in another's place."""
        if self.count < 80:
            return
        sender = self.who(chance, self.cast.clinic)
        pair = mostly(chance, (self.cast.alice, self.cast.successor), [(self.cast.bob,) * 2])
        content = replacement(*pair, self.society.now + DAY)
        signatures = [signed_by(who, content, self.scene.alliance) for who in pair]
        call = self.contracts["Registrar"].merge
        allowed = lambda: self.society.merge(sender, *pair)  # noqa: E731
        self.send(chance, sender, allowed, call, content, *signatures)
        self.check_person(pair[0])

    def follow(self, chance: random.Random) -> None:
        """Anybody lets a relationship follow its owner."""
        sender, relation = self.who(chance, self.cast.relay), self.relation(chance)
        call = self.contracts["RelationshipFactory"].follow
        allowed = lambda: self.society.follow(relation)  # noqa: E731
        self.send(chance, sender, allowed, call, relation.contract)
        assert relation.contract.parties()[0] == relation.owner

    def check_person(self, account: Any) -> None:
        """Who stands for an account."""
        found = self.contracts["Registrar"].currentOf(account)
        assert found == self.society.current(account)

    def grant(self, chance: random.Random) -> None:
        """An owner grants everything to an institution or a clinician."""
        relation = self.relation(chance)
        sender = self.owner(chance, relation)
        c, houses = self.cast, [self.cast.hospital, self.cast.hospital_b]
        house = mostly(chance, chance.choice(houses), [c.lead, c.clinic])
        own = [(c.dr_li, self.places.hospital_ward), (c.dr_chen, self.places.lead_ward)]
        viewer, ward = mostly(chance, (house, padded(house)), own, 0.85)
        expires_at = self.society.now + chance.choice([-1, 2, 26, 24 * 9, 24 * 40]) * HOUR
        grant = Grant(self.grant_id(chance), viewer, ward, expires_at)
        call, allowed = relation.contract.grantAccess, self.society.grant
        by = [c.bob, c.dr_li] if sender == c.alice else []
        self.send(
            chance, sender, lambda: allowed(sender, relation, grant), call, grant.terms, by=by
        )
        self.check_grant(relation, grant.id)

    def revoke(self, chance: random.Random) -> None:
        """An owner revokes."""
        relation, id = self.relation(chance), self.grant_id(chance)
        sender = self.owner(chance, relation)
        call, allowed = relation.contract.revokeAccess, self.society.revoke
        self.send(chance, sender, lambda: allowed(sender, relation, id), call, id)
        self.check_grant(relation, id)

    def end(self, chance: random.Random) -> None:
        """Late in a walk a party ends Bob's relationship."""
        if self.count < 100:
            return
        relation = self.relations[1]
        sender = self.who(chance, relation.owner)
        allowed = lambda: self.society.end(sender, relation)  # noqa: E731
        self.send(chance, sender, allowed, relation.contract.end)
        assert (relation.contract.status() == 4) == relation.ended

    def check_grant(self, relation: Any, id: bytes) -> None:
        """One grant."""
        found = relation.contract.isGrantLive(id)
        assert found == relation.is_live(id, self.society.now)

    def grant_id(self, chance: random.Random) -> bytes:
        """Return one of some ids."""
        return digest(f"grant {chance.randint(0, 40)}")[:16]

    def suspend_or_restore(self, chance: random.Random) -> None:
        """The others vote one institution out for a while."""
        out = [house for house, active in self.society.members.items() if not active]
        c = self.cast
        house = out[0] if out else chance.choice([c.hospital, c.hospital_b, c.clinic])
        call, action = self.contracts["Consortium"].proposeStanding, RESTORE if out else SUSPEND
        given = encode(["address"], [house.address])
        self.decide(house, call, given, house, action)
        self.society.members[house] = bool(out)

    def stop_or_resume(self, chance: random.Random) -> None:
        """The members stop everything, or go on."""
        contract = self.contracts["Consortium"]
        if self.society.now < self.society.stopped_until:
            self.decide(None, contract.proposeResume, b"")
            self.society.stopped_until = 0
        elif chance.random() < 0.6:
            seconds = chance.randint(1, 30) * HOUR
            self.decide(None, contract.proposeStop, encode(["uint32"], [seconds]), seconds)
            self.society.stopped_until = self.society.now + seconds

    def decide(self, but: Any, call: Any, parameters: bytes, *given: Any) -> None:
        """Let three propose, vote and enact: a majority of three or four."""
        members = self.society.members
        voters = [house for house, active in members.items() if active and house != but][:3]
        self.proposals += 1
        contract, first = self.contracts["Consortium"], {"from": voters[0]}
        Prompt(call)(*given, self.society.now + DAY, first)
        for voter in voters:
            Prompt(contract.vote)(self.proposals, True, {"from": voter})
        Prompt(contract.enact)(self.proposals, parameters, first)

    def pair(self, chance: random.Random) -> tuple[Any, Any]:
        """Return ward and guardian."""
        c = self.cast
        ward = mostly(chance, c.alice, [c.bob, c.dr_li, c.mallory])
        return ward, mostly(chance, chance.choice([c.bob, c.dr_li]), [c.alice, c.mallory])

    def mandate(self, chance: random.Random) -> tuple[int, int, bytes]:
        """Return basis, end and evidence."""
        ends_at = self.society.now + chance.choice([-1, 2, 5, 20, 60]) * DAY
        return mostly(chance, 1, [0, 2, 3]), ends_at, digest(f"papers {chance.randint(0, 1)}")
