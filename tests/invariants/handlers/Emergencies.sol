// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IBreakGlass} from "../../../interfaces/IBreakGlass.sol";
import {Handler} from "../Handler.sol";
import {World} from "../world/World.sol";

/// @title Emergencies: glass is broken by a quorum, ends by itself and is reviewed
contract Emergencies is Handler {
    struct Asked {
        bytes32 id;
        address house;
        address requester;
        address patient;
        address[] approvers;
        uint40 openedAt;
        bool reviewed;
    }

    struct Arranged {
        address[] holders;
        bytes32[] checks;
    }

    IBreakGlass private immutable _breakGlass;

    Asked[] private _asked;
    mapping(address patient => Arranged) private _arranged;

    constructor(World world) Handler(world) {
        _breakGlass = IBreakGlass(address(world.breakGlass()));
    }

    function arrange(uint256 seed) external counted {
        address patient = _world.patientAt(_pick(seed, "patient", 2));
        // Seldom again: what was requested under the last one is over.
        require(_arranged[patient].holders.length == 0 || _pick(seed, "seldom", 6) == 0);
        address[] memory holders = _holders();
        bytes32[] memory checks = new bytes32[](holders.length);
        bytes[] memory shares = new bytes[](holders.length);
        for (uint256 i; i < holders.length; ++i) {
            (checks[i], shares[i]) = (keccak256(abi.encode(seed, i)), "share");
        }
        bytes memory key = _world.encryptionKey(seed);
        bytes memory call = abi.encodeCall(
            IBreakGlass.arrange,
            (2, 1, key, holders, checks, shares)
        );
        _send(patient, address(_breakGlass), call);
        _arranged[patient] = Arranged(holders, checks);
    }

    function request(uint256 seed) external counted {
        uint256 staff = _pick(seed, "staff", 3);
        Asked storage asked = _asked.push();
        asked.patient = _world.patientAt(_pick(seed, "patient", 2));
        asked.requester = _world.clinicianAt(staff);
        asked.house = _world.houseAt(staff);
        uint32 duration = uint32(1 + _pick(seed, "duration", 24 hours));
        bytes memory call = abi.encodeCall(
            IBreakGlass.requestEmergency,
            (asked.patient, _world.departmentAt(staff), duration, _some(seed, "salt"), "reason")
        );
        IBreakGlass.Account memory account = _breakGlass.accountOf(asked.house);
        bytes memory result = _send(asked.requester, address(_breakGlass), call);
        asked.id = abi.decode(result, (bytes32));
        _breach(account.overdue != 0 || account.unreviewed >= 4, "T26: asked while barred");
    }

    /// @dev By one institution after another, until it is open or nobody is left.
    function approve(uint256 seed) external counted {
        Asked storage asked = _newest(seed);
        uint256 many = 2 + _pick(seed, "many", 3);
        bytes memory call = _approval(asked);
        for (uint256 i; i < many; ++i) {
            address house = _world.houseAt(_pick(seed, "house", 4) + i);
            if (!_try(house, address(_breakGlass), call)) continue;
            asked.approvers.push(house);
            if (_breakGlass.openingOf(asked.id).status == IBreakGlass.OpeningStatus.Opened) {
                asked.openedAt = uint40(block.timestamp);
                return;
            }
        }
        require(asked.approvers.length != 0);
    }

    function end(uint256 seed) external counted {
        Asked storage asked = _pickAsked(seed, IBreakGlass.OpeningStatus.Opened);
        address by = _pick(seed, "by", 2) == 0 ? asked.patient : asked.requester;
        _send(by, address(_breakGlass), abi.encodeCall(IBreakGlass.endEmergency, (asked.id)));
    }

    function findOverdue(uint256 seed) external counted {
        Asked storage asked = _pickAsked(seed, IBreakGlass.OpeningStatus.Opened);
        bytes memory call = abi.encodeCall(IBreakGlass.findOverdue, (asked.id));
        _send(_world.stranger(), address(_breakGlass), call);
    }

    function review(uint256 seed) external counted {
        // Seldom: some are to become overdue.
        require(_pick(seed, "seldom", 3) == 0);
        Asked storage asked = _pickAsked(seed, IBreakGlass.OpeningStatus.Opened);
        bytes memory call = _verdict(asked);
        bool regulator = _pick(seed, "by", 2) == 0;
        address reviewer = regulator ? _world.regulator() : _world.houseAt(_pick(seed, "house", 4));
        _send(reviewer, address(_breakGlass), call);
        _breach(reviewer == asked.house, "T26: reviewed by itself");
        _breach(asked.reviewed, "T26: reviewed twice");
        asked.reviewed = true;
    }

    function meddle(uint256 seed) external counted {
        Asked storage asked = _newest(seed);
        address target = address(_breakGlass);
        bytes memory call = _approval(asked);
        _breach(_try(asked.house, target, call), "T26: approved by itself");
        _breach(_try(_world.stranger(), target, call), "T26: approved by a stranger");
        if (asked.approvers.length != 0) {
            address again = asked.approvers[_pick(seed, "again", asked.approvers.length)];
            _breach(_try(again, target, call), "T26: approved twice");
        }
        _breach(_try(asked.house, target, _verdict(asked)), "T26: reviewed by itself");
        call = abi.encodeCall(
            IBreakGlass.requestEmergency,
            (asked.patient, _world.departmentAt(0), 24 hours + 1, _some(seed, "long"), "reason")
        );
        _breach(_try(_world.clinicianAt(0), target, call), "T26: more than a day");
        call = abi.encodeCall(IBreakGlass.endEmergency, (asked.id));
        _breach(_try(_world.stranger(), target, call), "T26: ended by a stranger");
    }

    function askedCount() external view returns (uint256 count) {
        return _asked.length;
    }

    function askedAt(uint256 index) external view returns (Asked memory asked) {
        return _asked[index];
    }

    function steps() external pure override returns (bytes4[] memory selectors) {
        selectors = new bytes4[](7);
        selectors[0] = this.arrange.selector;
        selectors[1] = this.request.selector;
        selectors[2] = this.approve.selector;
        selectors[3] = this.end.selector;
        selectors[4] = this.findOverdue.selector;
        selectors[5] = this.review.selector;
        selectors[6] = this.meddle.selector;
    }

    /// @dev One of that status, if there is any.
    function _pickAsked(
        uint256 seed,
        IBreakGlass.OpeningStatus status
    ) private view returns (Asked storage asked) {
        uint256 start = _pick(seed, "asked", _asked.length);
        for (uint256 i; i < _asked.length; ++i) {
            asked = _asked[(start + i) % _asked.length];
            if (_breakGlass.openingOf(asked.id).status == status) return asked;
        }
        return _asked[start];
    }

    /// @dev One of the newest: a request is patient for an hour.
    function _newest(uint256 seed) private view returns (Asked storage asked) {
        uint256 size = _asked.length < 2 ? _asked.length : 2;
        return _asked[_asked.length - 1 - _pick(seed, "asked", size)];
    }

    function _approval(Asked storage asked) private view returns (bytes memory call) {
        Arranged storage arranged = _arranged[asked.patient];
        return
            abi.encodeCall(
                IBreakGlass.approveEmergency,
                (asked.id, arranged.holders, arranged.checks, "share")
            );
    }

    /// @dev Active ones in rising order, as an arrangement names its holders.
    function _holders() private view returns (address[] memory holders) {
        holders = new address[](3);
        uint256 skipped;
        for (uint256 i; i < holders.length; ++i) {
            address house = _world.houseAt(i + skipped);
            if (!_world.consortium().isActive(house)) house = _world.houseAt(i + ++skipped);
            uint256 at = i;
            for (; at > 0 && holders[at - 1] > house; --at) holders[at] = holders[at - 1];
            holders[at] = house;
        }
    }

    function _verdict(Asked storage asked) private view returns (bytes memory call) {
        IBreakGlass.Verdict verdict = IBreakGlass.Verdict.Justified;
        return abi.encodeCall(IBreakGlass.reviewEmergency, (asked.id, verdict, "findings"));
    }
}
