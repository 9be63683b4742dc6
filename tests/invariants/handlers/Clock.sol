// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Handler} from "../Handler.sol";
import {VM} from "../Vm.sol";
import {World} from "../world/World.sol";

/// @title Clock: time passes, mostly little of it
contract Clock is Handler {
    constructor(World world) Handler(world) {}

    function pass(uint256 seed) external counted {
        uint256 draw = _pick(seed, "draw", 10);
        uint256 most = draw < 6 ? 1 hours : draw < 9 ? 1 days : 8 days;
        VM.warp(block.timestamp + 1 + _pick(seed, "time", most));
    }

    function steps() external pure override returns (bytes4[] memory selectors) {
        selectors = new bytes4[](1);
        selectors[0] = this.pass.selector;
    }
}
