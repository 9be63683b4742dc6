// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Handler} from "./Handler.sol";
import {VM} from "./Vm.sol";
import {World} from "./world/World.sol";

/// @title Suite: a world, the handlers that change it, and what must hold after each step
abstract contract Suite {
    struct Step {
        Handler handler;
        bytes4 selector;
    }

    error Broken(string what);
    error NeverGotThrough(address handler, bytes4 step);

    uint256 private constant WALK = 2500;

    World internal _world;
    Handler[] private _handlers;
    Step[] private _steps;

    function setUp() public {
        // By its artifact, so that not every suite holds the code of all contracts.
        _world = World(VM.deployCode("World.sol:World"));
        Handler[] memory made = _handle();
        for (uint256 i; i < made.length; ++i) {
            _handlers.push(made[i]);
            bytes4[] memory steps = made[i].steps();
            for (uint256 j; j < steps.length; ++j) _steps.push(Step(made[i], steps[j]));
        }
    }

    /// @notice Every step of every handler gets through somewhere on a long walk.
    function test_everyStepGetsThrough() public {
        for (uint256 i; i < WALK; ++i) {
            Step memory step = _steps[_random(i, "step") % _steps.length];
            bytes memory call = abi.encodeWithSelector(step.selector, _random(i, "seed"));
            // Not every step is possible at every time; whether each was is looked at below.
            (bool done, ) = address(step.handler).call(call);
            done;
        }
        for (uint256 i; i < _steps.length; ++i) {
            bool reached = _steps[i].handler.count(_steps[i].selector) != 0;
            if (!reached) revert NeverGotThrough(address(_steps[i].handler), _steps[i].selector);
        }
    }

    /// @notice Nobody got through with what the handlers tried and never should succeed in.
    function invariant_nothingForbiddenSucceeds() public view {
        for (uint256 i; i < _handlers.length; ++i) {
            string memory breach = _handlers[i].breach();
            _hold(bytes(breach).length == 0, breach);
        }
    }

    /// @dev Each run must have got through to every handler.
    function afterInvariant() public view {
        for (uint256 i; i < _handlers.length; ++i) {
            bool idle = _handlers[i].calls() == 0;
            if (idle && _handlers[i].isNeeded()) revert NeverGotThrough(address(_handlers[i]), 0);
        }
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](_handlers.length);
        for (uint256 i; i < targets.length; ++i) targets[i] = address(_handlers[i]);
    }

    function _handle() internal virtual returns (Handler[] memory handlers);

    function _hold(bool holds, string memory what) internal pure {
        if (!holds) revert Broken(what);
    }

    function _random(uint256 i, string memory purpose) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(i, purpose)));
    }
}
