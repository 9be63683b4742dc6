"""Moving the second copy of a relationship's slips and ciphertext to another member (P01, R53)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chartkey.actors.delivery import Courier, granted_slips, unerased
from chartkey.actors.reading import Reader
from chartkey.chain.address import checksum
from chartkey.custody.custodian import MOST_SLIPS, SlipDelivery
from chartkey.custody.database import RecordSlip
from chartkey.custody.roots import relationship_root
from chartkey.custody.statements import Inquiry, Signed, inquire
from chartkey.errors import (
    AccessDenied,
    ArgumentInvalid,
    BlockMissing,
    ChartkeyError,
    CustodianUnavailable,
    CustodyError,
    StorageError,
)
from chartkey.models import ZERO32
from chartkey.storage import replicate

if TYPE_CHECKING:
    from chartkey.actors.patient import Patient
    from chartkey.chain.history import RelationshipHistory
    from chartkey.models import RecordPointer
    from chartkey.storage import Store

__all__ = ["move_mirror"]


def move_mirror(patient: Patient, relationship: str, mirror: str) -> None:
    """Do what :meth:`Patient.change_mirror` says.

    Raises:
        RelationshipMissing, ArgumentInvalid, CustodianUnavailable, StorageError, ContractRefused,
            TransactionUnknown: as :meth:`Patient.change_mirror`.
    """
    _Move(patient, patient.history(checksum(relationship)), checksum(mirror)).run()


class _Move:
    """One move; every step can be taken again."""

    def __init__(self, patient: Patient, history: RelationshipHistory, mirror: str) -> None:
        self._patient, self._history, self._mirror = patient, history, mirror
        self._network, self._directory, self._keys = (
            patient.network,
            patient.directory,
            patient.keys,
        )
        self._reader = Reader(patient.network, patient.directory, patient.keys)
        self._facade = self._network.relationship(history.relationship)
        self._parties = self._facade.parties()
        self._root = relationship_root(self._network, history, self._keys)
        self._pointers = unerased(patient.network, history.records())

    def run(self) -> None:
        self._refuse_viewers()
        self._directory.custodian(self._mirror)
        slips = self._slips()
        self._copy_ciphertext()
        if self._parties.mirror != self._mirror:
            call = self._facade.change_mirror(self._mirror)
            self._patient.relays.send(call, self._parties.institution)
        self._give(slips)
        self._erase_former()

    def _refuse_viewers(self) -> None:
        """The mirror of a viewer's own house would hold wrap and slips (P01)."""
        registrar = self._network.registrar
        for granted in self._history.grants():
            terms = granted.terms
            staff = terms.affiliation != ZERO32 and self._facade.is_grant_live(terms.id)
            if staff and registrar.institution_of(terms.affiliation) == self._mirror:
                problem = "staff of that member hold a live grant here; revoke it first"
                raise ArgumentInvalid(function="change_mirror", problem=problem)

    def _slips(self) -> list[RecordSlip]:
        """Return the records' slips; if all answer, a record without one was erased."""
        wanted = {(p.record, p.root): p for p in self._pointers}
        found = {slip: None for pointer in self._pointers if (slip := self._kept(pointer))}
        away: ChartkeyError | None = None
        for keeper in (self._parties.institution, *self._history.mirrors()):
            try:
                inquiry = self._inquire(keeper, "own-slips")
                slips = self._directory.custodian(keeper).own_slips(inquiry)
            except (AccessDenied, CustodyError) as err:
                away = err
                continue
            found |= {slip: None for slip in slips if (slip.record, slip.root) in wanted}
        if away is not None and len({slip.record for slip in found}) < len(wanted):
            raise away
        return list(found)

    def _kept(self, pointer: RecordPointer) -> RecordSlip | None:
        place = (pointer.relationship, pointer.record, pointer.root)
        slip = self._patient.device.slip(*place)
        return None if slip is None else RecordSlip(*place, slip)

    def _copy_ciphertext(self) -> None:
        target = self._directory.store(self._mirror)
        pinned = set(target.pins())
        for pointer in self._pointers:
            cid = self._reader.cid(pointer, self._key(pointer))
            if cid not in pinned:
                self._copy(cid, target)

    def _copy(self, cid: str, target: Store) -> None:
        failure: StorageError = BlockMissing(cid=cid, store="every custodian's store")
        for keeper in (self._parties.institution, *self._history.mirrors()):
            try:
                replicate(cid, self._directory.store(keeper), target)
            except CustodianUnavailable:
                continue
            except StorageError as err:
                failure = err
            else:
                return
        raise failure

    def _give(self, slips: list[RecordSlip]) -> None:
        courier = Courier(self._network, self._directory, self._keys, self._history.relationship)
        for start in range(0, len(slips), MOST_SLIPS):
            part = tuple(slips[start : start + MOST_SLIPS])
            courier.give(self._mirror, SlipDelivery(self._history.relationship, part))
        grants = self._history.grants()
        courier.offer(granted_slips(self._network, self._root, grants, self._pointers))

    def _erase_former(self) -> None:
        """One that is away is asked when this runs again."""
        for former in self._history.mirrors():
            try:
                if former != self._mirror:
                    inquiry = self._inquire(former, "drop-slips")
                    self._directory.custodian(former).drop_slips(inquiry)
            except (AccessDenied, CustodyError):
                continue

    def _inquire(self, keeper: str, action: str) -> Signed[Inquiry]:
        return inquire(self._network, self._keys, self._history.relationship, keeper, action)

    def _key(self, pointer: RecordPointer) -> bytes:
        return self._root.record_key(pointer.epoch, pointer.kind, pointer.record)
