"""A deployment on which every event of every contract has happened, by direct calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chartkey.chain.call import Call
from chartkey.chain.events import events
from chartkey.chain.forward import execute_call, sign_forward
from chartkey.chain.network import Network, connect
from chartkey.chain.typed import (
    attestation_hash,
    sign_anchor,
    sign_attestation,
    sign_registration,
)
from chartkey.crypto.digest import keccak256
from chartkey.models import (
    ZERO32,
    AccessRequest,
    Action,
    Anchor,
    Attestation,
    Authored,
    Details,
    GrantTerms,
    Opening,
    Profile,
    Registration,
    Role,
    Scope,
    Standing,
)

from scripts.alliance.artifacts import ORDER
from tests.chains import AGREEMENT, HOUSES, Chain, deploy, person

KEY = b"an encryption key, long enough for the registrar to take it" * 2
CARDIOLOGY = keccak256(b"a department")
PROFILE = Profile(1, 1, keccak256(b"a standard"), 0, True)
HIDDEN = Profile(0, 1, keccak256(b"the patient's choice"), 0, True)
FAR = 4_000_000_000
CONTRACTS = len(ORDER) + 11
"""What is deployed when the scene has been played: the contracts, and its relationships."""


class Actor:
    """Somebody with a key, who signs whatever is asked."""

    def __init__(self, name: str) -> None:
        self.account = person(name)
        self.address: str = self.account.address
        self.padded = bytes(12) + bytes.fromhex(self.address[2:])

    def sign_hash(self, digest: bytes) -> bytes:
        return bytes(self.account.unsafe_sign_hash(digest).signature)


LEAD, HOSPITAL, CLINIC = (Actor(name) for name in HOUSES)
PATIENT, FRIEND, STRANGER = Actor("张三"), Actor("李四"), Actor("王五")
DOCTOR, SURGEON, APPLICANT = Actor("赵医生"), Actor("钱医生"), Actor("孙医生")
REGULATOR = Actor("市卫健委")
FUNDED = (PATIENT, FRIEND, STRANGER, DOCTOR, SURGEON, APPLICANT)


def identifier(text: str) -> bytes:
    """A 32-byte id that follows from a text."""
    return keccak256(text.encode())


@dataclass
class Scene:
    """A network and the people who act on it."""

    chain: Chain
    network: Network

    @classmethod
    def on(cls, chain: Chain) -> Scene:
        """Deploy, and give everybody a little ether."""
        manifest = deploy(chain.rpc)
        for actor in FUNDED:
            chain.fund(actor.address, 1)
        return cls(chain, connect(chain.rpc, manifest))

    def act(self, actor: Actor, call: Call) -> None:
        """Send a call and wait for it; it must succeed."""
        sent = {
            "to": call.to,
            "data": call.data,
            "gas": 3_000_000,
            "gasPrice": 1,
            "value": 0,
            "chainId": self.network.chain_id,
            "nonce": int(
                self.chain.request("eth_getTransactionCount", actor.address, "latest"), 16
            ),
        }
        raw = actor.account.sign_transaction(sent).raw_transaction
        receipt = self.chain.receipt(self.chain.request("eth_sendRawTransaction", "0x" + raw.hex()))
        assert int(receipt["status"], 16) == 1, call

    @property
    def soon(self) -> int:
        """A deadline for a proposal."""
        return self.network.block_time() + 7200

    def vote(self, call: Call, *, against: Actor | None = None) -> None:
        """Propose as lead, have lead and hospital vote for it, and enact it."""
        consortium = self.network.consortium
        self.act(LEAD, call)
        id = consortium.census().proposal_count
        if against:
            self.act(against, consortium.vote(id, False))
        for member in (LEAD, HOSPITAL):
            self.act(member, consortium.vote(id, True))
        opened = events(self.network, names=["ProposalOpened"], topics=[id])
        self.act(STRANGER, consortium.enact(id, next(opened).args["parameters"]))

    def found(self) -> None:
        """Sign; admit a regulator; adopt two profiles; enrol."""
        consortium, registrar = self.network.consortium, self.network.registrar
        for founder in (LEAD, HOSPITAL, CLINIC):
            self.act(founder, consortium.sign_agreement(AGREEMENT))
        for founder in (LEAD, HOSPITAL, CLINIC):
            self.act(founder, registrar.enrol(1, KEY))
        self.vote(consortium.propose_regulator(REGULATOR.address, "市卫健委", self.soon))
        self.vote(consortium.propose_profile(PROFILE, self.soon), against=CLINIC)
        self.vote(consortium.propose_profile(HIDDEN, self.soon))

    def register(self, institution: Actor, who: Actor, role: Role) -> None:
        """Have an institution register somebody, who signs for it."""
        registration = Registration(institution.address, who.address, role, 1, keccak256(KEY), FAR)
        signature = sign_registration(self.network, who, registration)  # type: ignore[arg-type]
        call = self.network.registrar.register(
            registration, KEY, identifier(f"handle of {who.address}"), signature
        )
        self.act(institution, call)

    def people(self) -> None:
        """Register patients and clinicians, one of whom applied first; open a department."""
        registrar = self.network.registrar
        self.register(HOSPITAL, PATIENT, Role.PATIENT)
        self.register(CLINIC, FRIEND, Role.PATIENT)
        self.register(HOSPITAL, DOCTOR, Role.CLINICIAN)
        self.register(CLINIC, SURGEON, Role.CLINICIAN)
        self.act(APPLICANT, registrar.apply_for(Role.CLINICIAN, 1, KEY))
        self.act(CLINIC, registrar.certify(APPLICANT.address, identifier("handle")))
        self.act(STRANGER, registrar.apply_for(Role.PATIENT, 1, KEY))
        self.act(HOSPITAL, registrar.set_department(CARDIOLOGY, Standing.ACTIVE))
        active = Standing.ACTIVE
        self.act(HOSPITAL, registrar.set_affiliation(DOCTOR.address, CARDIOLOGY, active))
        self.act(CLINIC, registrar.set_affiliation(SURGEON.address, CLINIC.padded, active))

    def opening(self, owner: Actor, institution: Actor, nonce: int = 0) -> Opening:
        return Opening(
            owner.address,
            institution.address,
            nonce,
            LEAD.address,
            identifier("commitment"),
            1,
            1,
            b"wrapped to the owner",
            b"wrapped to the institution",
        )

    def relate(self) -> str:
        """Make the relationship of patient and hospital, accepted; return its address."""
        factory = self.network.factory
        self.act(HOSPITAL, factory.propose(self.opening(PATIENT, HOSPITAL)))
        address = factory.relationship_of(PATIENT.address, HOSPITAL.address, 0)
        self.act(PATIENT, self.network.relationship(address).accept())
        return address

    def authored(self, relationship: str, record: bytes, **changed: Any) -> Authored:
        """A clinician's part of a record, signed."""
        terms: dict[str, Any] = {
            "parent": ZERO32,
            "kind": 1,
            "profile": self.network.consortium.profile_id(PROFILE),
            "affiliation": CARDIOLOGY,
            "content_root": identifier("content"),
            "deadline": FAR,
        }
        signed = Attestation(relationship=relationship, record_id=record, **(terms | changed))
        signature = sign_attestation(self.network, DOCTOR, signed)  # type: ignore[arg-type]
        locator = b"locator of " + record
        return Authored(signed, DOCTOR.address, signature, identifier("leaf 0"), locator)

    def anchor(
        self, relationship: str, record: bytes, epoch: int, nonce: int, parent: bytes = ZERO32
    ) -> None:
        """Anchor a record that doctor and patient both signed."""
        authored = self.authored(relationship, record, parent=parent)
        anchor = Anchor(
            attestation=attestation_hash(authored.attestation),
            root=keccak256(b"\1", authored.leaf0, authored.attestation.content_root),
            locator_hash=keccak256(authored.locator),
            epoch=epoch,
            nonce=nonce,
            deadline=FAR,
        )
        signature = sign_anchor(self.network, PATIENT, relationship, anchor)  # type: ignore[arg-type]
        call = self.network.relationship(relationship).anchor(authored, anchor, signature)
        self.act(STRANGER, call)

    def attest(self, relationship: str, record: bytes, epoch: int) -> None:
        """Anchor a record of kind 0 that the patient did not answer in time."""
        profile = self.network.consortium.profile_id(HIDDEN)
        authored = self.authored(relationship, record, kind=0, profile=profile, deadline=1)
        call = self.network.relationship(relationship).anchor_attested(authored, epoch)
        self.act(HOSPITAL, call)

    def ask(self, relationship: str, salt: str) -> bytes:
        """Have the surgeon ask for access; return the request's id."""
        request = AccessRequest(
            identifier(salt), CLINIC.padded, Scope.KIND, "TREAT", kind=1, reason=b"sealed"
        )
        self.act(SURGEON, self.network.relationship(relationship).request_access(request))
        return keccak256(bytes.fromhex(SURGEON.address[2:]), identifier(salt))

    def grant(self, relationship: str, id: bytes, **changed: Any) -> None:
        """Grant kind 1 to the surgeon, unless told otherwise."""
        terms: dict[str, Any] = {
            "viewer": SURGEON.address,
            "scope": Scope.KIND,
            "purpose": "TREAT",
            "expires_at": FAR,
            "key_version": 1,
            "wrap": b"the grant key, wrapped",
            "affiliation": CLINIC.padded,
            "kind": 1,
            "consent": identifier("consent text"),
        }
        call = self.network.relationship(relationship).grant_access(
            GrantTerms(id=id, **(terms | changed))
        )
        self.act(PATIENT, call)

    def share(self, relationship: str) -> None:
        """Records, requests, grants, revocations: everything a relationship can tell."""
        ppr = self.network.relationship(relationship)
        first, second = identifier("first"), identifier("second")
        self.anchor(relationship, first, epoch=1, nonce=0)
        self.grant(relationship, b"a" * 16, request=self.ask(relationship, "granted"))
        refused = self.ask(relationship, "refused")
        self.ask(relationship, "open")
        self.act(PATIENT, ppr.refuse_request(refused))
        self.act(PATIENT, ppr.refuse_request(identifier("never arrived")))
        self.act(PATIENT, ppr.revoke_access(b"a" * 16))
        self.act(PATIENT, ppr.revoke_access(b"b" * 16))
        self.anchor(relationship, second, epoch=2, nonce=300, parent=first)
        self.attest(relationship, identifier("attested"), epoch=2)
        self.attest(relationship, identifier("never confirmed"), epoch=2)
        self.act(PATIENT, ppr.confirm_record(identifier("attested")))
        self.share_widely(relationship)
        self.act(PATIENT, ppr.rewrap_root(2, b"the root, wrapped again"))

    def share_widely(self, relationship: str) -> None:
        """Grant a record to a friend, everything to a house, a kind for a day; revoke one."""
        second, day = identifier("second"), self.network.block_time() + 86_400
        self.grant(
            relationship,
            b"c" * 16,
            viewer=FRIEND.address,
            affiliation=ZERO32,
            scope=Scope.RECORD,
            kind=0,
            record_id=second,
            purpose="FAMRQT",
        )
        wide = {"viewer": CLINIC.address, "scope": Scope.EVERYTHING, "kind": 0}
        self.grant(relationship, b"d" * 16, **wide)
        self.grant(relationship, b"f" * 16)
        self.grant(relationship, b"e" * 16, expires_at=day)
        # The next record would have to open an epoch; none comes.
        self.act(PATIENT, self.network.relationship(relationship).revoke_access(b"f" * 16))

    def close(self) -> None:
        """Refuse, end and preclude relationships; relay a call, give up a nonce."""
        network = self.network
        self.act(FRIEND, network.factory.preclude(FRIEND.address, HOSPITAL.address, 0))
        self.act(CLINIC, network.factory.propose(self.opening(PATIENT, CLINIC)))
        gone = network.factory.relationship_of(PATIENT.address, CLINIC.address, 0)
        self.act(PATIENT, network.relationship(gone).refuse())
        self.act(PATIENT, network.factory.propose(self.opening(PATIENT, CLINIC, 1)))
        gone = network.factory.relationship_of(PATIENT.address, CLINIC.address, 1)
        self.act(PATIENT, network.relationship(gone).end())
        publish = network.registrar.publish_key(1, KEY + b"again")
        signed = sign_forward(network, PATIENT, publish, nonce=7)  # type: ignore[arg-type]
        self.act(CLINIC, execute_call(signed))
        self.act(PATIENT, network.forwarder.cancel(8))

    def govern(self, relationship: str) -> None:
        """Change mirror, suspend people, retire, adopt, expel and admit again."""
        network, soon = self.network, self.soon
        consortium, registrar = network.consortium, network.registrar
        self.act(PATIENT, network.relationship(relationship).change_mirror(CLINIC.address))
        self.act(CLINIC, registrar.set_licence(APPLICANT.address, Standing.SUSPENDED))
        self.act(HOSPITAL, registrar.set_department(CARDIOLOGY, Standing.SUSPENDED))
        hidden = consortium.profile_id(HIDDEN)
        self.vote(consortium.propose_profile_retirement(hidden, soon))
        self.vote(consortium.propose_regulator_removal(REGULATOR.address, soon))
        self.vote(consortium.propose_standing(CLINIC.address, Action.SUSPEND_INSTITUTION, soon))
        self.vote(consortium.propose_standing(CLINIC.address, Action.RESTORE_INSTITUTION, soon))
        self.vote(consortium.propose_standing(CLINIC.address, Action.EXPEL_INSTITUTION, soon))
        details = Details("城北社区卫生服务中心", "1" * 18, "0002", "一级", 1)
        self.vote(consortium.propose_institution(CLINIC.address, details, soon))
        newcomer = Details("县中医院", "2" * 18, "0004", "二级甲等", 2)
        self.vote(consortium.propose_institution(STRANGER.address, newcomer, soon))
        self.vote(consortium.propose_agreement(identifier("第二版"), soon))
        self.act(CLINIC, consortium.sign_agreement(identifier("第二版")))

    def play(self) -> str:
        """Play everything; return the address of patient's and hospital's relationship."""
        self.found()
        self.people()
        relationship = self.relate()
        self.share(relationship)
        self.close()
        self.govern(relationship)
        return relationship
