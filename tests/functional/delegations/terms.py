"""What an institution delegates, and what is stored of it, worked out independently."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from eth_abi import encode
from eth_utils import keccak

from tests.alliance import EVERYTHING, WRAP
from tests.signing import ZERO, digest


@dataclass(frozen=True)
class Delegation:
    """The last argument of `delegate`."""

    delegate: Any
    affiliation: bytes
    expires_at: int
    salt: bytes = digest("salt")
    scope: int = EVERYTHING
    kind: int = 0
    record: bytes = ZERO
    key_version: int = 1
    wrap: bytes = WRAP

    def but(self, **changes: Any) -> Delegation:
        """Return a delegation with other fields."""
        return replace(self, **changes)

    def id(self, delegator: Any) -> bytes:
        """Return the id that it has as this institution's."""
        return bytes(keccak(bytes.fromhex(delegator.address[2:]) + self.salt))

    @property
    def account(self) -> str:
        """Who may read."""
        return str(getattr(self.delegate, "address", self.delegate))

    @property
    def terms(self) -> tuple[Any, ...]:
        """The struct."""
        who = (self.salt, self.account, self.affiliation)
        what = (self.scope, self.kind, self.record, self.expires_at)
        return (*who, *what, self.key_version, self.wrap)

    @property
    def digest(self) -> bytes:
        """The hash that is stored of it."""
        types = ["address", "bytes32", "uint8", "uint8", "bytes32", "uint32", "bytes32"]
        values = [self.account, self.affiliation, self.scope, self.kind, self.record]
        values += [self.key_version, keccak(self.wrap)]
        return bytes(keccak(encode(types, values)))
