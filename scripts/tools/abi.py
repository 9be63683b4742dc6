"""Writes what the client must know of the contracts; `abi.py --check` says if it is up to date.

For every contract that can be deployed, client/chartkey/chain/abi/<Contract>.json holds its ABI.
code.json beside them holds, for each, the hash of its deployed code with every immutable set to
zero, and where those immutables lie: [offset, length] in bytes. A reader of the chain sets the same
bytes to zero before hashing, and so recognises a contract whatever it was constructed with.
"""

import json
import sys
from pathlib import Path
from typing import Any

from compiler import ROOT, compile_project, declarations
from eth_utils import keccak

FOLDER = ROOT / "client" / "chartkey" / "chain" / "abi"
CODE_FILE = "code.json"


def deployable(output: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Returns the compiler's answer for every contract that is neither abstract nor a library."""
    return {
        node["name"]: output["contracts"][path][node["name"]]
        for path, node in declarations(output, "contracts")
        if node["contractKind"] == "contract" and not node["abstract"]
    }


def abi_of(contract: dict[str, Any]) -> list[dict[str, Any]]:
    """Returns the ABI ordered by type, name and parameters: the file changes only with it."""

    def order(entry: dict[str, Any]) -> tuple[str, str, list[str]]:
        parameters = [parameter["type"] for parameter in entry.get("inputs", [])]
        return entry["type"], entry.get("name", ""), parameters

    return sorted(contract["abi"], key=order)


def code_of(contract: dict[str, Any]) -> dict[str, Any]:
    """Returns the code hash (0x, 64 hexadecimal digits), its bytes and the immutables' places."""
    deployed = contract["evm"]["deployedBytecode"]
    # The compiler leaves zeros where the constructor will write the immutables.
    code = bytes.fromhex(deployed["object"])
    places = [place for group in deployed["immutableReferences"].values() for place in group]
    return {
        "hash": "0x" + keccak(code).hex(),
        "immutables": sorted([place["start"], place["length"]] for place in places),
        "size": len(code),
    }


def render(output: dict[str, Any]) -> dict[str, str]:
    """Returns the text of every file of the folder by its name."""
    contracts = deployable(output)
    files: dict[str, Any] = {
        f"{name}.json": abi_of(contract) for name, contract in contracts.items()
    }
    files[CODE_FILE] = {name: code_of(contract) for name, contract in contracts.items()}
    return {
        name: json.dumps(value, indent=1, sort_keys=True) + "\n" for name, value in files.items()
    }


def stale(files: dict[str, str], folder: Path) -> list[str]:
    """Returns the names of the files in `folder` that are missing, outdated or left over."""
    found = {file.name: file.read_text() for file in folder.glob("*.json")}
    return sorted(
        name for name in files.keys() | found.keys() if files.get(name) != found.get(name)
    )


def write(files: dict[str, str], folder: Path) -> None:
    """Makes `folder` hold exactly `files`, touching only what changed."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in stale(files, folder):
        if name in files:
            (folder / name).write_text(files[name])
        else:
            (folder / name).unlink()


def main(arguments: list[str]) -> int:
    """Writes the files, or with --check names the outdated ones; returns the exit status."""
    files = render(compile_project())
    if "--check" not in arguments:
        write(files, FOLDER)
        return 0
    names = stale(files, FOLDER)
    for name in names:
        print(
            f"{(FOLDER / name).relative_to(ROOT)}: not what the contracts compile to; run make abi"
        )
    return 1 if names else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
