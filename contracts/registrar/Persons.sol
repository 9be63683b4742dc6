// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";

import {IConsortium} from "../../interfaces/IConsortium.sol";
import {IPersons} from "../../interfaces/registrar/IPersons.sol";

/// @title Persons: accounts and their encryption keys
abstract contract Persons is IPersons, ERC2771Context {
    uint256 private constant SHORTEST_KEY = 64;
    uint256 private constant LONGEST_KEY = 8192;

    IConsortium internal immutable _consortium;

    mapping(address account => Person) internal _persons;
    // Keys themselves travel in events: a hash in storage is what anchors them (P61).
    mapping(address account => mapping(uint32 version => bytes32 hash)) private _keyHashes;

    modifier onlyInstitution() {
        _requireInstitution();
        _;
    }

    constructor(address consortium) {
        _consortium = IConsortium(consortium);
    }

    /// @inheritdoc IPersons
    function applyFor(Role role, uint8 suite, bytes calldata key) external {
        address account = _msgSender();
        _create(account, role, Certification.Applied, address(0));
        _addKey(account, suite, key);
        emit PersonApplied(account, role, suite, key);
    }

    /// @inheritdoc IPersons
    function publishKey(uint8 suite, bytes calldata key) external {
        address account = _msgSender();
        _requireKeyed(account);
        uint32 version = _addKey(account, suite, key);
        emit KeyPublished(account, version, suite, key);
    }

    /// @inheritdoc IPersons
    function personOf(address account) external view returns (Person memory person) {
        return _persons[account];
    }

    /// @inheritdoc IPersons
    function keyHashOf(address account, uint32 version) external view returns (bytes32 hash) {
        return _keyHashes[account][version];
    }

    function _create(
        address account,
        Role role,
        Certification certification,
        address certifier
    ) internal {
        Person storage person = _persons[account];
        // An institution's account is never a person's too: roles would mix. One that has not
        // enrolled yet is known by its seat.
        if (person.keyVersion != 0 || _consortium.seatOf(account) != 0) {
            revert RegistrarPersonInvalid(account, person.certification);
        }
        if (role == Role.None) revert RegistrarRoleInvalid(role);
        person.role = role;
        _certify(person, certification, certifier);
    }

    function _certify(
        Person storage person,
        Certification certification,
        address certifier
    ) internal {
        if (certification == Certification.Certified && person.role == Role.Clinician) {
            person.licence = Standing.Active;
        }
        person.certification = certification;
        person.certifier = certifier;
        person.since = uint40(block.timestamp);
    }

    function _addKey(
        address account,
        uint8 suite,
        bytes calldata key
    ) internal returns (uint32 version) {
        if (key.length < SHORTEST_KEY || key.length > LONGEST_KEY || suite == 0) {
            revert RegistrarKeyInvalid(key.length, suite);
        }
        version = ++_persons[account].keyVersion;
        _keyHashes[account][version] = keccak256(abi.encodePacked(suite, key));
    }

    function _requireKeyed(address account) internal view {
        Person storage person = _persons[account];
        if (person.keyVersion == 0 || person.certification == Certification.Replaced) {
            revert RegistrarPersonInvalid(account, person.certification);
        }
    }

    function _isInUse(address account) internal view returns (bool) {
        Certification certification = _persons[account].certification;
        return certification == Certification.Certified || certification == Certification.Chart;
    }

    function _requireInstitution() internal view {
        if (!_consortium.isActive(_msgSender())) revert RegistrarNotInstitution(_msgSender());
    }

    function _requireStandingChange(Standing from, Standing to) internal pure {
        bool allowed = from == Standing.None
            ? to == Standing.Active
            : from != Standing.Revoked && to != Standing.None && from != to;
        if (!allowed) revert RegistrarStandingInvalid(from, to);
    }
}
