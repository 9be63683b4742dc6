"""Who seals the chain: the consortium's decision beside Clique's, and carrying it out."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from chartkey.cli.output import aligned, cell, tamed
from chartkey.cli.session import Session, session_of

if TYPE_CHECKING:
    from chartkey.operator.ballot import Ballot, Plan, Seat

__all__ = ["sealers"]

_DIFFERS: Final = 1
_LEAST_PAUSE: Final = 2.0
_PERIODS: Final = 3
_WORDS: Final = {
    "agreed": "admitted, seals",
    "admitted": "ADMITTED, DOES NOT SEAL YET",
    "removed": "REMOVED, STILL SEALS",
    "founding": "seals since the genesis, not voted on",
    "stranger": "SEALS, WAS NEVER ADMITTED",
    "undecided": "voted on, not decided by the consortium",
}


def sealers(
    context: typer.Context,
    apply: Annotated[
        bool, typer.Option("--apply", help="Vote at this house's sealing node, through --ipc.")
    ] = False,
    ipc: Annotated[Path | None, typer.Option(help="The sealing node's socket, geth.ipc.")] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="With --apply: keep doing it, every few blocks.")
    ] = False,
    started: Annotated[
        list[str] | None,
        typer.Option(metavar="ADDRESS", help="An admitted sealer whose node is known to run."),
    ] = None,
    network: Annotated[
        Path | None, typer.Option(help="The network's description, for the houses' names.")
    ] = None,
) -> None:
    """Compare the sealers that the consortium decided on with those that seal; carry it out.

    More than half of the sealers must carry out the same. Votes that would halt the chain are
    refused. Without --apply the status is 1 when decision and sealers differ.
    """
    session = session_of(context)
    if apply is not (ipc is not None):
        raise typer.BadParameter("--apply and --ipc belong together.")
    if follow and not apply:
        raise typer.BadParameter("--follow is for --apply.")
    names = _described(network)
    if ipc is not None:
        _apply(session, ipc, started or [], follow, names)
        return
    from chartkey.operator.ballot import ballot_of

    found = ballot_of(session.net)
    value = {"agreed": found.agreed, **_document(session, found, names)}
    session.out.show(value, _table(session, found, names))
    if not found.agreed:
        raise typer.Exit(_DIFFERS)


def _apply(
    session: Session, ipc: Path, started: list[str], follow: bool, names: dict[str, str]
) -> None:
    from chartkey.chain.address import checksum
    from chartkey.errors import ChainError
    from chartkey.operator.ballot import require_chain
    from chartkey.operator.socket import NodeSocket

    socket, running = NodeSocket(ipc), [checksum(address) for address in started]
    require_chain(socket, session.net.chain_id)
    refused, pause = _once(session, socket, running, names)
    while follow:
        time.sleep(pause)
        try:
            refused, pause = _once(session, socket, running, names, quiet=True)
        except ChainError as err:
            # Nodes are restarted now and then; whoever keeps an eye on this must outlive that.
            print(f"chartkey: {tamed(str(err))}", file=sys.stderr, flush=True)
    if refused:
        raise typer.Exit(_DIFFERS)


def _once(
    session: Session, socket: Any, started: list[str], names: dict[str, str], quiet: bool = False
) -> tuple[bool, float]:
    """Bring a node's votes in line; return whether one was refused, and a pause in seconds."""
    from chartkey.chain.rpc import Rpc
    from chartkey.operator.ballot import ballot_of, carry_out, plan_of, proposals_of
    from chartkey.operator.seals import seals_of
    from chartkey.operator.vitals import addresses

    found = ballot_of(session.net)
    seals = seals_of(Rpc(addresses(session.rpc)[0]), found.counted_at)
    working = [one.address for one in seals.sealers if not one.idle] if seals else []
    plan = plan_of(found, working, proposals_of(socket), started)
    carry_out(plan, socket)
    if plan.propose or plan.discard or not quiet:
        _show_plan(session, found, plan, names)
    return bool(plan.refused), max(_LEAST_PAUSE, _PERIODS * (seals.period if seals else 0))


def _show_plan(session: Session, found: Ballot, plan: Plan, names: dict[str, str]) -> None:
    done = [f"votes to {'admit' if yes else 'remove'} {who}" for who, yes in plan.propose.items()]
    done += [f"votes no more on {address}" for address in plan.discard]
    done += [f"votes on {address} when that is done" for address in plan.waiting]
    done += [f"refused {address}: {why}" for address, why in plan.refused.items()]
    text = "\n".join(done) or "This node votes as was decided; nothing was to be done."
    value = {
        **_document(session, found, names),
        "proposed": plan.propose,
        "discarded": plan.discard,
        "waiting": plan.waiting,
        "refused": plan.refused,
    }
    session.out.show(value, text)
    sys.stdout.flush()


def _document(session: Session, found: Ballot, names: dict[str, str]) -> dict[str, Any]:
    from dataclasses import asdict

    rows = [asdict(seat) | {"name": _named(session, seat, names)} for seat in found.seats]
    return {"decidedAt": found.decided_at, "countedAt": found.counted_at, "sealers": rows}


def _table(session: Session, found: Ballot, names: dict[str, str]) -> str:
    rows = [["sealer", "institution", "", "votes"]]
    for seat in found.seats:
        votes = ", ".join(_votes(seat, admit) for admit in (True, False) if _votes(seat, admit))
        name = cell(_named(session, seat, names))
        rows.append([seat.address, name, _WORDS[seat.standing], votes or "-"])
    needed = len(found.signers) // 2 + 1
    end = f"Decided by block {found.decided_at}, counted at block {found.counted_at}."
    if not found.agreed:
        end += (
            f" {needed} of {len(found.signers)} sealers must vote: "
            "`chartkey network sealers --apply` at each."
        )
    return f"{aligned(rows)}\n\n{end}"


def _votes(seat: Seat, admit: bool) -> str:
    count = sum(vote.admit is admit for vote in seat.votes)
    return f"{count} to {'admit' if admit else 'remove'}" if count else ""


def _named(session: Session, seat: Seat, names: dict[str, str]) -> str | None:
    return session.named(seat.institution) or names.get(seat.address)


def _described(path: Path | None) -> dict[str, str]:
    """Return the houses' names by sealer."""
    if path is None:
        return {}
    from chartkey.operator.description import Description

    return {house.sealer: house.name for house in Description.load(path).houses if house.sealer}
