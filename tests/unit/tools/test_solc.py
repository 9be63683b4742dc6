"""The compiler stand-in answers as the native one would, and reads nothing outside its roots."""

import json
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SOLC = ROOT / "scripts" / "tools" / "solc" / "solc-v0.8.28"
HEADER = "// SPDX-License-Identifier: Apache-2.0\npragma solidity 0.8.28;\n"
EMPTY = HEADER + "contract Sample {}"
LIBRARY = HEADER + "library Known { function one() internal pure returns (uint256) { return 1; } }"


def compile_source(folder: Path, text: str, *words: str, **settings: object) -> dict[str, object]:
    request = {
        "language": "Solidity",
        "sources": {"Sample.sol": {"content": text}},
        "settings": {
            "outputSelection": {"*": {"*": ["evm.deployedBytecode.object"]}},
            **settings,
        },
    }
    answer = subprocess.run(
        [SOLC, "--standard-json", *words],
        cwd=folder,
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return json.loads(answer.stdout)


def code(output: dict) -> str:
    return output["contracts"]["Sample.sol"]["Sample"]["evm"]["deployedBytecode"]["object"]


def messages(output: dict) -> str:
    return " ".join(error["message"] for error in output.get("errors", []))


def importing(path: str) -> str:
    return HEADER + f'import {{Known}} from "{path}";\ncontract Sample {{}}'


def test_the_version_is_answered_without_node() -> None:
    answer = subprocess.run(
        [SOLC, "--version"],
        env={"PATH": "/usr/bin:/bin", "NODE_OPTIONS": "--require /nowhere"},
        capture_output=True,
        text=True,
        check=True,
        timeout=10,
    )
    first, second = answer.stdout.splitlines()
    assert first == "solc, the solidity compiler commandline interface"
    assert second == "Version: 0.8.28+commit.7893614a.Linux.g++"


def test_code_does_not_depend_on_comments_or_remappings(tmp_path: Path) -> None:
    plain = compile_source(tmp_path, EMPTY)
    other = compile_source(tmp_path, EMPTY + " // moved", remappings=[f"x={tmp_path}"])
    assert code(plain) == code(other)


def test_a_metadata_setting_of_the_caller_wins(tmp_path: Path) -> None:
    hashed = compile_source(tmp_path, EMPTY, metadata={"bytecodeHash": "ipfs"})
    assert "69706673" in code(hashed)
    assert "69706673" not in code(compile_source(tmp_path, EMPTY))


def test_an_import_from_the_working_directory_is_read(tmp_path: Path) -> None:
    (tmp_path / "Known.sol").write_text(LIBRARY)
    assert "errors" not in compile_source(tmp_path, importing("Known.sol"))


@pytest.mark.parametrize("option", ["--allow-paths", "remapping"])
def test_an_import_from_an_allowed_folder_is_read(tmp_path: Path, option: str) -> None:
    base, other = tmp_path / "base", tmp_path / "other"
    base.mkdir()
    other.mkdir()
    (other / "Known.sol").write_text(LIBRARY)
    words = [option, str(other)] if option.startswith("--") else []
    path = f"{other}/Known.sol" if words else "@other/Known.sol"
    settings = {} if words else {"remappings": [f"@other={other}"]}
    assert "errors" not in compile_source(base, importing(path), *words, **settings)


@pytest.mark.parametrize("path", ["../other/Known.sol", "{other}/Known.sol", "link/Known.sol"])
def test_an_import_from_elsewhere_is_refused(tmp_path: Path, path: str) -> None:
    base, other = tmp_path / "base", tmp_path / "other"
    base.mkdir()
    other.mkdir()
    (other / "Known.sol").write_text(LIBRARY)
    (base / "link").symlink_to(other)
    output = compile_source(base, importing(path.format(other=other)))
    assert "not found" in messages(output)


def test_a_sibling_whose_name_begins_like_an_allowed_folder_is_refused(tmp_path: Path) -> None:
    base, twin = tmp_path / "base", tmp_path / "base-twin"
    base.mkdir()
    twin.mkdir()
    (twin / "Known.sol").write_text(LIBRARY)
    output = compile_source(base, importing(f"{twin}/Known.sol"))
    assert "outside of allowed directories" in messages(output)


def test_an_answer_larger_than_a_pipe_arrives_whole(tmp_path: Path) -> None:
    # 64 KiB fit into a pipe; the reader is slow to start.
    calls = "".join(
        f"function f{n}() external pure returns (uint256) {{ return {n}; }}" for n in range(600)
    )
    request = {
        "language": "Solidity",
        "sources": {"Sample.sol": {"content": f"{HEADER}contract Sample {{ {calls} }}"}},
        "settings": {"outputSelection": {"*": {"*": ["abi", "evm.bytecode"], "": ["ast"]}}},
    }
    file = tmp_path / "request.json"
    file.write_text(json.dumps(request))
    with file.open() as source:
        slow = f"'{SOLC}' --standard-json | {{ sleep 3; cat; }}"
        answer = subprocess.run(
            ["sh", "-c", slow], stdin=source, capture_output=True, timeout=60, check=True
        )
    assert len(answer.stdout) > 1_000_000
    assert "contracts" in json.loads(answer.stdout)


@pytest.mark.parametrize("words", [["--bin"], ["--combined-json", "abi"], []])
def test_other_ways_to_call_it_are_refused(words: list[str]) -> None:
    answer = subprocess.run(
        [SOLC, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30
    )
    assert answer.returncode == 1
    assert "--standard-json only" in answer.stderr


def test_brownies_library_finds_it_through_the_environment() -> None:
    import solcx

    assert Path(os.environ["SOLCX_BINARY_PATH"]) == SOLC.parent
    assert "0.8.28" in {str(version) for version in solcx.get_installed_solc_versions()}
