// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title Parties of a relationship: who, and where it stands
/// @notice Proposed by one side, accepted or refused by the other, ended by either (R10).
/// @dev Everything an owner does can be relayed (P22).
interface IParties {
    /// @notice Where the relationship stands.
    enum Status {
        None,
        Pending,
        Accepted,
        Refused,
        Ended
    }

    /// @notice The relationship was proposed.
    /// @param owner The owner.
    /// @param institution The institution.
    /// @param proposer Which of them proposed.
    /// @param mirror The member that keeps the second copy of the slips; zero for none.
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

    /// @notice Another account took the owner's place.
    /// @param owner The owner until now.
    /// @param successor The owner from now on.
    event OwnerReplaced(address indexed owner, address indexed successor);

    /// @notice The owner named another mirror.
    /// @param mirror The new mirror.
    event MirrorChanged(address indexed mirror);

    /// @notice The relationship root was wrapped to a newer key of one party; nothing is stored.
    /// @param party Whose key.
    /// @param keyVersion The key's number.
    /// @param wrap The root and its salt, wrapped.
    event RootRewrapped(address indexed party, uint32 keyVersion, bytes wrap);

    /// @notice Only the factory calls this.
    /// @param caller The caller.
    error RelationshipNotFactory(address caller);

    /// @notice The caller is not the owner.
    /// @param caller The caller.
    error RelationshipNotOwner(address caller);

    /// @notice The owner's account was replaced; call the factory's `follow`, then go on with the
    ///         successor.
    /// @param owner The account.
    error RelationshipOwnerReplaced(address owner);

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

    /// @notice The encrypted locator, a wrap or a reason has a length that is not allowed.
    /// @param length The length given.
    error RelationshipLengthInvalid(uint256 length);

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
    /// @dev Only the side that did not propose, while the institution is Active. Idempotent. A
    ///      replaced owner may still accept, which gives nothing away: it neither grants nor confirms.
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

    /// @notice Let another account take the owner's place; the subject of the records stays.
    /// @dev Only the factory, when the registrar says so.
    /// @param successor The account.
    function replaceOwner(address successor) external;

    /// @notice Name another mirror.
    /// @dev Only the owner.
    /// @param mirror An Active member other than this institution and the owner.
    function changeMirror(address mirror) external;

    /// @notice Wrap the relationship root to a newer key of the caller, after rotating it.
    /// @dev Only the owner or the institution. Writes nothing but the event.
    /// @param keyVersion The key's number.
    /// @param wrap The root and its salt, wrapped; 1 to 2,048 bytes.
    function rewrapRoot(uint32 keyVersion, bytes calldata wrap) external;

    /// @notice Who the parties are and where the relationship stands.
    /// @return owner The owner.
    /// @return institution The institution.
    /// @return mirror The mirror, Active or not; zero for none.
    /// @return status Where it stands.
    function parties()
        external
        view
        returns (address owner, address institution, address mirror, Status status);

    /// @notice The key epoch, and whether a revocation forces the next record into a new one.
    /// @return epoch The epoch of the newest record; 1 before there is any.
    /// @return rotating True when the next record must open a new epoch.
    function keyEpoch() external view returns (uint32 epoch, bool rotating);

    /// @notice Where the relationship stands.
    /// @return status The status.
    function status() external view returns (Status status);

    /// @notice Immutable subject of every record here (P04).
    /// @return subject keccak256(relationship ‖ first owner).
    function subjectId() external view returns (bytes32 subject);

    /// @notice The factory that made this clone.
    /// @return account Its address.
    function factory() external view returns (address account);
}
