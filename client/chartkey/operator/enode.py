"""A node's address for its peers: ``enode://<public key>@host:port`` (devp2p, enode URL format)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from chartkey.errors import NetworkInvalid

__all__ = ["Enode"]

_KEY: Final = re.compile(r"[0-9a-f]{128}")


@dataclass(frozen=True, slots=True)
class Enode:
    """``key`` is the uncompressed secp256k1 public key without its first byte, 128 hex digits."""

    key: str
    host: str
    port: int = 30303

    @classmethod
    def parse(cls, url: str) -> Enode:
        """Read an enode URL.

        Raises:
            NetworkInvalid: it is malformed.
        """
        try:
            parts = urlsplit(url)
            key, host, port = parts.username or "", parts.hostname or "", parts.port or 0
        except (ValueError, AttributeError):
            raise _malformed(url) from None
        if parts.scheme != "enode" or not _KEY.fullmatch(key) or not host or not port:
            raise _malformed(url)
        return cls(key, host, port)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"enode://{self.key}@{host}:{self.port}"


def _malformed(url: object) -> NetworkInvalid:
    problem = "an address of a node is not enode://<128 hex digits>@host:port"
    return NetworkInvalid(source=str(url)[:40], problem=problem)
