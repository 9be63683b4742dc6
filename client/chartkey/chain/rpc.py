"""JSON-RPC over HTTP, with clean errors."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from chartkey.chain.refusal import refusal_in
from chartkey.errors import NodeGarbled, NodeRefused, NodeUnavailable

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

__all__ = ["NodeStanding", "Rpc"]

_BATCH: Final = 200
"""Calls in one request; Geth refuses more than 1,000."""


@dataclass(frozen=True, slots=True)
class NodeStanding:
    """How one node is: its address without credentials, and whether it is the one in use.

    ``block`` is the newest it has and ``problem`` why it is passed over, where that is known.
    """

    rpc: str
    used: bool
    block: int | None
    problem: str | None


class Rpc:
    """One node. Safe to share between threads; a fork must make its own."""

    def __init__(self, url: str, timeout: float = 10) -> None:
        """Take an ``http(s)://[user:password@]host[:port]/…`` address; seconds for one request.

        Raises:
            NodeUnavailable: the address is not one of HTTP.
        """
        try:
            parts = urlsplit(url)
            port = "" if parts.port is None else f":{parts.port}"
        except ValueError as err:
            raise NodeUnavailable(rpc="an address that is malformed") from err
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise NodeUnavailable(rpc="an address that is not http:// or https://")
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        self._login = (unquote(parts.username or ""), unquote(parts.password or ""))
        # Keys of hosted nodes are in the path: neither they nor a password is ever shown.
        self.shown = f"{parts.scheme}://{host}{port}"
        self.url = self.shown + (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self.timeout = timeout

    def __repr__(self) -> str:
        return f"Rpc({self.shown})"

    def call(self, method: str, params: list[Any]) -> Any:
        """Return a method's result.

        Raises:
            NodeUnavailable: the node is away, or away before it answered.
            ContractRefused: a contract reverted.
            NodeRefused: the node answered with another error.
            NodeGarbled: what answered is not JSON-RPC.
        """
        reply = self._post(_request(1, method, params))
        if not isinstance(reply, dict):
            raise self._garbled(method, "its answer is not JSON-RPC")
        return self._result(method, reply)

    def batch(self, calls: list[tuple[str, list[Any]]]) -> list[Any]:
        """Return the results of several calls, in order, in few requests.

        Raises:
            NodeUnavailable, ContractRefused, NodeRefused, NodeGarbled: as :meth:`call`, for the
                first failure.
        """
        results: list[Any] = []
        for start in range(0, len(calls), _BATCH):
            results += self._batch(calls[start : start + _BATCH])
        return results

    def survey(self) -> tuple[NodeStanding, ...]:
        """Return how the nodes are: there is this one, which nothing is known to be better than."""
        return (NodeStanding(self.shown, True, None, None),)

    def date(self) -> str | None:
        """Return the node's clock as its answer's header ``Date`` has it; None without one.

        Raises:
            NodeUnavailable: the node is away.
        """
        from urllib3.exceptions import HTTPError

        try:
            text = json.dumps(_request(1, "eth_chainId", [])).encode()
            return self._reply(text).headers.get("date")
        except HTTPError as err:
            raise NodeUnavailable(rpc=self.shown) from err

    def _batch(self, calls: list[tuple[str, list[Any]]]) -> list[Any]:
        # From 1: Ganache answers an error to number 0 without a number.
        replies = self._post([_request(i, *call) for i, call in enumerate(calls, 1)])
        if not isinstance(replies, list):
            raise self._garbled("a batch", "its answer is not a batch")
        found = {reply.get("id"): reply for reply in replies if isinstance(reply, dict)}
        return [self._result(method, found.get(i, {})) for i, (method, _) in enumerate(calls, 1)]

    def _result(self, method: str, reply: dict[str, Any]) -> Any:
        error = reply.get("error")
        if error is not None:
            raise refusal_in(error) or self._refused(method, _text(error))
        if "result" not in reply:
            raise self._garbled(method, "its answer is not JSON-RPC")
        return reply["result"]

    def _refused(self, method: str, problem: str) -> NodeRefused:
        return NodeRefused(rpc=self.shown, method=method, problem=problem)

    def _garbled(self, method: str, problem: str) -> NodeGarbled:
        return NodeGarbled(rpc=self.shown, method=method, problem=problem)

    def _post(self, body: Any) -> Any:
        from urllib3.exceptions import HTTPError, ProtocolError

        text = json.dumps(body).encode()
        try:
            try:
                status, data = self._send(text)
            except ProtocolError:
                # A node closes idle connections: whatever is sent here may be sent again.
                status, data = self._send(text)
        except HTTPError as err:
            raise NodeUnavailable(rpc=self.shown) from err
        try:
            return json.loads(data)
        except (ValueError, RecursionError) as err:
            if status >= 400:
                raise NodeUnavailable(rpc=self.shown) from err
            raise self._garbled("the request", "its answer is not JSON") from err

    def _send(self, text: bytes) -> tuple[int, bytes]:
        reply = self._reply(text)
        return reply.status, reply.data

    def _reply(self, text: bytes) -> BaseHTTPResponse:
        return self._pool.request(
            "POST",
            self.url,
            body=text,
            timeout=self.timeout,
            retries=False,
            redirect=False,
        )

    @cached_property
    def _pool(self) -> PoolManager:
        from urllib3 import PoolManager, make_headers

        headers = {"content-type": "application/json"}
        if any(self._login):
            headers |= make_headers(basic_auth=":".join(self._login))
        return PoolManager(maxsize=4, headers=headers)


def _request(number: int, method: str, params: list[Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


def _text(error: Any) -> str:
    """Return a node's error message, cut: it is foreign text on its way to a log."""
    message = error.get("message") if isinstance(error, dict) else error
    return "".join(c for c in str(message) if c.isprintable())[:200]
