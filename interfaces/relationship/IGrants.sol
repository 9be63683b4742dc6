// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title Grants of a relationship: requests, consent and its withdrawal
/// @notice A viewer asks, the owner grants, refuses or revokes (R20, R21).
/// @dev Wrapped grant keys travel in events; the slips that complete them never do (P01).
interface IGrants {
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

    /// @notice What the owner grants.
    /// @param id Grant id of 16 bytes, chosen by the owner's client; the grant key follows from it.
    /// @param viewer Account that may read: a clinician, an institution, or another patient.
    /// @param affiliation The viewer's affiliation; zero when the viewer is another patient.
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

    /// @notice The grant id is zero, used already, or was revoked in advance.
    /// @param id The id.
    error GrantIdInvalid(bytes16 id);

    /// @notice The scope does not fit kind and record.
    /// @param scope The scope.
    error GrantScopeInvalid(Scope scope);

    /// @notice The expiry is not in the future.
    /// @param expiresAt The expiry.
    error GrantExpiryInvalid(uint40 expiresAt);

    /// @notice The viewer may not act under that affiliation now; without one, the viewer is not a
    ///         certified patient other than the owner, or is a member of the consortium.
    /// @param viewer The viewer.
    /// @param affiliation The affiliation.
    error GrantViewerInactive(address viewer, bytes32 affiliation);

    /// @notice The viewer belongs to the mirror, which would hold wrap and slips; name another
    ///         mirror first (P01).
    /// @param mirror The mirror.
    error GrantViewerIsMirror(address mirror);

    /// @notice The request was made or refused before; or what is answered is not open, or is
    ///         another viewer's.
    /// @param request The request.
    error RequestInvalid(bytes32 request);

    /// @notice The viewer has sixteen open requests here already.
    /// @param viewer The viewer.
    error RequestLimitReached(address viewer);

    /// @notice Ask the owner for access.
    /// @dev Only a clinician acting under an Active affiliation, while Accepted; at most sixteen
    ///      open ones each.
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
}
