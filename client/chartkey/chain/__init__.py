"""The chain: a checked connection, typed contract calls, sending and events."""

from __future__ import annotations

from chartkey.chain.journal import FileJournal, MemoryJournal
from chartkey.chain.manifest import Manifest
from chartkey.chain.network import Network, connect
from chartkey.chain.sender import Receipt, Sender

__all__ = [
    "FileJournal",
    "Manifest",
    "MemoryJournal",
    "Network",
    "Receipt",
    "Sender",
    "connect",
]
