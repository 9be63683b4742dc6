"""What was typed, as what it means: ids by how they begin, accounts by address or name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

import typer

from chartkey.errors import (
    Ambiguous,
    DraftMissing,
    RecordMissing,
    RelationshipMissing,
    RequestMissing,
)
from chartkey.models import Kind, Standing, Suite

if TYPE_CHECKING:
    from chartkey.chain.network import Network
    from chartkey.errors import ChartkeyError

__all__ = [
    "account_of",
    "bytes_of",
    "days",
    "hexadecimal",
    "kind_of",
    "pick",
    "range_of",
    "standing_of",
    "suite_of",
]

_One = TypeVar("_One")
_RANGE: Final = re.compile(r"([0-9]{0,18}):([0-9]{0,18})", re.ASCII)
_FAR: Final = 1 << 62
_BEGINNING: Final = re.compile(r"(0x)?[0-9a-f]+")
_LONGEST_DAYS: Final = 36_525
_STANDINGS: Final = {one.name.lower(): one for one in Standing if one is not Standing.NONE}
_SUITES: Final = {one.label: one for one in (Suite.RSA_MLKEM_AES_GCM, Suite.RSA_OAEP_AES_GCM)}
_MISSING: Final[dict[str, Callable[[str], ChartkeyError]]] = {
    "drafts": lambda id: DraftMissing(draft=id),
    "records": lambda id: RecordMissing(record=id),
    "requests": lambda id: RequestMissing(request=id),
    "relationships": lambda id: RelationshipMissing(owner=id, status="listed"),
}


def pick(found: Mapping[bytes, _One], wanted: str | None, noun: str) -> _One:
    """Return the one whose id begins with the hexadecimal ``wanted``; without it, the only one.

    ``noun`` is what they are: drafts, records, requests or relationships.

    Raises:
        DraftMissing, RecordMissing, RequestMissing, RelationshipMissing: none does.
        Ambiguous: several do.
        BadParameter: it is not hexadecimal.
    """
    typed = "" if wanted is None else wanted.lower()
    if wanted is not None and not _BEGINNING.fullmatch(typed):
        raise typer.BadParameter(f"{wanted!r} is not how an id begins; give hexadecimal digits.")
    start = typed.removeprefix("0x")
    matches = {id: one for id, one in found.items() if id.hex().startswith(start)}
    if not matches:
        raise _MISSING[noun](wanted or "of any id")
    if len(matches) > 1:
        choices = ", ".join("0x" + id.hex() for id in matches)
        raise Ambiguous(what=noun, choices=choices, parameter="ID")
    return next(iter(matches.values()))


def bytes_of(text: str, length: int) -> bytes:
    """Return that many bytes from hexadecimal.

    Raises:
        BadParameter: it is not that.
    """
    found = hexadecimal(text) if len(text.strip()) in (2 * length, 2 * length + 2) else b""
    if len(found) != length:
        raise typer.BadParameter(f"that is not {length} bytes in hexadecimal.")
    return found


def hexadecimal(text: str) -> bytes:
    """Return what was typed in hexadecimal, of any length.

    Raises:
        BadParameter: it is not hexadecimal.
    """
    typed = text.strip().lower()
    digits = typed.removeprefix("0x")
    if not _BEGINNING.fullmatch(typed or "0x00") or len(digits) % 2:
        raise typer.BadParameter("that is not hexadecimal, two digits a byte.")
    return bytes.fromhex(digits)


def account_of(net: Network, text: str) -> str:
    """Return the account of an institution named in the manifest, or the address that was given.

    Raises:
        AddressInvalid: it is neither.
    """
    from chartkey.chain.address import checksum

    named = {entry.name: entry.address for entry in net.manifest.institutions}
    return named.get(text) or checksum(text)


def kind_of(text: str | None) -> Kind | None:
    """Return the kind that was typed, as ``patient-summary``.

    Raises:
        BadParameter: there is no such kind.
    """
    if text is None:
        return None
    kinds = {kind.label: kind for kind in Kind}
    if text not in kinds:
        raise typer.BadParameter(f"there is no kind {text!r}; there are: {', '.join(kinds)}.")
    return kinds[text]


def standing_of(text: str) -> Standing:
    """Return the standing that was typed: active, suspended or revoked.

    Raises:
        BadParameter: it is none of them.
    """
    if text not in _STANDINGS:
        raise typer.BadParameter(f"{text!r} is no standing; there are: {', '.join(_STANDINGS)}.")
    return _STANDINGS[text]


def range_of(text: str) -> tuple[int, int]:
    """Return the range that was typed: ``START:END`` in bytes, END exclusive; either may be empty.

    Raises:
        BadParameter: it is not that, or runs backwards.
    """
    match = _RANGE.fullmatch(text)
    start, end = (int(match[1] or 0), int(match[2] or _FAR)) if match else (1, 0)
    if start > end:
        raise typer.BadParameter(
            f"{text!r} is no range of bytes; give START:END, for example 0:132."
        )
    return start, end


def suite_of(text: str) -> Suite:
    """Return the suite that was typed: hybrid or rsa.

    Raises:
        BadParameter: it is neither.
    """
    if text not in _SUITES:
        raise typer.BadParameter(f"there is no suite {text!r}; there are: {', '.join(_SUITES)}.")
    return _SUITES[text]


def days(help: str) -> Any:
    """Return the option --days: a number above 0, up to a hundred years."""
    return typer.Option("--days", help=help, callback=_days, metavar="DAYS")


def _days(value: float) -> float:
    # Written so that "nan", which compares with nothing, is refused too.
    if not 0 < value <= _LONGEST_DAYS:
        raise typer.BadParameter(f"{value:g} days; give more than 0 and at most {_LONGEST_DAYS}.")
    return value
