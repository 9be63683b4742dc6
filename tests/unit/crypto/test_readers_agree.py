"""The two readers of sealed files say the same of files that were meddled with (T03, T04, T07).

`make fuzz` lets a fuzzer and, with FUZZ_EXAMPLES, more of these examples look for a difference.
"""

from __future__ import annotations

import io
import os
from functools import partial

import pytest
from chartkey.crypto import independent
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz import targets
from tests.fuzz.meddling import CHANGES, chance_of, meddled

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "100"))
SLOW = {"attached": 10}
"""Targets that unwrap keys: fewer examples of them."""


@pytest.mark.parametrize("name", sorted(targets.TESTS))
def test_two_readers_say_the_same(name: str) -> None:
    count = max(10, EXAMPLES // SLOW.get(name, 1))

    @settings(max_examples=count, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.binary(max_size=64))
    def agree(data: bytes) -> None:
        targets.TESTS[name](data)

    agree()


def test_the_changes_reach_every_verdict() -> None:
    """Meddling that never opened, or only ever failed at the header, would prove little."""
    seen: set[tuple[str, bool]] = set()
    for number in range(300):
        chance = chance_of(number.to_bytes(4, "big"))
        data, _ = meddled(chance.choice(targets.FILES), chance)
        said, released = targets.outcome(partial(read, data))
        seen.add((said, bool(released)))
    assert {("opened", True), ("DecryptionFailed", True), ("DecryptionFailed", False)} <= seen
    assert ("FormatUnknown", False) in seen
    assert len(CHANGES) >= 6


def read(data: bytes, target: io.BytesIO) -> None:
    """Open a payload with the second reader."""
    independent.open_payload(io.BytesIO(data), target, targets.DEK, targets.PLACE)
