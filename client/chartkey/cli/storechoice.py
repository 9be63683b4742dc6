"""Which stores a command works on: options, the environment, or a TOML file that lists them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from chartkey.cli.output import tamed

if TYPE_CHECKING:
    from chartkey.cli.session import Session
    from chartkey.storage.mirror import PassedOver
    from chartkey.storage.store import BlockStore

__all__ = ["Copies", "Stores", "chosen"]

Stores = Annotated[
    list[str] | None,
    typer.Option(
        "--store",
        metavar="ADDRESS",
        envvar="CHARTKEY_STORE",
        help="A folder, http://… of a Kubo node, gateway+https://…, FILE.car, or a FILE.toml that "
        "lists several; given several times, all of them are one mirror.",
    ),
]
Copies = Annotated[
    int | None,
    typer.Option(min=1, metavar="NUMBER", help="How many stores must have it; by default all."),
]


@contextmanager
def chosen(
    session: Session, addresses: list[str] | None, copies: int | None = None
) -> Iterator[BlockStore]:
    """Open the store or mirror that was named, and close it; say which stores are passed over.

    Raises:
        BadParameter: none was named.
    """
    from chartkey.storage import open_stores

    if not addresses:
        raise typer.BadParameter("which store? Name it with --store or in CHARTKEY_STORE.")
    said: set[tuple[str, str]] = set()

    def report(passed: PassedOver) -> None:
        # Once for each store and cause: a store that is away misses every block.
        key = passed.store, passed.error.code
        if key not in said:
            said.add(key)
            print(f"chartkey: passed over: {tamed(str(passed.error))}", file=sys.stderr)

    store = open_stores(addresses, copies, report)
    try:
        yield store
    finally:
        store.close()
