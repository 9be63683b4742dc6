"""Signed messages for tests on a chain: EIP-712 structs, whole and with one field wrong."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from eth_account import Account
from eth_utils import keccak

CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
ZERO = bytes(32)

STRUCTS = {
    "Registration": "address institution,address account,uint8 role,uint8 suite,"
    "bytes32 keyHash,uint48 deadline",
    "Attestation": "address relationship,bytes32 recordId,bytes32 parent,uint8 kind,"
    "bytes32 profile,bytes32 affiliation,bytes32 contentRoot,uint48 deadline",
    "Anchor": "bytes32 attestation,bytes32 root,bytes32 locatorHash,uint32 epoch,"
    "uint256 nonce,uint48 deadline",
    "ForwardRequest": "address from,address to,uint256 nonce,uint48 deadline,bytes data",
}


def digest(*parts: bytes | str) -> bytes:
    """Return 32 bytes that follow from names, the same in every run."""
    return bytes(keccak(b"|".join(p.encode() if isinstance(p, str) else p for p in parts)))


def malleated(signature: bytes) -> bytes:
    """Return the other signature that recovers to the same signer: s becomes n - s (T10)."""
    r, s, v = signature[:32], int.from_bytes(signature[32:64], "big"), signature[64]
    return r + (CURVE_ORDER - s).to_bytes(32, "big") + bytes([55 - v])


@dataclass(frozen=True)
class Domain:
    """Where a signature counts: a contract of a certain name on a certain chain."""

    name: str
    contract: str
    chain_id: int

    def sign(self, account: Any, struct: str, values: tuple[Any, ...]) -> bytes:
        """Return an account's 65-byte signature over a struct's values."""
        fields = [item.split() for item in STRUCTS[struct].split(",")]
        types = [{"type": kind, "name": name} for kind, name in fields]
        message = {name: value for (_, name), value in zip(fields, values, strict=True)}
        domain = {
            "name": self.name,
            "version": "1",
            "chainId": self.chain_id,
            "verifyingContract": self.contract,
        }
        key = account.private_key
        return bytes(Account.sign_typed_data(key, domain, {struct: types}, message).signature)


@dataclass(frozen=True)
class Draft:
    """A record on its way to the chain: what clinician and owner sign, and what is submitted."""

    domain: Domain
    author: Any
    owner: Any
    record: bytes
    profile: bytes
    affiliation: bytes
    deadline: int
    kind: int
    parent: bytes = ZERO
    content_root: bytes = field(default_factory=lambda: digest("content"))
    leaf0: bytes = field(default_factory=lambda: digest("leaf 0"))
    locator: bytes = b"locator".ljust(64, b".")
    epoch: int = 1
    nonce: int = 0

    def but(self, **changes: Any) -> Draft:
        """Return a draft with other fields, signed anew."""
        return replace(self, **changes)

    @property
    def relationship(self) -> str:
        """The clone that the draft is for."""
        return self.domain.contract

    @property
    def attestation(self) -> tuple[Any, ...]:
        """What the clinician signs."""
        scope = (self.parent, self.kind, self.profile, self.affiliation)
        return (self.relationship, self.record, *scope, self.content_root, self.deadline)

    @property
    def attestation_hash(self) -> bytes:
        """The EIP-712 struct hash of what the clinician signs, worked out independently."""
        from eth_abi import encode

        types = [item.split()[0] for item in STRUCTS["Attestation"].split(",")]
        kind = keccak(f"Attestation({STRUCTS['Attestation']})".encode())
        return bytes(keccak(kind + encode(types, self.attestation)))

    @property
    def root(self) -> bytes:
        """node(leaf 0, content root)."""
        return bytes(keccak(b"\x01" + self.leaf0 + self.content_root))

    @property
    def confirmation(self) -> tuple[Any, ...]:
        """What the owner signs."""
        bound = (self.attestation_hash, self.root, bytes(keccak(self.locator)))
        return (*bound, self.epoch, self.nonce, self.deadline)

    @property
    def authored(self) -> tuple[Any, ...]:
        """The clinician's part of a submission."""
        signature = self.domain.sign(self.author, "Attestation", self.attestation)
        return (self.attestation, self.author.address, signature, self.leaf0, self.locator)

    @property
    def signature(self) -> bytes:
        """The owner's signature."""
        return self.domain.sign(self.owner, "Anchor", self.confirmation)

    @property
    def submission(self) -> tuple[Any, ...]:
        """The arguments of `anchor`."""
        return (self.authored, self.confirmation, self.signature)
