// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IRegistrar} from "../../../interfaces/IRegistrar.sol";
import {IAffiliations} from "../../../interfaces/registrar/IAffiliations.sol";
import {IIdentities} from "../../../interfaces/registrar/IIdentities.sol";
import {IPersons} from "../../../interfaces/registrar/IPersons.sol";
import {Handler} from "../Handler.sol";
import {Signing} from "../Signing.sol";
import {World} from "../world/World.sol";

/// @title Identifying: people are registered, named, licensed and merged
contract Identifying is Handler {
    struct Bound {
        address house;
        bytes32 handle;
        address account;
    }

    IRegistrar private immutable _registrar;

    Bound[] private _bound;
    address[] private _people;
    mapping(address account => IPersons.Role role) public roleOf;
    mapping(address account => bytes32[] hashes) private _keys;
    mapping(address account => address successor) public successorOf;
    mapping(address clinician => bool lost) public lostLicence;

    constructor(World world) Handler(world) {
        _registrar = IRegistrar(address(world.registrar()));
        for (uint256 i; i < 2; ++i) _meet(world.patientAt(i), IPersons.Role.Patient);
        for (uint256 i; i < 3; ++i) _meet(world.clinicianAt(i), IPersons.Role.Clinician);
    }

    function register(uint256 seed) external counted {
        address account = _newcomer(seed);
        IPersons.Role role = _role(seed);
        address house = _world.activeHouse(seed);
        _world.register(account, house, role);
        _meet(account, role);
        _bound.push(Bound(house, keccak256(abi.encode("handle", account)), account));
    }

    function openChart(uint256 seed) external counted {
        address account = _newcomer(seed);
        uint256 staff = _pick(seed, "staff", 3);
        address house = _world.houseAt(staff);
        bytes memory key = _world.encryptionKey(seed);
        IRegistrar.Registration memory given = IRegistrar.Registration(
            house,
            account,
            IPersons.Role.Patient,
            1,
            keccak256(key),
            uint48(block.timestamp + 1 days)
        );
        bytes32 hash = Signing.registration(given);
        bytes memory signature = _world.sign(account, "Registrar", address(_registrar), hash);
        bytes32 handle = _some(seed, "chart");
        bytes memory call = abi.encodeCall(
            IRegistrar.openChart,
            (_world.departmentAt(staff), given, key, handle, signature)
        );
        _send(_world.clinicianAt(staff), address(_registrar), call);
        _meet(account, IPersons.Role.Patient);
        _bound.push(Bound(house, handle, account));
    }

    function applyFor(uint256 seed) external counted {
        address account = _newcomer(seed);
        IPersons.Role role = _role(seed);
        bytes memory key = _world.encryptionKey(seed);
        _send(account, address(_registrar), abi.encodeCall(IPersons.applyFor, (role, 1, key)));
        _meet(account, role);
    }

    function certify(uint256 seed) external counted {
        for (uint256 i; i < _people.length; ++i) {
            address account = _people[i];
            IPersons.Certification stage = _registrar.personOf(account).certification;
            if (stage != IPersons.Certification.Applied) continue;
            address house = _world.activeHouse(seed);
            bytes32 handle = _some(seed, "certified");
            bytes memory call = abi.encodeCall(IRegistrar.certify, (account, handle));
            _send(house, address(_registrar), call);
            _bound.push(Bound(house, handle, account));
            return;
        }
        revert();
    }

    function publishKey(uint256 seed) external counted {
        address account = _person(seed, "whose");
        bytes memory key = _world.encryptionKey(seed);
        _send(account, address(_registrar), abi.encodeCall(IPersons.publishKey, (2, key)));
        _breach(successorOf[account] != address(0), "R04: a key of one who was replaced");
        _keys[account].push(keccak256(abi.encodePacked(uint8(2), key)));
    }

    function bindHandle(uint256 seed) external counted {
        address account = _person(seed, "whose");
        address house = _world.activeHouse(seed);
        bytes32 handle = _some(seed, "handle");
        bytes memory call = abi.encodeCall(IIdentities.bindHandle, (handle, account));
        _send(house, address(_registrar), call);
        _bound.push(Bound(house, handle, account));
        address other = _world.houseAt(3);
        _breach(
            other != house && _registrar.accountOf(other, handle) != address(0),
            "P20: a handle at another institution"
        );
    }

    function releaseHandle(uint256 seed) external counted {
        uint256 index = _pick(seed, "bound", _bound.length);
        Bound memory bound = _bound[index];
        bytes memory call = abi.encodeCall(IIdentities.releaseHandle, (bound.handle));
        _send(bound.house, address(_registrar), call);
        _bound[index] = _bound[_bound.length - 1];
        _bound.pop();
    }

    function merge(uint256 seed) external counted {
        address account = _person(seed, "whose");
        address successor = _person(seed, "by whom");
        bool former = successorOf[successor] != address(0) || successorOf[account] != address(0);
        _world.merge(_world.activeHouse(seed), account, successor);
        _breach(former, "R01: a successor that was replaced");
        _breach(roleOf[account] != roleOf[successor], "R01: a successor in another role");
        successorOf[account] = successor;
        if (roleOf[account] == IPersons.Role.Clinician) lostLicence[account] = true;
    }

    function setLicence(uint256 seed) external counted {
        address clinician = _person(seed, "whose");
        IPersons.Standing standing = IPersons.Standing(1 + _pick(seed, "standing", 3));
        address house = _registrar.personOf(clinician).certifier;
        bytes memory call = abi.encodeCall(IAffiliations.setLicence, (clinician, standing));
        _send(house, address(_registrar), call);
        _breach(lostLicence[clinician], "R02: a licence came back");
        if (standing == IPersons.Standing.Revoked) lostLicence[clinician] = true;
    }

    /// @dev Replacing, naming and registering without the right or the signature for it.
    function meddle(uint256 seed) external counted {
        address account = _person(seed, "whose");
        address successor = _person(seed, "by whom");
        address target = address(_registrar);
        address house = _world.activeHouse(seed);
        bytes memory call = abi.encodeCall(IIdentities.replace, (account, successor));
        _breach(_try(house, target, call), "T25: replaced by no recovery");
        IIdentities.Replacement memory given = IIdentities.Replacement(
            account,
            successor,
            uint48(block.timestamp + 1 days)
        );
        bytes32 hash = Signing.replacement(given);
        bytes memory signature = _world.sign(successor, "Registrar", target, hash);
        call = abi.encodeCall(IIdentities.merge, (given, signature, signature));
        _breach(account != successor && _try(house, target, call), "T25: merged unsigned");
        call = abi.encodeCall(IIdentities.bindHandle, (_some(seed, "stolen"), account));
        _breach(_try(_world.stranger(), target, call), "P20: bound by a stranger");
    }

    function boundCount() external view returns (uint256 count) {
        return _bound.length;
    }

    function boundAt(uint256 index) external view returns (Bound memory bound) {
        return _bound[index];
    }

    function people() external view returns (address[] memory accounts) {
        return _people;
    }

    function keysOf(address account) external view returns (bytes32[] memory hashes) {
        return _keys[account];
    }

    function steps() external pure override returns (bytes4[] memory selectors) {
        selectors = new bytes4[](10);
        selectors[0] = this.register.selector;
        selectors[1] = this.openChart.selector;
        selectors[2] = this.applyFor.selector;
        selectors[3] = this.certify.selector;
        selectors[4] = this.publishKey.selector;
        selectors[5] = this.bindHandle.selector;
        selectors[6] = this.releaseHandle.selector;
        selectors[7] = this.merge.selector;
        selectors[8] = this.setLicence.selector;
        selectors[9] = this.meddle.selector;
    }

    function _meet(address account, IPersons.Role role) private {
        _people.push(account);
        roleOf[account] = role;
        _keys[account].push(_registrar.keyHashOf(account, 1));
    }

    /// @dev A key pair that nobody has used: sixteen of them, so that lists stay short.
    function _newcomer(uint256 seed) private returns (address account) {
        require(_people.length < 16);
        return _world.makeAccount(string(abi.encode("newcomer", seed)));
    }

    function _person(uint256 seed, string memory purpose) private view returns (address) {
        return _people[_pick(seed, purpose, _people.length)];
    }

    function _role(uint256 seed) private pure returns (IPersons.Role role) {
        return IPersons.Role(1 + _pick(seed, "role", 2));
    }
}
