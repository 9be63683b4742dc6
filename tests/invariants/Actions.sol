// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {VM} from "./Vm.sol";

/// @title Actions: calls in somebody's name
abstract contract Actions {
    /// @dev The call's data is complete before the prank, which holds for one call only.
    function _send(
        address from,
        address to,
        bytes memory data
    ) internal returns (bytes memory result) {
        bool done;
        (done, result) = _attempt(from, to, data);
        if (!done) {
            assembly {
                revert(add(result, 0x20), mload(result))
            }
        }
    }

    function _try(address from, address to, bytes memory data) internal returns (bool done) {
        (done, ) = _attempt(from, to, data);
    }

    function _attempt(
        address from,
        address to,
        bytes memory data
    ) internal returns (bool done, bytes memory result) {
        VM.prank(from);
        return to.call(data);
    }
}
