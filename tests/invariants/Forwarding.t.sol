// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IForwarder} from "../../interfaces/IForwarder.sol";
import {IResearch} from "../../interfaces/IResearch.sol";
import {Handler} from "./Handler.sol";
import {Suite} from "./Suite.sol";
import {Clock} from "./handlers/Clock.sol";
import {Relaying} from "./handlers/Relaying.sol";

contract ForwardingInvariants is Suite {
    Relaying private _relaying;
    IForwarder private _forwarder;

    /// @notice T34: what a patient signed is executed once, however often relays deliver it.
    function invariant_aMessageIsExecutedOnce() public view {
        for (uint256 i; i < _relaying.heldCount(); ++i) {
            _hold(_relaying.heldAt(i).executions <= 1, "T34: executed twice");
        }
    }

    /// @notice P22: exactly the nonces that were executed or given up are used, in any order.
    function invariant_usedNoncesAreThoseOfExecutedMessages() public view {
        for (uint256 i; i < _relaying.heldCount(); ++i) {
            Relaying.Held memory held = _relaying.heldAt(i);
            bool used = _forwarder.isNonceUsed(held.request.from, held.request.nonce);
            _hold(used == (held.executions == 1 || held.cancelled), "P22: another nonce is used");
        }
    }

    /// @notice P22, R43: whatever the order of delivery, the patient's newest choice stands.
    function invariant_reorderingChangesNoChoice() public view {
        for (uint256 i; i < 2; ++i) {
            address patient = _world.patientAt(i);
            IResearch.Choice memory found = _world.research().choiceOf("study", patient);
            bool same = found.number == _relaying.newestOf(patient).number;
            _hold(same, "R43: an older choice, or another's");
        }
    }

    /// @notice T34: no nonce of one signer is used up by another.
    function invariant_noncesAreOfTheirSigners() public view {
        for (uint256 i; i < _relaying.heldCount(); ++i) {
            Relaying.Held memory held = _relaying.heldAt(i);
            address stranger = _world.stranger();
            _hold(!_forwarder.isNonceUsed(stranger, held.request.nonce), "T34: a stranger's");
        }
    }

    function _handle() internal override returns (Handler[] memory handlers) {
        _relaying = new Relaying(_world);
        _forwarder = IForwarder(address(_world.forwarder()));
        handlers = new Handler[](2);
        handlers[0] = _relaying;
        handlers[1] = new Clock(_world);
    }
}
