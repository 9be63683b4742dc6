"""A block's header: its hash and, on a Clique chain, who sealed it (EIP-225).

A node's word for either is not taken: the hash is that of the RLP, and the sealer is recovered
from the seal, the last 65 bytes of extraData over everything else (T24).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from chartkey.chain.address import checksum
from chartkey.chain.codec import Malformed
from chartkey.crypto.digest import keccak256

__all__ = ["IN_TURN", "Header"]

IN_TURN: Final = 2
"""The difficulty of a block whose sealer's turn it was; out of turn it is 1."""

_VANITY: Final = 32
_SEAL: Final = 65
_ADDRESS: Final = 20
_NAMES: Final = (
    "parentHash",
    "sha3Uncles",
    "miner",
    "stateRoot",
    "transactionsRoot",
    "receiptsRoot",
    "logsBloom",
    "difficulty",
    "number",
    "gasLimit",
    "gasUsed",
    "timestamp",
    "extraData",
    "mixHash",
    "nonce",
)
_NUMBERS: Final = frozenset(
    ("difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas")
)
_EXTRA: Final = _NAMES.index("extraData")


@dataclass(frozen=True, slots=True)
class Header:
    """A header as the chain hashes it: byte strings in the Yellow Paper's order, numbers minimal.

    ``claimed`` is the 32-byte hash that the node gave it.
    """

    fields: tuple[bytes, ...]
    claimed: bytes

    @classmethod
    def parse(cls, block: Mapping[str, Any]) -> Header:
        """Read a block as JSON-RPC gives it.

        Raises:
            Malformed: a field is missing or no hexadecimal.
        """
        try:
            names = [*_NAMES, *(["baseFeePerGas"] if "baseFeePerGas" in block else [])]
            fields = tuple(_field(name, block[name]) for name in names)
            return cls(fields, bytes.fromhex(block["hash"][2:]))
        except (KeyError, TypeError, ValueError, AttributeError) as err:
            raise Malformed from err

    @property
    def hash(self) -> bytes:
        """The 32-byte hash, computed."""
        return keccak256(_rlp(self.fields))

    @property
    def parent(self) -> bytes:
        """The parent's 32-byte hash."""
        return self.fields[0]

    @property
    def number(self) -> int:
        """The block's number."""
        return self._number("number")

    @property
    def timestamp(self) -> int:
        """The block's time, Unix seconds."""
        return self._number("timestamp")

    @property
    def difficulty(self) -> int:
        """2 in turn, 1 out of turn."""
        return self._number("difficulty")

    @property
    def receipts_root(self) -> bytes:
        """The 32-byte root over the block's receipts."""
        return self.fields[_NAMES.index("receiptsRoot")]

    @property
    def bloom(self) -> bytes:
        """The 256-byte bloom over the block's logs."""
        return self.fields[_NAMES.index("logsBloom")]

    @property
    def sealer(self) -> str | None:
        """The account that sealed the block; None when there is no valid seal."""
        from coincurve import PublicKey

        extra = self.fields[_EXTRA]
        if len(extra) < _VANITY + _SEAL:
            return None
        unsealed = list(self.fields)
        unsealed[_EXTRA] = extra[:-_SEAL]
        try:
            # Clique takes a high s too: a stricter rule here would deny blocks of the chain.
            key = PublicKey.from_signature_and_message(
                extra[-_SEAL:], keccak256(_rlp(unsealed)), hasher=None
            )
        except ValueError:
            return None
        return checksum("0x" + keccak256(key.format(compressed=False)[1:])[-_ADDRESS:].hex())

    @property
    def signers(self) -> tuple[str, ...]:
        """The sealers that a checkpoint, the first block included, names; else empty."""
        named = self.fields[_EXTRA][_VANITY:-_SEAL]
        steps = range(0, len(named) - _ADDRESS + 1, _ADDRESS)
        return tuple(checksum("0x" + named[i : i + _ADDRESS].hex()) for i in steps)

    def _number(self, name: str) -> int:
        return int.from_bytes(self.fields[_NAMES.index(name)], "big")


def _field(name: str, value: str) -> bytes:
    if name not in _NUMBERS:
        return bytes.fromhex(value.removeprefix("0x"))
    number = int(value, 16)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _rlp(fields: list[bytes] | tuple[bytes, ...]) -> bytes:
    import rlp  # type: ignore[import-untyped]

    encoded: bytes = rlp.encode(list(fields))
    return encoded
