"""Content-addressed storage: files and folders named by their CIDs, verified whenever read.

    >>> store = open_store("/srv/chartkey/store")           # doctest: +SKIP
    >>> with open("study.sealed", "rb") as file:            # doctest: +SKIP
    ...     cid, size = store.add(file)
    >>> with open("copy.sealed", "wb") as file:             # doctest: +SKIP
    ...     store.read(cid, file)

This package knows only bytes: what is stored has been encrypted before it
arrives here, and nothing here tells one file from another.
"""

from __future__ import annotations

from chartkey.storage.cid import Cid, binary, parse, payload_digest
from chartkey.storage.embedded import EmbeddedStore
from chartkey.storage.mirror import Holding, Mirror, PassedOver
from chartkey.storage.store import Added, Store, replicate
from chartkey.storage.stores import open_store, open_stores
from chartkey.storage.unixfs import PROFILES, Block, Profile
from chartkey.storage.upkeep import Collected, Fault

__all__ = [
    "PROFILES",
    "Added",
    "Block",
    "Cid",
    "Collected",
    "EmbeddedStore",
    "Fault",
    "Holding",
    "Mirror",
    "PassedOver",
    "Profile",
    "Store",
    "binary",
    "open_store",
    "open_stores",
    "parse",
    "payload_digest",
    "replicate",
]
