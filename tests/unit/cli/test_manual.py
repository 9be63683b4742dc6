"""Every command that the manuals have an operator type exists, with every option it is given."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer
from chartkey.cli.application import app, arranged

ROOT = Path(__file__).resolve().parents[3]
FENCE = re.compile(r"```console\n(.*?)```", re.DOTALL)
SHARED = {"--rpc", "--manifest", "--key", "--affiliation", "--json"}


def typed() -> list[str]:
    """The command lines of OPERATIONS.md, and those that the units start."""
    text = (ROOT / "docs" / "OPERATIONS.md").read_text()
    lines = [line for fence in FENCE.findall(text) for line in fence.splitlines()]
    found = [line[2:] for line in lines if line.startswith("$ chartkey")]
    for unit in sorted((ROOT / "scripts" / "production").glob("*.service")):
        for line in unit.read_text().splitlines():
            if line.startswith("ExecStart=") and "/bin/chartkey " in line:
                found.append("chartkey " + line.partition("/bin/chartkey ")[2])
    return found


@pytest.mark.parametrize("line", typed())
def test_a_command_of_the_manual_exists(line: str) -> None:
    command = typer.main.get_command(app)
    words = arranged(shlex.split(line)[1:])
    while words and words[0] in SHARED:
        words = words[1:] if words[0] == "--json" else words[2:]
    while words and hasattr(command, "commands"):
        assert words[0] in command.commands, line
        command, words = command.commands[words[0]], words[1:]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known, line
    needed = [p for p in command.params if p.param_type_name == "argument" and p.required]
    assert len([word for word in words if not word.startswith("-")]) >= len(needed), line


def test_there_are_commands_to_look_at() -> None:
    assert len(typed()) > 15
