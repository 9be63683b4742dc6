"""Watching over a network: heights, sealers, forks, what members answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from chartkey.cli.looking import document, lines
from chartkey.cli.output import aligned, cell
from chartkey.cli.sealing import sealers
from chartkey.cli.session import Session, session_of

if TYPE_CHECKING:
    from chartkey.chain.crosscheck import Report
    from chartkey.operator.past import Past
    from chartkey.operator.survey import Survey
    from chartkey.operator.trouble import Trouble

__all__ = ["COMMANDS"]

_WRONG: Final = 1
_BLOCKS: Final = 64
_FEWEST: Final = 2
_MOMENTARY: Final = ("reorganisation",)
"""What has happened, and does not last."""


def status(
    context: typer.Context,
    data: Annotated[
        list[Path] | None,
        typer.Option(help="A folder whose size is watched: a node's data, Kubo's; several times."),
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option(
            help="A file that keeps what was seen: reorganisations and growth since the last look."
        ),
    ] = None,
    watch: Annotated[
        float | None,
        typer.Option(min=0.2, metavar="SECONDS", help="Go on looking, and tell what changes."),
    ] = None,
) -> None:
    """Show nodes, sealers, forks and disks, problems first; --rpc takes several, by commas.

    It needs no contracts. The status is 1 when something is wrong.
    """
    from chartkey.operator.past import Past

    session = session_of(context)
    past = Past.load(state) if state else Past()
    if watch is not None:
        _follow(session, data or [], past, state, watch)
        return
    with session.out.working("looking"):
        seen = _look(session, data or [], past, state)
    session.out.show(document(seen), "" if session.out.as_json else "\n".join(lines(seen)))
    if not seen.ok:
        raise typer.Exit(_WRONG)


def check(
    context: typer.Context,
    blocks: Annotated[int, typer.Option(min=1, help="How many, up to the last.")] = _BLOCKS,
    last: Annotated[
        int | None, typer.Option(min=0, help="The last one; by default the newest confirmed.")
    ] = None,
) -> None:
    """Check several members' nodes against the chain's rules and each other; runs no node.

    Hashes, seals, receipts and logs are computed here and compared. --rpc takes two nodes or
    more, by commas. The status is 1 when something does not fit.
    """
    from chartkey.chain.crosscheck import CrossCheck
    from chartkey.operator.vitals import addresses

    session = session_of(context)
    rpcs = addresses(session.rpc)
    if len(rpcs) < _FEWEST:
        raise typer.BadParameter("name two members' nodes or more: --rpc ADDRESS,ADDRESS")
    nodes = CrossCheck(rpcs)
    confirmations, contracts = _deployment(session)
    with session.out.working("checking"):
        top = nodes.agreed_head(confirmations).number if last is None else last
        report = nodes.range(max(0, top - blocks + 1), top, contracts)
    session.out.show(_reported(report), "" if session.out.as_json else _told(report))
    if not report.ok:
        raise typer.Exit(_WRONG)


COMMANDS: tuple[Callable[..., Any], ...] = (status, sealers, check)


def _look(session: Session, folders: list[Path], past: Past, state: Path | None) -> Survey:
    from chartkey.operator.survey import survey
    from chartkey.operator.vitals import addresses

    seen = survey(addresses(session.rpc), folders, past)
    if state:
        past.save(state)
    return seen


def _follow(
    session: Session, folders: list[Path], past: Past, state: Path | None, seconds: float
) -> None:
    """Tell what begins and what ends, until interrupted."""
    import time
    from contextlib import suppress

    known: dict[tuple[str, str], Trouble] | None = None
    with suppress(KeyboardInterrupt):
        while True:
            seen = _look(session, folders, past, state)
            found = {(trouble.kind, trouble.subject): trouble for trouble in seen.troubles}
            if known is None and not found:
                _say(session, "well", "network", "note", "Nothing is wrong.")
            for key in found.keys() - (known or {}).keys():
                one = found[key]
                _say(session, one.kind, one.subject, "problem" if one.grave else "note", one.text)
            for key in (known or {}).keys() - found.keys():
                _say(session, *key, "over", "This is over.")
            known = {key: one for key, one in found.items() if one.kind not in _MOMENTARY}
            time.sleep(seconds)


def _say(session: Session, kind: str, subject: str, level: str, text: str) -> None:
    """Print one line as it happens; with --json, one JSON value on it."""
    import json
    from datetime import UTC, datetime

    now = datetime.now(UTC).astimezone().isoformat(timespec="seconds")
    if session.out.as_json:
        row = {"time": now, "level": level, "kind": kind, "subject": subject, "text": text}
        print(json.dumps(row), flush=True)
    else:
        print(f"{now}  {level:7}  {cell(subject)}: {cell(text)}", flush=True)


def _deployment(session: Session) -> tuple[int | None, tuple[str, ...]]:
    """Return the manifest's confirmations and contracts; nothing where there is no manifest."""
    from chartkey.chain.manifest import Manifest

    if not Path(session.manifest).exists():
        return None, ()
    manifest = Manifest.load(session.manifest)
    return manifest.confirmations, tuple(one.address for one in manifest.contracts.values())


def _reported(report: Report) -> dict[str, Any]:
    from dataclasses import asdict

    return {"ok": report.ok, **asdict(report)}


def _told(report: Report) -> str:
    checked = (
        f"Blocks {report.first} to {report.last} at {len(report.rpcs)} nodes: "
        f"{report.receipts} receipts, {report.logs} logs."
    )
    if report.ok:
        return f"{checked} All as the headers say, every seal a sealer's, and the same everywhere."
    rows = [["node", "block", "problem"]]
    rows += [[one.rpc, str(one.block), cell(one.problem)] for one in report.findings]
    return f"{checked} These do not fit; believe none of those nodes:\n{aligned(rows)}"
