"""Which contracts make up a deployment."""
from __future__ import annotations
from dataclasses import dataclass, field
from pathlib import Path

@dataclass(frozen=True, slots=True)
class Deployed:
    address: str
    code_hash: bytes

@dataclass(frozen=True, slots=True)
class InstitutionEntry:
    address: str
    name: str
    custodian: str
    store: str
    keyfile: str | None = None

@dataclass(frozen=True, slots=True)
class Manifest:
    chain_id: int
    deployment_block: int
    contracts: dict[str, Deployed]
    confirmations: int
    max_head_age: int | None
    development: bool = False
    institutions: tuple[InstitutionEntry, ...] = ()
    path: Path | None = None
    schema: int = 1
    @classmethod
    def load(cls, path: str | Path) -> Manifest: ...
    def save(self, path: str | Path) -> Manifest: ...
    def locate(self, name: str) -> Path: """a relative path in the manifest, inside its folder"""
    def institution(self, address: str) -> InstitutionEntry | None: ...
