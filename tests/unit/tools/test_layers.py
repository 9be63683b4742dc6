"""The check of import directions finds each wrong direction, and finds none in the client."""

from pathlib import Path

import pytest
from checks import layers

CLIENT = Path(__file__).resolve().parents[3] / "client" / "chartkey"


def found(folder: Path, file: str, text: str) -> list[str]:
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return list(layers.findings(folder))


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("errors.py", "from chartkey.models import Record"),
        ("models.py", "from chartkey import crypto"),
        ("crypto/seal.py", "from chartkey.chain import network"),
        ("crypto/seal.py", "from ..chain import network"),
        ("crypto/seal.py", "def f():\n    import chartkey.chain.network"),
        ("storage/store.py", "import chartkey.crypto.seal"),
        ("chain/call.py", "from chartkey.storage import cid"),
        ("audit/replay.py", "from chartkey.crypto import keys"),
        ("custody/slips.py", "from chartkey.actors import patient"),
        ("actors/patient.py", "from chartkey import cli"),
        ("actors/patient.py", "if True:\n    from brownie import accounts"),
        ("cli.py", "from scripts import deploy"),
        ("actors/patient.py", "from chartkey import Clinician"),
    ],
)
def test_a_wrong_direction_is_found(tmp_path: Path, file: str, text: str) -> None:
    (finding,) = found(tmp_path, file, text)
    assert finding.startswith(f"{tmp_path / file}:")


@pytest.mark.parametrize("module", ["web3", "fhir.resources", "pydicom", "ipfshttpclient"])
def test_a_heavy_library_at_import_time_is_found(tmp_path: Path, module: str) -> None:
    (finding,) = found(tmp_path, "chain/network.py", f"class A:\n    import {module}")
    assert "at import time" in finding


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("crypto/seal.py", "from chartkey.errors import EnvelopeDamaged"),
        ("crypto/seal.py", "from . import keys"),
        ("crypto/seal.py", "from .keys import Key\nfrom ..models import Record"),
        ("chain/network.py", "def f():\n    import web3"),
        (
            "chain/network.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import web3",
        ),
        ("actors/patient.py", "from chartkey.custody import slips"),
        ("__init__.py", "from chartkey.actors import Patient"),
        ("cli/audit.py", "from chartkey import Auditor, connect"),
    ],
)
def test_a_right_direction_passes(tmp_path: Path, file: str, text: str) -> None:
    assert found(tmp_path, file, text) == []


def test_the_clients_imports_point_one_way() -> None:
    assert list(layers.findings(CLIENT)) == []
