"""The timeline's sentences, and its exports against hostile names."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from chartkey.audit import Row, print_table, replay, to_csv, to_html, to_json
from chartkey.audit.fold import HANDLERS
from chartkey.audit.names import Names
from chartkey.audit.timeline import timeline
from chartkey.errors import ExtraMissing

from tests.unit.audit.story import CLINIC, FIRST, GENESIS, HOSPITAL, MANIFEST, PATIENT, Story

HOSTILE = (
    "<script>alert(1)</script>",
    "'\"><img src=x onerror=alert(1)>",
    "=HYPERLINK(1)",
    "[red]not markup[/red]",
    "\x1b[2Jgone",
    "right\u202eto left",
    "line\nbreak",
)


def rows_of(story: Story) -> list[Row]:
    state = replay(story.events)
    return timeline(story.events, state, Names(state, MANIFEST))


def sentences(story: Story, event: str) -> list[str]:
    return [f"{row.who} {row.what}" for row in rows_of(story) if row.event == event]


def renamed(text: str) -> list[Row]:
    """Rows whose institution has a name of somebody's choosing."""
    story = Story()
    story.found(HOSPITAL, CLINIC)
    created = story.events[0]
    details = tuple(one | {"name": text, "grade": text} for one in created.args["details"])
    story.events[0] = replace(created, args=created.args | {"details": details})
    return rows_of(story)


def test_every_event_has_a_row_in_its_order(full_story: Story) -> None:
    rows = rows_of(full_story)
    assert [row.event for row in rows] == [event.name for event in full_story.events]
    assert {row.event for row in rows} == {name for _, name in HANDLERS}


def test_no_sentence_leaves_a_gap(full_story: Story) -> None:
    for row in rows_of(full_story):
        assert row.who
        assert "{" not in row.what
        assert row.entity.split(" ", 1)[1]


def test_institutions_are_called_by_the_name_they_were_voted_in_under(full_story: Story) -> None:
    assert sentences(full_story, "InstitutionAdmitted") == [
        "the consortium admitted 城南社区卫生服务中心 (一级, tier 1), "
        "which has yet to sign the agreement"
    ]


def test_a_proposal_says_whom_it_is_about(full_story: Story) -> None:
    told = sentences(full_story, "ProposalOpened")
    assert "admit regulator: 市卫健委" in told[0]
    assert "adopt profile: version 1 for patient-summary records" in told[1]
    assert "expel institution: 城南社区卫生服务中心" in told[4]
    assert "admit institution: 城南社区卫生服务中心 (一级, tier 1)" in told[5]


def test_a_grant_says_who_may_read_what_for_what_and_until_when(shared_story: Story) -> None:
    (told,) = sentences(shared_story, "AccessGranted")
    assert told.startswith("patient 0x000000…00B1 let clinician 0x000000…00c2 read every ")
    assert told.endswith("patient-summary record for TREAT until 2025-10-09T22:46:40Z")


def test_what_came_before_its_time_is_told_so(full_story: Story) -> None:
    assert "refused a request that had not arrived" in sentences(full_story, "RequestRefused")[1]
    assert "a grant that had not arrived" in sentences(full_story, "AccessRevoked")[1]
    assert "a grant that had" not in sentences(full_story, "AccessRevoked")[0]


def test_a_correction_names_the_version_it_replaces(full_story: Story) -> None:
    _, correction, attested = sentences(full_story, "RecordAnchored")
    assert "corrected record 0x111111…1111" in correction
    assert "anchored as attested only" in attested


def test_a_row_is_plain_json_with_iso_time(shared_story: Story) -> None:
    row = rows_of(shared_story)[0].to_dict()
    assert row["at"] == "2025-10-09T08:53:30Z"
    assert row["time"] == GENESIS + 10
    assert json.loads(to_json(rows_of(shared_story)))[0] == row


def test_csv_reads_back_row_by_row(full_story: Story) -> None:
    rows = rows_of(full_story)
    read = list(csv.DictReader(io.StringIO(to_csv(rows))))
    assert [line["what"] for line in read] == [row.what for row in rows]
    assert read[0]["block"] == "1"


@pytest.mark.parametrize("start", "=+-@\t\r")
def test_csv_has_no_cell_that_a_spreadsheet_would_run(shared_story: Story, start: str) -> None:
    row = replace(rows_of(shared_story)[0], who=f"{start}HYPERLINK(1)")
    (line,) = csv.DictReader(io.StringIO(to_csv([row])))
    assert line["who"] == f"'{start}HYPERLINK(1)"


class Reader(HTMLParser):
    """Collects what a browser would make elements and attributes of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("name", HOSTILE)
def test_the_page_runs_nothing_and_loads_nothing(name: str) -> None:
    page = Reader(to_html(renamed(name), title=name))
    assert not page.tags & {"script", "img", "link", "iframe", "object", "embed", "a"}
    assert not page.attributes & {"src", "href", "style", "onerror", "onload"}


def test_the_pages_policy_allows_its_own_style_only(shared_story: Story) -> None:
    page = to_html(rows_of(shared_story))
    assert "default-src 'none'; style-src 'sha256-" in page
    assert "http://" not in page
    assert "https://" not in page


def test_the_page_shows_every_row(full_story: Story) -> None:
    text = Reader(to_html(rows_of(full_story), title="阳光医联体")).text
    assert "阳光医联体" in text
    for row in rows_of(full_story):
        assert row.what in text


def printed(rows: list[Row], width: int = 160, *, brief: bool = False) -> str:
    from rich.console import Console

    out = io.StringIO()
    print_table(rows, Console(file=out, width=width), brief=brief)
    return out.getvalue()


@pytest.mark.parametrize("name", HOSTILE)
def test_the_table_passes_on_no_control_characters(name: str) -> None:
    assert not set(printed(renamed(name))) & {"\x1b", "\u202e", "\r"}


def test_the_table_takes_no_name_for_markup() -> None:
    # Twice among the founders, and once where each of them signed.
    assert printed(renamed("[red]红[/red]")).count("[red]红[/red]") == 4


def test_the_table_shortens_ids_and_shows_the_date_once(shared_story: Story) -> None:
    shown = printed(rows_of(shared_story))
    assert shown.count("2025-10-09 │") == 1
    assert f"0x{FIRST.hex()}" not in shown


def test_a_table_in_a_pipe_wraps_no_sentence(
    full_story: Story, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    print_table(rows_of(full_story))
    shown = capsys.readouterr().out
    assert all(row.what in shown for row in rows_of(full_story))


def votes(story: Story, count: int) -> list[Row]:
    """That many rows of one member's votes, in a block each, between two other rows."""
    vote = next(row for row in rows_of(story) if row.event == "VoteCast")
    run = [replace(vote, block=100 + i, what=f"voted in matter {i}") for i in range(count)]
    other = replace(vote, account="0x" + "77" * 20, who="另一家", what="voted otherwise")
    return [other, *run, other]


def test_a_brief_table_counts_a_long_run(full_story: Story) -> None:
    rows = votes(full_story, 27)
    shown = printed(rows, brief=True)
    assert "voted in matter 0" in shown
    assert "and 26 more, to block 126" in shown
    assert "voted in matter 1" not in shown
    assert shown.count("voted otherwise") == 2
    assert "more, to block" not in printed(rows)


@pytest.mark.parametrize(("count", "folded"), [(3, False), (4, True)])
def test_a_brief_table_shows_a_short_run_whole(full_story: Story, count: int, folded: bool) -> None:
    shown = printed(votes(full_story, count), brief=True)
    assert ("more, to block" in shown) == folded
    assert all(f"voted in matter {i}" in shown for i in range(count)) != folded


def test_a_missing_extra_names_what_installs_it(
    shared_story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "rich.console", None)
    with pytest.raises(ExtraMissing, match=r"pip install 'chartkey\[audit\]'"):
        print_table(rows_of(shared_story))


def test_a_time_beyond_the_calendar_is_a_number(shared_story: Story) -> None:
    shared_story.grant(b"\x29" * 16, expiresAt=(1 << 40) - 1)
    assert sentences(shared_story, "AccessGranted")[1].endswith("until 1099511627775")


def test_the_manifests_directory_speaks_where_the_chain_has_no_name() -> None:
    state = replay([])
    assert Names(state, MANIFEST).of(CLINIC) == "目录里的诊所"
    assert Names(state, MANIFEST).of(PATIENT) == "account 0x000000…00B1"
