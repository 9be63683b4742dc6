"""The check of re-raises finds a raise that leaves open what becomes of the handled exception."""

from pathlib import Path

import pytest
from checks import reraises

HANDLER = "try:\n    pass\nexcept ValueError as err:\n    "


def found(folder: Path, body: str) -> list[str]:
    file = folder / "sample.py"
    file.write_text(HANDLER + body)
    return list(reraises.findings([file]))


@pytest.mark.parametrize(
    "body",
    [
        "raise Wrong()",
        "raise err",
        "if True:\n        raise Wrong",
        "with open('x') as f:\n        raise Wrong",
        "try:\n        raise Wrong\n    finally:\n        pass",
        "try:\n        pass\n    except KeyError:\n        raise Wrong",
    ],
)
def test_a_raise_without_origin_is_found_once(tmp_path: Path, body: str) -> None:
    assert len(found(tmp_path, body)) == 1


@pytest.mark.parametrize(
    "body",
    [
        "raise",
        "raise Wrong() from err",
        "raise Wrong() from None",
        "def f():\n        raise Wrong",
        "pass\nraise Wrong",
    ],
)
def test_a_raise_with_origin_passes(tmp_path: Path, body: str) -> None:
    assert found(tmp_path, body) == []
