"""How much a record may ask of the machine that reads it (T14)."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LIMITS", "Limits"]

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """The caps that a record meets at the door and again when a reader opens it.

    They bound memory and time, not usefulness: a whole patient in FHIR takes
    about 4 MiB, and DICOM files have no cap on their size because they are
    never held in memory.
    """

    fhir_bytes: int = 32 * MIB
    """Most bytes of JSON text, before compression and after inflation."""
    json_depth: int = 100
    """Most brackets open at once. A summary with every section opens about 20."""
    json_values: int = 1_000_000
    """Most commas and brackets together; a parsed value takes about 100 bytes."""
    inflate_ratio: int = 200
    """Most output bytes for one input byte. FHIR text shrinks about 18 times."""
    inflate_floor: int = MIB
    """Output up to here is accepted whatever its ratio: it costs nothing."""
    dicom_inflated_bytes: int = 64 * MIB
    """Most bytes of a data set in the deflated transfer syntax."""
    dicom_elements: int = 4_000_000
    """Most data elements and items looked at in one file."""
    dicom_depth: int = 32
    """Most nested sequences of undefined length."""
    header_bytes: int = 64 * 1024
    """Most bytes of a container's header."""
    spool_bytes: int = 8 * MIB
    """An opened DICOM file larger than this goes from memory to a nameless file."""


LIMITS = Limits()
