"""The README's tour, typed as it stands into a shell, on a sandbox of its own."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from scripts.alliance.artifacts import ORDER

ROOT = Path(__file__).resolve().parents[2]
MOST_LINES = 15
FENCE = re.compile(r"```(console|python)\n(.*?)```", re.DOTALL)
PROMPT = "$ "
DEPLOYER = "You deploy contracts"
PROGRAMMER = "You write a hospital's software"
AUDITOR = "You audit"
USERS = (DEPLOYER, PROGRAMMER, AUDITOR)


class Block(NamedTuple):
    """What one fence of the README has a reader type."""

    language: str
    lines: list[str]


def blocks(text: str) -> list[Block]:
    """Return what is typed in a part of the README; a console's output is not."""
    found = []
    for language, body in FENCE.findall(text):
        lines = [line for line in body.splitlines() if line.strip()]
        if language == "console":
            lines = [line.removeprefix(PROMPT) for line in lines if line.startswith(PROMPT)]
        found.append(Block(language, lines))
    return found


def tour() -> dict[str, list[Block]]:
    """Return each user's blocks, those before the first heading included."""
    text = (ROOT / "README.md").read_text("utf-8")
    section = text.split("\n## Tour\n")[1].split("\n## ")[0]
    first, *parts = section.split("\n### ")
    begun = blocks(first)
    return {part.partition("\n")[0]: begun + blocks(part) for part in parts}


def script(typed: list[Block]) -> str:
    """Return blocks as one shell script; Python is typed into the python that was started."""
    text = "set -e\n"
    for language, lines in typed:
        body = "\n".join(lines)
        if language == "python":
            text = text.removesuffix("python\n") + f"python - <<'TYPED'\n{body}\nTYPED\n"
        else:
            text += f"{body}\n"
    return text


class Shell:
    """A shell in the project's folder, with a sandbox in another folder than the reader's own."""

    def __init__(self, sandbox: Path) -> None:
        self.sandbox = sandbox
        kept = {name: value for name, value in os.environ.items() if "CHARTKEY" not in name}
        self._environment = kept | {"SANDBOX": str(sandbox)}

    def type(self, text: str) -> str:
        """Type a script and return what it printed; its status is 0."""
        done = subprocess.run(
            ["bash", "-c", text.replace("build/sandbox/", f"{self.sandbox}/")],
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    shell = Shell(tmp_path_factory.mktemp("tour") / "sandbox")
    try:
        yield shell
    finally:
        shell.type("make sandbox-stop")


@pytest.fixture(scope="module")
def programmed(shell: Shell) -> str:
    """What the hospital's programmer saw; the auditor comes after."""
    return shell.type(script(tour()[PROGRAMMER]))


def test_the_tour_has_a_part_for_each_kind_of_user() -> None:
    assert tuple(tour()) == USERS


@pytest.mark.parametrize("user", USERS)
def test_a_users_first_task_takes_at_most_fifteen_lines(user: str) -> None:
    typed = sum(len(block.lines) for block in tour()[user])
    assert 0 < typed <= MOST_LINES


def test_the_hospitals_programmer_reads_the_patient_summary(programmed: str) -> None:
    assert programmed.splitlines()[-1].startswith("患者摘要")


def test_the_deployer_finds_the_contracts_as_the_manifest_says(shell: Shell) -> None:
    printed = shell.type(script(tour()[DEPLOYER]))
    assert f"{len(ORDER)} transactions" in printed
    assert "RelationshipFactory deployed at 0x" in printed
    assert "28 of 28 motions are in force" in printed
    assert "contracts stand" in printed
    assert f"Contracts  all {len(ORDER)} as {shell.sandbox}/mine.json says" in printed
    assert printed.count("  active") == 2


@pytest.mark.usefixtures("programmed")
def test_the_auditor_sees_who_could_read_the_record(shell: Shell) -> None:
    printed = shell.type(script(tour()[AUDITOR]))
    assert "rebuild the state" in printed
    assert "wrote a record (patient-summary)" in printed
    assert "could read: 朝阳里社区卫生服务中心" in printed
    assert "The owner revoked the grant" in printed
    assert (shell.sandbox / "timeline.html").read_text("utf-8").startswith("<!doctype html>")
