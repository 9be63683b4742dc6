// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IAppointments} from "../../../interfaces/IAppointments.sol";
import {IRelationship} from "../../../interfaces/IRelationship.sol";
import {Handler} from "../Handler.sol";
import {Book} from "../world/Book.sol";
import {World} from "../world/World.sol";

/// @title Slots: institutions open slots, owners book them
contract Slots is Handler {
    struct Place {
        bytes32 id;
        address house;
        bool closed;
        uint16 takenAtClose;
    }

    IAppointments private immutable _appointments;

    Place[] private _places;
    bytes32[] private _bookings;
    mapping(bytes32 booking => bool known) private _known;

    constructor(World world) Handler(world) {
        _appointments = IAppointments(address(world.appointments()));
    }

    function open(uint256 seed) external counted {
        // Every patient has a relationship at one of the first two; referrals go to the others.
        address house = _world.houseAt(_pick(seed, "house", 4));
        bytes32 department = _world.padded(house);
        uint40[] memory startsAt = new uint40[](1);
        startsAt[0] = _later(seed, 1 hours, 5 days);
        uint16 capacity = uint16(1 + _pick(seed, "capacity", 2));
        bytes memory call = abi.encodeCall(
            IAppointments.openSlots,
            (department, startsAt, capacity)
        );
        _send(house, address(_appointments), call);
        bytes32 id = keccak256(abi.encode(house, department, startsAt[0]));
        _places.push(Place(id, house, false, 0));
    }

    function close(uint256 seed) external counted {
        require(_pick(seed, "seldom", 4) == 0);
        Place storage place = _places[_pick(seed, "place", _places.length)];
        bytes memory call = abi.encodeCall(IAppointments.closeSlot, (place.id, bytes32(0)));
        _send(place.house, address(_appointments), call);
        if (place.closed) return;
        place.closed = true;
        place.takenAtClose = _appointments.slotOf(place.id).taken;
    }

    function book(uint256 seed) external counted {
        Book.Pair memory pair = _world.pairAt(_pick(seed, "pair", 2));
        bytes32 slot = placeOf(pair.house, seed);
        (address owner, , , ) = IRelationship(pair.relationship).parties();
        bytes memory call = abi.encodeCall(
            IAppointments.book,
            (slot, pair.relationship, IAppointments.VisitPurpose.Visit)
        );
        bytes memory result = _send(owner, address(_appointments), call);
        bytes32 booking = abi.decode(result, (bytes32));
        if (!_known[booking]) _bookings.push(booking);
        _known[booking] = true;
    }

    function cancel(uint256 seed) external counted {
        bytes32 booking = _booking(seed, false);
        address relationship = _appointments.bookingOf(booking).relationship;
        (address owner, address house, , ) = IRelationship(relationship).parties();
        bytes memory call = abi.encodeCall(IAppointments.cancelBooking, (booking));
        _send(_pick(seed, "by", 2) == 0 ? owner : house, address(_appointments), call);
    }

    function attend(uint256 seed) external counted {
        bytes32 booking = _booking(seed, true);
        address house = _appointments.slotOf(_appointments.bookingOf(booking).slot).institution;
        bytes memory call = abi.encodeCall(
            IAppointments.noteAttendance,
            (booking, 0, _pick(seed, "attended", 2) == 0)
        );
        _send(house, address(_appointments), call);
    }

    function meddle(uint256 seed) external counted {
        Place memory place = _places[_pick(seed, "place", _places.length)];
        address target = address(_appointments);
        bytes memory call = abi.encodeCall(IAppointments.take, (place.id, place.house, bytes32(0)));
        _breach(_try(place.house, target, call), "R30: taken by no referral");
        call = abi.encodeCall(IAppointments.giveBack, (place.id, bytes32(0)));
        _breach(_try(place.house, target, call), "R30: given back by no referral");
        call = abi.encodeCall(IAppointments.closeSlot, (place.id, bytes32(0)));
        _breach(_try(_world.stranger(), target, call), "R30: closed by a stranger");
    }

    function placeCount() external view returns (uint256 count) {
        return _places.length;
    }

    function placeAt(uint256 index) external view returns (Place memory place) {
        return _places[index];
    }

    function bookings() external view returns (bytes32[] memory ids) {
        return _bookings;
    }

    /// @dev A slot of a house; one to come if there is any, full or not.
    function placeOf(address house, uint256 seed) public view returns (bytes32 slot) {
        uint256 size = _places.length;
        for (uint256 i; i < size; ++i) {
            Place storage place = _places[(_pick(seed, "place", size) + i) % size];
            if (place.house != house) continue;
            slot = place.id;
            if (!place.closed && _appointments.slotOf(slot).startsAt > block.timestamp) return slot;
        }
    }

    function steps() external pure override returns (bytes4[] memory selectors) {
        selectors = new bytes4[](6);
        selectors[0] = this.open.selector;
        selectors[1] = this.close.selector;
        selectors[2] = this.book.selector;
        selectors[3] = this.cancel.selector;
        selectors[4] = this.attend.selector;
        selectors[5] = this.meddle.selector;
    }

    /// @dev One that is booked, of a slot that has begun or has not.
    function _booking(uint256 seed, bool begun) private view returns (bytes32 booking) {
        for (uint256 i; i < _bookings.length; ++i) {
            booking = _bookings[(_pick(seed, "booking", _bookings.length) + i) % _bookings.length];
            IAppointments.Booking memory found = _appointments.bookingOf(booking);
            bool begins = _appointments.slotOf(found.slot).startsAt <= block.timestamp;
            if (found.status == IAppointments.BookingStatus.Booked && begins == begun) break;
        }
    }
}
