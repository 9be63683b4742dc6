"""Links between houses that can be cut, slowed and made lossy: a TCP proxy for each.

What passes is what the peers' own connections carry, so that a cut is a silent one: nothing is
refused, nothing arrives. Loss shows to TCP as waiting for what was sent again, and in the end as a
broken connection; both are what a lossy link does here.
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

__all__ = ["Impairment", "Links"]

_CHUNK = 1 << 16
_RETRANSMISSION = 0.2
"""Seconds: the least that Linux waits before it sends again."""


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
    """Every link of a network; ends with ``close``."""

    def __init__(self, seed: int = 1) -> None:
        self._cut: set[frozenset[str]] = set()
        self._impaired = Impairment()
        self._random = random.Random(seed)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._servers: list[asyncio.Server] = []
        self._streams: dict[asyncio.StreamWriter, frozenset[str]] = {}

    def add(self, source: str, target: str, port: int) -> int:
        """Return a port of loopback through which one house reaches another's port."""
        return int(self._await(self._listen(frozenset((source, target)), port)))

    def partition(self, apart: Iterable[str], rest: Iterable[str]) -> None:
        """Let nothing pass between two sides."""
        others = list(rest)
        self._cut = {frozenset((one, other)) for one in apart for other in others}

    def impair(self, impaired: Impairment) -> None:
        """Treat every link like this from now on."""
        self._impaired = impaired

    def heal(self) -> None:
        """Let everything pass again, at once. Connections that a cut left behind are broken, as
        they are when their keep-alive finds the other side again.
        """
        stale, self._cut, self._impaired = self._cut, set(), Impairment()
        self._await(self._break(stale))

    def close(self) -> None:
        """End every link."""
        self._await(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _await(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    async def _listen(self, pair: frozenset[str], port: int) -> int:
        async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._lead(pair, port, reader, writer)

        server = await asyncio.start_server(lead, "127.0.0.1", 0)
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    async def _lead(
        self,
        pair: frozenset[str],
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
        self, pair: frozenset[str], source: asyncio.StreamReader, target: asyncio.StreamWriter
    ) -> None:
        with suppress(OSError):
            while data := await source.read(_CHUNK):
                if not await self._pass(pair):
                    break
                target.write(data)
                await target.drain()
        with suppress(OSError, RuntimeError):
            target.close()

    async def _pass(self, pair: frozenset[str]) -> bool:
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

    async def _passable(self, pair: frozenset[str]) -> None:
        while pair in self._cut:
            await asyncio.sleep(0.05)

    async def _break(self, pairs: set[frozenset[str]]) -> None:
        for writer, pair in list(self._streams.items()):
            if pair in pairs:
                with suppress(OSError, RuntimeError):
                    writer.transport.abort()

    async def _end(self) -> None:
        for server in self._servers:
            server.close()
        await self._break(set(self._streams.values()))
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
