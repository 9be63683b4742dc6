"""A small alliance's history, told in hand-made events: every event the contracts have."""

from __future__ import annotations

from typing import Any

from chartkey.chain.codec import CONTRACTS as NAMES
from chartkey.chain.event import Event
from chartkey.chain.manifest import Deployed, InstitutionEntry, Manifest
from eth_abi import encode
from eth_hash.auto import keccak

GENESIS = 1_760_000_000
"""Block 0's time; a block comes every ten seconds."""


def account(number: int) -> str:
    """An EIP-55 address that is easy to tell apart."""
    from chartkey.chain.address import checksum

    return checksum("0x" + number.to_bytes(20, "big").hex())


CONTRACTS = {name: account(0xAAA0 + place) for place, name in enumerate(NAMES)}
NOBODY = "0x" + "0" * 40
ZERO32 = bytes(32)
HOSPITAL, CLINIC, LEAD = account(0xA1), account(0xA2), account(0xA3)
PATIENT, FRIEND, DOCTOR, SURGEON = account(0xB1), account(0xB2), account(0xC1), account(0xC2)
NEWCOMER = account(0xB9)
REGULATOR, RELAY = account(0xD1), account(0xD2)
RELATIONSHIP, CLOSED = account(0xE1), account(0xE2)
SUMMARIES = {who: account(0xF000 + i) for i, who in enumerate((HOSPITAL, CLINIC, LEAD))}
SUMMARIES |= {
    who: account(0xF100 + i) for i, who in enumerate((PATIENT, FRIEND, DOCTOR, SURGEON, NEWCOMER))
}

MANIFEST = Manifest(
    chain_id=1337,
    deployment_block=0,
    contracts={name: Deployed(address, ZERO32) for name, address in CONTRACTS.items()},
    confirmations=1,
    max_head_age=None,
    institutions=(InstitutionEntry(CLINIC, "目录里的诊所", "custodian", "store"),),
    development_chains=(1337,),
)

CARDIOLOGY = bytes([7]) * 32
AGREEMENT, NEXT_AGREEMENT = b"\1" * 32, b"\2" * 32
PROFILE_TYPE = "(uint8,uint32,bytes32,uint256,bool)"
DETAILS_TYPE = "(string,string,string,string,uint8)"
CONTENT = {
    "kind": 1,
    "version": 1,
    "documentHash": b"\x0d" * 32,
    "requiredKinds": 0,
    "obtainable": True,
}
PROFILE = keccak(encode([PROFILE_TYPE], [tuple(CONTENT.values())]))
FIRST, SECOND, HIDDEN = b"\x11" * 32, b"\x12" * 32, b"\x13" * 32
GRANT, WIDE, TOMBSTONE, FRIENDS = b"\x21" * 16, b"\x22" * 16, b"\x23" * 16, b"\x24" * 16
ASKED, REFUSED, EARLY = b"\x31" * 32, b"\x32" * 32, b"\x33" * 32
TREAT = b"TREAT".ljust(16, b"\0")
KEY = b"k" * 64


def details(name: str, grade: str = "三级甲等", tier: int = 3) -> dict[str, Any]:
    return {
        "name": name,
        "creditCode": "12100000400000456T",
        "localCode": "PDY00001X",
        "grade": grade,
        "tier": tier,
    }


def attestation(record: bytes, parent: bytes = ZERO32, kind: int = 1) -> dict[str, Any]:
    return {
        "relationship": RELATIONSHIP,
        "recordId": record,
        "parent": parent,
        "kind": kind,
        "profile": PROFILE,
        "affiliation": CARDIOLOGY,
        "contentRoot": b"\5" * 32,
        "deadline": GENESIS + 99_999,
    }


class Story:
    """Events in chain order, one to a block unless told otherwise."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.block = 0

    def tell(self, contract: str, event: str, *, address: str | None = None, **args: Any) -> Event:
        """Add an event of the next block."""
        self.block += 1
        told = Event(
            contract=contract,
            address=address or CONTRACTS[contract],
            name=event,
            args=args,
            block=self.block,
            block_hash=self.block.to_bytes(32, "big"),
            tx=bytes([0xEE]) + self.block.to_bytes(31, "big"),
            log_index=0,
            timestamp=GENESIS + 10 * self.block,
        )
        self.events.append(told)
        return told

    def found(self, *members: str) -> None:
        """Found the consortium and have everybody sign."""
        names = dict(
            zip((HOSPITAL, CLINIC, LEAD), ("省人民医院", "城南社区诊所", "市联盟"), strict=True)
        )
        self.tell(
            "Consortium",
            "ConsortiumCreated",
            founders=members,
            details=tuple(details(names[member]) for member in members),
            agreement=AGREEMENT,
        )
        for signed, member in enumerate(members, 1):
            self.sign(member, signed, len(members) - signed)

    def sign(self, member: str, electorate: int, unsigned: int, version: bytes = AGREEMENT) -> None:
        self.tell(
            "Consortium",
            "AgreementSigned",
            institution=member,
            agreement=version,
            electorate=electorate,
            unsigned=unsigned,
        )

    def propose(self, id: int, action: int, types: list[str], *values: Any, round: int = 1) -> None:
        """Open a proposal and have lead and hospital vote for it."""
        self.tell(
            "Consortium",
            "ProposalOpened",
            id=id,
            proposer=LEAD,
            action=action,
            closesAt=GENESIS + 86_400,
            round=round,
            parameters=encode(types, values),
        )
        for yes, member in enumerate((LEAD, HOSPITAL), 1):
            self.tell("Consortium", "VoteCast", id=id, member=member, approve=True, yes=yes, no=0)

    def standing(self, id: int, member: str, standing: int, electorate: int, round: int) -> None:
        self.tell(
            "Consortium",
            "StandingChanged",
            id=id,
            institution=member,
            standing=standing,
            electorate=electorate,
            round=round,
        )

    def enrol(self, institution: str) -> None:
        summary = SUMMARIES[institution]
        self.tell("Summary", "SummaryOpened", address=summary, owner=institution)
        self.tell(
            "Registrar",
            "InstitutionEnrolled",
            institution=institution,
            summary=summary,
            suite=1,
            key=KEY,
        )

    def register(self, person: str, role: int, institution: str, handle: bytes) -> None:
        summary = SUMMARIES[person]
        self.tell("Summary", "SummaryOpened", address=summary, owner=person)
        self.tell(
            "Registrar",
            "PersonRegistered",
            account=person,
            institution=institution,
            handle=handle,
            role=role,
            summary=summary,
            suite=1,
            key=KEY,
        )

    def affiliate(
        self, clinician: str, institution: str, affiliation: bytes, standing: int
    ) -> None:
        self.tell(
            "Registrar",
            "AffiliationChanged",
            clinician=clinician,
            institution=institution,
            affiliation=affiliation,
            standing=standing,
        )

    def relate(self) -> None:
        """Propose, list and accept the relationship of the patient with the hospital."""
        pair = {"owner": PATIENT, "institution": HOSPITAL}
        self.tell(
            "RelationshipFactory",
            "RelationshipCreated",
            **pair,
            relationship=RELATIONSHIP,
            nonce=0,
        )
        self.ppr(
            "RelationshipProposed",
            **pair,
            proposer=HOSPITAL,
            mirror=LEAD,
            rootCommitment=b"\4" * 32,
            ownerKeyVersion=1,
            institutionKeyVersion=1,
            ownerWrap=b"w",
            institutionWrap=b"w",
        )
        for owner in (PATIENT, HOSPITAL):
            self.tell(
                "Summary",
                "RelationshipListed",
                address=SUMMARIES[owner],
                owner=owner,
                relationship=RELATIONSHIP,
                index=0,
            )
        self.ppr("StatusChanged", by=PATIENT, status=2)

    def ppr(self, event: str, **args: Any) -> Event:
        """Add an event of the relationship."""
        return self.tell("Relationship", event, address=RELATIONSHIP, **args)

    def anchor(
        self,
        record: bytes,
        *,
        parent: bytes = ZERO32,
        kind: int = 1,
        epoch: int = 1,
        nonce: int = 0,
        status: int = 1,
    ) -> None:
        self.ppr(
            "RecordAnchored",
            recordId=record,
            author=DOCTOR,
            parent=parent,
            attestation=attestation(record, parent, kind),
            status=status,
            epoch=epoch,
            root=b"\6" * 32,
            nonce=nonce,
            locator=b"locator of " + record,
        )

    def ask(self, request: bytes, open: int = 1) -> None:
        self.ppr(
            "AccessRequested",
            request=request,
            viewer=SURGEON,
            affiliation=bytes(12) + bytes.fromhex(CLINIC[2:]),
            scope=2,
            kind=1,
            recordId=ZERO32,
            purpose=TREAT,
            reason=b"sealed",
            open=open,
        )

    def grant(self, id: bytes, **changed: Any) -> None:
        """Grant every kind 1 record to the clinic's surgeon, unless told otherwise."""
        terms: dict[str, Any] = {
            "viewer": SURGEON,
            "id": id,
            "request": ZERO32,
            "affiliation": bytes(12) + bytes.fromhex(CLINIC[2:]),
            "scope": 2,
            "kind": 1,
            "recordId": ZERO32,
            "purpose": TREAT,
            "expiresAt": GENESIS + 50_000,
            "consent": b"\7" * 32,
            "keyVersion": 1,
            "wrap": b"wrapped",
        }
        self.ppr("AccessGranted", **(terms | changed))


def alliance() -> Story:
    """Three founders, a regulator, a profile; two clinicians, two patients."""
    story = Story()
    story.found(LEAD, HOSPITAL, CLINIC)
    story.propose(1, 5, ["address", "string"], REGULATOR, "市卫健委")
    story.tell(
        "Consortium", "RegulatorChanged", id=1, regulator=REGULATOR, admitted=True, name="市卫健委"
    )
    story.propose(2, 7, [PROFILE_TYPE], tuple(CONTENT.values()))
    story.tell("Consortium", "ProfileAdopted", id=2, profile=PROFILE, content=CONTENT)
    for institution in (LEAD, HOSPITAL, CLINIC):
        story.enrol(institution)
    story.register(PATIENT, 1, HOSPITAL, b"\x41" * 32)
    story.register(FRIEND, 1, CLINIC, b"\x42" * 32)
    story.register(DOCTOR, 2, HOSPITAL, b"\x43" * 32)
    story.register(SURGEON, 2, CLINIC, b"\x44" * 32)
    story.tell(
        "Registrar",
        "DepartmentChanged",
        institution=HOSPITAL,
        department=CARDIOLOGY,
        standing=1,
    )
    story.affiliate(DOCTOR, HOSPITAL, CARDIOLOGY, 1)
    story.affiliate(SURGEON, CLINIC, bytes(12) + bytes.fromhex(CLINIC[2:]), 1)
    return story


def shared() -> Story:
    """The alliance, and a patient's record that the clinic's surgeon was granted."""
    story = alliance()
    story.relate()
    story.anchor(FIRST, nonce=5)
    story.ask(ASKED)
    story.grant(GRANT, request=ASKED)
    return story


def everything() -> Story:
    """A history with every event the contracts have, at least once."""
    story = shared()
    story.ask(REFUSED)
    story.ppr("RequestRefused", request=REFUSED, viewer=SURGEON)
    story.ppr("RequestRefused", request=EARLY, viewer=NOBODY)
    story.ppr("AccessRevoked", id=GRANT)
    story.ppr("AccessRevoked", id=TOMBSTONE)
    story.anchor(SECOND, parent=FIRST, epoch=2, nonce=300)
    story.anchor(HIDDEN, kind=0, epoch=2, status=2)
    story.ppr("RecordConfirmed", recordId=HIDDEN)
    story.ppr("MirrorChanged", mirror=CLINIC)
    story.ppr("RootRewrapped", party=PATIENT, keyVersion=2, wrap=b"again")
    story.tell("Registrar", "KeyPublished", account=PATIENT, version=2, suite=1, key=b"n" * 64)
    story.tell("Registrar", "LicenceChanged", clinician=SURGEON, institution=CLINIC, standing=2)
    story.tell("Registrar", "PersonApplied", account=NEWCOMER, role=2, suite=1, key=KEY)
    story.tell("Summary", "SummaryOpened", address=SUMMARIES[NEWCOMER], owner=NEWCOMER)
    story.tell(
        "Registrar",
        "PersonCertified",
        account=NEWCOMER,
        institution=CLINIC,
        handle=b"\x45" * 32,
        summary=SUMMARIES[NEWCOMER],
    )
    story.tell(
        "RelationshipFactory",
        "RelationshipPrecluded",
        owner=FRIEND,
        institution=HOSPITAL,
        relationship=CLOSED,
        nonce=0,
    )
    forwarded = {"from": PATIENT, "to": CONTRACTS["Registrar"], "relay": RELAY, "nonce": 7}
    forwarded["signer"] = PATIENT
    story.tell("Forwarder", "CallForwarded", **forwarded)
    story.tell("Forwarder", "NonceCancelled", **{"from": PATIENT, "nonce": 8})
    story.propose(3, 8, ["bytes32"], PROFILE)
    story.tell("Consortium", "ProfileRetired", id=3, profile=PROFILE)
    story.propose(4, 9, ["bytes32"], NEXT_AGREEMENT)
    story.tell("Consortium", "AgreementAdopted", id=4, agreement=NEXT_AGREEMENT)
    story.propose(5, 4, ["address"], CLINIC)
    story.standing(5, CLINIC, 4, 2, 2)
    renamed = details("城南社区卫生服务中心", "一级", 1)
    admitted = (CLINIC, tuple(renamed.values()))
    story.propose(6, 1, ["address", DETAILS_TYPE], *admitted, round=2)
    story.tell(
        "Consortium",
        "InstitutionAdmitted",
        id=6,
        institution=CLINIC,
        details=renamed,
        index=2,
    )
    return story
