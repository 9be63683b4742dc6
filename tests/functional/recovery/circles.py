"""Guardians behind salted commitments, as a client keeps them (P31)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from eth_utils import keccak

from tests.alliance import DAY, NOBODY
from tests.signing import digest

STARTED, VETOED, COMPLETED = 1, 2, 3
LIFETIME = 30 * DAY


def leaf(index: int, guardian: Any, account: Any) -> bytes:
    """Return the commitment to one guardian."""
    pair = bytes.fromhex(guardian.address[2:]) + bytes.fromhex(account.address[2:])
    return bytes(keccak(b"\0" + index.to_bytes(8, "big") + salt(index) + pair))


def salt(index: int) -> bytes:
    """Return the salt of a leaf."""
    return digest("salt", bytes([index]))


@dataclass(frozen=True)
class Circle:
    """Whom an account named: guardians by their places in the tree."""

    account: Any
    guardians: dict[int, Any]
    threshold: int = 2
    size: int = 3
    delay: int = 2 * DAY
    height: int = 2

    def but(self, **changes: Any) -> Circle:
        """Return a circle with other fields."""
        return replace(self, **changes)

    @property
    def root(self) -> bytes:
        """The root."""
        return self._levels[-1][0]

    @property
    def terms(self) -> tuple[Any, ...]:
        """The arguments of `nameGuardians`."""
        return (self.root, self.threshold, self.size, self.delay)

    def membership(self, index: int) -> tuple[int, bytes, list[bytes]]:
        """Return how the guardian at a place shows that it is one."""
        path = [level[(index >> i) ^ 1] for i, level in enumerate(self._levels[:-1])]
        return (index, salt(index), path)

    def call(self, index: int, replacement: Any = NOBODY) -> tuple[Any, ...]:
        """Return the arguments with which the guardian at a place starts or approves."""
        return (self.account, replacement, self.membership(index), {"from": self.guardians[index]})

    @property
    def _levels(self) -> list[list[bytes]]:
        places = range(1 << self.height)
        level = [
            leaf(i, self.guardians[i], self.account) if i in self.guardians else digest("empty")
            for i in places
        ]
        levels = [level]
        while len(level) > 1:
            pairs = zip(level[::2], level[1::2], strict=True)
            level = [bytes(keccak(b"\x01" + left + right)) for left, right in pairs]
            levels.append(level)
        return levels
