"""Set-up names what a machine lacks, and never takes what is half finished for finished."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PROGRAMS = [
    "sh",
    "awk",
    "cat",
    "cksum",
    "cp",
    "date",
    "dirname",
    "find",
    "mkdir",
    "rm",
    "sed",
    "sort",
    "tail",
    "uname",
]
INPUTS = [
    "requirements.txt",
    "package.json",
    "package-lock.json",
    "client/pyproject.toml",
    "scripts/tools/setup.sh",
    "scripts/tools/venv_hook.py",
    "scripts/tools/samples.py",
    "scripts/tools/samples.json",
    "scripts/alliance/cast.py",
    "scripts/alliance/keyset.py",
    "brownie-config.yaml",
    "contracts/Summary.sol",
    "interfaces/ISummary.sol",
]
# Stands in for Python: answers what set-up asks before it builds, then plays .venv's own Python.
PYTHON = """#!/bin/sh
case "$*" in
  *version_info*) echo "{version}" ;;
  *ensurepip*) exit {without_venv} ;;
  "-m venv"*) echo "venv $*" >>calls
    mkdir -p .venv/bin .venv/site && cp "$0" .venv/bin/python && cp "$0" .venv/bin/brownie ;;
  *purelib*) echo .venv/site ;;
  *"-r requirements.txt") echo "lock" >>calls && [ ! -f pip-breaks ] ;;
  *) echo "${{0##*/}} $*" >>calls ;;
esac
"""
NODE = '#!/bin/sh\necho "v{version}"\n'
NPM = (
    '#!/bin/sh\necho "npm $*" >>calls\n'
    "mkdir -p node_modules build/samples build/sandbox-keys build/contracts\n"
)


class Clone:
    """A copy of what set-up reads, on a machine whose programs are all stand-ins."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.programs = folder / "programs"
        self.programs.mkdir()
        for name in INPUTS:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
        for name in PROGRAMS:
            (self.programs / name).symlink_to(shutil.which(name))

    def install(self, name: str, script: str) -> None:
        file = self.programs / name
        file.write_text(script)
        file.chmod(0o755)

    def python(self, version: str, *, without_venv: int = 0, name: str = "python3.11") -> None:
        self.install(name, PYTHON.format(version=version, without_venv=without_venv))

    def node(self, version: str) -> None:
        self.install("node", NODE.format(version=version))
        self.install("npm", NPM)

    def set_up(self, make: str | None = "4.3") -> subprocess.CompletedProcess[str]:
        environment = {"PATH": str(self.programs), "HOME": str(self.folder)}
        if make:
            environment["MAKE_VERSION"] = make
        return subprocess.run(
            ["scripts/tools/setup.sh"],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def calls(self) -> list[str]:
        """What was built since the last time this was asked."""
        file = self.folder / "calls"
        text = file.read_text() if file.exists() else ""
        file.unlink(missing_ok=True)
        return text.splitlines()


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


@pytest.fixture
def ready(clone: Clone) -> Clone:
    clone.python("3.11")
    clone.node("20.20.2")
    return clone


def test_an_empty_machine_is_told_everything_it_lacks_at_once(clone: Clone) -> None:
    outcome = clone.set_up(make=None)
    assert outcome.returncode == 1
    for wanted in (
        "Python 3.11",
        "python3.11-venv",
        "Node.js 20",
        "nodejs.org",
        "GNU make",
        "apt install make",
    ):
        assert wanted in outcome.stderr
    assert clone.calls() == []


@pytest.mark.parametrize("version", ["3.8", "3.10", "3.13", "4.0"])
def test_a_python_of_the_wrong_version_is_named_with_its_version(
    ready: Clone, version: str
) -> None:
    ready.python(version)
    outcome = ready.set_up()
    assert outcome.returncode == 1
    assert f"python3.11 is {version}" in outcome.stderr
    assert "apt install python3.11" in outcome.stderr


def test_an_old_python_does_not_hide_a_suitable_one(ready: Clone) -> None:
    ready.python("3.9")
    ready.python("3.12", name="python3")
    assert ready.set_up().returncode == 0


def test_a_python_without_venv_is_told_its_package(ready: Clone) -> None:
    ready.python("3.11", without_venv=1)
    outcome = ready.set_up()
    assert outcome.returncode == 1
    assert "apt install python3.11-venv" in outcome.stderr


@pytest.mark.parametrize("version", ["18.20.4", "19.9.0", "8.0.0"])
def test_an_old_node_is_named_with_its_version(ready: Clone, version: str) -> None:
    ready.node(version)
    outcome = ready.set_up()
    assert outcome.returncode == 1
    assert f"node is {version}" in outcome.stderr
    assert "nvm install 20" in outcome.stderr


def test_a_missing_npm_is_named(ready: Clone) -> None:
    (ready.programs / "npm").unlink()
    outcome = ready.set_up()
    assert outcome.returncode == 1
    assert "npm, which comes with Node.js" in outcome.stderr


def test_an_old_make_is_named_with_its_version(ready: Clone) -> None:
    outcome = ready.set_up(make="3.80")
    assert outcome.returncode == 1
    assert "make is 3.80" in outcome.stderr


def test_the_first_run_builds_everything_and_the_second_nothing(ready: Clone) -> None:
    first = ready.set_up()
    assert first.returncode == 0, first.stdout
    assert first.stdout.endswith("set-up: ready\n")
    assert len(ready.calls()) >= 4
    second = ready.set_up()
    assert (second.returncode, second.stdout, ready.calls()) == (0, "", [])


@pytest.mark.parametrize(
    ("changed", "wanted", "unwanted"),
    [
        ("requirements.txt", "lock", "npm"),
        ("package-lock.json", "npm ci", "lock"),
        ("contracts/Summary.sol", "brownie compile --all", "npm"),
        ("interfaces/ISummary.sol", "brownie compile --all", "npm"),
    ],
)
def test_a_changed_input_repeats_its_own_step(
    ready: Clone, changed: str, wanted: str, unwanted: str
) -> None:
    ready.set_up()
    ready.calls()
    with (ready.folder / changed).open("a") as file:
        file.write("\n")
    assert ready.set_up().returncode == 0
    calls = ready.calls()
    assert any(call.startswith(wanted) for call in calls)
    assert not any(call.startswith(unwanted) for call in calls)


def test_a_step_that_failed_is_named_and_done_again_from_the_start(ready: Clone) -> None:
    (ready.folder / "pip-breaks").touch()
    outcome = ready.set_up()
    assert outcome.returncode == 1
    assert "stopped at: Python packages" in outcome.stdout
    assert not any(call.startswith("npm") for call in ready.calls())
    (ready.folder / "pip-breaks").unlink()
    assert ready.set_up().returncode == 0
    calls = ready.calls()
    assert "venv -m venv --clear .venv" in calls
    assert "lock" in calls


def test_a_finished_environment_is_brought_up_to_date_in_place(ready: Clone) -> None:
    ready.set_up()
    ready.calls()
    with (ready.folder / "requirements.txt").open("a") as file:
        file.write("\n")
    ready.set_up()
    assert "venv -m venv .venv" in ready.calls()


def test_a_moved_environment_is_thrown_away(ready: Clone) -> None:
    ready.set_up()
    ready.calls()
    moved = ready.folder.with_name("moved")
    os.rename(ready.folder, moved)
    ready.folder, ready.programs = moved, moved / "programs"
    assert ready.set_up().returncode == 0
    assert "venv -m venv --clear .venv" in ready.calls()


def test_a_deleted_environment_is_built_again(ready: Clone) -> None:
    ready.set_up()
    ready.calls()
    shutil.rmtree(ready.folder / ".venv")
    assert ready.set_up().returncode == 0
    assert "lock" in ready.calls()


@pytest.mark.parametrize(("program", "is_noted"), [("ganache-cli", True), ("anvil", False)])
def test_network_settings_of_an_older_brownie_are_noted(
    ready: Clone, program: str, is_noted: bool
) -> None:
    file = ready.folder / ".brownie" / "network-config.yaml"
    file.parent.mkdir()
    file.write_text(f"development:\n  - name: x\n    id: development\n    cmd: {program}\n")
    outcome = ready.set_up()
    assert outcome.returncode == 0
    assert ("older Brownie" in outcome.stdout) == is_noted
