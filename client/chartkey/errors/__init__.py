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
    │   ├── MnemonicInvalid                a word is wrong; none is repeated
    │   ├── SharesInvalid                  guardians' shares that give no secret
    │   ├── ContextInvalid                 a field of a key's or ciphertext's context
    │   ├── ArgumentInvalid                does not fit its Solidity type
    │   ├── Ambiguous                      several things match; name one
    │   ├── FolderInvalid                  holds what a store does not take
    │   ├── CarInvalid                     not a CAR file, or cut short
    │   ├── StoresInvalid                  a list of stores that says nothing usable
    │   └── NetworkInvalid                 a description of a network that cannot be right
    ├── KeyfileError
    │   ├── KeyfileUnsafe                  readable by others
    │   ├── KeyfileInvalid                 not a key file
    │   ├── KeyfileExists                  never overwritten unasked
    │   ├── PassphraseMissing
    │   ├── PassphraseWrong
    │   └── TokenUnsuitable                a hardware module that lacks what wraps need
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
    │   ├── StoreUnavailable
    │   └── CopiesMissing                  fewer stores have it than must
    ├── ChainError
    │   ├── NodeUnavailable
    │   │   └── NodesUnavailable           none of several nodes can be used
    │   ├── NodeRefused                    the node answered with an error of its own
    │   │   ├── NodeGarbled                what answers is no Ethereum node
    │   │   ├── PoolRefused                not taken into its pool: full, too cheap, too large
    │   │   └── FundsMissing               the account cannot pay
    │   ├── ChainMismatch                  another chain id than the manifest's
    │   ├── ContractsMissing               no code, or other code, at an address
    │   ├── HeadStale                      the node's newest block is too old
    │   ├── MembersDisagree                nodes of several members tell different things
    │   ├── JournalUnusable                signed transactions cannot be kept
    │   ├── TransactionUnknown             sent or not sent: look before retrying
    │   ├── TransactionFailed              reverted, or can never be mined
    │   └── ContractRefused                a contract's custom error, with arguments
    ├── AccessDenied                       one message for every cause
    ├── PersonInactive                     suspended, revoked or not affiliated
    ├── RecordSealed                       for a dispute: it is not erased
    ├── NotFound
    │   ├── PersonUnknown
    │   ├── ProfileMissing                 no adopted profile for that kind
    │   ├── RelationshipMissing
    │   ├── RequestMissing
    │   ├── RecordMissing
    │   ├── RecordErased                   its keys are gone, as certified on chain
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

from chartkey.errors.base import (
    ChartkeyError,
)
from chartkey.errors.chain import (
    ChainError,
    ChainMismatch,
    ContractRefused,
    ContractsMissing,
    FundsMissing,
    HeadStale,
    JournalUnusable,
    MembersDisagree,
    NodeGarbled,
    NodeRefused,
    NodesUnavailable,
    NodeUnavailable,
    PoolRefused,
    TransactionFailed,
    TransactionUnknown,
)
from chartkey.errors.crypto import (
    CommitmentMismatch,
    CryptoError,
    DecryptionFailed,
    FormatUnknown,
    SignatureInvalid,
)
from chartkey.errors.input import (
    AddressInvalid,
    Ambiguous,
    ArgumentInvalid,
    CarInvalid,
    CidInvalid,
    ContextInvalid,
    FileExists,
    FolderInvalid,
    IdentifierInvalid,
    InputError,
    KeyUnsuitable,
    MediaMismatch,
    MnemonicInvalid,
    NetworkInvalid,
    RecordInvalid,
    RecordTooLarge,
    SharesInvalid,
    StoresInvalid,
)
from chartkey.errors.keyfile import (
    KeyfileError,
    KeyfileExists,
    KeyfileInvalid,
    KeyfileUnsafe,
    PassphraseMissing,
    PassphraseWrong,
    TokenUnsuitable,
)
from chartkey.errors.people import (
    AccessDenied,
    CustodianUnavailable,
    CustodyError,
    DraftMissing,
    EventRefused,
    ExtraMissing,
    ManifestInvalid,
    MirrorMissing,
    NotFound,
    PersonInactive,
    PersonUnknown,
    ProfileMissing,
    ReceiptInvalid,
    RecordErased,
    RecordMissing,
    RecordSealed,
    RelationshipMissing,
    ReplayDiverged,
    RequestMissing,
)
from chartkey.errors.storage import (
    BlockCorrupt,
    BlockMissing,
    CopiesMissing,
    StorageError,
    StoreFull,
    StoreReadOnly,
    StoreUnavailable,
)

__all__ = [
    "AccessDenied",
    "AddressInvalid",
    "Ambiguous",
    "ArgumentInvalid",
    "BlockCorrupt",
    "BlockMissing",
    "CarInvalid",
    "ChainError",
    "ChainMismatch",
    "ChartkeyError",
    "CidInvalid",
    "CommitmentMismatch",
    "ContextInvalid",
    "ContractRefused",
    "ContractsMissing",
    "CopiesMissing",
    "CryptoError",
    "CustodianUnavailable",
    "CustodyError",
    "DecryptionFailed",
    "DraftMissing",
    "EventRefused",
    "ExtraMissing",
    "FileExists",
    "FolderInvalid",
    "FormatUnknown",
    "FundsMissing",
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
    "MembersDisagree",
    "MirrorMissing",
    "MnemonicInvalid",
    "NetworkInvalid",
    "NodeGarbled",
    "NodeRefused",
    "NodeUnavailable",
    "NodesUnavailable",
    "NotFound",
    "PassphraseMissing",
    "PassphraseWrong",
    "PersonInactive",
    "PersonUnknown",
    "PoolRefused",
    "ProfileMissing",
    "ReceiptInvalid",
    "RecordErased",
    "RecordInvalid",
    "RecordMissing",
    "RecordSealed",
    "RecordTooLarge",
    "RelationshipMissing",
    "ReplayDiverged",
    "RequestMissing",
    "SharesInvalid",
    "SignatureInvalid",
    "StorageError",
    "StoreFull",
    "StoreReadOnly",
    "StoreUnavailable",
    "StoresInvalid",
    "TokenUnsuitable",
    "TransactionFailed",
    "TransactionUnknown",
]
