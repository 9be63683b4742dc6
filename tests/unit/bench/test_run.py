"""The benchmarks' runner: bounds, the table, and a file that partial runs do not empty."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench.run import BOUNDS, line, main, missed, modules, prefix, save

HELD = {name: bound.limit + (bound.sign == "±") for name, bound in BOUNDS.items()}
BEYOND = {"≤": (1.01,), "≥": (0.99,), "±": (1.01, 0.90)}


def test_every_module_with_a_bound_exists() -> None:
    assert {name.partition(".")[0] for name in BOUNDS} <= set(map(prefix, modules()))


def test_figures_at_their_limits_miss_nothing() -> None:
    assert missed(modules(), HELD) == []


@pytest.mark.parametrize("name", BOUNDS)
def test_a_figure_beyond_its_limit_is_missed(name: str) -> None:
    for beyond in BEYOND[BOUNDS[name].sign]:
        assert missed(modules(), HELD | {name: HELD[name] * beyond}) == [name]


@pytest.mark.parametrize("name", BOUNDS)
def test_a_figure_that_is_not_there_is_missed(name: str) -> None:
    figures = {other: value for other, value in HELD.items() if other != name}
    assert missed(modules(), figures) == [name]
    assert "MISSED" in line(name, None)


def test_a_module_that_did_not_run_misses_nothing() -> None:
    assert missed(["gas"], {k: v for k, v in HELD.items() if k.startswith("gas.")}) == []


def test_a_partial_run_keeps_what_others_measured(tmp_path: Path) -> None:
    results = tmp_path / "build" / "bench.json"
    save(["gas", "flow"], {"gas.grant": 1, "gas.old": 2, "flow.first_call_ms": 3}, results)
    save(["gas"], {"gas.grant": 4}, results)
    assert json.loads(results.read_text()) == {"gas.grant": 4, "flow.first_call_ms": 3}
    assert list(results.parent.iterdir()) == [results]


def test_an_unknown_module_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["nothing"])
    assert "there is no nothing" in capsys.readouterr().err
