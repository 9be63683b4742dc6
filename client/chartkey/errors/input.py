"""Something the caller passed."""

from __future__ import annotations

from chartkey.errors.base import ChartkeyError

__all__ = [
    "AddressInvalid",
    "Ambiguous",
    "ArgumentInvalid",
    "CarInvalid",
    "CidInvalid",
    "ContextInvalid",
    "FileExists",
    "FolderInvalid",
    "IdentifierInvalid",
    "InputError",
    "KeyUnsuitable",
    "MediaMismatch",
    "MnemonicInvalid",
    "NetworkInvalid",
    "RecordInvalid",
    "RecordTooLarge",
    "SharesInvalid",
    "StoresInvalid",
]


class InputError(ChartkeyError, ValueError):
    """Something the caller passed cannot be used; nothing was changed."""

    code = "input"


class AddressInvalid(InputError):
    """Values: ``value`` (the text given)."""

    code = "address-invalid"


class RecordInvalid(InputError):
    """Values: ``source`` (file name), ``problem`` (no content of the record)."""

    code = "record-invalid"


class RecordTooLarge(InputError):
    """Values: ``source``, ``limit`` (which cap, with its number)."""

    code = "record-too-large"


class MediaMismatch(InputError):
    """Values: ``found``, ``wanted``, ``attribute`` that would work."""

    code = "media-mismatch"


class FileExists(InputError):
    """Values: ``path``."""

    code = "file-exists"


class IdentifierInvalid(InputError):
    """Values: ``problem``. The identifier itself is never repeated."""

    code = "identifier-invalid"


class CidInvalid(InputError):
    """Values: ``problem``."""

    code = "cid-invalid"


class KeyUnsuitable(InputError):
    """Values: ``problem``."""

    code = "key-unsuitable"


class MnemonicInvalid(InputError):
    """Values: ``problem``. No word is ever repeated."""

    code = "mnemonic-invalid"


class SharesInvalid(InputError):
    """Values: ``problem``."""

    code = "shares-invalid"


class ContextInvalid(InputError):
    """Values: ``problem``. A field of the wrong width would shift all that follow it."""

    code = "context-invalid"


class ArgumentInvalid(InputError):
    """Values: ``function`` (what it was for), ``problem`` (types and lengths, never contents)."""

    code = "argument-invalid"


class Ambiguous(InputError):
    """Values: ``what``, ``choices`` (list of texts), ``parameter`` that picks one."""

    code = "ambiguous"


class FolderInvalid(InputError):
    """Values: ``path``, ``problem``."""

    code = "folder-invalid"


class CarInvalid(InputError):
    """Values: ``path``, ``problem``."""

    code = "car-invalid"


class StoresInvalid(InputError):
    """Values: ``path``, ``problem``."""

    code = "stores-invalid"


class NetworkInvalid(InputError):
    """Values: ``source`` (file or text), ``problem``."""

    code = "network-invalid"
