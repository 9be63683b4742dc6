"""Batches of records, each anchored by one root (R63, P80)."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Batch", "Inclusion"]


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch; ``institution`` is None when unknown, ``root`` is 32 bytes."""

    institution: str | None
    anchored_at: int
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Inclusion:
    """Where a record stands in a batch: leaf from 0, blinding (32), siblings leaf-upwards (32)."""

    batch: int
    index: int
    blinding: bytes
    path: tuple[bytes, ...]
