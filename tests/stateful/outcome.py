"""What the models have in common: every step is allowed, or refused with a known error."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.alliance import refusal_of

happened: Counter[str] = Counter()
"""How often each function was carried out, and each error refused, in this process."""


class Refusal(Exception):
    """A model's reason not to allow a step: a custom error's name and arguments."""


def refuse_if(condition: bool, *error: Any) -> None:
    """Raise a model's refusal."""
    if condition:
        raise Refusal(*error)


def agree(allowed: Any, call: Any, *arguments: Any, sender: Any) -> Any:
    """Let model and contract decide on a step; fail when they differ.

    `allowed` is a function of no arguments that changes the model or raises Refusal. Returns the
    transaction, or None when both refuse.
    """
    options = {"from": sender}
    refused = _refused(allowed)
    if refused is None:
        happened[call._name] += 1
        return call(*arguments, options)
    happened[refused[0]] += 1
    found = refusal_of(call, *arguments, options)
    assert found == refused, (call._name, found, refused)
    return None


def _refused(allowed: Any) -> tuple[Any, ...] | None:
    try:
        allowed()
    except Refusal as refusal:
        return refusal.args
    return None
