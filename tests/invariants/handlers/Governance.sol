// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IConsortium} from "../../../interfaces/IConsortium.sol";
import {IBallot} from "../../../interfaces/consortium/IBallot.sol";
import {IMembership} from "../../../interfaces/consortium/IMembership.sol";
import {IRules} from "../../../interfaces/consortium/IRules.sol";
import {Handler} from "../Handler.sol";
import {World} from "../world/World.sol";

/// @title Governance: proposals, votes and who is a member after them
contract Governance is Handler {
    struct Poll {
        uint256 id;
        IBallot.Action action;
        address subject;
        bytes parameters;
        address[] yes;
        bool enacted;
        uint256 present;
        uint256 electorate;
    }

    IConsortium private immutable _consortium;

    Poll[] private _polls;
    mapping(address house => IMembership.Standing) public expected;

    constructor(World world) Handler(world) {
        _consortium = IConsortium(address(world.consortium()));
        for (uint256 i; i < 4; ++i) expected[world.houseAt(i)] = IMembership.Standing.Active;
    }

    function proposeAdmission(uint256 seed) external counted {
        address house = _world.houseAt(4 + _pick(seed, "house", 2));
        uint8 tier = uint8(_pick(seed, "tier", 3)) + 1;
        IMembership.Details memory details = IMembership.Details("new", "code", "", "", tier);
        bytes memory call = abi.encodeCall(
            IConsortium.proposeInstitution,
            (house, details, _closing(seed))
        );
        _open(seed, call, IBallot.Action.AdmitInstitution, house, abi.encode(house, details));
    }

    function proposeStanding(uint256 seed) external counted {
        address house = _world.houseAt(seed);
        uint256 first = uint256(IBallot.Action.SuspendInstitution);
        IBallot.Action action = IBallot.Action(first + _pick(seed, "action", 3));
        bytes memory call = abi.encodeCall(
            IConsortium.proposeStanding,
            (house, action, _closing(seed))
        );
        _open(seed, call, action, house, abi.encode(house));
    }

    function proposeStop(uint256 seed) external counted {
        // Some are too long, and refused.
        uint32 duration = uint32(1 + _pick(seed, "duration", 8 days));
        bytes memory call = abi.encodeCall(IRules.proposeStop, (duration, _closing(seed)));
        _open(seed, call, IBallot.Action.Stop, address(0), abi.encode(duration));
    }

    function proposeResume(uint256 seed) external counted {
        bytes memory call = abi.encodeCall(IRules.proposeResume, (_closing(seed)));
        _open(seed, call, IBallot.Action.Resume, address(0), "");
    }

    function vote(uint256 seed) external counted {
        Poll storage poll = _pollOf(seed);
        address member = _member(seed);
        bool approve = _pick(seed, "approve", 5) != 0;
        _send(member, address(_consortium), abi.encodeCall(IBallot.vote, (poll.id, approve)));
        if (approve) poll.yes.push(member);
    }

    function enact(uint256 seed) external counted {
        Poll storage poll = _pollOf(seed);
        poll.electorate = activeCount();
        poll.present = presentYes(poll.yes);
        address caller = _world.stranger();
        bytes memory call = abi.encodeCall(IBallot.enact, (poll.id, poll.parameters));
        _send(caller, address(_consortium), call);
        _breach(poll.enacted, "T16: enacted twice");
        poll.enacted = true;
        _expect(poll.action, poll.subject);
    }

    function sign(uint256 seed) external counted {
        address house = _world.houseAt(seed);
        for (uint256 i; i < _world.houseCount(); ++i) {
            if (expected[_world.houseAt(i)] == IMembership.Standing.Invited) {
                house = _world.houseAt(i);
            }
        }
        bytes memory call = abi.encodeCall(IMembership.signAgreement, (_consortium.agreement()));
        _send(house, address(_consortium), call);
        _breach(expected[house] != IMembership.Standing.Invited, "R03: uninvited");
        expected[house] = IMembership.Standing.Active;
    }

    /// @dev One key: it votes as whoever it is, enacts, and signs for nobody's invitation.
    function meddle(uint256 seed) external counted {
        Poll storage poll = _pollOf(seed);
        address target = address(_consortium);
        address outsider = _pick(seed, "who", 2) == 0 ? _world.stranger() : _world.insurer();
        bytes memory call = abi.encodeCall(IBallot.vote, (poll.id, true));
        _breach(_try(outsider, target, call), "T15: an outsider voted");
        if (poll.yes.length != 0) {
            address voter = poll.yes[_pick(seed, "voter", poll.yes.length)];
            _breach(_try(voter, target, call), "T16: voted twice");
        }
        call = abi.encodeCall(IBallot.enact, (poll.id, abi.encode(outsider)));
        _breach(_try(outsider, target, call), "R03: other parameters");
        call = abi.encodeCall(IRules.proposeResume, (_closing(seed)));
        _breach(_try(outsider, target, call), "T15: an outsider proposed");
    }

    function pollCount() external view returns (uint256 polls) {
        return _polls.length;
    }

    function pollAt(uint256 index) external view returns (Poll memory poll) {
        return _polls[index];
    }

    function activeCount() public view returns (uint256 active) {
        for (uint256 i; i < _world.houseCount(); ++i) {
            if (_standingOf(_world.houseAt(i)) == IMembership.Standing.Active) active += 1;
        }
    }

    /// @dev Distinct ones: a vote that was taken twice stands twice in the list.
    function presentYes(address[] memory yes) public view returns (uint256 present) {
        for (uint256 i; i < yes.length; ++i) {
            bool fresh = _standingOf(yes[i]) == IMembership.Standing.Active;
            for (uint256 j; j < i; ++j) fresh = fresh && yes[j] != yes[i];
            if (fresh) present += 1;
        }
    }

    function steps() external pure override returns (bytes4[] memory selectors) {
        selectors = new bytes4[](8);
        selectors[0] = this.proposeAdmission.selector;
        selectors[1] = this.proposeStanding.selector;
        selectors[2] = this.proposeStop.selector;
        selectors[3] = this.proposeResume.selector;
        selectors[4] = this.vote.selector;
        selectors[5] = this.enact.selector;
        selectors[6] = this.sign.selector;
        selectors[7] = this.meddle.selector;
    }

    function _open(
        uint256 seed,
        bytes memory call,
        IBallot.Action action,
        address subject,
        bytes memory parameters
    ) private {
        bytes memory result = _send(_member(seed), address(_consortium), call);
        Poll storage poll = _polls.push();
        poll.id = abi.decode(result, (uint256));
        poll.action = action;
        poll.subject = subject;
        poll.parameters = parameters;
        // Whoever proposes mostly means it, and a majority is found within a few steps.
        bytes memory ballot = abi.encodeCall(IBallot.vote, (poll.id, true));
        for (uint256 i; i < 2 + _pick(seed, "voters", 2); ++i) {
            address member = _world.houseAt(_pick(seed, "first", 6) + i);
            if (_try(member, address(_consortium), ballot)) poll.yes.push(member);
        }
    }

    function _expect(IBallot.Action action, address subject) private {
        if (action == IBallot.Action.AdmitInstitution) {
            expected[subject] = IMembership.Standing.Invited;
        } else if (action == IBallot.Action.SuspendInstitution) {
            expected[subject] = IMembership.Standing.Suspended;
        } else if (action == IBallot.Action.RestoreInstitution) {
            expected[subject] = IMembership.Standing.Active;
        } else if (action == IBallot.Action.ExpelInstitution) {
            expected[subject] = IMembership.Standing.Expelled;
        }
    }

    /// @dev One of the newest, which are likely to be open.
    function _pollOf(uint256 seed) private view returns (Poll storage poll) {
        uint256 size = _polls.length < 4 ? _polls.length : 4;
        return _polls[_polls.length - 1 - _pick(seed, "poll", size)];
    }

    function _member(uint256 seed) private view returns (address member) {
        uint256 houses = _world.houseCount();
        for (uint256 i; i < houses; ++i) {
            member = _world.houseAt(_pick(seed, "member", houses) + i);
            if (_standingOf(member) == IMembership.Standing.Active) return member;
        }
    }

    function _standingOf(address house) private view returns (IMembership.Standing) {
        return _consortium.memberOf(house).standing;
    }

    function _closing(uint256 seed) private view returns (uint40) {
        return _later(seed, 1 hours, 5 days);
    }
}
