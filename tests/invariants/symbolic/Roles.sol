// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {VM} from "../Vm.sol";
import {Scene} from "./Scene.sol";

/// @title Roles: who may call what, for any caller and any arguments
abstract contract Roles is Scene {
    /// @dev Whoever calls, it is refused, unless it is the one who may. The forwarder is nobody:
    ///      it calls for whoever signed.
    function _onlyBy(address allowed, address caller, address target, bytes memory call) internal {
        VM.assume(caller != allowed);
        _refuses(caller, target, call);
    }

    function _onlyByOneOf(
        address first,
        address second,
        address caller,
        address target,
        bytes memory call
    ) internal {
        VM.assume(caller != second);
        _onlyBy(first, caller, target, call);
    }

    function _onlyByMembers(address caller, address target, bytes memory call) internal {
        VM.assume(caller != HOUSE && caller != MIRROR && caller != OTHER && caller != FOURTH);
        _refuses(caller, target, call);
    }

    function _refuses(address caller, address target, bytes memory call) internal {
        VM.assume(caller != address(forwarder));
        assert(!_try(caller, target, call));
    }
}
