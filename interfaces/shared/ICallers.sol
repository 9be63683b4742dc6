// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

/// @title Callers: why a contract beside the relationships refuses a caller
/// @notice What the alliance's smaller contracts have in common.
interface ICallers {
    /// @notice The caller is not an Active institution, or all are stopped.
    /// @param caller The caller.
    error CallerNotInstitution(address caller);

    /// @notice The caller may not act as a clinician under that affiliation now.
    /// @param caller The caller.
    /// @param affiliation The affiliation named.
    error CallerNotClinician(address caller, bytes32 affiliation);

    /// @notice The caller is not a certified patient.
    /// @param caller The caller.
    error CallerNotPatient(address caller);

    /// @notice The caller is not the one that may do this.
    /// @param caller The caller.
    error CallerNotAllowed(address caller);

    /// @notice No relationship of this deployment is at the address, or it was never proposed.
    /// @param relationship The address.
    error RelationshipUnknown(address relationship);

    /// @notice A relationship must be Accepted for this.
    /// @param relationship The relationship.
    error RelationshipNotAccepted(address relationship);

    /// @notice A text, a list or a wrap has a length that is not allowed.
    /// @param length The length given.
    error LengthInvalid(uint256 length);
}
