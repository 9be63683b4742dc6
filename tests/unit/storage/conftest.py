from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from chartkey.storage import EmbeddedStore


@pytest.fixture(scope="session")
def content() -> Callable[[int], bytes]:
    """Bytes that look random and are the same in every run."""
    return lambda size: hashlib.shake_128(b"chartkey").digest(size)


@pytest.fixture
def store(tmp_path: Path) -> EmbeddedStore:
    return EmbeddedStore(tmp_path / "诊所")
