// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IReferrals} from "../../../interfaces/IReferrals.sol";
import {IRelationship} from "../../../interfaces/IRelationship.sol";
import {IGrants} from "../../../interfaces/relationship/IGrants.sol";
import {Handler} from "../Handler.sol";
import {Book} from "../world/Book.sol";
import {World} from "../world/World.sol";
import {Slots} from "./Slots.sol";

/// @title Referring: patients are referred, booked, admitted and sent back
contract Referring is Handler {
    uint8 private constant LABORATORY = 5;
    uint8 private constant PACKAGE = 24;

    struct Sent {
        bytes32 id;
        address from;
        address to;
        address relationship;
        address owner;
        IReferrals.Stage last;
    }

    IReferrals private immutable _referrals;
    Slots private immutable _slots;

    Sent[] private _sent;

    constructor(World world, Slots slots) Handler(world) {
        _referrals = IReferrals(address(world.referrals()));
        _slots = slots;
    }

    function prepare(uint256 seed) external counted {
        uint256 i = _pick(seed, "pair", 2);
        Book.Pair memory pair = _world.pairAt(i);
        IReferrals.Preparation memory made;
        made.salt = _some(seed, "salt");
        made.relationship = pair.relationship;
        made.affiliation = _world.departmentAt(i);
        made.to = _world.houseAt(_pick(seed, "to", 3) == 0 ? 3 : 1 - i);
        made.package = _recordOf(pair.relationship, PACKAGE);
        made.attachments = new bytes32[](1);
        made.attachments[0] = _recordOf(pair.relationship, LABORATORY);
        made.dueAt = _later(seed, 2 hours, 10 days);
        bytes memory call = abi.encodeCall(IReferrals.prepareReferral, (made));
        bytes memory result = _send(_world.clinicianAt(i), address(_referrals), call);
        Sent storage sent = _sent.push();
        sent.id = abi.decode(result, (bytes32));
        (sent.from, sent.to) = (pair.house, made.to);
        (sent.relationship, sent.owner) = (pair.relationship, pair.owner);
    }

    function triage(uint256 seed) external counted {
        Sent storage sent = _pickSent(seed, IReferrals.Stage.Prepared, IReferrals.Stage.Booked);
        (address clinician, bytes32 department) = _world.staffOf(sent.to);
        uint8 level = uint8(1 + _pick(seed, "level", 4));
        bytes memory call = abi.encodeCall(IReferrals.triage, (sent.id, department, level));
        _send(clinician, address(_referrals), call);
    }

    function book(uint256 seed) external counted {
        Sent storage sent = _pickSent(seed, IReferrals.Stage.Prepared, IReferrals.Stage.Prepared);
        IGrants.Grant memory grant = _world.grantTo(sent.relationship, sent.to);
        bytes32 slot = _slots.placeOf(sent.to, seed);
        bytes memory call = abi.encodeCall(IReferrals.bookReferral, (sent.id, slot, grant));
        _send(sent.owner, address(_referrals), call);
    }

    function admit(uint256 seed) external counted {
        Sent storage sent = _pickSent(seed, IReferrals.Stage.Prepared, IReferrals.Stage.Booked);
        _by(sent, sent.to, abi.encodeCall(IReferrals.admitReferral, (sent.id, 0)));
    }

    function feedBack(uint256 seed) external counted {
        Sent storage sent = _pickSent(seed, IReferrals.Stage.Admitted, IReferrals.Stage.Overdue);
        bool down = _pick(seed, "down", 2) == 0;
        bytes memory call = abi.encodeCall(
            IReferrals.giveFeedback,
            (sent.id, 0, _some(seed, "result"), down, "")
        );
        _by(sent, sent.to, call);
    }

    function takeBack(uint256 seed) external counted {
        Sent storage sent = _pickSent(seed, IReferrals.Stage.Returning, IReferrals.Stage.Returning);
        _by(sent, sent.from, abi.encodeCall(IReferrals.acceptReturn, (sent.id, 0)));
    }

    function refuse(uint256 seed) external counted {
        require(_pick(seed, "seldom", 6) == 0);
        Sent storage sent = _pickSent(seed, IReferrals.Stage.Prepared, IReferrals.Stage.Booked);
        _by(sent, sent.to, abi.encodeCall(IReferrals.refuseReferral, (sent.id, 0, "")));
    }

    function cancel(uint256 seed) external counted {
        require(_pick(seed, "seldom", 6) == 0);
        Sent storage sent = _pickSent(seed, IReferrals.Stage.Prepared, IReferrals.Stage.Booked);
        address by = _pick(seed, "by", 2) == 0 ? sent.owner : sent.from;
        _by(sent, by, abi.encodeCall(IReferrals.cancelReferral, (sent.id, 0)));
    }

    function noteNoShow(uint256 seed) external counted {
        Sent storage sent = _pickSent(seed, IReferrals.Stage.Booked, IReferrals.Stage.Booked);
        _by(sent, sent.to, abi.encodeCall(IReferrals.noteNoShow, (sent.id, 0)));
    }

    function expire(uint256 seed) external counted {
        Sent storage sent = _pickSent(seed, IReferrals.Stage.Prepared, IReferrals.Stage.Admitted);
        _by(sent, _world.stranger(), abi.encodeCall(IReferrals.expireReferral, (sent.id)));
    }

    function meddle(uint256 seed) external counted {
        Sent storage sent = _sent[_pick(seed, "sent", _sent.length)];
        address target = address(_referrals);
        bytes memory call = abi.encodeCall(IReferrals.admitReferral, (sent.id, 0));
        _breach(_try(sent.from, target, call), "R30: admitted by the sender");
        IGrants.Grant memory grant = _world.grantTo(sent.relationship, sent.to);
        call = abi.encodeCall(
            IReferrals.bookReferral,
            (sent.id, _slots.placeOf(sent.to, seed), grant)
        );
        _breach(_try(sent.from, target, call), "P70: booked without the patient");
    }

    function sentCount() external view returns (uint256 count) {
        return _sent.length;
    }

    function sentAt(uint256 index) external view returns (Sent memory sent) {
        return _sent[index];
    }

    function steps() external pure override returns (bytes4[] memory selectors) {
        selectors = new bytes4[](11);
        selectors[0] = this.prepare.selector;
        selectors[1] = this.triage.selector;
        selectors[2] = this.book.selector;
        selectors[3] = this.admit.selector;
        selectors[4] = this.feedBack.selector;
        selectors[5] = this.takeBack.selector;
        selectors[6] = this.refuse.selector;
        selectors[7] = this.cancel.selector;
        selectors[8] = this.noteNoShow.selector;
        selectors[9] = this.expire.selector;
        selectors[10] = this.meddle.selector;
    }

    function _by(Sent storage sent, address caller, bytes memory call) private {
        _send(caller, address(_referrals), call);
        IReferrals.Stage stage = _referrals.referralOf(sent.id).stage;
        _breach(sent.last != IReferrals.Stage.None, "R30: what was over went on");
        // Overdue is no end: feedback may still come.
        if (stage == IReferrals.Stage.Answered || stage == IReferrals.Stage.Returned) {
            sent.last = stage;
        } else if (stage > IReferrals.Stage.Returned && stage != IReferrals.Stage.Overdue) {
            sent.last = stage;
        }
    }

    /// @dev One between two stages; Overdue, which is the last in the list, is one of Admitted.
    function _pickSent(
        uint256 seed,
        IReferrals.Stage first,
        IReferrals.Stage last
    ) private view returns (Sent storage sent) {
        // Of the newest: what is older is over, most of it.
        uint256 size = _sent.length < 12 ? _sent.length : 12;
        for (uint256 i; i < size; ++i) {
            sent = _sent[_sent.length - 1 - ((_pick(seed, "sent", size) + i) % size)];
            IReferrals.Stage stage = _referrals.referralOf(sent.id).stage;
            bool open = sent.last == IReferrals.Stage.None;
            if (open && stage >= first && stage <= last) return sent;
        }
        revert();
    }

    function _recordOf(address relationship, uint8 kind) private view returns (bytes32 id) {
        for (uint256 i; i < _world.recordCount(); ++i) {
            Book.Kept memory record = _world.recordAt(i);
            if (record.relationship == relationship && record.kind == kind) return record.id;
        }
    }
}
