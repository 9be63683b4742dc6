"""FHIR's JSON as text: bounded parsing, and the bytes that a commitment covers.

Two readers must never see two documents in one text, so what JSON leaves open
is refused: a name given twice in one object, ``NaN``, half a surrogate pair.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from json.encoder import encode_basestring
from typing import Any

from chartkey.errors import RecordInvalid, RecordTooLarge
from chartkey.records.limits import LIMITS, Limits

__all__ = ["canonical", "elements", "parse"]

_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{},]', re.DOTALL)
"""A whole string, or what stands outside. Possessive: a string without an end is read once."""
_QUOTE = 0x22
_OPENING = frozenset(b"[{")
_CLOSING = frozenset(b"]}")
_LARGEST_EXPONENT = 400
_LONGEST_NUMBER = 400


def parse(data: bytes, *, source: str, limits: Limits = LIMITS, exact: bool = False) -> Any:
    """Return the value that UTF-8 JSON text stands for (RFC 8259).

    ``exact`` keeps decimals as ``Decimal``, with the digits that were written:
    in FHIR 7.0 and 7.00 are different measurements. Depth and size are counted
    before the parser, which recurses, sees the text (T14).

    Raises:
        RecordTooLarge: over the depth, the bytes or the number of values in ``limits``.
        RecordInvalid: not JSON, cut short, or ambiguous as described above.
    """
    _measure(data, source, limits)
    try:
        # Given bytes, json guesses at UTF-16, whose brackets were not counted.
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise RecordInvalid(source=source, problem="it is not UTF-8 text") from None
    try:
        return json.loads(
            text,
            object_pairs_hook=_unique,
            parse_float=_decimal if exact else float,
            parse_int=_integer,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as err:
        where = f"line {err.lineno}, column {err.colno}"
        cut = not text[err.pos :].strip() or "Unterminated" in err.msg
        problem = "it is cut short" if cut else f"it is not JSON at {where}"
        raise RecordInvalid(source=source, problem=problem) from None
    except _Refused as err:
        raise RecordInvalid(source=source, problem=str(err)) from None


class _Refused(ValueError):
    """A problem inside the parser's hooks, as text without content."""


def _measure(data: bytes, source: str, limits: Limits) -> None:
    if len(data) > limits.fhir_bytes:
        raise RecordTooLarge(source=source, limit=f"{limits.fhir_bytes:,} bytes of JSON")
    depth = 0
    for values, byte in enumerate(_structure(data), 1):
        if byte in _OPENING:
            depth += 1
        elif byte in _CLOSING:
            depth -= 1
        if depth > limits.json_depth:
            raise RecordTooLarge(source=source, limit=f"{limits.json_depth} levels of JSON")
        if values > limits.json_values:
            raise RecordTooLarge(source=source, limit=f"{limits.json_values:,} values")


def _structure(data: bytes) -> Iterator[int]:
    """Yield the brackets and commas that stand outside strings."""
    for match in _TOKEN.finditer(data):
        byte = data[match.start()]
        if byte != _QUOTE:
            yield byte


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _Refused("an object names one field twice")
    return members


def _decimal(text: str) -> Decimal:
    # An exponent such as 1e999999999 is nine bytes that ask for a gigabyte as an integer.
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise _Refused("it holds a number that is out of range") from None
    if len(text) > _LONGEST_NUMBER or abs(value.adjusted()) > _LARGEST_EXPONENT:
        raise _Refused("it holds a number that is out of range")
    return value


def _integer(text: str) -> int:
    # Reading a decimal integer takes time that is quadratic in its length.
    if len(text) > _LONGEST_NUMBER:
        raise _Refused("it holds a number that is out of range")
    return int(text)


def _constant(name: str) -> Any:
    raise _Refused(f"it holds {name}, which is not JSON")


def canonical(value: Any, *, source: str = "the record") -> bytes:
    """Return the one UTF-8 text of a value that ``parse(…, exact=True)`` gave.

    Members in the order of their names' code points, no space, nothing escaped
    that RFC 8259 allows to stand, decimals with the digits that were written.
    This is FHIR's canonical form http://hl7.org/fhir/canonicalization/json, so
    indentation and the order of members change no commitment (P05).

    Raises:
        RecordInvalid: a string holds half of a surrogate pair.
    """
    parts: list[str] = []
    _write(value, parts)
    try:
        return "".join(parts).encode()
    except UnicodeEncodeError:
        problem = "a text holds half of a character (a lone surrogate)"
        raise RecordInvalid(source=source, problem=problem) from None


def _write(value: Any, parts: list[str]) -> None:
    if isinstance(value, dict):
        separator = "{"
        for name in sorted(value):
            parts += (separator, encode_basestring(name), ":")
            _write(value[name], parts)
            separator = ","
        parts.append("}" if value else "{}")
    elif isinstance(value, list):
        separator = "["
        for item in value:
            parts.append(separator)
            _write(item, parts)
            separator = ","
        parts.append("]" if value else "[]")
    elif isinstance(value, str):
        parts.append(encode_basestring(value))
    elif isinstance(value, Decimal):
        parts.append(str(value))
    else:
        parts.append(json.dumps(value, ensure_ascii=False))


def elements(document: Any, *, source: str = "the record") -> tuple[bytes, ...]:
    """Return what a commitment's leaves hold, in order (P05).

    A bundle gives its own members without the entries, then each entry; any
    other resource is one element. Together they are the whole document, so a
    signature over the root of their leaves covers every byte of meaning.
    ``document`` is what ``parse(…, exact=True)`` gave.

    Raises:
        RecordInvalid: a string holds half of a surrogate pair.
    """
    if isinstance(document, dict) and document.get("resourceType") == "Bundle":
        shell = {name: value for name, value in document.items() if name != "entry"}
        entries = document.get("entry", [])
        parts = [shell, *(entries if isinstance(entries, list) else [entries])]
    else:
        parts = [document]
    return tuple(canonical(part, source=source) for part in parts)
