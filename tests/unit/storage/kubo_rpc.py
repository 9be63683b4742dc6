"""A server that speaks as much of Kubo's RPC as the adapter uses, and lies when told to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from chartkey.storage import parse
from chartkey.storage.cid import DAG_PB, RAW, Cid

Answer = tuple[int, bytes]


def refusal(message: str) -> Answer:
    return 500, json.dumps({"Message": message, "Code": 0, "Type": "error"}).encode()


class Node(ThreadingHTTPServer):
    """The node: blocks by digest, pins, and the lies it tells."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.blocks: dict[bytes, bytes] = {}
        self.pinned: dict[str, dict[str, str]] = {}
        self.tamper: Callable[[bytes, bytes], bytes] = lambda _, data: data
        self.answers: dict[str, Callable[[Any], Answer | None]] = {}
        self.seen: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def reply(self, command: str, query: dict[str, list[str]], body: bytes) -> Answer:
        """Answer as Kubo does."""
        if command == "version":
            return 200, b'{"Version": "0.43.0"}'
        if command == "block/put":
            codec = DAG_PB if query["cid-codec"] == ["dag-pb"] else RAW
            cid = Cid.of(codec, body)
            self.blocks[cid.digest] = body
            return 200, json.dumps({"Key": str(cid), "Size": len(body)}).encode()
        if command == "pin/ls":
            return 200, json.dumps({"Keys": self.pinned}).encode()
        return self.about(command, query["arg"][0])

    def about(self, command: str, name: str) -> Answer:
        if command == "pin/rm":
            if self.pinned.pop(name, None) is None:
                return refusal("not pinned or pinned indirectly")
            return 200, b'{"Pins": []}'
        data = self.blocks.get(parse(name).digest)
        if data is None:
            return refusal(f"block was not found locally (offline): ipld: could not find {name}")
        if command == "pin/add":
            self.pinned[name] = {"Type": "recursive"}
            return 200, json.dumps({"Pins": [name]}).encode()
        if command == "block/stat":
            return 200, json.dumps({"Key": name, "Size": len(data)}).encode()
        return 200, self.tamper(parse(name).digest, data)


class Handler(BaseHTTPRequestHandler):
    """One connection; HTTP/1.1, so that connections are used again."""

    protocol_version = "HTTP/1.1"
    # Or every answer waits 40 ms for the client's acknowledgement of its header.
    disable_nagle_algorithm = True
    server: Node

    def do_POST(self) -> None:
        url = urlsplit(self.path)
        command = url.path.removeprefix("/api/v0/")
        self.server.seen.append(command)
        body = self.body()
        answer: Answer | None
        if command in self.server.answers:
            answer = self.server.answers[command](self)
        else:
            answer = self.server.reply(command, parse_qs(url.query), body)
        if answer is not None:
            self.send(*answer)

    def body(self) -> bytes:
        """The one file of a multipart upload, which the client sends in HTTP chunks."""
        if self.headers.get("Transfer-Encoding") != "chunked":
            return b""
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        boundary = self.headers.get_boundary()
        file = b"".join(parts).split(b"\r\n\r\n", 1)[1]
        return file.rsplit(f"\r\n--{boundary}".encode(), 1)[0]

    def send(self, status: int, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Quiet."""


def endless(handler: Handler) -> None:
    """Send bytes until the other side has enough."""
    handler.send_response(200)
    handler.end_headers()
    handler.close_connection = True
    try:
        while True:
            handler.wfile.write(bytes(1 << 16))
    except OSError:
        return


def dripping(handler: Handler) -> None:
    """Send a byte now and then, so that no single wait is long."""
    handler.send_response(200)
    handler.end_headers()
    handler.close_connection = True
    try:
        for _ in range(200):
            handler.wfile.write(b"x")
            time.sleep(0.05)
    except OSError:
        return


def broken_off(handler: Handler) -> None:
    """Promise more bytes than are sent."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"x" * 10)
    handler.close_connection = True


def silent(_: Handler) -> None:
    """Take the request and say nothing for a while."""
    time.sleep(3)


@contextmanager
def running() -> Iterator[Node]:
    """A node on a free port, until the block ends."""
    with Node() as node:
        thread = threading.Thread(target=node.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield node
        finally:
            node.shutdown()
            thread.join()
