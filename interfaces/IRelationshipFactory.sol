// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title RelationshipFactory: makes the relationship clones
/// @notice One Patient–Provider Relationship at a time for each pair of owner and institution.
/// @dev A clone's address follows from owner, institution and nonce by CREATE2 and is known
///      before it exists (P04). Nonce n+1 is accepted, and precluded, only when n is refused,
///      ended or precluded: a pair has one live relationship, and nobody has more than one
///      proposal open with the same partner. An account that took another's place may have that
///      one's besides its own, see `follow`.
interface IRelationshipFactory {
    /// @notice What the proposer hands over.
    /// @param owner The owner, as a rule a patient.
    /// @param institution The steward.
    /// @param nonce How many relationships this pair has had before, precluded ones included.
    /// @param mirror The member that keeps the second copy of the key slips (P01); zero in a
    ///        consortium of two, and only there.
    /// @param rootCommitment Salted commitment to the relationship root (P02).
    /// @param ownerKeyVersion The owner's key that `ownerWrap` is for.
    /// @param institutionKeyVersion The institution's key that `institutionWrap` is for.
    /// @param ownerWrap The root and its salt, wrapped to the owner; at most 2,048 bytes.
    /// @param institutionWrap The same, wrapped to the institution; at most 2,048 bytes.
    struct Opening {
        address owner;
        address institution;
        uint32 nonce;
        address mirror;
        bytes32 rootCommitment;
        uint32 ownerKeyVersion;
        uint32 institutionKeyVersion;
        bytes ownerWrap;
        bytes institutionWrap;
    }

    /// @notice A genuine relationship came into being; clones not announced here are not one.
    /// @param owner The owner.
    /// @param institution The institution.
    /// @param relationship The clone.
    /// @param nonce Its number for this pair.
    event RelationshipCreated(
        address indexed owner,
        address indexed institution,
        address indexed relationship,
        uint32 nonce
    );

    /// @notice A relationship that does not exist yet was closed in advance (P22).
    /// @param owner The owner.
    /// @param institution The institution.
    /// @param relationship The address the clone would have had.
    /// @param nonce Its number for this pair.
    event RelationshipPrecluded(
        address indexed owner,
        address indexed institution,
        address indexed relationship,
        uint32 nonce
    );

    /// @notice The caller is neither the owner nor the institution.
    /// @param caller The caller.
    error RelationshipFactoryNotParty(address caller);

    /// @notice The owner has no Summary, or is the institution itself.
    /// @param owner The owner.
    error RelationshipFactoryOwnerInvalid(address owner);

    /// @notice The institution is not Active or not enrolled; a person who was voted in never is.
    /// @param institution The institution.
    error RelationshipFactoryInstitutionInvalid(address institution);

    /// @notice The mirror is the institution or the owner, not an Active member, or missing
    ///         although there are more than two.
    /// @param mirror The mirror.
    error RelationshipFactoryMirrorInvalid(address mirror);

    /// @notice A wrap is empty or longer than 2,048 bytes.
    /// @param length The length given.
    error RelationshipFactoryWrapInvalid(uint256 length);

    /// @notice The pair's previous relationship is not closed; this nonce is too high.
    /// @param previous The previous relationship.
    error RelationshipFactoryPreviousOpen(address previous);

    /// @notice This relationship exists already, or was refused in advance; use the next nonce.
    /// @param relationship Its address.
    error RelationshipFactoryClosed(address relationship);

    /// @notice No relationship of this factory is at the address, or its owner was not replaced.
    /// @param relationship The address.
    error RelationshipFactoryNothingToFollow(address relationship);

    /// @notice Two contracts of the deployment do not name each other; deploy again.
    /// @param expected This factory.
    /// @param found What the other contract names.
    error RelationshipFactoryMisplaced(address expected, address found);

    /// @notice Propose a relationship; the other side accepts or refuses it.
    /// @dev Only the owner, or the Active institution.
    /// @param opening What the proposer hands over.
    /// @return relationship The new clone.
    function propose(Opening calldata opening) external returns (address relationship);

    /// @notice Close a relationship whether or not it exists yet.
    /// @dev Only the owner or the institution. A clone that exists is refused or ended; for one
    ///      that does not, a tombstone is left that the proposal meets. Idempotent. The previous
    ///      one must be closed.
    /// @param owner The owner.
    /// @param institution The institution.
    /// @param nonce Its number for this pair.
    function preclude(address owner, address institution, uint32 nonce) external;

    /// @notice Let a relationship follow its owner to the account that took the owner's place.
    /// @dev Anyone may call, once for each replacement: nothing but the registrar decides. The
    ///      relationship is listed in the successor's Summary too.
    /// @param relationship The relationship.
    function follow(address relationship) external;

    /// @notice The address of a pair's relationship, whether or not it exists.
    /// @param owner The owner.
    /// @param institution The institution.
    /// @param nonce Its number for this pair.
    /// @return relationship The address.
    function relationshipOf(
        address owner,
        address institution,
        uint32 nonce
    ) external view returns (address relationship);

    /// @notice Whether an address was closed before it existed.
    /// @param relationship The address.
    /// @return precluded True when it was.
    function isPrecluded(address relationship) external view returns (bool precluded);

    /// @notice The contract whose clones are the relationships.
    /// @return implementation Its address.
    function relationshipImplementation() external view returns (address implementation);
}
