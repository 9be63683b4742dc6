// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {IRegistrar} from "../interfaces/IRegistrar.sol";
import {ISummary} from "../interfaces/ISummary.sol";
import {Affiliations} from "./registrar/Affiliations.sol";
import {Identities} from "./registrar/Identities.sol";
import {Persons} from "./registrar/Persons.sol";

contract Registrar is IRegistrar, Affiliations, Identities {
    bytes32 private constant REGISTRATION_TYPEHASH =
        keccak256(
            "Registration(address institution,address account,uint8 role,uint8 suite,bytes32 keyHash,uint48 deadline)"
        );

    /// @inheritdoc IRegistrar
    address public immutable summaryImplementation;

    constructor(
        address forwarder,
        address consortium,
        address summary,
        address recovery_
    )
        ERC2771Context(forwarder)
        Persons(consortium)
        EIP712("Chartkey Registrar", "1")
        Identities(recovery_)
    {
        summaryImplementation = summary;
    }

    /// @inheritdoc IRegistrar
    function register(
        Registration calldata registration,
        bytes calldata key,
        bytes32 handle,
        bytes calldata signature
    ) external onlyInstitution returns (address summary) {
        address account = registration.account;
        summary = _admit(_msgSender(), registration, Certification.Certified, key, handle, signature);
        emit PersonRegistered(
            account,
            _msgSender(),
            handle,
            registration.role,
            summary,
            registration.suite,
            key
        );
    }

    /// @inheritdoc IRegistrar
    function openChart(
        bytes32 affiliation,
        Registration calldata registration,
        bytes calldata key,
        bytes32 handle,
        bytes calldata signature
    ) external returns (address summary) {
        address institution = _requireOfInstitution(affiliation);
        if (registration.role != Role.Patient) revert RegistrarRoleInvalid(registration.role);
        summary = _admit(institution, registration, Certification.Chart, key, handle, signature);
        emit ChartOpened(
            registration.account,
            institution,
            _msgSender(),
            handle,
            summary,
            registration.suite,
            key
        );
    }

    /// @inheritdoc IRegistrar
    function certify(
        address account,
        bytes32 handle
    ) external onlyInstitution returns (address summary) {
        Person storage person = _persons[account];
        if (person.certification != Certification.Applied) {
            revert RegistrarPersonInvalid(account, person.certification);
        }
        _certify(person, Certification.Certified, _msgSender());
        _bind(_msgSender(), handle, account);
        summary = _openSummary(account);
        emit PersonCertified(account, _msgSender(), handle, summary);
    }

    /// @inheritdoc IRegistrar
    function enrol(
        uint8 suite,
        bytes calldata key
    ) external onlyInstitution returns (address summary) {
        address institution = _msgSender();
        Person storage person = _persons[institution];
        if (person.keyVersion != 0) {
            revert RegistrarPersonInvalid(institution, person.certification);
        }
        _certify(person, Certification.Certified, institution);
        _addKey(institution, suite, key);
        summary = _openSummary(institution);
        emit InstitutionEnrolled(institution, summary, suite, key);
    }

    /// @inheritdoc IRegistrar
    function accountOf(
        address institution,
        bytes32 handle
    ) external view returns (address account) {
        return _handled(institution, handle);
    }

    /// @inheritdoc IRegistrar
    function summaryOfHandle(
        address institution,
        bytes32 handle
    ) external view returns (address summary) {
        return summaryOf(_handled(institution, handle));
    }

    /// @inheritdoc IRegistrar
    function summaryOf(address account) public view returns (address summary) {
        if (!_isInUse(account)) return address(0);
        return
            Clones.predictDeterministicAddress(summaryImplementation, _salt(account), address(this));
    }

    function _admit(
        address institution,
        Registration calldata registration,
        Certification certification,
        bytes calldata key,
        bytes32 handle,
        bytes calldata signature
    ) private returns (address summary) {
        _checkRegistration(institution, registration, key, signature);
        address account = registration.account;
        _create(account, registration.role, certification, institution);
        _addKey(account, registration.suite, key);
        _bind(institution, handle, account);
        return _openSummary(account);
    }

    function _openSummary(address account) private returns (address summary) {
        summary = Clones.cloneDeterministic(summaryImplementation, _salt(account));
        ISummary(summary).open(account);
    }

    /// @dev A clinician acts in the institution's name, under an affiliation of it (R02).
    function _requireOfInstitution(bytes32 affiliation) private view returns (address institution) {
        address caller = _msgSender();
        bool active;
        (active, institution) = isClinicianActive(caller, affiliation);
        if (caller == institution) active = _consortium.isActive(caller);
        if (!active) revert RegistrarNotInstitution(caller);
    }

    function _checkRegistration(
        address institution,
        Registration calldata registration,
        bytes calldata key,
        bytes calldata signature
    ) private view {
        if (block.timestamp > registration.deadline) {
            revert RegistrarDeadlinePassed(registration.deadline);
        }
        if (registration.institution != institution || registration.keyHash != keccak256(key)) {
            revert RegistrarSignatureInvalid(registration.account);
        }
        bytes32 digest = _hashTypedDataV4(
            keccak256(abi.encode(REGISTRATION_TYPEHASH, registration))
        );
        _requireSignature(registration.account, digest, signature);
    }

    function _salt(address account) private pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }
}
