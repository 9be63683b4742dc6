// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title Relationship (PPR): one owner, one institution, their records and who may read them
/// @notice Holds record pointers and viewing permissions between a patient and an institution.
/// @dev An EIP-1167 clone for each pair, not upgradeable; no function accepts the consortium as
///      caller (P40). Everything an owner or a viewer does can be relayed (P22). Wrapped grant
///      keys travel in events; the slips that complete them never do (P01).
interface IRelationship {
    /// @notice Where the relationship stands.
    enum Status {
        None,
        Pending,
        Accepted,
        Refused,
        Ended
    }

    /// @notice How a record was agreed to.
    enum RecordStatus {
        None,
        Confirmed,
        Attested
    }

    /// @notice What a grant or a request covers. Everything excludes kind 0 (P23).
    enum Scope {
        None,
        Record,
        Kind,
        Everything
    }

    /// @notice Where a grant stands by itself; expiry is computed, see `isGrantLive`.
    enum GrantStatus {
        None,
        Granted,
        Revoked
    }

    /// @notice Where a request stands.
    enum RequestStatus {
        None,
        Requested,
        Approved,
        Refused
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

    /// @notice What the owner grants.
    /// @param id Grant id of 16 bytes, chosen by the owner's client; the grant key follows from it.
    /// @param viewer Account that may read: a clinician, a person, or an institution.
    /// @param affiliation The viewer's affiliation; zero when the viewer is another person.
    /// @param scope What is covered.
    /// @param kind The kind, when scope is Kind; else zero.
    /// @param recordId The record, when scope is Record; else zero.
    /// @param purpose FHIR PurposeOfUse code in ASCII, padded with zeros on the right.
    /// @param expiresAt First second at which it no longer holds, in Unix time.
    /// @param consent keccak256 over version, language and hash of the consent text shown.
    /// @param request The request that it answers; zero when unasked.
    /// @param keyVersion The viewer's encryption key that the wrap is for.
    /// @param wrap The grant key wrapped to the viewer, 1 to 2,048 bytes.
    struct Grant {
        bytes16 id;
        address viewer;
        bytes32 affiliation;
        Scope scope;
        uint8 kind;
        bytes32 recordId;
        bytes16 purpose;
        uint40 expiresAt;
        bytes32 consent;
        bytes32 request;
        uint32 keyVersion;
        bytes wrap;
    }

    /// @notice What is stored of a grant: one slot. AccessGranted carries the rest.
    /// @param status Where it stands.
    /// @param expiresAt First second at which it no longer holds, in Unix time.
    /// @param digest First 26 bytes of keccak256 over the ABI-encoded rest: viewer, affiliation,
    ///        scope, kind, recordId, purpose, consent, request, keyVersion, keccak256(wrap).
    struct GrantState {
        GrantStatus status;
        uint40 expiresAt;
        bytes26 digest;
    }

    /// @notice What a viewer asks for.
    /// @param salt 32 random bytes; the request's id is keccak256(viewer ‖ salt).
    /// @param affiliation The viewer's affiliation.
    /// @param scope What is asked for.
    /// @param kind The kind, when scope is Kind; else zero.
    /// @param recordId The record, when scope is Record; else zero.
    /// @param purpose FHIR PurposeOfUse code in ASCII, padded with zeros on the right.
    /// @param reason Free text encrypted to the owner, at most 2,048 bytes.
    struct Request {
        bytes32 salt;
        bytes32 affiliation;
        Scope scope;
        uint8 kind;
        bytes32 recordId;
        bytes16 purpose;
        bytes reason;
    }

    /// @notice The relationship was proposed.
    /// @param owner The owner.
    /// @param institution The institution.
    /// @param proposer Which of them proposed.
    /// @param mirror The member that keeps the second copy of the slips.
    /// @param rootCommitment Salted commitment to the relationship root.
    /// @param ownerKeyVersion The owner's key that `ownerWrap` is for.
    /// @param institutionKeyVersion The institution's key that `institutionWrap` is for.
    /// @param ownerWrap The root wrapped to the owner.
    /// @param institutionWrap The root wrapped to the institution.
    event RelationshipProposed(
        address indexed owner,
        address indexed institution,
        address indexed proposer,
        address mirror,
        bytes32 rootCommitment,
        uint32 ownerKeyVersion,
        uint32 institutionKeyVersion,
        bytes ownerWrap,
        bytes institutionWrap
    );

    /// @notice The status changed.
    /// @param by Who changed it.
    /// @param status Where the relationship stands now.
    event StatusChanged(address indexed by, Status status);

    /// @notice The owner named another mirror.
    /// @param mirror The new mirror.
    event MirrorChanged(address indexed mirror);

    /// @notice The relationship root was wrapped to a newer key of one party; nothing is stored.
    /// @param party Whose key.
    /// @param keyVersion The key's number.
    /// @param wrap The root and its salt, wrapped.
    event RootRewrapped(address indexed party, uint32 keyVersion, bytes wrap);

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

    /// @notice The owner confirmed a record that was only attested.
    /// @param recordId Its id.
    event RecordConfirmed(bytes32 indexed recordId);

    /// @notice A viewer asked for access.
    /// @param request The request's id.
    /// @param viewer Who asks.
    /// @param affiliation Under which.
    /// @param scope What is asked for.
    /// @param kind The kind, when scope is Kind.
    /// @param recordId The record, when scope is Record.
    /// @param purpose FHIR PurposeOfUse code.
    /// @param reason Free text encrypted to the owner.
    /// @param open How many requests of this viewer are open here now.
    event AccessRequested(
        bytes32 indexed request,
        address indexed viewer,
        bytes32 indexed affiliation,
        Scope scope,
        uint8 kind,
        bytes32 recordId,
        bytes16 purpose,
        bytes reason,
        uint8 open
    );

    /// @notice The owner refused a request, possibly before it arrived.
    /// @param request The request's id.
    /// @param viewer Who asked; zero when it had not arrived.
    event RequestRefused(bytes32 indexed request, address indexed viewer);

    /// @notice The owner granted access.
    /// @param viewer Who may read.
    /// @param id The grant's id.
    /// @param request The request that it answers; zero when unasked.
    /// @param affiliation The viewer's affiliation.
    /// @param scope What is covered.
    /// @param kind The kind, when scope is Kind.
    /// @param recordId The record, when scope is Record.
    /// @param purpose FHIR PurposeOfUse code.
    /// @param expiresAt First second at which it no longer holds.
    /// @param consent Commitment to the consent text.
    /// @param keyVersion The viewer's key that the wrap is for.
    /// @param wrap The grant key wrapped to the viewer.
    event AccessGranted(
        address indexed viewer,
        bytes16 indexed id,
        bytes32 indexed request,
        bytes32 affiliation,
        Scope scope,
        uint8 kind,
        bytes32 recordId,
        bytes16 purpose,
        uint40 expiresAt,
        bytes32 consent,
        uint32 keyVersion,
        bytes wrap
    );

    /// @notice The owner revoked a grant, possibly before it arrived. When it had been granted,
    ///         the next record opens a new epoch.
    /// @param id The grant's id.
    event AccessRevoked(bytes16 indexed id);

    /// @notice Only the factory calls this.
    /// @param caller The caller.
    error RelationshipNotFactory(address caller);

    /// @notice The caller is not the owner.
    /// @param caller The caller.
    error RelationshipNotOwner(address caller);

    /// @notice The caller is not the party that may do this.
    /// @param caller The caller.
    error RelationshipNotParty(address caller);

    /// @notice The relationship's status does not allow this.
    /// @param status Where it stands.
    error RelationshipStatusInvalid(Status status);

    /// @notice The institution is not Active.
    /// @param institution The institution.
    error RelationshipInstitutionInactive(address institution);

    /// @notice The mirror is the institution or the owner, or not an Active member.
    /// @param mirror The mirror.
    error RelationshipMirrorInvalid(address mirror);

    /// @notice The attestation names another relationship.
    /// @param relationship The one it names.
    error RecordRelationshipInvalid(address relationship);

    /// @notice The record id is zero or used already.
    /// @param recordId The id.
    error RecordIdInvalid(bytes32 recordId);

    /// @notice The parent does not exist, or a later version replaces it; seal again on the head.
    /// @param parent The parent named.
    error RecordParentInvalid(bytes32 parent);

    /// @notice The profile is not adopted for this kind.
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

    /// @notice The record does not exist, or cannot be confirmed.
    /// @param recordId The record.
    error RecordUnknown(bytes32 recordId);

    /// @notice The encrypted locator, a wrap or a reason has a length that is not allowed.
    /// @param length The length given.
    error RelationshipLengthInvalid(uint256 length);

    /// @notice The grant id is zero, used already, or was revoked in advance.
    /// @param id The id.
    error GrantIdInvalid(bytes16 id);

    /// @notice The scope does not fit kind and record.
    /// @param scope The scope.
    error GrantScopeInvalid(Scope scope);

    /// @notice The expiry is not in the future.
    /// @param expiresAt The expiry.
    error GrantExpiryInvalid(uint40 expiresAt);

    /// @notice The viewer may not act under that affiliation now, or is nobody that is certified.
    /// @param viewer The viewer.
    /// @param affiliation The affiliation.
    error GrantViewerInactive(address viewer, bytes32 affiliation);

    /// @notice The viewer belongs to the mirror, which would hold wrap and slips; name another
    ///         mirror first (P01).
    /// @param mirror The mirror.
    error GrantViewerIsMirror(address mirror);

    /// @notice The request is not open, or is another viewer's.
    /// @param request The request.
    error RequestInvalid(bytes32 request);

    /// @notice The viewer has sixteen open requests here already.
    /// @param viewer The viewer.
    error RequestLimitReached(address viewer);

    /// @notice Set up a new clone.
    /// @dev Only the factory, in the transaction that makes the clone.
    /// @param owner The owner.
    /// @param institution The institution.
    /// @param proposer Which of them proposed.
    /// @param mirror The mirror.
    /// @param rootCommitment Salted commitment to the relationship root.
    /// @param ownerKeyVersion The owner's key that `ownerWrap` is for.
    /// @param institutionKeyVersion The institution's key that `institutionWrap` is for.
    /// @param ownerWrap The root wrapped to the owner.
    /// @param institutionWrap The root wrapped to the institution.
    function open(
        address owner,
        address institution,
        address proposer,
        address mirror,
        bytes32 rootCommitment,
        uint32 ownerKeyVersion,
        uint32 institutionKeyVersion,
        bytes calldata ownerWrap,
        bytes calldata institutionWrap
    ) external;

    /// @notice Accept a proposed relationship.
    /// @dev Only the side that did not propose. Idempotent.
    function accept() external;

    /// @notice Refuse a proposed relationship.
    /// @dev Only the side that did not propose. Idempotent.
    function refuse() external;

    /// @notice End a relationship, or withdraw one's own proposal.
    /// @dev Only the owner or the institution. Idempotent. Grants die with it; the owner's own
    ///      reading does not (P43).
    function end() external;

    /// @notice Refuse or end on behalf of a party that called the factory's `preclude`.
    /// @dev Only the factory.
    /// @param by The party.
    function close(address by) external;

    /// @notice Name another mirror.
    /// @dev Only the owner.
    /// @param mirror An Active member other than this institution.
    function changeMirror(address mirror) external;

    /// @notice Wrap the relationship root to a newer key of the caller, after rotating it.
    /// @dev Only the owner or the institution. Writes nothing but the event.
    /// @param keyVersion The key's number.
    /// @param wrap The root and its salt, wrapped; 1 to 2,048 bytes.
    function rewrapRoot(uint32 keyVersion, bytes calldata wrap) external;

    /// @notice Anchor a record that clinician and owner both signed.
    /// @dev Anyone may submit it: both signatures are checked. The author must be active at this
    ///      institution now. Compare-and-swap on the parent: the loser of two corrections reverts.
    /// @param authored The clinician's part.
    /// @param confirmation What the owner signed.
    /// @param signature The owner's EIP-712 signature.
    function anchor(
        Authored calldata authored,
        Anchor calldata confirmation,
        bytes calldata signature
    ) external;

    /// @notice Anchor a record that the owner did not answer in time, visibly as attested.
    /// @dev Only this institution while Active, and only after the attestation's deadline.
    /// @param authored The clinician's part.
    /// @param epoch Key epoch.
    function anchorAttested(Authored calldata authored, uint32 epoch) external;

    /// @notice Confirm a record that was only attested.
    /// @dev Only the owner. Idempotent.
    /// @param recordId The record.
    function confirmRecord(bytes32 recordId) external;

    /// @notice Ask the owner for access.
    /// @dev Only a clinician, acting under an Active affiliation; at most sixteen open ones each.
    /// @param request What is asked for.
    /// @return id The request's id.
    function requestAccess(Request calldata request) external returns (bytes32 id);

    /// @notice Refuse a request, whether or not it has arrived.
    /// @dev Only the owner. Idempotent; leaves a tombstone that the request meets.
    /// @param request The request's id.
    function refuseRequest(bytes32 request) external;

    /// @notice Let a viewer read.
    /// @dev Only the owner, while Accepted. The viewer must be active now and not of the mirror.
    /// @param grant What is granted.
    function grantAccess(Grant calldata grant) external;

    /// @notice Stop a viewer from getting further keys, whether or not the grant has arrived.
    /// @dev Only the owner. Idempotent; leaves a tombstone that the grant meets.
    /// @param id The grant's id.
    function revokeAccess(bytes16 id) external;

    /// @notice Who the parties are and where the relationship stands.
    /// @return owner The owner.
    /// @return institution The institution.
    /// @return mirror The mirror.
    /// @return status Where it stands.
    function parties()
        external
        view
        returns (address owner, address institution, address mirror, Status status);

    /// @notice The key epoch, and whether a revocation forces the next record into a new one.
    /// @return epoch The epoch of the newest record.
    /// @return rotating True when the next record must open a new epoch.
    function keyEpoch() external view returns (uint32 epoch, bool rotating);

    /// @notice Where the relationship stands.
    /// @return status The status.
    function status() external view returns (Status status);

    /// @notice Immutable subject of every record here (P04).
    /// @return subject keccak256(relationship ‖ first owner).
    function subjectId() external view returns (bytes32 subject);

    /// @notice A record version.
    /// @param recordId Its id.
    /// @return record All fields; RecordStatus.None when unknown.
    function recordOf(bytes32 recordId) external view returns (Record memory record);

    /// @notice What is stored of a grant.
    /// @param id The grant's id.
    /// @return grant All fields; GrantStatus.None when unknown.
    function grantOf(bytes16 id) external view returns (GrantState memory grant);

    /// @notice Whether a grant holds at the block's time: granted, not expired, relationship
    ///         Accepted. Whether viewer and institution are active is the Registrar's answer.
    /// @param id The grant's id.
    /// @return live True when it does.
    function isGrantLive(bytes16 id) external view returns (bool live);

    /// @notice Where a request stands.
    /// @param request The request's id.
    /// @return viewer Who asked.
    /// @return status Where it stands.
    function requestOf(
        bytes32 request
    ) external view returns (address viewer, RequestStatus status);

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

    /// @notice The factory that made this clone.
    /// @return account Its address.
    function factory() external view returns (address account);
}
