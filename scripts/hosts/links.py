"""Links between houses that can be cut, slowed and made lossy: a TCP proxy for each.

What passes is what the peers' own connections carry, so that a cut is a silent one: nothing is
refused, nothing arrives. Loss shows to TCP as waiting for what was sent again, and in the end as a
broken connection; both are what a lossy link does here. The proxies are a process of their own: in
a busy test's they would wait for their turn, and every link would be a slow one.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

__all__ = ["Impairment", "Links"]

_CHUNK = 1 << 16
_RETRANSMISSION = 0.2
"""Seconds: the least that Linux waits before it sends again."""
_Pair = frozenset[str]


@dataclass(frozen=True, slots=True)
class Impairment:
    """``delay`` and ``jitter`` in seconds each way; ``loss`` of pieces, ``breaks`` of them too, as
    parts of one.
    """

    delay: float = 0.0
    jitter: float = 0.0
    loss: float = 0.0
    breaks: float = 0.0


class Links:
    """Every link of a network; ends with ``close``, or with the process that made it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).resolve())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def add(self, source: str, target: str, port: int) -> int:
        """Return a port of loopback through which one house reaches another's port."""
        return int(self._tell("add", pair=sorted((source, target)), port=port))

    def partition(self, apart: Iterable[str], rest: Iterable[str]) -> None:
        """Let nothing pass between two sides."""
        others = list(rest)
        self._tell("cut", pairs=[sorted((one, other)) for one in apart for other in others])

    def impair(self, impaired: Impairment) -> None:
        """Treat every link like this from now on."""
        self._tell("impair", **asdict(impaired))

    def heal(self) -> None:
        """Let everything pass again, at once. Connections that a cut left behind are broken, as
        they are when their keep-alive finds the other side again.
        """
        self._tell("heal")

    def close(self) -> None:
        """End every link."""
        self._process.communicate()

    def _tell(self, order: str, **values: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([order, values]) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


class _Proxies:
    """The other process: takes an order a line, and answers each when it is done."""

    def __init__(self) -> None:
        self._cut: set[_Pair] = set()
        self._impaired = Impairment()
        self._random = random.Random(1)
        self._streams: dict[asyncio.StreamWriter, _Pair] = {}
        self._servers: list[asyncio.Server] = []

    async def obey(self) -> None:
        """Serve until there are no more orders."""
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            order, values = json.loads(line)
            print(json.dumps(await getattr(self, order)(**values)), flush=True)
        # At once: the connections end with the process.
        os._exit(0)

    async def add(self, pair: list[str], port: int) -> int:
        """Open a link to a port, and return its own."""
        known = frozenset(pair)

        async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._lead(known, port, reader, writer)

        server = await asyncio.start_server(lead, "127.0.0.1", 0)
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    async def cut(self, pairs: list[list[str]]) -> None:
        """Let nothing pass on the links of these pairs."""
        self._cut = {frozenset(pair) for pair in pairs}

    async def impair(self, **values: float) -> None:
        """Treat every link like this."""
        self._impaired = Impairment(**values)

    async def heal(self) -> None:
        """Let everything pass."""
        stale, self._cut, self._impaired = self._cut, set(), Impairment()
        for writer, pair in list(self._streams.items()):
            if pair in stale:
                with suppress(OSError, RuntimeError):
                    writer.transport.abort()

    async def _lead(
        self,
        pair: _Pair,
        port: int,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._streams[writer] = pair
        try:
            await self._passable(pair)
            back, forth = await asyncio.open_connection("127.0.0.1", port)
            self._streams[forth] = pair
            try:
                pours = (self._pour(pair, reader, forth), self._pour(pair, back, writer))
                await asyncio.gather(*pours)
            finally:
                self._streams.pop(forth, None)
        except OSError:
            writer.close()
        finally:
            self._streams.pop(writer, None)

    async def _pour(
        self, pair: _Pair, source: asyncio.StreamReader, target: asyncio.StreamWriter
    ) -> None:
        with suppress(OSError):
            while data := await source.read(_CHUNK):
                if not await self._pass(pair):
                    break
                target.write(data)
                await target.drain()
        with suppress(OSError, RuntimeError):
            target.close()

    async def _pass(self, pair: _Pair) -> bool:
        """Let a piece wait as long as it must; False when the connection breaks with it."""
        impaired = self._impaired
        if self._random.random() < impaired.breaks:
            return False
        wait = impaired.delay + self._random.uniform(0, impaired.jitter)
        while self._random.random() < impaired.loss:
            wait += _RETRANSMISSION
        if wait:
            await asyncio.sleep(wait)
        await self._passable(pair)
        return True

    async def _passable(self, pair: _Pair) -> None:
        while pair in self._cut:
            await asyncio.sleep(0.05)


if __name__ == "__main__":
    asyncio.run(_Proxies().obey())
