"""What a custodian does for people, whatever stands behind it: this process, or HTTP later.

Everything that crosses this interface is signed by whoever it comes from, so that an
implementation may sit on the other side of a network.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from chartkey.crypto.digest import keccak256
from chartkey.custody.database import LogEntry, RecordSlip, ScopeSlip
from chartkey.custody.erasure import ErasureOrder
from chartkey.custody.statements import Inquiry, Promise, ReadingReceipt, Signed, fits
from chartkey.errors import RecordInvalid
from chartkey.models import Attestation, ErasureCertificate

if TYPE_CHECKING:
    from chartkey.chain.forward import SignedForward
    from chartkey.chain.sender import Receipt
    from chartkey.storage.store import Store

__all__ = ["MOST_SLIPS", "Custodian", "DraftHeader", "Release", "SlipDelivery"]

MOST_SLIPS = 4096
"""Slips in one delivery: a bound on what one signature makes a custodian do (T14)."""

_LONGEST_HEADER = 4096
_ATTESTED = {
    "relationship": "address",
    "record_id": "bytes32",
    "parent": "bytes32",
    "kind": "uint8",
    "profile": "bytes32",
    "affiliation": "bytes32",
    "content_root": "bytes32",
    "deadline": "uint48",
}


@dataclass(frozen=True, slots=True)
class DraftHeader:
    """What a custodian knows of a draft: the clinician's signed attestation, never the content.

    ``signature`` 65 bytes; ``size`` of the sealed draft in bytes; ``left_at`` in Unix seconds.
    """

    attestation: Attestation
    author: str
    signature: bytes
    owner: str
    size: int
    left_at: int

    @property
    def record(self) -> bytes:
        """The id of the record that is to be, 32 bytes."""
        return self.attestation.record_id

    @property
    def is_canonical(self) -> bool:
        """Whether every field has the one form that its type allows."""
        signed = (fits(getattr(self.attestation, name), kind) for name, kind in _ATTESTED.items())
        accounts = fits(self.author, "address") and fits(self.owner, "address")
        numbers = fits(self.size, "uint48") and fits(self.left_at, "uint48")
        return all(signed) and accounts and numbers and fits(self.signature, "bytes65")

    def to_json(self) -> str:
        """Return the header as one JSON object, bytes in hexadecimal."""
        return json.dumps(asdict(self), default=bytes.hex)

    @classmethod
    def from_json(cls, text: str) -> DraftHeader:
        """Read what :meth:`to_json` wrote.

        Raises:
            RecordInvalid: it is something else.
        """
        try:
            header = cls._parse(json.loads(text[: _LONGEST_HEADER + 1]))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as err:
            raise RecordInvalid(source="draft header", problem="it is damaged") from err
        if not header.is_canonical:
            raise RecordInvalid(source="draft header", problem="it is damaged")
        return header

    @classmethod
    def _parse(cls, fields: dict[str, Any]) -> DraftHeader:
        attestation = fields.pop("attestation")
        for name, kind in _ATTESTED.items():
            if kind == "bytes32":
                attestation[name] = bytes.fromhex(attestation[name])
        fields["signature"] = bytes.fromhex(fields["signature"])
        return cls(attestation=Attestation(**attestation), **fields)


@dataclass(frozen=True, slots=True)
class SlipDelivery:
    """Slips that somebody hands to a custodian, all of one relationship."""

    relationship: str
    records: tuple[RecordSlip, ...] = ()
    scopes: tuple[ScopeSlip, ...] = ()

    @property
    def is_canonical(self) -> bool:
        """Whether all are of this relationship, of the right widths, and not too many (T14)."""
        slips: list[RecordSlip | ScopeSlip] = [*self.records, *self.scopes]
        return len(slips) <= MOST_SLIPS and all(
            slip.relationship == self.relationship and _is_whole(slip) for slip in slips
        )

    def digest(self) -> bytes:
        """Return the 32 bytes that the accompanying inquiry signs; first see that it is whole."""
        parts = [s.record + s.root + s.slip for s in self.records]
        for s in self.scopes:
            place = s.epoch.to_bytes(8, "big") + s.kind.to_bytes(2, "big")
            parts.append(s.grant + place + s.record + s.slip)
        return keccak256(*(len(part).to_bytes(4, "big") + part for part in parts))


@dataclass(frozen=True, slots=True)
class Release:
    """What a reader gets for a receipt.

    ``scopes`` lead from the grant key to kind or record keys; ``wraps`` (by record id) carry a
    record key to staff of the author institution, who have no grant key.
    """

    promise: Signed[Promise]
    records: tuple[RecordSlip, ...]
    scopes: tuple[ScopeSlip, ...]
    wraps: dict[bytes, bytes] = field(repr=False)


def _is_whole(slip: RecordSlip | ScopeSlip) -> bool:
    """Fixed widths: two deliveries then never share a digest."""
    if not fits(slip.slip, "bytes48"):
        return False
    if isinstance(slip, RecordSlip):
        return fits(slip.record, "bytes32") and fits(slip.root, "bytes32")
    place = fits(slip.epoch, "uint32") and fits(slip.kind, "uint8")
    single = slip.record == b"" or (fits(slip.record, "bytes32") and not slip.epoch + slip.kind)
    return fits(slip.grant, "bytes16") and place and single


class Custodian(Protocol):
    """Keeps drafts and slips for an institution, and relays its people's transactions (P22).

    Every method raises :class:`~chartkey.errors.CustodianUnavailable` when the custodian is
    away, :class:`~chartkey.errors.AccessDenied` for whatever is not the caller's, and
    :class:`~chartkey.errors.SignatureInvalid` for what the caller did not sign.
    """

    @property
    def institution(self) -> str:
        """The account whose custodian this is."""

    @property
    def store(self) -> Store:
        """The institution's content store, where ciphertext is pinned."""

    def leave_draft(self, header: DraftHeader, sealed: BinaryIO) -> None:
        """Keep a draft until the patient answers. The header's attestation is its signature."""

    def drafts(self, inquiry: Signed[Inquiry]) -> list[DraftHeader]:
        """Return the waiting drafts of the inquiry's relationship, to its owner or staff."""

    def open_draft(self, inquiry: Signed[Inquiry]) -> BinaryIO:
        """Return the sealed draft of the record that is the inquiry's subject."""

    def drop_draft(self, inquiry: Signed[Inquiry]) -> None:
        """Erase the draft of the record that is the inquiry's subject; a missing one is erased."""

    def keep_slips(self, delivery: SlipDelivery, inquiry: Signed[Inquiry]) -> None:
        """Keep slips from owner or author institution; the subject is their digest."""

    def own_slips(self, inquiry: Signed[Inquiry]) -> list[RecordSlip]:
        """Return every record slip of a relationship to its owner (P43)."""

    def drop_slips(self, inquiry: Signed[Inquiry]) -> None:
        """Erase a relationship's slips for its owner, once this is no longer its custodian."""

    def erase(self, order: ErasureOrder, inquiry: Signed[Inquiry]) -> None:
        """Erase an owner's records for good (P06); the subject is the order's digest."""

    def certify_erasure(self, certificate: ErasureCertificate, inquiry: Signed[Inquiry]) -> bytes:
        """Sign that every record of a certificate was erased here; the subject names it."""

    def release(self, receipt: Signed[ReadingReceipt]) -> Release:
        """Return slips for records that the chain allows, once the receipt is durable (P11)."""

    def relay(self, forward: SignedForward) -> Receipt:
        """Pay for a person's signed call; a revocation among them is honoured at once."""

    def settle(self) -> None:
        """Finish what was signed before an interruption: look it up, or send the same again."""

    def notice(self, forward: SignedForward) -> None:
        """Honour a signed revocation that another custodian relays (P11)."""

    def access_log(self, inquiry: Signed[Inquiry]) -> list[LogEntry]:
        """Return readings and denials of a relationship to its owner (R26)."""
