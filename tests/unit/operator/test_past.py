"""What is remembered from look to look, and what folders take."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from chartkey.errors import NetworkInvalid
from chartkey.operator.past import KEPT, Past
from chartkey.operator.space import measure
from chartkey.operator.vitals import addresses

NODE = "http://a"


def chain(length: int, name: bytes = b"a") -> dict[int, bytes]:
    return {number: name * 31 + bytes([number % 256]) for number in range(length)}


def test_what_is_remembered_is_read_again(tmp_path: Path) -> None:
    past = Past()
    past.note_blocks(NODE, chain(9))
    past.note_size("/data", 5.0, 7)
    past.save(tmp_path / "folder" / "state.json")
    again = Past.load(tmp_path / "folder" / "state.json")
    assert (again.blocks, again.sizes) == ({NODE: chain(9)}, {"/data": [(5.0, 7)]})


def test_there_is_no_past_at_first(tmp_path: Path) -> None:
    past = Past.load(tmp_path / "state.json")
    assert not past.blocks
    assert not past.sizes


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": 2}', '{"schema":1,"blocks":3}'])
def test_another_file_is_refused_and_left_as_it_is(text: str, tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    file.write_text(text)
    with pytest.raises(NetworkInvalid):
        Past.load(file)
    assert file.read_text() == text


def test_a_reorganisations_depth_is_counted_from_its_lowest_block() -> None:
    past = Past()
    past.note_blocks(NODE, chain(10))
    assert past.replaced(NODE, chain(10)) == 0
    assert past.replaced(NODE, chain(12)) == 0
    assert past.replaced(NODE, chain(12) | {9: b"other"}) == 1
    assert past.replaced(NODE, chain(12) | {7: b"other", 9: b"other"}) == 3
    assert past.replaced("http://b", chain(3)) == 0


def test_a_block_that_is_gone_counts_as_replaced() -> None:
    past = Past()
    past.note_blocks(NODE, chain(10))
    assert past.replaced(NODE, chain(8)) == 2


def test_only_the_newest_blocks_are_kept() -> None:
    past = Past()
    past.note_blocks(NODE, chain(KEPT + 5))
    assert min(past.blocks[NODE]) == 5


def test_sizes_are_kept_an_hour_apart() -> None:
    past = Past()
    for at in (0, 10, 3600, 3700):
        past.note_size("/data", at, at)
    assert past.sizes["/data"] == [(0, 0), (3600, 3600)]


def test_a_folder_is_measured_and_its_growth_told_by_the_day(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "file").write_bytes(os.urandom(1 << 20))
    os.link(tmp_path / "below" / "file", tmp_path / "the same")
    first = measure(tmp_path, 1000, (), None)
    assert 1 << 20 <= first.size < (1 << 20) + (1 << 16)
    assert (first.growth, first.days) == (None, None)
    grown = measure(tmp_path, 1000 + 43_200, [(1000, 0)], None)
    assert (grown.growth, grown.measured) == (2 * grown.size, True)
    assert grown.days == grown.free // (2 * grown.size)


def test_growth_without_an_earlier_look_is_the_chains_average(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(os.urandom(1 << 16))
    space = measure(tmp_path, 1000, (), 2 * 86_400)
    assert (space.growth, space.measured) == (space.size // 2, False)


def test_a_folder_that_is_away_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        measure(tmp_path / "away", 0, (), None)


def test_addresses_are_separated_by_commas_and_taken_once() -> None:
    assert addresses(" http://a, http://b,,http://a") == ("http://a", "http://b")
    assert addresses(["http://a", "http://b,http://c"]) == ("http://a", "http://b", "http://c")
