// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Actions} from "./Actions.sol";
import {World} from "./world/World.sol";

/// @title Handler: steps of one kind, each made of one seed
/// @dev A step that reverts leaves no trace; the others are counted, so that an invariant cannot
///      hold because nothing happened.
abstract contract Handler is Actions {
    World internal immutable _world;

    uint256 public calls;
    mapping(bytes4 step => uint256) public count;
    /// @notice What somebody got through with and never should have; empty while all is well.
    string public breach;

    modifier counted() {
        _;
        calls += 1;
        count[msg.sig] += 1;
    }

    constructor(World world) {
        _world = world;
    }

    /// @dev Whether no run may pass without it; what only disturbs the others may be left out.
    function isNeeded() external pure virtual returns (bool needed) {
        return true;
    }

    function steps() external pure virtual returns (bytes4[] memory selectors);

    function _breach(bool happened, string memory what) internal {
        if (happened) breach = what;
    }

    /// @dev One of `size` numbers; the same seed and purpose give the same one.
    function _pick(
        uint256 seed,
        string memory purpose,
        uint256 size
    ) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, purpose))) % size;
    }

    function _some(uint256 seed, string memory purpose) internal pure returns (bytes32) {
        return keccak256(abi.encode(seed, purpose));
    }

    function _later(uint256 seed, uint256 least, uint256 span) internal view returns (uint40) {
        return uint40(block.timestamp + least + _pick(seed, "later", span));
    }
}
