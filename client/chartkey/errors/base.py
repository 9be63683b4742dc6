"""The base of every exception, and the catalogue of their messages."""

from __future__ import annotations

import json
import os
from functools import lru_cache
from importlib import resources
from typing import Any, ClassVar

__all__ = ["ChartkeyError"]


@lru_cache(maxsize=8)
def _catalogue(language: str) -> dict[str, str]:
    """Return the messages of one language, falling back to English key by key."""
    folder = resources.files("chartkey") / "messages"
    messages: dict[str, str] = json.loads((folder / "en.json").read_text("utf-8"))
    other = folder / f"{language}.json"
    if language != "en" and language.replace("-", "").isalnum() and other.is_file():
        messages |= json.loads(other.read_text("utf-8"))
    return messages


class ChartkeyError(Exception):
    """Base of every exception chartkey raises.

    ``values`` fill the catalogue's message for ``code``; they are kept on the
    exception so that a program can read them, and printed by ``--json``.
    """

    code: ClassVar[str] = "error"

    def __init__(self, **values: Any) -> None:
        self.values = values
        super().__init__(values)

    def __str__(self) -> str:
        language = os.environ.get("CHARTKEY_LANG", "en")
        return _catalogue(language)[self.code].format_map(self.values)

    def as_dict(self) -> dict[str, Any]:
        """Return ``{"error": code, "message": text, "values": {…}}`` for JSON output."""
        values = {name: str(value) for name, value in self.values.items()}
        return {"error": self.code, "message": str(self), "values": values}
