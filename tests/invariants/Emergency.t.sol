// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IBreakGlass} from "../../interfaces/IBreakGlass.sol";
import {Handler} from "./Handler.sol";
import {Suite} from "./Suite.sol";
import {Clock} from "./handlers/Clock.sol";
import {Emergencies} from "./handlers/Emergencies.sol";
import {Shake} from "./handlers/Shake.sol";

contract EmergencyInvariants is Suite {
    uint256 private constant THRESHOLD = 2;

    Emergencies private _emergencies;
    IBreakGlass private _breakGlass;

    /// @notice T26: every use leaves exactly one review open, until it was reviewed.
    function invariant_everyUseLeavesOneReviewOpen() public view {
        for (uint256 i; i < 3; ++i) {
            address house = _world.houseAt(i);
            uint256 open;
            for (uint256 j; j < _emergencies.askedCount(); ++j) {
                Emergencies.Asked memory asked = _emergencies.askedAt(j);
                bool due = asked.house == house && asked.openedAt != 0 && !asked.reviewed;
                if (due) open += 1;
                bool opened = _breakGlass.openingOf(asked.id).status ==
                    IBreakGlass.OpeningStatus.Opened;
                _hold(opened == (asked.openedAt != 0 && !asked.reviewed), "T26: another status");
            }
            _hold(_breakGlass.accountOf(house).unreviewed == open, "T26: another number");
        }
    }

    /// @notice T26: what is overdue is unreviewed too.
    function invariant_overdueIsUnreviewed() public view {
        for (uint256 i; i < 4; ++i) {
            IBreakGlass.Account memory account = _breakGlass.accountOf(_world.houseAt(i));
            _hold(account.overdue <= account.unreviewed, "T26: overdue, and reviewed");
        }
    }

    /// @notice T26: access ends by itself, within a day of the quorum's last approval.
    function invariant_accessEndsWithinADay() public view {
        for (uint256 i; i < _emergencies.askedCount(); ++i) {
            Emergencies.Asked memory asked = _emergencies.askedAt(i);
            IBreakGlass.Opening memory opening = _breakGlass.openingOf(asked.id);
            bool open = _breakGlass.isEmergencyOpen(asked.id);
            _hold(!open || asked.openedAt != 0, "T26: open without a quorum");
            if (asked.openedAt == 0) continue;
            _hold(opening.endsAt <= asked.openedAt + 1 days, "T26: longer than a day");
            bool late = block.timestamp >= asked.openedAt + 1 days;
            _hold(!late || !open, "T26: open for more than a day");
        }
    }

    /// @notice R24: a quorum of distinct institutions opened it, none of them the clinician's own.
    function invariant_aQuorumOpened() public view {
        for (uint256 i; i < _emergencies.askedCount(); ++i) {
            Emergencies.Asked memory asked = _emergencies.askedAt(i);
            if (asked.openedAt == 0) continue;
            _hold(asked.approvers.length >= THRESHOLD, "R24: too few");
            for (uint256 j; j < asked.approvers.length; ++j) {
                _hold(asked.approvers[j] != asked.house, "R24: the clinician's own institution");
                for (uint256 k; k < j; ++k) {
                    _hold(asked.approvers[j] != asked.approvers[k], "R24: the same one twice");
                }
            }
        }
    }

    /// @notice T26: nobody has more than four openings that wait for a review.
    function invariant_fourWaitForReviewAtMost() public view {
        for (uint256 i; i < 4; ++i) {
            IBreakGlass.Account memory account = _breakGlass.accountOf(_world.houseAt(i));
            _hold(account.unreviewed <= 4, "T26: more than four");
        }
    }

    function _handle() internal override returns (Handler[] memory handlers) {
        _emergencies = new Emergencies(_world);
        _breakGlass = IBreakGlass(address(_world.breakGlass()));
        handlers = new Handler[](3);
        handlers[0] = _emergencies;
        handlers[1] = new Shake(_world);
        handlers[2] = new Clock(_world);
    }
}
