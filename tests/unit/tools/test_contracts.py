"""The check of NatSpec and the ABI generator, on a small project and the real compiler."""

import copy
import json
import shutil
from pathlib import Path
from typing import Any

import abi
import compiler
import pytest
from checks import natspec
from eth_utils import keccak

ROOT = Path(__file__).resolve().parents[3]
HEADER = "// SPDX-License-Identifier: Apache-2.0\npragma solidity 0.8.28;\n"
INTERFACE = """
/// @notice Keeps one number.
interface IShelf {
    /// @notice A number was put on the shelf.
    /// @param number the number, any value
    event NumberPut(uint256 number);
    /// @notice The shelf holds too large a number.
    error ShelfFull(uint256 number);
    /// @notice Puts a number on the shelf.
    function put(uint256 number, address) external;
    /// @dev Anybody may call.
    /// @return first the number
    function both() external view returns (uint256 first, uint256 second);
}
"""
CONTRACT = """
import {IShelf} from "../interfaces/IShelf.sol";
abstract contract Board is IShelf {}
library Wood {}
contract Shelf is Board {
    uint256 private immutable _most;
    constructor(uint256 most) { _most = most; }
    function put(uint256 number, address) external {
        if (number > _most) revert ShelfFull(number);
        emit NumberPut(number);
    }
    function both() external view returns (uint256, uint256) { return (_most, 1); }
}
"""


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the compiler says of the project above, under the real settings."""
    root = tmp_path_factory.mktemp("project")
    shutil.copy(ROOT / "brownie-config.yaml", root)
    for name, text in {"interfaces/IShelf.sol": INTERFACE, "contracts/Shelf.sol": CONTRACT}.items():
        (root / name).parent.mkdir()
        (root / name).write_text(HEADER + text)
    return compiler.compile_project(root)


def test_every_gap_in_the_interfaces_is_found(output: dict[str, Any]) -> None:
    found = {finding.partition(": ")[2] for finding in natspec.findings(output)}
    assert found == {
        "error IShelf.ShelfFull: no @param number",
        "function IShelf.put: no @param number",
        "function IShelf.both: no @notice",
        "function IShelf.both: 1 of 2 return values described by @return",
    }


def test_only_contracts_that_can_be_deployed_get_files(output: dict[str, Any]) -> None:
    assert set(abi.render(output)) == {"Shelf.json", "code.json"}


def test_an_abi_is_ordered_whatever_the_compiler_does(output: dict[str, Any]) -> None:
    turned = copy.deepcopy(output)
    turned["contracts"]["contracts/Shelf.sol"]["Shelf"]["abi"].reverse()
    assert abi.render(turned) == abi.render(output)


def test_the_code_hash_ignores_what_the_constructor_writes(output: dict[str, Any]) -> None:
    facts = json.loads(abi.render(output)["code.json"])["Shelf"]
    shelf = output["contracts"]["contracts/Shelf.sol"]["Shelf"]
    code = bytearray.fromhex(shelf["evm"]["deployedBytecode"]["object"])
    assert len(facts["immutables"]) == 2
    assert facts["size"] == len(code)
    for offset, length in facts["immutables"]:
        assert not any(code[offset : offset + length])
    assert facts["hash"] == "0x" + keccak(bytes(code)).hex()


def test_missing_changed_and_left_over_files_are_stale(tmp_path: Path) -> None:
    files = {"A.json": "a", "B.json": "b", "C.json": "c"}
    abi.write(files, tmp_path)
    assert abi.stale(files, tmp_path) == []
    (tmp_path / "A.json").unlink()
    (tmp_path / "B.json").write_text("other")
    (tmp_path / "D.json").write_text("d")
    assert abi.stale(files, tmp_path) == ["A.json", "B.json", "D.json"]
    abi.write(files, tmp_path)
    assert abi.stale(files, tmp_path) == []
