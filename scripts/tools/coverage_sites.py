"""Which statements and branches the contracts have, and which code of theirs stands for each.

A statement is executed when an instruction runs whose innermost enclosing statement it is. A
branch is decided by a conditional jump that the compiler ascribes to exactly the `if`, loop,
conditional expression, `&&`, `||`, `require` or `assert`; the compiler's own checks, of overflow or
of call data, are ascribed to the operands and do not count.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

STATEMENTS = frozenset(
    f"{kind}Statement"
    for kind in ("Expression", "VariableDeclaration", "Revert", "Emit", "If", "For", "While")
) | {"Return", "DoWhileStatement", "TryStatement", "InlineAssembly", "Break", "Continue"}
CHOICES = frozenset({"IfStatement", "ForStatement", "WhileStatement", "DoWhileStatement"})
GUARDS = frozenset({"require", "assert"})
JUMPI = 0x57
PUSH1, PUSH32 = 0x60, 0x7F
# solc ends code with 51 bytes of CBOR and their length in two: which contract it is, whatever its
# immutables are.
METADATA_BYTES = 53

Span = tuple[str, int, int]


@dataclass(frozen=True, order=True)
class Site:
    """A statement or one outcome of a branch: path from the root, first byte, length, kind.

    Kinds are `statement`, and `true` and `false` for a condition; of `&&` and `||` the left side
    is meant.
    """

    path: str
    start: int
    length: int
    kind: str


@dataclass
class Code:
    """One contract's creation or runtime code: the site each instruction belongs to."""

    name: str
    lines: dict[int, Span]
    jumps: dict[int, Span]


@dataclass
class Project:
    """Every site of a project, and what recognises its code."""

    sites: set[Site] = field(default_factory=set)
    texts: dict[str, str] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    creations: dict[str, str] = field(default_factory=dict)
    statements: dict[str, list[Span]] = field(default_factory=dict)
    branches: dict[Span, bool] = field(default_factory=dict)

    def hit(self, code: str, marks: list[str]) -> set[Site]:
        """Returns the sites for `marks` of a code's trace: `12`, or `12t` and `12f` for a jump."""
        known, found = self.codes[code], set()
        for mark in marks:
            place = int(mark.rstrip("tf"))
            if place in known.lines:
                found.add(Site(*known.lines[place], "statement"))
            if place in known.jumps and mark[-1] in "tf":
                jumped = mark[-1] == "t"
                outcome = str(jumped == self.branches[known.jumps[place]]).lower()
                found.add(Site(*known.jumps[place], outcome))
        return found

    def line(self, site: Site) -> int:
        """Returns the line, counted from 1, that a site begins in."""
        return self.texts[site.path].encode()[: site.start].count(b"\n") + 1


def walk(node: Any) -> Iterator[dict[str, Any]]:
    """Yields every node of a syntax tree."""
    if isinstance(node, dict):
        if "nodeType" in node:
            yield node
        for child in node.values():
            yield from walk(child)
    elif isinstance(node, list):
        for child in node:
            yield from walk(child)


def span(path: str, node: dict[str, Any]) -> Span:
    """Returns where a node lies in its file, in bytes."""
    start, length, _ = node["src"].split(":")
    return path, int(start), int(length)


def is_branch(node: dict[str, Any]) -> bool:
    """Whether a node decides between two ways."""
    kind = node["nodeType"]
    if kind in CHOICES:
        return node.get("condition") is not None
    if kind == "BinaryOperation":
        return bool(node["operator"] in ("&&", "||"))
    if kind == "FunctionCall":
        return node["expression"].get("name") in GUARDS
    return kind == "Conditional"


def jumps_if_true(node: dict[str, Any]) -> bool:
    """Whether the code of a branch jumps when its condition, or its left side, is true.

    What guards code jumps over it when the condition is false, and `&&` over its right side; a
    conditional expression has its second value first.
    """
    return node.get("operator") == "||" or node["nodeType"] in ("FunctionCall", "Conditional")


def places(code: bytes) -> list[tuple[int, int]]:
    """Returns offset and opcode of every instruction; data behind the code is read as code."""
    found, at = [], 0
    while at < len(code):
        found.append((at, code[at]))
        at += 1 + (code[at] - PUSH1 + 1 if PUSH1 <= code[at] <= PUSH32 else 0)
    return found


def entries(source_map: str) -> list[tuple[int, int, int]]:
    """Returns start, length and file of every instruction of a compressed source map."""
    found, last = [], ["0", "0", "-1"]
    for entry in source_map.split(";"):
        given = entry.split(":")[:3]
        last = [new or old for new, old in zip(given + [""] * 3, last, strict=False)]
        found.append((int(last[0]), int(last[1]), int(last[2])))
    return found


def innermost(spans: list[Span], start: int, length: int) -> Span | None:
    """Returns the shortest of `spans` that encloses `length` bytes from `start`."""
    around = [s for s in spans if s[1] <= start and start + length <= s[1] + s[2]]
    return min(around, key=lambda s: s[2], default=None)


def of_code(project: Project, name: str, code: str, source_map: str, files: dict[int, str]) -> Code:
    """Maps the instructions of one code to the project's statements and branches."""
    lines: dict[int, Span] = {}
    jumps: dict[int, Span] = {}
    known: dict[tuple[int, int, int], Span | None] = {}
    instructions = places(bytes.fromhex(code.removeprefix("0x")))
    for (at, opcode), entry in zip(instructions, entries(source_map), strict=False):
        path = files.get(entry[2], "")
        if path not in project.statements:
            continue
        if entry not in known:
            known[entry] = innermost(project.statements[path], *entry[:2])
        if statement := known[entry]:
            lines[at] = statement
        if opcode == JUMPI and (path, *entry[:2]) in project.branches:
            jumps[at] = (path, *entry[:2])
    return Code(name, lines, jumps)


def tail(code: str) -> str:
    """Returns what recognises a runtime code: its length and a hash of its metadata."""
    plain = code.removeprefix("0x")
    end = hashlib.sha256(plain[-2 * METADATA_BYTES :].encode()).hexdigest()
    return f"{len(plain) // 2}:{end[:32]}"


def read(builds: list[dict[str, Any]]) -> Project:
    """Returns the project of Brownie's build files; interfaces and libraries of others are none."""
    project = Project()
    ours = [b for b in builds if b.get("sourcePath", "").startswith("contracts/")]
    for build in ours:
        path = build["sourcePath"]
        if path in project.texts:
            continue
        project.texts[path] = build["source"]
        nodes = list(walk(build["ast"]))
        project.statements[path] = [span(path, n) for n in nodes if n["nodeType"] in STATEMENTS]
        project.branches |= {span(path, n): jumps_if_true(n) for n in nodes if is_branch(n)}
    project.sites = {Site(*s, "statement") for found in project.statements.values() for s in found}
    project.sites |= {Site(*s, way) for s in project.branches for way in ("true", "false")}
    for build in ours:
        if not build.get("bytecode"):
            continue
        name, files = build["contractName"], {int(k): v for k, v in build["allSourcePaths"].items()}
        runtime, creation = build["deployedBytecode"], build["bytecode"]
        parts = (name, runtime, build["deployedSourceMap"], files)
        project.codes[tail(runtime)] = of_code(project, *parts)
        key = f"{name}.constructor"
        project.codes[key] = of_code(project, key, creation, build["sourceMap"], files)
        project.creations[creation.removeprefix("0x")] = key
    return project


def load(folder: Path) -> Project:
    """Returns the project of the build files in `folder`."""
    return read([json.loads(file.read_text()) for file in sorted(folder.glob("*.json"))])
