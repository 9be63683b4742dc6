"""One check of a house's set-up and how it ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from chartkey.errors import ChartkeyError

__all__ = ["Check", "State", "absent", "guarded", "ok", "problem", "warning"]


class State(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    ABSENT = "not configured"


@dataclass(frozen=True, slots=True)
class Check:
    """A check: its name, how it ended, what was found, and what to do about it."""

    name: str
    state: State
    found: str
    advice: str = ""


def ok(name: str, found: str) -> Check:
    """Return a check that found nothing wrong."""
    return Check(name, State.OK, found)


def warning(name: str, found: str, advice: str) -> Check:
    """Return a check that found what will be a problem, or may be one."""
    return Check(name, State.WARNING, found, advice)


def problem(name: str, found: str, advice: str) -> Check:
    """Return a check that found what must be put right."""
    return Check(name, State.PROBLEM, found, advice)


def absent(name: str, advice: str) -> Check:
    """Return a check of something that is not configured; how to name it is the advice."""
    return Check(name, State.ABSENT, "", advice)


def guarded(name: str, check: Callable[[], Check]) -> Check:
    """Return a check's result; an error of the library is one, and its message says what to do."""
    try:
        return check()
    except ChartkeyError as err:
        return problem(name, str(err), "")
