"""What a network of four institutions and a regulator carries, on real Geth nodes (R63).

``python tests/bench/chain.py`` prints the figures; ``make bench`` calls :func:`measure`. Nine nodes
share this machine, so that every transaction is executed nine times on its cores: a node with a
machine of its own has nine times as much. The load is signed beforehand, and handed in at all four
houses; blocks count from the second full one to the last full one.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]

from scripts.hosts.geth import ABSENT, GETH  # noqa: E402
from tests.bench.scene.ward import HOUSES  # noqa: E402
from tests.chains import person  # noqa: E402
from tests.network import LABELS, REGULATOR, Net, start_network  # noqa: E402

GAS_LIMIT, PERIOD = 60_000_000, 5
BATCH = 1_000
BLOCKS = 8
"""Full blocks that a load fills."""
PACE, PACED = 10, 300
"""Transactions a second, and how many, while confirmation is timed."""
PIECE = 200
A_DAY, DAYS = 10_000, 3_650
GIB = 1 << 30

Report = Callable[[str, float], None]


class Block(NamedTuple):
    """What counts of a block; ``size`` in bytes of its RLP."""

    number: int
    time: int
    used: int
    limit: int
    count: int
    size: int


def measure(report: Report) -> None:
    """Report ``chain.*``: fill, rates, seconds to confirmation, and bytes on disk for a record.

    ``bytes_per_record_*`` is what the folder of a node that answers, and prunes, grows by;
    ``archive_bytes_per_record_*`` the same of the regulator's.
    """
    if not GETH.exists():
        raise SystemExit(ABSENT)
    report("chain.gas_limit", GAS_LIMIT)
    report("chain.period_s", PERIOD)
    with start_network(period=PERIOD, gas_limit=GAS_LIMIT) as net:
        _confirmations(net, report)
        _single(net, report)
        _batched(net, report)


def _single(net: Net, report: Report) -> None:
    one = next(net.anchors.single(person(HOUSES[0]), 0, 1))
    print(f"  signing; one anchoring is {len(one)} bytes", flush=True)
    used = 183_000
    count = 4 * (GAS_LIMIT * BLOCKS // used // 4)
    blocks, grown = _loaded(net, net.sign(count))
    report("chain.block_fill", statistics.mean(block.used / block.limit for block in blocks))
    report("chain.tx_per_s", _rate(blocks))
    _bytes(report, "single", grown, count)


def _batched(net: Net, report: Report) -> None:
    used = 83_000
    share = GAS_LIMIT * BLOCKS // used // 4
    turns = [_signed_batches(net, label, share) for label in LABELS]
    signed = [one for turn in zip(*turns, strict=True) for one in turn]
    blocks, grown = _loaded(net, signed)
    report("chain.block_fill_batched", statistics.mean(b.used / b.limit for b in blocks))
    report("chain.records_per_s_batched", BATCH * _rate(blocks))
    _bytes(report, "batched", grown, len(signed) * BATCH)


def _signed_batches(net: Net, label: str, share: int) -> list[tuple[str, bytes]]:
    payer = person(HOUSES[LABELS.index(label)])
    nonce = int(net.ask("lead", "eth_getTransactionCount", payer.address, "latest"), 16)
    return [(label, raw) for raw in net.anchors.batched(payer, nonce, share, BATCH)]


def _loaded(net: Net, signed: Sequence[tuple[str, bytes]]) -> tuple[list[Block], dict[str, int]]:
    """Hand everything in, wait until it is mined; return the full blocks, and what disks grew."""
    before = _disks(net)
    first = int(net.ask(REGULATOR, "eth_blockNumber"), 16)
    for label in LABELS:
        raws = ["0x" + raw.hex() for house, raw in signed if house == label]
        for start in range(0, len(raws), PIECE):
            _send(net.rpc(label), raws[start : start + PIECE])
    blocks = _mined(net, first, len(signed))
    after = _disks(net)
    # The first may have been begun before the load, the last is what was left over.
    full = [block for block in blocks if block.count][1:-1]
    return full, {label: after[label] - before[label] for label in before}


def _send(rpc: str, raws: Sequence[str]) -> None:
    calls = [
        {"jsonrpc": "2.0", "id": i, "method": "eth_sendRawTransaction", "params": [raw]}
        for i, raw in enumerate(raws)
    ]
    headers = {"content-type": "application/json"}
    with urlopen(Request(rpc, json.dumps(calls).encode(), headers), timeout=120) as reply:
        refused = [answer for answer in json.load(reply) if "error" in answer]
    if refused:
        raise SystemExit(f"a node refused {len(refused)}: {refused[0]['error']}")


def _mined(net: Net, first: int, count: int) -> list[Block]:
    blocks: dict[int, Block] = {}
    until = time.monotonic() + 600
    while sum(block.count for block in blocks.values()) < count:
        if time.monotonic() > until:
            raise SystemExit("the load was not mined in ten minutes")
        time.sleep(1)
        head = int(net.ask(REGULATOR, "eth_blockNumber"), 16)
        # The newest may still be replaced.
        for number in range(first + 1, head):
            if number not in blocks:
                blocks[number] = _block(net, number)
    return [blocks[number] for number in sorted(blocks)]


def _block(net: Net, number: int) -> Block:
    told = net.ask(REGULATOR, "eth_getBlockByNumber", hex(number), False)
    names = ("timestamp", "gasUsed", "gasLimit")
    values = [int(told[name], 16) for name in names]
    return Block(number, *values, len(told["transactions"]), int(told["size"], 16))


def _rate(blocks: Sequence[Block]) -> float:
    """Transactions a second: what each block held over the time since the one before."""
    pairs = list(pairwise(blocks))
    count = sum(later.count for _, later in pairs)
    return count / (pairs[-1][1].time - pairs[0][0].time)


def _confirmations(net: Net, report: Report) -> None:
    """Hand in at a steady pace, one house after the other, and see when each is confirmed."""
    signed = net.sign(PACED)
    arrivals: dict[int, float] = {}
    sent: dict[str, float] = {}
    pending = iter(signed)
    begun = time.monotonic()
    while len(sent) < len(signed):
        if len(sent) <= PACE * (time.monotonic() - begun):
            label, raw = next(pending)
            sent[net.ask(label, "eth_sendRawTransaction", "0x" + raw.hex())] = time.monotonic()
        else:
            time.sleep(0.01)
        _watch(net, arrivals)
    wanted = net.manifest.confirmations
    end = max(arrivals) + wanted + 2
    while max(arrivals) < end:
        _watch(net, arrivals)
        time.sleep(0.02)
    seconds = sorted(_waits(net, sent, arrivals, wanted))
    report("chain.confirmations", wanted)
    report("chain.confirm_s_p50", seconds[len(seconds) // 2])
    report("chain.confirm_s_p99", seconds[len(seconds) * 99 // 100])


def _watch(net: Net, arrivals: dict[int, float]) -> None:
    head = int(net.ask("lead", "eth_blockNumber"), 16)
    for number in range(max(arrivals, default=head - 1) + 1, head + 1):
        arrivals[number] = time.monotonic()


def _waits(
    net: Net, sent: dict[str, float], arrivals: dict[int, float], wanted: int
) -> Iterator[float]:
    for transaction, when in sent.items():
        receipt: dict[str, Any] = net.ask("lead", "eth_getTransactionReceipt", transaction)
        yield arrivals[int(receipt["blockNumber"], 16) + wanted - 1] - when


def _disks(net: Net) -> dict[str, int]:
    """Bytes on disk of a pruned node and of the archive, each ended to write all it has."""
    nodes = {"full": net.house("county").answering, "archive": net.house(REGULATOR).answering}
    for node in nodes.values():
        node.stop()
    sizes = {name: _size(node.settings.data) for name, node in nodes.items()}
    net.group.run()
    net.group.meet()
    return sizes


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _bytes(report: Report, how: str, grown: dict[str, int], records: int) -> None:
    each = grown["full"] / records
    report(f"chain.bytes_per_record_{how}", each)
    report(f"chain.archive_bytes_per_record_{how}", grown["archive"] / records)
    report(f"chain.gib_ten_years_{how}", each * A_DAY * DAYS / GIB)


if __name__ == "__main__":
    measure(lambda name, value: print(f"{name:40} {value:14,.4f}", flush=True))
