"""One page about a house's own set-up: what is well, what is not, and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from chartkey.cli.output import aligned, cell
from chartkey.cli.session import session_of

__all__ = ["doctor"]

_WRONG: Final = 1
_MARKS: Final = {"ok": "ok", "warning": "WARNING", "problem": "PROBLEM", "not configured": "-"}


def doctor(
    context: typer.Context,
    ipfs: Annotated[
        str | None,
        typer.Option(envvar="CHARTKEY_IPFS", metavar="ADDRESS", help="Kubo's RPC address."),
    ] = None,
    swarm: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Kubo's folder, where its swarm must be private."),
    ] = None,
    data: Annotated[
        list[Path] | None, typer.Option(help="A folder whose disk must have room; several times.")
    ] = None,
) -> None:
    """Check nodes, contracts, clocks, keys, IPFS, disks and versions; say what to do.

    What is not named is not checked. The status is 1 when there is a problem.
    """
    from dataclasses import asdict

    from chartkey.operator.diagnosis import Setup, diagnose
    from chartkey.operator.vitals import addresses

    session = session_of(context)
    setup = Setup(
        addresses(session.rpc),
        Path(session.manifest),
        Path(session.key) if session.key else None,
        ipfs,
        swarm,
        tuple(data or ()),
    )
    with session.out.working("checking"):
        checks = list(diagnose(setup))
    is_well = all(check.state != "problem" for check in checks)
    rows = [
        [_MARKS[check.state], check.name, cell(_sentence(check.found, check.advice))]
        for check in checks
    ]
    value = {"ok": is_well, "checks": [asdict(check) for check in checks]}
    session.out.show(value, aligned(rows))
    if not is_well:
        raise typer.Exit(_WRONG)


def _sentence(found: str, advice: str) -> str:
    return f"{found.rstrip('.')}. {advice}" if found and advice else found or advice
