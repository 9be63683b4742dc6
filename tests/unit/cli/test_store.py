"""The commands on content stores: they need no chain, no key file, and say where things are."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chartkey.storage import EmbeddedStore

Run = Callable[..., Any]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    return tmp_path / "甲"


@pytest.fixture
def record(tmp_path: Path) -> Path:
    path = tmp_path / "record"
    path.write_bytes(os.urandom((1 << 20) + 7))
    return path


def blocks_of(house: Path) -> list[Path]:
    return sorted(path for path in (house / "blocks").rglob("*") if path.is_file())


def test_a_file_goes_in_and_comes_out(run: Run, house: Path, record: Path, tmp_path: Path) -> None:
    cid = run("store", "add", record, "--store", house).out.strip()
    assert run("store", "read", cid, tmp_path / "copy", "--store", house).status == 0
    assert (tmp_path / "copy").read_bytes() == record.read_bytes()
    again = run("store", "read", cid, tmp_path / "copy", "--store", house, "--json")
    assert (again.status, again.json["error"]) == (1, "file-exists")


def test_a_folder_goes_in_is_listed_and_comes_out(
    run: Run, house: Path, record: Path, tmp_path: Path
) -> None:
    study = tmp_path / "study"
    study.mkdir()
    (study / "报告.txt").write_text("ok")
    cid = run("store", "add", study, "--store", house, "--json").json["cid"]
    (entry,) = run("store", "list", cid, "--store", house, "--json").json
    assert entry["name"] == "报告.txt"
    run("store", "read", cid, tmp_path / "copy", "--store", house)
    assert (tmp_path / "copy" / "报告.txt").read_text() == "ok"


def test_the_older_profile_can_be_asked_for(run: Run, house: Path, record: Path) -> None:
    words = ("store", "add", record, "--store", house, "--profile")
    assert run(*words, "unixfs-v0-2015").out.startswith("Qm")
    assert run(*words, "unixfs-v9").status == 2


def test_pins_say_which_store_has_what(run: Run, house: Path, record: Path, tmp_path: Path) -> None:
    other = tmp_path / "乙"
    both = ("--store", house, "--store", other)
    cid = run("store", "add", record, *both).out.strip()
    EmbeddedStore(other).unpin(cid)
    (row,) = run("store", "pins", *both, "--json").json
    assert row == {"cid": cid, "copies": 1, "in": ["store '甲'"], "lacking": ["store '乙'"]}
    run("store", "pin", cid, *both)
    assert run("store", "pins", *both, "--json").json[0]["copies"] == 2
    run("store", "unpin", cid, *both)
    assert run("store", "pins", *both).out == "Nothing is pinned.\n"


def test_verify_names_the_damage_and_repair_puts_it_right(
    run: Run, house: Path, record: Path, tmp_path: Path
) -> None:
    other = tmp_path / "乙"
    cid = run("store", "add", record, "--store", house, "--store", other).out.strip()
    assert run("store", "verify", "--store", house).status == 0
    blocks_of(house)[0].write_bytes(b"damaged")
    found = run("store", "verify", "--store", house, "--json")
    assert found.status == 1
    (row,) = found.json
    assert (row["store"], row["problem"], row["pins"]) == ("store '甲'", "corrupt", [cid])
    assert cid in run("store", "verify", "--store", house).out
    mended = run("store", "repair", "--store", house, "--from", other, "--json")
    assert (mended.status, mended.json[0]["problem"]) == (0, None)
    assert run("store", "verify", "--store", house).status == 0


def test_what_cannot_be_repaired_is_said(run: Run, house: Path, record: Path) -> None:
    run("store", "add", record, "--store", house)
    blocks_of(house)[0].unlink()
    ended = run("store", "repair", "--store", house, "--from", house, "--json")
    assert ended.status == 1
    assert "is not in store" in ended.json[0]["problem"]


def test_gc_says_what_it_removed(run: Run, house: Path, record: Path) -> None:
    cid = run("store", "add", record, "--store", house).out.strip()
    run("store", "unpin", cid, "--store", house)
    (row,) = run("store", "gc", "--store", house, "--json").json
    assert (row["blocks"], blocks_of(house)) == (3, [])
    assert row["bytes"] > 1 << 20


def test_a_backup_is_written_and_taken_back(
    run: Run, house: Path, record: Path, tmp_path: Path
) -> None:
    cid = run("store", "add", record, "--store", house).out.strip()
    car = tmp_path / "backup.car"
    made = run("store", "export", car, "--store", house, "--json").json
    assert made == {"path": str(car), "roots": [cid], "blocks": 3, "size": car.stat().st_size}
    taken = run("store", "import", car, "--store", tmp_path / "new", "--json").json
    assert taken == [{"cid": cid, "size": record.stat().st_size}]
    assert run("store", "read", cid, tmp_path / "copy", "--store", car).status == 0
    assert (tmp_path / "copy").read_bytes() == record.read_bytes()


def test_a_damaged_backup_is_refused(run: Run, house: Path, record: Path, tmp_path: Path) -> None:
    run("store", "add", record, "--store", house)
    car = tmp_path / "backup.car"
    run("store", "export", car, "--store", house)
    whole = car.read_bytes()
    for damaged, code in ((whole[:-1], "car-invalid"), (whole[:-1] + b"?", "block-corrupt")):
        car.write_bytes(damaged)
        ended = run("store", "import", car, "--store", tmp_path / "new", "--json")
        assert (ended.status, ended.json["error"]) == (1, code)


def test_a_store_that_is_away_is_passed_over_and_said(run: Run, house: Path, record: Path) -> None:
    both = ("--store", house, "--store", "http://127.0.0.1:9")
    cut = run("store", "add", record, *both)
    assert cut.status == 1
    assert "passed over: Kubo at 127.0.0.1:9 does not answer" in cut.err
    assert "1 of the 2 stores" in cut.err
    enough = run("store", "add", record, *both, "--copies", 1)
    assert enough.status == 0


def test_no_store_at_all_is_typed_wrongly(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHARTKEY_STORE", raising=False)
    ended = run("store", "pins")
    assert ended.status == 2
    assert "--store" in ended.err


def test_the_store_may_be_named_in_the_environment(
    run: Run, house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHARTKEY_STORE", str(house))
    assert run("store", "pins", "--json").json == []
