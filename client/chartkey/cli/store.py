"""Content stores: putting in, taking out, looking after, backing up. No chain is needed."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from chartkey.cli.session import session_of
from chartkey.cli.storechoice import Copies, Stores, chosen

if TYPE_CHECKING:
    from chartkey.storage.health import Ailment

__all__ = ["app"]

app = typer.Typer(help="Content stores: embedded, Kubo, gateways, mirrors, CAR files.")

_FAULTY: Final = 1
CidArgument = Annotated[str, typer.Argument(metavar="CID", help="A file or folder.")]


@app.command()
def add(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A file or folder, as it is.")],
    stores: Stores = None,
    copies: Copies = None,
    profile: Annotated[
        str, typer.Option(help="What decides the CID: unixfs-v1-2025 or unixfs-v0-2015.")
    ] = "unixfs-v1-2025",
) -> None:
    """Store a file or folder unencrypted, as it is, and pin it; print its CID."""
    from chartkey.storage import PROFILES

    session = session_of(context)
    if profile not in PROFILES:
        raise typer.BadParameter(f"{profile!r} is no profile; there are {', '.join(PROFILES)}.")
    with chosen(session, stores, copies) as store, session.out.working("storing"):
        if path.is_dir():
            added = store.add_folder(path, PROFILES[profile])
        else:
            with path.open("rb") as source:
                added = store.add(source, PROFILES[profile])
    session.out.show(added._asdict(), added.cid)


@app.command()
def read(
    context: typer.Context,
    cid: CidArgument,
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="Where it goes; not there yet.")],
    stores: Stores = None,
) -> None:
    """Write a file or folder, every block verified, to a new place."""
    session = session_of(context)
    with chosen(session, stores) as store, session.out.working("reading"):
        size = store.read_folder(cid, target) if store.is_folder(cid) else store.save(cid, target)
    session.out.show({"path": target, "size": size}, f"{size} bytes in {target}")


@app.command("list")
def list_entries(context: typer.Context, cid: CidArgument, stores: Stores = None) -> None:
    """List a folder's entries."""
    session = session_of(context)
    with chosen(session, stores) as store:
        rows = [{"name": one.name, "cid": str(one.cid)} for one in store.entries(cid)]
    session.out.table(rows, "name cid", "The folder is empty.")


@app.command()
def pins(context: typer.Context, stores: Stores = None) -> None:
    """List what is pinned and, of several stores, which of them have it and which lack it."""
    from chartkey.storage.health import holdings

    session = session_of(context)
    with chosen(session, stores) as store:
        rows: list[dict[str, Any]] = [
            {"cid": one.cid, "copies": len(one.stores), "in": one.stores, "lacking": one.lacking}
            for one in holdings(store)
        ]
    if not session.out.as_json:
        rows = [row | {key: ", ".join(row[key]) for key in ("in", "lacking")} for row in rows]
    session.out.table(rows, "cid copies in lacking", "Nothing is pinned.")


@app.command()
def pin(
    context: typer.Context, cid: CidArgument, stores: Stores = None, copies: Copies = None
) -> None:
    """Keep a file or folder that is there; of several stores, in each of them."""
    session = session_of(context)
    with chosen(session, stores, copies) as store, session.out.working("pinning"):
        store.pin(cid)
    session.out.show({"cid": cid}, f"{cid} is pinned.")


@app.command()
def unpin(context: typer.Context, cid: CidArgument, stores: Stores = None) -> None:
    """Let a file or folder be collected."""
    session = session_of(context)
    with chosen(session, stores) as store:
        store.unpin(cid)
    session.out.show({"cid": cid}, f"{cid} is not pinned.")


@app.command()
def verify(context: typer.Context, stores: Stores = None) -> None:
    """Read everything; say what is damaged or missing, where, and which pins need it.

    The status is 1 if anything was found.
    """
    from chartkey.storage.health import ailments

    session = session_of(context)
    with chosen(session, stores) as store:
        rows = [_row(one) for one in ailments(store, session.out.counter)]
    session.out.done()
    if not session.out.as_json:
        rows = [row | {"pins": ", ".join(row["pins"])} for row in rows]
    session.out.table(rows, "store problem what pins", "Everything is as it should be.")
    if rows:
        raise typer.Exit(_FAULTY)


@app.command()
def repair(
    context: typer.Context,
    stores: Stores = None,
    source: Annotated[
        str | None,
        typer.Option("--from", metavar="ADDRESS", help="A store that has the good blocks."),
    ] = None,
) -> None:
    """Fetch again what is damaged, and what some of several stores lack.

    The status is 1 if something could not be put right.
    """
    from chartkey.storage import open_store
    from chartkey.storage.health import repair as repaired

    session = session_of(context)
    with chosen(session, stores) as store, closing(open_store(source) if source else store) as good:
        found = list(repaired(store, good, session.out.counter))
    session.out.done()
    rows = [{"store": one.store, "cid": one.cid, "problem": one.error} for one in found]
    session.out.table(rows, "store cid problem", "There was nothing to put right.")
    if any(one.error is not None for one in found):
        raise typer.Exit(_FAULTY)


@app.command()
def gc(context: typer.Context, stores: Stores = None) -> None:
    """Remove the blocks that no pin leads to, from embedded stores; Kubo collects by itself."""
    from chartkey.storage import EmbeddedStore
    from chartkey.storage.health import members

    session = session_of(context)
    rows = []
    with chosen(session, stores) as store:
        for one in members(store):
            if isinstance(one, EmbeddedStore):
                done = one.collect(session.out.counter)
                rows.append({"store": one.name, "blocks": done.blocks, "bytes": done.size})
    session.out.done()
    session.out.table(rows, "store blocks bytes", "None of these stores is collected from here.")


@app.command("export")
def export(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A CAR file to make.")],
    cids: Annotated[
        list[str] | None, typer.Argument(metavar="[CID]...", help="By default all that is pinned.")
    ] = None,
    stores: Stores = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file.")] = False,
) -> None:
    """Write files and folders, every block verified, to a CAR file."""
    from chartkey.storage.car import export_car

    session = session_of(context)
    with chosen(session, stores) as store:
        roots = cids or store.pins()
        blocks = export_car(roots, store, path, overwrite=overwrite, counter=session.out.counter)
    session.out.done()
    value = {"path": path, "roots": roots, "blocks": blocks, "size": path.stat().st_size}
    session.out.show(value, f"{len(roots)} files or folders, {blocks} blocks in {path}")


@app.command("import")
def import_car(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A CAR file.")],
    stores: Stores = None,
    copies: Copies = None,
) -> None:
    """Store and pin what a CAR file holds, every block verified; run again, it goes on."""
    from chartkey.storage import replicate
    from chartkey.storage.car import CarFile

    session = session_of(context)
    rows: list[dict[str, Any]] = []
    with chosen(session, stores, copies) as store, closing(CarFile(path)) as car:
        for root in car.pins():
            rows.append(replicate(root, car, store)._asdict())
            if session.out.counter:
                session.out.counter("files and folders", len(rows))
    session.out.done()
    session.out.table(rows, "cid size", "The file holds nothing.")


def _row(one: Ailment) -> dict[str, Any]:
    return {
        "store": one.store,
        "problem": one.fault.problem,
        "what": one.fault.what,
        "pins": one.fault.pins,
    }
