"""T18, T34: walks through records, requests and grants, with relays that hold, reorder, replay.

Every message goes directly, through a relay, or into a box from which a relay takes it later,
several times or never.
"""

from types import SimpleNamespace
from typing import ClassVar

from tests.alliance import (
    ACTIVE,
    DIAGNOSES,
    HOUR,
    SUSPENDED,
    Grant,
    access_request,
    at_least,
    now,
    request_id,
)
from tests.signing import ZERO, digest
from tests.stateful.consent import REQUESTED, Consent
from tests.stateful.outcome import agree
from tests.stateful.walk import Walk, mostly


class Machine(Walk):
    STEPS: ClassVar = {
        "anchor": 5,
        "confirm": 1,
        "request": 4,
        "refuse": 2,
        "grant": 6,
        "revoke": 4,
        "deliver": 8,
        "suspend_or_restore": 1,
        "wait": 1,
    }

    def __init__(self, alliance, relationship, places, actors):
        # Brownie calls it once, with the machine's class for an instance.
        self.alliance, self.relationship, self.places = alliance, relationship, places
        self.actors = actors

    def begin(self):
        a, p = self.actors, self.places
        self.wards = {a.dr_li: p.hospital_ward, a.dr_chen: p.lead_ward, a.bob: ZERO}
        self.wards[a.mallory] = p.hospital_ward
        active = dict.fromkeys((a.dr_li, a.dr_chen, a.bob), True)
        self.model = Consent(a.alice, a.clinic, [a.lead, a.dr_chen], active)
        self.box, self.sent = [], 0

    def anchor(self, chance):
        records = self.model.records
        heads = [id for id, entry in records.items() if not entry.superseded]
        parent = mostly(chance, chance.choice([*heads, ZERO]), [*records, digest("no record")])
        record = mostly(chance, digest(f"record {len(records)}"), list(records))
        required = self.model.epoch + self.model.rotating
        attested = chance.random() < 0.3
        draft = self.draft(
            record=record,
            parent=parent,
            epoch=mostly(chance, required, [max(required + n, 0) for n in (-1, 1, 2)]),
            nonce=chance.randint(0, 40),
            deadline=now() + (-1 if attested else HOUR),
        )
        if attested:
            call, given = self.relationship.anchorAttested, (draft.authored, draft.epoch)
        else:
            call, given = self.relationship.anchor, draft.submission
        nonce = None if attested else draft.nonce
        allowed = lambda: self.model.anchor(record, parent, draft.epoch, nonce)  # noqa: E731
        agree(allowed, call, *given, sender=self.actors.clinic)
        self.check_record(record)
        self.check_record(parent)

    def confirm(self, chance):
        sender = self.owner(chance)
        record = chance.choice([*self.model.records, digest("no record")])
        call, allowed = self.relationship.confirmRecord, self.model.confirm
        self.send(chance, sender, lambda: allowed(sender, record), call, record)

    def request(self, chance):
        viewer = mostly(chance, self.actors.dr_li, [self.actors.dr_chen, self.actors.mallory])
        ward, salt = self.wards[viewer], self.salt(chance)
        call, allowed = self.relationship.requestAccess, self.model.request
        id, request = request_id(viewer, salt), access_request(ward, salt)
        self.send(chance, viewer, lambda: allowed(viewer, ward, id), call, request)

    def refuse(self, chance):
        sender, id = self.owner(chance), request_id(self.actors.dr_li, self.salt(chance))
        call, allowed = self.relationship.refuseRequest, self.model.refuse
        self.send(chance, sender, lambda: allowed(sender, id), call, id)

    def grant(self, chance):
        sender = self.owner(chance)
        viewer = mostly(chance, chance.choice([self.actors.dr_li, self.actors.bob]), [*self.wards])
        asked = [id for id, a in self.model.requests.items() if a.status == REQUESTED]
        request = chance.choice([ZERO, ZERO, *asked, request_id(viewer, self.salt(chance))])
        expires = now() + chance.randint(1, 6) * HOUR + HOUR // 2
        grant = Grant(self.grant_id(chance), viewer, self.wards[viewer], expires, request=request)
        call, allowed = self.relationship.grantAccess, self.model.grant
        self.send(chance, sender, lambda: allowed(sender, grant, now()), call, grant.terms)

    def revoke(self, chance):
        sender, id = self.owner(chance), self.grant_id(chance)
        call, allowed = self.relationship.revokeAccess, self.model.revoke
        self.send(chance, sender, lambda: allowed(sender, id), call, id)

    def deliver(self, chance):
        """The relay takes a message out of the box; it may take it again."""
        if self.box:
            self.hand_over(*chance.choice(self.box))

    def suspend_or_restore(self, chance):
        viewer = self.actors.dr_li
        active = self.model.active[viewer]
        given = (viewer, self.wards[viewer], SUSPENDED if active else ACTIVE)
        self.alliance.registrar.setAffiliation(*given, {"from": self.actors.hospital})
        self.model.active[viewer] = not active

    def wait(self, chance):
        """Time passes, or, late in a walk and seldom, the relationship ends."""
        if self.count > 35 and chance.random() < 0.3:
            sender = chance.choice([self.actors.alice, self.actors.clinic, self.actors.mallory])
            end = self.relationship.end
            self.send(chance, sender, lambda: self.model.end(sender), end)
        else:
            at_least(chance.randint(1, 3) * HOUR)

    def check(self):
        """Status and epoch, after each message."""
        assert self.relationship.status() == self.model.status
        assert self.relationship.keyEpoch() == (self.model.epoch, self.model.rotating)

    def check_record(self, id):
        """One record version."""
        entry, record = self.model.records.get(id), self.relationship.recordOf(id)
        found = (record["status"], record["epoch"], record["superseded"])
        assert found == ((entry.status, entry.epoch, entry.superseded) if entry else (0, 0, False))

    def check_all(self):
        self.check()
        for id in self.model.records:
            self.check_record(id)
        parents = [e.parent for e in self.model.records.values() if e.parent != ZERO]
        assert len(parents) == len(set(parents))
        for id, given in self.model.grants.items():
            assert self.relationship.grantOf(id)[:2] == (given.status, given.expires)
            assert self.relationship.isGrantLive(id) == self.model.is_live(id, now())
        for id, asked in self.model.requests.items():
            viewer, status = self.relationship.requestOf(id)
            expected = int(asked.viewer.address, 16) if asked.viewer else 0
            assert (int(viewer, 16), status) == (expected, asked.status)

    def draft(self, **fields):
        profile, ward = self.places.profiles[DIAGNOSES], self.places.clinic_ward
        given = (self.relationship, self.actors.dr_wang, self.actors.alice)
        return self.alliance.draft(*given, profile=profile, affiliation=ward, **fields)

    def owner(self, chance):
        return mostly(chance, self.actors.alice, [self.actors.mallory, self.actors.clinic], 0.9)

    def salt(self, chance):
        return f"salt {chance.randint(0, 7)}"

    def grant_id(self, chance):
        return digest(f"grant {chance.randint(0, 14)}")[:16]

    def send(self, chance, sender, allowed, call, *arguments):
        """Send a message now, or sign it and put it into the box."""
        if chance.random() < 0.4:
            agree(allowed, call, *arguments, sender=sender)
        else:
            self.sent += 1
            # Some nonces share a word of the bitmap.
            nonce = self.sent * 100
            request = self.alliance.request(sender, call, *arguments, nonce=nonce)
            message = (sender, nonce, allowed, self.alliance.forwarded(sender, request))
            self.box.append(message)
            if chance.random() < 0.3:
                self.hand_over(*message)
        self.check()

    def hand_over(self, sender, nonce, allowed, forward):
        """Let the relay send a message."""
        execute = self.alliance.forwarder.execute
        allowed_once = lambda: self.model.forward(sender, nonce, allowed)  # noqa: E731
        agree(allowed_once, execute, *forward, sender=self.actors.relay)
        self.check()


def test_consent_is_what_the_owner_signed_whatever_relays_do(
    run, alliance, relationship, places, request
):
    names = ("alice", "bob", "mallory", "relay", "clinic", "hospital", "lead")
    names += ("dr_wang", "dr_li", "dr_chen")
    actors = SimpleNamespace(**{name: request.getfixturevalue(name) for name in names})
    run(Machine, alliance, relationship, places, actors)
