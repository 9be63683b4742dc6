"""The owner's index: Chinese and other words are found, and what is dropped is gone (R16, P06)."""

import sqlite3

import pytest
from chartkey.models import Kind
from chartkey.records.catalogue import Catalogue, Key
from chartkey.records.glance import Glance
from chartkey.records.outline import Allergies
from hypothesis import given
from hypothesis import strategies as st


def key(number):
    return Key("0x" + "11" * 20, number.to_bytes(32, "big"), b"r" * 32)


def seen(*texts):
    return Glance("application/fhir+json", Kind.LABORATORY, texts[0], None, Allergies(), (), texts)


@pytest.fixture
def catalogue():
    made = Catalogue.empty()
    made.put(key(1), seen("检验报告", "空腹血糖 ７.２ mmol/L", "青霉素过敏史"))
    made.put(key(2), seen("Discharge summary", "Penicillin allergy", "高血压 3 级"))
    made.put(key(3), seen("CT 胸部平扫", '右肺 "磨玻璃" 结节 100%_x'))
    return made


def found(catalogue, words):
    return [int.from_bytes(hit.key.record, "big") for hit in catalogue.search(words)]


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("青霉素过敏", [1]),
        ("青霉素", [1]),
        ("过敏", [1]),
        ("血", [2, 1]),
        ("血糖", [1]),
        ("高血压", [2]),
        ("penicillin", [2]),
        ("PENICILLIN allergy", [2]),
        ("７.２", [1]),
        ("7.2", [1]),
        ("ct", [3]),
        ("ＣＴ 结节", [3]),
        ("青霉素 高血压", []),
        ("nothing", []),
        ("", []),
        ("   ", []),
        ('"磨玻璃"', [3]),
        ("100%_x", [3]),
        ("%", [3]),
        ("allergy OR 血糖", []),
        ("NOT penicillin", []),
        ("pen*", []),
        ("\udcff", []),
        ("\0", []),
        ("text:penicillin", []),
    ],
)
def test_words_are_found_whatever_script_or_width_and_no_operator_is_obeyed(
    catalogue, words, numbers
):
    assert found(catalogue, words) == numbers


@given(st.text(max_size=40))
def test_whatever_is_typed_is_looked_for_and_never_an_error(words):
    made = Catalogue.empty()
    made.put(key(1), seen("x" + words.replace("\n", " ")))
    wanted = made.search(words)
    assert bool(wanted) == bool(words.replace("\0", " ").split())


def test_the_snippet_shows_the_words_around(catalogue):
    [hit] = catalogue.search("mmol")
    assert hit.snippet == "空腹血糖 7.2 mmol/l"
    [hit] = catalogue.search("discharge")
    assert "\n" not in hit.snippet


def test_a_limit_is_kept(catalogue):
    assert len(catalogue.search("血", limit=1)) == 1


def test_another_version_takes_the_place_of_the_first(catalogue):
    changed = Key(key(1).relationship, key(1).record, b"s" * 32)
    catalogue.put(changed, seen("更正"))
    assert found(catalogue, "青霉素") == []
    assert catalogue.keys() == {changed, key(2), key(3)}


def test_it_comes_back_from_its_bytes(catalogue):
    again = Catalogue.load(catalogue.dump())
    assert again.keys() == catalogue.keys()
    assert found(again, "青霉素过敏") == [1]
    assert again.glances()[key(1)].title == "检验报告"


def test_P06_nothing_of_what_was_dropped_is_left_in_the_bytes(catalogue):
    assert "青霉素过敏史".encode() in catalogue.dump()
    catalogue.drop([key(1)])
    left = catalogue.dump()
    for part in ("青霉素", "血糖", "检验报告", "糖 7", "mol"):
        assert part.encode() not in left
    assert found(catalogue, "血糖") == []
    assert found(catalogue, "高血压") == [2]


@pytest.mark.parametrize("loaded", [False, True])
def test_P06_nothing_is_left_in_pages_that_were_let_go(loaded):
    """A record of many pages, whose freed pages stay in the file."""
    made = Catalogue.empty()
    made.put(key(1), seen(*(f"第{number}行：秘密内容" for number in range(5000))))
    made.put(key(2), seen("留下"))
    made = Catalogue.load(made.dump()) if loaded else made
    made.drop([key(1)])
    assert "密内容".encode() not in made.dump()
    assert found(made, "留下") == [2]


def test_dropping_what_is_not_there_changes_nothing(catalogue):
    before = catalogue.dump()
    catalogue.drop([key(9)])
    assert catalogue.dump() == before


def test_bytes_that_are_no_index_or_another_versions_give_none(catalogue):
    assert Catalogue.load(b"nonsense" * 1000) is None
    assert Catalogue.load(b"") is None
    other = sqlite3.connect(":memory:")
    other.deserialize(catalogue.dump())
    other.execute("PRAGMA user_version = 99")
    assert Catalogue.load(other.serialize()) is None
