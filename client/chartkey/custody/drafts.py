"""Drafts that wait at a custodian: a sealed file and a row for each (R13)."""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from chartkey.custody.custodian import DraftHeader
from chartkey.custody.database import Database
from chartkey.custody.log import sync_folder
from chartkey.errors import AccessDenied, CustodianUnavailable, DraftMissing, RecordInvalid

__all__ = ["DraftShelf"]

_STEP = 1 << 18
_LEFT_BEHIND = 86_400
"""Seconds after which a file without a row is what an interruption left, not one on its way."""


class DraftShelf:
    """The drafts of one custodian; who may see which is the custodian's to decide.

    Args:
        folder: Where the sealed drafts lie; it exists.
        database: Where their headers are.
        institution: Named in errors.
    """

    def __init__(self, folder: Path, database: Database, institution: str) -> None:
        self._folder, self._database, self._institution = folder, database, institution
        self._sweep()

    def keep(self, header: DraftHeader, sealed: BinaryIO) -> None:
        """Keep a draft durably, in place of an earlier one of the same author's.

        Raises:
            AccessDenied: somebody else's draft has that record id.
            RecordInvalid: it is not as long as its header says.
            CustodianUnavailable: it cannot be written; nothing was kept.
        """
        kept = self._database.draft(header.record)
        if kept is not None and DraftHeader.from_json(kept).author != header.author:
            raise AccessDenied
        self._store(header, sealed)
        # The author's word for when it was left would be worth nothing.
        stamped = replace(header, left_at=int(time.time()))
        attestation = header.attestation
        self._database.put_draft(
            header.record, attestation.relationship, stamped.to_json(), attestation.deadline
        )

    def header(self, record: bytes) -> DraftHeader:
        """Return the header of the draft of a record.

        Raises:
            DraftMissing: none waits.
            CustodianUnavailable: the database cannot be read.
        """
        text = self._database.draft(record)
        if text is None:
            raise DraftMissing(draft="0x" + record.hex())
        return DraftHeader.from_json(text)

    def waiting(self, relationship: str) -> list[DraftHeader]:
        """Return the headers of a relationship's drafts, the most urgent first.

        Raises:
            CustodianUnavailable: the database cannot be read.
        """
        return [DraftHeader.from_json(text) for text in self._database.drafts(relationship)]

    def open(self, record: bytes) -> BinaryIO:
        """Return the sealed draft of a record.

        Raises:
            DraftMissing: its file is not here.
        """
        try:
            return self._path(record).open("rb")
        except OSError:
            raise DraftMissing(draft="0x" + record.hex()) from None

    def drop(self, record: bytes) -> None:
        """Erase a draft; one that is not here is erased already.

        Raises:
            CustodianUnavailable: it cannot be erased.
        """
        try:
            self._path(record).unlink(missing_ok=True)
        except OSError as err:
            raise self._failed("the draft cannot be erased", err) from err
        self._database.drop_draft(record)

    def _store(self, header: DraftHeader, sealed: BinaryIO) -> None:
        path, aside = self._path(header.record), None
        try:
            descriptor, name = tempfile.mkstemp(dir=self._folder)
            aside = Path(name)
            with open(descriptor, "wb") as file:
                _copy(sealed, file, header.size)
                file.flush()
                os.fsync(file.fileno())
            os.replace(aside, path)
            sync_folder(self._folder)
        except OSError as err:
            raise self._failed("the draft cannot be written", err) from err
        finally:
            if aside is not None:
                aside.unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Remove what interruptions left: files that no row names, once they are old."""
        named = {self._path(record) for record in self._database.draft_records()}
        try:
            for path in self._folder.iterdir():
                old = time.time() - path.lstat().st_mtime > _LEFT_BEHIND
                if old and path not in named:
                    path.unlink(missing_ok=True)
        except OSError as err:
            raise self._failed("its drafts cannot be listed", err) from err

    def _path(self, record: bytes) -> Path:
        return self._folder / f"{record.hex()}.draft"

    def _failed(self, what: str, err: OSError) -> CustodianUnavailable:
        problem = f"{what} ({err.strerror})"
        return CustodianUnavailable(institution=self._institution, problem=problem)


def _copy(source: BinaryIO, target: BinaryIO, size: int) -> None:
    """Copy exactly so many bytes: a stream without an end would fill the disk (T14)."""
    left = size
    while left and (part := source.read(min(_STEP, left))):
        target.write(part)
        left -= len(part)
    if left or source.read(1):
        raise RecordInvalid(source="draft", problem="it is not as long as its header says")
