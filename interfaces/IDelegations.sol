// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IGrants} from "./relationship/IGrants.sol";
import {ICallers} from "./shared/ICallers.sol";

/// @title Delegations: second-level consent inside what the patient granted (R28, P12)
/// @notice An institution that was granted access lets a clinician, a department or another
///         institution use it, never wider and never longer than the grant.
/// @dev A delegation dies with its grant, and so with the owner's revocation.
interface IDelegations is ICallers {
    /// @notice Where a delegation stands by itself; expiry and the grant's end are computed.
    enum DelegationStatus {
        None,
        Delegated,
        Revoked
    }

    /// @notice What an institution delegates.
    /// @param salt 32 random bytes; the delegation's id is keccak256(delegator ‖ salt).
    /// @param delegate Who may read: a clinician, or an institution's gateway.
    /// @param affiliation The delegate's affiliation; the grant's own when that is a department.
    /// @param scope What is covered, no wider than the grant's.
    /// @param kind The kind, when scope is Kind; else zero.
    /// @param recordId The record, when scope is Record; else zero.
    /// @param expiresAt First second at which it no longer holds; no later than the grant's.
    /// @param keyVersion The delegate's encryption key that the wrap is for.
    /// @param wrap The key wrapped to the delegate, 1 to 2,048 bytes.
    struct Delegation {
        bytes32 salt;
        address delegate;
        bytes32 affiliation;
        IGrants.Scope scope;
        uint8 kind;
        bytes32 recordId;
        uint40 expiresAt;
        uint32 keyVersion;
        bytes wrap;
    }

    /// @notice What is stored of a delegation; AccessDelegated carries the rest.
    /// @param relationship The relationship.
    /// @param expiresAt First second at which it no longer holds, in Unix time.
    /// @param status Where it stands.
    /// @param delegator Who delegated.
    /// @param grant The grant inside which it stands.
    /// @param digest keccak256 of the ABI-encoded delegate, affiliation, scope, kind, recordId,
    ///        keyVersion and keccak256(wrap).
    struct DelegationState {
        address relationship;
        uint40 expiresAt;
        DelegationStatus status;
        address delegator;
        bytes16 grant;
        bytes32 digest;
    }

    /// @notice An institution delegated.
    /// @param relationship The relationship.
    /// @param id The delegation's id.
    /// @param delegate Who may read.
    /// @param delegator Who delegated.
    /// @param grant The grant inside which it stands.
    /// @param content What was delegated.
    event AccessDelegated(
        address indexed relationship,
        bytes32 indexed id,
        address indexed delegate,
        address delegator,
        bytes16 grant,
        Delegation content
    );

    /// @notice A delegation was revoked.
    /// @param id The delegation.
    /// @param by Who revoked it.
    event DelegationRevoked(bytes32 indexed id, address indexed by);

    /// @notice The grant is not live, or was not made with these terms.
    /// @param grant The grant.
    error DelegationGrantInvalid(bytes16 grant);

    /// @notice The scope is wider than the grant's, or does not fit kind and record.
    /// @param scope The scope given.
    error DelegationScopeInvalid(IGrants.Scope scope);

    /// @notice The expiry is not in the future, or later than the grant's.
    /// @param expiresAt The expiry given.
    error DelegationExpiryInvalid(uint40 expiresAt);

    /// @notice The delegate may not act under that affiliation, or not under the grant's own.
    /// @param delegate The delegate.
    /// @param affiliation The affiliation.
    error DelegationDelegateInvalid(address delegate, bytes32 affiliation);

    /// @notice The id was used before, or is unknown.
    /// @param id The id.
    error DelegationIdInvalid(bytes32 id);

    /// @notice Let somebody use a grant inside its limits.
    /// @dev Only the Active institution that is the grant's viewer. Nobody of the mirror is a
    ///      delegate (P01).
    /// @param relationship The relationship.
    /// @param grant The grant as it was made; checked against its digest.
    /// @param delegation What is delegated.
    /// @return id The delegation's id.
    function delegate(
        address relationship,
        IGrants.Grant calldata grant,
        Delegation calldata delegation
    ) external returns (bytes32 id);

    /// @notice Revoke a delegation.
    /// @dev Only the owner or the delegator. Idempotent.
    /// @param id The delegation.
    function revokeDelegation(bytes32 id) external;

    /// @notice What is stored of a delegation.
    /// @param id Its id.
    /// @return delegation All fields; DelegationStatus.None when unknown.
    function delegationOf(bytes32 id) external view returns (DelegationState memory delegation);

    /// @notice Whether a delegation holds at the block's time, and with it its grant and the standing
    ///         of who delegated.
    /// @param id Its id.
    /// @return live True when it does.
    function isDelegationLive(bytes32 id) external view returns (bool live);
}
