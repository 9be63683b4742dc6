"""Drafts: what a clinician seals to patient, gateway and author, and how it is opened (R13)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from chartkey.actors.place import record_context
from chartkey.chain.encryption import encryption_key
from chartkey.chain.typed import attestation_signer
from chartkey.crypto.commitment import ContentTree
from chartkey.crypto.draft import open_draft, seal_draft
from chartkey.custody.custodian import DraftHeader
from chartkey.errors import (
    CommitmentMismatch,
    DecryptionFailed,
    FormatUnknown,
    KeyUnsuitable,
)
from chartkey.models import Kind
from chartkey.records import Document, Opened, open_container, open_record, scratch_file

if TYPE_CHECKING:
    from chartkey.chain.network import Network
    from chartkey.crypto.keyfile import Keys
    from chartkey.models import Attestation

__all__ = ["Draft", "known_kind", "read_draft", "write_draft"]


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft that waits at a custodian; its content stays sealed until it is opened."""

    header: DraftHeader

    @property
    def record(self) -> bytes:
        """The id of the record that is to be, 32 bytes."""
        return self.header.record

    @property
    def relationship(self) -> str:
        """The relationship that it is for."""
        return self.header.attestation.relationship

    @property
    def kind(self) -> Kind:
        """The coarse kind that the clinician gave it.

        Raises:
            FormatUnknown: the consortium has adopted one that this release does not know.
        """
        return known_kind(self.header.attestation.kind)

    @property
    def author(self) -> str:
        """The clinician's account."""
        return self.header.author

    @property
    def deadline(self) -> int:
        """After it the institution may anchor without the patient, in Unix time."""
        return self.header.attestation.deadline


def known_kind(number: int) -> Kind:
    """Return a coarse kind by its number on chain, where there may be newer ones.

    Raises:
        FormatUnknown: this release does not know it.
    """
    try:
        return Kind(number)
    except ValueError as err:
        raise FormatUnknown(what="record kind", version=number) from err


def write_draft(
    network: Network,
    document: Document,
    seed: bytes,
    attestation: Attestation,
    author: str,
    recipients: tuple[str, ...],
) -> BinaryIO:
    """Seal a document to its recipients' newest keys; return the sealed draft, rewound.

    Args:
        network: The connection.
        document: What ``read_document`` returned.
        seed: Leaf seed, 32 random bytes.
        attestation: What the clinician signed.
        author: The clinician's account.
        recipients: Accounts with published keys.

    Raises:
        PersonUnknown: a recipient has published no key.
        RecordInvalid: the file on disk was changed meanwhile.
    """
    sealed = scratch_file()
    to = [
        (bytes.fromhex(account[2:]), encryption_key(network, account).public_der)
        for account in recipients
    ]
    context = record_context(network, attestation, author).encode()
    with open_container(document, seed) as source:
        seal_draft(source, sealed, to, context)
    sealed.seek(0)
    return sealed


def read_draft(
    network: Network, keys: Keys, header: DraftHeader, sealed: BinaryIO
) -> tuple[Opened, BinaryIO]:
    """Open a draft and check that it is what its author signed.

    Returns the record and its container, which can seek; closing the container closes both.

    Raises:
        DecryptionFailed: it does not open with these keys, or was changed.
        SignatureInvalid: the attestation's signature is malformed.
        CommitmentMismatch: the content is not what the author signed.
    """
    if attestation_signer(network, header.attestation, header.signature) != header.author:
        raise CommitmentMismatch(what="draft")
    container = _decrypted(network, keys, header, sealed)
    opened = open_record(
        container,
        checks=("the author's signature over every element",),
        standing="draft, not yet confirmed",
        lent=True,
    )
    content = ContentTree(opened.header.leaf_seed, opened.elements).root
    if content != header.attestation.content_root or opened.kind != header.attestation.kind:
        container.close()
        raise CommitmentMismatch(what="draft")
    return opened, container


def _decrypted(network: Network, keys: Keys, header: DraftHeader, sealed: BinaryIO) -> BinaryIO:
    """A draft may be sealed to a key that was rotated since: every key is tried."""
    context = record_context(network, header.attestation, header.author).encode()
    for version in range(keys.version, 0, -1):
        scratch = scratch_file()
        try:
            sealed.seek(0)
            private = keys.private_key(version)
            open_draft(sealed, scratch, keys.address_bytes, private, context)
        except (DecryptionFailed, KeyUnsuitable):
            scratch.close()
            continue
        scratch.seek(0)
        return scratch
    raise DecryptionFailed
