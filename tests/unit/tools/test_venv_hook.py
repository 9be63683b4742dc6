"""The project's Python finds the project's compiler and chains."""

import os
import runpy
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
HOOK = ROOT / "scripts" / "tools" / "venv_hook.py"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment at .venv of an empty project, with nothing set."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    monkeypatch.setenv("PATH", "/usr/bin")
    monkeypatch.setenv("SOLCX_BINARY_PATH", "/elsewhere")
    monkeypatch.delenv("CHAIN_NETWORK", raising=False)
    return tmp_path


def test_the_compiler_is_the_projects_whatever_the_user_has_set(project: Path) -> None:
    runpy.run_path(str(HOOK))
    assert os.environ["SOLCX_BINARY_PATH"] == str(project / "scripts" / "tools" / "solc")


def test_node_programs_come_first_on_the_path_and_once(project: Path) -> None:
    runpy.run_path(str(HOOK))
    runpy.run_path(str(HOOK))
    assert os.environ["PATH"] == f"{project}/node_modules/.bin:/usr/bin"


def test_ganache_takes_the_place_of_a_missing_anvil(project: Path) -> None:
    runpy.run_path(str(HOOK))
    assert os.environ["CHAIN_NETWORK"] == "ganache-cli"


def test_anvil_is_used_where_it_is(project: Path) -> None:
    programs = project / "node_modules" / ".bin"
    programs.mkdir(parents=True)
    (programs / "anvil").touch()
    runpy.run_path(str(HOOK))
    assert "CHAIN_NETWORK" not in os.environ


def test_it_is_what_this_environment_runs() -> None:
    import chartkey_toolchain

    assert Path(chartkey_toolchain.__file__).read_text() == HOOK.read_text()
