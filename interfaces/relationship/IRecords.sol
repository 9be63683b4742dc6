// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title Records of a relationship: pointers to ciphertext, version after version
/// @notice A clinician attests, the owner confirms; nothing is overwritten (R11, R13, R14).
/// @dev The signed structs are EIP-712 under the domain ("Chartkey Relationship", "1", chain id,
///      this clone).
interface IRecords {
    /// @notice How a record was agreed to.
    enum RecordStatus {
        None,
        Confirmed,
        Attested
    }

    /// @notice What the clinician signs at drafting (EIP-712).
    /// @param relationship This relationship.
    /// @param recordId Id of the record, chosen by the client (P04).
    /// @param parent Id of the version that this one replaces; zero for a first version.
    /// @param kind Record kind.
    /// @param profile Id of the adopted record profile.
    /// @param affiliation Under which the clinician acts; must belong to this institution.
    /// @param contentRoot Root of the salted leaves of the record's elements (P05).
    /// @param deadline After it the institution may anchor without the owner, in Unix time.
    struct Attestation {
        address relationship;
        bytes32 recordId;
        bytes32 parent;
        uint8 kind;
        bytes32 profile;
        bytes32 affiliation;
        bytes32 contentRoot;
        uint48 deadline;
    }

    /// @notice What the owner signs at confirmation (EIP-712).
    /// @param attestation EIP-712 struct hash of the Attestation.
    /// @param root node(leaf 0, contentRoot), recomputed by the contract (P05).
    /// @param locatorHash keccak256 of the encrypted locator.
    /// @param epoch Key epoch that the record is sealed in.
    /// @param nonce Any number the owner has not used here before.
    /// @param deadline Last second at which it may be anchored, in Unix time.
    struct Anchor {
        bytes32 attestation;
        bytes32 root;
        bytes32 locatorHash;
        uint32 epoch;
        uint256 nonce;
        uint48 deadline;
    }

    /// @notice A clinician's part of a record.
    /// @param attestation What was signed.
    /// @param author The clinician.
    /// @param signature The clinician's EIP-712 signature.
    /// @param leaf0 Salted leaf over payload digest and key commitment (P05).
    /// @param locator Encrypted locator, 1 to 256 bytes.
    struct Authored {
        Attestation attestation;
        address author;
        bytes signature;
        bytes32 leaf0;
        bytes locator;
    }

    /// @notice A pointer at data that stays in the institution's own database (R11).
    /// @param recordId Id of the record, chosen by the client (P04).
    /// @param parent Id of the version that this one replaces; zero for a first version.
    /// @param kind Record kind.
    /// @param profile Id of the adopted record profile.
    /// @param name Name of the registered query, in ASCII, padded with zeros on the right.
    /// @param root Salted commitment to the canonical result (P05).
    /// @param epoch Key epoch that the host is sealed in.
    /// @param host Encrypted address of the host, 1 to 256 bytes.
    struct Query {
        bytes32 recordId;
        bytes32 parent;
        uint8 kind;
        bytes32 profile;
        bytes32 name;
        bytes32 root;
        uint32 epoch;
        bytes host;
    }

    /// @notice What is decided when a record is anchored, or admitted from a batch.
    /// @param root The commitment.
    /// @param anchoredAt When it, or its batch, was anchored, in Unix time.
    /// @param epoch Key epoch that the record is sealed in.
    /// @param status Confirmed by the owner, or only attested.
    /// @param nonce The owner's nonce now used; zero when only attested.
    struct Admission {
        bytes32 root;
        uint40 anchoredAt;
        uint32 epoch;
        RecordStatus status;
        uint256 nonce;
    }

    /// @notice One record version.
    /// @param root Its commitment.
    /// @param locatorHash keccak256 of the encrypted locator.
    /// @param author The clinician.
    /// @param kind Record kind.
    /// @param status How it was agreed to.
    /// @param epoch Key epoch.
    /// @param anchoredAt When it was anchored, in Unix time.
    /// @param superseded Whether a later version replaces it.
    struct Record {
        bytes32 root;
        bytes32 locatorHash;
        address author;
        uint8 kind;
        RecordStatus status;
        uint32 epoch;
        uint40 anchoredAt;
        bool superseded;
    }

    /// @notice A record version was anchored; its parent, if any, is now superseded.
    /// @param recordId Its id.
    /// @param author The clinician.
    /// @param parent The version it replaces; zero for none.
    /// @param attestation What the clinician signed, kind and profile among it.
    /// @param status Confirmed by the owner, or only attested.
    /// @param epoch Key epoch, now the relationship's.
    /// @param root The commitment.
    /// @param nonce The owner's nonce now used; zero when only attested.
    /// @param locator The encrypted locator.
    event RecordAnchored(
        bytes32 indexed recordId,
        address indexed author,
        bytes32 indexed parent,
        Attestation attestation,
        RecordStatus status,
        uint32 epoch,
        bytes32 root,
        uint256 nonce,
        bytes locator
    );

    /// @notice A query pointer was anchored as attested; its parent, if any, is now superseded.
    /// @param recordId Its id.
    /// @param parent The version it replaces; zero for none.
    /// @param name The registered query.
    /// @param kind Record kind.
    /// @param profile The record profile.
    /// @param epoch Key epoch, now the relationship's.
    /// @param root Commitment to the canonical result.
    /// @param host The encrypted address of the host.
    event QueryAnchored(
        bytes32 indexed recordId,
        bytes32 indexed parent,
        bytes32 indexed name,
        uint8 kind,
        bytes32 profile,
        uint32 epoch,
        bytes32 root,
        bytes host
    );

    /// @notice The owner confirmed a record that was only attested.
    /// @param recordId Its id.
    event RecordConfirmed(bytes32 indexed recordId);

    /// @notice The attestation names another relationship.
    /// @param relationship The one it names.
    error RecordRelationshipInvalid(address relationship);

    /// @notice The record id is zero or used already.
    /// @param recordId The id.
    error RecordIdInvalid(bytes32 recordId);

    /// @notice The parent does not exist, or a later version replaces it; seal again on the head.
    /// @param parent The parent named.
    error RecordParentInvalid(bytes32 parent);

    /// @notice The profile is not adopted for this kind, or is retired.
    /// @param profile The profile.
    /// @param kind The kind.
    error RecordProfileInvalid(bytes32 profile, uint8 kind);

    /// @notice The author may not act under that affiliation for this institution.
    /// @param author The author.
    /// @param affiliation The affiliation.
    error RecordAuthorInactive(address author, bytes32 affiliation);

    /// @notice A signature is not the signer's over exactly this.
    /// @param signer Whose signature it should be.
    error RecordSignatureInvalid(address signer);

    /// @notice The signed values do not fit one another: root, locator or attestation.
    /// @param recordId The record.
    error RecordBindingInvalid(bytes32 recordId);

    /// @notice A query pointer names a query and commits to a result.
    /// @param name The name given.
    /// @param root The commitment given.
    error RecordQueryInvalid(bytes32 name, bytes32 root);

    /// @notice The epoch is not the one that must be used now.
    /// @param given The epoch given.
    /// @param required The lowest epoch that may be used; one higher is allowed too unless a
    ///        revocation forces exactly this one.
    error RecordEpochInvalid(uint32 given, uint32 required);

    /// @notice The owner's nonce was used before.
    /// @param nonce The nonce.
    error RecordNonceUsed(uint256 nonce);

    /// @notice Too late for the owner's anchor, or too early for the institution's.
    /// @param deadline The deadline.
    error RecordDeadlineInvalid(uint48 deadline);

    /// @notice The record does not exist.
    /// @param recordId The record.
    error RecordUnknown(bytes32 recordId);

    /// @notice Anchor a record that clinician and owner both signed.
    /// @dev Anyone may submit it, while Accepted: both signatures are checked. The author must be
    ///      active at this institution now. Compare-and-swap on the parent: the loser of two
    ///      corrections reverts.
    /// @param authored The clinician's part.
    /// @param confirmation What the owner signed.
    /// @param signature The owner's EIP-712 signature; empty when the owner is the caller, as a
    ///        ward is when a guardian acts.
    function anchor(
        Authored calldata authored,
        Anchor calldata confirmation,
        bytes calldata signature
    ) external;

    /// @notice Anchor a record that the owner did not answer in time, visibly as attested.
    /// @dev Only this institution while Active, while Accepted, after the attestation's deadline.
    /// @param authored The clinician's part.
    /// @param epoch Key epoch.
    function anchorAttested(Authored calldata authored, uint32 epoch) external;

    /// @notice Anchor a pointer at data that stays where it is.
    /// @dev Only this institution while Active, while Accepted. The owner confirms it with
    ///      `confirmRecord`; a record with this one for its parent takes its place as ciphertext,
    ///      which is due before the institution leaves (P43).
    /// @param query The pointer.
    function anchorQuery(Query calldata query) external;

    /// @notice Confirm a record that was only attested.
    /// @dev Only the owner, also when the relationship has ended. Idempotent.
    /// @param recordId The record.
    function confirmRecord(bytes32 recordId) external;

    /// @notice A record version.
    /// @param recordId Its id.
    /// @return record All fields; RecordStatus.None when unknown.
    function recordOf(bytes32 recordId) external view returns (Record memory record);

    /// @notice Whether the owner's anchoring nonce can no longer be used.
    /// @param nonce The nonce.
    /// @return used True when it was used.
    function isAnchorNonceUsed(uint256 nonce) external view returns (bool used);

    /// @notice EIP-712 struct hash of an attestation, which the owner signs over.
    /// @param attestation The attestation.
    /// @return hash The struct hash.
    function attestationHash(
        Attestation calldata attestation
    ) external pure returns (bytes32 hash);
}
