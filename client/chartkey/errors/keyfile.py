"""Key files that cannot be used."""

from __future__ import annotations

from chartkey.errors.base import ChartkeyError

__all__ = [
    "KeyfileError",
    "KeyfileExists",
    "KeyfileInvalid",
    "KeyfileUnsafe",
    "PassphraseMissing",
    "PassphraseWrong",
    "TokenUnsuitable",
]


class KeyfileError(ChartkeyError):
    """A key file cannot be used."""

    code = "keyfile"


class KeyfileUnsafe(KeyfileError):
    """Values: ``path``, ``mode`` (octal text)."""

    code = "keyfile-unsafe"


class KeyfileInvalid(KeyfileError):
    """Values: ``path``, ``problem``."""

    code = "keyfile-invalid"


class KeyfileExists(KeyfileError):
    """Values: ``path``."""

    code = "keyfile-exists"


class PassphraseMissing(KeyfileError):
    """Values: ``path``."""

    code = "passphrase-missing"


class PassphraseWrong(KeyfileError):
    """Values: ``path``."""

    code = "passphrase-wrong"


class TokenUnsuitable(KeyfileError):
    """Values: ``token`` (label), ``problem``."""

    code = "token-unsuitable"
