"""The key tree of one relationship: root, epochs, kinds, records, grants (P02).

>>> root = RelationshipRoot.generate()
>>> kind_key = root.kind_key(1, 1)
>>> record_key(kind_key, bytes(32)) == root.record_key(1, 1, bytes(32))
True
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Final

from chartkey.crypto import wrap as wraps
from chartkey.crypto.derivation import KEY_BYTES, PREFIX, derive
from chartkey.crypto.digest import keccak256
from chartkey.crypto.field import fixed, unsigned
from chartkey.crypto.wrap import PrivateKey
from chartkey.errors import CommitmentMismatch

__all__ = [
    "GRANT_ID_BYTES",
    "SALT_BYTES",
    "RelationshipRoot",
    "grant_context",
    "record_key",
    "root_context",
    "unwrap_grant_key",
    "wrap_grant_key",
]

GRANT_ID_BYTES: Final = 16
SALT_BYTES: Final = 32
_COMMITMENT_TAG: Final = b"\x02"


@dataclass(frozen=True, slots=True)
class RelationshipRoot:
    """The 32 random bytes that owner and institution share; viewers never see them."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        fixed("a relationship root", self.secret, KEY_BYTES)

    @classmethod
    def generate(cls) -> RelationshipRoot:
        """Make a new root from the operating system's random source."""
        return cls(secrets.token_bytes(KEY_BYTES))

    def commitment(self, salt: bytes) -> bytes:
        """Return the 32-byte commitment that stands on chain; ``salt`` is 32 random bytes.

        Raises:
            ContextInvalid: the salt has another length.
        """
        return keccak256(_COMMITMENT_TAG, fixed("a salt", salt, SALT_BYTES), self.secret)

    def epoch_key(self, epoch: int) -> bytes:
        """Return the 32-byte key of an epoch (from 0, below 2**64). It is never given away.

        Raises:
            ContextInvalid: the epoch is out of range.
        """
        return derive(self.secret, "epoch", unsigned("an epoch", epoch, 8))

    def kind_key(self, epoch: int, kind: int) -> bytes:
        """Return the 32-byte key of one record kind within an epoch; scope slips carry it.

        Raises:
            ContextInvalid: epoch or kind is out of range.
        """
        return derive(self.epoch_key(epoch), "kind", unsigned("a kind", kind, 2))

    def record_key(self, epoch: int, kind: int, record_id: bytes) -> bytes:
        """Return the 32-byte key of one record (id: 32 bytes) that was anchored in ``epoch``.

        Raises:
            ContextInvalid: epoch or kind is out of range, or the id has another length.
        """
        return record_key(self.kind_key(epoch, kind), record_id)

    def grant_key(self, grant_id: bytes) -> bytes:
        """Return the 32-byte grant key GK of a 16-byte grant id.

        Raises:
            ContextInvalid: the id has another length.
        """
        return derive(self.secret, "grant", grant_id)

    def wrap(self, public: bytes, salt: bytes, context: bytes) -> bytes:
        """Wrap root and salt to one side's published key; ``context`` is :func:`root_context`'s.

        Raises:
            ContextInvalid: the salt is not 32 bytes.
            KeyUnsuitable: the public key is not suitable.
        """
        return wraps.wrap(public, self.secret + fixed("a salt", salt, SALT_BYTES), context)

    @classmethod
    def unwrap(
        cls, private_key: PrivateKey, blob: bytes, context: bytes, commitment: bytes
    ) -> tuple[RelationshipRoot, bytes]:
        """Open a root wrap, check it against the chain's commitment, return root and salt.

        Raises:
            DecryptionFailed: the wrap does not open with this key and context.
            CommitmentMismatch: it opens to another root than the one committed to.
        """
        secret = wraps.unwrap(private_key, blob, context, length=KEY_BYTES + SALT_BYTES)
        root, salt = cls(secret[:KEY_BYTES]), secret[KEY_BYTES:]
        if not compare_digest(root.commitment(salt), commitment):
            raise CommitmentMismatch(what="relationship root")
        return root, salt


def record_key(kind_key: bytes, record_id: bytes) -> bytes:
    """Return the 32-byte record key under a 32-byte kind key: what a viewer computes.

    Raises:
        ContextInvalid: key or id (32 bytes) has another length.
    """
    return derive(kind_key, "record", record_id)


def root_context(chain_id: int, relationship: bytes, holder: bytes) -> bytes:
    """Return the context of a root wrap to the account ``holder`` (addresses: 20 bytes).

    Raises:
        ContextInvalid: a field has another width.
    """
    place = unsigned("a chain id", chain_id, 8) + fixed("a relationship", relationship, 20)
    return PREFIX + b"wrap-root" + place + fixed("a holder", holder, 20)


def grant_context(chain_id: int, relationship: bytes, grant_id: bytes, viewer: bytes) -> bytes:
    """Return the context of a grant wrap to ``viewer`` (addresses: 20 bytes, id: 16).

    Raises:
        ContextInvalid: a field has another width.
    """
    place = unsigned("a chain id", chain_id, 8) + fixed("a relationship", relationship, 20)
    grant = fixed("a grant id", grant_id, GRANT_ID_BYTES)
    return PREFIX + b"wrap-grant" + place + grant + fixed("a viewer", viewer, 20)


def wrap_grant_key(public: bytes, grant_key: bytes, context: bytes) -> bytes:
    """Wrap a 32-byte grant key to the viewer; ``context`` is :func:`grant_context`'s.

    Raises:
        ContextInvalid: the key is not 32 bytes.
        KeyUnsuitable: the public key is not suitable.
    """
    return wraps.wrap(public, fixed("a grant key", grant_key, KEY_BYTES), context)


def unwrap_grant_key(private_key: PrivateKey, blob: bytes, context: bytes) -> bytes:
    """Open a grant wrap and return the 32-byte grant key.

    Raises:
        DecryptionFailed: for every cause alike.
    """
    return wraps.unwrap(private_key, blob, context, length=KEY_BYTES)
