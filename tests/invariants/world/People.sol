// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IRegistrar} from "../../../interfaces/IRegistrar.sol";
import {IAffiliations} from "../../../interfaces/registrar/IAffiliations.sol";
import {IIdentities} from "../../../interfaces/registrar/IIdentities.sol";
import {IPersons} from "../../../interfaces/registrar/IPersons.sol";
import {Signing} from "../Signing.sol";
import {VM} from "../Vm.sol";
import {Founding} from "./Founding.sol";

/// @title People: who acts, with their signing keys
/// @dev Houses 0 to 3 are the founders, 4 and 5 may be voted in; clinician i is of house i.
abstract contract People is Founding {
    address[] private _houses;
    address[] private _patients;
    address[] private _clinicians;
    address[] private _spares;
    bytes32[] private _departments;
    mapping(address account => uint256 key) private _keys;
    address public stranger;

    function sign(
        address signer,
        string memory name,
        address target,
        bytes32 hash
    ) public view returns (bytes memory signature) {
        return Signing.sign(_keys[signer], name, target, hash);
    }

    function houseAt(uint256 index) public view returns (address house) {
        return _houses[index % _houses.length];
    }

    /// @dev One of the founders that is active, or none.
    function activeHouse(uint256 seed) public view returns (address house) {
        for (uint256 i; i < _founders.length; ++i) {
            house = _founders[((seed % _founders.length) + i) % _founders.length];
            if (consortium.isActive(house)) return house;
        }
        return address(0);
    }

    function houseCount() public view returns (uint256 count) {
        return _houses.length;
    }

    function patientAt(uint256 index) public view returns (address patient) {
        return _patients[index % _patients.length];
    }

    function patientCount() public view returns (uint256 count) {
        return _patients.length;
    }

    function clinicianAt(uint256 index) public view returns (address clinician) {
        return _clinicians[index % _clinicians.length];
    }

    function departmentAt(uint256 index) public view returns (bytes32 department) {
        return _departments[index % _departments.length];
    }

    function spareAt(uint256 index) public view returns (address account) {
        return _spares[index % _spares.length];
    }

    function spareCount() public view returns (uint256 count) {
        return _spares.length;
    }

    /// @dev Zero for a house without a clinician of its own.
    function staffOf(address house) public view returns (address clinician, bytes32 department) {
        for (uint256 i; i < _clinicians.length; ++i) {
            if (_houses[i] == house) return (_clinicians[i], _departments[i]);
        }
    }

    /// @dev A new account with a key, of nobody yet.
    function makeAccount(string memory name) public returns (address account) {
        uint256 key = uint256(keccak256(bytes(name))) >> 8;
        account = VM.addr(key);
        _keys[account] = key;
    }

    function register(
        address account,
        address house,
        IPersons.Role role
    ) public returns (IRegistrar.Registration memory given) {
        bytes memory key = encryptionKey(uint160(account));
        uint48 deadline = uint48(block.timestamp + 1 days);
        given = IRegistrar.Registration(house, account, role, SUITE, keccak256(key), deadline);
        bytes32 handle = keccak256(abi.encode("handle", account));
        bytes32 hash = Signing.registration(given);
        bytes memory signature = sign(account, "Registrar", address(registrar), hash);
        bytes memory call = abi.encodeCall(IRegistrar.register, (given, key, handle, signature));
        _send(house, address(registrar), call);
    }

    function registerPatient(address account, address house) public {
        register(account, house, IPersons.Role.Patient);
        _patients.push(account);
    }

    /// @dev Both sign that the successor stands for the account from now on.
    function merge(address house, address account, address successor) public {
        uint48 deadline = uint48(block.timestamp + 1 days);
        IIdentities.Replacement memory given = IIdentities.Replacement(
            account,
            successor,
            deadline
        );
        bytes32 hash = Signing.replacement(given);
        bytes memory first = sign(account, "Registrar", address(registrar), hash);
        bytes memory second = sign(successor, "Registrar", address(registrar), hash);
        _send(house, address(registrar), abi.encodeCall(IIdentities.merge, (given, first, second)));
    }

    function _name() internal {
        string[6] memory names = ["house0", "house1", "house2", "house3", "house4", "house5"];
        for (uint256 i; i < names.length; ++i) _houses.push(makeAccount(names[i]));
        for (uint256 i; i < 4; ++i) _founders.push(_houses[i]);
        insurer = makeAccount("insurer");
        researcher = makeAccount("researcher");
        regulator = makeAccount("regulator");
        stranger = makeAccount("stranger");
        string[8] memory letters = ["a", "b", "c", "d", "e", "f", "g", "h"];
        for (uint256 i; i < letters.length; ++i) _spares.push(makeAccount(letters[i]));
    }

    function _registerAll() internal {
        registerPatient(makeAccount("patient0"), _houses[0]);
        registerPatient(makeAccount("patient1"), _houses[1]);
        string[3] memory names = ["clinician0", "clinician1", "clinician2"];
        for (uint256 i; i < names.length; ++i) {
            address clinician = makeAccount(names[i]);
            register(clinician, _houses[i], IPersons.Role.Clinician);
            _clinicians.push(clinician);
            bytes32 department = keccak256(abi.encode("department", i));
            _departments.push(department);
            _affiliate(clinician, _houses[i], department);
        }
    }

    function _affiliate(address clinician, address house, bytes32 department) private {
        IPersons.Standing active = IPersons.Standing.Active;
        address target = address(registrar);
        _send(house, target, abi.encodeCall(IAffiliations.setDepartment, (department, active)));
        bytes32[2] memory places = [department, padded(house)];
        for (uint256 i; i < places.length; ++i) {
            bytes memory call = abi.encodeCall(
                IAffiliations.setAffiliation,
                (clinician, places[i], active)
            );
            _send(house, target, call);
        }
    }
}
