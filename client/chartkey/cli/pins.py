"""Which institutions hold which ciphertext; bringing it to enough of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from chartkey.cli.session import Session, session_of

if TYPE_CHECKING:
    from chartkey.operator.pins import Survey
    from chartkey.storage.store import BlockStore

__all__ = ["app"]

app = typer.Typer(
    help="Which institutions hold which ciphertext, and bringing it to enough of them.",
    invoke_without_command=True,
)
_SHORT: Final = 1

StoreOption = Annotated[
    list[str] | None,
    typer.Option(
        "--store",
        metavar="[NAME=]ADDRESS",
        help="An institution's store, several times; by default those that the manifest lists.",
    ),
]
ListOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--list",
        metavar="FILE",
        help="What an institution said that it holds, where its store cannot be asked from here: "
        "the output of its own `chartkey pins show --store NAME=ADDRESS --json`. Houses are told "
        "apart by NAME.",
    ),
]
CopiesOption = Annotated[int, typer.Option(min=1, help="How many institutions must hold a file.")]
VerifyOption = Annotated[
    bool, typer.Option("--verify", help="Read every block of every file at every institution.")
]


@app.callback()
def pins(context: typer.Context) -> None:
    """Show where copies are; `repair` brings what has too few to further institutions."""
    if context.invoked_subcommand is None:
        show(context)


@app.command()
def show(
    context: typer.Context,
    stores: StoreOption = None,
    lists: ListOption = None,
    copies: CopiesOption = 2,
    verify: VerifyOption = False,
) -> None:
    """Say which institutions hold each file. The status is 1 if one has too few copies."""
    session = session_of(context)
    with _houses(session, stores) as houses:
        found = _survey(session, houses, lists, verify=verify)
    short = found.short(copies)
    if session.out.as_json:
        session.out.show(_document(found, copies), "")
    else:
        rows = [_row(one, copies) for one in found.placements]
        session.out.table(rows, "cid copies in damaged", "Nothing is pinned anywhere.")
        _tell(found, copies)
    if short or found.away:
        raise typer.Exit(_SHORT)


@app.command()
def repair(
    context: typer.Context,
    stores: StoreOption = None,
    lists: ListOption = None,
    copies: CopiesOption = 2,
    verify: VerifyOption = False,
    into: Annotated[
        list[str] | None,
        typer.Option("--into", metavar="NAME", help="Write to this institution only; several."),
    ] = None,
) -> None:
    """Bring what too few institutions hold to further ones; run again, it goes on.

    Nothing is ever unpinned. The status is 1 if a file still has too few copies.
    """
    from chartkey.operator.pins import replenish

    session = session_of(context)
    rows: list[dict[str, Any]] = []
    with _houses(session, stores) as houses:
        found = _survey(session, houses, lists, verify=verify)
        chosen = frozenset(into) if into else None
        if chosen and (unknown := chosen - set(houses)):
            raise typer.BadParameter(f"there is no store of {', '.join(sorted(unknown))}.")
        for done in replenish(found, houses, copies=copies, into=chosen):
            rows.append({"cid": done.cid, "into": done.house, "problem": done.error})
            if session.out.counter:
                session.out.counter("files", len(rows))
        after = _survey(session, houses, lists, verify=verify)
    session.out.done()
    left = [one.cid for one in after.short(copies)]
    if session.out.as_json:
        session.out.show({"tried": rows, "short": left, "away": dict(after.away)}, "")
    else:
        session.out.table(rows, "cid into problem", "There was nothing to copy.")
        _tell(after, copies)
    if left or any(row["problem"] for row in rows):
        raise typer.Exit(_SHORT)


@contextmanager
def _houses(session: Session, given: list[str] | None) -> Iterator[dict[str, BlockStore]]:
    """Open the stores, by institution.

    Raises:
        StoreUnavailable: a folder is missing, or an address is none; nothing was written.
    """
    opened = {name: _opened(name, address) for name, address in _places(session, given)}
    try:
        yield opened
    finally:
        for store in opened.values():
            store.close()


def _opened(name: str, address: str) -> BlockStore:
    """Open a store. A folder that is not there is a disk that is not: it is not made."""
    from chartkey.errors import StoreUnavailable
    from chartkey.storage import open_store

    if not ("://" in address or address.startswith("/ip") or Path(address).exists()):
        raise StoreUnavailable(store=name, problem=f"there is no {address}")
    return open_store(address)


def _places(session: Session, given: list[str] | None) -> Iterator[tuple[str, str]]:
    if given:
        for text in given:
            name, separator, address = text.partition("=")
            yield (name, address) if separator else (text, text)
        return
    from chartkey.chain.manifest import Manifest

    manifest = Manifest.load(session.manifest)
    if not manifest.institutions:
        raise typer.BadParameter("the manifest lists no institutions; name stores with --store.")
    for entry in manifest.institutions:
        remote = "://" in entry.store
        yield entry.name, entry.store if remote else str(manifest.locate(entry.store))


def _survey(
    session: Session, houses: dict[str, BlockStore], lists: list[Path] | None, *, verify: bool
) -> Survey:
    from chartkey.operator.pins import survey

    listed: dict[str, frozenset[str]] = {}
    for path in lists or ():
        for house, cids in _listed(path).items():
            # Who is asked here, or told of twice, is one house and not two.
            if house not in houses:
                listed[house] = listed.get(house, frozenset()) | cids
    found = survey(houses, listed, verify=verify, counter=session.out.counter)
    session.out.done()
    return found


def _listed(path: Path) -> dict[str, frozenset[str]]:
    """Return what a file says of each house in it."""
    import json

    from chartkey.errors import StoresInvalid
    from chartkey.storage.cid import parse

    told: dict[str, set[str]] = {}
    try:
        for entry in json.loads(path.read_bytes())["files"]:
            for house in entry["in"]:
                told.setdefault(str(house), set()).add(str(parse(entry["cid"])))
    except OSError as err:
        raise StoresInvalid(path=path, problem=err.strerror or "it cannot be read") from err
    except (ValueError, KeyError, TypeError, AttributeError) as err:
        problem = "it is not what `chartkey pins show --json` prints"
        raise StoresInvalid(path=path, problem=problem) from err
    return {house: frozenset(cids) for house, cids in told.items()}


def _document(found: Survey, copies: int) -> dict[str, Any]:
    files = [
        {"cid": one.cid, "in": list(one.houses), "damaged": list(one.damaged)}
        for one in found.placements
    ]
    short = [one.cid for one in found.short(copies)]
    return {"files": files, "short": short, "away": dict(found.away)}


def _row(one: Any, copies: int) -> dict[str, Any]:
    shown = f"{len(one.houses)}{'' if len(one.houses) >= copies else ' (too few)'}"
    return {
        "cid": one.cid,
        "copies": shown,
        "in": ", ".join(one.houses),
        "damaged": ", ".join(one.damaged),
    }


def _tell(found: Survey, copies: int) -> None:
    for house, problem in found.away.items():
        print(f"{house} is away: {problem}")
    count, short = len(found.placements), len(found.short(copies))
    if short:
        print(f"{short} of {count} files have fewer than {copies} copies: `chartkey pins repair`.")
    elif count:
        print(f"Each of {count} files has at least {copies} copies.")
