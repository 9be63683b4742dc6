"""What was seen when a network was looked at before: blocks, to notice that they were replaced,
and sizes, to tell how fast they grow. A small file of this machine; losing it loses only that.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from chartkey.errors import NetworkInvalid
from chartkey.operator.space import Sample
from chartkey.storage.newfile import new_file

__all__ = ["KEPT", "Past"]

KEPT: Final = 256
"""Blocks of each node."""
_SCHEMA: Final = 1
_SAMPLES: Final = 96
_APART: Final = 3600.0
"""Seconds between two sizes that are kept."""
_LARGEST: Final = 16 << 20


class Past:
    """Blocks by node and number, sizes by folder."""

    def __init__(self) -> None:
        self.blocks: dict[str, dict[int, bytes]] = {}
        self.sizes: dict[str, list[Sample]] = {}

    @classmethod
    def load(cls, path: Path) -> Past:
        """Read the file; an empty past when there is none.

        Raises:
            NetworkInvalid: it cannot be read, or is something else.
        """
        past = cls()
        try:
            with path.open("rb") as file:
                document = _of_this_release(json.loads(file.read(_LARGEST)))
            for node, blocks in document["blocks"].items():
                past.blocks[node] = {int(n): bytes.fromhex(digest) for n, digest in blocks.items()}
            for folder, samples in document["sizes"].items():
                past.sizes[folder] = [(float(at), int(size)) for at, size in samples]
        except FileNotFoundError:
            return past
        except OSError as err:
            problem = f"it cannot be read ({err.strerror})"
            raise NetworkInvalid(source=path, problem=problem) from err
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as err:
            problem = "it is no state file of `network status`; name another"
            raise NetworkInvalid(source=path, problem=problem) from err
        return past

    def save(self, path: Path) -> None:
        """Write the file, whole or not at all.

        Raises:
            NetworkInvalid: it cannot be written there.
        """
        blocks = {
            node: {str(number): digest.hex() for number, digest in sorted(known.items())}
            for node, known in self.blocks.items()
        }
        document = {"schema": _SCHEMA, "blocks": blocks, "sizes": self.sizes}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with new_file(path, overwrite=True) as file:
                file.write(json.dumps(document).encode())
        except OSError as err:
            problem = f"it cannot be written ({err.strerror})"
            raise NetworkInvalid(source=path, problem=problem) from err

    def replaced(self, node: str, present: Mapping[int, bytes]) -> int:
        """Return how many of a node's known blocks were replaced since: from the lowest that is
        another one to the highest. What is not in ``present`` any more counts as replaced.
        """
        known = self.blocks.get(node, {})
        changed = [number for number in known if present.get(number) != known[number]]
        return max(known) - min(changed) + 1 if changed else 0

    def note_blocks(self, node: str, present: Mapping[int, bytes]) -> None:
        """Keep a node's newest blocks, in place of what was kept of it."""
        newest = sorted(present)[-KEPT:]
        self.blocks[node] = {number: present[number] for number in newest}

    def note_size(self, folder: str, at: float, size: int) -> None:
        """Keep a folder's size, unless one was kept within the hour."""
        samples = self.sizes.setdefault(folder, [])
        if not samples or at - samples[-1][0] >= _APART:
            samples.append((at, size))
            del samples[:-_SAMPLES]


def _of_this_release(document: Any) -> Any:
    if document["schema"] != _SCHEMA:
        raise ValueError
    return document
