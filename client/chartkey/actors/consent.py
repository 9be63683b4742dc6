"""The consent text shown before a grant, and the commitment to it that the grant carries."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib import resources

from chartkey.crypto.digest import keccak256
from chartkey.errors import ArgumentInvalid

__all__ = ["ConsentText", "consent_text"]

VERSION = 1


@dataclass(frozen=True, slots=True)
class ConsentText:
    """One version of the text in one language (BCP 47 tag)."""

    version: int
    language: str
    text: str

    @property
    def commitment(self) -> bytes:
        """The 32 bytes in the grant: keccak256(version u32 ‖ SHA-256(language) ‖ SHA-256(text)).

        The hashes are over UTF-8.
        """
        language, text = (sha256(part.encode()).digest() for part in (self.language, self.text))
        return keccak256(self.version.to_bytes(4, "big") + language + text)


@lru_cache(maxsize=8)
def consent_text(language: str = "en", version: int = VERSION) -> ConsentText:
    """Return a consent text that this release carries: ``en`` or ``zh-CN``.

    Raises:
        ArgumentInvalid: there is none in that language or version.
    """
    folder = resources.files("chartkey") / "consent"
    names = {f"v{version}.{tag}.txt": tag for tag in ("en", "zh-CN")}
    name = f"v{version}.{language}.txt"
    if name not in names or not (folder / name).is_file():
        problem = f"there is no consent text {version} in {language!r}; take en or zh-CN"
        raise ArgumentInvalid(function="consent", problem=problem)
    return ConsentText(version, language, (folder / name).read_text("utf-8"))
