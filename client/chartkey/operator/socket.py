"""A node's own socket (IPC): everything, admin's methods too, for whoever may open the file."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from chartkey.errors import NodeRefused, NodeUnavailable

__all__ = ["NodeSocket"]


class NodeSocket:
    """One node on this machine; ``timeout`` in seconds for each request."""

    def __init__(self, path: Path, timeout: float = 30) -> None:
        self.path, self._timeout = path, timeout

    def __repr__(self) -> str:
        return f"NodeSocket({self.path})"

    def ask(self, method: str, *params: Any) -> Any:
        """Return a JSON-RPC method's result.

        Raises:
            NodeUnavailable: nothing answers there.
            NodeRefused: the node answered with an error.
        """
        try:
            answer = self._provider.make_request(method, params)
        except (OSError, ValueError, TimeoutError) as err:
            raise NodeUnavailable(rpc=str(self.path)) from err
        if "result" not in answer:
            problem = str(answer.get("error", {}).get("message", "its answer is not JSON-RPC"))
            raise NodeRefused(rpc=str(self.path), method=method, problem=problem[:200])
        return answer["result"]

    @cached_property
    def _provider(self) -> Any:
        from web3 import IPCProvider

        return IPCProvider(self.path, timeout=self._timeout)
