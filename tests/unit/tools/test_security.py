"""contracts/SECURITY.md is complete: time, calls, slither's comments, and evidence that exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CONTRACTS = ROOT / "contracts"
FUNCTION = re.compile(r"^    (?:function (\w+)|(constructor)|modifier (\w+))\b")
CALL = re.compile(
    r"\b(_(?:consortium|registrar|guardianship|appointments|batches)|relationship|summary"
    r"|SignatureChecker|Address|Clones|I(?:Relationship|Summary|Registrar)"
    r"(?=\())(?:\((?:[^()]|\([^()]*\))*\))?\s*\.\s*(\w+)\s*\("
)
SLITHER = re.compile(r"slither-disable-next-line ([\w-]+)")
ROW = re.compile(r"^\| `(\w+)\.(\w+)` \| (.+?) \|")
DIRECTION = re.compile("[\u2029-\u202e\u2066-\u2069]")
EVIDENCE = re.compile(r"`([\w./-]+?(?:\.py|\.sol|\.md|\.yaml|\.json|\.txt))(?:::(\w+))?`")


def section(title: str) -> list[str]:
    text = (CONTRACTS / "SECURITY.md").read_text("utf-8")
    return text.split(f"\n## {title}\n")[1].split("\n## ")[0].splitlines()


def rows(title: str) -> list[tuple[str, str, str]]:
    return [found.groups() for line in section(title) if (found := ROW.match(line))]


def functions() -> Iterator[tuple[str, str, str]]:
    """Yield (contract, function, body) of all there are; comments stay in it."""
    for path in sorted(CONTRACTS.rglob("*.sol")):
        name, body = "", ""
        for line in path.read_text("utf-8").splitlines():
            if start := FUNCTION.match(line):
                if name:
                    yield path.stem, name, body
                name, body = next(group for group in start.groups() if group), ""
            body += line + "\n"
        if name:
            yield path.stem, name, body


def test_every_use_of_the_time_is_listed() -> None:
    used = {(contract, name) for contract, name, body in functions() if "block.timestamp" in body}
    assert {(contract, name) for contract, name, _ in rows("Time")} == used


def test_every_external_call_is_listed() -> None:
    made = {
        (contract, name, f"{target}.{method}")
        for contract, name, body in functions()
        for target, method in CALL.findall(re.sub(r"//.*", "", body))
        if not method.startswith("predict")
    }
    listed = {
        (contract, name, call.strip("`"))
        for contract, name, calls in rows("External calls")
        for call in calls.split(", ")
    }
    assert listed == made


def test_everything_that_slither_is_told_is_listed() -> None:
    told = [
        (contract, name, detector)
        for contract, name, body in functions()
        for detector in SLITHER.findall(body)
    ]
    listed = [(c, name, detector.strip("`")) for c, name, detector in rows("What slither is told")]
    assert sorted(listed) == sorted(told)


def sources() -> Iterator[tuple[Path, str]]:
    for folder in (CONTRACTS, ROOT / "interfaces"):
        for path in sorted(folder.rglob("*.sol")):
            yield path, path.read_text("utf-8")


def test_no_text_changes_its_direction() -> None:
    assert [path for path, text in sources() if DIRECTION.search(text)] == []


def test_code_is_ascii() -> None:
    code = [(path, re.sub(r"//.*", "", text)) for path, text in sources()]
    assert [path for path, text in code if not text.isascii()] == []


def test_all_evidence_exists() -> None:
    text = (CONTRACTS / "SECURITY.md").read_text("utf-8")
    missing = []
    for path, name in EVIDENCE.findall(text):
        places = [ROOT / path, ROOT / "tests" / "functional" / path, CONTRACTS / path]
        found = next((place for place in places if place.is_file()), None)
        if found is None or (name and f"def {name}(" not in found.read_text("utf-8")):
            missing.append(f"{path}::{name}")
    assert missing == []
