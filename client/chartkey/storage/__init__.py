"""Content-addressed storage: files named by their CIDs, verified whenever they are read.

    >>> store = open_store("/srv/chartkey/store")           # doctest: +SKIP
    >>> with open("study.sealed", "rb") as file:            # doctest: +SKIP
    ...     cid, size = store.add(file)
    >>> with open("copy.sealed", "wb") as file:             # doctest: +SKIP
    ...     store.read(cid, file)

This package knows only bytes: what is stored has been encrypted before it
arrives here, and nothing here tells one file from another.
"""

from __future__ import annotations

import os

from chartkey.errors import StoreUnavailable
from chartkey.storage.cid import Cid, binary, parse, payload_digest
from chartkey.storage.embedded import EmbeddedStore
from chartkey.storage.store import Added, Store, replicate
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
    "Profile",
    "Store",
    "binary",
    "open_store",
    "parse",
    "payload_digest",
    "replicate",
]

_MULTIADDRS = ("/ip4/", "/ip6/", "/dns/", "/dns4/", "/dns6/", "/unix/")


def open_store(url: str | os.PathLike[str]) -> Store:
    """Open a store by its address.

    Args:
        url: A folder for the embedded store, which is made if it is missing;
            ``http://host:port`` or a multiaddr for a Kubo node's RPC, which is
            not contacted before the first use.

    Raises:
        StoreFull: No room to make the folder.
        StoreReadOnly: The folder is missing and may not be made.
        StoreUnavailable: The folder holds something else, or the address is of
            a kind that is not known.
    """
    address = os.fspath(url)
    if address.startswith(("http://", "https://", *_MULTIADDRS)):
        from chartkey.storage.kubo import Kubo

        return Kubo(address)
    if "://" in address:
        raise StoreUnavailable(
            store="that store", problem="its address is neither a folder nor an http address"
        )
    return EmbeddedStore(address)
