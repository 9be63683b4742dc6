"""gzip in and out, bounded on the way in (T14)."""

from __future__ import annotations

import zlib
from typing import BinaryIO

from chartkey.errors import RecordInvalid, RecordTooLarge
from chartkey.records.limits import Limits

__all__ = ["GZIP", "deflate", "gunzip", "inflate"]

GZIP = 16 + zlib.MAX_WBITS
"""zlib's window setting for RFC 1952 (gzip)."""
RAW = -zlib.MAX_WBITS
"""zlib's window setting for RFC 1951 without a wrapper (DICOM PS3.5 A.5)."""

_STEP = 64 * 1024


def deflate(data: bytes) -> bytes:
    """Return ``data`` in gzip, without a time stamp or file name (RFC 1952).

    The same bytes give the same result on one machine. Never raises.
    """
    packer = zlib.compressobj(6, zlib.DEFLATED, GZIP)
    return packer.compress(data) + packer.flush()


def inflate(
    stream: BinaryIO, *, wbits: int, cap: int, limits: Limits, source: str, stored: int | None
) -> bytes:
    """Return what a zlib stream holds, refusing a bomb before it is unpacked.

    ``wbits`` is ``GZIP`` or ``RAW``; ``cap`` is the most bytes of output;
    ``stored`` is how many bytes may be read from ``stream``, ``None`` for all.
    At most ``cap`` bytes of output, and 64 KiB of input, are held at a time.

    Raises:
        RecordTooLarge: the output passes ``cap`` or the ratio of ``limits``.
        RecordInvalid: the stream is damaged, cut short, or has bytes after its end.
    """
    engine = zlib.decompressobj(wbits)
    output = bytearray()
    taken = 0
    while not engine.eof:
        step = _STEP if stored is None else min(_STEP, stored - taken)
        piece = engine.unconsumed_tail or (stream.read(step) if step else b"")
        taken += 0 if engine.unconsumed_tail else len(piece)
        made = _step(engine, piece, source)
        if not piece and not made and not engine.eof:
            raise RecordInvalid(source=source, problem="its compressed data is cut short")
        output += made
        _check(len(output), taken, cap, limits, source)
    # After raw deflate DICOM pads to an even length, and some writers leave gzip's trailer.
    allowed = 8 if wbits == RAW else 0
    behind = stream.read(1) if stored is None else b"." * (stored - taken)
    if len(engine.unused_data) > allowed or behind:
        raise RecordInvalid(source=source, problem="there are bytes after its compressed data")
    return bytes(output)


def _step(engine: zlib._Decompress, piece: bytes, source: str) -> bytes:
    try:
        return engine.decompress(piece, _STEP)
    except zlib.error as err:
        raise RecordInvalid(source=source, problem="its compressed data is damaged") from err


def _check(produced: int, taken: int, cap: int, limits: Limits, source: str) -> None:
    if produced > cap:
        raise RecordTooLarge(source=source, limit=f"{cap:,} bytes when unpacked")
    if produced > limits.inflate_floor and produced > limits.inflate_ratio * taken:
        limit = f"{limits.inflate_ratio} bytes unpacked from one"
        raise RecordTooLarge(source=source, limit=limit)


def gunzip(
    stream: BinaryIO, *, cap: int, limits: Limits, source: str, stored: int | None = None
) -> bytes:
    """Return what a gzip stream holds; ``inflate`` says the rest.

    Raises:
        RecordTooLarge: the output passes ``cap`` or the ratio of ``limits``.
        RecordInvalid: the stream is damaged, cut short, or has bytes after its end.
    """
    return inflate(stream, wbits=GZIP, cap=cap, limits=limits, source=source, stored=stored)
