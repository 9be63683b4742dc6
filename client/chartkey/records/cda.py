"""HL7 CDA documents (release 2), read for what people look for; the file stays as it is.

The parser is expat behind ``defusedxml``, which refuses every document type declaration: a CDA
has none, and without one there are no entities, inside or outside (T14). Depth and number of
elements are bounded as in JSON.

A commitment's elements are taken from the file's own characters in UTF-8, so that they depend on
no library's way of writing XML (P05):

1. ``cda-file``, 0, the file's SHA-256 (32 bytes) and its length (8 bytes);
2. ``cda-header``, 0, what stands before the body, from ``<ClinicalDocument``;
3. ``cda-section``, 0, one section at the top of the body as it stands; one for each, in order.
"""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import dataclass, field
from typing import Any
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler, feature_namespaces
from xml.sax.xmlreader import InputSource

from chartkey.errors import RecordInvalid, RecordTooLarge
from chartkey.models import Kind
from chartkey.records.charset import decode
from chartkey.records.extra import load
from chartkey.records.fhir import printable
from chartkey.records.kinds import kind_of_document
from chartkey.records.limits import LIMITS, Limits
from chartkey.records.moment import Moment
from chartkey.records.visit import Visit, setting_of_code

__all__ = ["ClinicalDocument", "Section", "cda_elements", "is_cda", "read_cda"]

_HL7 = "urn:hl7-org:v3"
_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?ClinicalDocument[\s>]")
_SEARCHED = 64 * 1024
_LONGEST_TITLE = 200
_SECTION = ("component", "structuredBody", "component", "section")
_NAME = ("recordTarget", "patientRole", "patient", "name")
_VISIT = ("componentOf", "encompassingEncounter")
_PLACES = frozenset(
    (
        (*_VISIT, "location", "healthCareFacility", "location", "name"),
        (*_VISIT, "location", "healthCareFacility", "serviceProviderOrganization", "name"),
    )
)
_FACTS = {
    ("code",): ("code", ("code",)),
    ("effectiveTime",): ("time", ("value",)),
    (*_NAME[:3], "administrativeGenderCode"): ("patient.gender", ("code",)),
    (*_NAME[:3], "birthTime"): ("patient.birth", ("value",)),
    (*_VISIT, "id"): ("visit.id", ("root", "extension")),
    (*_VISIT, "code"): ("visit.code", ("code",)),
    (*_VISIT, "effectiveTime"): ("visit.value", ("value",)),
    (*_VISIT, "effectiveTime", "low"): ("visit.low", ("value",)),
    (*_VISIT, "effectiveTime", "high"): ("visit.high", ("value",)),
}
"""Where the header says what, and in which attributes; the first of several counts."""
_ROWS = frozenset(("tr", "item", "paragraph", "br", "caption", "list", "table"))
"""Parts of a narrative that begin a line of their own."""
_CELLS = frozenset(("td", "th"))


@dataclass(slots=True, repr=False)
class Section:
    """A section at the top of the body: its title, LOINC code, lines of text, and its characters.

    ``start`` and ``end`` are where it stands in the document's UTF-8; ``empty`` whether its author
    had nothing to say (``nullFlavor``); ``entries``, ``codes`` and ``negated`` tell what its coded
    part says, sections inside it included.
    """

    title: str = ""
    code: str = ""
    rows: list[str] = field(default_factory=list)
    start: int = 0
    end: int = 0
    empty: bool = False
    entries: int = 0
    negated: bool = False
    codes: set[str] = field(default_factory=set)


@dataclass(slots=True, repr=False)
class ClinicalDocument:
    """What a CDA document says about itself. Its ``repr`` shows nothing of the patient's."""

    title: str = ""
    code: str = ""
    time: str = ""
    patient: list[str] = field(default_factory=list)
    visit: Visit | None = None
    sections: list[Section] = field(default_factory=list)
    text: bytes = b""
    start: int = 0
    body: int = 0

    @property
    def kind(self) -> Kind:
        """The coarse kind that the document's LOINC type stands for."""
        return kind_of_document(self.code)

    @property
    def moment(self) -> Moment | None:
        """When it was written (``effectiveTime``), as precise as it says and in its zone."""
        return Moment.from_hl7(self.time)

    @property
    def label(self) -> str:
        """A line for lists, of at most 200 characters."""
        return (self.title or "CDA document")[:_LONGEST_TITLE]


def is_cda(start: bytes) -> bool:
    """Return whether XML that begins so, in any encoding of ASCII's kind, is a CDA document."""
    return _ROOT.search(start.replace(b"\0", b"")[:_SEARCHED]) is not None


def read_cda(
    data: bytes, *, source: str, encoding: str | None = None, limits: Limits = LIMITS
) -> ClinicalDocument:
    """Check a CDA document to its last byte and return what it says.

    Args:
        data: The file, in UTF-8, UTF-16, GB18030 or GBK, as mark or declaration say.
        source: Names the file in messages.
        encoding: What it is written in, if neither says so.
        limits: The caps that it meets.

    Raises:
        RecordInvalid: not XML, not CDA, cut short, or with a document type declaration.
        RecordTooLarge: over the bytes, depth or number of elements in ``limits``.
        ExtraMissing: defusedxml is not installed.
    """
    if len(data) > limits.fhir_bytes:
        raise RecordTooLarge(source=source, limit=f"{limits.fhir_bytes:,} bytes of XML")
    text = decode(data, source=source, encoding=encoding).text.encode()
    expat = load("defusedxml.expatreader", extra="cda", package="defusedxml")
    reader = expat.DefusedExpatParser(forbid_dtd=True)
    handler = _Handler(reader, text, source, limits)
    reader.setFeature(feature_namespaces, True)
    reader.setContentHandler(handler)
    try:
        reader.parse(_source(text))
    except SAXParseException as err:
        where = f"line {err.getLineNumber()}, column {err.getColumnNumber()}"
        raise RecordInvalid(source=source, problem=f"it is not XML at {where}") from None
    except (RecordInvalid, RecordTooLarge):
        raise
    except ValueError:
        # What defusedxml refuses; its errors quote the declaration.
        problem = "it declares a document type or entities, which no CDA needs"
        raise RecordInvalid(source=source, problem=problem) from None
    return handler.document


def _source(text: bytes) -> InputSource:
    found = InputSource()
    found.setByteStream(io.BytesIO(text))
    # The text was decoded already: its declaration may name what it no longer is.
    found.setEncoding("utf-8")
    return found


def cda_elements(data: bytes, document: ClinicalDocument) -> tuple[bytes, ...]:
    """Return what a commitment's leaves hold for a CDA document; see the module. Never raises.

    ``document`` is what ``read_cda`` gave for ``data``.
    """
    text = document.text
    sections = [b"cda-section\0" + text[one.start : one.end] for one in document.sections]
    whole = hashlib.sha256(data).digest() + len(data).to_bytes(8, "big")
    header = text[document.start : document.body]
    return b"cda-file\0" + whole, b"cda-header\0" + header, *sections


class _Handler(ContentHandler):
    """Follows the document by the names above each element; the rest is passed over."""

    def __init__(self, reader: Any, text: bytes, source: str, limits: Limits) -> None:
        super().__init__()
        self.document = ClinicalDocument(text=text)
        self._reader, self._source, self._limits = reader, source, limits
        self._path: list[str] = []
        self._count = 0
        self._words: list[str] = []
        self._narrative = 0
        self._named = False
        self._facts: dict[str, str] = {}

    def startElementNS(self, name: Any, qname: Any, attrs: Any) -> None:  # noqa: N802
        """Note what an element's attributes say."""
        local = name[1] if name[0] == _HL7 else f"{name[0]} {name[1]}"
        self._measure(local)
        if len(self._path) == 1 and local == "component":
            self.document.body = self._position()
        self._path.append(local)
        path = tuple(self._path[1:])
        if self._narrative:
            self._words.append(self._separator(local))
        else:
            self._words = []
            if path[-2:] == ("section", "text"):
                self._narrative = len(self._path)
        self._begin(path, {key[1]: value for key, value in attrs.items() if key[0] is None})

    def endElementNS(self, name: Any, qname: Any) -> None:  # noqa: N802
        """Note what an element's text says."""
        path = tuple(self._path[1:])
        if not self._narrative:
            self._end(path, " ".join("".join(self._words).split()))
        elif self._narrative == len(self._path):
            self._narrative = 0
            self._rows()
        else:
            self._words.append(self._separator(self._path[-1]))
        self._named |= path == _NAME
        self._path.pop()

    def characters(self, content: str) -> None:
        """Collect text; that of a table's head is no row."""
        if not (self._narrative and "thead" in self._path):
            self._words.append(content.replace("\n", " "))

    def endDocument(self) -> None:  # noqa: N802
        """Make the encounter of what was found in several places."""
        facts, document = self._facts, self.document
        document.body = max(document.body, document.start) or len(document.text)
        times = [facts.get(f"visit.{name}", "") for name in ("low", "high", "value")]
        if not any(key.startswith("visit.") for key in facts):
            return
        start = Moment.from_hl7(times[0]) or Moment.from_hl7(times[2])
        document.visit = Visit(
            id=facts.get("visit.id") or f"effectiveTime|{times[0] or times[2]}",
            setting=setting_of_code(facts.get("visit.code")),
            start=start,
            end=Moment.from_hl7(times[1]),
            label=facts.get("visit.place", ""),
        )

    def _separator(self, local: str) -> str:
        """A row of a table is one line, whatever paragraphs its cells hold."""
        if local in _ROWS:
            return " " if "tr" in self._path[:-1] else "\n"
        return " " if local in _CELLS else ""

    def _measure(self, local: str) -> None:
        self._count += 1
        if not self._path:
            if local != "ClinicalDocument":
                raise RecordInvalid(source=self._source, problem="it is XML, but no CDA document")
            self.document.start = self._position()
        if len(self._path) >= self._limits.json_depth:
            limit = f"{self._limits.json_depth} levels of XML"
            raise RecordTooLarge(source=self._source, limit=limit)
        if self._count > self._limits.json_values:
            limit = f"{self._limits.json_values:,} elements"
            raise RecordTooLarge(source=self._source, limit=limit)

    def _begin(self, path: tuple[str, ...], values: dict[str, str]) -> None:
        document, section = self.document, self._section(path)
        if path == _SECTION:
            empty = "nullFlavor" in values
            document.sections.append(Section(start=self._position(), empty=empty))
        elif section is not None:
            if path == (*_SECTION, "code"):
                section.code = values.get("code", "")
            section.entries += path == (*_SECTION, "entry")
            section.negated |= values.get("negationInd") == "true"
            section.codes.add(values.get("code", ""))
        elif path in _FACTS:
            name, wanted = _FACTS[path]
            found = "|".join(values[one] for one in wanted if values.get(one))
            if found:
                self._facts.setdefault(name, found)
                self._told(name, found)

    def _end(self, path: tuple[str, ...], text: str) -> None:
        section = self._section(path)
        if path == _SECTION and section is not None:
            section.end = self.document.text.find(b">", self._position()) + 1
        elif section is not None and path[-2:] == ("section", "title") and text:
            section.title = section.title or text
            section.rows += [] if section.title == text else [text]
        elif path == ("title",):
            self.document.title = printable(text)
        elif path[:-1] == _NAME and text and not self._named:
            self.document.patient.append(printable(text))
        elif path in _PLACES and text:
            self._facts.setdefault("visit.place", printable(text))

    def _told(self, name: str, found: str) -> None:
        if name == "code":
            self.document.code = found
        elif name == "time":
            self.document.time = found
        elif name.startswith("patient."):
            self.document.patient.append(printable(found))

    def _rows(self) -> None:
        section = self._section(tuple(self._path[1:]))
        lines = (" ".join(line.split()) for line in "".join(self._words).split("\n"))
        if section is not None:
            section.rows += [printable(line) for line in lines if line]
        self._words = []

    def _section(self, path: tuple[str, ...]) -> Section | None:
        inside = path[: len(_SECTION)] == _SECTION and self.document.sections
        return self.document.sections[-1] if inside else None

    def _position(self) -> int:
        # The standard library's reader tells lines and columns; the parser in it knows the byte.
        return int(self._reader._parser.CurrentByteIndex)
