"""A way from a port of this machine's loopback into a network namespace: door.py PORT NAME INNER.

The listening socket stays in the namespace it was made in, while the process enters the other:
what it accepts comes from here, and what it connects to is there.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path

_CLONE_NEWNET = 0x40000000
_CHUNK = 1 << 16


def main(port: int, name: str, inner: int) -> None:
    """Serve until ended."""
    listener = socket.create_server(("127.0.0.1", port))
    _enter(Path("/run/netns") / name)
    asyncio.run(_serve(listener, inner))


def _enter(namespace: Path) -> None:
    descriptor = os.open(namespace, os.O_RDONLY | os.O_CLOEXEC)
    library = ctypes.CDLL(None, use_errno=True)
    if library.setns(descriptor, _CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), f"cannot enter {namespace}")
    os.close(descriptor)


async def _serve(listener: socket.socket, inner: int) -> None:
    async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            back, forth = await asyncio.open_connection("127.0.0.1", inner)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_pour(reader, forth), _pour(back, writer))

    server = await asyncio.start_server(lead, sock=listener)
    await server.serve_forever()


async def _pour(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(_CHUNK):
            target.write(data)
            await target.drain()
    with suppress(OSError):
        target.close()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
