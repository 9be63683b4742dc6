// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IPersons} from "./IPersons.sol";

/// @title Affiliations: the tree institution, department, clinician
/// @notice Suspending a node stops everyone below it at once (R02).
/// @dev Whether a clinician may act is computed upwards through the tree, without a loop.
interface IAffiliations is IPersons {
    /// @notice A department was opened, or its standing changed.
    /// @param institution The institution it belongs to.
    /// @param department Its opaque id.
    /// @param standing Where it stands now.
    event DepartmentChanged(
        address indexed institution,
        bytes32 indexed department,
        Standing standing
    );

    /// @notice A clinician was affiliated, or the affiliation's standing changed.
    /// @param clinician The clinician.
    /// @param institution The institution.
    /// @param affiliation The department's id, or the institution's account padded to 32 bytes.
    /// @param standing Where it stands now.
    event AffiliationChanged(
        address indexed clinician,
        address indexed institution,
        bytes32 indexed affiliation,
        Standing standing
    );

    /// @notice A clinician's licence changed.
    /// @param clinician The clinician.
    /// @param institution The certifying institution, which changed it.
    /// @param standing Where it stands now.
    event LicenceChanged(
        address indexed clinician,
        address indexed institution,
        Standing standing
    );

    /// @notice The affiliation is another institution's or nobody's, or the id of a department to
    ///         open looks like an account.
    /// @param department The id.
    error RegistrarDepartmentInvalid(bytes32 department);

    /// @notice The account is not a certified clinician, or not one that the caller certified.
    /// @param account The account.
    error RegistrarNotClinician(address account);

    /// @notice Open a department, or suspend, restore or revoke one.
    /// @dev Only an Active institution, for its own. Ids are 32 random bytes.
    /// @param department Its opaque id; the first 12 bytes must not all be zero.
    /// @param standing Where it is to stand.
    function setDepartment(bytes32 department, Standing standing) external;

    /// @notice Affiliate a clinician, or suspend, restore or revoke an affiliation.
    /// @dev Only an Active institution, for itself or for a department of its own.
    /// @param clinician A certified clinician.
    /// @param affiliation A department's id, or the caller's account padded to 32 bytes.
    /// @param standing Where it is to stand.
    function setAffiliation(address clinician, bytes32 affiliation, Standing standing) external;

    /// @notice Suspend, restore or revoke a clinician's licence.
    /// @dev Only the Active institution that certified the clinician.
    /// @param clinician The clinician.
    /// @param standing Where it is to stand.
    function setLicence(address clinician, Standing standing) external;

    /// @notice Whether a clinician may act under an affiliation now.
    /// @param clinician The clinician.
    /// @param affiliation The affiliation.
    /// @return active True when licence, affiliation, department and institution are all Active.
    /// @return institution The institution above that affiliation; zero when there is none.
    function isClinicianActive(
        address clinician,
        bytes32 affiliation
    ) external view returns (bool active, address institution);

    /// @notice The institution above an affiliation.
    /// @param affiliation A department's id or a padded institution account.
    /// @return institution The institution; zero for an unknown department.
    function institutionOf(bytes32 affiliation) external view returns (address institution);

    /// @notice Where a department stands.
    /// @param department Its id.
    /// @return institution The institution it belongs to.
    /// @return standing Where it stands.
    function departmentOf(
        bytes32 department
    ) external view returns (address institution, Standing standing);

    /// @notice Where an affiliation stands by itself, not looking up the tree.
    /// @param clinician The clinician.
    /// @param affiliation The affiliation.
    /// @return standing Where it stands.
    function affiliationOf(
        address clinician,
        bytes32 affiliation
    ) external view returns (Standing standing);
}
