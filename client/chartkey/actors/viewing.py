"""How a clinician asks for access and reads what was granted (R20, R27, P10)."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, TypeAlias, TypeVar

from chartkey.actors.entries import arranged
from chartkey.actors.erasing import require_unerased
from chartkey.actors.granted import granted_view
from chartkey.actors.index import Progress
from chartkey.actors.person import Person
from chartkey.actors.reason import write_reason
from chartkey.chain.address import checksum
from chartkey.chain.encryption import encryption_key
from chartkey.chain.events import events
from chartkey.crypto.digest import keccak256
from chartkey.custody.custodian import Release
from chartkey.custody.promise import check_promise
from chartkey.custody.release import NO_GRANT, covers
from chartkey.custody.statements import ReadingReceipt
from chartkey.errors import (
    AccessDenied,
    Ambiguous,
    ChartkeyError,
    CryptoError,
    CustodianUnavailable,
    CustodyError,
    DecryptionFailed,
    HeadStale,
    PersonInactive,
    RelationshipMissing,
    RequestMissing,
)
from chartkey.models import (
    ZERO32,
    AccessRequest,
    Granted,
    Kind,
    Purpose,
    RecordPointer,
    Requested,
    RequestStatus,
    Scope,
)
from chartkey.records import Opened
from chartkey.records.view import Order, View
from chartkey.records.visit import Setting

if TYPE_CHECKING:
    from chartkey.chain.history import RelationshipHistory
    from chartkey.chain.network import Network
    from chartkey.crypto.keyfile import Keys
    from chartkey.custody.directory import Directory

__all__ = ["Viewing"]

_Read = TypeVar("_Read")
_Reading: TypeAlias = Callable[[RecordPointer, bytes, bytes], _Read]


class Viewing(Person):
    """The part of a clinician that asks and reads, under one affiliation."""

    def __init__(
        self,
        network: Network,
        keys: Keys,
        directory: Directory | None = None,
        *,
        affiliation: bytes,
        institution: str,
    ) -> None:
        super().__init__(network, keys, directory)
        self.affiliation = affiliation
        self.institution = institution

    def request(
        self,
        patient: str,
        *,
        kind: Kind | None = None,
        record: bytes | None = None,
        purpose: Purpose | str = Purpose.TREAT,
        reason: str = "",
        relationship: str | None = None,
    ) -> Requested:
        """Ask a patient for access to one record, a kind, or (neither named) everything.

        Asking again while the same waits for an answer returns what waits.

        Args:
            patient: The patient's account.
            kind: A coarse kind.
            record: A record's 32-byte id.
            purpose: An HL7 PurposeOfUse code.
            reason: Free text of at most 400 bytes of UTF-8 (1,000 to a patient whose key is of
                suite 1), encrypted to the patient.
            relationship: Which of the patient's relationships the records are in.

        Raises:
            AddressInvalid: the patient's account is malformed.
            ArgumentInvalid: purpose or reason is malformed or too long.
            PersonUnknown: the patient is not certified.
            PersonInactive: this clinician may not act now.
            RelationshipMissing: the patient has no accepted relationship, or not that one.
            Ambiguous: several; pass ``relationship``.
            ContractRefused: for example because sixteen requests are open.
            CustodianUnavailable: no member relays.
        """
        self._require_active()
        patient = checksum(patient)
        chosen = self._chosen(patient, self._accepted(patient), relationship)
        self.relays.settle(self.institution)
        waiting = self._waiting(chosen, kind, record, str(purpose))
        if waiting is not None:
            return waiting
        salt = secrets.token_bytes(32)
        request_id = keccak256(bytes.fromhex(self.address[2:]) + salt)
        asked = AccessRequest(
            salt=salt,
            affiliation=self.affiliation,
            scope=_scope(kind, record),
            purpose=str(purpose),
            kind=0 if kind is None or record is not None else kind,
            record_id=record or ZERO32,
            reason=write_reason(reason, patient, encryption_key(self.network, patient), request_id),
        )
        self.relays.send(self.network.relationship(chosen).request_access(asked), self.institution)
        return self._requested(chosen, request_id)

    def records(self, request: Requested | None = None) -> list[RecordPointer]:
        """Return the pointers that a grant on a request covers; without one, what one wrote here.

        Raises:
            RequestMissing: the request has no grant in force.
            NodeUnavailable: the node is away.
        """
        if request is None:
            return self._authored()
        history = self.history(request.relationship)
        grants = [g for g in history.grants() if g.terms.request == request.id]
        live = [g for g in grants if self._is_live(g)]
        if not live:
            raise RequestMissing(request="0x" + request.id.hex())
        return [p for p in history.records() if covers(live[-1].terms, p)]

    def read(self, record: RecordPointer) -> Opened:
        """Read a record under a grant, or as staff of the institution that wrote it.

        A receipt is signed before any key is released (P10); the custodian's promise that it
        is logged is kept beside the key file. What one custodian refuses, or does not have, or
        gives in a form that does not open, the other is asked for.

        Raises:
            AccessDenied: for every reason alike.
            RecordErased: its custodians certified on chain that they erased it.
            CustodianUnavailable: no custodian of the record answers.
            ReceiptInvalid: the custodian's promise is not its own.
            DecryptionFailed: what was released does not open.
            CommitmentMismatch: it is not what was anchored.
            StorageError: no store answers with the right bytes.
        """
        return self._through(record, self._reader.open)

    def read_part(self, record: RecordPointer, start: int, end: int) -> BinaryIO:
        """Read bytes ``start`` to ``end`` (exclusive) of a record without the rest.

        A receipt is signed as for the whole, since the keys are the whole record's. Returns a
        stream of the bytes, verified as ``Reader.part`` says, which the caller closes.

        Raises:
            ContextInvalid: the range is negative or runs backwards.
            AccessDenied, CustodianUnavailable, ReceiptInvalid, DecryptionFailed,
            CommitmentMismatch, StorageError: as ``read``.
        """
        return self._through(record, partial(self._reader.part, span=(start, end)))

    def _through(self, record: RecordPointer, read: _Reading[_Read]) -> _Read:
        """Have one keeper or the other release the keys, and read with them."""
        grant = self._grant_for(record)
        parties = self.network.relationship(record.relationship).parties()
        if grant is None and parties.institution != self.institution:
            raise AccessDenied
        # The mirror has no keys for staff.
        keepers = [parties.institution, *([parties.mirror] if grant and parties.mirror else [])]
        failure: ChartkeyError = AccessDenied()
        for keeper in keepers:
            try:
                return read(*self._keys_through(keeper, record, grant))
            except (AccessDenied, CryptoError, CustodyError, HeadStale) as err:
                # One house alone cannot keep from a viewer what the patient granted (P01).
                first = keeper == keepers[0] or isinstance(failure, CustodianUnavailable)
                failure = err if first else failure
        require_unerased(self.network, record)
        raise failure

    def view(
        self,
        request: Requested | None = None,
        order: Order | str = Order.TIME,
        *,
        setting: Setting | str | None = None,
        versions: bool = False,
        progress: Progress | None = None,
    ) -> View:
        """Read what one was granted and return it arranged for people, allergies first (R16).

        Every record is read: the patient's log shows it. The view says whether it is whole or
        partial, and not what is withheld; nothing of it is kept on this device.

        Args:
            request: Only what this one's grant covers; by default all that one may read.
            order: By ``time``, ``event`` or ``kind``.
            setting: Only ``inpatient`` or ``outpatient`` records.
            versions: Show versions that were replaced, too.
            progress: Called with what is done and how often, while records are read.

        Raises:
            ArgumentInvalid: there is no such order or setting.
            RequestMissing: the request has no grant in force.
            NodeUnavailable: the node is away.
        """
        wanted, place = arranged(order, setting)
        return granted_view(
            self, request, order=wanted, setting=place, versions=versions, progress=progress
        )

    def _keys_through(
        self, keeper: str, record: RecordPointer, grant: Granted | None
    ) -> tuple[RecordPointer, bytes, bytes]:
        release = self._released_by(keeper, record, grant)
        self.device.keep_promise(release.promise)
        if grant is not None:
            key = self._reader.granted_key(record, grant, release.scopes)
        else:
            key = self._reader.staff_key(record, release)
        wanted = (record.record, record.root)
        slips = [s.slip for s in release.records if (s.record, s.root) == wanted]
        if not slips:
            raise DecryptionFailed
        return record, key, self._reader.data_key(record, key, slips[0])

    def requested(self) -> list[Requested]:
        """Return what one has asked for, oldest first, answered or not.

        Raises:
            NodeUnavailable: the node is away.
        """
        asked = events(self.network, names=["AccessRequested"], topics=[None, self.address])
        addresses = dict.fromkeys(event.address for event in asked)
        return [
            requested
            for address in addresses
            for requested in self.history(address).requests()
            if requested.viewer == self.address
        ]

    def readable(self) -> list[RecordPointer]:
        """Return every record that one may read now: granted, or written by oneself.

        Raises:
            NodeUnavailable: the node is away.
        """
        given = events(self.network, names=["AccessGranted"], topics=[self.address])
        addresses = dict.fromkeys(event.address for event in given)
        granted = [p for address in addresses for p in self._covered(self.history(address))]
        return list({p.record: p for p in [*granted, *self._authored()]}.values())

    def _require_active(self) -> None:
        registrar = self.network.registrar
        active, _ = registrar.is_clinician_active(self.address, self.affiliation)
        if not active:
            raise PersonInactive(address=self.address, affiliation="0x" + self.affiliation.hex())

    def _chosen(self, patient: str, accepted: list[str], wanted: str | None) -> str:
        """Return the relationship that is meant: the wanted one, or the only one."""
        if wanted is not None:
            accepted = [one for one in accepted if one == checksum(wanted)]
        if not accepted:
            raise RelationshipMissing(owner=patient, status="accepted")
        if len(accepted) > 1:
            choices = ", ".join(self._described(relationship) for relationship in accepted)
            raise Ambiguous(what="relationships", choices=choices, parameter="relationship")
        return accepted[0]

    def _described(self, relationship: str) -> str:
        house = self.network.relationship(relationship).parties().institution
        return f"{relationship} ({self.directory.names().get(house, house)})"

    def _waiting(
        self, relationship: str, kind: Kind | None, record: bytes | None, purpose: str
    ) -> Requested | None:
        facade = self.network.relationship(relationship)
        wanted = (_scope(kind, record), kind or 0, record or ZERO32, purpose, self.affiliation)
        for asked in self.history(relationship).requests():
            what = (asked.scope, asked.kind, asked.record, asked.purpose, asked.affiliation)
            mine = asked.viewer == self.address and what == wanted
            if mine and facade.request_of(asked.id).status is RequestStatus.REQUESTED:
                return asked
        return None

    def _requested(self, relationship: str, request: bytes) -> Requested:
        for requested in self.history(relationship).requests():
            if requested.id == request:
                return requested
        raise RequestMissing(request="0x" + request.hex())

    def _authored(self) -> list[RecordPointer]:
        anchored = events(self.network, names=["RecordAnchored"], topics=[None, self.address])
        addresses = sorted({event.address for event in anchored})
        return [
            pointer
            for address in addresses
            for pointer in self.history(address).records()
            if pointer.author == self.address
        ]

    def _is_live(self, granted: Granted) -> bool:
        return self.network.relationship(granted.relationship).is_grant_live(granted.terms.id)

    def _own_grants(self, history: RelationshipHistory) -> list[Granted]:
        """Return the live grants to this person under this affiliation, the newest first."""
        mine = (self.address, self.affiliation)
        grants = reversed(history.grants())
        own = [g for g in grants if (g.terms.viewer, g.terms.affiliation) == mine]
        return [granted for granted in own if self._is_live(granted)]

    def _covered(self, history: RelationshipHistory) -> list[RecordPointer]:
        grants = self._own_grants(history)
        return [p for p in history.records() if any(covers(g.terms, p) for g in grants)]

    def _grant_for(self, record: RecordPointer) -> Granted | None:
        grants = self._own_grants(self.history(record.relationship))
        return next((g for g in grants if covers(g.terms, record)), None)

    def _released_by(self, keeper: str, record: RecordPointer, grant: Granted | None) -> Release:
        receipt = ReadingReceipt(
            relationship=record.relationship,
            reader=self.address,
            affiliation=self.affiliation,
            grant=grant.terms.id if grant else NO_GRANT,
            records=(record.record,),
            custodian=keeper,
            signed_at=int(time.time()),
        )
        signed = receipt.sign(self.keys, self.network.chain_id)
        release = self.directory.custodian(keeper).release(signed)
        check_promise(release.promise, signed, self.network.chain_id)
        return release


def _scope(kind: Kind | None, record: bytes | None) -> Scope:
    if record is not None:
        return Scope.RECORD
    return Scope.EVERYTHING if kind is None else Scope.KIND
