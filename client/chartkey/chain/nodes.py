"""Several nodes of one chain, in order of preference; where one fails, the next is asked (T24).

::

    network = connect(["http://127.0.0.1:8545", "https://node.mirror.example"], "alliance.json")
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import IntEnum
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, TypeVar

from chartkey.chain.identity import check_identity
from chartkey.chain.rpc import NodeStanding, Rpc
from chartkey.crypto.digest import keccak256
from chartkey.errors import (
    ChainError,
    ChainMismatch,
    ContractRefused,
    ContractsMissing,
    NodeGarbled,
    NodeRefused,
    NodesUnavailable,
    NodeUnavailable,
)
from chartkey.models import Block

if TYPE_CHECKING:
    from chartkey.chain.network import Network

__all__ = ["Nodes"]

_SEND: Final = "eth_sendRawTransaction"
_GLANCE: Final = 2.0
"""Seconds that a node has to answer when it is only looked at: its like may be serving."""
_ROUND: Final = 15.0
"""Seconds of use between looks at every node."""
_FIRST_REST: Final = 2.0
_LONGEST_REST: Final = 300.0
_MOST_LAG: Final = 16
"""Blocks that a node may be behind another; a healthy one is one or two behind for a moment."""
_Answer = TypeVar("_Answer")


class _Grade(IntEnum):
    GOOD = 0
    BEHIND = 1
    """The right chain, but another node is well ahead: better than none."""
    UNUSABLE = 2


@dataclass(slots=True, eq=False)
class _Member:
    """A node as it was last seen; ``rest`` and ``until`` say for how long it is let alone."""

    rpc: Rpc
    glance: Rpc
    grade: _Grade = _Grade.GOOD
    problem: str | None = None
    admitted: bool = False
    head: Block | None = None
    rest: float = 0.0
    until: float = 0.0


@dataclass(frozen=True, slots=True)
class _Sight:
    """What a look at a node found: its newest block, and at first the deployment block's hash."""

    origin: bytes | None
    head: Block


class Nodes:
    """Several nodes, with the interface of an ``Rpc``. Threads may share it, forks may not.

    A node is checked before its first use, and again after it failed: chain id, the contracts'
    code, and that its deployment block is the one of the nodes before it. It is put aside, each
    time for longer, when it is away, answers nonsense or is of another chain; and passed over
    while it is stale or behind and another is not. Every node that is named is trusted to tell
    how far the chain is, as a single one is.
    """

    def __init__(
        self, urls: Sequence[str], view: Callable[[Rpc], Network], timeout: float = 10
    ) -> None:
        """Take addresses in order of preference, and how to look at a node by itself.

        ``timeout`` is in seconds for one request to one node.

        Raises:
            NodeUnavailable: an address is not one of HTTP, or there is none.
        """
        if not urls:
            raise NodeUnavailable(rpc="no address at all")
        self._members = [
            _Member(Rpc(url, timeout), Rpc(url, min(timeout, _GLANCE)))
            for url in dict.fromkeys(urls)
        ]
        self._view = view
        self._used = self._members[0]
        self._origin: bytes | None = None
        self._looking = Lock()
        self._next_round = 0.0
        self.timeout = timeout

    def __repr__(self) -> str:
        return f"Nodes({self._names()})"

    @property
    def shown(self) -> str:
        """The address of the node in use, without credentials."""
        return self._used.rpc.shown

    @property
    def url(self) -> str:
        """The address of the node in use, as it is requested."""
        return self._used.rpc.url

    def call(self, method: str, params: list[Any]) -> Any:
        """Return a method's result.

        A signed transaction that was lost with a node goes, the same bytes, to the next.

        Raises:
            NodesUnavailable: none of the nodes can be used.
            NodeUnavailable: a transaction was lost with one node and is refused by another: the
                first may have it.
            ContractRefused: a contract reverted.
            NodeRefused: the node answered with another error.
        """
        if method == _SEND:
            return self._send(params)
        return self._ask(lambda rpc: rpc.call(method, params))

    def batch(self, calls: list[tuple[str, list[Any]]]) -> list[Any]:
        """Return the results of several calls, in order, all of one node.

        Raises:
            NodesUnavailable: none of the nodes can be used.
            ContractRefused, NodeRefused: as :meth:`call`, for the first failure.
        """
        return self._ask(lambda rpc: rpc.batch(calls))

    def survey(self) -> tuple[NodeStanding, ...]:
        """Look at every node, also at those put aside, and return how they are, in order."""
        self._look_round(everyone=True)
        return tuple(
            NodeStanding(
                member.rpc.shown,
                member is self._best(),
                None if member.head is None else member.head.number,
                member.problem,
            )
            for member in self._members
        )

    def _best(self) -> _Member:
        best = min(self._members, key=lambda member: member.grade)
        return self._used if best.grade is _Grade.UNUSABLE else best

    def _ask(self, question: Callable[[Rpc], _Answer]) -> _Answer:
        for member in self._in_turn():
            try:
                return question(member.rpc)
            except (NodeUnavailable, NodeGarbled) as err:
                self._put_aside(member, err)
        raise self._none_left()

    def _send(self, params: list[Any]) -> Any:
        lost = False
        for member in self._in_turn():
            try:
                return member.rpc.call(_SEND, params)
            except (NodeUnavailable, NodeGarbled) as err:
                self._put_aside(member, err)
                lost = True
            except (NodeRefused, ContractRefused) as err:
                if not lost:
                    raise
                digest = keccak256(bytes.fromhex(params[0].removeprefix("0x")))
                if self._has(member, digest):
                    return f"0x{digest.hex()}"
                # Refused here is not refused everywhere: to sign again could act twice.
                raise NodeUnavailable(rpc=self._names()) from err
        raise self._none_left()

    def _has(self, member: _Member, digest: bytes) -> bool:
        """Whether a node that refuses a transaction has it already, from the one that was lost."""
        try:
            return member.rpc.call("eth_getTransactionByHash", [f"0x{digest.hex()}"]) is not None
        except (NodeUnavailable, NodeRefused):
            return False

    def _in_turn(self) -> Iterator[_Member]:
        """Yield the nodes to ask, each once, the best first; one that failed meanwhile last."""
        if time.monotonic() >= self._next_round:
            self._look_round()
        left = list(self._members)
        for grade in (_Grade.GOOD, _Grade.BEHIND):
            while (member := next((m for m in left if m.grade is grade), None)) is not None:
                left.remove(member)
                self._used = member
                yield member
        for member in left:
            # One that came back a moment ago is better than none.
            if self._judge([member], [self._look(member, member.rpc)]):
                self._next_round = 0.0
                self._used = member
                yield member

    def _look_round(self, *, everyone: bool = False) -> None:
        """Look at the nodes that are not at rest, all at once: it takes what the slowest takes."""
        with self._looking:
            now = time.monotonic()
            if now < self._next_round and not everyone:
                return
            wanted = [
                m for m in self._members if everyone or m.grade < _Grade.UNUSABLE or m.until <= now
            ]
            if wanted:
                with ThreadPoolExecutor(len(wanted)) as pool:
                    found = list(pool.map(lambda m: self._look(m, m.glance), wanted))
                self._compare(self._judge(wanted, found))
            self._next_round = time.monotonic() + _ROUND

    def _look(self, member: _Member, rpc: Rpc) -> _Sight | ChainError:
        network = self._view(rpc)
        try:
            if member.admitted:
                return _Sight(None, network.head())
            check_identity(network)
            origin = network.block(network.manifest.deployment_block).hash
            return _Sight(origin, network.head())
        except ChainError as err:
            return err

    def _judge(self, looked_at: list[_Member], found: list[_Sight | ChainError]) -> list[_Member]:
        """Write down what was found; return the members that are of the right chain."""
        for member, sight in zip(looked_at, found, strict=True):
            if isinstance(sight, ChainError):
                self._put_aside(member, sight)
                continue
            self._origin = self._origin or sight.origin
            if sight.origin not in (None, self._origin):
                problem = "its deployment block is not the one of the other nodes"
                self._put_aside(member, problem)
                continue
            member.grade, member.problem, member.rest = _Grade.GOOD, None, 0.0
            member.admitted, member.head = True, sight.head
        return [member for member in looked_at if member.admitted]

    def _compare(self, admitted: list[_Member]) -> None:
        """Pass over who is behind the others; when all are, nobody is: the caller decides."""
        heads = [member.head for member in admitted if member.head is not None]
        limit = self._view(self._used.rpc).manifest.max_head_age
        oldest = time.time() - limit if limit is not None else 0
        newest = max((head.number for head in heads), default=0)
        fresh = any(head.timestamp >= oldest for head in heads)
        for member, head in zip(admitted, heads, strict=True):
            if fresh and head.timestamp < oldest:
                age = int(time.time()) - head.timestamp
                member.problem = f"its newest block is {age} s old"
            elif newest - head.number > _MOST_LAG:
                member.problem = f"it is {newest - head.number} blocks behind"
            else:
                continue
            member.grade = _Grade.BEHIND

    def _put_aside(self, member: _Member, problem: ChainError | str) -> None:
        member.grade, member.admitted, member.head = _Grade.UNUSABLE, False, None
        member.problem = problem if isinstance(problem, str) else _told(problem)
        member.rest = min(_LONGEST_REST, max(_FIRST_REST, 2 * member.rest))
        member.until = time.monotonic() + member.rest

    def _none_left(self) -> NodesUnavailable:
        problems = "; ".join(f"{m.rpc.shown}: {m.problem}" for m in self._members)
        return NodesUnavailable(rpc=self._names(), problems=problems)

    def _names(self) -> str:
        return ", ".join(member.rpc.shown for member in self._members)


def _told(problem: ChainError) -> str:
    """Say in a few words why a node is put aside."""
    match problem:
        case ChainMismatch():
            return f"it speaks for chain {problem.values['found']}"
        case ContractsMissing():
            return f"{problem.values['contract']}: {problem.values['problem']}"
        case NodeRefused():
            return str(problem.values["problem"])
        case _:
            return "it does not answer"
