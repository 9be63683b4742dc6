"""The contracts as they were compiled, and what their code looks like once it is deployed."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from scripts.alliance.refusal import Refused

__all__ = ["DROPPED", "NAMES", "ORDER", "Artifact", "Artifacts", "compile_changes", "load"]

Say = Callable[[str], None]

ORDER = (
    "Forwarder",
    "Consortium",
    "Summary",
    "Registrar",
    "Relationship",
    "RelationshipFactory",
    "Guardianship",
    "Recovery",
    "Batches",
    "Evidence",
    "Delegations",
    "Receipts",
    "Tickets",
    "BreakGlass",
    "Appointments",
    "Referrals",
    "Consultations",
    "Charges",
    "Research",
)
"""The contracts in the order in which they are deployed."""

_BESIDE = ("Forwarder", "Consortium", "Registrar", "Relationship")
NAMES: Mapping[str, tuple[str, ...]] = dict.fromkeys(ORDER, _BESIDE) | {
    "Forwarder": ("Guardianship",),
    "Consortium": ("Forwarder",),
    "Summary": ("Consortium", "Registrar", "RelationshipFactory"),
    "Registrar": ("Forwarder", "Consortium", "Summary", "Recovery"),
    "Relationship": ("Forwarder", "Consortium", "Registrar", "RelationshipFactory", "Batches"),
    "Appointments": (*_BESIDE, "Referrals"),
    "Referrals": (*_BESIDE, "Appointments"),
}
"""Which contracts each names in its constructor, in the order of its arguments."""

DROPPED: Mapping[str, tuple[str, ...]] = {
    "Guardianship": ("Relationship",),
    "Recovery": ("Relationship",),
    "Batches": ("Registrar", "Relationship"),
    "Evidence": ("Consortium", "Registrar"),
    "Receipts": ("Registrar", "Relationship"),
    "Tickets": ("Relationship",),
    "BreakGlass": ("Relationship",),
    "Research": ("Relationship",),
}
"""What a constructor takes and the code does not keep, because nothing in it asks."""

_PUSH1, _PUSH32 = 0x60, 0x7F
_WORD = 32
# EIP-1167: the code of a minimal proxy, around the implementation's 20 bytes.
_CLONE_HEAD = bytes.fromhex("363d3d373d3d3d363d73")
_CLONE_TAIL = bytes.fromhex("5af43d82803e903d91602b57fd5bf3")


@dataclass(frozen=True, slots=True)
class Artifact:
    """One compiled contract: its ABI, the code that creates it and the code that stays."""

    name: str
    abi: list[dict[str, Any]]
    creation: bytes
    runtime: bytes

    @property
    def parameters(self) -> list[dict[str, Any]]:
        """The constructor's parameters as the ABI describes them."""
        found = (entry["inputs"] for entry in self.abi if entry["type"] == "constructor")
        return next(found, [])

    def encode(self, arguments: Sequence[Any]) -> bytes:
        """Return the constructor's arguments, ABI-encoded."""
        from eth_abi.abi import encode

        return encode([_solidity_type(entry) for entry in self.parameters], list(arguments))

    def matches(self, code: bytes) -> bool:
        """Whether code on chain is this contract's, whatever its immutables hold."""
        return len(code) == len(self.runtime) and self._masked(code) == self.runtime

    def words_in(self, code: bytes) -> frozenset[bytes]:
        """Return every 32-byte word that deployed code of this contract keeps as an immutable."""
        return frozenset(code[at : at + _WORD] for at in _immutables(self.runtime))

    def keeps(self, addresses: Mapping[str, str], words: frozenset[bytes]) -> bool:
        """Whether immutables name the contracts that the constructor was to be given."""
        named = (name for name in NAMES[self.name] if name not in DROPPED.get(self.name, ()))
        return all(_word_of(self.name, name, addresses[name]) in words for name in named)

    def _masked(self, code: bytes) -> bytes:
        masked = bytearray(code)
        for at in _immutables(self.runtime):
            masked[at : at + _WORD] = bytes(_WORD)
        return bytes(masked)


Artifacts = Mapping[str, Artifact]


def compile_changes(root: Path, say: Say = lambda line: None) -> None:
    """Compile a project's contracts if a source is not what was compiled last.

    Raises:
        Refused: they do not compile.
    """
    if not _is_stale(root):
        return
    say("compiling the contracts")
    command = [str(Path(sys.prefix) / "bin" / "brownie"), "compile"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Refused(f"the contracts do not compile:\n{(done.stdout + done.stderr)[-2000:]}")


def load(root: Path) -> dict[str, Artifact]:
    """Read what Brownie compiled into ``build/contracts`` of a project.

    Raises:
        Refused: a contract has not been compiled.
    """
    return {name: _read(root / "build" / "contracts" / f"{name}.json", name) for name in ORDER}


def _is_stale(root: Path) -> bool:
    return any(
        _source_hash(source) != _compiled_hash(root / "build" / folder / f"{source.stem}.json")
        for folder in ("contracts", "interfaces")
        for source in (root / folder).rglob("*.sol")
    )


def _source_hash(source: Path) -> str:
    # The digest that Brownie writes into its artifacts; nothing rests on its strength.
    return hashlib.sha1(source.read_bytes(), usedforsecurity=False).hexdigest()


def _compiled_hash(artifact: Path) -> str | None:
    if not artifact.is_file():
        return None
    digest: str | None = json.loads(artifact.read_text("utf-8")).get("sha1")
    return digest


def _read(path: Path, name: str) -> Artifact:
    if not path.is_file():
        raise Refused(f"{name} is not compiled: run `brownie compile` first.")
    build = json.loads(path.read_text("utf-8"))
    creation, runtime = (bytes.fromhex(build[key]) for key in ("bytecode", "deployedBytecode"))
    return Artifact(name, build["abi"], creation, runtime)


def _word_of(keeper: str, name: str, address: str) -> bytes:
    """Return how code names a contract: by its address, a relationship by its clones' code."""
    from eth_utils.crypto import keccak

    place = bytes.fromhex(address[2:])
    if name == "Relationship" and keeper != "RelationshipFactory":
        return keccak(_CLONE_HEAD + place + _CLONE_TAIL)
    return place.rjust(_WORD, b"\0")


@lru_cache
def _immutables(runtime: bytes) -> tuple[int, ...]:
    """Return where compiled code leaves 32 zero bytes for the constructor to fill.

    The compiler pushes every other zero with one byte, so PUSH32 of zero is always an immutable.
    """
    at, found = 0, []
    while at < len(runtime):
        width = runtime[at] - _PUSH1 + 1 if _PUSH1 <= runtime[at] <= _PUSH32 else 0
        if width == _WORD and not any(runtime[at + 1 : at + 1 + _WORD]):
            found.append(at + 1)
        at += 1 + width
    return tuple(found)


def _solidity_type(entry: dict[str, Any]) -> str:
    kind: str = entry["type"]
    if not kind.startswith("tuple"):
        return kind
    inner = ",".join(_solidity_type(component) for component in entry["components"])
    return f"({inner}){kind.removeprefix('tuple')}"
