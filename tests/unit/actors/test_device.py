"""What a person's device keeps beside the key file, and that it never stands in the way."""

from __future__ import annotations

import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from chartkey.actors.device import Device
from chartkey.custody.database import RecordSlip
from chartkey.errors import StoreUnavailable

SLIP = RecordSlip("0x" + "11" * 20, bytes(range(32)), bytes(32), b"s" * 48)


def device(path: Path) -> Device:
    keys: Any = SimpleNamespace(path=path, address="0x" + "22" * 20)
    return Device(keys)


class Promised:
    """As much of a signed promise as is written down."""

    def as_dict(self) -> dict[str, Any]:
        return {"custodian": "0x" + "33" * 20}


def test_a_slip_is_found_again_by_another_run(tmp_path: Path) -> None:
    device(tmp_path / "zhang.json").keep_slip(SLIP)
    again = device(tmp_path / "zhang.json")
    assert again.slip(SLIP.relationship, SLIP.record, SLIP.root) == SLIP.slip


@pytest.mark.parametrize("changed", ["relationship", "record", "root"])
def test_a_slip_is_that_of_one_record_in_one_place(tmp_path: Path, changed: str) -> None:
    kept = device(tmp_path / "zhang.json")
    kept.keep_slip(SLIP)
    place = {"relationship": SLIP.relationship, "record": SLIP.record, "root": SLIP.root}
    place[changed] = "0x" + "44" * 20 if changed == "relationship" else b"\xff" * 32
    assert kept.slip(**place) is None  # type: ignore[arg-type]


def test_what_it_keeps_is_its_owners_alone(tmp_path: Path) -> None:
    kept = device(tmp_path / "zhang.json")
    kept.keep_slip(SLIP)
    kept.keep_promise(Promised())  # type: ignore[arg-type]
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {0o600}


def test_promises_are_appended(tmp_path: Path) -> None:
    kept = device(tmp_path / "zhang.json")
    for _ in range(2):
        kept.keep_promise(Promised())  # type: ignore[arg-type]
    [promises] = tmp_path.glob("*.promises")
    assert len(promises.read_text().splitlines()) == 2


def test_a_device_that_cannot_be_written_loses_a_convenience_only(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    kept = device(tmp_path / "file" / "zhang.json")
    kept.keep_slip(SLIP)
    kept.keep_promise(Promised())  # type: ignore[arg-type]
    assert kept.slip(SLIP.relationship, SLIP.record, SLIP.root) is None


def test_P06_an_erased_slip_is_gone_from_the_device_and_stays_away(tmp_path: Path) -> None:
    kept = device(tmp_path / "zhang.json")
    kept.keep_slip(SLIP)
    kept.drop_slips(SLIP.relationship, [SLIP.record])
    kept.keep_slip(SLIP)
    assert kept.slip(SLIP.relationship, SLIP.record, SLIP.root) is None
    assert SLIP.slip not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_P06_a_device_that_cannot_erase_says_so(tmp_path: Path) -> None:
    (tmp_path / "zhang.json.slips").mkdir()
    with pytest.raises(StoreUnavailable, match="This device's file of slips"):
        device(tmp_path / "zhang.json").drop_slips(SLIP.relationship, [SLIP.record])
