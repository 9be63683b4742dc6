"""The table of role × permission in contracts/README.md, every cell against the contracts (R02)."""

import re
from pathlib import Path

import pytest

from tests.functional.roles.acts import ACTS
from tests.functional.roles.judge import ROLES, Judge
from tests.functional.roles.scene import Stage
from tests.live import once, undone

README = Path(__file__).resolve().parents[2] / "contracts" / "README.md"
MARKED = re.compile(r"<!-- roles -->\n(.+?)<!-- /roles -->", re.DOTALL)
OFF_CHAIN = "read what one's house wrote, without a grant (off chain)"


def published():
    """Return the table as {act: {role: cell}}, and the roles in their order."""
    (text,) = MARKED.findall(README.read_text("utf-8"))
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in text.splitlines()]
    (_, *roles), _, *rest = [row for row in rows if len(row) > 1]
    return {act: dict(zip(roles, cells, strict=True)) for act, *cells in rest}, tuple(roles)


TABLE, COLUMNS = published()


@pytest.fixture(scope=once("module"))
def judged(founded, alliance, places, founders, dr_wang, dr_chen):
    """Every act, judged in a scene where all but the caller is right."""
    with undone():
        stage = Stage(alliance, founders, places, (dr_wang, dr_chen))
        judge, rows = Judge(stage), {}
        for number, step in enumerate(stage.steps()):
            step()
            rows |= {act.name: judge.row(act) for act in ACTS if act.stage == number}
        rows[OFF_CHAIN] = judge.staff()
        yield rows


def test_r02_the_columns_are_the_roles():
    assert COLUMNS == ROLES


def test_r02_every_row_is_tested_and_every_act_published():
    assert set(TABLE) == {act.name for act in ACTS} | {OFF_CHAIN}


def test_r02_a_cell_is_yes_no_or_own():
    assert {cell for row in TABLE.values() for cell in row.values()} <= {"yes", "no", "own"}


@pytest.mark.parametrize("act", TABLE)
def test_r02_each_role_may_do_what_the_table_says(judged, act):
    assert judged[act] == TABLE[act]
