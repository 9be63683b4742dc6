"""The contracts' rules: numbered without a gap, each proven by a test that exists."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
RULE = re.compile(r"^\| (\d+) \| (.+) \| `(\S+\.py)::(\w+)` \|$")


def rules() -> list[tuple[int, str, Path, str]]:
    text = (ROOT / "contracts" / "README.md").read_text("utf-8")
    found = [RULE.match(line) for line in text.splitlines()]
    functional = ROOT / "tests" / "functional"
    return [(int(m[1]), m[2], functional / m[3], m[4]) for m in found if m]


def test_rules_are_numbered_without_a_gap() -> None:
    assert [number for number, *_ in rules()] == list(range(1, len(rules()) + 1))
    assert len(rules()) > 40


def test_every_rule_says_who_alone_may_do_what() -> None:
    assert [text for _, text, *_ in rules() if not text.startswith("Only ")] == []


def test_every_rule_is_proven_by_a_test_that_exists() -> None:
    missing = [
        f"{path.name}::{name}"
        for _, _, path, name in rules()
        if not path.is_file() or f"def {name}(" not in path.read_text("utf-8")
    ]
    assert missing == []
