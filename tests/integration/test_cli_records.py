"""``chartkey records …`` and ``chartkey audit check-disclosure``, as people and programs do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration.cli_scene import LI, WANG, ZHANG, Desk, granted

LABORATORY = Path(__file__).resolve().parents[1] / "unit" / "records" / "data" / "laboratory.json"


def test_own_records_are_viewed_allergies_first(desk: Desk, anchored: str) -> None:
    for order in ("time", "event", "kind"):
        view = desk.json(f"records view --by {order}", key=ZHANG)
        assert view["extent"] == "own"
        assert view["allergies"]["known"]
        assert [row["record"] for group in view["groups"] for row in group["records"]] == [anchored]
    assert desk.text("records view", key=ZHANG).startswith("Allergies:\n  - ")
    assert desk.refused("records view --by colour", key=ZHANG) == "argument-invalid"


def test_a_granted_view_tells_how_far_it_reaches(desk: Desk, anchored: str) -> None:
    granted(desk)
    assert desk.json("records view", key=LI)["extent"] == "whole"
    desk.text("draft", desk.address(ZHANG), LABORATORY, key=WANG)
    desk.text("confirm --yes", key=ZHANG)
    assert "Extent: partial\n" in desk.text("records view", key=LI)


def test_words_are_searched_in_the_own_index(desk: Desk, anchored: str) -> None:
    [row] = desk.json("records search 青霉素", key=ZHANG)
    assert row["record"] == anchored
    assert "青霉素" in row["snippet"]
    assert desk.text("records search 没有这个词", key=ZHANG) == "Nothing found.\n"
    assert "青霉素" in desk.text("records search 青霉 素", key=ZHANG)


def test_an_element_is_disclosed_and_checked_with_and_without_a_node(
    desk: Desk, anchored: str, tmp_path: Path
) -> None:
    rows = desk.json("records elements", key=ZHANG)
    number = next(r["element"] for r in rows if r["what"].startswith("AllergyIntolerance"))
    file = tmp_path / "allergy.json"
    words = f"records disclose --element {number} --audience 学校"
    made = desk.json(words, file, key=ZHANG)
    assert made["record"] == anchored
    offline = desk.json(f"audit check-disclosure --offline --root {made['root']}", file)
    assert offline["onChain"] is None
    [element] = offline["elements"]
    assert element["content"]["resource"]["resourceType"] == "AllergyIntolerance"
    checked = desk.json("audit check-disclosure", file)
    assert (checked["onChain"]["status"], checked["audience"]) == ("confirmed", "学校")
    assert "Standing: confirmed" in desk.text("audit check-disclosure", file)
    assert "was not asked" in desk.text("audit check-disclosure --offline", file)
    assert desk.refused(words, file, key=ZHANG) == "file-exists"


def test_a_disclosure_that_was_changed_is_refused(
    desk: Desk, anchored: str, tmp_path: Path
) -> None:
    file = tmp_path / "shown.json"
    desk.text("records disclose --element 2", file, key=ZHANG)
    changed = json.loads(file.read_text())
    changed["audience"] = "别人"
    file.write_text(json.dumps(changed))
    for words in ("audit check-disclosure", "audit check-disclosure --offline"):
        assert desk.refused(words, file) == "signature-invalid"
    file.write_text("{}")
    assert desk.refused("audit check-disclosure", file) == "record-invalid"
    assert desk.refused("audit check-disclosure", tmp_path / "none.json") == "file-unusable"


def test_a_record_is_erased_and_stays_in_the_list_as_such(desk: Desk, anchored: str) -> None:
    ended = desk.run("records erase", key=ZHANG, answer="n\n")
    assert (ended.status, ended.out) == (1, "")
    assert desk.json("read", key=ZHANG)["record"] == anchored
    erased = desk.json("records erase --yes", key=ZHANG)
    assert (erased["erased"], erased["certified"]) == ([anchored], True)
    assert desk.refused("read", key=ZHANG) == "record-erased"
    assert [row["status"] for row in desk.json("records", key=ZHANG)] == ["erased"]
    assert desk.text("records view", key=ZHANG).endswith("No record.\n")
    assert "erased" in desk.text("audit timeline")


@pytest.mark.parametrize("side", [ZHANG, "clinic"])
def test_a_record_that_a_side_sealed_is_refused_until_that_side_lifts(
    desk: Desk, anchored: str, side: str
) -> None:
    assert desk.json("records seal", key=side) == {"sealed": anchored}
    assert desk.refused("records erase --yes", key=ZHANG) == "record-sealed"
    assert desk.json("read", key=ZHANG)["record"] == anchored
    assert desk.json("records unseal", anchored[:10], key=side) == {"lifted": anchored}
    assert desk.json("records erase --yes", key=ZHANG)["erased"] == [anchored]
