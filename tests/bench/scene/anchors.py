"""Signed anchoring transactions in bulk: what a busy network carries (R63).

Each is a record that clinician and patient signed, in a transaction that an institution signed:
real signatures over real structs, made without asking the node for anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.bench.scene.ward import CLINICIAN, DAY, DIAGNOSES, PATIENT, TYPES, ZERO, Ward
from tests.chains import person

GAS = 400_000
"""Limit of a single anchoring, which uses about half."""


class Anchors:
    """A relationship between a patient and the clinic, and what is anchored in it."""

    def __init__(self, ward: Ward) -> None:
        self.ward, self.web3 = ward, ward.web3
        self.lead, self.clinic, *_ = ward.houses
        self.owner, self.author = person("张秀英"), person("王医生")
        ward.register(self.clinic, self.owner, PATIENT)
        ward.register(self.clinic, self.author, CLINICIAN)
        self.affiliation = ward.department(self.clinic, self.author)
        _, self.relationship = ward.propose(self.clinic, self.owner, self.lead)
        accepted = self.relationship.functions.accept()
        # The patient has no ether: a house relays, as on every chain that is not a toy.
        ward.relay(self.lead, self.owner, accepted)
        self._deadline = ward.now() + DAY
        self._separator = self._domain()
        self._chain = ward.manifest.chain_id
        self._prove()

    def single(self, payer: Any, nonce: int, count: int) -> Iterator[bytes]:
        """Yield raw transactions that anchor one record each, nonces counting up."""
        for number in range(nonce, nonce + count):
            yield self._signed(payer, self.relationship.address, self._anchoring(), number, GAS)

    def batched(self, payer: Any, nonce: int, count: int, size: int = 1_000) -> Iterator[bytes]:
        """Yield raw transactions that anchor ``size`` records each by one root (P80)."""
        batches = self.ward.on("Batches")
        for number in range(nonce, nonce + count):
            arguments = [size, self.ward.bytes(32), self.ward.bytes(32)]
            data = batches.encode_abi("anchorBatch", args=arguments)
            yield self._signed(payer, batches.address, data, number, GAS)

    def _anchoring(self) -> str:
        ward = self.ward
        leaf0, locator = ward.bytes(32), ward.bytes(64)
        record, content = ward.bytes(32), ward.bytes(32)
        place = (self.relationship.address, record, ZERO, DIAGNOSES)
        terms = (*place, ward.profile, self.affiliation, content, self._deadline)
        attested = self._hash("Attestation", terms)
        root = self.web3.keccak(b"\x01" + leaf0 + content)
        once = int.from_bytes(ward.bytes(32), "big")
        confirmation = (attested, root, self.web3.keccak(locator), 1, once, self._deadline)
        authored = (terms, self.author.address, self._sign(self.author, attested), leaf0, locator)
        confirmed = self._sign(self.owner, self._hash("Anchor", confirmation))
        arguments = [authored, confirmation, confirmed]
        data: str = self.relationship.encode_abi("anchor", args=arguments)
        return data

    def _signed(self, payer: Any, to: str, data: str, nonce: int, gas: int) -> bytes:
        fields = {"to": to, "data": data, "value": 0, "gas": gas, "gasPrice": 1, "nonce": nonce}
        return bytes(payer.sign_transaction({**fields, "chainId": self._chain}).raw_transaction)

    def _hash(self, struct: str, values: tuple[Any, ...]) -> bytes:
        """Return EIP-712's hashStruct: every field of these structs has a fixed length."""
        fields = TYPES[struct]
        types = [field.split()[0] for field in fields.split(",")]
        head = self.web3.keccak(text=f"{struct}({fields})")
        return bytes(self.web3.keccak(head + self.web3.codec.encode(types, values)))

    def _sign(self, account: Any, hashed: bytes) -> bytes:
        digest = self.web3.keccak(b"\x19\x01" + self._separator + hashed)
        return bytes(account.unsafe_sign_hash(digest).signature)

    def _domain(self) -> bytes:
        kind = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
        words = [self.web3.keccak(text=text) for text in (kind, "Chartkey Relationship", "1")]
        values = [*words, self.ward.manifest.chain_id, self.relationship.address]
        types = ["bytes32", "bytes32", "bytes32", "uint256", "address"]
        return bytes(self.web3.keccak(self.web3.codec.encode(types, values)))

    def _prove(self) -> None:
        """What is hashed here is what the contract hashes."""
        terms = (self.relationship.address, ZERO, ZERO, DIAGNOSES, ZERO, ZERO, ZERO, 1)
        told = self.relationship.functions.attestationHash(terms).call()
        assert bytes(told) == self._hash("Attestation", terms)
