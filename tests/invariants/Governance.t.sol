// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IConsortium} from "../../interfaces/IConsortium.sol";
import {IBallot} from "../../interfaces/consortium/IBallot.sol";
import {IMembership} from "../../interfaces/consortium/IMembership.sol";
import {Handler} from "./Handler.sol";
import {Suite} from "./Suite.sol";
import {Clock} from "./handlers/Clock.sol";
import {Governance} from "./handlers/Governance.sol";

contract GovernanceInvariants is Suite {
    Governance private _governance;
    IConsortium private _consortium;

    /// @notice T15: standing is what enacted votes and the invited's own signatures made it.
    function invariant_oneKeyNeverChangesMembership() public view {
        for (uint256 i; i < _world.houseCount(); ++i) {
            address house = _world.houseAt(i);
            bool same = _consortium.memberOf(house).standing == _governance.expected(house);
            _hold(same, "T15: standing changed by itself");
        }
    }

    /// @notice T16: two members at least stay active.
    function invariant_twoMembersStay() public view {
        _hold(_governance.activeCount() >= 2, "T16: fewer than two members");
    }

    /// @notice T16: the electorate is the number of active members.
    function invariant_electorateIsTheActiveMembers() public view {
        (, uint32 electorate, , uint32 unsigned, ) = _consortium.census();
        _hold(electorate == _governance.activeCount(), "T16: the electorate is another number");
        _hold(unsigned == 0, "P40: unfounded again");
    }

    /// @notice T16: the votes of an open proposal are of distinct members that are present.
    function invariant_votesAreOfDistinctPresentMembers() public view {
        (, , uint32 round, , ) = _consortium.census();
        for (uint256 i; i < _governance.pollCount(); ++i) {
            Governance.Poll memory poll = _governance.pollAt(i);
            IBallot.Proposal memory proposal = _consortium.proposalOf(poll.id);
            if (proposal.enacted || proposal.round != round) continue;
            uint256 present = _governance.presentYes(poll.yes);
            _hold(proposal.yes == present, "T16: a vote of nobody present");
        }
    }

    /// @notice T16, R03: more than half of the active members carried whatever was enacted.
    function invariant_whatWasEnactedHadAMajority() public view {
        for (uint256 i; i < _governance.pollCount(); ++i) {
            Governance.Poll memory poll = _governance.pollAt(i);
            bool enacted = _consortium.proposalOf(poll.id).enacted;
            _hold(enacted == poll.enacted, "P40: enacted by itself");
            if (enacted) _hold(poll.present * 2 > poll.electorate, "R03: no majority");
        }
    }

    /// @notice P40: an open proposal's parameters, action and proposer never change.
    function invariant_proposalsStayWhatTheyWere() public view {
        for (uint256 i; i < _governance.pollCount(); ++i) {
            Governance.Poll memory poll = _governance.pollAt(i);
            IBallot.Proposal memory proposal = _consortium.proposalOf(poll.id);
            bool same = proposal.digest == keccak256(poll.parameters) &&
                proposal.action == poll.action;
            _hold(same, "P40: a proposal changed");
        }
    }

    /// @notice P41: a stop never lasts for more than seven days.
    function invariant_aStopLastsSevenDaysAtMost() public view {
        _hold(_consortium.stoppedUntil() <= block.timestamp + 7 days, "P41: a longer stop");
    }

    /// @notice P01: a seat is of one account for ever, since relationships name mirrors by it.
    function invariant_seatsStayWithTheirAccounts() public view {
        (uint32 seats, , , , ) = _consortium.census();
        address[] memory accounts = _consortium.members(0, seats);
        for (uint256 i; i < accounts.length; ++i) {
            _hold(_consortium.seatOf(accounts[i]) == i + 1, "P01: a seat of another account");
            if (i < 4) _hold(accounts[i] == _world.houseAt(i), "P01: a founder's seat moved");
        }
    }

    /// @notice R02, P41: nobody but an active member, outside a stop, is active.
    function invariant_onlyActiveMembersAct() public view {
        bool stopped = block.timestamp < _consortium.stoppedUntil();
        for (uint256 i; i < _world.houseCount(); ++i) {
            address house = _world.houseAt(i);
            bool member = _governance.expected(house) == IMembership.Standing.Active;
            _hold(_consortium.isMember(house) == member, "R02: who is a member");
            _hold(_consortium.isActive(house) == (member && !stopped), "P41: who may act");
        }
    }

    function _handle() internal override returns (Handler[] memory handlers) {
        _governance = new Governance(_world);
        _consortium = IConsortium(address(_world.consortium()));
        handlers = new Handler[](2);
        handlers[0] = _governance;
        handlers[1] = new Clock(_world);
    }
}
