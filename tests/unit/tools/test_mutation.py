"""Mutation testing counts a mutant as found only when a test failed because of it."""

from pathlib import Path

import mutants
import mutation
from mutants import Mutant, drawn, quotas

ROOT = Path(__file__).resolve().parents[3]
MUTANT = Mutant("contracts/Charges.sol", 4, 7, "ROR", "a<b", "a>b", 1, "refundAll")


def result(verdict, **fields):
    return {"id": "Charges-1", "verdict": verdict} | fields


def test_a_mutant_changes_its_bytes_only():
    assert MUTANT.apply("é, a<b".encode()[:4] + b"a<b;") == "é, a<b".encode()[:4] + b"a>b;"


def test_a_mutant_keeps_its_id_when_text_before_it_grows():
    moved = Mutant("contracts/Charges.sol", 14, 17, "ROR", "a<b", "a>b", 3, "refundAll")
    assert moved.id == MUTANT.id


def test_shares_follow_size_and_leave_nobody_out():
    shares = quotas({"a": 900, "b": 95, "c": 5}, 100)
    assert shares == {"a": 90, "b": 9, "c": 1}
    assert sum(quotas({str(n): n for n in range(1, 30)}, 160).values()) >= 160


def test_a_draw_is_the_same_again_and_tries_every_place_first():
    places = [
        Mutant("A.sol", at, at + 1, "ROR", "<", new, 1, "f") for at in range(5) for new in ">="
    ]
    order = drawn(places, "seed")
    assert order == drawn(reversed(places), "seed")
    assert len({mutant.start for mutant in order[:5]}) == 5
    assert sorted(order) == sorted(places)


def test_only_a_failed_test_kills():
    assert mutation.verdict(1, "FAILED tests/a.py::t - no") == ("killed", "tests/a.py::t")
    assert mutation.verdict(1, "ERROR tests/a.py::t - no")[0] == "killed"
    assert mutation.verdict(mutation.TIMED_OUT, "")[0] == "killed"
    assert mutation.verdict(1, "CompilerError")[0] == "broken"
    assert mutation.verdict(4, "no such file")[0] == "broken"
    assert mutation.verdict(0, "9 passed")[0] == "survived"


def test_the_file_named_after_the_function_comes_first():
    mutant = Mutant("contracts/relationship/Grants.sol", 0, 1, "MP", "", "", 1, "revokeAccess")
    files = mutation.test_files(mutant, ROOT)
    assert files[0] == "tests/functional/relationship/test_revoke_access.py"
    assert files[-1] == mutants.EVENTS


def test_every_contract_has_functional_tests():
    for path in sorted((ROOT / "contracts").rglob("*.sol")):
        mutant = Mutant(str(path.relative_to(ROOT)), 0, 1, "CR", "", "", 1, "")
        assert len(mutation.test_files(mutant, ROOT)) > 1, path


def test_users_of_a_file_are_found_through_others():
    texts = {
        "contracts/A.sol": {"content": 'import {B} from "./B.sol";'},
        "contracts/B.sol": {"content": 'import {C} from "./lib/C.sol";'},
        "contracts/lib/C.sol": {"content": ""},
        "contracts/D.sol": {"content": ""},
    }
    found = mutation.dependents("contracts/lib/C.sol", texts)
    assert found == ["contracts/A.sol", "contracts/B.sol", "contracts/lib/C.sol"]


def test_the_known_bad_mutant_takes_the_guard_away():
    bad = mutation.known_bad(ROOT)
    text = (ROOT / bad.path).read_bytes()
    assert text[bad.start : bad.end] == b"onlyOwner"
    assert text.count(b"onlyOwner") == bad.apply(text).count(b"onlyOwner") + 1


def test_hashes_of_sources_in_code_are_left_out():
    code = "60a264697066735822" + "12" * 34 + "64736f6c634300081c003300"
    assert mutation.without_metadata(code) == "6000"


def test_the_report_tells_explained_survivors_from_others():
    counted = [result("killed"), result("survived"), result("survived", id="Charges-2")]
    told = mutation.report(counted, {"Charges-1": "equivalent"})
    assert (told["killed"], told["survived_explained"], told["survived_unexplained"]) == (1, 1, 1)
    assert told["score"] == 0.3333
