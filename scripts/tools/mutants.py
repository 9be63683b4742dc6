"""The mutants of the contracts: slither-mutate's operators, and the sample drawn from them.

Slither's mutators are asked for their patches directly: its command would test each of them,
and so compile all, before one could be chosen. As a program it prints those of the current folder
as JSON.
"""

import hashlib
import inspect
import json
import random
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from compiler import COMPILER, OUTPUTS, settings, sources

# Behind the arguments of Slither's mutators that only its own command reads.
UNUSED = (10, "", ".")


EVENTS = "tests/functional/test_events.py"
# Which folders of tests/functional are concerned, where neither the name nor the folder tells.
FOLDERS = {
    "RelationshipFactory": ["factory"],
    "Grants": ["relationship", "delegations"],
    "GrantDigest": ["relationship", "delegations", "consultations", "referrals"],
    "NonceBitmap": ["relationship", "forwarder"],
    "OrderedMerkle": ["relationship", "batches", "evidence", "recovery"],
    "Callers": ["charges", "appointments", "receipts", "tickets", "guardianship", "referrals"],
}


@dataclass(frozen=True, order=True)
class Mutant:
    """One change of one file: bytes `start` to `end` become `new`."""

    path: str
    start: int
    end: int
    operator: str
    old: str
    new: str
    line: int
    function: str

    @property
    def id(self) -> str:
        """A name that holds while the text around does not move the place to another line."""
        said = "\0".join((self.path, self.function, self.operator, self.old, self.new))
        return f"{Path(self.path).stem}-{hashlib.sha256(said.encode()).hexdigest()[:12]}"

    def apply(self, text: bytes) -> bytes:
        """Returns the file's bytes with the change."""
        return text[: self.start] + self.new.encode() + text[self.end :]


def ask_slither(root: Path) -> list[Mutant]:
    """Returns every mutant of every contract, in order; needs some minutes.

    `root` must be where the program runs: Slither looks for the sources there first.

    Raises:
        SlitherError: the contracts do not compile.
    """
    from crytic_compile import CryticCompile
    from crytic_compile.platform.solc_standard_json import SolcStandardJson
    from slither import Slither
    from slither.tools.mutator.mutators import all_mutators

    wanted = {"*": {"*": [*OUTPUTS, "evm.bytecode", "metadata", "devdoc", "userdoc"], "": ["ast"]}}
    request = {
        "language": "Solidity",
        "sources": {path: {"urls": [path]} for path in sources(root)},
        "settings": settings(root) | {"outputSelection": wanted},
    }
    compiled = CryticCompile(
        SolcStandardJson(request), solc=str(COMPILER), solc_working_dir=str(root)
    )
    kinds = [kind for _, kind in sorted(inspect.getmembers(all_mutators, inspect.isclass))]
    found = {
        mutant
        for unit in Slither(compiled).compilation_units
        for contract in unit.contracts
        for mutant in of_contract(unit, contract, kinds, root)
    }
    return sorted(found)


def of_contract(unit: Any, contract: Any, kinds: list[Any], root: Path) -> Iterator[Mutant]:
    """Yields the mutants of one of Slither's contracts, unless it lies outside contracts/."""
    absolute = Path(contract.source_mapping.filename.absolute)
    if not absolute.is_relative_to(root / "contracts"):
        return
    path = str(absolute.relative_to(root))
    text = (root / path).read_bytes()
    for kind in kinds:
        mutator = kind(unit, *UNUSED, contract, None, False, root, [])
        try:
            patches = mutator._mutate().get("patches", {})
        except Exception as error:  # Slither has no narrower one: LIR fails on some constants
            said = f"mutation: {kind.NAME} does not know {contract.name}: {error}"
            print(said, file=sys.stderr)
            continue
        for file, given in patches.items():
            if Path(file) != absolute:
                continue
            for p in given:
                place = (p["start"], p["end"])
                changed = (text[slice(*place)].decode(), p["new_string"])
                function = function_at(contract, p["start"])
                yield Mutant(path, *place, kind.NAME, *changed, p["line_number"], function)


def function_at(contract: Any, start: int) -> str:
    """Returns the function or modifier that a byte of a contract lies in; empty outside of all."""
    for function in contract.functions_and_modifiers_declared:
        mapping = function.source_mapping
        if mapping.start <= start < mapping.start + mapping.length:
            return str(function.name)
    return ""


def quotas(sizes: dict[str, int], total: int) -> dict[str, int]:
    """Shares `total` in proportion to sizes, at least one for each, by largest remainders."""
    whole = sum(sizes.values())
    exact = {name: total * size / whole for name, size in sizes.items()}
    shares = {name: max(1, int(share)) for name, share in exact.items()}
    order = sorted(exact, key=lambda name: (int(exact[name]) - exact[name], name))
    for name in order:
        if sum(shares.values()) >= total:
            break
        shares[name] += 1
    return shares


def drawn(mutants: Iterable[Mutant], seed: str) -> list[Mutant]:
    """Returns one file's mutants in the order they are tried.

    Every place is tried once before any is tried again: Slither offers many changes of some.
    """
    chance = random.Random(seed)
    at: dict[tuple[int, int], list[Mutant]] = {}
    for mutant in sorted(mutants):
        at.setdefault((mutant.start, mutant.end), []).append(mutant)
    for group in at.values():
        chance.shuffle(group)
    groups = list(at.values())
    chance.shuffle(groups)
    rounds = max(map(len, groups), default=0)
    return [group[turn] for turn in range(rounds) for group in groups if turn < len(group)]


if __name__ == "__main__":
    print(json.dumps([asdict(mutant) for mutant in ask_slither(Path.cwd())]))


def snake(name: str) -> str:
    """Returns the name of a function as its test file spells it."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip("_")).lower()


def test_files(mutant: Mutant, root: Path) -> list[str]:
    """Returns the functional tests for a mutant, the likeliest to find it first."""
    path = Path(mutant.path)
    usual = path.stem.lower() if path.parent.name == "contracts" else path.parent.name
    folders = FOLDERS.get(path.stem, [usual])
    tests = root / "tests" / "functional"
    files = [file for name in folders for file in sorted((tests / name).glob("test_*.py"))]
    function = snake(mutant.function)
    files.sort(key=lambda file: file.stem.removeprefix("test_") != function)
    return [str(file.relative_to(root)) for file in files] + [EVENTS]
