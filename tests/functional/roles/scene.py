"""Two houses with everything that an act can be about, so that only the caller decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eth_account import Account
from eth_utils import keccak

from tests.alliance import (
    ACTIVE,
    CLINICIAN,
    DAY,
    DIAGNOSES,
    HOUR,
    KEY,
    PATIENT,
    SUSPENDED,
    Alliance,
    Grant,
    access_request,
    account,
    at,
    now,
    padded,
    request_id,
)
from tests.functional.appointments.slots import VISIT, booking_id, slot_id
from tests.functional.breakglass.emergency import REASON, SHARE, Plan, in_order, opening_id
from tests.functional.delegations.terms import Delegation
from tests.functional.recovery.circles import Circle
from tests.functional.tickets.redemption import Redemption
from tests.signing import ZERO, digest

MINOR = 1
INSURER, RESEARCHER = 1, 2
REFERRAL_PACKAGE, URGENT = 24, 1
THREE_TO_THREE, MOST_OPEN = 1 << 8, 16
NEVER = 2**40 - 1
MONTH = 29 * DAY
EVIDENCE = digest("papers")


class Scene:
    """One house, its clinician and patient, and what lies before them; `other` is the like."""

    other: Scene

    def __init__(self, alliance: Alliance, house: Any, clinician: Any, ward: bytes) -> None:
        self.alliance, self.house, self.clinician, self.ward = alliance, house, clinician, ward
        self.contracts = alliance.contracts
        self.patient = self._new("patient")
        self.guardian = self._new("guardian")
        self.insurer = self._new("insurer")

    def enter(self, hospitals: list[Any]) -> None:
        """Register the people, and let two hospitals do what asks for a third house."""
        self.hospitals = hospitals
        self.duplicate, self.applicant = self._new("duplicate"), self._new("applicant")
        for person in (self.patient, self.guardian, self.duplicate):
            self.alliance.register(person, self.house, PATIENT)
        self.alliance.registrar.applyFor(PATIENT, 1, KEY, {"from": self.applicant})
        self.merged = self._merger()
        for guardian in (self.guardian, self.clinician):
            self.contracts["Guardianship"].appoint(*self.mandate(guardian), {"from": self.house})
        self.contracts["Guardianship"].confirm(*self.mandate(self.guardian), {"from": hospitals[0]})
        self._recover()
        self.plan = Plan.among(in_order(*hospitals, self.house, self.other.house))
        self.contracts["BreakGlass"].arrange(*self.plan.arguments, {"from": self.patient})

    def offer(self) -> None:
        """Let the house propose the relationship."""
        self.relationship = self._propose(self.house, 0)

    def answer(self) -> None:
        """Let the patient refuse that and propose another."""
        self.relationship.refuse({"from": self.patient})
        self.relationship = self._propose(self.patient, 1)

    def relate(self, profiles: dict[int, bytes]) -> None:
        """Let the house accept, with records and a grant to the other house."""
        self.profiles = profiles
        self.relationship.accept({"from": self.house})
        package = self.draft(REFERRAL_PACKAGE, deadline=now() + DAY)
        self.relationship.anchor(*package.submission, {"from": self.house})
        attested = self.draft(DIAGNOSES)
        self.relationship.anchorAttested(attested.authored, 1, {"from": self.house})
        self.package, self.attested = package.record, attested.record
        grant = digest("grant", self.house.address)[:16]
        self.grant = Grant(grant, self.other.house, padded(self.other.house), NEVER)
        self.relationship.grantAccess(self.grant.terms, {"from": self.patient})
        asking = {"from": self.other.clinician}
        self.relationship.requestAccess(access_request(self.other.ward), asking)
        self.request = request_id(self.other.clinician)

    def meet(self) -> None:
        """Refer, consult, book, charge and break the glass, each to every stage."""
        self._delegate()
        self._refer()
        self._book()
        self._consult()
        self._charge()
        self._break()
        self._issue()

    def begin(self) -> None:
        """Let the first slot begin."""
        if now() < self.began:
            at(self.began)

    def draft(self, kind: int, **fields: Any) -> Any:
        """Return a record of the clinician's for the patient."""
        fields = {"deadline": now() - 1, "kind": kind, "nonce": kind} | fields
        fields |= {"profile": self.profiles[kind], "affiliation": self.ward}
        fields.setdefault("record", digest("record", bytes([kind]), self.house.address))
        return self.alliance.draft(self.relationship, self.clinician, self.patient, **fields)

    def mandate(self, guardian: Any) -> tuple[Any, ...]:
        """Return a mandate for the patient."""
        if not hasattr(self, "comes_of_age"):
            self.comes_of_age = now() + 10 * MONTH
        return (self.patient, guardian, MINOR, self.comes_of_age, EVIDENCE)

    def delegation(self, salt: str) -> Delegation:
        """Return what the house passes on of the other patient's grant."""
        return Delegation(self.clinician, self.ward, NEVER, digest(salt))

    def preparation(self, salt: str) -> tuple[Any, ...]:
        """Return a referral to the other house."""
        place = (self.relationship.address, self.ward, self.other.house.address)
        return (digest(salt), *place, self.package, [], now() + 20 * DAY, b"")

    def invitation(self, salt: str) -> tuple[Any, ...]:
        """Return a consultation with the other house."""
        place = (self.relationship.address, self.ward)
        invited = ([self.other.house.address], [self.grant.terms])
        return (digest(salt), *place, *invited, now() + 20 * DAY, b"")

    def id(self, salt: str, by: Any = None) -> bytes:
        """Return the id of what the clinician, or somebody else, made under a salt."""
        return bytes(keccak(bytes.fromhex((by or self.clinician).address[2:]) + digest(salt)))

    def emergency(self, salt: str) -> tuple[Any, ...]:
        """Return a request for emergency access."""
        return (self.patient, self.ward, HOUR, digest(salt), REASON)

    def redemption(self) -> tuple[Any, ...]:
        """Return what the ticket key signed for the house."""
        place = (self.contracts["Tickets"].address, self.alliance.chain_id)
        return Redemption(*place, self.patient, self.ticket, self.house, now() + DAY).signed

    def _new(self, name: str) -> Any:
        return account(f"{name} of {self.house.address}")

    def _propose(self, by: Any, nonce: int) -> Any:
        return self.alliance.propose(by, self.patient, self.house, self.hospitals[0], nonce)

    def _merger(self) -> tuple[Any, ...]:
        kinds = {"account": "address", "successor": "address", "deadline": "uint48"}
        types = {"Replacement": [{"name": name, "type": kind} for name, kind in kinds.items()]}
        domain = {"name": "Chartkey Registrar", "version": "1"}
        domain |= {"chainId": self.alliance.chain_id}
        domain |= {"verifyingContract": self.alliance.registrar.address}
        values = (self.duplicate.address, self.patient.address, now() + 10 * MONTH)
        message = dict(zip(kinds, values, strict=True))
        signatures = (
            bytes(Account.sign_typed_data(who.private_key, domain, types, message).signature)
            for who in (self.duplicate, self.patient)
        )
        return (values, *signatures)

    def _recover(self) -> None:
        recovery = self.contracts["Recovery"]
        circle = Circle(self.patient, dict(enumerate(self.hospitals)), delay=DAY)
        recovery.nameGuardians(*circle.terms, {"from": self.patient})
        recovery.startRecovery(*circle.call(0))
        recovery.approveRecovery(*circle.call(1))

    def _delegate(self) -> None:
        terms = (self.other.relationship, self.other.grant.terms, self.delegation("made").terms)
        self.contracts["Delegations"].delegate(*terms, {"from": self.house})
        self.delegated = self.id("made", self.house)

    def _refer(self) -> None:
        referrals = self.contracts["Referrals"]
        for salt in ("prepared", "urgent", "admitted", "returning"):
            referrals.prepareReferral(self.preparation(salt), {"from": self.clinician})
        receiving, house = {"from": self.other.clinician}, {"from": self.other.house}
        for salt in ("urgent", "admitted", "returning"):
            referrals.triage(self.id(salt), self.other.ward, URGENT, receiving)
        for salt in ("admitted", "returning"):
            referrals.admitReferral(self.id(salt), ZERO, house)
        referrals.giveFeedback(self.id("returning"), ZERO, ZERO, True, b"", house)

    def _book(self) -> None:
        appointments = self.contracts["Appointments"]
        self.began, far = now() + 4 * HOUR, now() + 10 * DAY
        times = (self.began, far, far + HOUR)
        appointments.openSlots(self.ward, times, 9, {"from": self.house})
        self.slots = [slot_id(self.house, self.ward, time) for time in times]
        for slot in self.slots[:2]:
            appointments.book(slot, self.relationship, VISIT, {"from": self.patient})
        self.bookings = [booking_id(self.relationship, slot) for slot in self.slots[:2]]

    def _consult(self) -> None:
        convene = self.contracts["Consultations"].convene
        convene(self.invitation("convened"), {"from": self.clinician})

    def _charge(self) -> None:
        charges = self.contracts["Charges"]
        for salt in ("posted", "released", "claimed"):
            charges.post(self.relationship, digest(salt), EVIDENCE, {"from": self.house})
        for salt in ("released", "claimed"):
            id = self.id(salt, self.house)
            charges.release(id, self.insurer, {"from": self.patient})
        charges.claim(self.id("claimed", self.house), {"from": self.insurer})

    def _break(self) -> None:
        contract = self.contracts["BreakGlass"]
        for salt in ("requested", "opened", "ended"):
            contract.requestEmergency(*self.emergency(salt), {"from": self.clinician})
        for salt in ("opened", "ended"):
            for house in self.hospitals:
                shown = (opening_id(self.clinician, salt), *self.plan.shown, SHARE)
                contract.approveEmergency(*shown, {"from": house})
        contract.endEmergency(self.id("ended"), {"from": self.patient})

    def _issue(self) -> None:
        self.ticket = self._new("ticket")
        given = (self.ticket, self.house, now() + DAY, EVIDENCE)
        self.contracts["Tickets"].issueTicket(*given, {"from": self.patient})


class Stage:
    """Both scenes, and the alliance's votes that concern neither."""

    def __init__(self, alliance: Alliance, founders: list[Any], places: Any, staff: Any) -> None:
        lead, *self.hospitals, clinic = founders
        self.alliance, self.founders, self.places = alliance, founders, places
        clinic_staff, lead_staff = staff
        self.here = Scene(alliance, clinic, clinic_staff, places.clinic_ward)
        self.there = Scene(alliance, lead, lead_staff, places.lead_ward)
        self.here.other, self.there.other = self.there, self.here
        self.regulator, self.researcher = account("a regulator"), account("a researcher")
        self.idle = account("a clinician whose affiliation is suspended")

    @property
    def scenes(self) -> tuple[Scene, Scene]:
        """The clinic's and the lead's."""
        return self.here, self.there

    def steps(self) -> list[Callable[[], None]]:
        """Return what is done before each stage of acts, in order."""
        return [
            self._enter,
            lambda: self._each("offer"),
            lambda: self._each("answer"),
            self._meet,
            lambda: self._each("begin"),
        ]

    def _each(self, step: str, *given: Any) -> None:
        for scene in self.scenes:
            getattr(scene, step)(*given)

    def _enter(self) -> None:
        clinic = {"from": self.here.house}
        self.alliance.register(self.idle, self.here.house, CLINICIAN)
        for standing in (ACTIVE, SUSPENDED):
            affiliate = self.alliance.registrar.setAffiliation
            affiliate(self.idle, self.places.clinic_ward, standing, clinic)
        self._each("enter", self.hospitals)
        at(now() + 3 * DAY + 1)
        self._vote()

    def _vote(self) -> None:
        consortium, closes = self.alliance.consortium, now() + MONTH
        by = {"from": self.hospitals[0]}
        rules = (THREE_TO_THREE, False, MOST_OPEN, 0)
        self._carry(consortium.proposeReferralRules(rules, closes, by))
        self._carry(consortium.proposeRegulator(self.regulator, "监管", closes, by))
        offices = [(scene.insurer, INSURER) for scene in self.scenes]
        for who, office in (*offices, (self.researcher, RESEARCHER)):
            self._carry(consortium.proposeOffice(who, office, "机构", closes, by))
        packages = self.alliance.adopt(REFERRAL_PACKAGE, self.founders[:3])
        self.profiles = self.places.profiles | {REFERRAL_PACKAGE: packages}
        self.open = consortium.proposeAgreement(EVIDENCE, closes, by).events[0]["id"]
        carried = consortium.proposeAgreement(EVIDENCE, closes, by)
        self.carried = carried.events[0]["id"]
        for voter in (*self.hospitals, self.here.house):
            consortium.vote(self.carried, True, {"from": voter})
        research, by = self.alliance.contracts["Research"], {"from": self.researcher}
        self.study = research.registerStudy(EVIDENCE, EVIDENCE, by).events[0]["study"]

    def _carry(self, proposed: Any) -> None:
        self.alliance.carry(proposed, self.founders[:3])

    def _meet(self) -> None:
        self._each("relate", self.profiles)
        self._each("meet")
