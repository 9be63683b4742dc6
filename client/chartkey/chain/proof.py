"""What a block's header says of its receipts and logs, computed from them (T24).

A receipt is ``[status, cumulativeGasUsed, logsBloom, logs]`` (Yellow Paper, section 4.4.1), behind
its type's byte where the transaction has one (EIP-2718); the trie's key is the RLP of its index.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from chartkey.chain.codec import Malformed
from chartkey.chain.trie import trie_root
from chartkey.crypto.digest import keccak256

__all__ = ["bloom_of", "log_key", "receipts_root"]

_BLOOM_BYTES: Final = 256
_BLOOM_BITS: Final = 2048

Log = Mapping[str, Any]


def receipts_root(receipts: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the 32-byte root over a block's receipts, given in JSON-RPC's form and block order.

    Each receipt's bloom is computed from its logs, whatever the node says of it.

    Raises:
        Malformed: a field is missing or no hexadecimal.
    """
    import rlp  # type: ignore[import-untyped]

    try:
        return trie_root({rlp.encode(i): _encoded(one) for i, one in enumerate(receipts)})
    except (KeyError, TypeError, ValueError, AttributeError) as err:
        raise Malformed from err


def bloom_of(logs: Iterable[Log]) -> bytes:
    """Return the 256-byte bloom over logs (Yellow Paper, section 4.4.1).

    Raises:
        Malformed: an address or topic is missing or no hexadecimal.
    """
    bits = 0
    try:
        for log in logs:
            for text in (log["address"], *log["topics"]):
                digest = keccak256(_data(text))
                for at in (0, 2, 4):
                    bits |= 1 << int.from_bytes(digest[at : at + 2], "big") % _BLOOM_BITS
    except (KeyError, TypeError, ValueError, AttributeError) as err:
        raise Malformed from err
    return bits.to_bytes(_BLOOM_BYTES, "big")


def log_key(log: Log) -> tuple[int, int, bytes, tuple[bytes, ...], bytes]:
    """Return what makes a log that one: block, index in it, address, topics, data.

    Raises:
        Malformed: a field is missing or no hexadecimal.
    """
    try:
        place = int(log["blockNumber"], 16), int(log["logIndex"], 16)
        return *place, _data(log["address"]), tuple(map(_data, log["topics"])), _data(log["data"])
    except (KeyError, TypeError, ValueError, AttributeError) as err:
        raise Malformed from err


def _encoded(receipt: Mapping[str, Any]) -> bytes:
    import rlp

    logs = [_log(log) for log in receipt["logs"]]
    status, gas = int(receipt["status"], 16), int(receipt["cumulativeGasUsed"], 16)
    body: bytes = rlp.encode([status, gas, bloom_of(receipt["logs"]), logs])
    kind = int(receipt.get("type", "0x0"), 16)
    return bytes([kind]) + body if kind else body


def _log(log: Log) -> list[Any]:
    return [_data(log["address"]), [_data(topic) for topic in log["topics"]], _data(log["data"])]


def _data(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
