"""The contracts' ABIs: functions, events and errors, encoded and decoded.

Structs arrive as named tuples from calls and as dicts from events, both with the ABI's names;
addresses as EIP-55 text, enums as int.
"""

from __future__ import annotations

import json
from collections import namedtuple
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib import resources
from typing import Any, Final

from chartkey.chain.address import checksum
from chartkey.crypto.digest import keccak256
from chartkey.errors import ArgumentInvalid

__all__ = [
    "CONTRACTS",
    "ErrorShape",
    "EventShape",
    "Function",
    "Interface",
    "Malformed",
    "Parameter",
    "function_of",
    "interface_of",
]

CONTRACTS: Final = (
    "Forwarder",
    "Consortium",
    "Registrar",
    "Summary",
    "Relationship",
    "RelationshipFactory",
    "Guardianship",
    "Recovery",
    "Batches",
    "Evidence",
    "Delegations",
    "Receipts",
    "Tickets",
    "BreakGlass",
    "Appointments",
    "Referrals",
    "Consultations",
    "Charges",
    "Research",
)

_Make = Callable[["tuple[Parameter, ...]", "Iterable[Any]"], Any]


class Malformed(Exception):
    """Bytes that do not decode under the ABI; callers turn it into an error of their own."""


@dataclass(frozen=True)
class Parameter:
    """One input, output or field: its name and canonical type; components of a struct."""

    name: str
    type: str
    indexed: bool
    components: tuple[Parameter, ...]

    @classmethod
    def parse(cls, entry: dict[str, Any]) -> Parameter:
        """Return the parameter that a JSON ABI entry describes."""
        components = tuple(cls.parse(part) for part in entry.get("components", ()))
        written = str(entry["type"])
        if components:
            inner = ",".join(part.type for part in components)
            written = f"({inner}){written.removeprefix('tuple')}"
        return cls(entry["name"], written, entry.get("indexed", False), components)

    @cached_property
    def item(self) -> Parameter | None:
        """What an array holds; None when this is not one. Only ``[]`` occurs in interfaces/."""
        if not self.type.endswith("[]"):
            return None
        return Parameter(self.name, self.type.removesuffix("[]"), False, self.components)

    def checked(self, value: Any, function: str) -> Any:
        """Return ``value`` as the encoder takes it.

        The encoder pads short byte strings: an id one byte short would be another id.

        Raises:
            AddressInvalid: an address is malformed.
            ArgumentInvalid: a fixed-size byte string or a struct has another size.
        """
        if self.item is not None:
            return [self.item.checked(one, function) for one in value]
        if self.components:
            _require_size(function, self.name, len(value), len(self.components))
            pairs = zip(self.components, value, strict=True)
            return tuple(part.checked(one, function) for part, one in pairs)
        if self.type == "address":
            return checksum(value)
        if self.type.startswith("bytes") and self.type != "bytes":
            _require_size(function, self.name, len(value), int(self.type[5:]))
        return value

    def shaped(self, value: Any, make: _Make) -> Any:
        """Return a decoded value with checksummed addresses and named structs."""
        if self.type == "address":
            return checksum(value)
        if self.item is not None:
            return tuple(self.item.shaped(one, make) for one in value)
        if self.components:
            return make(self.components, value)
        return value


def _require_size(function: str, name: str, found: int, wanted: int) -> None:
    if found != wanted:
        problem = f"{name} has size {found}, not {wanted}"
        raise ArgumentInvalid(function=function, problem=problem)


def _as_dict(parameters: tuple[Parameter, ...], values: Iterable[Any]) -> dict[str, Any]:
    pairs = zip(parameters, values, strict=True)
    return {part.name: part.shaped(value, _as_dict) for part, value in pairs}


def _as_tuple(parameters: tuple[Parameter, ...], values: Iterable[Any]) -> Any:
    pairs = zip(parameters, values, strict=True)
    return _record(parameters)(*(part.shaped(value, _as_tuple) for part, value in pairs))


@lru_cache(maxsize=256)
def _record(parameters: tuple[Parameter, ...]) -> Any:
    names = [part.name for part in parameters]
    return namedtuple("Values", names, rename=True)


@lru_cache(maxsize=1)
def _lossless() -> Any:
    """eth_abi's codec, but for text that is not UTF-8: it comes through, and encodes back.

    One member's unreadable name would otherwise keep everybody from reading the events.
    """
    from eth_abi.codec import ABICodec
    from eth_abi.decoding import StringDecoder
    from eth_abi.encoding import TextStringEncoder
    from eth_abi.registry import registry

    class Decoder(StringDecoder):
        def __init__(self) -> None:
            super().__init__("surrogateescape")  # type: ignore[no-untyped-call]

    class Encoder(TextStringEncoder):
        @classmethod
        def encode(cls, value: str) -> bytes:
            raw = value.encode("utf-8", "surrogateescape")
            return len(raw).to_bytes(32, "big") + raw.ljust(-(-len(raw) // 32) * 32, b"\0")

    own = registry.copy()  # type: ignore[no-untyped-call]
    own.unregister("string")
    own.register("string", Encoder, Decoder, label="string")
    return ABICodec(own)


def encode(types: Sequence[str], values: Sequence[Any]) -> bytes:
    """Return ABI-encoded values; text that a contract gave encodes to the bytes it had.

    Raises:
        ArgumentInvalid: a value does not fit its type.
    """
    from eth_abi.exceptions import EncodingError

    try:
        return bytes(_lossless().encode(types, values))
    except (EncodingError, TypeError) as err:
        raise ArgumentInvalid(function="encode", problem="a value does not fit its type") from err


def _decode(parameters: Sequence[Parameter], data: bytes) -> tuple[Any, ...]:
    from eth_abi.exceptions import DecodingError

    try:
        values = _lossless().decode([part.type for part in parameters], data)
    except (DecodingError, OverflowError, ValueError) as err:
        raise Malformed from err
    return tuple(values)


class Function:
    """One external function."""

    def __init__(self, entry: dict[str, Any]) -> None:
        self.name = str(entry["name"])
        self.inputs = tuple(map(Parameter.parse, entry["inputs"]))
        self.outputs = tuple(map(Parameter.parse, entry["outputs"]))
        self.selector = _hash_of(self.name, self.inputs)[:4]

    def encode(self, args: Sequence[Any]) -> bytes:
        """Return the calldata, selector first.

        Raises:
            AddressInvalid: an address is malformed.
            ArgumentInvalid: an argument does not fit its Solidity type.
        """
        from eth_abi.abi import encode
        from eth_abi.exceptions import EncodingError

        _require_size(self.name, "the list of arguments", len(args), len(self.inputs))
        try:
            pairs = zip(self.inputs, args, strict=True)
            checked = [part.checked(value, self.name) for part, value in pairs]
            return self.selector + encode([part.type for part in self.inputs], checked)
        except (EncodingError, TypeError) as err:
            # The encoder's own message repeats the value, which may be a wrap or a handle.
            problem = "an argument does not fit its Solidity type"
            raise ArgumentInvalid(function=self.name, problem=problem) from err

    def decode_arguments(self, data: bytes) -> tuple[Any, ...]:
        """Return the arguments in calldata; structs are plain tuples.

        Raises:
            Malformed: it is not this function's calldata.
        """
        if data[:4] != self.selector:
            raise Malformed
        values = zip(self.inputs, _decode(self.inputs, data[4:]), strict=True)
        return tuple(part.shaped(value, _plain) for part, value in values)

    def decode_result(self, data: bytes) -> Any:
        """Return what the function returned: one value, or a named tuple of several.

        Raises:
            Malformed: the bytes do not fit.
        """
        values = _decode(self.outputs, data)
        if len(self.outputs) == 1:
            return self.outputs[0].shaped(values[0], _as_tuple)
        return _as_tuple(self.outputs, values)


def _plain(parameters: tuple[Parameter, ...], values: Iterable[Any]) -> tuple[Any, ...]:
    pairs = zip(parameters, values, strict=True)
    return tuple(part.shaped(value, _plain) for part, value in pairs)


class EventShape:
    """One event."""

    def __init__(self, contract: str, entry: dict[str, Any]) -> None:
        self.contract = contract
        self.name = str(entry["name"])
        self.inputs = tuple(map(Parameter.parse, entry["inputs"]))
        self.topic = _hash_of(self.name, self.inputs)
        self._indexed = tuple(part for part in self.inputs if part.indexed)
        self._data = tuple(part for part in self.inputs if not part.indexed)

    def decode(self, topics: Sequence[bytes], data: bytes) -> dict[str, Any]:
        """Return the event's values by name, in the order of the interface.

        ``topics`` are the indexed values, topic 0 left out. No event in interfaces/ indexes a
        value longer than a word, which would leave only its hash.

        Raises:
            Malformed: the log does not fit.
        """
        if len(topics) != len(self._indexed):
            raise Malformed
        values = _as_dict(self._indexed, _decode(self._indexed, b"".join(topics)))
        values |= _as_dict(self._data, _decode(self._data, data))
        return {part.name: values[part.name] for part in self.inputs}


class ErrorShape:
    """One custom error."""

    def __init__(self, entry: dict[str, Any]) -> None:
        self.name = str(entry["name"])
        self.inputs = tuple(map(Parameter.parse, entry["inputs"]))
        self.selector = _hash_of(self.name, self.inputs)[:4]

    def decode(self, data: bytes) -> dict[str, Any]:
        """Return the error's arguments by name.

        Raises:
            Malformed: the bytes do not fit.
        """
        return _as_dict(self.inputs, _decode(self.inputs, data))


@dataclass(frozen=True)
class Interface:
    """One contract's functions by name, events by topic 0 and errors by selector."""

    functions: dict[str, Function]
    events: dict[bytes, EventShape]
    errors: dict[bytes, ErrorShape]

    @cached_property
    def by_selector(self) -> dict[bytes, Function]:
        """The functions by their selectors."""
        return {function.selector: function for function in self.functions.values()}


@cache
def interface_of(contract: str) -> Interface:
    """Return the interface of a contract, read from the ABI that ships with the package.

    Raises:
        KeyError: there is no such contract; ``CONTRACTS`` lists them.
    """
    if contract not in CONTRACTS:
        raise KeyError(contract)
    file = resources.files("chartkey.chain") / "abi" / f"{contract}.json"
    entries = json.loads(file.read_text("utf-8"))
    functions = [Function(entry) for entry in entries if entry["type"] == "function"]
    events = [EventShape(contract, entry) for entry in entries if entry["type"] == "event"]
    errors = [ErrorShape(entry) for entry in entries if entry["type"] == "error"]
    return Interface(
        {function.name: function for function in functions},
        {event.topic: event for event in events},
        {error.selector: error for error in errors},
    )


def function_of(contract: str, name: str) -> Function:
    """Return a function by contract and Solidity name.

    Raises:
        KeyError: there is no such contract or function.
    """
    return interface_of(contract).functions[name]


def _hash_of(name: str, inputs: tuple[Parameter, ...]) -> bytes:
    return keccak256(f"{name}({','.join(part.type for part in inputs)})".encode())
