// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";

import {IGuardianship} from "../interfaces/IGuardianship.sol";
import {IPersons} from "../interfaces/registrar/IPersons.sol";
import {Callers} from "./shared/Callers.sol";

contract Guardianship is IGuardianship, Callers {
    uint40 private constant DELAY = 3 days;

    mapping(address ward => mapping(address guardian => Mandate)) private _mandates;

    constructor(
        address forwarder,
        address consortium,
        address registrar,
        address relationship
    ) ERC2771Context(forwarder) Callers(consortium, registrar, relationship) {}

    /// @inheritdoc IGuardianship
    function appoint(
        address ward,
        address guardian,
        Basis basis,
        uint40 endsAt,
        bytes32 evidence
    ) external {
        address institution = _requireInstitution();
        _checkPersons(ward, guardian);
        if (basis == Basis.None || endsAt <= block.timestamp) {
            revert GuardianshipTermsInvalid(basis, endsAt);
        }
        Mandate storage mandate = _mandates[ward][guardian];
        bool standing = mandate.status == MandateStatus.Proposed ||
            mandate.status == MandateStatus.Confirmed;
        if (standing && block.timestamp < mandate.endsAt) {
            revert GuardianshipStatusInvalid(mandate.status);
        }
        _mandates[ward][guardian] = Mandate(
            MandateStatus.Proposed,
            basis,
            0,
            endsAt,
            institution,
            evidence
        );
        emit GuardianProposed(ward, guardian, institution, basis, endsAt, evidence);
    }

    /// @inheritdoc IGuardianship
    function confirm(
        address ward,
        address guardian,
        Basis basis,
        uint40 endsAt,
        bytes32 evidence
    ) external {
        address institution = _requireInstitution();
        Mandate storage mandate = _mandates[ward][guardian];
        if (mandate.status != MandateStatus.Proposed) {
            revert GuardianshipStatusInvalid(mandate.status);
        }
        if (institution == mandate.proposer) revert GuardianshipSameInstitution(institution);
        uint40 startsAt = uint40(block.timestamp) + DELAY;
        bool same = basis == mandate.basis &&
            endsAt == mandate.endsAt &&
            evidence == mandate.evidence;
        if (!same || startsAt >= endsAt) revert GuardianshipTermsInvalid(basis, endsAt);
        mandate.status = MandateStatus.Confirmed;
        mandate.startsAt = startsAt;
        emit GuardianConfirmed(ward, guardian, institution, startsAt);
    }

    /// @inheritdoc IGuardianship
    function revokeGuardian(address ward, address guardian) external {
        Mandate storage mandate = _mandates[ward][guardian];
        address caller = _msgSender();
        if (caller != ward && caller != guardian && caller != mandate.proposer) {
            revert CallerNotAllowed(caller);
        }
        if (mandate.status == MandateStatus.Revoked) return;
        if (mandate.status == MandateStatus.None) {
            revert GuardianshipStatusInvalid(MandateStatus.None);
        }
        mandate.status = MandateStatus.Revoked;
        emit GuardianRevoked(ward, guardian, caller);
    }

    /// @inheritdoc IGuardianship
    function mandateOf(
        address ward,
        address guardian
    ) external view returns (Mandate memory mandate) {
        return _mandates[ward][guardian];
    }

    /// @inheritdoc IGuardianship
    function mayAct(
        address ward,
        address guardian,
        address target
    ) external view returns (bool allowed) {
        return
            target != address(this) &&
            target != _registrar.recovery() &&
            _mandates[ward][guardian].basis != Basis.Deceased &&
            _holds(ward, guardian);
    }

    /// @inheritdoc IGuardianship
    function mayRead(address ward, address reader) external view returns (bool allowed) {
        return _holds(ward, reader);
    }

    function _holds(address ward, address guardian) private view returns (bool) {
        Mandate storage mandate = _mandates[ward][guardian];
        return
            mandate.status == MandateStatus.Confirmed &&
            block.timestamp >= mandate.startsAt &&
            block.timestamp < mandate.endsAt &&
            // Who was replaced acts no more, for others neither.
            _registrar.personOf(guardian).certification == IPersons.Certification.Certified;
    }

    function _checkPersons(address ward, address guardian) private view {
        IPersons.Person memory person = _registrar.personOf(ward);
        bool inUse = person.certification == IPersons.Certification.Certified ||
            person.certification == IPersons.Certification.Chart;
        bool valid = ward != guardian &&
            person.role == IPersons.Role.Patient &&
            inUse &&
            _registrar.personOf(guardian).role != IPersons.Role.None &&
            _registrar.personOf(guardian).certification == IPersons.Certification.Certified;
        if (!valid) revert GuardianshipPersonsInvalid(ward, guardian);
    }
}
