// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {ICallers} from "./shared/ICallers.sol";

/// @title Appointments: slots that institutions open, and who booked them (R30, R31, R33)
/// @notice A patient books a visit, a follow-up or health management with an institution; a referral
///         books for the patient's way there. Nothing else of an appointment is on chain.
interface IAppointments is ICallers {
    /// @notice What a patient books for.
    enum VisitPurpose {
        None,
        Visit,
        FollowUp,
        HealthManagement
    }

    /// @notice Where a booking stands.
    enum BookingStatus {
        None,
        Booked,
        Cancelled,
        Attended,
        NoShow
    }

    /// @notice One slot. Its id is keccak256 of the ABI-encoded (institution, department, startsAt).
    /// @param institution Who opened it.
    /// @param startsAt When it begins, in Unix time.
    /// @param capacity How many it takes.
    /// @param taken How many it has.
    /// @param closed Whether no more are taken.
    struct Slot {
        address institution;
        uint40 startsAt;
        uint16 capacity;
        uint16 taken;
        bool closed;
    }

    /// @notice One booking. Its id is keccak256 of the ABI-encoded (relationship, slot).
    /// @param slot The slot.
    /// @param relationship The patient's relationship with the slot's institution.
    /// @param purpose What for.
    /// @param status Where it stands.
    struct Booking {
        bytes32 slot;
        address relationship;
        VisitPurpose purpose;
        BookingStatus status;
    }

    /// @notice Slots were opened.
    /// @param institution Who opened them.
    /// @param department In which department; the institution's account padded for none.
    /// @param capacity How many each takes.
    /// @param startsAt When each begins, in Unix time.
    event SlotsOpened(
        address indexed institution,
        bytes32 indexed department,
        uint16 capacity,
        uint40[] startsAt
    );

    /// @notice A slot takes no more.
    /// @param slot The slot.
    event SlotClosed(bytes32 indexed slot);

    /// @notice A referral took a place in a slot, or gave it back.
    /// @param slot The slot.
    /// @param referral The referral.
    /// @param taken How many the slot has now.
    event SlotReferred(bytes32 indexed slot, bytes32 indexed referral, uint16 taken);

    /// @notice A patient booked.
    /// @param booking The booking.
    /// @param slot The slot.
    /// @param relationship The relationship.
    /// @param purpose What for.
    /// @param taken How many the slot has now.
    event AppointmentBooked(
        bytes32 indexed booking,
        bytes32 indexed slot,
        address indexed relationship,
        VisitPurpose purpose,
        uint16 taken
    );

    /// @notice A booking was cancelled, attended, or the patient did not come.
    /// @param booking The booking.
    /// @param status Where it stands now.
    /// @param taken How many the slot has now.
    event AppointmentChanged(bytes32 indexed booking, BookingStatus status, uint16 taken);

    /// @notice The slot is unknown, known already, closed, full, over, or another institution's.
    /// @param slot The slot.
    error AppointmentSlotInvalid(bytes32 slot);

    /// @notice A slot begins later than now and takes at least one.
    /// @param startsAt When it would begin.
    /// @param capacity How many it would take.
    error AppointmentTermsInvalid(uint40 startsAt, uint16 capacity);

    /// @notice A patient books for a visit, a follow-up or health management.
    error AppointmentPurposeMissing();

    /// @notice The booking's status or its slot's time does not allow this.
    /// @param booking The booking.
    /// @param status Where it stands.
    error AppointmentStatusInvalid(bytes32 booking, BookingStatus status);

    /// @notice Only the referrals contract calls this.
    /// @param caller The caller.
    error AppointmentNotReferrals(address caller);

    /// @notice Open slots.
    /// @dev Only an Active institution, or a clinician acting under exactly this affiliation.
    /// @param department The department, or the institution's account padded to 32 bytes.
    /// @param startsAt When each begins, in Unix time; 1 to 64, later than now.
    /// @param capacity How many each takes, from 1.
    function openSlots(
        bytes32 department,
        uint40[] calldata startsAt,
        uint16 capacity
    ) external;

    /// @notice Let a slot take no more; what is booked stays.
    /// @dev Only its institution, or a clinician of it. Idempotent.
    /// @param slot The slot.
    /// @param affiliation The clinician's affiliation; not looked at when the institution calls.
    function closeSlot(bytes32 slot, bytes32 affiliation) external;

    /// @notice Book a slot.
    /// @dev Only the owner of an Accepted relationship with the slot's Active institution.
    /// @param slot The slot.
    /// @param relationship The relationship.
    /// @param purpose What for.
    /// @return booking The booking's id.
    function book(
        bytes32 slot,
        address relationship,
        VisitPurpose purpose
    ) external returns (bytes32 booking);

    /// @notice Cancel a booking before its slot begins.
    /// @dev Only the owner or the institution of its relationship. Idempotent.
    /// @param booking The booking.
    function cancelBooking(bytes32 booking) external;

    /// @notice Note whether the patient came, once the slot has begun.
    /// @dev Only the institution, or a clinician of it.
    /// @param booking The booking.
    /// @param affiliation The clinician's affiliation; not looked at when the institution calls.
    /// @param attended Whether the patient came.
    function noteAttendance(bytes32 booking, bytes32 affiliation, bool attended) external;

    /// @notice Take a place for a referral.
    /// @dev Only the referrals contract.
    /// @param slot The slot.
    /// @param institution Whose slot it must be.
    /// @param referral The referral.
    /// @return startsAt When the slot begins, in Unix time.
    function take(
        bytes32 slot,
        address institution,
        bytes32 referral
    ) external returns (uint40 startsAt);

    /// @notice Give a referral's place back.
    /// @dev Only the referrals contract.
    /// @param slot The slot.
    /// @param referral The referral.
    function giveBack(bytes32 slot, bytes32 referral) external;

    /// @notice One slot.
    /// @param slot Its id.
    /// @return found All fields; zero when unknown.
    function slotOf(bytes32 slot) external view returns (Slot memory found);

    /// @notice One booking.
    /// @param booking Its id.
    /// @return found All fields; BookingStatus.None when unknown.
    function bookingOf(bytes32 booking) external view returns (Booking memory found);

    /// @notice The contract that books for referrals.
    /// @return account Its address.
    function referrals() external view returns (address account);
}
