"""Having a record erased for good, at every custodian and on this device (R52, P06)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chartkey.actors.index import forget
from chartkey.crypto.commitment import leaf_salt
from chartkey.custody.erasure import (
    MOST_ERASED,
    ErasedRecord,
    ErasureOrder,
    certificate_digest,
)
from chartkey.custody.roots import relationship_root
from chartkey.errors import (
    AccessDenied,
    CryptoError,
    CustodyError,
    HeadStale,
    InputError,
    RecordErased,
    RecordMissing,
    RecordSealed,
    StorageError,
)
from chartkey.models import ZERO32, ErasureCertificate
from chartkey.storage.cid import binary

if TYPE_CHECKING:
    from chartkey.actors.owning import Owning
    from chartkey.chain.network import Network
    from chartkey.models import RecordPointer

__all__ = ["Erasure", "erase", "require_unerased"]


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was erased, and what could not be asked.

    ``records`` are 32 bytes each; ``erased_at`` is the certificate's time in Unix seconds;
    ``unanswered`` are former mirrors that did not answer and may still hold a slip: run the same
    again when they are back.
    """

    relationship: str
    records: tuple[bytes, ...]
    erased_at: int
    unanswered: tuple[str, ...]


def require_unerased(network: Network, record: RecordPointer) -> None:
    """See that a record was not erased; for whoever failed to open it.

    Raises:
        RecordErased: its custodians certified on chain that it is.
        NodeUnavailable: the node is away.
    """
    if network.evidence.flags_of(record.relationship, record.record).erased:
        raise RecordErased(record="0x" + record.record.hex())


def erase(patient: Owning, record: RecordPointer, *, versions: bool) -> Erasure:
    """Do what :meth:`Patient.erase` says.

    Raises:
        RecordMissing, RecordSealed, CustodianUnavailable, StorageError, ContractRefused,
            TransactionUnknown: as :meth:`Patient.erase`.
    """
    return _Erasing(patient, record, versions).run()


class _Erasing:
    """One erasure; every step can be taken again."""

    def __init__(self, patient: Owning, record: RecordPointer, versions: bool) -> None:
        self._patient, self._network = patient, patient.network
        self._relationship = record.relationship
        self._history = patient.history(record.relationship)
        pointers = self._history.records()
        if record.record not in {pointer.record for pointer in pointers}:
            raise RecordMissing(record="0x" + record.record.hex())
        wanted = _family(pointers, record.record) if versions else {record.record}
        self._pointers = [pointer for pointer in pointers if pointer.record in wanted]

    def run(self) -> Erasure:
        self._refuse_sealed()
        orders = list(self._orders())
        parties = self._network.relationship(self._relationship).parties()
        keepers = [one for one in (parties.mirror, parties.institution) if one is not None]
        for order in orders:
            for keeper in keepers:
                self._ask(keeper, order)
        unanswered = [one for one in self._history.mirrors() if one not in keepers]
        unanswered = [one for one in unanswered if not self._former_erased(one, orders)]
        records = [pointer.record for pointer in self._pointers]
        self._patient.device.drop_slips(self._relationship, records)
        forget(self._patient, self._relationship, records)
        times = [self._certify(order, keepers) for order in orders]
        return Erasure(self._relationship, tuple(records), max(times), tuple(unanswered))

    def _refuse_sealed(self) -> None:
        """Custodians refuse as well; asked first, none of several erases before another refuses."""
        for pointer in self._pointers:
            flags = self._network.evidence.flags_of(self._relationship, pointer.record)
            if flags.sealed:
                side = "by its owner" if flags.owner_sealed else "by its institution"
                side = "by both sides" if flags.owner_sealed & flags.institution_sealed else side
                raise RecordSealed(record="0x" + pointer.record.hex(), side=side)

    def _orders(self) -> Iterable[ErasureOrder]:
        erased = [self._located(pointer) for pointer in self._pointers]
        for start in range(0, len(erased), MOST_ERASED):
            yield ErasureOrder(self._relationship, tuple(erased[start : start + MOST_ERASED]))

    def _located(self, pointer: RecordPointer) -> ErasedRecord:
        """Prove where its ciphertext lies; what was half erased before may not open any more."""
        patient = self._patient
        root = relationship_root(self._network, self._history, patient.keys)
        key = root.record_key(pointer.epoch, pointer.kind, pointer.record)
        try:
            header = patient._reader.begin(pointer, key, patient._data_key(pointer, key))
            cid = binary(patient._reader.cid(pointer, key))
        except (CryptoError, InputError, RecordErased, RecordMissing, StorageError):
            return ErasedRecord(pointer.record)
        return ErasedRecord(pointer.record, cid, leaf_salt(header.leaf_seed, 0))

    def _ask(self, keeper: str, order: ErasureOrder) -> None:
        inquiry = self._patient._inquire(self._relationship, keeper, "erase", order.digest())
        self._patient.directory.custodian(keeper).erase(order, inquiry)

    def _former_erased(self, keeper: str, orders: list[ErasureOrder]) -> bool:
        try:
            for order in orders:
                self._ask(keeper, order)
        except (AccessDenied, CustodyError, HeadStale, StorageError):
            return False
        return True

    def _certify(self, order: ErasureOrder, keepers: list[str]) -> int:
        """Anchor what the custodians sign; the newest block's time is past to every contract."""
        records = tuple(one.record for one in order.records)
        certificate = ErasureCertificate(self._relationship, records, self._network.block_time())
        signatures = [self._signature(keeper, certificate) for keeper in reversed(keepers)]
        call = self._network.evidence.certify_erasure(certificate, *signatures)
        self._patient.relays.send(call, keepers[-1])
        return certificate.erased_at

    def _signature(self, keeper: str, certificate: ErasureCertificate) -> bytes:
        digest = certificate_digest(certificate)
        inquiry = self._patient._inquire(self._relationship, keeper, "certify-erasure", digest)
        return self._patient.directory.custodian(keeper).certify_erasure(certificate, inquiry)


def _family(pointers: list[RecordPointer], record: bytes) -> set[bytes]:
    """Return a record's id with those of every version before and after it."""
    found, grown = {record}, True
    while grown:
        # A first version's parent is nothing, which all first versions have in common.
        links = [{p.record, p.attestation.parent} - {ZERO32} for p in pointers]
        wider = found.union(*(link for link in links if link & found))
        grown, found = wider != found, wider
    return found
