// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {IIdentities} from "../../interfaces/registrar/IIdentities.sol";
import {Persons} from "./Persons.sol";

/// @title Identities: handles, demographics, and accounts that stand for other accounts
abstract contract Identities is IIdentities, Persons, EIP712 {
    uint256 private constant LONGEST_LOCATOR = 256;
    bytes32 private constant REPLACEMENT_TYPEHASH =
        keccak256("Replacement(address account,address successor,uint48 deadline)");

    struct Demographics {
        bytes32 root;
        bytes32 locatorHash;
    }

    /// @inheritdoc IIdentities
    address public immutable recovery;

    // By institution first: a handle copied from the chain is worth nothing elsewhere (P20).
    mapping(address institution => mapping(bytes32 handle => address account)) private _handles;
    mapping(address account => address successor) private _successors;
    mapping(address account => Demographics) private _demographics;

    constructor(address recovery_) {
        recovery = recovery_;
    }

    /// @inheritdoc IIdentities
    function bindHandle(bytes32 handle, address account) external onlyInstitution {
        if (!_isInUse(account)) {
            revert RegistrarPersonInvalid(account, _persons[account].certification);
        }
        _bind(_msgSender(), handle, account);
        emit HandleBound(_msgSender(), handle, account);
    }

    /// @inheritdoc IIdentities
    function releaseHandle(bytes32 handle) external onlyInstitution {
        if (_handles[_msgSender()][handle] == address(0)) revert RegistrarHandleUnknown(handle);
        _handles[_msgSender()][handle] = address(0);
        emit HandleReleased(_msgSender(), handle);
    }

    /// @inheritdoc IIdentities
    function merge(
        Replacement calldata replacement,
        bytes calldata accountSignature,
        bytes calldata successorSignature
    ) external onlyInstitution {
        if (block.timestamp > replacement.deadline) {
            revert RegistrarDeadlinePassed(replacement.deadline);
        }
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(REPLACEMENT_TYPEHASH, replacement)));
        _requireSignature(replacement.account, digest, accountSignature);
        _requireSignature(replacement.successor, digest, successorSignature);
        _replace(replacement.account, replacement.successor);
    }

    /// @inheritdoc IIdentities
    function replace(address account, address successor) external {
        if (msg.sender != recovery) revert RegistrarNotRecovery(msg.sender);
        _replace(account, successor);
    }

    /// @inheritdoc IIdentities
    function publishDemographics(bytes32 root, bytes calldata locator) external {
        address account = _msgSender();
        _requireKeyed(account);
        if (locator.length == 0 || locator.length > LONGEST_LOCATOR) {
            revert RegistrarLocatorInvalid(locator.length);
        }
        _demographics[account] = Demographics(root, keccak256(locator));
        emit DemographicsPublished(account, root, locator);
    }

    /// @inheritdoc IIdentities
    function demographicsOf(
        address account
    ) external view returns (bytes32 root, bytes32 locatorHash) {
        return (_demographics[account].root, _demographics[account].locatorHash);
    }

    /// @inheritdoc IIdentities
    function currentOf(address account) public view returns (address current) {
        current = account;
        // A row of one person's own accounts: each replacement took their signatures or guardians.
        while (_successors[current] != address(0)) current = _successors[current];
    }

    function _bind(address institution, bytes32 handle, address account) internal {
        if (handle == 0 || _handles[institution][handle] != address(0)) {
            revert RegistrarHandleTaken(handle);
        }
        _handles[institution][handle] = account;
    }

    function _handled(address institution, bytes32 handle) internal view returns (address) {
        return currentOf(_handles[institution][handle]);
    }

    function _requireSignature(
        address account,
        bytes32 digest,
        bytes calldata signature
    ) internal view {
        if (!SignatureChecker.isValidSignatureNow(account, digest, signature)) {
            revert RegistrarSignatureInvalid(account);
        }
    }

    function _replace(address account, address successor) private {
        Person storage person = _persons[account];
        bool valid = account != successor &&
            person.role != Role.None &&
            person.role == _persons[successor].role &&
            _isInUse(account) &&
            _isInUse(successor);
        if (!valid) revert RegistrarReplacementInvalid(account, successor);
        person.certification = Certification.Replaced;
        // Its licence goes with it; institutions affiliate the successor anew.
        if (person.role == Role.Clinician) person.licence = Standing.Revoked;
        _successors[account] = successor;
        emit AccountReplaced(account, successor, _msgSender());
    }
}
