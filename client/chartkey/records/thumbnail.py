"""A small picture of a DICOM image, for lists: at most 128 by 128 pixels, as PNG."""

from __future__ import annotations

import io
import warnings
from typing import Any, BinaryIO, Final

from chartkey.errors import ChartkeyError, ExtraMissing
from chartkey.records.extra import load
from chartkey.records.imaging import open_dataset
from chartkey.records.limits import LIMITS, Limits

__all__ = ["LARGEST_THUMBNAIL", "make_thumbnail"]

LARGEST_THUMBNAIL: Final = 256 * 1024
"""Bytes of a thumbnail; 128 by 128 pixels in colour and uncompressed take 48 KiB."""

_SIDE: Final = 128
_MOST_SAMPLES: Final = 16 << 20
"""Samples of a frame that is decoded: 4096 by 4096 pixels in grey, 32 MiB (T14)."""
_DARKEST, _BRIGHTEST = 1, 99
"""Percentiles that become black and white, so that one metal implant does not darken all."""


def make_thumbnail(stream: BinaryIO, *, source: str, limits: Limits = LIMITS) -> bytes:
    """Return a PNG of the middle frame, or nothing where none can be made.

    Images without pixels, too large ones and those in a compression that pydicom does not decode
    here have none; the record is as good without.

    Raises:
        ExtraMissing: pydicom, numpy or Pillow is not installed.
    """
    try:
        with warnings.catch_warnings():
            # Pillow only warns of a picture that is larger than it says.
            warnings.simplefilter("error")
            return _picture(_frame(stream, source, limits))
    except ExtraMissing:
        raise
    except (ChartkeyError, _Unpictured):
        return b""


class _Unpictured(Exception):
    """There is nothing to show."""


def _frame(stream: BinaryIO, source: str, limits: Limits) -> tuple[Any, bool]:
    """Return one frame's samples, and whether low ones are white."""
    dataset = open_dataset(stream, source=source, limits=limits)
    rows, columns = dataset.get("Rows"), dataset.get("Columns")
    samples = (rows or 0) * (columns or 0) * int(dataset.get("SamplesPerPixel", 1))
    if not 0 < samples <= _MOST_SAMPLES:
        raise _Unpictured
    load("numpy", extra="dicom", package="numpy")
    pixels = load("pydicom.pixels", extra="dicom", package="pydicom")
    middle = int(dataset.get("NumberOfFrames") or 1) // 2
    stream.seek(0)
    try:
        return pixels.pixel_array(stream, index=middle), _is_inverted(dataset)
    except Exception:
        # pydicom raises whatever its parts raise.
        raise _Unpictured from None


def _is_inverted(dataset: Any) -> bool:
    return str(dataset.get("PhotometricInterpretation", "")) == "MONOCHROME1"


def _picture(found: tuple[Any, bool]) -> bytes:
    numpy = load("numpy", extra="dicom", package="numpy")
    pillow = load("PIL.Image", extra="dicom", package="pillow")
    frame, inverted = found
    step = max(1, min(frame.shape[:2]) // (2 * _SIDE))
    small = frame[::step, ::step].astype("float32")
    low, high = numpy.percentile(small, (_DARKEST, _BRIGHTEST))
    scaled = numpy.clip((small - low) / max(high - low, 1e-6), 0, 1) * 255
    image = pillow.fromarray((255 - scaled if inverted else scaled).astype("uint8"))
    image.thumbnail((_SIDE, _SIDE))
    target = io.BytesIO()
    image.save(target, "PNG")
    return target.getvalue()
