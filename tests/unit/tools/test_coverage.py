"""Coverage credits exactly what was executed."""

import json

import coverage
import coverage_sites
import pytest
from coverage_probe import frames, runs
from coverage_sites import Project, Site, entries, innermost, is_branch, places, tail
from coverage_sites import read as read_builds

SOURCE = "contract A { function f() { if (x) y(); } }"
IF, CALL, CONDITION = SOURCE.index("if"), SOURCE.index("y()"), SOURCE.index("x)")
# PUSH1 1, PUSH1 7, JUMPI, STOP, STOP, JUMPDEST
RUNTIME = "0x6001600757" + "00" * 2 + "5b"


def build():
    inner = {"nodeType": "ExpressionStatement", "src": f"{CALL}:4:0"}
    choice = {
        "nodeType": "IfStatement",
        "src": f"{IF}:12:0",
        "condition": {"nodeType": "Identifier", "src": f"{CONDITION}:1:0"},
        "trueBody": inner,
    }
    tree = {"nodeType": "SourceUnit", "src": f"0:{len(SOURCE)}:0", "nodes": [choice]}
    positions = f"{CONDITION}:1:0;;{IF}:12;{CALL}:4;;0:2"
    return {
        "contractName": "A",
        "sourcePath": "contracts/A.sol",
        "source": SOURCE,
        "ast": tree,
        "bytecode": "0x00",
        "sourceMap": "0:1:0",
        "deployedBytecode": RUNTIME,
        "deployedSourceMap": positions,
        "allSourcePaths": {"0": "contracts/A.sol"},
    }


@pytest.fixture
def project() -> Project:
    return read_builds([build()])


def step(pc, op="STOP", depth=1):
    return {"pc": pc, "op": op, "depth": depth}


def test_an_if_and_what_it_guards_are_four_sites(project):
    assert {site.kind for site in project.sites} == {"statement", "true", "false"}
    assert len(project.sites) == 4


def test_the_jump_of_an_if_tells_its_outcome(project):
    found = project.hit(tail(RUNTIME), ["4f"])
    if_ = ("contracts/A.sol", IF, 12)
    assert found == {Site(*if_, "statement"), Site(*if_, "true")}


def test_or_and_require_jump_where_and_and_if_do_not():
    assert coverage_sites.jumps_if_true({"nodeType": "BinaryOperation", "operator": "||"})
    assert not coverage_sites.jumps_if_true({"nodeType": "BinaryOperation", "operator": "&&"})
    assert coverage_sites.jumps_if_true({"nodeType": "FunctionCall"})
    assert coverage_sites.jumps_if_true({"nodeType": "Conditional"})
    assert not coverage_sites.jumps_if_true({"nodeType": "IfStatement"})


def test_code_of_a_statement_credits_no_other(project):
    found = project.hit(tail(RUNTIME), ["5"])
    assert found == {Site("contracts/A.sol", CALL, 4, "statement")}


def test_what_was_not_reached_stands_against_all(project):
    missed = coverage.names(project, project.sites - project.hit(tail(RUNTIME), ["4f", "5"]))
    assert list(missed) == ["contracts/A.sol:1 false"]
    assert len(coverage.faults(missed, {})) == 1


def test_an_explained_gap_is_no_fault_and_a_needless_explanation_is():
    assert coverage.faults({"A.sol:1 false": "if"}, {"A.sol:1 false": "never so"}) == []
    assert len(coverage.faults({}, {"A.sol:1 false": "never so"})) == 1


def test_the_counts_of_a_file_are_reached_of_all(project):
    (row,) = coverage.table(project, project.hit(tail(RUNTIME), ["4f"]))
    assert row == {"path": "contracts/A.sol", "statement": (1, 2), "branch": (1, 2)}


def test_contracts_of_others_have_no_sites():
    assert read_builds([build() | {"sourcePath": "interfaces/A.sol"}]).sites == set()


def test_pushed_data_is_no_instruction():
    assert places(bytes.fromhex("6157570157")) == [(0, 0x61), (3, 0x01), (4, 0x57)]


def test_an_empty_field_of_a_source_map_repeats_the_last():
    assert entries("1:2:3:-;;4;:5") == [(1, 2, 3), (1, 2, 3), (4, 2, 3), (4, 5, 3)]


def test_the_shortest_statement_around_owns_an_instruction():
    outer, inner = ("A.sol", 0, 20), ("A.sol", 5, 4)
    assert innermost([outer, inner], 6, 2) == inner
    assert innermost([outer, inner], 8, 4) == outer
    assert innermost([outer, inner], 30, 1) is None


def test_a_loop_without_condition_is_no_branch():
    assert not is_branch({"nodeType": "ForStatement", "condition": None})
    assert is_branch({"nodeType": "BinaryOperation", "operator": "&&"})
    assert not is_branch({"nodeType": "BinaryOperation", "operator": "+"})
    assert is_branch({"nodeType": "FunctionCall", "expression": {"name": "require"}})


def test_where_a_jump_went_is_seen_from_the_next_step():
    assert runs([step(4, "JUMPI"), step(5)]) == [{"4f", "5"}]
    assert runs([step(4, "JUMPI"), step(9)]) == [{"4t", "9"}]


def test_each_call_is_a_run_of_its_own():
    steps = [step(0), step(1, "CALL"), step(0, depth=2), step(2, "CALL"), step(7, depth=2), step(3)]
    assert runs(steps) == [{"0", "1", "2", "3"}, {"0"}, {"7"}]


def test_a_failed_call_ends_every_run_below():
    steps = [step(0), step(0, depth=2), step(0, depth=3), step(1), step(8, depth=2)]
    assert runs(steps) == [{"0", "1"}, {"0"}, {"0"}, {"8"}]


def test_frames_come_in_the_order_they_began():
    tree = {"to": "a", "calls": [{"to": "b", "calls": [{"to": "c"}]}, {"to": "d"}]}
    assert [frame["to"] for frame in frames(tree)] == ["a", "b", "c", "d"]


def test_measured_code_is_not_optimized():
    given = "compiler:\n  solc:\n    optimizer:\n      enabled: true\n      runs: 1000\n"
    assert "enabled: false" in coverage.unoptimized(given)


def test_what_was_reached_in_a_changed_file_is_forgotten(tmp_path):
    for name, text in (("old/contracts/A.sol", "a"), ("new/contracts/A.sol", "b")):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
    paths = coverage.changed(tmp_path / "new", tmp_path / "old")
    assert paths == {"contracts/A.sol"}
    hits = tmp_path / "hits.json"
    kept = ["contracts/B.sol", 1, 2, "true"]
    hits.write_text(json.dumps({"reached": [["contracts/A.sol", 1, 2, "true"], kept]}))
    coverage.forget(tmp_path, paths)
    assert json.loads(hits.read_text())["reached"] == [kept]
