"""Files beside a key file: no two key files share one, and none is anybody else's (T13, T27)."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from chartkey.actors.device import Device, beside
from chartkey.custody.database import RecordSlip

SLIP = RecordSlip("0x" + "11" * 20, bytes(range(32)), bytes(32), b"s" * 48)
NAMES = ("wang.json", "wang", "wang.a.json", "wang.b.json", "wang.json.bak")


class Promised:
    """As much of a signed promise as is written down."""

    def as_dict(self) -> dict[str, Any]:
        return {"index": 7}


def keys(path: Path) -> Any:
    return SimpleNamespace(path=path, address="0x" + "22" * 20)


def test_labels_with_dots_do_not_collide(tmp_path: Path) -> None:
    paths = {beside(keys(tmp_path / name), ".slips") for name in NAMES}
    assert len(paths) == len(NAMES)
    assert {path.parent for path in paths} == {tmp_path}


def test_a_promise_is_one_line_of_json(tmp_path: Path) -> None:
    Device(keys(tmp_path / "zhang.json")).keep_promise(Promised())  # type: ignore[arg-type]
    path = tmp_path / "zhang.json.promises"
    assert json.loads(path.read_text()) == {"index": 7}
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_promise_is_not_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "zhang.json.promises").symlink_to(tmp_path / "elsewhere")
    Device(keys(tmp_path / "zhang.json")).keep_promise(Promised())  # type: ignore[arg-type]
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("mode", [0o644, 0o660])
def test_slips_that_others_may_read_are_not_used(tmp_path: Path, mode: int) -> None:
    Device(keys(tmp_path / "zhang.json")).keep_slip(SLIP)
    (tmp_path / "zhang.json.slips").chmod(mode)
    again = Device(keys(tmp_path / "zhang.json"))
    assert again.slip(SLIP.relationship, SLIP.record, SLIP.root) is None
