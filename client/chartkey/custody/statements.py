"""What people and custodians sign towards each other: EIP-712 structs that never go on chain.

The domain is ``("Chartkey Custody", "1", chain id, relationship)``, so a statement about one
relationship means nothing in another, nor on another chain.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar

from chartkey.chain.address import checksum
from chartkey.crypto import signature
from chartkey.errors import AddressInvalid, SignatureInvalid
from chartkey.models import ZERO32

if TYPE_CHECKING:
    from chartkey.chain.network import Network
    from chartkey.crypto.keyfile import Keys

__all__ = ["Inquiry", "Promise", "ReadingReceipt", "Signed", "Statement", "fits", "inquire"]

_LONGEST_TEXT = 64


@dataclass(frozen=True, slots=True)
class Statement:
    """One signed struct. ``relationship`` is the verifying contract, in checksum form."""

    TYPES: ClassVar[tuple[tuple[str, str], ...]] = ()
    signer_field: ClassVar[str] = ""

    relationship: str

    def _typed(self, chain_id: int) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        name = type(self).__name__
        domain = {
            "name": "Chartkey Custody",
            "version": "1",
            "chainId": chain_id,
            "verifyingContract": self.relationship,
        }
        types = {name: [{"name": field, "type": kind} for field, kind in self.TYPES]}
        message = {field: _listed(getattr(self, field)) for field, _ in self.TYPES}
        return domain, types, message

    def sign(self, keys: Keys, chain_id: int) -> Signed[Self]:
        """Return this statement with the 65-byte signature of ``keys``."""
        return Signed(self, signature.sign_typed(keys, *self._typed(chain_id)))

    @property
    def is_canonical(self) -> bool:
        """Whether every field has the one form that its type allows; see :func:`fits`."""
        fields = ((getattr(self, field), kind) for field, kind in self.TYPES)
        return fits(self.relationship, "address") and all(fits(*field) for field in fields)

    @property
    def signer(self) -> str:
        """The account whose signature this statement needs."""
        return str(getattr(self, self.signer_field))

    def as_dict(self) -> dict[str, Any]:
        """Return the statement for JSON: bytes as 0x-prefixed hexadecimal."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}


S = TypeVar("S", bound=Statement, covariant=True)


@dataclass(frozen=True, slots=True)
class Signed(Generic[S]):
    """A statement and its signature (65 bytes: r, s, v)."""

    statement: S
    signature: bytes

    def check(self, chain_id: int) -> S:
        """Return the statement if its own signer signed it.

        Raises:
            SignatureInvalid: malformed, malleable (T10) or somebody else's, or a field is written
                in another way than its type's own.
        """
        # EIP-712 hashes an address in lower case, or an id without its last zeros, to the same:
        # whoever looks up what was revoked would look elsewhere.
        if not self.statement.is_canonical:
            raise SignatureInvalid(what=type(self.statement).__name__)
        found = signature.recover_typed(*self.statement._typed(chain_id), self.signature)
        if found != self.statement.signer:
            raise SignatureInvalid(what=type(self.statement).__name__)
        return self.statement

    def as_dict(self) -> dict[str, Any]:
        """Return statement and signature for JSON."""
        return {**self.statement.as_dict(), "signature": _plain(self.signature)}


@dataclass(frozen=True, slots=True)
class ReadingReceipt(Statement):
    """A reader's proof of reading, signed before any key is released (R27, P10).

    ``affiliation`` 32 bytes, ``grant`` 16 bytes (zero for staff of the author institution),
    ``records`` 32 bytes each, ``signed_at`` in Unix seconds.
    """

    TYPES: ClassVar[tuple[tuple[str, str], ...]] = (
        ("reader", "address"),
        ("affiliation", "bytes32"),
        ("grant", "bytes16"),
        ("records", "bytes32[]"),
        ("custodian", "address"),
        ("signed_at", "uint48"),
    )
    signer_field: ClassVar[str] = "reader"

    reader: str
    affiliation: bytes
    grant: bytes
    records: tuple[bytes, ...]
    custodian: str
    signed_at: int


@dataclass(frozen=True, slots=True)
class Promise(Statement):
    """A custodian's word that a receipt stands in its log; one that does not is misconduct.

    ``receipt`` is the leaf hash and ``root`` the log's root with it (RFC 6962, section 2.1),
    ``index`` counts from 0, ``promised_at`` in Unix seconds.
    """

    TYPES: ClassVar[tuple[tuple[str, str], ...]] = (
        ("custodian", "address"),
        ("receipt", "bytes32"),
        ("index", "uint64"),
        ("root", "bytes32"),
        ("promised_at", "uint48"),
    )
    signer_field: ClassVar[str] = "custodian"

    custodian: str
    receipt: bytes
    index: int
    root: bytes
    promised_at: int


@dataclass(frozen=True, slots=True)
class Inquiry(Statement):
    """Somebody asks a custodian for what is theirs: drafts, slips, log, or leaves something.

    ``action`` names the operation, ``subject`` (32 bytes) what it is about or a digest of what
    is left, ``signed_at`` in Unix seconds.
    """

    TYPES: ClassVar[tuple[tuple[str, str], ...]] = (
        ("account", "address"),
        ("custodian", "address"),
        ("action", "string"),
        ("subject", "bytes32"),
        ("signed_at", "uint48"),
    )
    signer_field: ClassVar[str] = "account"

    account: str
    custodian: str
    action: str
    subject: bytes
    signed_at: int


def fits(value: Any, kind: str) -> bool:
    """Return whether a value is of a Solidity type, in the one form that is used here.

    An address is EIP-55 text, fixed bytes have their length, an integer its range, an array is a
    tuple, a text has at most 64 characters. Never raises.
    """
    if kind.endswith("[]"):
        return isinstance(value, tuple) and all(fits(one, kind[:-2]) for one in value)
    if kind == "address":
        return isinstance(value, str) and _is_checksummed(value)
    if kind == "string":
        return isinstance(value, str) and len(value) <= _LONGEST_TEXT
    if kind.startswith("bytes"):
        return isinstance(value, bytes) and len(value) == int(kind[5:])
    whole = isinstance(value, int) and not isinstance(value, bool)
    return whole and 0 <= value < 1 << int(kind.removeprefix("uint"))


def inquire(
    network: Network,
    keys: Keys,
    relationship: str,
    custodian: str,
    action: str,
    subject: bytes = ZERO32,
) -> Signed[Inquiry]:
    """Sign an inquiry as of now; see :class:`Inquiry` for the fields. Never raises."""
    inquiry = Inquiry(relationship, keys.address, custodian, action, subject, int(time.time()))
    return inquiry.sign(keys, network.chain_id)


def _is_checksummed(address: str) -> bool:
    try:
        return checksum(address) == address
    except AddressInvalid:
        return False


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value
