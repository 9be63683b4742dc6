"""`pip install ./client` into an empty environment: a thin base that works, extras for the rest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts.alliance.stage import Alliance
from tests.chains import ROOT, Chain

pytestmark = pytest.mark.slow

CLIENT = ROOT / "client"
SAMPLES = ROOT / "build" / "samples"
FOREIGN = {"eth-brownie", "fhir-resources", "fhirpathpy", "kyber-py", "pydicom", "pytest"}
THIN = {
    *("web3", "eth-account", "coincurve", "cryptography", "pycryptodome"),
    *("ipfshttpclient", "multiformats", "typer"),
}


class Installed:
    """An environment of its own, with nothing of this project's on its path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith("CHARTKEY")
        }
        theirs = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV")
        # What is used of what pip installs is compiled then; the rest would take the longest.
        self._environment = {n: v for n, v in kept.items() if n not in theirs} | {
            "PIP_NO_COMPILE": "1"
        }
        # A pip of today resolves in half the time of the one that came with Python.
        command = [sys.executable, "-m", "venv", "--upgrade-deps", str(folder)]
        subprocess.run(command, check=True, capture_output=True, timeout=300)

    def run(self, program: str, *words: object) -> subprocess.CompletedProcess[str]:
        """Run one of the environment's programs outside the project's folder."""
        return subprocess.run(
            [str(self.folder / "bin" / program), *map(str, words)],
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    def done(self, program: str, *words: object) -> str:
        """Run a program that succeeds; return what it printed."""
        ended = self.run(program, *words)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    def packages(self) -> set[str]:
        """Return the names of what is installed, as registries write them."""
        listed = json.loads(self.done("pip", "list", "--format", "json"))
        return {entry["name"].lower().replace("_", "-").replace(".", "-") for entry in listed}


class Desk:
    """The command line of an environment, on a running alliance."""

    def __init__(self, installed: Installed, chain: Chain, alliance: Alliance) -> None:
        self.installed, self.chain, self.alliance = installed, chain, alliance

    def run(self, label: str, *words: object) -> subprocess.CompletedProcess[str]:
        acting = ["--key", self.alliance.keyset.keyfile(label), "--json"]
        place = ["--rpc", self.chain.rpc, "--manifest", self.alliance.manifest]
        return self.installed.run("chartkey", *place, *acting, *words)

    def json(self, label: str, *words: object) -> Any:
        ended = self.run(label, *words)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return json.loads(ended.stdout)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """An empty environment after `pip install ./client`."""
    installed = Installed(tmp_path_factory.mktemp("packaging") / "venv")
    before = {path for path in CLIENT.rglob("*") if "__pycache__" not in path.parts}
    installed.done("pip", "install", CLIENT)
    # What a build leaves behind in the sources would end up in the next one.
    assert {path for path in CLIENT.rglob("*") if "__pycache__" not in path.parts} == before
    return installed


@pytest.fixture
def desk(base: Installed, founded: tuple[Chain, Alliance]) -> Desk:
    return Desk(base, *founded)


def test_the_base_is_thin(base: Installed) -> None:
    packages = base.packages()
    assert packages >= {*THIN, "chartkey"}
    assert packages & FOREIGN == set()


def test_the_library_imports_without_its_heavy_parts(base: Installed) -> None:
    program = (
        "import sys, chartkey; print(*{'web3', 'pydicom', 'rich', 'typer'} & set(sys.modules))"
    )
    assert base.done("python", "-c", program).split() == []


def test_the_command_line_is_there(base: Installed) -> None:
    assert "Encrypted medical records" in base.done("chartkey", "--help")
    assert base.done("chartkey", "version").startswith("chartkey ")


@pytest.mark.parametrize(("sample", "extra"), [("summary.json", "fhir"), ("chest-ct.dcm", "dicom")])
def test_a_missing_extra_names_the_command_that_installs_it(
    desk: Desk, sample: str, extra: str
) -> None:
    address = desk.alliance.address("patient-zhang")
    ended = desk.run("dr-wang", "draft", address, SAMPLES / sample)
    assert (ended.returncode, ended.stderr) == (1, "")
    error = json.loads(ended.stdout)
    assert error["error"] == "extra-missing"
    assert error["message"].endswith(f"run: pip install 'chartkey[{extra}]'")
    assert desk.json("patient-zhang", "drafts") == []


def test_the_base_asks_grants_and_audits(desk: Desk, tmp_path: Path) -> None:
    address = desk.alliance.address("patient-zhang")
    asked = desk.json("dr-li", "request", address, "--reason", "转诊")
    granted = desk.json("patient-zhang", "approve", "--yes", "--language", "zh-CN")
    assert granted["request"] == asked["request"]
    html = tmp_path / "timeline.html"
    rows = desk.json("regulator", "audit", "timeline", "--html", html)
    assert any(row["event"] == "AccessGranted" and row["what"] for row in rows)
    assert html.exists()


# Last: it adds to the environment what the others find missing.
def test_the_extras_bring_the_rest(desk: Desk) -> None:
    desk.installed.done("pip", "install", f"{CLIENT}[fhir,dicom,audit]")
    assert desk.installed.packages() >= {"fhir-resources", "fhirpathpy", "pydicom", "rich"}
    address = desk.alliance.address("patient-zhang")
    for sample in ("summary.json", "chest-ct.dcm"):
        made = desk.json("dr-wang", "draft", address, SAMPLES / sample)
        desk.json("patient-zhang", "confirm", made["draft"], "--yes")
        read = desk.json("patient-zhang", "read", made["draft"])
        assert any("confirmed by the patient" in line for line in read["summary"])
