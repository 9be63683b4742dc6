"""A state-changing call that was prepared and not sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Call"]


@dataclass(frozen=True, slots=True)
class Call:
    """What a facade's writing method returns; a ``Sender`` sends it, ``sign_forward`` signs it.

    ``contract`` is the contract's name, ``to`` its checksum address, ``function`` the Solidity
    name, ``args`` the arguments as encoded, ``data`` the calldata, selector first.
    """

    contract: str
    to: str
    function: str
    args: tuple[Any, ...]
    data: bytes

    def __repr__(self) -> str:
        # Arguments hold wraps and handles: they stay out of logs.
        return f"Call({self.contract}.{self.function} at {self.to})"
