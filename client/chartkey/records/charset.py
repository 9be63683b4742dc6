"""In which characters a text is written: found by mark, declaration, or strict decoding.

Nothing is ever replaced or left out: a text is decoded whole in one encoding, or refused.
"""

from __future__ import annotations

import codecs
import re
from typing import Final, NamedTuple

from chartkey.errors import RecordInvalid

__all__ = ["ENCODINGS", "Decoded", "decode"]

ENCODINGS: Final = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "utf-16": "utf-16",
    "gb18030": "gb18030",
    "gbk": "gbk",
    "gb2312": "gbk",
    "cp936": "gbk",
}
"""Names that are taken, in lower case, and the encoding that each means. GB2312 is read as GBK,
which contains it: systems declare the one and write the other."""

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_DECLARED: Final = re.compile(
    rb"<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']"
)
_COMMON: Final = 3 / 4
"""Share of characters that GB2312 has: Chinese lies above 95 %, Latin-1 read as GB18030 near 0."""


class Decoded(NamedTuple):
    """A text without its byte order mark, and the encoding that it was written in."""

    text: str
    encoding: str


def decode(data: bytes, *, source: str, encoding: str | None = None) -> Decoded:
    """Return a text file's characters.

    A byte order mark decides, then ``encoding`` if it is given, then an XML declaration; without
    any of them UTF-8 is tried and then GB18030. The latter gives a meaning to most bytes, so it
    is taken only where three in four of what is not ASCII are everyday Chinese characters.

    Raises:
        RecordInvalid: the bytes are not in that encoding, it is not one of ``ENCODINGS``, or
            none of them fits.
    """
    mark, marked = next((m for m in _MARKS if data.startswith(m[0])), (b"", None))
    if encoding is not None or marked is not None:
        name = marked or _known(encoding or "", source)
        if marked and encoding is not None and _known(encoding, source) not in (marked, "gbk"):
            raise RecordInvalid(source=source, problem=f"its byte order mark says {marked.upper()}")
        return Decoded(_strict(data if name == "utf-16" else data[len(mark) :], name, source), name)
    declared = _DECLARED.match(data)
    if declared is not None:
        name = _known(declared[1].decode("ascii"), source)
        return Decoded(_strict(data, name, source), name)
    return _undeclared(data, source)


def _known(name: str, source: str) -> str:
    found = ENCODINGS.get(name.lower().replace("_", "-"))
    if found is None:
        problem = "its encoding is not one of utf-8, utf-16, gb18030 and gbk"
        raise RecordInvalid(source=source, problem=problem)
    return found


def _strict(data: bytes, name: str, source: str) -> str:
    try:
        return data.decode(name)
    except UnicodeDecodeError as err:
        problem = f"it is not {name.upper()} text at byte {err.start}"
        # The decoder's error holds the whole record: it must not travel as the cause.
        raise RecordInvalid(source=source, problem=problem) from None


def _undeclared(data: bytes, source: str) -> Decoded:
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as err:
        place = err.start
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        text = ""
    if _is_chinese(text):
        return Decoded(text, "gb18030")
    problem = (
        f"it is not UTF-8 text at byte {place}, and does not read as Chinese in GB18030 or GBK "
        "(name what it is written in with encoding=)"
    )
    raise RecordInvalid(source=source, problem=problem)


def _is_chinese(text: str) -> bool:
    foreign = "".join(one for one in text if one > "\x7f")
    common = foreign.encode("gb2312", "ignore").decode("gb2312")
    return len(common) > _COMMON * len(foreign)
