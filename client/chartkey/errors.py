"""Every exception that chartkey raises, and the catalogue of their messages.

::

    ChartkeyError
    ├── InputError (also ValueError)      something the caller passed
    │   ├── AddressInvalid                 not a 20-byte account
    │   ├── RecordInvalid                  not FHIR R4, not DICOM, cut short
    │   ├── RecordTooLarge                 over a cap on bytes, depth or ratio
    │   ├── MediaMismatch                  FHIR asked of an image, or the reverse
    │   ├── FileExists                     never overwritten unasked
    │   ├── IdentifierInvalid              an identity string that is empty
    │   ├── CidInvalid                     not a CID that the stores use
    │   ├── KeyUnsuitable                  an encryption key of the wrong kind or size
    │   ├── ContextInvalid                 a field of a key's or ciphertext's context
    │   ├── ArgumentInvalid                does not fit its Solidity type
    │   └── Ambiguous                      several things match; name one
    ├── KeyfileError
    │   ├── KeyfileUnsafe                  readable by others
    │   ├── KeyfileInvalid                 not a key file
    │   ├── KeyfileExists                  never overwritten unasked
    │   ├── PassphraseMissing
    │   └── PassphraseWrong
    ├── CryptoError
    │   ├── DecryptionFailed               one message for every cause
    │   ├── FormatUnknown                  a version or suite this release lacks
    │   ├── CommitmentMismatch             not what was committed to
    │   └── SignatureInvalid               malformed, malleable or someone else's
    ├── StorageError
    │   ├── BlockMissing
    │   ├── BlockCorrupt                   bytes that are not their CID's
    │   ├── StoreFull
    │   ├── StoreReadOnly
    │   └── StoreUnavailable
    ├── ChainError
    │   ├── NodeUnavailable
    │   ├── NodeRefused                    the node answered with an error of its own
    │   ├── ChainMismatch                  another chain id than the manifest's
    │   ├── ContractsMissing               no code, or other code, at an address
    │   ├── HeadStale                      the node's newest block is too old
    │   ├── JournalUnusable                signed transactions cannot be kept
    │   ├── TransactionUnknown             sent or not sent: look before retrying
    │   ├── TransactionFailed              mined, and reverted
    │   └── ContractRefused                a contract's custom error, with arguments
    ├── AccessDenied                       one message for every cause
    ├── PersonInactive                     suspended, revoked or not affiliated
    ├── NotFound
    │   ├── PersonUnknown
    │   ├── ProfileMissing                 no adopted profile for that kind
    │   ├── RelationshipMissing
    │   ├── RequestMissing
    │   ├── RecordMissing
    │   └── DraftMissing
    ├── CustodyError
    │   ├── CustodianUnavailable
    │   ├── MirrorMissing
    │   └── ReceiptInvalid
    ├── ManifestInvalid
    ├── ReplayDiverged                     events and storage disagree
    ├── EventRefused                       a log that cannot follow those before it
    └── ExtraMissing                       an optional dependency is not installed

Messages live in ``messages/<language>.json`` under each class's ``code``; a
translation is another file with the same keys. No message, ``repr`` or log
carries a key, a plaintext or a patient's identifier.
"""

from __future__ import annotations

import json
import os
from functools import lru_cache
from importlib import resources
from typing import Any, ClassVar

__all__ = [
    "AccessDenied",
    "AddressInvalid",
    "Ambiguous",
    "ArgumentInvalid",
    "BlockCorrupt",
    "BlockMissing",
    "ChainError",
    "ChainMismatch",
    "ChartkeyError",
    "CidInvalid",
    "CommitmentMismatch",
    "ContextInvalid",
    "ContractRefused",
    "ContractsMissing",
    "CryptoError",
    "CustodianUnavailable",
    "CustodyError",
    "DecryptionFailed",
    "DraftMissing",
    "EventRefused",
    "ExtraMissing",
    "FileExists",
    "FormatUnknown",
    "HeadStale",
    "IdentifierInvalid",
    "InputError",
    "JournalUnusable",
    "KeyUnsuitable",
    "KeyfileError",
    "KeyfileExists",
    "KeyfileInvalid",
    "KeyfileUnsafe",
    "ManifestInvalid",
    "MediaMismatch",
    "MirrorMissing",
    "NodeRefused",
    "NodeUnavailable",
    "NotFound",
    "PassphraseMissing",
    "PassphraseWrong",
    "PersonInactive",
    "PersonUnknown",
    "ProfileMissing",
    "ReceiptInvalid",
    "RecordInvalid",
    "RecordMissing",
    "RecordTooLarge",
    "RelationshipMissing",
    "ReplayDiverged",
    "RequestMissing",
    "SignatureInvalid",
    "StorageError",
    "StoreFull",
    "StoreReadOnly",
    "StoreUnavailable",
    "TransactionFailed",
    "TransactionUnknown",
]


@lru_cache(maxsize=8)
def _catalogue(language: str) -> dict[str, str]:
    """Return the messages of one language, falling back to English key by key."""
    folder = resources.files("chartkey") / "messages"
    messages: dict[str, str] = json.loads((folder / "en.json").read_text("utf-8"))
    other = folder / f"{language}.json"
    if language != "en" and language.replace("-", "").isalnum() and other.is_file():
        messages |= json.loads(other.read_text("utf-8"))
    return messages


class ChartkeyError(Exception):
    """Base of every exception chartkey raises.

    ``values`` fill the catalogue's message for ``code``; they are kept on the
    exception so that a program can read them, and printed by ``--json``.
    """

    code: ClassVar[str] = "error"

    def __init__(self, **values: Any) -> None:
        self.values = values
        super().__init__(values)

    def __str__(self) -> str:
        language = os.environ.get("CHARTKEY_LANG", "en")
        return _catalogue(language)[self.code].format_map(self.values)

    def as_dict(self) -> dict[str, Any]:
        """Return ``{"error": code, "message": text, "values": {…}}`` for JSON output."""
        values = {name: str(value) for name, value in self.values.items()}
        return {"error": self.code, "message": str(self), "values": values}


class InputError(ChartkeyError, ValueError):
    """Something the caller passed cannot be used; nothing was changed."""

    code = "input"


class AddressInvalid(InputError):
    """Values: ``value`` (the text given)."""

    code = "address-invalid"


class RecordInvalid(InputError):
    """Values: ``source`` (file name), ``problem`` (no content of the record)."""

    code = "record-invalid"


class RecordTooLarge(InputError):
    """Values: ``source``, ``limit`` (which cap, with its number)."""

    code = "record-too-large"


class MediaMismatch(InputError):
    """Values: ``found``, ``wanted``, ``attribute`` that would work."""

    code = "media-mismatch"


class FileExists(InputError):
    """Values: ``path``."""

    code = "file-exists"


class IdentifierInvalid(InputError):
    """Values: ``problem``. The identifier itself is never repeated."""

    code = "identifier-invalid"


class CidInvalid(InputError):
    """Values: ``problem``."""

    code = "cid-invalid"


class KeyUnsuitable(InputError):
    """Values: ``problem``."""

    code = "key-unsuitable"


class ContextInvalid(InputError):
    """Values: ``problem``. A field of the wrong width would shift all that follow it."""

    code = "context-invalid"


class ArgumentInvalid(InputError):
    """Values: ``function`` (what it was for), ``problem`` (types and lengths, never contents)."""

    code = "argument-invalid"


class Ambiguous(InputError):
    """Values: ``what``, ``choices`` (list of texts), ``parameter`` that picks one."""

    code = "ambiguous"


class KeyfileError(ChartkeyError):
    """A key file cannot be used."""

    code = "keyfile"


class KeyfileUnsafe(KeyfileError):
    """Values: ``path``, ``mode`` (octal text)."""

    code = "keyfile-unsafe"


class KeyfileInvalid(KeyfileError):
    """Values: ``path``, ``problem``."""

    code = "keyfile-invalid"


class KeyfileExists(KeyfileError):
    """Values: ``path``."""

    code = "keyfile-exists"


class PassphraseMissing(KeyfileError):
    """Values: ``path``."""

    code = "passphrase-missing"


class PassphraseWrong(KeyfileError):
    """Values: ``path``."""

    code = "passphrase-wrong"


class CryptoError(ChartkeyError):
    """A cryptographic step was refused."""

    code = "crypto"


class DecryptionFailed(CryptoError):
    """No values: the message never tells which step failed (T08)."""

    code = "decryption-failed"


class FormatUnknown(CryptoError):
    """Values: ``what``, ``version``."""

    code = "format-unknown"


class CommitmentMismatch(CryptoError):
    """Values: ``what`` was committed to."""

    code = "commitment-mismatch"


class SignatureInvalid(CryptoError):
    """Values: ``what`` was signed."""

    code = "signature-invalid"


class StorageError(ChartkeyError):
    """The content store failed."""

    code = "storage"


class BlockMissing(StorageError):
    """Values: ``cid``, ``store``."""

    code = "block-missing"


class BlockCorrupt(StorageError):
    """Values: ``cid``, ``store``."""

    code = "block-corrupt"


class StoreFull(StorageError):
    """Values: ``store``."""

    code = "store-full"


class StoreReadOnly(StorageError):
    """Values: ``store``."""

    code = "store-read-only"


class StoreUnavailable(StorageError):
    """Values: ``store``, ``problem``."""

    code = "store-unavailable"


class ChainError(ChartkeyError):
    """The chain, or the node that speaks for it, refused or failed."""

    code = "chain"


class NodeUnavailable(ChainError):
    """Values: ``rpc`` (address without credentials)."""

    code = "node-unavailable"


class NodeRefused(ChainError):
    """Values: ``rpc`` (address without credentials), ``method``, ``problem``."""

    code = "node-refused"


class ChainMismatch(ChainError):
    """Values: ``expected``, ``found`` (chain ids)."""

    code = "chain-mismatch"


class ContractsMissing(ChainError):
    """Values: ``contract``, ``address``, ``problem``."""

    code = "contracts-missing"


class HeadStale(ChainError):
    """Values: ``age``, ``limit`` (seconds)."""

    code = "head-stale"


class JournalUnusable(ChainError):
    """Values: ``path``, ``problem``."""

    code = "journal-unusable"


class TransactionUnknown(ChainError):
    """Values: ``hash``, ``journal`` (where the signed transaction was kept)."""

    code = "transaction-unknown"


class TransactionFailed(ChainError):
    """Values: ``hash``, ``problem``."""

    code = "transaction-failed"


class ContractRefused(ChainError):
    """Values: ``error`` (the Solidity name), ``arguments`` (dict by parameter name)."""

    code = "contract-refused"


class AccessDenied(ChartkeyError):
    """No values: the message never tells which check refused (P11)."""

    code = "access-denied"


class NotFound(ChartkeyError):
    """Something named does not exist."""

    code = "not-found"


class PersonInactive(ChartkeyError):
    """Values: ``address``, ``affiliation`` (text)."""

    code = "person-inactive"


class ProfileMissing(NotFound):
    """Values: ``kind``."""

    code = "profile-missing"


class RequestMissing(NotFound):
    """Values: ``request``."""

    code = "request-missing"


class PersonUnknown(NotFound):
    """Values: ``address``, ``role``."""

    code = "person-unknown"


class RelationshipMissing(NotFound):
    """Values: ``owner``, ``status`` that was looked for."""

    code = "relationship-missing"


class RecordMissing(NotFound):
    """Values: ``record``."""

    code = "record-missing"


class DraftMissing(NotFound):
    """Values: ``draft``."""

    code = "draft-missing"


class CustodyError(ChartkeyError):
    """A custodian could not do its part."""

    code = "custody"


class CustodianUnavailable(CustodyError):
    """Values: ``institution``, ``problem``."""

    code = "custodian-unavailable"


class MirrorMissing(CustodyError):
    """Values: ``relationship``."""

    code = "mirror-missing"


class ReceiptInvalid(CustodyError):
    """Values: ``problem``."""

    code = "receipt-invalid"


class ManifestInvalid(ChartkeyError):
    """Values: ``path``, ``problem``."""

    code = "manifest-invalid"


class ReplayDiverged(ChartkeyError):
    """Values: ``entity``, ``replayed``, ``stored``."""

    code = "replay-diverged"


class EventRefused(ChartkeyError):
    """Values: ``event``, ``block``, ``index`` (of the log), ``problem``."""

    code = "event-refused"


class ExtraMissing(ChartkeyError):
    """Values: ``extra``, ``package``."""

    code = "extra-missing"
