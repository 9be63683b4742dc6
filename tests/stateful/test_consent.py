"""T18, T34: walks through records, requests and grants, with relays that hold, reorder, replay.

Every message goes directly, through a relay, or into a box from which a relay takes it later,
several times or never.
"""

from hypothesis import strategies as st

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
from tests.stateful.consent import Consent
from tests.stateful.outcome import agree

RECORDS = [digest(f"a machine's record {n}") for n in range(6)]
GRANTS = [digest(f"a machine's grant {n}")[:16] for n in range(6)]
SALTS = [f"a machine's salt {n}" for n in range(3)]


class Machine:
    st_how = st.sampled_from(["directly", "relayed", "held", "held"])
    st_sender = st.sampled_from([0, 0, 0, 0, 0, 1])
    st_record = st.integers(0, len(RECORDS) - 1)
    st_parent = st.integers(-2, len(RECORDS) - 1)
    st_ahead = st.sampled_from([0, 0, 1, 1, 2, -1])
    st_nonce = st.integers(0, 9)
    st_attested = st.sampled_from([False, False, True])
    st_grant = st.integers(0, len(GRANTS) - 1)
    st_viewer = st.integers(0, 3)
    st_salt = st.sampled_from(SALTS)
    st_named = st.sampled_from([None, *SALTS])
    st_hours = st.integers(1, 6)
    st_message = st.integers(0, 20)
    st_rarely = st.sampled_from([False] * 11 + [True])

    def __init__(self, alliance, relationship, places, actors):
        # Brownie calls it once, with the machine's class for an instance.
        self.alliance, self.relationship, self.places = alliance, relationship, places
        self.actors = actors

    def setup(self):
        a, p = self.actors, self.places
        wards = {a.dr_li: p.hospital_ward, a.dr_chen: p.lead_ward, a.bob: ZERO}
        self.viewers = [*wards.items(), (a.mallory, p.hospital_ward)]
        active = dict.fromkeys(wards, True)
        self.model = Consent(a.alice, a.clinic, [a.lead, a.dr_chen], active)
        self.senders, self.box, self.sent = [a.alice, a.mallory], [], 0

    def rule_anchor(self, st_record, st_parent, st_ahead, st_nonce, st_attested):
        parent = RECORDS[st_parent] if st_parent >= 0 else ZERO
        draft = self.alliance.draft(
            self.relationship,
            self.actors.dr_wang,
            self.actors.alice,
            record=RECORDS[st_record],
            parent=parent,
            epoch=max(self.model.epoch + st_ahead, 0),
            nonce=st_nonce,
            profile=self.places.profiles[DIAGNOSES],
            affiliation=self.places.clinic_ward,
        )
        nonce = None if st_attested else st_nonce

        def allowed():
            self.model.anchor(draft.record, parent, draft.epoch, nonce)

        if st_attested:
            late = draft.but(deadline=now() - 1)
            call, given = self.relationship.anchorAttested, (late.authored, draft.epoch)
        else:
            call, given = self.relationship.anchor, draft.submission
        agree(allowed, call, *given, sender=self.actors.clinic)

    def rule_confirm(self, st_sender, st_record, st_how):
        sender, record = self.senders[st_sender], RECORDS[st_record]
        allowed = lambda: self.model.confirm(sender, record)  # noqa: E731
        self.send(st_how, sender, allowed, self.relationship.confirmRecord, record)

    def rule_request(self, st_viewer, st_salt, st_how):
        viewer, ward = self.viewers[st_viewer]
        if ward == ZERO:
            return
        allowed = lambda: self.model.request(viewer, ward, request_id(viewer, st_salt))  # noqa: E731
        request = access_request(ward, st_salt)
        self.send(st_how, viewer, allowed, self.relationship.requestAccess, request)

    def rule_refuse(self, st_sender, st_viewer, st_salt, st_how):
        sender, id = self.senders[st_sender], request_id(self.viewers[st_viewer][0], st_salt)
        allowed = lambda: self.model.refuse(sender, id)  # noqa: E731
        self.send(st_how, sender, allowed, self.relationship.refuseRequest, id)

    def rule_grant(self, st_sender, st_grant, st_viewer, st_named, st_hours, st_how):
        sender, (viewer, ward) = self.senders[st_sender], self.viewers[st_viewer]
        request = request_id(viewer, st_named) if st_named else ZERO
        expires = now() + st_hours * HOUR + HOUR // 2
        grant = Grant(GRANTS[st_grant], viewer, ward, expires, request=request)
        allowed = lambda: self.model.grant(sender, grant, now())  # noqa: E731
        self.send(st_how, sender, allowed, self.relationship.grantAccess, grant.terms)

    def rule_revoke(self, st_sender, st_grant, st_how):
        sender, id = self.senders[st_sender], GRANTS[st_grant]
        allowed = lambda: self.model.revoke(sender, id)  # noqa: E731
        self.send(st_how, sender, allowed, self.relationship.revokeAccess, id)

    def rule_deliver(self, st_message):
        if self.box:
            self.deliver(*self.box[st_message % len(self.box)])

    def rule_suspend_or_restore_a_viewer(self):
        viewer, ward = self.viewers[0]
        active = self.model.active[viewer]
        standing = SUSPENDED if active else ACTIVE
        options = {"from": self.actors.hospital}
        self.alliance.registrar.setAffiliation(viewer, ward, standing, options)
        self.model.active[viewer] = not active

    def rule_wait(self, st_hours):
        at_least(st_hours * HOUR)

    def rule_end(self, st_sender, st_rarely, st_how):
        if st_rarely:
            sender = self.senders[st_sender]
            allowed = lambda: self.model.end(sender)  # noqa: E731
            self.send(st_how, sender, allowed, self.relationship.end)

    def invariant_status_and_epoch_are_those_of_the_model(self):
        assert self.relationship.status() == self.model.status
        assert self.relationship.keyEpoch() == (self.model.epoch, self.model.rotating)

    def invariant_grants_and_requests_are_those_of_the_model(self):
        for id, given in self.model.grants.items():
            assert self.relationship.grantOf(id)[:2] == (given.status, given.expires)
            assert self.relationship.isGrantLive(id) == self.model.is_live(id, now())
        for id, asked in self.model.requests.items():
            viewer, status = self.relationship.requestOf(id)
            expected = int(asked.viewer.address, 16) if asked.viewer else 0
            assert (int(viewer, 16), status) == (expected, asked.status)

    def invariant_records_are_those_of_the_model(self):
        for id, entry in self.model.records.items():
            record = self.relationship.recordOf(id)
            found = (record["status"], record["epoch"], record["superseded"])
            assert found == (entry.status, entry.epoch, entry.superseded)
        parents = [e.parent for e in self.model.records.values() if e.parent != ZERO]
        assert len(parents) == len(set(parents))

    def send(self, how, sender, allowed, call, *arguments):
        """Send a message now, or sign it and put it into the box."""
        if how == "directly":
            agree(allowed, call, *arguments, sender=sender)
            return
        self.sent += 1
        # Some messages share a slot of the bitmap, some have one of their own.
        nonce = self.sent * 100
        request = self.alliance.request(sender, call, *arguments, nonce=nonce)
        message = (sender, nonce, allowed, self.alliance.forwarded(sender, request))
        self.box.append(message)
        if how == "relayed":
            self.deliver(*message)

    def deliver(self, sender, nonce, allowed, forward):
        """Let the relay take a message out of the box; it may take it again."""
        agree(
            lambda: self.model.forward(sender, nonce, allowed),
            self.alliance.forwarder.execute,
            *forward,
            sender=self.actors.relay,
        )


def test_consent_is_what_the_owner_signed_whatever_relays_do(
    run, alliance, relationship, places, request
):
    from types import SimpleNamespace

    names = ("alice", "bob", "mallory", "relay", "clinic", "hospital", "lead")
    names += ("dr_wang", "dr_li", "dr_chen")
    actors = SimpleNamespace(**{name: request.getfixturevalue(name) for name in names})
    run(Machine, alliance, relationship, places, actors, examples=16)
