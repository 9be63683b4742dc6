"""What an auditor asks a contract."""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["Question"]


class Question(NamedTuple):
    """One view to ask, and the answer that the events promise.

    ``noun`` is what is counted, ``entity`` names the one entry. ``address`` is None for the
    manifest's own contracts. ``expected`` has the ABI's types; a struct is a tuple.
    """

    noun: str
    entity: str
    contract: str
    address: str | None
    function: str
    args: tuple[Any, ...]
    expected: Any
