// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IConsortium} from "../../../interfaces/IConsortium.sol";
import {IBallot} from "../../../interfaces/consortium/IBallot.sol";
import {IMembership} from "../../../interfaces/consortium/IMembership.sol";
import {IRules} from "../../../interfaces/consortium/IRules.sol";
import {Handler} from "../Handler.sol";
import {World} from "../world/World.sol";

/// @title Shake: members are suspended and restored, and everything is stopped for hours
/// @dev A whole vote is one step: how it is counted is looked at by Governance.
contract Shake is Handler {
    IConsortium private immutable _consortium;

    constructor(World world) Handler(world) {
        _consortium = IConsortium(address(world.consortium()));
    }

    function suspend(uint256 seed) external counted {
        (, uint32 electorate, , , ) = _consortium.census();
        // Seldom, and one at a time: the others' steps need most of them.
        require(electorate > 3 && _pick(seed, "seldom", 3) == 0);
        _change(_world.houseAt(_pick(seed, "house", 4)), IBallot.Action.SuspendInstitution);
    }

    function restore(uint256 seed) external counted {
        for (uint256 i; i < 4; ++i) {
            address house = _world.houseAt(_pick(seed, "house", 4) + i);
            if (_consortium.memberOf(house).standing == IMembership.Standing.Suspended) {
                return _change(house, IBallot.Action.RestoreInstitution);
            }
        }
        revert();
    }

    function stop(uint256 seed) external counted {
        require(_pick(seed, "seldom", 8) == 0);
        uint32 duration = uint32(1 + _pick(seed, "duration", 3 hours));
        uint40 closesAt = _later(seed, 2 hours, 1);
        bytes memory call = abi.encodeCall(IRules.proposeStop, (duration, closesAt));
        _carry(call, abi.encode(duration));
    }

    function isNeeded() external pure override returns (bool needed) {
        return false;
    }

    function steps() external pure override returns (bytes4[] memory selectors) {
        selectors = new bytes4[](3);
        selectors[0] = this.suspend.selector;
        selectors[1] = this.restore.selector;
        selectors[2] = this.stop.selector;
    }

    function _change(address house, IBallot.Action action) private {
        bytes memory call = abi.encodeCall(
            IConsortium.proposeStanding,
            (house, action, _later(0, 2 hours, 1))
        );
        _carry(call, abi.encode(house));
    }

    function _carry(bytes memory call, bytes memory parameters) private {
        address target = address(_consortium);
        uint256 id;
        for (uint256 i; i < 4; ++i) {
            address house = _world.houseAt(i);
            if (!_consortium.isMember(house)) continue;
            if (id == 0) id = abi.decode(_send(house, target, call), (uint256));
            _send(house, target, abi.encodeCall(IBallot.vote, (id, true)));
        }
        _send(_world.stranger(), target, abi.encodeCall(IBallot.enact, (id, parameters)));
    }
}
