"""Which stores to use: an address, several, or a TOML file that lists them.

copies = 2                                   # must have it; by default all that can be written

[[store]]
address = "store"                            # a folder, seen from this file

[[store]]
address = "http://127.0.0.1:5001"            # a Kubo node's RPC

[[store]]
address = "gateway+https://ipfs.example.org" # read only
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from chartkey.errors import StoresInvalid, StoreUnavailable
from chartkey.storage.embedded import EmbeddedStore
from chartkey.storage.mirror import Mirror, PassedOver
from chartkey.storage.store import BlockStore

__all__ = ["open_store", "open_stores"]

_MULTIADDRS: Final = ("/ip4/", "/ip6/", "/dns/", "/dns4/", "/dns6/", "/unix/")
_MOST: Final = 64

Report = Callable[[PassedOver], None]


def open_store(url: str | os.PathLike[str], report: Report | None = None) -> BlockStore:
    """Open a store by its address.

    Args:
        url: A folder for the embedded store, which is made if it is missing;
            ``http://host:port`` or a multiaddr for a Kubo node's RPC, and
            ``gateway+https://host`` for an IPFS gateway, neither of which is
            contacted before the first use; a file ending in ``.car``; or a file
            ending in ``.toml`` that lists several of these.
        report: Is told of stores that a mirror passes over.

    Raises:
        StoreFull: No room to make the folder.
        StoreReadOnly: The folder is missing and may not be made.
        StoreUnavailable: The folder holds something else, or the address is of
            a kind that is not known.
        StoresInvalid: The TOML file is missing, or does not list stores.
        CarInvalid: The CAR file is missing, none, or cut short.
    """
    address = os.fspath(url)
    if address.startswith(("http://", "https://", *_MULTIADDRS)):
        from chartkey.storage.kubo import Kubo

        return Kubo(address)
    if address.startswith("gateway+"):
        from chartkey.storage.gateway import Gateway

        return Gateway(address)
    if "://" in address:
        raise StoreUnavailable(
            store="that store", problem="its address is neither a folder nor an http address"
        )
    if address.endswith(".toml"):
        return _listed(Path(address), report)
    if address.endswith(".car"):
        from chartkey.storage.car import CarFile

        return CarFile(address)
    return EmbeddedStore(address)


def open_stores(
    addresses: Sequence[str], copies: int | None = None, report: Report | None = None
) -> BlockStore:
    """Open one store, or several as a mirror.

    Args:
        addresses: At least one, as ``open_store`` takes them.
        copies: How many of several must have a file; by default all that can be written.
        report: Is told of stores that a mirror passes over.

    Raises:
        StoreUnavailable: None is given, or more copies are wanted than there are stores.
        Otherwise as ``open_store``.
    """
    if len(addresses) == 1 and copies is None:
        return open_store(addresses[0], report)
    return Mirror([open_store(one) for one in addresses], copies, report)


def _listed(path: Path, report: Report | None) -> Mirror:
    try:
        value = tomllib.loads(path.read_text("utf-8"))
    except OSError as err:
        raise StoresInvalid(path=path, problem=err.strerror or type(err).__name__) from err
    except ValueError as err:
        raise StoresInvalid(path=path, problem="it is not TOML in UTF-8") from err
    copies, entries = value.pop("copies", None), value.pop("store", None)
    if value or not (copies is None or type(copies) is int):
        raise StoresInvalid(path=path, problem="it knows copies (a number) and [[store]] only")
    if not isinstance(entries, list) or not 0 < len(entries) <= _MOST:
        raise StoresInvalid(path=path, problem=f"it lists no [[store]], or more than {_MOST}")
    return Mirror([open_store(_address(path, entry)) for entry in entries], copies, report)


def _address(path: Path, entry: Any) -> str:
    address = entry.get("address") if isinstance(entry, dict) and len(entry) == 1 else None
    if not isinstance(address, str) or not address or address.endswith(".toml"):
        raise StoresInvalid(path=path, problem="a [[store]] has one address, and is no list itself")
    is_place = "://" in address or address.startswith(_MULTIADDRS)
    return address if is_place else str(path.parent / address)
