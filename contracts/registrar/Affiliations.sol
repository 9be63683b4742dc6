// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IAffiliations} from "../../interfaces/registrar/IAffiliations.sol";
import {Persons} from "./Persons.sol";

/// @title Affiliations: the tree institution, department, clinician (R02)
/// @dev An affiliation is a department's id, or an institution's account padded to 32 bytes.
///      Standing is stored at each node and computed upwards, so a suspension holds for everyone
///      below at once and without a loop.
abstract contract Affiliations is IAffiliations, Persons {
    struct Department {
        address institution;
        Standing standing;
    }

    mapping(bytes32 department => Department) private _departments;
    mapping(address clinician => mapping(bytes32 affiliation => Standing)) private _affiliations;

    /// @inheritdoc IAffiliations
    function setDepartment(bytes32 department, Standing standing) external onlyInstitution {
        Department storage entry = _departments[department];
        address institution = _msgSender();
        bool foreign = entry.institution != address(0) && entry.institution != institution;
        if (foreign || _isInstitution(department)) revert RegistrarDepartmentInvalid(department);
        _requireStandingChange(entry.standing, standing);
        entry.institution = institution;
        entry.standing = standing;
        emit DepartmentChanged(institution, department, standing);
    }

    /// @inheritdoc IAffiliations
    function setAffiliation(
        address clinician,
        bytes32 affiliation,
        Standing standing
    ) external onlyInstitution {
        address institution = _msgSender();
        if (institutionOf(affiliation) != institution) {
            revert RegistrarDepartmentInvalid(affiliation);
        }
        _requireClinician(clinician);
        _requireStandingChange(_affiliations[clinician][affiliation], standing);
        _affiliations[clinician][affiliation] = standing;
        emit AffiliationChanged(clinician, institution, affiliation, standing);
    }

    /// @inheritdoc IAffiliations
    function setLicence(address clinician, Standing standing) external onlyInstitution {
        _requireClinician(clinician);
        Person storage person = _persons[clinician];
        if (person.certifier != _msgSender()) revert RegistrarNotClinician(clinician);
        _requireStandingChange(person.licence, standing);
        person.licence = standing;
        emit LicenceChanged(clinician, _msgSender(), standing);
    }

    /// @inheritdoc IAffiliations
    function isClinicianActive(
        address clinician,
        bytes32 affiliation
    ) public view returns (bool active, address institution) {
        institution = institutionOf(affiliation);
        active =
            _persons[clinician].licence == Standing.Active &&
            _affiliations[clinician][affiliation] == Standing.Active &&
            (_isInstitution(affiliation) ||
                _departments[affiliation].standing == Standing.Active) &&
            _consortium.isActive(institution);
    }

    /// @inheritdoc IAffiliations
    function departmentOf(
        bytes32 department
    ) external view returns (address institution, Standing standing) {
        return (_departments[department].institution, _departments[department].standing);
    }

    /// @inheritdoc IAffiliations
    function affiliationOf(
        address clinician,
        bytes32 affiliation
    ) external view returns (Standing standing) {
        return _affiliations[clinician][affiliation];
    }

    /// @inheritdoc IAffiliations
    function institutionOf(bytes32 affiliation) public view returns (address institution) {
        if (_isInstitution(affiliation)) return address(uint160(uint256(affiliation)));
        return _departments[affiliation].institution;
    }

    function _requireClinician(address clinician) private view {
        Person storage person = _persons[clinician];
        if (
            person.role != Role.Clinician || person.certification != Certification.Certified
        ) revert RegistrarNotClinician(clinician);
    }

    function _isInstitution(bytes32 affiliation) private pure returns (bool) {
        return uint256(affiliation) >> 160 == 0;
    }
}
