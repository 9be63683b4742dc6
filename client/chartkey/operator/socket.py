"""A node's own socket (IPC): everything, admin's methods too, for whoever may open the file."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any, Final

from chartkey.errors import NodeRefused, NodeUnavailable

__all__ = ["NodeSocket"]

_PIECE: Final = 1 << 16
_LONGEST: Final = 64 << 20


class NodeSocket:
    """One node on this machine; ``timeout`` in seconds for each request.

    Each request has a connection of its own: the node may have been restarted in between.
    """

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
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        try:
            answer = json.loads(self._exchange(json.dumps(request).encode()))
        except (OSError, ValueError) as err:
            raise NodeUnavailable(rpc=str(self.path)) from err
        if not isinstance(answer, dict) or "result" not in answer:
            problem = _problem(answer)
            raise NodeRefused(rpc=str(self.path), method=method, problem=problem)
        return answer["result"]

    def _exchange(self, request: bytes) -> bytes:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(self._timeout)
            connection.connect(str(self.path))
            connection.sendall(request + b"\n")
            answer = bytearray()
            # Geth ends each answer with a line break, and has none inside one.
            while not answer.endswith(b"\n"):
                piece = connection.recv(_PIECE)
                if not piece or len(answer) > _LONGEST:
                    raise ConnectionError("the answer was cut short")
                answer += piece
            return bytes(answer)


def _problem(answer: Any) -> str:
    error = answer.get("error") if isinstance(answer, dict) else None
    message = error.get("message") if isinstance(error, dict) else None
    return str(message or "its answer is not JSON-RPC")[:200]
