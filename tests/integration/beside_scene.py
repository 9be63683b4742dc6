"""An alliance that uses the contracts beside the relationships, through facades and senders."""

from __future__ import annotations

from itertools import count
from typing import Any

from chartkey.chain import Receipt, Sender
from chartkey.chain.address import packed
from chartkey.chain.appointments import slot_id
from chartkey.chain.call import Call
from chartkey.chain.forward import sign_forward
from chartkey.chain.registrar import institution_affiliation
from chartkey.chain.relationship import Relationship
from chartkey.chain.typed import attestation_hash, sign_anchor, sign_attestation
from chartkey.crypto.commitment import ContentTree, leaf0, record_root
from chartkey.crypto.digest import keccak256
from chartkey.models import (
    ZERO32,
    Anchor,
    Attestation,
    Authored,
    GrantTerms,
    Kind,
    Profile,
    ReferralRules,
    Role,
    Scope,
    Standing,
)

from tests.chains import HOUSES, Chain
from tests.world import Signer, World

HOUR, DAY = 3_600, 86_400
LOCATOR = b"locator".ljust(80, b".")
TIER_3_TO_TIER_3 = 1 << 8


def identifier(text: str) -> bytes:
    """A 32-byte id or salt that follows from a text."""
    return keccak256(text.encode())


def numbered(signer: Any, salt: bytes) -> bytes:
    """The id of what somebody made with a salt."""
    return keccak256(packed(signer.address), salt)


class Record:
    """A record that clinician and owner signed, with the seed and elements behind its root."""

    def __init__(self, scene: Beside, name: str, kind: Kind, deadline: int | None = None) -> None:
        world, relationship = scene.world, scene.relationship
        self.id, seed = identifier(name), identifier(f"{name}, seed")
        self.tree = ContentTree(seed, [name.encode(), "青霉素过敏".encode()])
        self.leaf0 = leaf0(seed, identifier("payload"), identifier("key"))
        attestation = Attestation(
            relationship=relationship.address,
            record_id=self.id,
            parent=ZERO32,
            kind=kind,
            profile=scene.profiles[kind],
            affiliation=scene.affiliation,
            content_root=self.tree.root,
            deadline=deadline or world.now() + DAY,
        )
        attested = sign_attestation(scene.network, world.clinician, attestation)
        self.authored = Authored(
            attestation, world.clinician.address, attested, self.leaf0, LOCATOR
        )
        self.confirmation = Anchor(
            attestation=attestation_hash(attestation),
            root=record_root(self.leaf0, self.tree.root),
            locator_hash=keccak256(LOCATOR),
            epoch=1,
            nonce=int.from_bytes(self.id, "big"),
            deadline=world.now() + DAY,
        )
        self.signature = sign_anchor(
            scene.network, world.patient, relationship.address, self.confirmation
        )


class Beside:
    """The world of ``World`` with profiles, rules, a relationship and a grant.

    The first house is the relationship's, the second its mirror; the third reads under the grant
    and has a clinician, 张医生.
    """

    def __init__(self, chain: Chain) -> None:
        self.chain, self.world, self._slots = chain, World(chain), count()
        self.network = self.world.network
        self.house, self.mirror, self.reader = map(self.world.sender, HOUSES)
        self.affiliation = institution_affiliation(self.house.address)
        self.profiles = {
            kind: self.adopt(kind) for kind in (Kind.LABORATORY, Kind.REFERRAL_PACKAGE)
        }
        rules = ReferralRules(TIER_3_TO_TIER_3, False, 10, 0)
        self.vote(self.network.consortium.propose_referral_rules(rules, self.soon))
        self.relationship: Relationship = self.world.related()
        self.colleague = self.somebody("张医生", Role.CLINICIAN)
        self.theirs = institution_affiliation(self.reader.address)
        affiliate = self.network.registrar.set_affiliation
        self.reader.send(affiliate(self.colleague.address, self.theirs, Standing.ACTIVE))
        self.grant = GrantTerms(
            id=b"g" * 16,
            viewer=self.reader.address,
            scope=Scope.EVERYTHING,
            purpose="TREAT",
            expires_at=self.world.now() + 90 * DAY,
            key_version=1,
            wrap=b"w" * 400,
            affiliation=self.theirs,
        )
        self.signed(self.world.patient, self.relationship.grant_access(self.grant))

    @property
    def soon(self) -> int:
        """A deadline for a proposal."""
        return self.world.now() + 2 * HOUR

    def somebody(self, name: str, role: Role = Role.PATIENT) -> Any:
        """A person whom the first house registered."""
        signer = Signer(name)
        self.world.register(signer, name, role)
        return signer

    def signed(self, signer: Any, call: Call) -> Receipt:
        """Relay what somebody without ether signed (P22)."""
        return self.house.relay(sign_forward(self.network, signer, call))

    def vote(self, proposal: Call) -> Receipt:
        """Propose, let two of the three members vote for it, and enact it."""
        consortium = self.network.consortium
        opened = self.house.send(proposal).event("ProposalOpened").args
        for member in (self.house, self.mirror):
            member.send(consortium.vote(opened["id"], True))
        return self.house.send(consortium.enact(opened["id"], opened["parameters"]))

    def adopt(self, kind: Kind) -> bytes:
        """Vote in a profile of a kind; return its id."""
        profile = Profile(kind, 1, identifier(f"profile {kind}"), 0, True)
        self.vote(self.network.consortium.propose_profile(profile, self.soon))
        return self.network.consortium.profile_id(profile)

    def anchored(self, name: str, kind: Kind = Kind.LABORATORY) -> Record:
        """A record that is anchored by itself."""
        record = Record(self, name, kind)
        self.house.send(
            self.relationship.anchor(record.authored, record.confirmation, record.signature)
        )
        return record

    def slot(self, sender: Sender, department: bytes, starts_in: int) -> bytes:
        """Open a slot of two places that begins in about so many seconds; return its id."""
        # Two slots of one second would be one slot.
        starts_at = self.world.now() + starts_in + next(self._slots)
        sender.send(self.network.appointments.open_slots(department, [starts_at], 2))
        return slot_id(sender.address, department, starts_at)

    def pass_time(self, seconds: int) -> None:
        """Let time pass on the chain, from now on this machine."""
        behind = self.world.now() - self.network.block_time()
        self.chain.request("evm_increaseTime", seconds + behind)
        self.chain.request("evm_mine")
