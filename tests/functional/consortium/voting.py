"""Steps of a vote: propose as the first founder, and let three of four carry it."""

from __future__ import annotations

from typing import Any

from tests.alliance import DAY, Alliance, now, parameters_of

RULES = (0b000_100_010, True, 3, 1 << 5)
INSURER, RESEARCHER = 1, 2


def propose(alliance: Alliance, function: Any, *given: Any) -> Any:
    """Propose for a day; return the transaction."""
    return function(*given, now() + DAY, {"from": alliance.founders[0]})


def approve(alliance: Alliance, proposed: Any) -> tuple[Any, ...]:
    """Let three vote for a proposal; return the arguments that enact it."""
    id = proposed.events["ProposalOpened"]["id"]
    for house in alliance.founders[:3]:
        alliance.consortium.vote(id, True, {"from": house})
    return id, parameters_of(proposed), {"from": alliance.founders[0]}


def decide(alliance: Alliance, function: Any, *given: Any) -> Any:
    """Propose, vote and enact; return the enacting transaction."""
    return alliance.consortium.enact(*approve(alliance, propose(alliance, function, *given)))
