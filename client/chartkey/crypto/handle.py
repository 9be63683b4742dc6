"""Handles: how an institution finds a person on chain and nobody else can (P20, T17).

>>> key = bytes(32)
>>> handle(key, "phone", "138 0013 8000") == handle(key, "phone", "+86-138-0013-8000")
True
>>> normalise("resident-id", "11010519491231002x").text
'11010519491231002X'
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from chartkey.crypto.derivation import KEY_BYTES, PREFIX
from chartkey.crypto.field import fixed, unsigned
from chartkey.errors import IdentifierInvalid

__all__ = ["PHONE", "RESIDENT_ID", "Normalised", "handle", "normalise"]

RESIDENT_ID: Final = "resident-id"
PHONE: Final = "phone"

_TYPE: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")
_SEPARATORS: Final = re.compile(r"[\s\-\u2010-\u2015().·]+")
# ISO 7064 MOD 11-2, as GB 11643-1999 uses it.
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS: Final = "10X98765432"


@dataclass(frozen=True, slots=True)
class Normalised:
    """An identifier in its one form, and what looks wrong about it (codes, never the value)."""

    text: str = field(repr=False)
    warnings: tuple[str, ...] = ()


def normalise(identifier_type: str, identifier: str, *, country: str = "86") -> Normalised:
    """Bring an identifier into the one form that is hashed.

    NFKC; spaces, hyphens, dots and brackets removed; phone numbers as E.164 with ``country`` for
    national ones; everything else in upper case. What looks wrong is warned about and used:
    people have identifiers that no rule foresees.

    Raises:
        IdentifierInvalid: the type is not a lower-case word, or nothing of the identifier is left.
    """
    if not _TYPE.fullmatch(identifier_type):
        raise IdentifierInvalid(problem="its type is not a lower-case word")
    text = _SEPARATORS.sub("", unicodedata.normalize("NFKC", identifier)).upper()
    if not text:
        raise IdentifierInvalid(problem="it is empty")
    if identifier_type == PHONE:
        return _phone(text, country)
    if identifier_type == RESIDENT_ID:
        return Normalised(text, _resident_id_warnings(text))
    return Normalised(text)


def handle(
    institution_key: bytes,
    identifier_type: str,
    identifier: str,
    version: int = 1,
    *,
    country: str = "86",
) -> bytes:
    """Return the 32-byte handle of an identifier: HMAC-SHA256 (RFC 2104) under the key.

    ``institution_key`` is 32 random bytes of the registering institution alone; ``version`` is that
    key's (below 2**32).

    Raises:
        IdentifierInvalid: the type is not a lower-case word, or the identifier is empty.
        ContextInvalid: the key is not 32 bytes, or the version is out of range.
    """
    key = fixed("a handle key", institution_key, KEY_BYTES)
    text = normalise(identifier_type, identifier, country=country).text
    named = bytes([len(identifier_type)]) + identifier_type.encode("ascii")
    message = PREFIX + b"handle" + unsigned("a version", version, 4) + named + text.encode()
    return hmac.digest(key, message, "sha256")


def _phone(text: str, country: str) -> Normalised:
    """Write a number as E.164: + and at most 15 digits, the first of them not 0."""
    if text.startswith("00"):
        text = "+" + text[2:]
    if not text.startswith("+"):
        text = f"+{country}{text.removeprefix('0')}"
    plausible = re.fullmatch(r"\+[1-9][0-9]{6,14}", text)
    return Normalised(text, () if plausible else ("phone-implausible",))


def _resident_id_warnings(text: str) -> tuple[str, ...]:
    """Check length, birth date and check digit of GB 11643-1999."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", text):
        return ("resident-id-form",)
    warnings = [] if _is_date(text[6:14]) else ["resident-id-birth-date"]
    total = sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=False))
    if text[17] != _CHECK_DIGITS[total % 11]:
        warnings.append("resident-id-check-digit")
    return tuple(warnings)


def _is_date(text: str) -> bool:
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True
