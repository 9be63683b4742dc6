"""Which stores hold what, bringing files to enough of them, and the swarm's key."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from chartkey.errors import StorageError
from chartkey.operator.pins import replenish, survey
from chartkey.operator.swarm import fingerprint, new_swarm_key
from chartkey.storage import open_store
from chartkey.storage.store import BlockStore

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """A small file, and one of several blocks."""
    made = []
    for number, size in enumerate((100, 3_000_000)):
        path = tmp_path / f"file{number}"
        path.write_bytes(os.urandom(size))
        made.append(path)
    return made


def added(store: BlockStore, files: list[Path]) -> list[str]:
    cids = []
    for path in files:
        with path.open("rb") as source:
            cids.append(store.add(source).cid)
    return cids


def test_a_block_damaged_in_a_folder_is_found_and_put_right(
    files: list[Path], tmp_path: Path
) -> None:
    stores = {name: open_store(tmp_path / name) for name in ("a", "b", "c")}
    cids = added(stores["a"], files)
    added(stores["b"], files)
    victim = max((tmp_path / "a" / "blocks").rglob("*"), key=lambda p: p.stat().st_size)
    victim.chmod(0o600)
    victim.write_bytes(b"x" * victim.stat().st_size)
    assert survey(stores).short() == ()
    found = survey(stores, verify=True)
    (short,) = found.short()
    assert (short.cid, short.houses, short.damaged) == (cids[1], ("b",), ("a",))
    (done,) = replenish(found, stores)
    assert (done.house, done.error) == ("a", None)
    assert survey(stores, verify=True).short() == ()


def test_only_the_named_house_is_written_to(files: list[Path], tmp_path: Path) -> None:
    stores = {name: open_store(tmp_path / name) for name in ("a", "b", "c")}
    cids = added(stores["a"], files)
    found = survey(stores)
    done = [one for name in "bc" for one in replenish(found, stores, into=frozenset(name))]
    assert sorted(one.cid for one in done) == sorted(cids)
    assert survey(stores).short() == ()


def test_what_cannot_be_copied_is_reported_and_the_rest_is_done(
    files: list[Path], tmp_path: Path
) -> None:
    stores = {name: open_store(tmp_path / name) for name in ("a", "b")}
    cids = added(stores["a"], files)
    for path in (tmp_path / "a" / "blocks").rglob("*"):
        if path.is_file() and path.stat().st_size > 1_000:
            path.unlink()
    outcome = {one.cid: one.error for one in replenish(survey(stores), stores)}
    assert outcome[cids[0]] is None
    assert isinstance(outcome[cids[1]], StorageError)


def test_the_command_shows_and_repairs(files: list[Path], tmp_path: Path) -> None:
    stores = {name: open_store(tmp_path / name) for name in ("a", "b")}
    added(stores["a"], files)
    places = [f"--store={name}={tmp_path / name}" for name in stores]
    shown = _run("pins", "show", *places)
    assert shown.returncode == 1
    assert "2 of 2 files have fewer than 2 copies" in shown.stdout
    repaired = _run("pins", "repair", *places)
    assert repaired.returncode == 0, repaired.stdout + repaired.stderr
    assert _run("pins", "show", *places).returncode == 0


def test_holdings_that_a_house_told_count_where_its_store_cannot_be_asked(
    files: list[Path], tmp_path: Path
) -> None:
    stores = {name: open_store(tmp_path / name) for name in ("a", "b")}
    added(stores["a"], files)
    added(stores["b"], files)
    told = _run("pins", "show", f"--store=a={tmp_path / 'a'}", "--json")
    (tmp_path / "a.json").write_text(told.stdout)
    # Told twice, or of the house that is asked itself, it is still one.
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "a.json").write_text(told.stdout)
    lists = [f"--list={tmp_path / 'a.json'}", f"--list={tmp_path / 'again' / 'a.json'}"]
    assert _run("pins", "show", f"--store=a={tmp_path / 'a'}", *lists).returncode == 1
    assert _run("pins", "show", f"--store=c={tmp_path / 'b'}", *lists, "--copies=3").returncode == 1
    both = _run("pins", "show", f"--store={tmp_path / 'b'}", f"--list={tmp_path / 'a.json'}")
    assert both.returncode == 0, both.stdout
    (tmp_path / "bad.json").write_text("{}")
    bad = _run("pins", "show", f"--store={tmp_path / 'b'}", f"--list={tmp_path / 'bad.json'}")
    assert bad.returncode == 1
    assert "chartkey pins show --json" in bad.stderr


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from chartkey.cli import main; main()", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_repair_that_left_a_damaged_copy_says_so(files: list[Path], tmp_path: Path) -> None:
    stores = {name: open_store(tmp_path / name) for name in "abc"}
    added(stores["a"], files)
    added(stores["b"], files)
    for block in (tmp_path / "a" / "blocks").rglob("*"):
        if block.is_file():
            block.chmod(0o600)
            block.write_bytes(b"x")
    places = [f"--store={name}={tmp_path / name}" for name in stores]
    left = _run("pins", "repair", "--verify", "--into=c", *places)
    assert left.returncode == 1
    assert "fewer than 2 copies" in left.stdout
    assert _run("pins", "repair", "--verify", *places).returncode == 0
    assert _run("pins", "show", "--verify", *places).returncode == 0


def test_a_folder_that_is_not_there_is_no_empty_store(tmp_path: Path) -> None:
    told = _run("pins", "repair", f"--store=a={tmp_path / 'unmounted'}")
    assert told.returncode == 1
    assert "unmounted" in told.stderr
    assert not (tmp_path / "unmounted").exists()


def test_an_api_for_the_whole_network_is_refused(tmp_path: Path) -> None:
    new_swarm_key(tmp_path / "swarm.key")
    anywhere = "/ip4/0.0.0.0/tcp/5001"
    here = ("--listen=/ip4/127.0.0.1/tcp/4001", f"--swarm-key={tmp_path / 'swarm.key'}")
    for option in ("--api", "--gateway"):
        told = _run("network", "ipfs", str(tmp_path / "ipfs"), *here, f"{option}={anywhere}")
        assert told.returncode == 1
        assert "this machine alone" in told.stderr
    assert not (tmp_path / "ipfs").exists()


def test_a_swarm_key_is_made_once_and_shown_by_its_fingerprint(tmp_path: Path) -> None:
    path = tmp_path / "swarm.key"
    first = _run("network", "swarm-key", str(path))
    again = _run("network", "swarm-key", str(path))
    secret = path.read_text().split()[-1]
    assert fingerprint(path) in first.stdout
    assert fingerprint(path) in again.stdout
    assert secret not in first.stdout + again.stdout
    path.chmod(0o644)
    assert _run("network", "swarm-key", str(path)).returncode == 1


def test_a_house_with_a_damaged_copy_is_put_right_before_another_gets_one(tmp_path: Path) -> None:
    stores = {name: open_store(tmp_path / name) for name in "abcd"}
    paths = [tmp_path / f"large{number}" for number in range(8)]
    for path in paths:
        path.write_bytes(os.urandom(5_000))
    added(stores["a"], paths)
    added(stores["b"], paths)
    for block in (tmp_path / "a" / "blocks").rglob("*"):
        if block.is_file():
            block.chmod(0o600)
            block.write_bytes(b"x")
    done = list(replenish(survey(stores, verify=True), stores))
    assert {one.house for one in done} == {"a"}
    assert len(done) == len(paths)


def test_no_more_copies_are_made_than_are_wanted(files: list[Path], tmp_path: Path) -> None:
    stores = {name: open_store(tmp_path / name) for name in "abcd"}
    added(stores["a"], files)
    done = list(replenish(survey(stores), stores))
    assert len(done) == len(files)
    assert {len(one.houses) for one in survey(stores).placements} == {2}


def test_a_store_that_is_away_is_named_and_given_nothing(files: list[Path], tmp_path: Path) -> None:
    stores = {name: open_store(tmp_path / name) for name in "ab"}
    stores["gone"] = open_store("http://127.0.0.1:9")
    added(stores["a"], files)
    found = survey(stores)
    assert set(found.away) == {"gone"}
    assert {one.house for one in replenish(found, stores, copies=3)} == {"b"}


def test_who_gets_a_file_follows_from_its_name_and_is_even(tmp_path: Path) -> None:
    stores = {name: open_store(tmp_path / name) for name in "abc"}
    paths = []
    for number in range(40):
        path = tmp_path / f"small{number}"
        path.write_bytes(number.to_bytes(2, "big"))
        paths.append(path)
    added(stores["a"], paths)
    found = survey(stores)
    done = [(one.cid, one.house) for one in replenish(found, stores)]
    shares = [len([1 for _, house in done if house == name]) for name in "bc"]
    assert sum(shares) == 40
    assert min(shares) > 8
    again = {name: open_store(tmp_path / f"again-{name}") for name in "bc"} | {"a": stores["a"]}
    assert [(one.cid, one.house) for one in replenish(survey(again), again)] == done
