"""What was typed, as what it means."""

from __future__ import annotations

from typing import Any

import pytest
import typer
from chartkey.chain.manifest import Manifest
from chartkey.cli.choice import account_of, bytes_of, kind_of, pick, standing_of
from chartkey.errors import (
    AddressInvalid,
    Ambiguous,
    DraftMissing,
    RecordMissing,
    RelationshipMissing,
    RequestMissing,
)
from chartkey.models import Kind, Standing

FIRST, SECOND, THIRD = b"\xab\x01", b"\xab\x02", b"\xcd\x03"
FOUND = {FIRST: "first", SECOND: "second", THIRD: "third"}


@pytest.mark.parametrize("wanted", ["cd03", "0xcd03", "0xCD", "c"])
def test_an_id_may_be_shortened_while_it_is_unique(wanted: str) -> None:
    assert pick(FOUND, wanted, "records") == "third"


def test_the_only_one_needs_no_id() -> None:
    assert pick({FIRST: "first"}, None, "drafts") == "first"


@pytest.mark.parametrize("wanted", ["ab", "0xab0", None])
def test_several_that_begin_alike_are_listed(wanted: str | None) -> None:
    with pytest.raises(Ambiguous) as refused:
        pick(FOUND, wanted, "requests")
    assert "0xab01, 0xab02" in str(refused.value)


@pytest.mark.parametrize(
    ("noun", "error"),
    [
        ("drafts", DraftMissing),
        ("records", RecordMissing),
        ("requests", RequestMissing),
        ("relationships", RelationshipMissing),
    ],
)
@pytest.mark.parametrize("wanted", ["ff", None])
def test_what_is_not_there_is_missing_under_its_own_name(
    noun: str, error: type[Exception], wanted: str | None
) -> None:
    with pytest.raises(error):
        pick({FIRST: "first"} if wanted else {}, wanted, noun)


@pytest.mark.parametrize("wanted", ["", "0x", "xyz", "ab ", "-1", "all"])
def test_what_is_not_hexadecimal_chooses_nothing(wanted: str) -> None:
    with pytest.raises(typer.BadParameter):
        pick({FIRST: "first"}, wanted, "records")


@pytest.mark.parametrize("text", ["00ff", "0x00FF", " 00ff\n"])
def test_hexadecimal_of_the_right_length_is_taken(text: str) -> None:
    assert bytes_of(text, 2) == b"\x00\xff"


@pytest.mark.parametrize("text", ["", "0x", "00f", "00ff00", "zzzz", "00 ff", "0x0x00"])
def test_other_hexadecimal_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        bytes_of(text, 2)


class Net:
    """As much of a connection as names need."""

    def __init__(self, manifest: Any) -> None:
        self.manifest = manifest


@pytest.fixture
def net(houses: Manifest) -> Any:
    return Net(houses)


def test_an_institution_is_found_by_name_or_address(net: Any, houses: Manifest) -> None:
    [clinic] = houses.institutions
    assert account_of(net, clinic.name) == clinic.address
    assert account_of(net, clinic.address.lower()) == clinic.address


@pytest.mark.parametrize("text", ["", "不存在的医院", "0x12", "zz" * 21])
def test_neither_name_nor_address_is_refused(net: Any, text: str) -> None:
    with pytest.raises(AddressInvalid):
        account_of(net, text)


def test_every_kind_is_typed_by_its_label() -> None:
    assert [kind_of(kind.label) for kind in Kind] == list(Kind)
    assert kind_of(None) is None


def test_a_standing_is_typed_in_lower_case() -> None:
    assert standing_of("suspended") is Standing.SUSPENDED
    with pytest.raises(typer.BadParameter):
        standing_of("none")
