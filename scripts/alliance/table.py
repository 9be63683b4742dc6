"""Tables for people: plans, motions and the cast of the sandbox, aligned for wide characters."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from scripts.alliance.assembly import Outcome
from scripts.alliance.deployment import Planned

__all__ = ["outcome_lines", "plan_table", "table"]


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return rows with their columns aligned; the first row is the heading."""
    widths = [max(_width(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )


def plan_table(planned: Sequence[Planned]) -> str:
    """Return what a deployment would do, one contract a paragraph."""
    return (
        "\n".join(line for step in planned for line in _plan_lines(step)) + f"\n{_total(planned)}"
    )


def outcome_lines(outcomes: Sequence[Outcome]) -> str:
    """Return how motions stand, the enacted ones counted and the others named."""
    waiting = [outcome for outcome in outcomes if not outcome.enacted]
    lines = [f"{len(outcomes) - len(waiting)} of {len(outcomes)} motions are in force"]
    if waiting:
        lines.append("these wait for votes from elsewhere:")
    for outcome in waiting:
        votes = f"{outcome.yes} of {outcome.needed} votes"
        lines.append(f"  proposal {outcome.proposal}: {outcome.motion.title} ({votes})")
    return "\n".join(lines)


def _plan_lines(step: Planned) -> list[str]:
    if step.gas is None:
        return [f"{step.name:<20}{step.address}  stands already"]
    about = "" if step.exact else "about "
    return [
        f"{step.name:<20}{step.address}  to be deployed, {about}{step.gas:,} gas",
        *(f"    {name}: {_shown(value)}" for name, value in step.arguments),
    ]


def _total(planned: Sequence[Planned]) -> str:
    costs = [step.gas for step in planned if step.gas is not None]
    return f"{len(costs)} transactions, {sum(costs):,} gas" if costs else "no transactions"


def _shown(argument: Any) -> str:
    if isinstance(argument, bytes):
        return "0x" + argument.hex()
    if isinstance(argument, list | tuple):
        return "[" + ", ".join(_shown(entry) for entry in argument) + "]"
    return str(argument)


def _width(text: str) -> int:
    # Chinese characters take two columns of a terminal.
    return sum(2 if unicodedata.east_asian_width(mark) in "WF" else 1 for mark in text)
