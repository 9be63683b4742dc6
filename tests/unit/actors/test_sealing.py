"""Anchoring that was overtaken is tried once more, and nothing else is (P04)."""

from __future__ import annotations

import pytest
from chartkey.actors.sealing import sealing_again
from chartkey.errors import ContractRefused


def refusing(*errors: str) -> tuple[list[str], object]:
    calls: list[str] = []

    def anchor() -> None:
        calls.append("anchored")
        if len(calls) <= len(errors):
            raise ContractRefused(error=errors[len(calls) - 1], arguments={})

    return calls, anchor


@pytest.mark.parametrize("error", ["RecordEpochInvalid", "RecordNonceUsed"])
def test_what_was_overtaken_is_sealed_again(error: str) -> None:
    calls, anchor = refusing(error)
    sealing_again(anchor)  # type: ignore[arg-type]
    assert len(calls) == 2


@pytest.mark.parametrize("error", ["RecordParentInvalid", "RecordAuthorInactive"])
def test_what_is_refused_for_good_is_not(error: str) -> None:
    calls, anchor = refusing(error)
    with pytest.raises(ContractRefused):
        sealing_again(anchor)  # type: ignore[arg-type]
    assert len(calls) == 1


def test_what_is_overtaken_twice_is_given_up() -> None:
    calls, anchor = refusing("RecordEpochInvalid", "RecordEpochInvalid")
    with pytest.raises(ContractRefused):
        sealing_again(anchor)  # type: ignore[arg-type]
    assert len(calls) == 2
