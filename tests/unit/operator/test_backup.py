"""A node's folder in a tar file, and back."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
from chartkey.errors import FileExists, NetworkInvalid
from chartkey.operator.backup import back_up, restore
from chartkey.operator.nodekey import new_node_key


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A node's folder with a key, settings, and a chain."""
    made = tmp_path / "node"
    new_node_key(made)
    (made / "geth.toml").write_text("[Eth]\n")
    chain = made / "data" / "geth" / "chaindata"
    chain.mkdir(parents=True)
    (chain / "000001.log").write_bytes(bytes(10_000))
    (chain / "LOCK").touch()
    return made


def names(archive: Path) -> set[str]:
    with tarfile.open(archive) as opened:
        return set(opened.getnames())


@pytest.mark.parametrize("suffix", [".tar", ".tar.gz"])
def test_keys_and_settings_come_back_without_the_chain(
    folder: Path, tmp_path: Path, suffix: str
) -> None:
    archive = tmp_path / f"backup{suffix}"
    assert back_up(folder, archive).files == 2
    assert archive.stat().st_mode & 0o777 == 0o600
    assert names(archive) == {"nodekey", "geth.toml"}
    assert restore(archive, tmp_path / "back").files == 2
    for name in ("nodekey", "geth.toml"):
        assert (tmp_path / "back" / name).read_bytes() == (folder / name).read_bytes()
    assert (tmp_path / "back" / "nodekey").stat().st_mode & 0o777 == 0o600


def test_the_chain_comes_with_it_when_asked_for_and_locks_do_not(
    folder: Path, tmp_path: Path
) -> None:
    back_up(folder, tmp_path / "all.tar", chain=True)
    assert "data/geth/chaindata/000001.log" in names(tmp_path / "all.tar")
    assert "data/geth/chaindata/LOCK" not in names(tmp_path / "all.tar")


def test_a_compressed_backup_is_smaller(folder: Path, tmp_path: Path) -> None:
    for name in ("a.tar", "a.tar.gz"):
        back_up(folder, tmp_path / name, chain=True)
    assert (tmp_path / "a.tar.gz").stat().st_size < (tmp_path / "a.tar").stat().st_size / 2


def test_nothing_that_is_there_is_replaced(folder: Path, tmp_path: Path) -> None:
    back_up(folder, tmp_path / "a.tar")
    before = (tmp_path / "a.tar").read_bytes()
    with pytest.raises(FileExists):
        back_up(folder, tmp_path / "a.tar")
    with pytest.raises(FileExists):
        restore(tmp_path / "a.tar", folder)
    assert (tmp_path / "a.tar").read_bytes() == before


def test_what_cannot_be_written_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(NetworkInvalid):
        back_up(folder, tmp_path / "missing" / "a.tar")
    with pytest.raises(NetworkInvalid):
        back_up(tmp_path / "no-node", tmp_path / "a.tar")
    assert not list(tmp_path.glob("*.tar*"))
    assert not list(tmp_path.glob(".*"))
