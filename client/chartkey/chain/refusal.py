"""What a contract said when it reverted: its custom error, by name and with arguments.

Nodes put the revert data in different places: Geth and Anvil in ``error.data`` as text, Ganache
in ``error.data.result``, older ones under the transaction's hash.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

from chartkey.chain.codec import CONTRACTS, ErrorShape, Malformed, interface_of
from chartkey.errors import ContractRefused

__all__ = ["decode_revert", "refusal_in"]

_HEX = re.compile(r"(?:Reverted )?0x((?:[0-9a-fA-F]{2})*)")
_NESTED: Final = ("data", "result", "return", "output")
_BUILT_IN: Final = (
    {"name": "Error", "inputs": [{"name": "message", "type": "string"}]},
    {"name": "Panic", "inputs": [{"name": "code", "type": "uint256"}]},
)


@cache
def _shapes() -> dict[bytes, ErrorShape]:
    shapes = {shape.selector: shape for shape in map(ErrorShape, _BUILT_IN)}
    for contract in CONTRACTS:
        shapes |= interface_of(contract).errors
    return shapes


def decode_revert(data: bytes) -> ContractRefused:
    """Return the refusal that revert data stands for.

    ``error`` is the Solidity name (``Error`` and ``Panic`` are the compiler's own), the selector
    in hexadecimal when no contract of the system declares it, ``Revert`` when there is none.
    Byte strings among ``arguments`` are in hexadecimal.
    """
    shape = _shapes().get(data[:4])
    if shape is None:
        name = f"0x{data[:4].hex()}" if data else "Revert"
        return ContractRefused(error=name, arguments={})
    try:
        arguments = shape.decode(data[4:])
    except Malformed:
        return ContractRefused(error=shape.name, arguments={})
    shown = {name: _shown(value) for name, value in arguments.items()}
    return ContractRefused(error=shape.name, arguments=shown)


def refusal_in(error: Any) -> ContractRefused | None:
    """Return the refusal in a JSON-RPC error object; None when no contract caused it."""
    data = _revert_data(error)
    if data:
        return decode_revert(data)
    message = str(error.get("message", "")) if isinstance(error, dict) else ""
    return decode_revert(b"") if "revert" in message.lower() else None


def _revert_data(value: Any, depth: int = 0) -> bytes | None:
    """Find the revert data in an error object; ``depth`` bounds what a hostile node can nest."""
    if isinstance(value, str):
        match = _HEX.fullmatch(value)
        return bytes.fromhex(match[1]) if match else None
    if not isinstance(value, dict) or depth > 3:
        return None
    inner = [value[key] for key in _NESTED if key in value]
    inner += [part for part in value.values() if isinstance(part, dict)]
    return next((data for part in inner if (data := _revert_data(part, depth + 1))), None)


def _shown(value: Any) -> Any:
    return f"0x{value.hex()}" if isinstance(value, bytes) else value
