"""Several members' nodes, each checked against the chain's own rules and against the others.

For whoever runs no node (R60) and believes no single one (T24)::

    check = CrossCheck(["https://node.hospital-a.example", "https://node.clinic-b.example"])
    head = check.agreed_head(confirmations=3)
    report = check.range(head.number - 63, head.number, network.manifest.addresses)
    assert report.ok, report.findings

What it proves: headers are linked, each is sealed by a sealer whose turn it may have been, receipts
and logs are those that the headers name, and all members tell the same. What it cannot: a majority
of sealers that makes another chain, together with every member that is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from chartkey.chain.address import checksum
from chartkey.chain.codec import Malformed
from chartkey.chain.header import IN_TURN, Header
from chartkey.chain.proof import bloom_of, log_key, receipts_root
from chartkey.chain.rpc import Rpc
from chartkey.errors import ArgumentInvalid, ChainError, MembersDisagree, NodeRefused
from chartkey.models import Block

__all__ = ["CrossCheck", "Finding", "Report"]

_FEWEST: Final = 2
_SLICE: Final = 16
"""Blocks whose receipts are held at a time."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong: which node (its address without credentials), at which block, what."""

    rpc: str
    block: int
    problem: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was compared, from block ``first`` to ``last``, and what was found wrong."""

    rpcs: tuple[str, ...]
    first: int
    last: int
    receipts: int
    logs: int
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


class CrossCheck:
    """At least two members' nodes. Every method asks all of them."""

    def __init__(self, rpcs: Iterable[str], timeout: float = 30) -> None:
        """Take the nodes' ``http(s)://`` addresses; ``timeout`` in seconds for each request.

        Raises:
            NodeUnavailable: an address is not one of HTTP.
            ArgumentInvalid: there are fewer than two different ones.
        """
        self._nodes = [Rpc(url, timeout) for url in dict.fromkeys(rpcs)]
        if len(self._nodes) < _FEWEST:
            raise ArgumentInvalid(function="CrossCheck", problem="one node alone proves nothing")

    def agreed_head(self, confirmations: int | None = None) -> Block:
        """Return the newest block that every node has under ``confirmations`` blocks, itself
        counted, its hash computed and the same at all; by default more than half of the sealers
        that the nodes name (P60).

        Raises:
            MembersDisagree: they have different blocks at that height.
            NodeUnavailable, NodeRefused: a node is away, or answers what is no header.
        """
        height = min(_number(node, node.call("eth_blockNumber", [])) for node in self._nodes)
        number = max(0, height - (confirmations or self._confirmations(height)) + 1)
        headers = [_headers(node, number, number)[0] for node in self._nodes]
        if len({header.hash for header in headers}) > 1:
            told = ", ".join(
                f"{node.shown} 0x{header.hash.hex()[:10]}"
                for node, header in zip(self._nodes, headers, strict=True)
            )
            raise MembersDisagree(block=number, problem=told)
        return Block(number, headers[0].hash, headers[0].timestamp)

    def _confirmations(self, height: int) -> int:
        named = (_signers_at(node, [height])[0] for node in self._nodes)
        return max(map(len, named)) // 2 + 1

    def range(self, first: int, last: int, addresses: Iterable[str] = ()) -> Report:
        """Compare blocks ``first`` to ``last``, receipts and logs included.

        ``addresses`` are contracts whose logs are asked for by address too, as clients do.

        Raises:
            NodeUnavailable, NodeRefused: a node is away, or answers what is no header or receipt.
        """
        told = [_Told(node, first, last, tuple(addresses)) for node in self._nodes]
        findings = [finding for one in told for finding in one.findings()]
        findings += _differences(told)
        findings.sort(key=lambda finding: (finding.block, finding.rpc))
        shown = tuple(node.shown for node in self._nodes)
        counted = max(one.receipts for one in told), max(one.logs for one in told)
        return Report(shown, first, last, *counted, tuple(findings))


class _Told:
    """What one node tells of a range."""

    def __init__(self, node: Rpc, first: int, last: int, addresses: tuple[str, ...]) -> None:
        self.node, self.first, self.last = node, first, last
        self.receipts = self.logs = 0
        self._addresses = addresses
        self.headers = _headers(node, first, last)
        self.signers = self._signers()

    def findings(self) -> Iterator[Finding]:
        yield from self._of_headers()
        for start in range(0, len(self.headers), _SLICE):
            yield from self._of_logs(self.headers[start : start + _SLICE])

    def _signers(self) -> list[frozenset[str]]:
        """The sealers that may have sealed each block: those after the block before it."""
        ends = _signers_at(self.node, [max(0, self.first - 1), self.last])
        if ends[0] == ends[1]:
            return [ends[0]] * len(self.headers)
        return _signers_at(self.node, [max(0, header.number - 1) for header in self.headers])

    def _of_headers(self) -> Iterator[Finding]:
        recent: list[str | None] = []
        for i, (header, signers) in enumerate(zip(self.headers, self.signers, strict=True)):
            number = self.first + i
            if header.number != number or header.hash != header.claimed:
                yield self._finding(number, "the header's hash is not what the node says")
            if i and header.parent != self.headers[i - 1].hash:
                yield self._finding(number, "its parent is not the block before it")
            if number:
                problem = _sealing_problem(header, signers, recent)
                if problem:
                    yield self._finding(number, problem)
            recent.append(header.sealer)
            # More than half must take part: who sealed one of the last n/2 blocks has to wait.
            del recent[: max(0, len(recent) - len(signers) // 2)]

    def _of_logs(self, headers: Sequence[Header]) -> Iterator[Finding]:
        calls: list[tuple[str, list[Any]]] = [
            ("eth_getBlockReceipts", [hex(header.number)]) for header in headers
        ]
        proven: set[Any] = set()
        try:
            for header, receipts in zip(headers, self.node.batch(calls), strict=True):
                logs = [log for receipt in receipts for log in receipt["logs"]]
                self.receipts, self.logs = self.receipts + len(receipts), self.logs + len(logs)
                if receipts_root(receipts) != header.receipts_root:
                    yield self._finding(header.number, "its receipts are not the header's")
                if bloom_of(logs) != header.bloom:
                    yield self._finding(header.number, "its logs are not in the header's bloom")
                proven |= {log_key(log) for log in logs}
            yield from self._of_queries(headers, proven)
        except (Malformed, KeyError, TypeError) as err:
            raise _malformed(self.node, "eth_getBlockReceipts") from err

    def _of_queries(self, headers: Sequence[Header], proven: set[Any]) -> Iterator[Finding]:
        """Compare what queries answer with what the receipts hold: they come from an index."""
        span = {"fromBlock": hex(headers[0].number), "toBlock": hex(headers[-1].number)}
        wanted = {bytes.fromhex(address[2:]) for address in self._addresses}
        queries: list[tuple[dict[str, Any], set[Any]]] = [(span, proven)]
        if wanted:
            named = {**span, "address": list(self._addresses)}
            queries.append((named, {key for key in proven if key[2] in wanted}))
        for query, expected in queries:
            found = {log_key(log) for log in self.node.call("eth_getLogs", [query])}
            for number in sorted({key[0] for key in expected - found}):
                yield self._finding(number, "eth_getLogs leaves out logs of it")
            for number in sorted({key[0] for key in found - expected}):
                yield self._finding(number, "eth_getLogs makes up logs in it")

    def _finding(self, block: int, problem: str) -> Finding:
        return Finding(self.node.shown, block, problem)


def _sealing_problem(
    header: Header, signers: frozenset[str], recent: Sequence[str | None]
) -> str | None:
    sealer = header.sealer
    if sealer is None:
        return "it has no valid seal"
    if sealer not in signers:
        return f"{sealer} sealed it and is no sealer"
    if sealer in recent:
        return f"{sealer} sealed it and had to wait"
    ordered = sorted(signers, key=str.lower)
    in_turn = ordered[header.number % len(ordered)] == sealer
    if (header.difficulty == IN_TURN) != in_turn:
        return f"its difficulty does not fit whose turn it was ({sealer} sealed it)"
    return None


def _differences(told: Sequence[_Told]) -> Iterator[Finding]:
    """Yield where a node tells something else than the first one."""
    one, *others = told
    for other in others:
        for mine, its in zip(one.headers, other.headers, strict=True):
            if mine.hash != its.hash:
                problem = f"it has another block than {one.node.shown}"
                yield Finding(other.node.shown, its.number, problem)
        if one.signers != other.signers:
            problem = f"it names other sealers than {one.node.shown}"
            yield Finding(other.node.shown, other.last, problem)


def _headers(node: Rpc, first: int, last: int) -> list[Header]:
    calls: list[tuple[str, list[Any]]] = [
        ("eth_getBlockByNumber", [hex(number), False]) for number in range(first, last + 1)
    ]
    try:
        return [Header.parse(block) for block in node.batch(calls)]
    except (Malformed, TypeError) as err:
        raise _malformed(node, "eth_getBlockByNumber") from err


def _signers_at(node: Rpc, numbers: Sequence[int]) -> list[frozenset[str]]:
    """Return who may seal after each block."""
    calls: list[tuple[str, list[Any]]] = [("clique_getSigners", [hex(n)]) for n in numbers]
    try:
        return [frozenset(map(checksum, names)) for names in node.batch(calls)]
    except (TypeError, ValueError) as err:
        raise _malformed(node, "clique_getSigners") from err


def _number(node: Rpc, value: Any) -> int:
    try:
        return int(value, 16)
    except (TypeError, ValueError) as err:
        raise _malformed(node, "eth_blockNumber") from err


def _malformed(node: Rpc, method: str) -> ChainError:
    return NodeRefused(rpc=node.shown, method=method, problem="its answer is malformed")
