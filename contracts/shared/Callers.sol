// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";

import {IConsortium} from "../../interfaces/IConsortium.sol";
import {IRegistrar} from "../../interfaces/IRegistrar.sol";
import {IRelationship} from "../../interfaces/IRelationship.sol";
import {IPersons} from "../../interfaces/registrar/IPersons.sol";
import {IParties} from "../../interfaces/relationship/IParties.sol";
import {ICallers} from "../../interfaces/shared/ICallers.sol";

/// @title Callers: who calls, in the words of consortium, registrar and relationships
/// @dev Every contract here can be called through the forwarder (P22).
abstract contract Callers is ICallers, ERC2771Context {
    uint256 private constant LONGEST_NOTE = 2048;

    IConsortium internal immutable _consortium;
    IRegistrar internal immutable _registrar;
    // A clone is known by its code: only the factory opens one, so a copy by anybody else has no
    // parties (P50).
    bytes32 private immutable _cloneHash;

    constructor(address consortium, address registrar, address relationship) {
        _consortium = IConsortium(consortium);
        _registrar = IRegistrar(registrar);
        _cloneHash = keccak256(
            abi.encodePacked(
                hex"363d3d373d3d3d363d73",
                relationship,
                hex"5af43d82803e903d91602b57fd5bf3"
            )
        );
    }

    function _requireInstitution() internal view returns (address institution) {
        institution = _msgSender();
        if (!_consortium.isActive(institution)) revert CallerNotInstitution(institution);
    }

    /// @dev Returns the institution in whose name the caller acts.
    function _requireClinician(bytes32 affiliation) internal view returns (address institution) {
        bool active;
        (active, institution) = _registrar.isClinicianActive(_msgSender(), affiliation);
        if (!active) revert CallerNotClinician(_msgSender(), affiliation);
    }

    /// @dev The institution itself, or a clinician of it under any affiliation of it.
    function _requireOf(address institution, bytes32 affiliation) internal view {
        if (_msgSender() == institution) {
            if (!_consortium.isActive(institution)) revert CallerNotInstitution(institution);
        } else if (_requireClinician(affiliation) != institution) {
            revert CallerNotClinician(_msgSender(), affiliation);
        }
    }

    function _requirePatient() internal view returns (address patient) {
        patient = _msgSender();
        if (!_isPatient(patient)) revert CallerNotPatient(patient);
    }

    function _requireAcceptedFor(
        address relationship
    ) internal view returns (address owner, address institution) {
        IParties.Status status;
        (owner, institution, status) = _partiesOf(relationship);
        if (status != IParties.Status.Accepted) revert RelationshipNotAccepted(relationship);
    }

    /// @dev The owner or the institution, whatever became of the relationship or the institution.
    function _requirePartyOf(address relationship) internal view returns (bool isOwner) {
        (address owner, address institution, ) = _partiesOf(relationship);
        isOwner = _msgSender() == owner;
        if (!isOwner && _msgSender() != institution) revert CallerNotAllowed(_msgSender());
    }

    function _partiesOf(
        address relationship
    ) internal view returns (address owner, address institution, IParties.Status status) {
        if (relationship.codehash != _cloneHash) revert RelationshipUnknown(relationship);
        // The mirror decides nothing here.
        // slither-disable-next-line unused-return
        (owner, institution, , status) = IRelationship(relationship).parties();
        if (status == IParties.Status.None) revert RelationshipUnknown(relationship);
    }

    /// @dev The institution itself, or somebody who reads under an affiliation of it.
    function _isOf(
        address institution,
        address viewer,
        bytes32 affiliation
    ) internal view returns (bool) {
        return viewer == institution || _registrar.institutionOf(affiliation) == institution;
    }

    function _isPatient(address account) internal view returns (bool) {
        IPersons.Person memory person = _registrar.personOf(account);
        return
            person.role == IPersons.Role.Patient &&
            person.certification == IPersons.Certification.Certified;
    }

    function _checkNote(uint256 length) internal pure {
        if (length > LONGEST_NOTE) revert LengthInvalid(length);
    }

    /// @dev Lists are given whole in one call: a cap for each, so that none grows out of a block.
    function _checkList(uint256 length, uint256 most) internal pure {
        if (length == 0 || length > most) revert LengthInvalid(length);
    }
}
