"""What a person's own device keeps beside the key file: slips, and custodians' promises.

Slips on the owner's device keep the owner reading when every custodian is gone (P01, P43);
promises prove what a custodian said it logged (P10).
"""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from chartkey.custody.database import Database, RecordSlip
from chartkey.errors import CustodyError

if TYPE_CHECKING:
    from chartkey.crypto.keyfile import Keys
    from chartkey.custody.statements import Promise, Signed

__all__ = ["Device"]


class Device:
    """Files named after the key file: ``<name>.slips`` and ``<name>.promises``, mode 0600.

    A device that cannot be written loses a convenience, not a record: custodians hold the same.

    Args:
        keys: The opened key file.
    """

    def __init__(self, keys: Keys) -> None:
        self._base: Path = keys.path
        self._owner = keys.address

    @cached_property
    def _database(self) -> Database:
        return Database(self._base.with_suffix(".slips"), self._owner)

    def keep_slip(self, slip: RecordSlip) -> None:
        """Keep a record slip if the device can be written. Never raises."""
        try:
            self._database.put_slips([slip], [])
        except CustodyError:
            return

    def slip(self, relationship: str, record: bytes, root: bytes) -> bytes | None:
        """Return the 48-byte slip of a record, or None. Never raises."""
        try:
            return self._database.record_slip(relationship, record, root)
        except CustodyError:
            return None

    def keep_promise(self, promise: Signed[Promise]) -> None:
        """Append a custodian's promise if the device can be written. Never raises."""
        path = self._base.with_suffix(".promises")
        try:
            path.touch(mode=0o600)
            with path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(promise.as_dict()) + "\n")
        except OSError:
            return
