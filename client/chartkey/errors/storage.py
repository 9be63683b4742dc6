"""Content stores that failed."""

from __future__ import annotations

from chartkey.errors.base import ChartkeyError

__all__ = [
    "BlockCorrupt",
    "BlockMissing",
    "CopiesMissing",
    "StorageError",
    "StoreFull",
    "StoreReadOnly",
    "StoreUnavailable",
]


class StorageError(ChartkeyError):
    """The content store failed."""

    code = "storage"


class BlockMissing(StorageError):
    """Values: ``cid``, ``store``."""

    code = "block-missing"


class BlockCorrupt(StorageError):
    """Values: ``cid``, ``store``."""

    code = "block-corrupt"


class StoreFull(StorageError):
    """Values: ``store``."""

    code = "store-full"


class StoreReadOnly(StorageError):
    """Values: ``store``."""

    code = "store-read-only"


class StoreUnavailable(StorageError):
    """Values: ``store``, ``problem``."""

    code = "store-unavailable"


class CopiesMissing(StorageError):
    """Values: ``cid``, ``have`` (number of stores), ``wanted``, ``problem`` of the others."""

    code = "copies-missing"
