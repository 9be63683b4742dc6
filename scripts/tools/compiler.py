"""Compiles contracts/ and interfaces/ with the settings of brownie-config.yaml.

The tools need more of the compiler's answer than Brownie keeps: where immutables lie in the code,
and the documentation in the syntax tree.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPILER = Path(__file__).parent / "solc" / "solc-v0.8.28"
OUTPUTS = ["abi", "evm.bytecode.object", "evm.deployedBytecode"]


def settings(root: Path) -> dict[str, Any]:
    """Returns the compiler settings that Brownie derives from `root`/brownie-config.yaml."""
    compiler = yaml.safe_load((root / "brownie-config.yaml").read_text())["compiler"]
    solc = compiler["solc"]
    optional = {key: solc[key] for key in ("viaIR",) if key in solc}
    return {
        "evmVersion": compiler["evm_version"],
        "optimizer": solc["optimizer"],
        "remappings": solc["remappings"],
        "outputSelection": {"*": {"*": OUTPUTS, "": ["ast"]}},
        **optional,
    }


def sources(root: Path) -> dict[str, dict[str, str]]:
    """Returns every Solidity file of the project by its path from `root`, in order."""
    files = sorted(
        file for top in ("contracts", "interfaces") for file in (root / top).rglob("*.sol")
    )
    return {str(file.relative_to(root)): {"content": file.read_text()} for file in files}


def compile_project(root: Path = ROOT) -> dict[str, Any]:
    """Returns solc's standard JSON output for the project; stops the program on errors."""
    request = {"language": "Solidity", "sources": sources(root), "settings": settings(root)}
    answer = subprocess.run(
        [COMPILER, "--standard-json"],
        input=json.dumps(request),
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    output: dict[str, Any] = json.loads(answer.stdout)
    errors = [entry for entry in output.get("errors", []) if entry["severity"] == "error"]
    if errors:
        sys.exit("\n".join(entry["formattedMessage"] for entry in errors))
    return output


def declarations(output: dict[str, Any], top: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields path and syntax tree of every contract, interface and library below `top`."""
    for path, unit in sorted(output["sources"].items()):
        if path.startswith(f"{top}/"):
            yield from (
                (path, node)
                for node in unit["ast"]["nodes"]
                if node["nodeType"] == "ContractDefinition"
            )
