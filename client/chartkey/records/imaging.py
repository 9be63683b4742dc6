"""What a DICOM file says about itself, read by pydicom from a few small elements."""

from __future__ import annotations

import hashlib
import io
import warnings
from contextlib import AbstractContextManager
from dataclasses import dataclass
from math import ceil
from typing import Any, BinaryIO

from chartkey.errors import RecordInvalid
from chartkey.records.charset import decode
from chartkey.records.dicom import Structure, walk
from chartkey.records.extra import load
from chartkey.records.fhir import printable
from chartkey.records.limits import LIMITS, Limits
from chartkey.records.moment import Moment
from chartkey.records.visit import Setting, Visit

__all__ = ["Image", "image_elements", "inspect", "open_dataset"]

_PACKAGE = {"extra": "dicom", "package": "pydicom"}

_IMAGE_FIELDS = (
    "SOPClassUID",
    "SOPInstanceUID",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "StudyDate",
    "StudyTime",
    "TimezoneOffsetFromUTC",
    "AccessionNumber",
    "Modality",
    "StudyDescription",
    "BodyPartExamined",
)
_PATIENT_FIELDS = ("PatientName", "PatientID", "PatientBirthDate", "PatientSex")
_NOTE_FIELDS = ("Allergies", "AdmissionID", "InstitutionName", "InstanceNumber")
"""What views show beside image and patient; the commitment covers them with the whole file."""
_PIXEL_FIELDS = (
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "NumberOfFrames",
    "Rows",
    "Columns",
    "BitsAllocated",
)
_TAGS = {
    "SpecificCharacterSet": 0x00080005,
    "SOPClassUID": 0x00080016,
    "SOPInstanceUID": 0x00080018,
    "StudyDate": 0x00080020,
    "StudyTime": 0x00080030,
    "AccessionNumber": 0x00080050,
    "InstitutionName": 0x00080080,
    "Modality": 0x00080060,
    "TimezoneOffsetFromUTC": 0x00080201,
    "StudyDescription": 0x00081030,
    "PatientName": 0x00100010,
    "PatientID": 0x00100020,
    "PatientBirthDate": 0x00100030,
    "PatientSex": 0x00100040,
    "Allergies": 0x00102110,
    "BodyPartExamined": 0x00180015,
    "AdmissionID": 0x00380010,
    "StudyInstanceUID": 0x0020000D,
    "SeriesInstanceUID": 0x0020000E,
    "InstanceNumber": 0x00200013,
    "SamplesPerPixel": 0x00280002,
    "PhotometricInterpretation": 0x00280004,
    "NumberOfFrames": 0x00280008,
    "Rows": 0x00280010,
    "Columns": 0x00280011,
    "BitsAllocated": 0x00280100,
}
_WANTED = frozenset(_TAGS.values())
_REPLACED = "\ufffd"
"""What pydicom puts where bytes are not of the declared character set."""
_TWO_BYTES = "\u07ff"
"""The last character that UTF-8 writes in two bytes, as GBK does all of its own."""
_GB2312 = "\x1b$)A"
"""The escape sequence of ISO 2022 IR 58, which pydicom leaves in the text (PS3.5 annex K)."""
_STEP = 1 << 18
_DEFERRED_BYTES = 1 << 20
"""Elements above this stay in the file until a program asks for their value."""


@dataclass(frozen=True, slots=True, repr=False)
class Image:
    """The small elements of one DICOM file, as text, absent ones left out.

    Texts have been decoded by the file's own character set (PS3.5 section 6.1),
    GB18030 and GBK among them.
    """

    image: dict[str, str]
    patient: dict[str, str]
    pixels: dict[str, str]
    notes: dict[str, str]

    @property
    def title(self) -> str:
        """Modality and description, without anything of the patient's."""
        names = ("Modality", "StudyDescription", "BodyPartExamined")
        words = [printable(self.image[name]) for name in names if name in self.image]
        return " ".join(word for word in words if word)[:200] or "DICOM"

    @property
    def moment(self) -> Moment | None:
        """When the study began, with the file's own precision and zone."""
        image = self.image
        return Moment.from_dicom(
            image.get("StudyDate", ""),
            image.get("StudyTime", ""),
            image.get("TimezoneOffsetFromUTC", ""),
        )

    @property
    def visit(self) -> Visit | None:
        """The stay or examination it belongs to: by admission, accession number, or study."""
        names = {"AdmissionID": self.notes} | dict.fromkeys(
            ("AccessionNumber", "StudyInstanceUID"), self.image
        )
        found = [(name, fields[name]) for name, fields in names.items() if name in fields]
        if not found:
            return None
        name, value = found[0]
        setting = Setting.INPATIENT if name == "AdmissionID" else None
        where = printable(self.notes.get("InstitutionName", ""))
        label = ", ".join(part for part in (self.title, where) if part)
        return Visit(f"{name}|{printable(value)}", setting, self.moment, None, label)


def inspect(stream: BinaryIO, *, source: str, limits: Limits = LIMITS) -> Image:
    """Check a DICOM file of any size to its last byte and return what it says.

    ``stream`` can seek. Pixels are passed over, never read.

    Raises:
        RecordInvalid: not DICOM, cut short, an index, or fewer pixels than it declares.
        RecordTooLarge: over a cap of ``limits``.
        ExtraMissing: pydicom is not installed.
    """
    structure = walk(stream, wanted=_WANTED, source=source, limits=limits)
    found = _read_head(structure, source)
    image = Image(
        image=_pick(found, _IMAGE_FIELDS),
        patient=_pick(found, _PATIENT_FIELDS),
        pixels=_pick(found, _PIXEL_FIELDS),
        notes=_pick(found, _NOTE_FIELDS),
    )
    if "SOPClassUID" not in image.image:
        # Every object that stands for something has one (PS3.3 C.12.1); an index has none.
        problem = "it is cut short, or an index such as a DICOMDIR: it names no SOP class"
        raise RecordInvalid(source=source, problem=problem)
    _check_pixels(image, structure, source)
    return image


def _read_head(structure: Structure, source: str) -> dict[str, str]:
    """Decode the elements that the walk collected.

    pydicom sees only these, so a hostile file's sequences never reach it here.
    """
    pydicom = load("pydicom", **_PACKAGE)
    reader = load("pydicom.filereader", **_PACKAGE)
    head = io.BytesIO(b"".join(structure.head.values()))
    try:
        with warnings.catch_warnings(record=True) as warned, _unvalidated(pydicom):
            warnings.simplefilter("always")
            dataset = reader.read_dataset(head, structure.implicit, structure.little)
            texts = {name: _text(dataset.get(tag)) for name, tag in _TAGS.items()}
    except Exception:
        # pydicom raises whatever its parts raise, and quotes values in the text.
        raise RecordInvalid(source=source, problem="its DICOM header is damaged") from None
    unknown = any(str(one.message).startswith("Unknown encoding") for one in warned)
    if unknown or "SpecificCharacterSet" not in dataset:
        texts = {name: _undeclared(text) for name, text in texts.items()}
    return {name: text for name, text in texts.items() if text and _REPLACED not in text}


def _unvalidated(pydicom: Any) -> AbstractContextManager[None]:
    found: AbstractContextManager[None] = pydicom.config.disable_value_validation()
    return found


def _undeclared(text: str) -> str:
    """Read again what pydicom took for Latin-1, for want of a character set that it knows.

    Scanners that write GBK often declare nothing. A text that does not read strictly is left
    out: the file keeps it as it is, and nobody is shown other words.
    """
    if text.isascii() or _REPLACED in text:
        return text
    try:
        data = text.encode("latin-1")
        found = decode(data, source="").text
    except (UnicodeEncodeError, RecordInvalid):
        return ""
    # The four bytes of "头颅" in GBK are valid UTF-8, too: so short a text is left open.
    return found if max(found) > _TWO_BYTES or found.isascii() else ""


def _text(element: Any) -> str:
    if element is None or element.value is None:
        return ""
    value = element.value
    multiple = not isinstance(value, str | bytes) and hasattr(value, "__iter__")
    parts = list(value) if multiple and element.VM != 1 else [value]
    return "\\".join(str(part) for part in parts).replace(_GB2312, "").strip()


def _pick(found: dict[str, str], names: tuple[str, ...]) -> dict[str, str]:
    return {name: found[name] for name in names if name in found}


def _check_pixels(image: Image, structure: Structure, source: str) -> None:
    """Notice a file that ends where one of its elements does: its pixels come last."""
    pixels = image.pixels
    area = _number(pixels, "Rows", 0) * _number(pixels, "Columns", 0)
    kind = load("pydicom.uid", **_PACKAGE).UID(image.image["SOPClassUID"]).name
    if (area or kind.endswith("Image Storage")) and not structure.pixel_bytes:
        problem = "it is cut short: an image without pixel data"
        raise RecordInvalid(source=source, problem=problem)
    if structure.encapsulated:
        return
    samples = _number(pixels, "SamplesPerPixel", 1)
    if pixels.get("PhotometricInterpretation") in ("YBR_FULL_422", "YBR_PARTIAL_422"):
        samples = 2
    bits = area * samples * _number(pixels, "BitsAllocated", 8)
    if structure.pixel_bytes < ceil(bits * _number(pixels, "NumberOfFrames", 1) / 8):
        problem = "its pixel data is shorter than its rows and columns say"
        raise RecordInvalid(source=source, problem=problem)


def _number(pixels: dict[str, str], name: str, default: int) -> int:
    text = pixels.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default


def image_elements(stream: BinaryIO, *, source: str, limits: Limits = LIMITS) -> tuple[bytes, ...]:
    """Return what a commitment's leaves hold for a DICOM file, in order (P05).

    1. ``dicom-image``, 0, the transfer syntax, 0, then the elements that say what
       the image is, as they stand in the file: character set, UIDs, date, time,
       zone, modality, description, body part;
    2. ``dicom-patient`` and the same with name, identifier, birth date and sex;
    3. ``dicom-file``, 0, the file's SHA-256 (32 bytes) and its length (8 bytes).

    So a patient can show that an examination took place without the picture.
    Bytes as they stand depend on no library's way of decoding them. Needs no
    pydicom; the file is read once, 256 KiB at a time.

    Raises:
        RecordInvalid: not a DICOM file, or cut short.
        RecordTooLarge: over a cap of ``limits``.
    """
    structure = walk(stream, wanted=_WANTED, source=source, limits=limits)
    stream.seek(0)
    digest = hashlib.sha256()
    while piece := stream.read(_STEP):
        digest.update(piece)
    return (
        _label("image", structure, _IMAGE_FIELDS),
        _label("patient", structure, _PATIENT_FIELDS),
        b"dicom-file\0" + digest.digest() + stream.tell().to_bytes(8, "big"),
    )


def _label(name: str, structure: Structure, fields: tuple[str, ...]) -> bytes:
    tags = sorted(_TAGS[field] for field in ("SpecificCharacterSet", *fields))
    start = f"dicom-{name}\0{structure.syntax}\0".encode()
    return start + b"".join(structure.head.get(tag, b"") for tag in tags)


def open_dataset(stream: BinaryIO, *, source: str, limits: Limits = LIMITS) -> Any:
    """Return a pydicom data set whose large values stay in ``stream`` until asked for.

    The structure is checked first, so that a file which a hostile author sealed
    can neither unpack to more than ``limits`` nor nest without end (T14).

    Raises:
        RecordInvalid: not DICOM, cut short or damaged.
        RecordTooLarge: over a cap of ``limits``.
        ExtraMissing: pydicom is not installed.
    """
    structure = walk(stream, wanted=frozenset(), source=source, limits=limits)
    pydicom = load("pydicom", **_PACKAGE)
    stream.seek(0)
    try:
        # A deflated data set is a buffer of pydicom's own, which it drops: read it whole.
        defer = None if structure.deflated else _DEFERRED_BYTES
        return pydicom.dcmread(stream, defer_size=defer)
    except Exception:
        raise RecordInvalid(source=source, problem="its DICOM content is damaged") from None
