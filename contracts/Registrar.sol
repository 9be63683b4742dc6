// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {IRegistrar} from "../interfaces/IRegistrar.sol";
import {ISummary} from "../interfaces/ISummary.sol";
import {Affiliations} from "./registrar/Affiliations.sol";
import {Persons} from "./registrar/Persons.sol";

contract Registrar is IRegistrar, Affiliations, EIP712 {
    bytes32 private constant REGISTRATION_TYPEHASH =
        keccak256(
            "Registration(address institution,address account,uint8 role,uint8 suite,bytes32 keyHash,uint48 deadline)"
        );

    /// @inheritdoc IRegistrar
    address public immutable summaryImplementation;

    // By institution first: a handle copied from the chain is worth nothing elsewhere (P20).
    mapping(address institution => mapping(bytes32 handle => address account)) private _handles;

    constructor(
        address forwarder,
        address consortium,
        address summary
    ) ERC2771Context(forwarder) Persons(consortium) EIP712("Chartkey Registrar", "1") {
        summaryImplementation = summary;
    }

    /// @inheritdoc IRegistrar
    function register(
        Registration calldata registration,
        bytes calldata key,
        bytes32 handle,
        bytes calldata signature
    ) external onlyInstitution returns (address summary) {
        _checkRegistration(registration, key, signature);
        address account = registration.account;
        _create(account, registration.role, Certification.Certified, _msgSender());
        _addKey(account, registration.suite, key);
        _bind(handle, account);
        summary = _openSummary(account);
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
    function certify(
        address account,
        bytes32 handle
    ) external onlyInstitution returns (address summary) {
        Person storage person = _persons[account];
        if (person.certification != Certification.Applied) {
            revert RegistrarPersonInvalid(account, person.certification);
        }
        _certify(person, Certification.Certified, _msgSender());
        _bind(handle, account);
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
        return _handles[institution][handle];
    }

    /// @inheritdoc IRegistrar
    function summaryOfHandle(
        address institution,
        bytes32 handle
    ) external view returns (address summary) {
        return summaryOf(_handles[institution][handle]);
    }

    /// @inheritdoc IRegistrar
    function summaryOf(address account) public view returns (address summary) {
        if (_persons[account].certification != Certification.Certified) return address(0);
        return
            Clones.predictDeterministicAddress(summaryImplementation, _salt(account), address(this));
    }

    function _bind(bytes32 handle, address account) private {
        if (handle == 0 || _handles[_msgSender()][handle] != address(0)) {
            revert RegistrarHandleTaken(handle);
        }
        _handles[_msgSender()][handle] = account;
    }

    function _openSummary(address account) private returns (address summary) {
        summary = Clones.cloneDeterministic(summaryImplementation, _salt(account));
        ISummary(summary).open(account);
    }

    function _checkRegistration(
        Registration calldata registration,
        bytes calldata key,
        bytes calldata signature
    ) private view {
        if (block.timestamp > registration.deadline) {
            revert RegistrarDeadlinePassed(registration.deadline);
        }
        bytes32 digest = _hashTypedDataV4(
            keccak256(abi.encode(REGISTRATION_TYPEHASH, registration))
        );
        bool bound = registration.institution == _msgSender() &&
            registration.keyHash == keccak256(key);
        if (
            !bound ||
            !SignatureChecker.isValidSignatureNow(registration.account, digest, signature)
        ) revert RegistrarSignatureInvalid(registration.account);
    }

    function _salt(address account) private pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }
}
