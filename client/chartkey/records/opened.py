"""A record as its reader gets it, after decryption."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self, cast

from chartkey.errors import MediaMismatch, RecordInvalid, RecordTooLarge
from chartkey.models import Kind
from chartkey.records.cda import ClinicalDocument, cda_elements, read_cda
from chartkey.records.container import Header
from chartkey.records.disk import Window, save, save_all
from chartkey.records.document import CDA, DICOM, FHIR, SERIES
from chartkey.records.fhir import printable
from chartkey.records.fhirjson import elements, parse
from chartkey.records.imaging import Image, image_elements, inspect, open_dataset
from chartkey.records.limits import LIMITS, Limits
from chartkey.records.moment import Moment
from chartkey.records.outline import outline_of_cda, outline_of_image, outline_of_resource
from chartkey.records.series import Layout, read_layout, series_elements

__all__ = ["Opened"]

_SOURCE = "the opened record"
_STEP = 1 << 18


class Opened:
    """One decrypted record: what ``ward.read(record)`` returns.

    It keeps a large DICOM file on disk without a name, so nothing is left behind
    when it is closed or forgotten. A ``with`` block closes it early.
    Its ``repr`` shows nothing of the patient's.
    """

    def __init__(
        self,
        header: Header,
        body: bytes | BinaryIO,
        *,
        start: int = 0,
        checks: tuple[str, ...] = (),
        standing: str | None = None,
        lent: bool = False,
        limits: Limits = LIMITS,
    ) -> None:
        self.header = header
        self.checks = checks
        self.standing = standing
        self._body = body
        self._start = start
        self._lent = lent
        self._limits = limits

    @property
    def media_type(self) -> str:
        """FHIR (``application/fhir+json``), DICOM (``application/dicom``) or CDA."""
        return self.header.media_type

    @property
    def kind(self) -> Kind:
        """The coarse kind that the author gave it."""
        return self.header.kind

    @property
    def title(self) -> str:
        """The author's title, on one line."""
        return printable(self.header.title)

    @property
    def moment(self) -> Moment | None:
        """When the event was, as precise as the author knew."""
        return self.header.moment

    @property
    def leaf_seed(self) -> bytes:
        """The 32 bytes that salt the leaves of the commitment (P05). Secret."""
        return self.header.leaf_seed

    @property
    def verified(self) -> bool:
        """Whether the caller of ``open_record`` said that it checked anything."""
        return bool(self.checks)

    def stream(self) -> BinaryIO:
        """Return the content from its start: the JSON in UTF-8, or the DICOM file.

        Each call gives a reader of its own, which can seek. Never raises.
        """
        window = self._window()
        return io.BufferedReader(window, _STEP) if isinstance(window, Window) else window

    def _window(self) -> BinaryIO:
        if isinstance(self._body, bytes):
            return io.BytesIO(self._body)
        return cast(BinaryIO, Window(self._body, self._start, self.header.length))

    @property
    def document(self) -> bytes:
        """The content in one piece, exactly as the author gave it (FHIR in UTF-8).

        Raises:
            RecordTooLarge: it is too large for memory; use ``stream`` or ``save``.
        """
        if isinstance(self._body, bytes):
            return self._body
        if self.header.length > self._limits.fhir_bytes:
            limit = f"{self._limits.fhir_bytes:,} bytes in memory; use .stream() or .save()"
            raise RecordTooLarge(source=_SOURCE, limit=limit)
        return self.stream().read()

    @cached_property
    def resource(self) -> dict[str, Any]:
        """The FHIR resource as a dict, a bundle or any other.

        Decimals are floats here: take ``document`` where 7.0 and 7.00 differ.

        Raises:
            MediaMismatch: it is not FHIR.
            RecordInvalid: its author sealed something that is no FHIR JSON.
            RecordTooLarge: over a cap on depth or values (T14).
        """
        if self.media_type != FHIR:
            raise MediaMismatch(found=self.media_type, wanted=FHIR, attribute="dicom")
        return self._parsed(exact=False)

    def _parsed(self, *, exact: bool) -> dict[str, Any]:
        parsed = parse(self.document, source=_SOURCE, limits=self._limits, exact=exact)
        if not isinstance(parsed, dict) or not isinstance(parsed.get("resourceType"), str):
            raise RecordInvalid(source=_SOURCE, problem="it is JSON but not FHIR")
        return parsed

    @property
    def exact(self) -> dict[str, Any]:
        """The FHIR resource with decimals as ``Decimal``, with the digits that were written.

        Raises:
            MediaMismatch: it is not FHIR.
            RecordInvalid: its author sealed something that is no FHIR JSON.
            RecordTooLarge: over a cap on depth or values (T14).
        """
        if self.media_type != FHIR:
            raise MediaMismatch(found=self.media_type, wanted=FHIR, attribute="dicom")
        return self._parsed(exact=True)

    @cached_property
    def cda(self) -> ClinicalDocument:
        """What a CDA document says about itself; ``document`` is the file as it was given.

        Raises:
            MediaMismatch: it is not CDA.
            RecordInvalid: its author sealed something that is no CDA.
            RecordTooLarge: over a cap on depth or elements (T14).
            ExtraMissing: defusedxml is not installed.
        """
        if self.media_type != CDA:
            raise MediaMismatch(found=self.media_type, wanted=CDA, attribute="document")
        charset = self.header.charset
        return read_cda(self.document, source=_SOURCE, encoding=charset, limits=self._limits)

    @cached_property
    def image(self) -> Image:
        """What a DICOM file, or the first of a series, says about itself.

        Raises:
            MediaMismatch: it is not DICOM.
            RecordInvalid: its author sealed a damaged file.
            RecordTooLarge: over a cap of ``Limits`` (T14).
            ExtraMissing: pydicom is not installed.
        """
        if self.media_type == SERIES:
            return inspect(self.instances[0](), source=_SOURCE, limits=self._limits)
        if self.media_type != DICOM:
            raise MediaMismatch(found=self.media_type, wanted=DICOM, attribute="resource")
        return inspect(self.stream(), source=_SOURCE, limits=self._limits)

    @cached_property
    def layout(self) -> Layout:
        """Where a series' files stand, and its thumbnail: a PNG, empty if there is none.

        Raises:
            MediaMismatch: it is no series.
            FormatUnknown: a series of a version that this release lacks.
            RecordInvalid: its author sealed something damaged.
        """
        if self.media_type != SERIES:
            raise MediaMismatch(found=self.media_type, wanted=SERIES, attribute="dicom")
        return read_layout(self.stream(), self.header.length, source=_SOURCE)

    @property
    def instances(self) -> tuple[Callable[[], BinaryIO], ...]:
        """The files of a series, each called to open it from its start.

        Raises:
            MediaMismatch, FormatUnknown, RecordInvalid: as ``layout``.
        """
        return tuple(partial(self._instance, *place) for place in self.layout.files)

    def _instance(self, start: int, length: int) -> BinaryIO:
        if isinstance(self._body, bytes):
            return io.BytesIO(self._body[start : start + length])
        window = Window(self._body, self._start + start, length)
        return io.BufferedReader(window, _STEP)

    @property
    def bundle(self) -> dict[str, Any]:
        """The FHIR bundle as a dict.

        Raises:
            MediaMismatch: it is not FHIR, or a single resource.
            RecordInvalid: its author sealed something that is no FHIR JSON.
            RecordTooLarge: over a cap on depth or values (T14).
        """
        resource = self.resource
        if resource["resourceType"] != "Bundle":
            raise MediaMismatch(found="a single resource", wanted="a bundle", attribute="resource")
        return resource

    @cached_property
    def dicom(self) -> Any:
        """The pydicom data set; values above 1 MiB are read when asked for.

        It reads from this record, which must not be closed while it is used.

        Raises:
            MediaMismatch: it is not DICOM.
            RecordInvalid: its author sealed a damaged file.
            RecordTooLarge: over a cap of ``Limits`` (T14).
            ExtraMissing: pydicom is not installed.
        """
        if self.media_type != DICOM:
            raise MediaMismatch(found=self.media_type, wanted=DICOM, attribute="resource")
        # pydicom takes an io.BufferedReader for a file with a name, so it gets the bare window.
        return open_dataset(self._window(), source=_SOURCE, limits=self._limits)

    @cached_property
    def elements(self) -> tuple[bytes, ...]:
        """What the leaves of the commitment hold, computed again from the content (P05).

        Raises:
            RecordInvalid: the content is not what its header says.
            RecordTooLarge: over a cap of ``Limits`` (T14).
        """
        if self.media_type == FHIR:
            found = elements(self._parsed(exact=True), source=_SOURCE)
        elif self.media_type == CDA:
            found = cda_elements(self.document, self.cda)
        elif self.media_type == SERIES:
            files, thumbnail = self.instances, self.layout.thumbnail
            found = series_elements(files, thumbnail, limits=self._limits)
        else:
            found = image_elements(self.stream(), source=_SOURCE, limits=self._limits)
        if len(found) != self.header.elements:
            raise RecordInvalid(source=_SOURCE, problem="its number of elements is wrong")
        return found

    def summary(self) -> list[str]:
        """Return the record in a few lines for people, allergies first (R16).

        Texts come from the record: control characters are taken out, so that
        they cannot steer a terminal.

        Raises:
            RecordInvalid: its author sealed something damaged.
            RecordTooLarge: over a cap of ``Limits`` (T14).
            ExtraMissing: it is DICOM and pydicom is not installed.
        """
        if self.media_type == FHIR:
            lines = outline_of_resource(self.exact)
        elif self.media_type == CDA:
            lines = outline_of_cda(self.cda)
        else:
            lines = outline_of_image(self.image)
        lines += [f"Record: {self.title} ({self.media_type}, {self.kind.label})"]
        lines += [f"Event: {self.moment}"] if self.moment else []
        lines += [f"Standing: {self.standing}"] if self.standing else []
        return [*lines, "Verified: " + ("; ".join(self.checks) or "nothing yet")]

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
        """Write the content to a file that only its owner may read; return its path.

        The file appears under its name when it is whole (mode 0600). What is
        there already is replaced only with ``overwrite``. A series becomes a new
        folder with its files in order.

        Raises:
            FileExists: something has that name.
            StoreFull: the disk has no room.
            StoreReadOnly: the folder may not be written.
            StoreUnavailable: there is no such folder, or another fault of the disk.
        """
        target = Path(path)
        if self.media_type == SERIES:
            save_all(target, self.instances)
        else:
            save(target, self.stream(), overwrite=overwrite)
        return target

    def close(self) -> None:
        """Let go of the content; a nameless file on disk is gone with it, a lent one is not."""
        if not isinstance(self._body, bytes) and not self._lent:
            self._body.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Opened {self.media_type} {self.kind.label}, {self.header.length:,} bytes>"
