"""How one look at a network is shown: problems first, then nodes, sealers and disks in tables."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from chartkey.cli.output import aligned, cell

if TYPE_CHECKING:
    from chartkey.operator.seals import Seals
    from chartkey.operator.space import Space
    from chartkey.operator.survey import Survey
    from chartkey.operator.vitals import Absent, Vitals

__all__ = ["ago", "document", "lines"]

_UNITS: Final = ("B", "KiB", "MiB", "GiB", "TiB")
_HEAD_DIGITS: Final = 10


def lines(seen: Survey) -> Iterator[str]:
    """Yield what people read."""
    for word, grave in (("PROBLEM", True), ("note", False)):
        for one in seen.troubles:
            if one.grave is grave:
                yield f"{word:7}  {cell(one.subject)}: {cell(one.text)}"
    if not any(one.grave for one in seen.troubles):
        yield "Nothing is wrong."
    head = ["node", "height", "head", "age", "peers", "syncing", "pool", "clock", "version"]
    yield "\n" + aligned([head, *map(_node, seen.nodes)])
    if seen.seals is not None:
        yield "\n" + "\n".join(_seals(seen.seals))
    if seen.spaces:
        rows = [["folder", "size", "free", "growth a day", "full in"], *map(_space, seen.spaces)]
        yield "\n" + aligned(rows)


def document(seen: Survey) -> dict[str, Any]:
    """Return what programs read."""
    seals = seen.seals
    return {
        "ok": seen.ok,
        "troubles": [asdict(one) for one in seen.troubles],
        "nodes": [_entry(node) for node in seen.nodes],
        "sealers": None if seals is None else _sealing(seals),
        "fork": seen.fork and asdict(seen.fork),
        "replaced": seen.replaced,
        "folders": [asdict(space) | {"days": space.days} for space in seen.spaces],
    }


def ago(timestamp: int | None) -> str:
    """Return how long ago a time was, as people say it."""
    if timestamp is None:
        return "-"
    seconds = max(0, int(time.time()) - timestamp)
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _node(node: Vitals | Absent) -> list[str]:
    from chartkey.operator.vitals import Absent

    if isinstance(node, Absent):
        return [node.rpc, "away", *["-"] * 7]
    pool = "-" if node.pending is None else f"{node.pending}+{node.queued}"
    clock = "-" if node.clock is None else f"{node.clock:+.0f} s"
    return [
        node.rpc,
        str(node.head.number),
        f"0x{node.head.hash.hex()[:_HEAD_DIGITS]}",
        f"{node.age} s",
        cell(node.peers),
        f"{node.behind} to go" if node.behind else "no",
        pool,
        clock,
        cell(node.version.removesuffix("/" + node.version.rsplit("/", 1)[-1])),
    ]


def _seals(seals: Seals) -> Iterator[str]:
    rows = [["sealer", "last block", "ago", ""]]
    for one in seals.sealers:
        state = "misses its turns" if one.idle else "seals"
        rows.append([one.address, cell(one.block), ago(one.sealed_at), state])
    yield aligned(rows)
    share = 100 * seals.in_turn // max(1, seals.blocks)
    yield (
        f"Of the last {seals.blocks} blocks {share} % were sealed in turn, one every "
        f"{seals.period} s. {seals.needed} of {len(seals.sealers)} sealers must work."
    )


def _space(space: Space) -> list[str]:
    growth = "-" if space.growth is None else _size(space.growth)
    growth += "" if space.measured or space.growth is None else " (average)"
    days = "-" if space.days is None else f"{space.days} d"
    return [str(space.folder), _size(space.size), _size(space.free), growth, days]


def _size(count: int) -> str:
    sign, value = "-" if count < 0 else "", float(abs(count))
    for unit in _UNITS:
        if value < 1024 or unit == _UNITS[-1]:
            break
        value /= 1024
    return f"{sign}{value:.0f} {unit}" if unit == "B" else f"{sign}{value:.1f} {unit}"


def _entry(node: Vitals | Absent) -> dict[str, Any]:
    from chartkey.operator.vitals import Absent

    if isinstance(node, Absent):
        return {"rpc": node.rpc, "answers": False, "problem": node.problem}
    head = {"block": node.head.number, "hash": node.head.hash, "time": node.head.timestamp}
    fields = ("version", "total", "peers", "behind", "pending", "queued", "clock")
    told = {name: getattr(node, name) for name in fields}
    return {"rpc": node.rpc, "answers": True, "head": head, "age": node.age, **told}


def _sealing(seals: Seals) -> dict[str, Any]:
    return asdict(seals) | {"needed": seals.needed, "working": seals.working}
