// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IAppointments} from "../../interfaces/IAppointments.sol";
import {IConsultations} from "../../interfaces/IConsultations.sol";
import {IReferrals} from "../../interfaces/IReferrals.sol";
import {Handler} from "./Handler.sol";
import {Suite} from "./Suite.sol";
import {Clock} from "./handlers/Clock.sol";
import {Consulting} from "./handlers/Consulting.sol";
import {Referring} from "./handlers/Referring.sol";
import {Shake} from "./handlers/Shake.sol";
import {Slots} from "./handlers/Slots.sol";

contract CareInvariants is Suite {
    Slots private _slots;
    Referring private _referring;
    Consulting private _consulting;

    /// @notice R30: a slot is never overbooked.
    function invariant_noSlotIsOverbooked() public view {
        for (uint256 i; i < _slots.placeCount(); ++i) {
            IAppointments.Slot memory slot = _slotOf(_slots.placeAt(i).id);
            _hold(slot.taken <= slot.capacity, "R30: overbooked");
        }
    }

    /// @notice R30: what is taken of a slot are the bookings and the referrals that hold a place.
    function invariant_everyTakenPlaceIsSomebodys() public view {
        for (uint256 i; i < _slots.placeCount(); ++i) {
            bytes32 slot = _slots.placeAt(i).id;
            uint256 held = _bookingsOf(slot) + _referralsIn(slot);
            _hold(_slotOf(slot).taken == held, "R30: a place of nobody, or of two");
        }
    }

    /// @notice R30: a slot that was closed takes nobody more.
    function invariant_aClosedSlotTakesNobodyMore() public view {
        for (uint256 i; i < _slots.placeCount(); ++i) {
            Slots.Place memory place = _slots.placeAt(i);
            IAppointments.Slot memory slot = _slotOf(place.id);
            _hold(slot.closed == place.closed, "R30: opened again");
            bool more = place.closed && slot.taken > place.takenAtClose;
            _hold(!more, "R30: taken after it was closed");
        }
    }

    /// @notice P70: the open referrals of two institutions are those in open stages.
    function invariant_openReferralsAreCounted() public view {
        for (uint256 i; i < 2; ++i) {
            for (uint256 j; j < 4; ++j) {
                (address from, address to) = (_world.houseAt(i), _world.houseAt(j));
                (uint256 open, uint256 total) = _countOf(from, to);
                IReferrals.Traffic memory traffic = _world.referrals().trafficOf(from, to);
                bool same = traffic.open == open && traffic.total == total;
                _hold(same, "P70: another number of referrals");
            }
        }
    }

    /// @notice P70: never are more open than the members' rule allows.
    function invariant_openReferralsAreCapped() public view {
        for (uint256 i; i < 2; ++i) {
            for (uint256 j; j < 4; ++j) {
                IReferrals.Traffic memory traffic = _world.referrals().trafficOf(
                    _world.houseAt(i),
                    _world.houseAt(j)
                );
                _hold(traffic.open <= _world.MOST_OPEN(), "P70: more than allowed");
            }
        }
    }

    /// @notice R30: a referral that is over stays at its last stage.
    function invariant_aReferralThatIsOverStaysSo() public view {
        for (uint256 i; i < _referring.sentCount(); ++i) {
            Referring.Sent memory sent = _referring.sentAt(i);
            bool over = sent.last != IReferrals.Stage.None;
            bool same = _world.referrals().referralOf(sent.id).stage == sent.last;
            _hold(!over || same, "R30: it went on");
        }
    }

    /// @notice P70: an institution answers once, and none that was not invited does.
    function invariant_answersAreOfTheInvited() public view {
        for (uint256 i; i < _consulting.convenedCount(); ++i) {
            Consulting.Convened memory convened = _consulting.convenedAt(i);
            IConsultations consultations = IConsultations(address(_world.consultations()));
            IConsultations.Consultation memory found = consultations.consultationOf(convened.id);
            uint256 answered;
            for (uint256 j; j < convened.invited.length; ++j) {
                IConsultations.Answer answer = consultations.answerOf(
                    convened.id,
                    convened.invited[j]
                );
                if (answer != IConsultations.Answer.Invited) answered += 1;
            }
            _hold(found.answered == answered, "R31: another number of answers");
            _hold(found.invited == convened.invited.length, "P70: others were invited");
        }
    }

    /// @notice R31: a consultation that ended has ended for good.
    function invariant_aConsultationEndsOnce() public view {
        for (uint256 i; i < _consulting.convenedCount(); ++i) {
            Consulting.Convened memory convened = _consulting.convenedAt(i);
            bool over = convened.last != IConsultations.ConsultationStage.None;
            bool same = _world.consultations().consultationOf(convened.id).stage == convened.last;
            _hold(!over || same, "R31: it went on");
        }
    }

    function _handle() internal override returns (Handler[] memory handlers) {
        _slots = new Slots(_world);
        _referring = new Referring(_world, _slots);
        _consulting = new Consulting(_world);
        handlers = new Handler[](5);
        handlers[0] = _slots;
        handlers[1] = _referring;
        handlers[2] = _consulting;
        handlers[3] = new Shake(_world);
        handlers[4] = new Clock(_world);
    }

    function _slotOf(bytes32 slot) private view returns (IAppointments.Slot memory found) {
        return _world.appointments().slotOf(slot);
    }

    function _bookingsOf(bytes32 slot) private view returns (uint256 held) {
        bytes32[] memory bookings = _slots.bookings();
        for (uint256 i; i < bookings.length; ++i) {
            IAppointments.Booking memory booking = _world.appointments().bookingOf(bookings[i]);
            bool holds = booking.status != IAppointments.BookingStatus.Cancelled;
            if (booking.slot == slot && holds) held += 1;
        }
    }

    /// @dev A referral that was refused, cancelled, missed or expired gave its place back.
    function _referralsIn(bytes32 slot) private view returns (uint256 held) {
        for (uint256 i; i < _referring.sentCount(); ++i) {
            IReferrals.Referral memory referral = _world.referrals().referralOf(
                _referring.sentAt(i).id
            );
            bool holds = referral.stage <= IReferrals.Stage.Returned ||
                referral.stage == IReferrals.Stage.Overdue;
            if (referral.slot == slot && holds) held += 1;
        }
    }

    function _countOf(
        address from,
        address to
    ) private view returns (uint256 open, uint256 total) {
        for (uint256 i; i < _referring.sentCount(); ++i) {
            Referring.Sent memory sent = _referring.sentAt(i);
            if (sent.from != from || sent.to != to) continue;
            total += 1;
            IReferrals.Stage stage = _world.referrals().referralOf(sent.id).stage;
            if (stage <= IReferrals.Stage.Admitted) open += 1;
        }
    }
}
