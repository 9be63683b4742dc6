"""From a pointer on chain to a verified record.

1. Root, locator, author, kind and epoch in the contract's storage are those of the event (T24).
2. The locator opens under the record key and names a CID.
3. A store answers, and every block is compared with its CID (R51, T01).
4. The payload opens under the data key, bound to this record's place (P04).
5. Content root and root are computed again from what was opened, and are the anchored ones (P05).

A part of a record is read without the rest: steps 1 to 4 for the blocks and chunks that hold it,
and in place of step 5 the root from the anchored content root and what the payload begins with.
That proves these bytes to be the anchored payload's; elements are checked by whole readings.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from chartkey.actors.place import record_context
from chartkey.chain.history import stored_state
from chartkey.crypto.commitment import ContentTree, leaf0, record_root
from chartkey.crypto.keytree import grant_context, record_key, unwrap_grant_key
from chartkey.crypto.payload import HEADER_BYTES, copy_range, open_payload, open_range
from chartkey.crypto.slip import (
    open_locator,
    open_record_slip,
    open_scope_slip,
    open_single_slip,
)
from chartkey.crypto.wrap import unwrap
from chartkey.custody.custodian import Release
from chartkey.custody.database import ScopeSlip
from chartkey.custody.roots import record_wrap_context
from chartkey.errors import (
    BlockMissing,
    CommitmentMismatch,
    ContextInvalid,
    CustodianUnavailable,
    DecryptionFailed,
    KeyUnsuitable,
    StorageError,
)
from chartkey.models import Granted, RecordPointer, RecordStatus, Scope
from chartkey.records import LIMITS, Opened, open_record, scratch_file
from chartkey.records.container import Header, read_header
from chartkey.storage.cid import from_binary, payload_digest

if TYPE_CHECKING:
    from chartkey.chain.network import Network
    from chartkey.crypto.keyfile import Keys
    from chartkey.custody.directory import Directory
    from chartkey.storage.store import Store

__all__ = ["Reader"]

_Found = TypeVar("_Found")
_COMMITMENT_AT = HEADER_BYTES - 32
_FRONT = LIMITS.header_bytes + 16
"""As far as a container's own header may reach."""


class Reader:
    """Opens records for one person.

    Args:
        network: The connection.
        directory: Where stores are.
        keys: The reader's keys.
    """

    def __init__(self, network: Network, directory: Directory, keys: Keys) -> None:
        self._network, self._directory, self._keys = network, directory, keys

    def granted_key(
        self, pointer: RecordPointer, grant: Granted, scopes: tuple[ScopeSlip, ...]
    ) -> bytes:
        """Return a record's 32-byte key from the grant's wrap and a released scope slip.

        Raises:
            DecryptionFailed: wrap or slip does not open, or no slip fits.
        """
        terms, chain_id = grant.terms, self._network.chain_id
        place = bytes.fromhex(pointer.relationship[2:])
        context = grant_context(chain_id, place, terms.id, self._keys.address_bytes)
        try:
            private = self._keys.private_key(terms.key_version)
        except KeyUnsuitable:
            raise DecryptionFailed from None
        grant_key = unwrap_grant_key(private, terms.wrap, context)
        for slip in scopes:
            if terms.scope is Scope.RECORD and slip.record == pointer.record:
                return open_single_slip(
                    grant_key, slip.slip, chain_id, place, terms.id, pointer.record
                )
            if (slip.epoch, slip.kind, slip.record) == (pointer.epoch, pointer.kind, b""):
                kind_key = open_scope_slip(
                    grant_key, slip.slip, chain_id, place, terms.id, slip.epoch, slip.kind
                )
                return record_key(kind_key, pointer.record)
        raise DecryptionFailed

    def staff_key(self, pointer: RecordPointer, release: Release) -> bytes:
        """Return a record's 32-byte key from a wrap to staff of the author institution.

        Raises:
            DecryptionFailed: there is none, or it does not open.
        """
        context = record_wrap_context(self._network.chain_id, pointer, self._keys.address)
        blob = release.wraps.get(pointer.record, b"")
        # The newest key at hand may not be published yet.
        for version in range(self._keys.version, 0, -1):
            try:
                return unwrap(self._keys.private_key(version), blob, context, length=32)
            except DecryptionFailed:
                continue
        raise DecryptionFailed

    def data_key(self, pointer: RecordPointer, key: bytes, slip: bytes) -> bytes:
        """Open a record slip (48 bytes) with the record key; return the 32-byte data key.

        Raises:
            DecryptionFailed: they do not belong together.
        """
        place = bytes.fromhex(pointer.relationship[2:])
        return open_record_slip(key, slip, self._network.chain_id, place, pointer.record)

    def open(self, pointer: RecordPointer, key: bytes, dek: bytes) -> Opened:
        """Fetch, decrypt and verify a record; see the module for the steps.

        Args:
            pointer: What is anchored.
            key: The record key, 32 bytes.
            dek: The data key, 32 bytes.

        Raises:
            RecordMissing: events and storage disagree on the record.
            DecryptionFailed: a key is not this record's, or the ciphertext was changed.
            CommitmentMismatch: what was opened is not what was anchored.
            CidInvalid: its author named something that is no CID.
            BlockMissing: no store has the payload.
            StorageError: no store answers with the right bytes.
            RecordInvalid: its author sealed something damaged.
            RecordTooLarge: it is over a safety limit.
        """
        state = stored_state(self._network, pointer)
        cid = self.cid(pointer, key)
        scratch, commitment = self._decrypt(pointer, cid, dek)
        return self._verify(pointer, scratch, cid, commitment, state.status)

    def part(
        self, pointer: RecordPointer, key: bytes, dek: bytes, span: tuple[int, int]
    ) -> BinaryIO:
        """Fetch, decrypt and verify a span of a record's content: from a byte to before another.

        Of an image only the blocks that hold them are fetched. FHIR is stored compressed and
        small: it is opened whole. Like slicing, a range past the end is cut short. Returns a
        stream of the bytes, rewound, which the caller closes; constant memory.

        Raises:
            ContextInvalid: the range is negative or runs backwards.
            RecordMissing, DecryptionFailed, CommitmentMismatch, CidInvalid, BlockMissing,
            StorageError, RecordInvalid, RecordTooLarge: as :meth:`open`.
        """
        start, end = span
        if not 0 <= start <= end:
            raise ContextInvalid(problem="a range starts at 0 or later and does not run backwards")
        stored_state(self._network, pointer)
        cid = self.cid(pointer, key)
        scratch, is_copied = self._fetched(
            pointer,
            cid,
            lambda stream, found: self._copy_part(pointer, cid, dek, span, stream, found),
        )
        if is_copied:
            return scratch
        scratch.close()
        with self.open(pointer, key, dek) as opened:
            return io.BytesIO(opened.document[start:end])

    def begin(self, pointer: RecordPointer, key: bytes, dek: bytes) -> Header:
        """Decrypt and return a record's header alone; its elements are not looked at.

        Args:
            pointer: What is anchored.
            key: The record key, 32 bytes.
            dek: The data key, 32 bytes.

        Raises:
            DecryptionFailed: a key is not this record's, or the ciphertext was changed.
            CidInvalid: its author named something that is no CID.
            StorageError: no store answers with the right bytes.
            FormatUnknown, RecordInvalid, RecordTooLarge: its author sealed something damaged.
        """
        context = record_context(self._network, pointer.attestation, pointer.author)

        def header(stream: BinaryIO) -> Header:
            return read_header(io.BytesIO(open_range(stream, 0, _FRONT, dek, context)))

        return self._first(pointer, self.cid(pointer, key), header)

    def place(self, pointer: RecordPointer, key: bytes) -> tuple[str, bytes]:
        """Return a payload's CID as text and its key commitment, 32 bytes: what leaf 0 holds.

        Args:
            pointer: What is anchored.
            key: The record key, 32 bytes.

        Raises:
            DecryptionFailed: the key is not this record's.
            CidInvalid: its author named something that is no CID.
            StorageError: no store answers with the right bytes.
        """
        cid = self.cid(pointer, key)

        def commitment(stream: BinaryIO) -> bytes:
            stream.seek(_COMMITMENT_AT)
            return stream.read(32)

        return cid, self._first(pointer, cid, commitment)

    def cid(self, pointer: RecordPointer, key: bytes) -> str:
        """Open a record's locator with the record key; return its payload's CID as text.

        Raises:
            DecryptionFailed: the key is not this record's.
            CidInvalid: its author named something that is no CID.
        """
        place = bytes.fromhex(pointer.relationship[2:])
        locator = open_locator(key, pointer.locator, self._network.chain_id, place, pointer.record)
        return str(from_binary(locator.cid))

    def _decrypt(self, pointer: RecordPointer, cid: str, dek: bytes) -> tuple[BinaryIO, bytes]:
        """Return the plaintext, rewound, and the key commitment."""
        context = record_context(self._network, pointer.attestation, pointer.author)

        def decrypted(stream: BinaryIO, scratch: BinaryIO) -> bytes:
            stream.seek(_COMMITMENT_AT)
            commitment = stream.read(32)
            stream.seek(0)
            open_payload(stream, scratch, dek, context)
            return commitment

        return self._fetched(pointer, cid, decrypted)

    def _copy_part(
        self,
        pointer: RecordPointer,
        cid: str,
        dek: bytes,
        span: tuple[int, int],
        stream: BinaryIO,
        target: BinaryIO,
    ) -> bool:
        """Copy a span of the content; copy nothing and return False where it is compressed."""
        context = record_context(self._network, pointer.attestation, pointer.author)
        stream.seek(_COMMITMENT_AT)
        commitment = stream.read(32)
        stream.seek(0)
        front = io.BytesIO(open_range(stream, 0, _FRONT, dek, context))
        header = read_header(front)
        leaf = leaf0(header.leaf_seed, payload_digest(cid), commitment)
        root = record_root(leaf, pointer.attestation.content_root)
        if root != pointer.root or header.kind != pointer.kind:
            raise CommitmentMismatch(what="record")
        if header.encoding != "identity":
            return False
        first, last = (front.tell() + min(place, header.length) for place in span)
        stream.seek(0)
        copy_range(stream, target, first, last, dek, context)
        return True

    def _fetched(
        self, pointer: RecordPointer, cid: str, read: Callable[[BinaryIO, BinaryIO], _Found]
    ) -> tuple[BinaryIO, _Found]:
        """Read from a store into a scratch file; return it, rewound, and what was found."""

        def into_scratch(stream: BinaryIO) -> tuple[BinaryIO, _Found]:
            scratch = scratch_file()
            try:
                found = read(stream, scratch)
            except BaseException:
                scratch.close()
                raise
            scratch.seek(0)
            return scratch, found

        return self._first(pointer, cid, into_scratch)

    def _first(self, pointer: RecordPointer, cid: str, use: Callable[[BinaryIO], _Found]) -> _Found:
        """Return what the first store leads to that has the payload's right bytes."""
        failure: StorageError = BlockMissing(cid="the payload", store="every custodian's store")
        for store in self._stores(pointer):
            try:
                with store.open(cid) as stream:
                    return use(stream)
            except StorageError as err:
                failure = err
        raise failure

    def _stores(self, pointer: RecordPointer) -> list[Store]:
        parties = self._network.relationship(pointer.relationship).parties()
        stores = []
        for institution in (parties.institution, parties.mirror):
            if institution is None:
                continue
            try:
                stores.append(self._directory.store(institution))
            except CustodianUnavailable:
                continue
        return stores

    def _verify(
        self,
        pointer: RecordPointer,
        scratch: BinaryIO,
        cid: str,
        commitment: bytes,
        status: RecordStatus,
    ) -> Opened:
        confirmed = status is RecordStatus.CONFIRMED
        checks = (
            f"every block of {cid} against its content identifier",
            "every chunk against its tag and this record's place",
            "every element against the root anchored on chain",
        )
        opened = open_record(
            scratch,
            checks=checks,
            standing="confirmed by the patient" if confirmed else "attested by the clinician only",
        )
        content = ContentTree(opened.header.leaf_seed, opened.elements).root
        leaf = leaf0(opened.header.leaf_seed, payload_digest(cid), commitment)
        mismatch = content != pointer.attestation.content_root or opened.kind != pointer.kind
        if mismatch or record_root(leaf, content) != pointer.root:
            opened.close()
            raise CommitmentMismatch(what="record")
        return opened
