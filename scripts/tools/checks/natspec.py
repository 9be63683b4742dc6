"""Whether interfaces/ is the contracts' manual.

Every external function, event and error has a notice, every parameter and return value a word.
"""

import re
from collections.abc import Iterator
from typing import Any

from compiler import declarations

DOCUMENTED = {
    "FunctionDefinition": "function",
    "EventDefinition": "event",
    "ErrorDefinition": "error",
}


def tags(node: dict[str, Any]) -> list[tuple[str, str]]:
    """Returns a declaration's NatSpec tags and their texts; text without a tag is a notice."""
    text = (node.get("documentation") or {}).get("text", "")
    pairs = re.findall(r"@(\w+)\s+([^@]*)", text)
    loose = re.split(r"@\w+", text)[0].strip()
    return [*([("notice", loose)] if loose else []), *pairs]


def described(node: dict[str, Any], tag: str) -> list[str]:
    """Returns the texts, without surrounding space, of one tag of a declaration."""
    return [text.strip() for name, text in tags(node) if name == tag]


def undocumented_parameters(node: dict[str, Any]) -> list[str]:
    """Returns the names of the parameters that no @param describes; solc refuses empty ones."""
    known = {text.split()[0] for text in described(node, "param")}
    return [
        one["name"]
        for one in node["parameters"]["parameters"]
        if one["name"] and one["name"] not in known
    ]


def faults(node: dict[str, Any]) -> Iterator[str]:
    """Yields what the documentation of one declaration lacks."""
    if not any(described(node, "notice")):
        yield "no @notice"
    for name in undocumented_parameters(node):
        yield f"no @param {name}"
    wanted = len(node.get("returnParameters", {"parameters": []})["parameters"])
    given = len([text for text in described(node, "return") if text])
    if given < wanted:
        yield f"{given} of {wanted} return values described by @return"


def findings(output: dict[str, Any]) -> Iterator[str]:
    """Yields one line for every gap in the NatSpec of interfaces/, from the compiler's output."""
    for path, contract in declarations(output, "interfaces"):
        if not any(described(contract, "notice")):
            yield f"{path}: {contract['name']} has no @notice"
        for node in contract["nodes"]:
            kind = DOCUMENTED.get(node["nodeType"])
            for fault in faults(node) if kind else []:
                yield f"{path}: {kind} {contract['name']}.{node['name']}: {fault}"
