// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IGuardianship} from "../../interfaces/IGuardianship.sol";
import {IRecovery} from "../../interfaces/IRecovery.sol";
import {Handler} from "./Handler.sol";
import {Suite} from "./Suite.sol";
import {Clock} from "./handlers/Clock.sol";
import {Guarding} from "./handlers/Guarding.sol";
import {Recovering} from "./handlers/Recovering.sol";
import {Shake} from "./handlers/Shake.sol";

contract RecoveryInvariants is Suite {
    uint256 private constant THRESHOLD = 2;

    Recovering private _recovering;
    Guarding private _guarding;

    /// @notice T25: an attempt that was vetoed, and that no institution attested, never completes.
    function invariant_aVetoedAttemptNeverCompletes() public view {
        for (uint256 i; i < _recovering.attemptCount(); ++i) {
            Recovering.Attempted memory attempt = _recovering.attemptAt(i);
            bool overruled = attempt.vetoed && !attempt.attested;
            _hold(!overruled || attempt.completedAt == 0, "T25: completed against a veto");
        }
    }

    /// @notice T25: none completes before enough guardians approved and the delay has passed.
    function invariant_noneCompletesBeforeItsDelay() public view {
        for (uint256 i; i < _recovering.attemptCount(); ++i) {
            Recovering.Attempted memory attempt = _recovering.attemptAt(i);
            if (attempt.completedAt == 0) continue;
            _hold(attempt.approvers.length >= THRESHOLD, "T25: too few guardians");
            uint40 from = attempt.attested ? attempt.attestedAt : attempt.enoughAt;
            _hold(from != 0 && attempt.completedAt >= from + attempt.delay, "T25: too early");
        }
    }

    /// @notice T25: what guardians open, the box too, waits for the delay and heeds the veto.
    function invariant_theBoxStaysShutBefore() public view {
        for (uint256 i; i < _recovering.attemptCount(); ++i) {
            Recovering.Attempted memory attempt = _recovering.attemptAt(i);
            if (!_recovering.isNewest(i)) continue;
            if (!_world.recovery().isRecoveryOpen(attempt.account)) continue;
            _hold(attempt.approvers.length >= THRESHOLD, "T25: open to too few");
            uint40 from = attempt.attested ? attempt.attestedAt : attempt.enoughAt;
            _hold(block.timestamp >= from + attempt.delay, "T25: open too early");
            _hold(!attempt.vetoed || attempt.attested, "T25: open against a veto");
        }
    }

    /// @notice T25: approvals are of distinct guardians, and each was counted once.
    function invariant_approvalsAreOfDistinctGuardians() public view {
        for (uint256 i; i < _recovering.attemptCount(); ++i) {
            Recovering.Attempted memory attempt = _recovering.attemptAt(i);
            for (uint256 j; j < attempt.approvers.length; ++j) {
                for (uint256 k; k < j; ++k) {
                    _hold(attempt.approvers[j] != attempt.approvers[k], "T25: twice the same");
                }
            }
            if (!_recovering.isNewest(i)) continue;
            IRecovery.Attempt memory found = _world.recovery().attemptOf(attempt.account);
            bool same = found.approvals == attempt.approvers.length;
            _hold(same && found.number == attempt.number, "T25: another number of approvals");
        }
    }

    /// @notice T25, R06: an account is replaced by its completed attempt, and by nothing else.
    function invariant_onlyACompletedAttemptReplaces() public view {
        for (uint256 i; i < _recovering.attemptCount(); ++i) {
            address account = _recovering.attemptAt(i).account;
            address current = _world.registrar().currentOf(account);
            address successor = _recovering.successorOf(account);
            bool replaced = current != account;
            _hold(replaced == (successor != address(0)), "T25: replaced by something else");
            bool followed = current == _world.registrar().currentOf(successor);
            _hold(!replaced || followed, "R06: another replacement");
        }
    }

    /// @notice R07: a guardian acts inside a mandate of two institutions, and for nobody dead.
    function invariant_guardiansActInsideTheirMandate() public view {
        for (uint256 i; i < _guarding.givenCount(); ++i) {
            if (!_guarding.isNewest(i)) continue;
            Guarding.Given memory given = _guarding.givenAt(i);
            address research = address(_world.research());
            IGuardianship guardianship = IGuardianship(address(_world.guardianship()));
            bool acts = guardianship.mayAct(given.ward, given.guardian, research);
            _hold(acts == _guarding.holds(given), "R07: another mandate");
        }
    }

    /// @notice T25, R07: no mandate reaches the recovery, or the guardianship itself.
    function invariant_guardiansNeverReachTheRecovery() public view {
        for (uint256 i; i < _guarding.givenCount(); ++i) {
            Guarding.Given memory given = _guarding.givenAt(i);
            IGuardianship guardianship = IGuardianship(address(_world.guardianship()));
            address[2] memory barred = [address(guardianship), address(_world.recovery())];
            for (uint256 j; j < barred.length; ++j) {
                bool acts = guardianship.mayAct(given.ward, given.guardian, barred[j]);
                _hold(!acts, "T25: a mandate too wide");
            }
        }
    }

    function _handle() internal override returns (Handler[] memory handlers) {
        _recovering = new Recovering(_world);
        _guarding = new Guarding(_world);
        handlers = new Handler[](4);
        handlers[0] = _recovering;
        handlers[1] = _guarding;
        handlers[2] = new Shake(_world);
        handlers[3] = new Clock(_world);
    }
}
