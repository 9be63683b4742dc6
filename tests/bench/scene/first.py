"""The chapters of a life that tell of consortium, registrar and relationships."""

from __future__ import annotations

from typing import Any

from tests.bench.scene.batch import Batch
from tests.bench.scene.ward import (
    ACTIVE,
    CLINICIAN,
    DAY,
    DIAGNOSES,
    KIND,
    PATIENT,
    RSA_3072_KEY_BYTES,
    RSA_3072_WRAP_BYTES,
    ZERO,
    Ward,
)
from tests.chains import AGREEMENT, person

HOUR = 3_600
REFERRAL_PACKAGE = 24
NOBODY = "0x" + "00" * 20
TREAT = b"TREAT".ljust(16, b"\0")
ANY_DIRECTION = 0b111_111_111


class First(Ward):
    """The first contracts, and the gas of what is called by function."""

    def __init__(self, rpc: str) -> None:
        super().__init__(rpc)
        self.gas: dict[str, int] = {}
        self.lead, self.clinic, self.hospital, self.fourth = self.houses
        self.alice, self.bob = person("王小明"), person("赵小红")
        self.doctor, self.surgeon = person("李医生"), person("王医生")
        self.insurer, self.researcher = person("医保局"), person("研究所")
        self.relay_ = self.fourth

    def count(self, actor: Any, call: Any, name: str = "") -> int:
        """Let somebody call a function, relayed for the count and then directly; keep both."""
        name = name or call.fn_name
        self.gas[f"{name}_relayed"] = self.tried(lambda: self.relay(self.relay_, actor, call))
        self.gas[name] = self.pay(actor, call)
        return self.gas[name]

    def consortium_chapter(self) -> None:
        f = self.consortium.functions
        newcomer, regulator, sealer = person("镇卫生院"), person("卫健委"), person("sealer")
        details = ("镇卫生院", "12110000400686022T", "110101", "一级甲等", 1)
        text = "(string,string,string,string,uint8)"
        rules = (ANY_DIRECTION, True, 1_000, 0)
        rules_type = "(uint16,bool,uint16,uint256)"
        one = ["address"]
        self.vote(f.proposeInstitution, newcomer.address, details, types=["address", text])
        self.count(newcomer, f.signAgreement(AGREEMENT))
        for action in (2, 3, 4):
            call = f.proposeStanding(newcomer.address, action, self.now() + DAY)
            self.enact(call, one, [newcomer.address], f"enact_standing_{action}")
        self.vote(f.proposeRegulator, regulator.address, "卫健委", types=["address", "string"])
        self.vote(f.proposeRegulatorRemoval, regulator.address, types=one)
        content = (1, 1, self.bytes(32), 0, True)
        self.vote(f.proposeProfile, content, types=["(uint8,uint32,bytes32,uint256,bool)"])
        profile = f.profileId(content).call()
        self.vote(f.proposeProfileRetirement, profile, types=["bytes32"])
        self.vote(f.proposeAgreement, self.bytes(32), types=["bytes32"])
        self.vote(f.proposeReferralRules, rules, types=[rules_type])
        self.vote(
            f.proposeAlliance, self.clinic.address, self.bytes(32), types=["address", "bytes32"]
        )
        self.vote(f.proposeStop, HOUR, types=["uint32"])
        self.vote(f.proposeResume, types=[])
        self.vote(f.proposeSealer, sealer.address, self.clinic.address, types=["address"] * 2)
        self.vote(f.proposeSealerRemoval, sealer.address, types=one)
        office = ["address", "uint8", "string"]
        self.vote(f.proposeOffice, self.insurer.address, 1, "医保局", types=office)
        self.vote(f.proposeOfficeEnd, self.insurer.address, types=one)
        self.carry(f.proposeOffice, self.insurer.address, 1, "医保局", types=office)
        self.carry(f.proposeOffice, self.researcher.address, 2, "研究所", types=office)
        self.vote(f.proposeFactory, self.factory.address, types=one)

    def vote(self, propose: Any, *values: Any, types: list[str]) -> None:
        """Count a proposal, a vote on it and its enactment."""
        call = propose(*values, self.now() + DAY)
        self.enact(call, types, list(values), f"enact_{call.fn_name.removeprefix('propose')}")

    def enact(self, call: Any, types: list[str], values: list[Any], name: str) -> None:
        f = self.consortium.functions
        if call.fn_name == "proposeStanding":
            values = values[:1]
        self.count(self.lead, call)
        number = f.census().call()[4]
        self.count(self.lead, f.vote(number, True))
        for house in (self.clinic, self.hospital):
            self.pay(house, f.vote(number, True))
        encoded = self.web3.codec.encode(types, values)
        self.count(self.lead, f.enact(number, encoded), name)
        self.gas["enact"] = max(self.gas.get("enact", 0), self.gas[name])
        relayed = self.gas[f"{name}_relayed"]
        self.gas["enact_relayed"] = max(self.gas.get("enact_relayed", 0), relayed)

    def registrar_chapter(self) -> None:
        f, key = self.registrar.functions, self.bytes(RSA_3072_KEY_BYTES)
        self.count(self.clinic, self.registering(self.clinic, self.alice, PATIENT))
        self.register(self.hospital, self.bob, PATIENT)
        self.register(self.clinic, self.doctor, CLINICIAN)
        self.register(self.hospital, self.surgeon, CLINICIAN)
        self.count(self.alice, f.publishKey(1, key))
        self.count(self.alice, f.publishDemographics(self.bytes(32), self.bytes(64)))
        applicant = person("申请人")
        self.count(applicant, f.applyFor(PATIENT, 1, key))
        self.count(self.clinic, f.certify(applicant.address, self.bytes(32)))
        self.ward_, self.room = self.bytes(32), self.bytes(32)
        self.count(self.clinic, f.setDepartment(self.ward_, ACTIVE))
        self.count(self.clinic, f.setAffiliation(self.doctor.address, self.ward_, ACTIVE))
        self.pay(self.hospital, f.setDepartment(self.room, ACTIVE))
        self.pay(self.hospital, f.setAffiliation(self.surgeon.address, self.room, ACTIVE))
        self.count(self.clinic, f.setLicence(self.doctor.address, 2))
        self.pay(self.clinic, f.setLicence(self.doctor.address, ACTIVE))
        handle = self.bytes(32)
        self.count(self.hospital, f.bindHandle(handle, self.alice.address))
        self.count(self.hospital, f.releaseHandle(handle))
        self.chart = person("无名氏")
        self.count(self.doctor, self.registering(self.clinic, self.chart, PATIENT, self.ward_))
        member = person("县医院")
        details = ("县医院", "12110000400686022T", "110101", "二级甲等", 2)
        types = ["address", "(string,string,string,string,uint8)"]
        self.carry(
            self.consortium.functions.proposeInstitution, member.address, details, types=types
        )
        agreement = self.consortium.functions.agreement().call()
        self.pay(member, self.consortium.functions.signAgreement(agreement))
        self.count(member, f.enrol(1, key))

    def registering(self, house: Any, account: Any, role: int, affiliation: bytes = b"") -> Any:
        """Return the call that registers a person, or with an affiliation opens a chart."""
        key = self.bytes(RSA_3072_KEY_BYTES)
        registration = {
            "institution": house.address,
            "account": account.address,
            "role": role,
            "suite": 1,
            "keyHash": self.web3.keccak(key),
            "deadline": self.now() + DAY,
        }
        signature = self.sign(account, self.registrar, "Chartkey Registrar", registration)
        given = (tuple(registration.values()), key, self.bytes(32), signature)
        f = self.registrar.functions
        return f.openChart(affiliation, *given) if affiliation else f.register(*given)

    def relationship_chapter(self) -> None:
        f = self.factory.functions
        self.ppr = self.counted_relationship(self.clinic, self.alice, 0)
        self.count(self.alice, self.ppr.functions.accept())
        refused = self.counted_relationship(self.hospital, self.alice, 0)
        self.count(self.alice, refused.functions.refuse())
        ended = self.counted_relationship(self.hospital, self.alice, 1)
        self.count(self.hospital, ended.functions.end())
        self.count(self.alice, f.preclude(self.alice.address, self.hospital.address, 2))
        self.count(self.alice, self.ppr.functions.changeMirror(self.fourth.address))
        wrap = self.bytes(RSA_3072_WRAP_BYTES)
        self.count(self.alice, self.ppr.functions.rewrapRoot(2, wrap))
        self.held = self.counted_relationship(self.clinic, self.chart, 0)
        self.pay(self.chart, self.held.functions.accept())
        replacement = {
            "account": self.chart.address,
            "successor": self.bob.address,
            "deadline": self.now() + DAY,
        }
        signed = [
            self.sign(one, self.registrar, "Chartkey Registrar", replacement)
            for one in (self.chart, self.bob)
        ]
        merge = self.registrar.functions.merge(tuple(replacement.values()), *signed)
        self.count(self.clinic, merge)
        self.count(self.relay_, f.follow(self.held.address))

    def counted_relationship(self, house: Any, owner: Any, nonce: int) -> Any:
        wraps = [self.bytes(RSA_3072_WRAP_BYTES) for _ in range(2)]
        pair = (owner.address, house.address, nonce)
        opening = (*pair, self.lead.address, self.bytes(32), 1, 1, *wraps)
        self.count(house, self.factory.functions.propose(opening))
        clone = self.factory.functions.relationshipOf(*pair).call()
        return self._contract("Relationship", clone)

    def records_chapter(self) -> None:
        f = self.ppr.functions
        package = self.adopt_profile(REFERRAL_PACKAGE)
        written = self.written()
        self.count(self.clinic, f.anchor(*written))
        self.record = written[0][0][1]
        packed = self.written(kind=REFERRAL_PACKAGE, profile=package)
        self.pay(self.clinic, f.anchor(*packed))
        self.package = packed[0][0][1]
        late, _, _ = self.written(deadline=self.now() - 1)
        self.count(self.clinic, f.anchorAttested(late, 1))
        self.count(self.alice, f.confirmRecord(late[0][1]))
        name, host = b"laboratory".ljust(32, b"\0"), self.bytes(64)
        query = (self.bytes(32), ZERO, DIAGNOSES, self.profile, name, self.bytes(32), 1, host)
        self.count(self.clinic, f.anchorQuery(query))
        self.batch_chapter()

    def batch_chapter(self) -> None:
        """A batch of a thousand records, one of which is admitted."""
        written = self.written()
        batch = Batch(self.ppr.address, written, size=1_000, random=self.bytes)
        anchor = self.on("Batches").functions.anchorBatch(1_000, batch.root, self.bytes(32))
        self.count(self.clinic, anchor)
        call = self.ppr.functions.admit(*written, (1, *batch.inclusion))
        self.count(self.clinic, call)

    def written(self, **fields: Any) -> tuple[Any, Any, bytes]:
        return self.submission(self.ppr, self.alice, self.doctor, self.ward_, **fields)

    def consent_chapter(self) -> None:
        f = self.ppr.functions
        asked = []
        for _ in range(2):
            salt = self.bytes(32)
            request = (salt, self.room, KIND, DIAGNOSES, ZERO, TREAT, self.bytes(256))
            self.count(self.surgeon, f.requestAccess(request))
            types = ["address", "bytes32"]
            asked.append(self.web3.solidity_keccak(types, [self.surgeon.address, salt]))
        self.count(self.alice, f.refuseRequest(asked[0]))
        self.count(self.alice, f.grantAccess(self.terms(self.surgeon, self.room)))
        revoked = self.terms(self.surgeon, self.room)
        self.pay(self.alice, f.grantAccess(revoked))
        self.house = padded(self.hospital)
        self.granted = self.terms(self.hospital, self.house)
        self.pay(self.alice, f.grantAccess(self.granted))
        self.count(self.alice, f.revokeAccess(revoked[0]))


def padded(house: Any) -> bytes:
    """Return an institution's account as the affiliation of its own staff."""
    return bytes(12) + packed(house)


def packed(account: Any) -> bytes:
    """Return an account's 20 bytes."""
    return bytes.fromhex(account.address[2:])
