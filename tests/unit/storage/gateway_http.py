"""A server that speaks the trustless part of an IPFS gateway, and lies when told to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from chartkey.storage import parse

Answer = Callable[["Handler"], None]


class Server(ThreadingHTTPServer):
    """Blocks by digest, and the lies it tells."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.blocks: dict[bytes, bytes] = {}
        self.tamper: Callable[[bytes, bytes], bytes] = lambda _, data: data
        self.answer: Answer | None = None
        self.seen: list[tuple[str, str | None]] = []

    @property
    def url(self) -> str:
        return f"gateway+http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    """One connection; HTTP/1.1, so that connections are used again."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        self.server.seen.append((self.path, self.headers["Authorization"]))
        if self.server.answer is not None:
            self.server.answer(self)
            return
        url = urlsplit(self.path)
        assert url.query == "format=raw"
        assert self.headers["Accept"] == "application/vnd.ipld.raw"
        digest = parse(url.path.rpartition("/")[2]).digest
        if digest in self.server.blocks:
            self.send(200, self.server.tamper(digest, self.server.blocks[digest]))
        else:
            self.send(404, b"ipld: could not find it")

    def send(self, status: int, data: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def running() -> Iterator[Server]:
    """A gateway on a free port, until the block ends."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
