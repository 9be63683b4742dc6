"""Steps about slots, bookings, referrals and consultations."""

from __future__ import annotations

import random
from typing import Any, ClassVar

from eth_utils import keccak

from tests.alliance import DAY, HOUR
from tests.functional.appointments.slots import booking_id, slot_id
from tests.signing import ZERO, digest
from tests.stateful.protocol.preparation import Preparation
from tests.stateful.protocol.referrals import ADMITTED, BOOKED, OVERDUE, PREPARED, RETURNING
from tests.stateful.walk import mostly


class Care:
    """Who is seen where."""

    STEPS: ClassVar = {
        "open_slot": 5,
        "close_slot": 1,
        "book": 7,
        "cancel_booking": 4,
        "note_attendance": 3,
        "prepare": 5,
        "triage": 4,
        "book_referral": 9,
        "move_referral": 9,
        "close_referral": 4,
        "convene": 4,
        "answer_consultation": 4,
        "end_consultation": 3,
    }

    def open_slot(self, chance: random.Random) -> None:
        """An institution opens a slot."""
        c, p = self.cast, self.places
        house, ward = chance.choice([(c.hospital, p.hospital_ward), (c.clinic, p.clinic_ward)])
        sender = self.who(chance, self.of(chance, house)[0])
        days = chance.randint(1, 4)
        # Whole days, so that a slot may be there already.
        starts_at = (self.society.now // DAY + days) * DAY - mostly(chance, 0, [9 * DAY])
        capacity = mostly(chance, mostly(chance, 1, [2]), [0])
        id = slot_id(house, ward, starts_at)
        call, allowed = self.contracts["Appointments"].openSlots, self.appointments.open
        said = lambda: allowed(sender, ward, id, starts_at, capacity)  # noqa: E731
        self.send(chance, sender, said, call, ward, [starts_at], capacity)
        self.check_slot(id)

    def close_slot(self, chance: random.Random) -> None:
        """An institution closes a slot."""
        id = self.slot(chance)
        slot = self.appointments.slots.get(id)
        sender, ward = self.of(chance, slot.house if slot else self.cast.clinic)
        call, allowed = self.contracts["Appointments"].closeSlot, self.appointments.close
        self.send(chance, sender, lambda: allowed(sender, id, ward), call, id, ward)
        self.check_slot(id)

    def book(self, chance: random.Random) -> None:
        """One patient books, or both the same slot."""
        relations = chance.sample(self.relations, chance.randint(1, 2))
        if not self.coming(self.cast.clinic) and chance.random() < 0.8:
            self.open_slot(chance)
            return
        slot = self.slot(chance, self.cast.clinic)
        for relation in relations:
            self.book_at(chance, relation, slot)

    def book_at(self, chance: random.Random, relation: Any, slot: bytes) -> None:
        """A patient books a slot."""
        sender, id = self.owner(chance, relation), booking_id(relation.contract, slot)
        purpose = mostly(chance, 1, [0, 2], 0.9)
        call, allowed = self.contracts["Appointments"].book, self.appointments.book
        by = [self.cast.bob] if sender == self.cast.alice else []
        said = lambda: allowed(sender, id, slot, relation, purpose)  # noqa: E731
        self.send(chance, sender, said, call, slot, relation.contract, purpose, by=by)
        self.check_booking(id)

    def cancel_booking(self, chance: random.Random) -> None:
        """A party cancels."""
        id = self.booking(chance)
        booking = self.appointments.bookings.get(id)
        relation = booking.relation if booking else self.relations[0]
        sender = self.who(chance, chance.choice([relation.owner, relation.house]))
        call, allowed = self.contracts["Appointments"].cancelBooking, self.appointments.cancel
        self.send(chance, sender, lambda: allowed(sender, id), call, id)
        self.check_booking(id)

    def note_attendance(self, chance: random.Random) -> None:
        """The institution notes who came."""
        id, (sender, ward) = self.booking(chance), self.of(chance, self.cast.clinic)
        came = chance.random() < 0.5
        call, allowed = self.contracts["Appointments"].noteAttendance, self.appointments.note
        said = lambda: allowed(sender, id, ward, came)  # noqa: E731
        self.send(chance, sender, said, call, id, ward, came)
        self.check_booking(id)

    def check_slot(self, id: bytes) -> None:
        """One slot, which is never fuller than it may be."""
        slot, found = self.appointments.slots.get(id), self.contracts["Appointments"].slotOf(id)
        assert found["taken"] <= found["capacity"]
        if slot is None:
            assert found["startsAt"] == 0
        else:
            fields = (slot.house, slot.starts_at, slot.capacity, len(slot.takers), slot.closed)
            assert tuple(found) == fields

    def check_booking(self, id: bytes) -> None:
        """One booking and its slot."""
        found = self.contracts["Appointments"].bookingOf(id)
        assert found["status"] == self.appointments.status(id)
        if id in self.appointments.bookings:
            self.check_slot(self.appointments.bookings[id].slot)

    def slot(self, chance: random.Random, house: Any = None) -> bytes:
        """Return the id of a slot, mostly one of an institution that is yet to come."""
        others = [*self.appointments.slots, digest("no slot")]
        # Where others are already: places run out.
        coming = sorted(self.coming(house), key=lambda id: len(self.appointments.slots[id].takers))
        likely = self.some(chance, coming[-2:])
        return mostly(chance, likely, others, 0.9) or chance.choice(others)

    def coming(self, house: Any = None) -> list[bytes]:
        """Return the ids of the slots of an institution that are yet to come."""
        slots, now = self.appointments.slots.items(), self.society.now
        return [id for id, s in slots if house in (None, s.house) and s.starts_at > now]

    def booking(self, chance: random.Random) -> bytes:
        """Return the id of a booking."""
        bookings, none = self.appointments.bookings, digest("no booking")
        likely = [id for id, booking in bookings.items() if booking.status == 1]
        return mostly(chance, self.some(chance, likely), [*bookings, none]) or none

    def prepare(self, chance: random.Random) -> None:
        """A clinician prepares a referral."""
        relation, c, p = self.relations[0], self.cast, self.places
        wrong = [(c.dr_li, p.hospital_ward), (c.mallory, p.clinic_ward)]
        sender, ward = mostly(chance, (c.dr_wang, p.clinic_ward), wrong, 0.9)
        package, *attached = relation.records
        package = mostly(chance, package, [attached[0], digest("no record")], 0.95)
        attached = mostly(chance, tuple(attached), [tuple(attached[:1]), (digest("none"),)], 0.95)
        to = mostly(chance, chance.choice([c.hospital, c.hospital, c.hospital_b]), [c.clinic])
        due_at = self.society.now + mostly(chance, chance.choice([20, 70]), [0, 24 * 99]) * HOUR
        salt = digest(f"salt {chance.randint(0, 60)}")
        given = (sender, relation.contract.address, ward, to, package, attached, due_at, salt)
        asked = Preparation(*given)
        call, allowed = self.contracts["Referrals"].prepareReferral, self.referrals.prepare
        said = lambda: allowed(sender, relation, asked)  # noqa: E731
        self.send(chance, sender, said, call, asked.terms)
        self.check_referral(asked.id)

    def triage(self, chance: random.Random) -> None:
        """Whoever receives says how urgent it is."""
        id = self.referral(chance, PREPARED, BOOKED)
        c, p = self.cast, self.places
        wrong = [(c.dr_wang, p.clinic_ward), (c.hospital, p.hospital_ward)]
        sender, ward = mostly(chance, (c.dr_li, p.hospital_ward), wrong)
        level = mostly(chance, chance.randint(1, 4), [0, 5], 0.9)
        call, allowed = self.contracts["Referrals"].triage, self.referrals.triage
        said = lambda: allowed(sender, id, ward, level)  # noqa: E731
        self.send(chance, sender, said, call, id, ward, level)
        self.check_referral(id)

    def book_referral(self, chance: random.Random) -> None:
        """The patient books, with a grant to whoever receives."""
        if not self.referrals_at(PREPARED) and chance.random() < 0.8:
            self.prepare(chance)
            return
        id, relation = self.referral(chance, PREPARED), self.relations[0]
        referral = self.referrals.referrals.get(id)
        to = referral.to if referral else self.cast.hospital
        slot, sender = self.slot(chance, to), self.owner(chance, relation)
        grant = self.granted(chance, relation, to)
        if grant is None:
            self.grant(chance)
            return
        call, allowed = self.contracts["Referrals"].bookReferral, self.referrals.book
        said = lambda: allowed(sender, id, slot, grant)  # noqa: E731
        by = [self.cast.bob] if sender == self.cast.alice else []
        self.send(chance, sender, said, call, id, slot, grant.terms, by=by)
        self.check_referral(id)

    def move_referral(self, chance: random.Random) -> None:
        """Admission, feedback, return."""
        stages = {"admit": (PREPARED, BOOKED), "answer": (ADMITTED, OVERDUE)}
        stages["accept_return"] = (RETURNING,)
        able = [name for name, before in stages.items() if self.referrals_at(*before)]
        if not able and chance.random() < 0.8:
            self.book_referral(chance)
            return
        name = mostly(chance, self.some(chance, able), list(stages), 0.9) or "admit"
        id = self.referral(chance, *stages[name])
        referral, contract = self.referrals.referrals.get(id), self.contracts["Referrals"]
        to = referral.to if referral else self.cast.hospital
        sender, ward = self.of(chance, self.cast.clinic if name == "accept_return" else to)
        calls = {"admit": contract.admitReferral, "answer": contract.giveFeedback}
        call, allowed = calls.get(name, contract.acceptReturn), getattr(self.referrals, name)
        down = (chance.random() < 0.5,) * (name == "answer")
        rest = (digest("feedback"), *down, b"") if down else ()
        said = lambda: allowed(sender, id, ward, *down)  # noqa: E731
        self.send(chance, sender, said, call, id, ward, *rest)
        self.check_referral(id)

    def close_referral(self, chance: random.Random) -> None:
        """Refused, cancelled, missed, expired."""
        if not self.referrals_at(PREPARED, BOOKED, ADMITTED) and chance.random() < 0.8:
            self.prepare(chance)
            return
        names = ["refuse", "cancel", "miss", "expire", "expire"]
        name = "miss" if self.referrals_at(BOOKED) else chance.choice(names)
        stages = {"miss": (BOOKED,), "expire": (PREPARED, BOOKED, ADMITTED)}
        id = self.referral(chance, *stages.get(name, (PREPARED, BOOKED)))
        referral, contract = self.referrals.referrals.get(id), self.contracts["Referrals"]
        to = referral.to if referral else self.cast.hospital
        sender, ward = self.of(chance, self.cast.clinic if name == "cancel" else to)
        if name == "cancel" and chance.random() < 0.5:
            sender = self.relations[0].owner
        late = {"miss": HOUR, "expire": 8 * DAY}.get(name, 0)
        if referral and late and chance.random() < 0.7:
            self.wait_until(referral.due_at + late)
        allowed = getattr(self.referrals, name)
        calls = {"refuse": contract.refuseReferral, "cancel": contract.cancelReferral}
        call = calls.get(name, contract.noteNoShow)
        if name == "expire":
            said = lambda: allowed(id)  # noqa: E731
            self.send(chance, sender, said, contract.expireReferral, id)
        else:
            note = (b"",) * (name == "refuse")
            said = lambda: allowed(sender, id, ward)  # noqa: E731
            self.send(chance, sender, said, call, id, ward, *note)
        self.check_referral(id)

    def referral(self, chance: random.Random, *stages: int) -> bytes:
        """Return the id of a referral, mostly one at a stage."""
        referrals, none = self.referrals.referrals, digest("no referral")
        likely = self.referrals_at(*stages)
        return mostly(chance, self.some(chance, likely), [*referrals, none], 0.9) or none

    def referrals_at(self, *stages: int) -> list[bytes]:
        """Return the ids of the referrals at one of these stages."""
        return [id for id, r in self.referrals.referrals.items() if r.stage in stages]

    def check_referral(self, id: bytes) -> None:
        """One referral, its slot, and the traffic of its pair."""
        referral, contract = self.referrals.referrals.get(id), self.contracts["Referrals"]
        found = contract.referralOf(id)
        if referral is None:
            assert found["stage"] == 0
            return
        fields = (referral.stage, referral.triage, referral.due_at, referral.since, referral.to)
        assert tuple(found[1:6]) == fields
        assert bytes(found["slot"]) == (referral.slot or ZERO)
        pair = (referral.relation.house, referral.to)
        assert tuple(contract.trafficOf(*pair)) == self.referrals.traffic(*pair)
        if referral.slot:
            self.check_slot(referral.slot)

    def convene(self, chance: random.Random) -> None:
        """A clinician lays a case before institutions."""
        relation, c, p = self.relations[0], self.cast, self.places
        wrong = [(c.dr_li, p.hospital_ward), (c.mallory, p.clinic_ward)]
        sender, ward = mostly(chance, (c.dr_wang, p.clinic_ward), wrong, 0.9)
        asked = chance.sample([c.hospital, c.hospital_b], chance.randint(1, 2))
        grants = {house: self.granted(chance, relation, house) for house in asked}
        grants = {house: grant for house, grant in grants.items() if grant}
        if not grants:
            self.grant(chance)
            return
        due_at = self.society.now + mostly(chance, chance.choice([20, 70]), [0, 24 * 99]) * HOUR
        salt = digest(f"salt {chance.randint(0, 60)}")
        id = bytes(keccak(bytes.fromhex(sender.address[2:]) + salt))
        houses = [house.address for house in grants]
        terms = tuple(grant.terms for grant in grants.values())
        given = (salt, relation.contract.address, ward, houses, terms, due_at, b"question")
        call, allowed = self.contracts["Consultations"].convene, self.consultations.convene
        said = lambda: allowed(sender, relation, ward, id, grants, due_at)  # noqa: E731
        self.send(chance, sender, said, call, given)
        self.check_consultation(id)

    def answer_consultation(self, chance: random.Random) -> None:
        """A clinician of an institution answers."""
        if not self.going_on() and chance.random() < 0.8:
            self.convene(chance)
            return
        id, c, p = self.consultation(chance), self.cast, self.places
        wrong = [(c.dr_wang, p.clinic_ward), (c.dr_chen, p.lead_ward)]
        sender, ward = mostly(chance, (c.dr_li, p.hospital_ward), wrong)
        given, contract = chance.random() < 0.7, self.contracts["Consultations"]
        allowed = self.consultations.answer
        said = lambda: allowed(sender, id, ward, given)  # noqa: E731
        call, rest = contract.answerConsultation, (given, digest("opinion"), b"")
        self.send(chance, sender, said, call, id, ward, *rest)
        self.check_consultation(id)

    def end_consultation(self, chance: random.Random) -> None:
        """Concluded, cancelled, expired."""
        if not self.going_on() and chance.random() < 0.8:
            self.convene(chance)
            return
        id, contract = self.consultation(chance), self.contracts["Consultations"]
        sender, ward = self.of(chance, self.cast.clinic)
        name = chance.choice(["conclude", "cancel", "expire", "expire"])
        allowed = getattr(self.consultations, name)
        if name == "expire":
            if id in self.consultations.held and chance.random() < 0.5:
                self.wait_until(self.consultations.held[id].due_at + 8 * DAY)
            said = lambda: allowed(id)  # noqa: E731
            self.send(chance, sender, said, contract.expireConsultation, id)
        elif name == "cancel":
            sender = mostly(chance, sender, [self.relations[0].owner], 0.5)
            said = lambda: allowed(sender, id, ward)  # noqa: E731
            self.send(chance, sender, said, contract.cancelConsultation, id, ward)
        else:
            said = lambda: allowed(sender, id, ward)  # noqa: E731
            self.send(chance, sender, said, contract.conclude, id, ward, digest("opinion"))
        self.check_consultation(id)

    def consultation(self, chance: random.Random) -> bytes:
        """Return the id of a consultation, mostly one that goes on."""
        held, none = self.consultations.held, digest("no consultation")
        return mostly(chance, self.some(chance, self.going_on()), [*held, none], 0.9) or none

    def going_on(self) -> list[bytes]:
        """Return the ids of the consultations that go on."""
        return [id for id, held in self.consultations.held.items() if held.stage == 1]

    def check_consultation(self, id: bytes) -> None:
        """One consultation and its answers."""
        contract, expected = self.contracts["Consultations"], self.consultations.held.get(id)
        found = contract.consultationOf(id)
        if expected is None:
            assert found["stage"] == 0
            return
        counted = (expected.stage, len(expected.answers), self.consultations.answered(id))
        assert tuple(found[1:]) == (*counted, expected.due_at)
        for house, answer in expected.answers.items():
            assert contract.answerOf(id, house) == answer
