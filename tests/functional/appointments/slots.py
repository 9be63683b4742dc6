"""What tests of appointments and of referrals know of slots and bookings."""

from __future__ import annotations

from typing import Any

from eth_abi import encode
from eth_utils import keccak

BOOKED, CANCELLED, ATTENDED, NO_SHOW = 1, 2, 3, 4
VISIT, FOLLOW_UP, HEALTH_MANAGEMENT = 1, 2, 3


def slot_id(house: Any, department: bytes, starts_at: int) -> bytes:
    """Return a slot's id, worked out independently."""
    types = ["address", "bytes32", "uint40"]
    return bytes(keccak(encode(types, [house.address, department, starts_at])))


def booking_id(relationship: Any, slot: bytes) -> bytes:
    """Return a booking's id, worked out independently."""
    return bytes(keccak(encode(["address", "bytes32"], [relationship.address, slot])))
