"""What the typed facades have in common: one contract at one address, read at one block."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol, Self

from chartkey.chain.call import Call
from chartkey.chain.codec import function_of

__all__ = ["ZERO_ADDRESS", "Contract", "Reader", "known"]

ZERO_ADDRESS = "0x" + "0" * 40


def known(address: str) -> str | None:
    """Return the address, or None for the zero address, Solidity's way to say nobody."""
    return None if address == ZERO_ADDRESS else address


class Reader(Protocol):
    """What a facade needs of a ``Network``."""

    def call(
        self,
        contract: str,
        address: str | None,
        function: str,
        *args: Any,
        block: int | None = None,
    ) -> Any:
        """Call a view function; see ``Network.call``."""
        ...


class Contract:
    """One contract. Reading methods ask the node; writing methods return a ``Call``.

    Every reading method raises ``NodeUnavailable`` when the node is away, ``NodeRefused`` when
    it answers with an error, ``ContractsMissing`` when no such contract is at the address, and
    ``ContractRefused`` with the contract's own error.
    Every writing method raises ``AddressInvalid`` or ``ArgumentInvalid`` for arguments that do
    not fit their Solidity types, and sends nothing.
    """

    name: ClassVar[str]
    __slots__ = ("_block", "_network", "address")

    def __init__(self, network: Reader, address: str, block: int | None = None) -> None:
        self._network = network
        self._block = block
        self.address = address

    def at(self, block: int) -> Self:
        """Return the same contract as it stood at the end of that block, for P11."""
        return type(self)(self._network, self.address, block)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.address})"

    def _read(self, function: str, *args: Any) -> Any:
        return self._network.call(self.name, self.address, function, *args, block=self._block)

    def _write(self, function: str, *args: Any) -> Call:
        data = function_of(self.name, function).encode(args)
        return Call(self.name, self.address, function, args, data)
