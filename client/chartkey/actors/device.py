"""What a person's own device keeps beside the key file: slips, and custodians' promises.

Slips on the owner's device keep the owner reading when every custodian is gone (P01, P43);
promises prove what a custodian said it logged (P10).
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from chartkey.custody.database import Database, RecordSlip
from chartkey.errors import CustodyError, StoreUnavailable

if TYPE_CHECKING:
    from chartkey.crypto.keyfile import Keys
    from chartkey.custody.statements import Promise, Signed

__all__ = ["Device", "beside"]


def beside(keys: Keys, suffix: str) -> Path:
    """Return the path of a file that belongs to a key file: its whole name and a suffix.

    With the last part of the name replaced, ``wang.a.json`` and ``wang.b`` could share one.
    """
    return keys.path.with_name(keys.path.name + suffix)


class Device:
    """Files named after the key file: ``<name>.slips`` and ``<name>.promises``, mode 0600.

    A device that cannot be written loses a convenience, not a record: custodians hold the same.

    Args:
        keys: The opened key file.
    """

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    @cached_property
    def _database(self) -> Database:
        return Database(beside(self._keys, ".slips"), self._keys.address)

    def keep_slip(self, slip: RecordSlip) -> None:
        """Keep a record slip if the device can be written. Never raises."""
        try:
            self._database.put_slips([slip], [])
        except CustodyError:
            return

    def drop_slips(self, relationship: str, records: Iterable[bytes]) -> None:
        """Erase records' slips from this device; it takes none of them again (P06).

        Raises:
            StoreUnavailable: the device cannot be written: the slips are still on it.
        """
        try:
            self._database.erase(relationship, records, (), int(time.time()))
        except CustodyError as err:
            problem = str(err.values["problem"])
            raise StoreUnavailable(store="This device's file of slips", problem=problem) from err

    def slip(self, relationship: str, record: bytes, root: bytes) -> bytes | None:
        """Return the 48-byte slip of a record, or None. Never raises."""
        try:
            return self._database.record_slip(relationship, record, root)
        except CustodyError:
            return None

    def keep_promise(self, promise: Signed[Promise]) -> None:
        """Append a custodian's promise if the device can be written. Never raises."""
        line = json.dumps(promise.as_dict()) + "\n"
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            # One write: lines of two processes never mix.
            file = os.open(beside(self._keys, ".promises"), flags, 0o600)
            try:
                os.write(file, line.encode())
                os.fsync(file)
            finally:
                os.close(file)
        except OSError:
            return
