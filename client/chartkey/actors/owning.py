"""What a patient does with records: view, search, read, show, erase (R16, R52, R70)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from chartkey.actors.consenting import Consenting
from chartkey.actors.disclosing import Element, disclose, elements_of
from chartkey.actors.disclosure import Disclosure
from chartkey.actors.entries import arranged
from chartkey.actors.erasing import Erasure, erase, require_unerased
from chartkey.actors.index import Found, Index, Progress
from chartkey.custody.database import RecordSlip
from chartkey.custody.roots import relationship_root
from chartkey.errors import (
    AccessDenied,
    ChartkeyError,
    CustodyError,
    DecryptionFailed,
    RecordMissing,
)
from chartkey.models import RecordPointer
from chartkey.records import Opened
from chartkey.records.view import Order, View, make_view
from chartkey.records.visit import Setting

__all__ = ["Owning"]


class Owning(Consenting):
    """The part of a patient that looks after the records themselves."""

    def records(self) -> list[RecordPointer]:
        """Return all one's own records, oldest first; past relationships included (P43).

        Raises:
            NodeUnavailable: the node is away.
        """
        return [
            pointer
            for entry in self.relationships()
            for pointer in self.history(entry.relationship).records()
        ]

    def read(self, record: RecordPointer) -> Opened:
        """Read one's own record; this never expires and asks nobody (P43).

        Raises:
            RecordErased: its custodians certified that they erased it.
            RecordMissing: no custodian and not this device has its slip, or it is not anchored.
            DecryptionFailed: the keys at hand do not open it.
            CommitmentMismatch: it is not what was anchored.
            StorageError: no store answers with the right bytes.
        """
        key = self._record_key(record)
        return self._reader.open(record, key, self._data_key(record, key))

    def read_part(self, record: RecordPointer, start: int, end: int) -> BinaryIO:
        """Read bytes ``start`` to ``end`` (exclusive) of one's own record without the rest.

        Returns a stream of them, verified as ``Reader.part`` says, which the caller closes.

        Raises:
            ContextInvalid: the range is negative or runs backwards.
            RecordErased, RecordMissing, DecryptionFailed, CommitmentMismatch, StorageError: as
                :meth:`read`.
        """
        key = self._record_key(record)
        return self._reader.part(record, key, self._data_key(record, key), (start, end))

    def elements(self, record: RecordPointer) -> list[Element]:
        """Return the elements of one's own record that can be shown one by one (R70).

        Raises:
            ChartkeyError: as :meth:`read`.
        """
        return elements_of(self, record)

    def disclose(
        self, record: RecordPointer, elements: Iterable[int], *, audience: str = ""
    ) -> Disclosure:
        """Return a signed, self-contained proof of some elements of one's own record (R70).

        Whoever gets its ``to_json()`` checks it without a node, or on chain, and learns nothing
        of the other elements. It can be passed on: ``audience`` says for whom it was meant.

        Args:
            record: Which record.
            elements: Numbers as :meth:`elements` gives them.
            audience: At most 64 characters.

        Raises:
            ArgumentInvalid: no element, one that the record lacks, or too long an audience.
            ChartkeyError: as :meth:`read`.
        """
        return disclose(self, record, elements, audience)

    def erase(self, record: RecordPointer, *, versions: bool = True) -> Erasure:
        """Have a record erased for good: nobody can open it again, not even its owner (R52, P06).

        Every custodian destroys its slips and drafts and unpins the ciphertext, this device
        forgets it, and the custodians' signed certificate is anchored. Run it again after an
        interruption. What readers were given before, they keep.

        Args:
            record: What is to be erased.
            versions: Also the versions that it replaces and those that replace it.

        Raises:
            RecordMissing: it is not anchored.
            RecordSealed: it is sealed for a dispute; nothing was erased.
            AccessDenied, HeadStale: institution or mirror refuses, or its node is behind.
            CustodianUnavailable: institution or mirror is away; run it again.
            StorageError: a store, or this device, does not let go of it; run it again.
            ContractRefused: it was sealed meanwhile.
            TransactionUnknown: the node went away; run the same again.
        """
        return erase(self, record, versions=versions)

    def seal(self, record: RecordPointer) -> None:
        """Seal a record for a dispute: until both sides have lifted, nobody erases it (R32).

        Raises:
            ContractRefused: it is not anchored.
            CustodianUnavailable: no member relays.
        """
        call = self.network.evidence.seal(record.relationship, [record.record])
        self.relays.send(call)

    def lift_seal(self, record: RecordPointer) -> None:
        """Lift one's own seal; the other side's stays.

        Raises:
            CustodianUnavailable: no member relays.
        """
        call = self.network.evidence.lift_seal(record.relationship, [record.record])
        self.relays.send(call)

    def view(
        self,
        order: Order | str = Order.TIME,
        *,
        setting: Setting | str | None = None,
        versions: bool = False,
        progress: Progress | None = None,
    ) -> View:
        """Return all one's own records arranged for people, allergies first (R16).

        What each is about is kept in an encrypted index beside the key file: only what is new
        since the last time is fetched and opened.

        Args:
            order: By ``time``, ``event`` or ``kind``.
            setting: Only ``inpatient`` or ``outpatient`` records.
            versions: Show versions that were replaced, too.
            progress: Called with what is done and how often, while records are opened.

        Raises:
            ArgumentInvalid: there is no such order or setting.
            NodeUnavailable: the node is away.
        """
        wanted, place = arranged(order, setting)
        index = Index(self, progress)
        return make_view(
            index.entries(),
            order=wanted,
            setting=place,
            versions=versions,
            unopened=index.unopened,
        )

    def search(
        self, words: str, *, limit: int = 50, progress: Progress | None = None
    ) -> list[Found]:
        """Return the own records that hold every word, the closest first (R16).

        Looks only into the encrypted index on this device, which is brought up to date first.
        Words are separated by spaces; Chinese needs none in between.

        Args:
            words: What to look for; case and width do not matter.
            limit: The most records to return.
            progress: Called with what is done and how often, while records are opened.

        Raises:
            NodeUnavailable: the node is away.
        """
        return Index(self, progress).search(words, limit)

    def _record_key(self, record: RecordPointer) -> bytes:
        root = relationship_root(self.network, self.history(record.relationship), self.keys)
        return root.record_key(record.epoch, record.kind, record.record)

    def _data_key(self, record: RecordPointer, key: bytes) -> bytes:
        failure: ChartkeyError = RecordMissing(record="0x" + record.record.hex())
        for slip in self._own_slips(record):
            try:
                dek = self._reader.data_key(record, key, slip.slip)
            except DecryptionFailed as err:
                failure = err
                continue
            self.device.keep_slip(slip)
            return dek
        require_unerased(self.network, record)
        raise failure

    def _own_slips(self, record: RecordPointer) -> Iterator[RecordSlip]:
        """Yield every copy of a record's slip, the one on this device first."""
        wanted = (record.relationship, record.record, record.root)
        kept = self.device.slip(*wanted)
        if kept is not None:
            yield RecordSlip(*wanted, kept)
        parties = self.network.relationship(record.relationship).parties()
        for keeper in (parties.institution, parties.mirror):
            if keeper is not None:
                slips = self._slips_at(keeper, record.relationship)
                yield from (s for s in slips if (s.relationship, s.record, s.root) == wanted)

    def _slips_at(self, keeper: str, relationship: str) -> list[RecordSlip]:
        """Return what one custodian keeps for this patient; nothing when it does not answer."""
        try:
            inquiry = self._inquire(relationship, keeper, "own-slips")
            return self.directory.custodian(keeper).own_slips(inquiry)
        except (AccessDenied, CustodyError):
            return []
