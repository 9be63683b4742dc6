"""The chapters of a life that tell of the contracts beside the relationships."""

from __future__ import annotations

from typing import Any

from tests.bench.scene.first import HOUR, First, packed, padded
from tests.bench.scene.ward import (
    DAY,
    DIAGNOSES,
    KIND,
    PATIENT,
    RSA_3072_KEY_BYTES,
    RSA_3072_WRAP_BYTES,
    ZERO,
)
from tests.chains import person


class Beside(First):
    """What people do besides relating, recording and consenting."""

    def evidence_chapter(self) -> None:
        f, place = self.on("Evidence").functions, self.ppr.address
        self.count(self.alice, f.dispute(place, self.record, self.bytes(256)))
        self.count(self.clinic, f.withdraw(place, self.record))
        records = [self.record, self.package]
        self.count(self.alice, f.sealRecords(place, records))
        self.count(self.alice, f.liftSeal(place, records))
        list_hash = self.web3.keccak(b"".join(records))
        message = {"relationship": place, "records": list_hash, "erasedAt": self.now()}
        evidence = self.on("Evidence")
        signed = [
            self.sign(house, evidence, "Chartkey Evidence", message)
            for house in (self.clinic, self.fourth)
        ]
        erasure = f.certifyErasure(place, records, message["erasedAt"], *signed)
        self.count(self.clinic, erasure)
        self.pay(self.lead, self.on("Receipts").functions.anchorReceipts(1, self.bytes(32)))
        receipts = self.on("Receipts").functions.anchorReceipts(2, self.bytes(32))
        self.count(self.lead, receipts)

    def delegation_chapter(self) -> None:
        f = self.on("Delegations").functions
        salt, wrap = self.bytes(32), self.bytes(RSA_3072_WRAP_BYTES)
        to = (self.surgeon.address, self.room)
        delegation = (salt, *to, KIND, DIAGNOSES, ZERO, self.now() + DAY, 1, wrap)
        self.count(self.hospital, f.delegate(self.ppr.address, self.granted, delegation))
        types = ["address", "bytes32"]
        id = self.web3.solidity_keccak(types, [self.hospital.address, salt])
        self.count(self.alice, f.revokeDelegation(id))

    def ticket_chapter(self) -> None:
        tickets = self.on("Tickets")
        f = tickets.functions
        keys = [person(f"ticket {n}") for n in range(3)]
        for key in keys:
            given = (key.address, self.hospital.address, self.now() + DAY, self.bytes(32))
            self.count(self.alice, f.issueTicket(*given))
        redemption = {
            "owner": self.alice.address,
            "ticket": keys[0].address,
            "redeemer": self.hospital.address,
            "deadline": self.now() + DAY,
        }
        signed = self.sign(keys[0], tickets, "Chartkey Tickets", redemption)
        self.count(self.hospital, f.redeem(tuple(redemption.values()), signed))
        self.count(self.hospital, f.lockTicket(self.alice.address, keys[1].address))
        self.count(self.alice, f.cancelTicket(keys[2].address))

    def emergency_chapter(self) -> None:
        f = self.on("BreakGlass").functions
        holders = sorted((house.address for house in self.houses), key=lambda a: int(a, 16))
        checks = [self.bytes(32) for _ in holders]
        shares = [self.bytes(RSA_3072_WRAP_BYTES) for _ in holders]
        key = self.bytes(RSA_3072_KEY_BYTES)
        self.count(self.alice, f.arrange(2, 1, key, holders, checks, shares))
        opened = []
        for _ in range(2):
            salt, reason = self.bytes(32), self.bytes(256)
            call = f.requestEmergency(self.alice.address, self.room, HOUR, salt, reason)
            self.count(self.surgeon, call)
            types = ["address", "bytes32"]
            id = self.web3.solidity_keccak(types, [self.surgeon.address, salt])
            for house in (self.lead, self.clinic):
                share = self.bytes(RSA_3072_WRAP_BYTES)
                self.count(house, f.approveEmergency(id, holders, checks, share))
            opened.append(id)
        self.count(self.alice, f.endEmergency(opened[0]))
        self.count(self.lead, f.reviewEmergency(opened[0], 1, self.bytes(256)))
        self.wait(2 * HOUR + 7 * DAY)
        self.count(self.lead, f.findOverdue(opened[1]))

    def appointment_chapter(self) -> None:
        f = self.on("Appointments").functions
        self.starts_at = [self.now() + DAY + n * HOUR for n in range(4)]
        self.count(self.surgeon, f.openSlots(self.room, self.starts_at[:1], 20))
        self.pay(self.surgeon, f.openSlots(self.room, self.starts_at[1:], 20))
        own = padded(self.clinic)
        self.pay(self.clinic, f.openSlots(own, self.starts_at, 20))
        slots = [self.slot(self.clinic, own, starts_at) for starts_at in self.starts_at]
        bookings = [
            self.web3.keccak(self.web3.codec.encode(["address", "bytes32"], [self.ppr.address, s]))
            for s in slots
        ]
        for slot in slots[:3]:
            self.count(self.alice, f.book(slot, self.ppr.address, 1))
        self.count(self.alice, f.cancelBooking(bookings[0]))
        self.count(self.clinic, f.closeSlot(slots[3], own))
        attended = f.noteAttendance(bookings[1], self.ward_, True)
        self.tried(lambda: self.later(DAY + 4 * HOUR, self.doctor, attended))

    def later(self, seconds: int, actor: Any, call: Any) -> int:
        """Count a call that time has to pass for."""
        self.wait(seconds)
        return self.count(actor, call)

    def slot(self, house: Any, department: bytes, starts_at: int) -> bytes:
        types = ["address", "bytes32", "uint40"]
        encoded = self.web3.codec.encode(types, [house.address, department, starts_at])
        return bytes(self.web3.keccak(encoded))

    def referral_chapter(self) -> None:
        f = self.on("Referrals").functions
        granted = self.terms(self.hospital, self.house)
        self.pay(self.alice, self.ppr.functions.grantAccess(granted))
        slots = [self.slot(self.hospital, self.room, at) for at in self.starts_at]
        # The first of a pair of institutions pays for the slot of its counters.
        ids = [self.referral() for _ in range(6)]
        whole = self.gas["prepareReferral"]
        whole += self.count(self.surgeon, f.triage(ids[0], self.room, 2))
        whole += self.count(self.alice, f.bookReferral(ids[0], slots[0], granted))
        whole += self.count(self.surgeon, f.admitReferral(ids[0], self.room))
        feedback = f.giveFeedback(ids[0], self.room, self.bytes(32), True, self.bytes(256))
        whole += self.count(self.surgeon, feedback)
        whole += self.count(self.doctor, f.acceptReturn(ids[0], self.ward_))
        self.gas["referral_whole"] = whole
        self.count(self.surgeon, f.refuseReferral(ids[1], self.room, self.bytes(256)))
        self.pay(self.alice, f.bookReferral(ids[2], slots[1], granted))
        self.count(self.alice, f.cancelReferral(ids[2], ZERO))
        self.pay(self.alice, f.bookReferral(ids[3], slots[2], granted))
        no_show = f.noteNoShow(ids[3], self.room)
        self.tried(lambda: self.later(DAY + 5 * HOUR, self.surgeon, no_show))
        expire = f.expireReferral(ids[4])
        self.tried(lambda: self.later(3 * DAY, self.relay_, expire))

    def referral(self) -> bytes:
        salt = self.bytes(32)
        preparation = (salt, self.ppr.address, self.ward_, self.hospital.address, self.package)
        rest = ([self.package], self.now() + 2 * DAY, self.bytes(256))
        call = self.on("Referrals").functions.prepareReferral((*preparation, *rest))
        self.count(self.doctor, call)
        types = ["address", "bytes32"]
        return bytes(self.web3.solidity_keccak(types, [self.doctor.address, salt]))

    def consultation_chapter(self) -> None:
        f = self.on("Consultations").functions
        ids = [self.consultation() for _ in range(3)]
        opinion = (ids[0], self.room, True, self.bytes(32), self.bytes(256))
        self.count(self.surgeon, f.answerConsultation(*opinion))
        self.count(self.doctor, f.conclude(ids[0], self.ward_, self.bytes(32)))
        self.count(self.alice, f.cancelConsultation(ids[1], ZERO))
        expire = f.expireConsultation(ids[2])
        self.tried(lambda: self.later(9 * DAY, self.relay_, expire))

    def consultation(self) -> bytes:
        """Convene two institutions."""
        terms = [self.terms(house, padded(house)) for house in (self.hospital, self.lead)]
        for one in terms:
            self.pay(self.alice, self.ppr.functions.grantAccess(one))
        salt = self.bytes(32)
        houses = [self.hospital.address, self.lead.address]
        invitation = (salt, self.ppr.address, self.ward_, houses, terms)
        rest = (self.now() + DAY, self.bytes(256))
        self.count(self.doctor, self.on("Consultations").functions.convene((*invitation, *rest)))
        types = ["address", "bytes32"]
        return bytes(self.web3.solidity_keccak(types, [self.doctor.address, salt]))

    def charge_chapter(self) -> None:
        f = self.on("Charges").functions
        ids = []
        for _ in range(2):
            salt = self.bytes(32)
            self.count(self.clinic, f.post(self.ppr.address, salt, self.bytes(32)))
            types = ["address", "bytes32"]
            ids.append(self.web3.solidity_keccak(types, [self.clinic.address, salt]))
        self.count(self.alice, f.release(ids[0], self.insurer.address))
        self.count(self.insurer, f.claim(ids[0]))
        self.count(self.clinic, f.refund(ids[0]))
        self.count(self.clinic, f.void(ids[1]))

    def research_chapter(self) -> None:
        f, salt = self.on("Research").functions, self.bytes(32)
        self.count(self.researcher, f.registerStudy(salt, self.bytes(32)))
        types = ["address", "bytes32"]
        study = self.web3.solidity_keccak(types, [self.researcher.address, salt])
        self.count(self.alice, f.choose(study, True, 1))

    def guardian_chapter(self) -> None:
        f = self.on("Guardianship").functions
        pair = (self.alice.address, self.bob.address)
        terms = (1, self.now() + 365 * DAY, self.bytes(32))
        self.count(self.clinic, f.appoint(*pair, *terms))
        self.count(self.hospital, f.confirm(*pair, *terms))
        self.wait(3 * DAY)
        call = self.ppr.functions.revokeAccess(self.bytes(16))
        request = self.request(self.alice, call)
        signed = self.sign(self.bob, self.forwarder, "Chartkey Forwarder", request)
        given = (tuple(request.values()), self.bob.address, signed)
        self.gas["executeFor"] = self.pay(self.relay_, self.forwarder.functions.executeFor(*given))
        call = self.ppr.functions.revokeAccess(self.bytes(16))
        request = self.request(self.alice, call)
        signed = self.sign(self.alice, self.forwarder, "Chartkey Forwarder", request)
        execute = self.forwarder.functions.execute(tuple(request.values()), signed)
        self.gas["execute"] = self.pay(self.relay_, execute)
        cancel = self.forwarder.functions.cancel(int.from_bytes(self.bytes(32), "big"))
        self.gas["cancel"] = self.pay(self.alice, cancel)
        self.count(self.alice, f.revokeGuardian(*pair))

    def recovery_chapter(self) -> None:
        """Two guardians: the doctor and the surgeon."""
        f = self.on("Recovery").functions
        salts = [self.bytes(32) for _ in range(2)]
        guardians = (self.doctor, self.surgeon)
        leaves = [
            self.web3.keccak(
                b"\0" + n.to_bytes(8, "big") + salt + packed(guardian) + packed(self.alice)
            )
            for n, (guardian, salt) in enumerate(zip(guardians, salts, strict=True))
        ]
        root = self.web3.keccak(b"\1" + leaves[0] + leaves[1])
        self.count(self.alice, f.nameGuardians(root, 2, 2, DAY))
        members = [(n, salts[n], [leaves[1 - n]]) for n in range(2)]
        heir = person("王小明的新账户")
        self.register(self.clinic, heir, PATIENT)
        start = (self.alice.address, heir.address, members[0])
        approve = (self.alice.address, heir.address, members[1])
        self.count(self.doctor, f.startRecovery(*start))
        self.count(self.alice, f.vetoRecovery(1))
        self.pay(self.doctor, f.startRecovery(*start))
        self.tried(lambda: self.count(self.clinic, f.dismissRecovery(self.alice.address)))
        self.count(self.surgeon, f.approveRecovery(*approve))
        self.count(self.clinic, f.attestRecovery(self.alice.address))
        self.wait(DAY)
        self.count(self.relay_, f.completeRecovery(self.alice.address))
