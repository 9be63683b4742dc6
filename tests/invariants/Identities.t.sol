// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IRegistrar} from "../../interfaces/IRegistrar.sol";
import {IPersons} from "../../interfaces/registrar/IPersons.sol";
import {Handler} from "./Handler.sol";
import {Suite} from "./Suite.sol";
import {Clock} from "./handlers/Clock.sol";
import {Identifying} from "./handlers/Identifying.sol";
import {Shake} from "./handlers/Shake.sol";

contract IdentityInvariants is Suite {
    Identifying private _identifying;
    IRegistrar private _registrar;

    /// @notice R02: a role is for ever, and an institution's account has none.
    function invariant_rolesNeverChange() public view {
        address[] memory people = _identifying.people();
        for (uint256 i; i < people.length; ++i) {
            IPersons.Role role = _registrar.personOf(people[i]).role;
            _hold(role == _identifying.roleOf(people[i]), "R02: another role");
        }
        for (uint256 i; i < 4; ++i) {
            IPersons.Role role = _registrar.personOf(_world.houseAt(i)).role;
            _hold(role == IPersons.Role.None, "R02: an institution with a person's role");
        }
    }

    /// @notice R01: who was replaced has no Summary, and what leads there leads to the successor.
    function invariant_whoWasReplacedHasNoSummary() public view {
        address[] memory people = _identifying.people();
        for (uint256 i; i < people.length; ++i) {
            address successor = _identifying.successorOf(people[i]);
            if (successor == address(0)) continue;
            _hold(_registrar.summaryOf(people[i]) == address(0), "R01: a Summary of the replaced");
            address current = _registrar.currentOf(people[i]);
            _hold(current == _registrar.currentOf(successor), "R01: another successor");
        }
    }

    /// @notice R01: a row of replacements ends at somebody who was not replaced.
    function invariant_replacementsEnd() public view {
        address[] memory people = _identifying.people();
        for (uint256 i; i < people.length; ++i) {
            address current = _registrar.currentOf(people[i]);
            _hold(_identifying.successorOf(current) == address(0), "R01: replaced, yet current");
            bool replaced = _registrar.personOf(people[i]).certification ==
                IPersons.Certification.Replaced;
            bool known = _identifying.successorOf(people[i]) != address(0);
            _hold(replaced == known, "T25: replaced by itself");
        }
    }

    /// @notice R04: every key that was published stays resolvable, in its order.
    function invariant_keysStayResolvable() public view {
        address[] memory people = _identifying.people();
        for (uint256 i; i < people.length; ++i) {
            bytes32[] memory keys = _identifying.keysOf(people[i]);
            bool all = _registrar.personOf(people[i]).keyVersion == keys.length;
            _hold(all, "R04: another number of keys");
            for (uint32 j; j < keys.length; ++j) {
                _hold(_registrar.keyHashOf(people[i], j + 1) == keys[j], "R04: another key");
            }
        }
    }

    /// @notice P20: a handle leads to whoever it was bound to, or to the one who follows.
    function invariant_handlesLeadToTheirPersons() public view {
        for (uint256 i; i < _identifying.boundCount(); ++i) {
            Identifying.Bound memory bound = _identifying.boundAt(i);
            address found = _registrar.accountOf(bound.house, bound.handle);
            _hold(found == _registrar.currentOf(bound.account), "P20: somebody else's handle");
        }
    }

    /// @notice P20: a handle that one institution bound is unknown at every other.
    function invariant_handlesAreOfOneInstitution() public view {
        for (uint256 i; i < _identifying.boundCount(); ++i) {
            Identifying.Bound memory bound = _identifying.boundAt(i);
            for (uint256 j; j < 4; ++j) {
                address other = _world.houseAt(j);
                if (other == bound.house) continue;
                address found = _registrar.accountOf(other, bound.handle);
                _hold(found == address(0), "P20: known elsewhere");
            }
        }
    }

    /// @notice R02: a licence that was revoked, or went with its account, lets nobody act again.
    function invariant_aLostLicenceStaysLost() public view {
        address[] memory people = _identifying.people();
        for (uint256 i; i < people.length; ++i) {
            if (!_identifying.lostLicence(people[i])) continue;
            bool revoked = _registrar.personOf(people[i]).licence == IPersons.Standing.Revoked;
            _hold(revoked, "R02: licensed again");
            for (uint256 j; j < 3; ++j) {
                (bool active, ) = _registrar.isClinicianActive(people[i], _world.departmentAt(j));
                _hold(!active, "R02: active without a licence");
            }
        }
    }

    /// @notice R02: nobody is active whose institution is not.
    function invariant_aSuspendedHouseStopsItsStaff() public view {
        for (uint256 i; i < 3; ++i) {
            (bool active, address house) = _registrar.isClinicianActive(
                _world.clinicianAt(i),
                _world.departmentAt(i)
            );
            bool open = _world.consortium().isActive(house);
            _hold(!active || open, "R02: active under a house that is not");
        }
    }

    function _handle() internal override returns (Handler[] memory handlers) {
        _identifying = new Identifying(_world);
        _registrar = IRegistrar(address(_world.registrar()));
        handlers = new Handler[](3);
        handlers[0] = _identifying;
        handlers[1] = new Shake(_world);
        handlers[2] = new Clock(_world);
    }
}
