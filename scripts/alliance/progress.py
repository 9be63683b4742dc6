"""How far a deployment has got, kept on disk so that an interruption loses nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from scripts.alliance.refusal import Refused

__all__ = ["Progress", "Step", "write_durably"]

_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Step:
    """A contract that was about to be deployed; ``mined`` once its receipt was seen.

    ``block`` is the receipt's, or until then a lower bound: the first block it can be in.
    """

    address: str
    nonce: int
    block: int
    mined: bool = False


class Progress:
    """The steps of one deployment by one account."""

    def __init__(self, path: Path, head: Mapping[str, object], steps: dict[str, Step]) -> None:
        self._path, self._head, self.steps = path, head, steps

    @classmethod
    def open(cls, path: Path, chain_id: int, deployer: str, founding: str) -> Progress:
        """Go on with the deployment recorded at ``path``, or begin one.

        Nothing is written before the first step. ``founding`` is the digest of the consortium's
        constructor arguments.

        Raises:
            Refused: it was begun on another chain, by another account or with other founders.
        """
        head = {"schema": _SCHEMA, "chainId": chain_id, "deployer": deployer, "founding": founding}
        if not path.exists():
            return cls(path, head, {})
        recorded = json.loads(path.read_text("utf-8"))
        steps = {name: Step(**step) for name, step in recorded.pop("contracts").items()}
        for field, value in head.items():
            if recorded.get(field) != value:
                raise Refused(
                    f"{path} was begun with {field} {recorded.get(field)}, and now it is {value}. "
                    "Go on as it was begun, or delete the file to begin anew."
                )
        return cls(path, head, steps)

    def intend(self, name: str, address: str, nonce: int, *, after: int) -> None:
        """Record, before anything is sent, where a contract is going to be."""
        self.steps[name] = Step(address, nonce, after + 1)
        self._save()

    def confirm(self, name: str, block: int) -> None:
        """Record the block that a contract was deployed in."""
        self.steps[name] = replace(self.steps[name], block=block, mined=True)
        self._save()

    def close(self) -> None:
        """Forget the steps; the manifest takes over."""
        self._path.unlink(missing_ok=True)

    def _save(self) -> None:
        contracts = {name: asdict(step) for name, step in self.steps.items()}
        text = json.dumps({**self._head, "contracts": contracts}, indent=2)
        write_durably(self._path, text.encode() + b"\n")


def write_durably(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Replace a file so that an interruption leaves the old content or the new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".new")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
