"""A node that fails on purpose: a proxy before a real one, or a stand-in that only answers."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.request import Request, urlopen


class Refusal(Exception):
    """Raised by an answer to reply with a JSON-RPC error object."""


class Proxy:
    """An HTTP JSON-RPC server on a free port.

    ``answers`` maps methods to functions of their parameters and goes before ``upstream``;
    requests with a method of ``cut_before`` never arrive; of those in ``cut_after`` the answer
    is lost; ``before`` holds what to do first. ``seen`` lists the methods that arrived
    and ``raw`` the signed transactions.
    """

    def __init__(self, upstream: str | None = None) -> None:
        self.upstream = upstream
        self.answers: dict[str, Callable[[list[Any]], Any]] = {}
        self.before: dict[str, Callable[[], None]] = {}
        self.cut_before: set[str] = set()
        self.cut_after: set[str] = set()
        self.seen: list[str] = []
        self.raw: list[str] = []
        self.headers: dict[str, str] = {}
        self._open = True
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.rpc = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._open = False
        self._server.shutdown()
        self._server.server_close()

    def reply(self, body: bytes) -> bytes | None:
        """Return what to answer, None to hang up."""
        if not self._open:
            return None
        asked = json.loads(body)
        calls = asked if isinstance(asked, list) else [asked]
        methods = {call["method"] for call in calls}
        for method in methods & self.before.keys():
            self.before[method]()
        if methods & self.cut_before:
            return None
        self.seen += [call["method"] for call in calls]
        answers = [self._answer(call) for call in calls]
        if methods & self.cut_after:
            return None
        return json.dumps(answers if isinstance(asked, list) else answers[0]).encode()

    def _answer(self, call: dict[str, Any]) -> Any:
        if call["method"] == "eth_sendRawTransaction":
            self.raw += call["params"]
        if call["method"] in self.answers:
            try:
                result = self.answers[call["method"]](call["params"])
            except Refusal as refusal:
                return {"jsonrpc": "2.0", "id": call["id"], "error": refusal.args[0]}
            return {"jsonrpc": "2.0", "id": call["id"], "result": result}
        assert self.upstream is not None, f"nobody answers {call['method']}"
        headers = {"content-type": "application/json"}
        with urlopen(Request(self.upstream, json.dumps(call).encode(), headers)) as reply:
            return json.load(reply)


def _handler(proxy: Proxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            proxy.headers = dict(self.headers.items())
            body = self.rfile.read(int(self.headers["content-length"]))
            try:
                answer = proxy.reply(body)
            except OSError:
                answer = None
            if answer is None:
                self.close_connection = True
                return
            self.send_response(200)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            # The client may have given up by now.
            with suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    return Handler
