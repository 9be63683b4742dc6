"""What a ticket key signs, whole and with one field wrong, and how a ticket is read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from eth_account import Account

NONE, ISSUED, REDEEMED, LOCKED, CANCELLED = range(5)
STRUCT = "address owner,address ticket,address redeemer,uint48 deadline"


@dataclass(frozen=True)
class Redemption:
    """A redemption and the EIP-712 domain that it is signed for."""

    contract: str
    chain_id: int
    owner: Any
    ticket: Any
    redeemer: Any
    deadline: int
    name: str = "Chartkey Tickets"
    version: str = "1"

    def but(self, **changes: Any) -> Redemption:
        """Return another redemption."""
        return replace(self, **changes)

    @property
    def terms(self) -> tuple[Any, ...]:
        """The struct."""
        return (self.owner.address, self.ticket.address, self.redeemer.address, self.deadline)

    @property
    def signature(self) -> bytes:
        """The ticket key's signature."""
        return self.signed_by(self.ticket)

    @property
    def signed(self) -> tuple[Any, ...]:
        """The arguments of `redeem`."""
        return (self.terms, self.signature)

    def signed_by(self, account: Any) -> bytes:
        """Return an account's signature over the struct."""
        fields = [item.split() for item in STRUCT.split(",")]
        types = {"Redemption": [{"type": kind, "name": name} for kind, name in fields]}
        message = {name: value for (_, name), value in zip(fields, self.terms, strict=True)}
        domain = {
            "name": self.name,
            "version": self.version,
            "chainId": self.chain_id,
            "verifyingContract": self.contract,
        }
        signed = Account.sign_typed_data(account.private_key, domain, types, message)
        return bytes(signed.signature)


def stored(tickets: Any, owner: Any, ticket: Any) -> tuple[Any, ...]:
    """Return a ticket's fields, the commitment as bytes."""
    *fields, content = tickets.ticketOf(owner, ticket)
    return (*fields, bytes(content))
