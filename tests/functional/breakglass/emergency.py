"""What a patient arranges for emergencies, and the steps of one use."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from eth_abi import encode
from eth_utils import keccak

from tests.alliance import HOUR, KEY
from tests.signing import digest

NONE, REQUESTED, OPENED, REVIEWED = range(4)
JUSTIFIED, UNJUSTIFIED = 1, 2
WEEK = 7 * 24 * HOUR
SHARE = b"a share, wrapped anew to the clinician"
REASON = b"sealed to the patient and to institutions"
FINDINGS = b"what the reviewer found, sealed"


def in_order(*houses: Any) -> tuple[Any, ...]:
    """Return institutions in rising order of their addresses."""
    return tuple(sorted(houses, key=lambda house: int(house.address, 16)))


def opening_id(clinician: Any, salt: str = "salt") -> bytes:
    """Return the id of a clinician's opening, worked out independently."""
    return bytes(keccak(bytes.fromhex(clinician.address[2:]) + digest(salt)))


def stored(answer: Any) -> tuple[Any, ...]:
    """Return a struct's fields, bytes as bytes."""
    return tuple(bytes(v) if isinstance(v, bytes) else v for v in answer)


@dataclass(frozen=True)
class Plan:
    """What a patient arranges."""

    holders: tuple[Any, ...]
    checks: tuple[bytes, ...]
    shares: tuple[bytes, ...]
    threshold: int = 2
    suite: int = 1
    key: bytes = KEY

    @classmethod
    def among(cls, holders: tuple[Any, ...], threshold: int = 2) -> Plan:
        """Return a plan in which each holder has a share."""
        checks = tuple(digest("check", house.address) for house in holders)
        shares = tuple(b"sealed to " + house.address.encode() for house in holders)
        return cls(holders, checks, shares, threshold)

    def but(self, **changes: Any) -> Plan:
        """Return another plan."""
        return replace(self, **changes)

    @property
    def addresses(self) -> list[str]:
        """The holders' addresses."""
        return [house.address for house in self.holders]

    @property
    def shown(self) -> tuple[Any, ...]:
        """What an approver shows of it."""
        return (self.addresses, self.checks)

    @property
    def arguments(self) -> tuple[Any, ...]:
        """The arguments of `arrange`."""
        return (self.threshold, self.suite, self.key, *self.shown, self.shares)

    @property
    def digest(self) -> bytes:
        """What is stored of it, worked out independently."""
        return bytes(keccak(encode(["address[]", "bytes32[]"], [self.addresses, self.checks])))


@dataclass(frozen=True)
class Emergency:
    """A clinician, a patient who arranged for it, and two holders who approve."""

    contract: Any
    patient: Any
    clinician: Any
    affiliation: bytes
    plan: Plan
    approvers: tuple[Any, ...]

    def but(self, **changes: Any) -> Emergency:
        """Return another emergency."""
        return replace(self, **changes)

    def arrange(self) -> Any:
        """Let the patient arrange; return the transaction."""
        return self.contract.arrange(*self.plan.arguments, {"from": self.patient})

    def asked(self, salt: str = "salt", **changes: Any) -> tuple[Any, ...]:
        """Return the arguments of `requestEmergency`."""
        fields = {
            "patient": self.patient.address,
            "affiliation": self.affiliation,
            "duration": HOUR,
            "salt": digest(salt),
            "reason": REASON,
        }
        return tuple((fields | changes).values())

    def request(self, salt: str = "salt", **changes: Any) -> bytes:
        """Ask; return the opening's id."""
        self.contract.requestEmergency(*self.asked(salt, **changes), {"from": self.clinician})
        return opening_id(self.clinician, salt)

    def approval(self, id: bytes, house: Any, share: bytes = SHARE) -> tuple[Any, ...]:
        """Return the arguments of `approveEmergency`, its sender with them."""
        return (id, *self.plan.shown, share, {"from": house})

    def approve(self, id: bytes, house: Any, share: bytes = SHARE) -> Any:
        """Approve; return the transaction."""
        return self.contract.approveEmergency(*self.approval(id, house, share))

    def use(self, salt: str = "salt", **changes: Any) -> bytes:
        """Ask, and be approved by each approver; return the opening's id."""
        id = self.request(salt, **changes)
        for house in self.approvers:
            self.approve(id, house)
        return id

    def ends_at(self, id: bytes) -> int:
        """Return the first second at which an opening is no longer open."""
        return int(self.contract.openingOf(id)["endsAt"])
