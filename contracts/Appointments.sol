// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";

import {IAppointments} from "../interfaces/IAppointments.sol";
import {Callers} from "./shared/Callers.sol";

contract Appointments is IAppointments, Callers {
    uint256 private constant MOST_SLOTS = 64;

    /// @inheritdoc IAppointments
    address public immutable referrals;

    mapping(bytes32 slot => Slot) private _slots;
    mapping(bytes32 booking => Booking) private _bookings;

    constructor(
        address forwarder,
        address consortium,
        address registrar,
        address relationship,
        address referrals_
    ) ERC2771Context(forwarder) Callers(consortium, registrar, relationship) {
        referrals = referrals_;
    }

    /// @inheritdoc IAppointments
    function openSlots(
        bytes32 department,
        uint40[] calldata startsAt,
        uint16 capacity
    ) external {
        address institution = _registrar.institutionOf(department);
        _requireOf(institution, department);
        _checkList(startsAt.length, MOST_SLOTS);
        for (uint256 i; i < startsAt.length; ++i) {
            if (startsAt[i] <= block.timestamp || capacity == 0) {
                revert AppointmentTermsInvalid(startsAt[i], capacity);
            }
            bytes32 slot = keccak256(abi.encode(institution, department, startsAt[i]));
            if (_slots[slot].institution != address(0)) revert AppointmentSlotInvalid(slot);
            _slots[slot] = Slot(institution, startsAt[i], capacity, 0, false);
        }
        emit SlotsOpened(institution, department, capacity, startsAt);
    }

    /// @inheritdoc IAppointments
    function closeSlot(bytes32 slot, bytes32 affiliation) external {
        Slot storage found = _slots[slot];
        if (found.institution == address(0)) revert AppointmentSlotInvalid(slot);
        _requireOf(found.institution, affiliation);
        if (found.closed) return;
        found.closed = true;
        emit SlotClosed(slot);
    }

    /// @inheritdoc IAppointments
    function book(
        bytes32 slot,
        address relationship,
        VisitPurpose purpose
    ) external returns (bytes32 booking) {
        (address owner, address institution) = _requireAcceptedFor(relationship);
        if (_msgSender() != owner) revert CallerNotAllowed(_msgSender());
        if (purpose == VisitPurpose.None) revert AppointmentPurposeMissing();
        booking = keccak256(abi.encode(relationship, slot));
        BookingStatus status = _bookings[booking].status;
        if (status != BookingStatus.None && status != BookingStatus.Cancelled) {
            revert AppointmentStatusInvalid(booking, status);
        }
        uint16 taken = _take(slot, institution);
        _bookings[booking] = Booking(slot, relationship, purpose, BookingStatus.Booked);
        emit AppointmentBooked(booking, slot, relationship, purpose, taken);
    }

    /// @inheritdoc IAppointments
    function cancelBooking(bytes32 booking) external {
        Booking storage found = _bookings[booking];
        if (found.status == BookingStatus.None) {
            revert AppointmentStatusInvalid(booking, BookingStatus.None);
        }
        _requirePartyOf(found.relationship);
        if (found.status == BookingStatus.Cancelled) return;
        Slot storage slot = _slots[found.slot];
        // What was attended or missed has begun.
        if (block.timestamp >= slot.startsAt) {
            revert AppointmentStatusInvalid(booking, found.status);
        }
        found.status = BookingStatus.Cancelled;
        slot.taken -= 1;
        emit AppointmentChanged(booking, BookingStatus.Cancelled, slot.taken);
    }

    /// @inheritdoc IAppointments
    function noteAttendance(bytes32 booking, bytes32 affiliation, bool attended) external {
        Booking storage found = _bookings[booking];
        Slot storage slot = _slots[found.slot];
        if (found.status != BookingStatus.Booked || block.timestamp < slot.startsAt) {
            revert AppointmentStatusInvalid(booking, found.status);
        }
        _requireOf(slot.institution, affiliation);
        found.status = attended ? BookingStatus.Attended : BookingStatus.NoShow;
        emit AppointmentChanged(booking, found.status, slot.taken);
    }

    /// @inheritdoc IAppointments
    function take(
        bytes32 slot,
        address institution,
        bytes32 referral
    ) external returns (uint40 startsAt) {
        if (msg.sender != referrals) revert AppointmentNotReferrals(msg.sender);
        uint16 taken = _take(slot, institution);
        emit SlotReferred(slot, referral, taken);
        return _slots[slot].startsAt;
    }

    /// @inheritdoc IAppointments
    function giveBack(bytes32 slot, bytes32 referral) external {
        if (msg.sender != referrals) revert AppointmentNotReferrals(msg.sender);
        _slots[slot].taken -= 1;
        emit SlotReferred(slot, referral, _slots[slot].taken);
    }

    /// @inheritdoc IAppointments
    function slotOf(bytes32 slot) external view returns (Slot memory found) {
        return _slots[slot];
    }

    /// @inheritdoc IAppointments
    function bookingOf(bytes32 booking) external view returns (Booking memory found) {
        return _bookings[booking];
    }

    function _take(bytes32 slot, address institution) private returns (uint16 taken) {
        Slot storage found = _slots[slot];
        bool free = found.institution == institution &&
            !found.closed &&
            found.taken < found.capacity &&
            block.timestamp < found.startsAt &&
            _consortium.isActive(institution);
        if (!free) revert AppointmentSlotInvalid(slot);
        taken = found.taken + 1;
        found.taken = taken;
    }
}
