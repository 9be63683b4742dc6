"""A founded alliance with people in it, made through the chain package alone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chartkey.chain import Manifest, MemoryJournal, Sender, connect
from chartkey.chain.call import Call
from chartkey.chain.forward import SignedForward, sign_forward
from chartkey.chain.registrar import institution_affiliation
from chartkey.chain.relationship import Relationship
from chartkey.chain.typed import sign_registration
from chartkey.crypto.digest import keccak256
from chartkey.models import GrantTerms, Opening, Registration, Role, Scope, Standing

from tests.chains import HOUSES, Chain, deploy, found, person


class Signer:
    """An account that signs as an opened key file does."""

    def __init__(self, name: str) -> None:
        self.account = person(name)
        self.address = str(self.account.address)

    def sign_hash(self, digest: bytes) -> bytes:
        """Sign a 32-byte hash; return 65 bytes."""
        return bytes(self.account.unsafe_sign_hash(digest).signature)


class World:
    """Three institutions, the patient 王芳 and the clinician 李医生 of the first institution."""

    def __init__(self, chain: Chain, manifest: Manifest | None = None) -> None:
        self.chain = chain
        self.manifest = deploy(chain.rpc) if manifest is None else manifest
        self.network = connect(chain.rpc, self.manifest)
        self.patient: Any = Signer("王芳")
        self.clinician: Any = Signer("李医生")
        if manifest is None:
            found(self.network)
            self.populate()

    def populate(self) -> None:
        """Enrol the institutions and register the people."""
        for name in HOUSES:
            self.sender(name).send(self.network.registrar.enrol(1, public_key(name)))
        self.register(self.patient, "王芳", Role.PATIENT)
        self.register(self.clinician, "李医生", Role.CLINICIAN)
        house = institution_affiliation(self.house.address)
        affiliate = self.network.registrar.set_affiliation
        self.house.send(affiliate(self.clinician.address, house, Standing.ACTIVE))

    @property
    def house(self) -> Sender:
        """A fresh sender of the first institution."""
        return self.sender(HOUSES[0])

    def sender(self, name: str) -> Sender:
        """Return a sender with an empty journal."""
        return Sender(self.network, person(name), MemoryJournal())

    def register(self, signer: Any, name: str, role: Role) -> str:
        """Let the first institution register a person; return the Summary."""
        key = public_key(name)
        registration = Registration(
            institution=self.house.address,
            account=signer.address,
            role=role,
            suite=1,
            key_hash=keccak256(key),
            deadline=self.now() + 600,
        )
        signature = sign_registration(self.network, signer, registration)
        handle = keccak256(b"handle", name.encode())
        call = self.network.registrar.register(registration, key, handle, signature)
        return str(self.house.send(call).event("PersonRegistered").args["summary"])

    def opening(self, nonce: int = 0) -> Opening:
        """Return what the first institution proposes to the patient."""
        return Opening(
            owner=self.patient.address,
            institution=self.house.address,
            nonce=nonce,
            mirror=self.sender(HOUSES[1]).address,
            root_commitment=keccak256(b"root"),
            owner_key_version=1,
            institution_key_version=1,
            owner_wrap=b"o" * 400,
            institution_wrap=b"i" * 400,
        )

    def related(self) -> Relationship:
        """Return an accepted relationship of the patient with the first institution."""
        proposed = self.house.send(self.network.factory.propose(self.opening()))
        facade = self.network.relationship(
            proposed.event("RelationshipCreated").args["relationship"]
        )
        self.house.relay(self.forward(facade.accept()))
        return facade

    def forward(self, call: Call, **options: Any) -> SignedForward:
        """Let the patient sign a call."""
        return sign_forward(self.network, self.patient, call, **options)

    def terms(self, number: int) -> GrantTerms:
        """Return a grant of everything to the clinician, for an hour."""
        return GrantTerms(
            id=number.to_bytes(16, "big"),
            viewer=self.clinician.address,
            scope=Scope.EVERYTHING,
            purpose="TREAT",
            expires_at=self.now() + 3600,
            key_version=1,
            wrap=b"w" * 400,
            affiliation=institution_affiliation(self.house.address),
        )

    def now(self) -> int:
        """Return the later of the chain's time and this machine's."""
        return max(int(time.time()), self.network.block_time())

    @contextmanager
    def undone(self) -> Iterator[World]:
        """Take back on chain whatever the test does; with a connection of its own."""
        snapshot = self.chain.request("evm_snapshot")
        try:
            yield World(self.chain, self.manifest)
        finally:
            self.chain.request("evm_revert", snapshot)


def public_key(name: str) -> bytes:
    """Return bytes as long as an RSA-3072 SubjectPublicKeyInfo; contracts do not look inside."""
    return b"".join(keccak256(name.encode(), bytes([i])) for i in range(14))[:422]
