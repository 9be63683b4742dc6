"""One owner, one institution: their records and who may read them (``IRelationship``)."""

from __future__ import annotations

from typing import Any

from chartkey.chain.call import Call
from chartkey.chain.contract import Contract, known
from chartkey.crypto.digest import keccak256
from chartkey.errors import ArgumentInvalid
from chartkey.models import (
    AccessRequest,
    Anchor,
    Attestation,
    Authored,
    GrantState,
    GrantStatus,
    GrantTerms,
    Inclusion,
    KeyEpoch,
    Parties,
    QueryPointer,
    RecordState,
    RecordStatus,
    RelationshipStatus,
    RequestState,
    RequestStatus,
)

__all__ = ["Relationship", "encode_purpose", "encode_query_name", "grant_digest", "grant_fields"]


def encode_purpose(purpose: str) -> bytes:
    """Return a PurposeOfUse code in 16 bytes, padded with zeros on the right.

    Raises:
        ArgumentInvalid: it is empty, longer than 16 characters, or not printable ASCII.
    """
    return _padded("purpose", purpose, 16)


def encode_query_name(name: str) -> bytes:
    """Return a registered query's name in 32 bytes, padded with zeros on the right.

    Raises:
        ArgumentInvalid: it is empty, longer than 32 characters, or not printable ASCII.
    """
    return _padded("name", name, 32)


def grant_fields(terms: GrantTerms) -> tuple[Any, ...]:
    """Return a grant as the contracts take it, ``IGrants.Grant``.

    Raises:
        ArgumentInvalid: the purpose is no PurposeOfUse code.
    """
    return (
        terms.id,
        terms.viewer,
        terms.affiliation,
        int(terms.scope),
        terms.kind,
        terms.record_id,
        encode_purpose(terms.purpose),
        terms.expires_at,
        terms.consent,
        terms.request,
        terms.key_version,
        terms.wrap,
    )


def grant_digest(terms: GrantTerms) -> bytes:
    """Return the 26 bytes by which the contract knows all of a grant but its expiry.

    Whoever acts on a grant's event compares it with what is stored: a node may lie (T24).

    Raises:
        ArgumentInvalid: the purpose is no PurposeOfUse code.
    """
    from eth_abi.abi import encode

    rest = ["bytes32", "bytes16", "bytes32", "bytes32", "uint32", "bytes32"]
    types = ["address", "bytes32", "uint8", "uint8", *rest]
    values = (
        terms.viewer,
        terms.affiliation,
        int(terms.scope),
        terms.kind,
        terms.record_id,
        encode_purpose(terms.purpose),
        terms.consent,
        terms.request,
        terms.key_version,
        keccak256(terms.wrap),
    )
    return keccak256(encode(types, values))[:26]


def _padded(what: str, text: str, width: int) -> bytes:
    if not (text.isascii() and text.isprintable() and 0 < len(text) <= width):
        problem = f"a code has 1 to {width} printable ASCII characters"
        raise ArgumentInvalid(function=what, problem=problem)
    return text.encode("ascii").ljust(width, b"\0")


def _attestation(attestation: Attestation) -> tuple[Any, ...]:
    return (
        attestation.relationship,
        attestation.record_id,
        attestation.parent,
        attestation.kind,
        attestation.profile,
        attestation.affiliation,
        attestation.content_root,
        attestation.deadline,
    )


def _authored(authored: Authored) -> tuple[Any, ...]:
    return (
        _attestation(authored.attestation),
        authored.author,
        authored.signature,
        authored.leaf0,
        authored.locator,
    )


def _confirmation(confirmation: Anchor) -> tuple[Any, ...]:
    return (
        confirmation.attestation,
        confirmation.root,
        confirmation.locator_hash,
        confirmation.epoch,
        confirmation.nonce,
        confirmation.deadline,
    )


class Relationship(Contract):
    """One relationship clone; record ids and requests are 32 bytes, grant ids 16."""

    name = "Relationship"
    __slots__ = ()

    def parties(self) -> Parties:
        """Who the parties are and where the relationship stands."""
        owner, institution, mirror, status = self._read("parties")
        return Parties(owner, institution, known(mirror), RelationshipStatus(status))

    def status(self) -> RelationshipStatus:
        """Where the relationship stands."""
        return RelationshipStatus(self._read("status"))

    def key_epoch(self) -> KeyEpoch:
        """The key epoch, and whether a revocation forces the next record into a new one."""
        return KeyEpoch(*self._read("keyEpoch"))

    def subject_id(self) -> bytes:
        """The 32-byte immutable subject of every record here (P04)."""
        return bytes(self._read("subjectId"))

    def record_of(self, record: bytes) -> RecordState:
        """A record version; ``RecordStatus.NONE`` when unknown."""
        found = self._read("recordOf", record)
        return RecordState(
            found.root,
            found.locatorHash,
            known(found.author),
            found.kind,
            RecordStatus(found.status),
            found.epoch,
            found.anchoredAt,
            found.superseded,
        )

    def grant_of(self, grant: bytes) -> GrantState:
        """What is stored of a grant; ``GrantStatus.NONE`` when unknown."""
        found = self._read("grantOf", grant)
        return GrantState(GrantStatus(found.status), found.expiresAt, found.digest)

    def is_grant_live(self, grant: bytes) -> bool:
        """Whether a grant holds at the block's time: granted, not expired, Accepted."""
        return bool(self._read("isGrantLive", grant))

    def request_of(self, request: bytes) -> RequestState:
        """Where a request stands."""
        viewer, status = self._read("requestOf", request)
        return RequestState(known(viewer), RequestStatus(status))

    def is_anchor_nonce_used(self, nonce: int) -> bool:
        """Whether the owner's anchoring nonce can no longer be used."""
        return bool(self._read("isAnchorNonceUsed", nonce))

    def attestation_hash(self, attestation: Attestation) -> bytes:
        """The 32-byte EIP-712 struct hash of an attestation, as the contract computes it."""
        return bytes(self._read("attestationHash", _attestation(attestation)))

    def accept(self) -> Call:
        """Accept a proposed relationship. Idempotent."""
        return self._write("accept")

    def refuse(self) -> Call:
        """Refuse a proposed relationship. Idempotent."""
        return self._write("refuse")

    def end(self) -> Call:
        """End a relationship, or withdraw one's own proposal. Idempotent."""
        return self._write("end")

    def change_mirror(self, mirror: str) -> Call:
        """Name another mirror (P01)."""
        return self._write("changeMirror", mirror)

    def rewrap_root(self, key_version: int, wrap: bytes) -> Call:
        """Wrap the relationship root to a newer key of the caller (1 to 2,048 bytes)."""
        return self._write("rewrapRoot", key_version, wrap)

    def anchor(self, authored: Authored, confirmation: Anchor, signature: bytes) -> Call:
        """Anchor a record that clinician and owner both signed; anyone may submit it.

        ``signature`` is empty when the owner is the caller, as a ward is when a guardian acts.
        """
        signed = _confirmation(confirmation)
        return self._write("anchor", _authored(authored), signed, signature)

    def anchor_attested(self, authored: Authored, epoch: int) -> Call:
        """Anchor a record that the owner did not answer in time, visibly as attested."""
        return self._write("anchorAttested", _authored(authored), epoch)

    def anchor_query(self, query: QueryPointer) -> Call:
        """Anchor a pointer at data that stays where it is; for the institution (R11).

        Raises:
            ArgumentInvalid: the name does not fit, see :func:`encode_query_name`, or as everywhere.
        """
        pointer = (
            query.record_id,
            query.parent,
            query.kind,
            query.profile,
            encode_query_name(query.name),
            query.root,
            query.epoch,
            query.host,
        )
        return self._write("anchorQuery", pointer)

    def admit(
        self, authored: Authored, confirmation: Anchor, signature: bytes, inclusion: Inclusion
    ) -> Call:
        """Admit a record of one of the institution's batches; anyone may submit it (P80).

        ``signature`` is empty for a record that was attested only; of its confirmation only the
        epoch counts. ``crypto.batch.BatchTree`` makes the inclusion.
        """
        place = (inclusion.batch, inclusion.index, inclusion.blinding, inclusion.path)
        signed = _confirmation(confirmation)
        return self._write("admit", _authored(authored), signed, signature, place)

    def confirm_record(self, record: bytes) -> Call:
        """Confirm a record that was only attested. Idempotent."""
        return self._write("confirmRecord", record)

    def request_access(self, request: AccessRequest) -> Call:
        """Ask the owner for access."""
        asked = (
            request.salt,
            request.affiliation,
            int(request.scope),
            request.kind,
            request.record_id,
            encode_purpose(request.purpose),
            request.reason,
        )
        return self._write("requestAccess", asked)

    def refuse_request(self, request: bytes) -> Call:
        """Refuse a request, whether or not it has arrived. Idempotent."""
        return self._write("refuseRequest", request)

    def grant_access(self, terms: GrantTerms) -> Call:
        """Let a viewer read."""
        return self._write("grantAccess", grant_fields(terms))

    def revoke_access(self, grant: bytes) -> Call:
        """Stop a viewer from getting further keys. Idempotent."""
        return self._write("revokeAccess", grant)
