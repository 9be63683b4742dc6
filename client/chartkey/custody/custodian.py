"""What a custodian does for people, whatever stands behind it: this process, or HTTP later.

Everything that crosses this interface is signed by whoever it comes from, so that an
implementation may sit on the other side of a network.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from chartkey.crypto.digest import keccak256
from chartkey.custody.database import LogEntry, RecordSlip, ScopeSlip
from chartkey.custody.statements import Inquiry, Promise, ReadingReceipt, Signed
from chartkey.errors import RecordInvalid
from chartkey.models import Attestation

if TYPE_CHECKING:
    from chartkey.chain.forward import SignedForward
    from chartkey.chain.sender import Receipt
    from chartkey.storage.store import Store

__all__ = ["Custodian", "DraftHeader", "Release", "SlipDelivery"]


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
            fields: dict[str, Any] = json.loads(text)
            attestation = fields.pop("attestation")
            for name in ("record_id", "parent", "profile", "affiliation", "content_root"):
                attestation[name] = bytes.fromhex(attestation[name])
            fields["signature"] = bytes.fromhex(fields["signature"])
            return cls(attestation=Attestation(**attestation), **fields)
        except (ValueError, TypeError, KeyError, AttributeError) as err:
            raise RecordInvalid(source="draft header", problem="it is damaged") from err


@dataclass(frozen=True, slots=True)
class SlipDelivery:
    """Slips that somebody hands to a custodian, all of one relationship."""

    relationship: str
    records: tuple[RecordSlip, ...] = ()
    scopes: tuple[ScopeSlip, ...] = ()

    def digest(self) -> bytes:
        """Return the 32 bytes that the accompanying inquiry signs."""
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
    wraps: dict[bytes, bytes]


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
        """Keep slips from the owner or the fellow custodian; the subject is their digest."""

    def own_slips(self, inquiry: Signed[Inquiry]) -> list[RecordSlip]:
        """Return every record slip of a relationship to its owner (P43)."""

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
