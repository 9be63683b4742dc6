"""What is said about records, as the contract tells it and as custodians sign it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from eth_account import Account
from eth_utils import keccak

FLAGS = (
    "ownerDisputes",
    "institutionDisputes",
    "ownerWithdrew",
    "institutionWithdrew",
    "ownerSealed",
    "institutionSealed",
    "erased",
)
CERTIFICATE = [
    {"type": "address", "name": "relationship"},
    {"type": "bytes32", "name": "records"},
    {"type": "uint48", "name": "erasedAt"},
]
MOST_RECORDS = 64


def said(evidence: Any, relationship: Any, record: bytes) -> set[str]:
    """Return the names of the flags that stand on a record."""
    flags = evidence.flagsOf(relationship, record).dict()
    assert tuple(flags) == FLAGS
    return {name for name, value in flags.items() if value}


@dataclass(frozen=True)
class Certificate:
    """That records were erased, and who is to sign it."""

    contract: str
    chain_id: int
    relationship: str
    records: tuple[bytes, ...]
    erased_at: int
    institution: Any
    mirror: Any
    name: str = "Chartkey Evidence"

    def but(self, **changes: Any) -> Certificate:
        """Return a certificate with other fields, signed anew."""
        return replace(self, **changes)

    def signed(self, custodian: Any) -> Any:
        """Return a custodian's signature with the digest that it is over."""
        domain = {
            "name": self.name,
            "version": "1",
            "chainId": self.chain_id,
            "verifyingContract": self.contract,
        }
        values = (self.relationship, keccak(b"".join(self.records)), self.erased_at)
        message = dict(zip((field["name"] for field in CERTIFICATE), values, strict=True))
        types = {"ErasureCertificate": CERTIFICATE}
        return Account.sign_typed_data(custodian.private_key, domain, types, message)

    @property
    def digest(self) -> bytes:
        """What the custodians sign, worked out independently."""
        return bytes(self.signed(self.institution).message_hash)

    @property
    def content(self) -> tuple[Any, ...]:
        """What is certified."""
        return (self.relationship, self.records, self.erased_at)

    @property
    def signatures(self) -> tuple[bytes, bytes]:
        """The institution's and the mirror's."""
        return tuple(bytes(self.signed(who).signature) for who in (self.institution, self.mirror))

    @property
    def submission(self) -> tuple[Any, ...]:
        """The arguments of `certifyErasure`."""
        return (*self.content, *self.signatures)
