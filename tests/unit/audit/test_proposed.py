"""What a proposal is about, whether or not it was ever enacted."""

from __future__ import annotations

import pytest
from chartkey.audit import replay
from chartkey.audit.names import Names
from chartkey.audit.proposed import proposed
from chartkey.models import Action
from eth_abi import encode

from tests.unit.audit.story import CLINIC, DETAILS_TYPE, MANIFEST, PROFILE, REGULATOR, details

NAMES = Names(replay([]), MANIFEST)


@pytest.mark.parametrize(
    ("action", "types", "values", "words"),
    [
        (Action.ADMIT_REGULATOR, ["address", "string"], (REGULATOR, "市卫健委"), "市卫健委"),
        (
            Action.ADMIT_INSTITUTION,
            ["address", DETAILS_TYPE],
            (REGULATOR, tuple(details("县中医院", "二级甲等", 2).values())),
            "县中医院 (二级甲等, tier 2)",
        ),
        (Action.EXPEL_INSTITUTION, ["address"], (CLINIC,), "目录里的诊所"),
        (Action.RETIRE_PROFILE, ["bytes32"], (PROFILE,), f"0x{PROFILE.hex()[:6]}…"),
    ],
)
def test_a_proposal_is_told_in_a_few_words(
    action: Action, types: list[str], values: tuple[object, ...], words: str
) -> None:
    assert proposed(action, encode(types, values), NAMES).startswith(words)


@pytest.mark.parametrize("parameters", [b"", b"\xff" * 31, b"\xff" * 64, b"\0" * 31 + b"\x40"])
def test_parameters_that_do_not_decode_are_told_by_their_length(parameters: bytes) -> None:
    told = proposed(Action.ADMIT_INSTITUTION, parameters, NAMES)
    assert told == f"{len(parameters)} bytes"


def test_a_text_that_is_not_utf_8_is_told_by_its_length() -> None:
    parameters = encode(["address", "bytes"], [REGULATOR, b"\xff\xfe"])
    assert proposed(Action.ADMIT_REGULATOR, parameters, NAMES) == f"{len(parameters)} bytes"
