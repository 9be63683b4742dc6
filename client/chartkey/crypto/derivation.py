"""Every key that is derived from another, by one rule (P02).

>>> key = derive(bytes(32), "epoch", (1).to_bytes(8, "big"))
>>> len(key)
32
"""

from __future__ import annotations

from typing import Final, NamedTuple

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chartkey.crypto.field import fixed
from chartkey.errors import ContextInvalid

__all__ = ["KEY_BYTES", "PREFIX", "PURPOSES", "Purpose", "derive"]

KEY_BYTES: Final = 32
PREFIX: Final = b"chartkey/v1/"


class Purpose(NamedTuple):
    """What follows a purpose's label in the info, how long its key is, and its secret (bytes)."""

    fields: tuple[int, ...]
    length: int
    secret: int = KEY_BYTES


PURPOSES: Final[dict[str, Purpose]] = {
    "epoch": Purpose((8,), 32),
    "kind": Purpose((2,), 32),
    "record": Purpose((32,), 32),
    "grant": Purpose((16,), 32),
    "slip-record": Purpose((), 64),
    "slip-scope": Purpose((), 64),
    "slip-single": Purpose((), 64),
    "locator": Purpose((), 64),
    "payload": Purpose((16, 32), 64),
    "draft-payload": Purpose((16, 32), 64),
    "draft-mac": Purpose((), 32),
    "hybrid": Purpose((32, 32, 32), 64, secret=64),
    "leaf": Purpose((8,), 32),
    "keyfile-rsa": Purpose((4,), 32),
    "keyfile-handle": Purpose((), 32),
    "accounts": Purpose((), 32),
    "recovery-box": Purpose((), 32),
    "index": Purpose((32,), 32),
}
"""The closed table. No label begins another and widths are fixed, so no two infos are equal."""


def derive(
    secret: bytes, purpose: str, *fields: bytes, salt: bytes = b"", length: int = KEY_BYTES
) -> bytes:
    """Derive a key of ``length`` bytes from a ``secret`` for one purpose.

    HKDF-SHA256 (RFC 5869) with info = ``chartkey/v1/<purpose>`` followed by ``fields``. The
    secret (32 bytes for most purposes) and each field have the width that :data:`PURPOSES` states.

    Raises:
        ContextInvalid: the purpose is not in the table, or the secret, a field or the length is
            not of the stated width.
    """
    known = PURPOSES.get(purpose)
    if known is None:
        raise ContextInvalid(problem=f"no key is derived for {purpose!r}")
    if len(fields) != len(known.fields) or length != known.length:
        raise ContextInvalid(problem=f"{purpose} takes {known.fields} and gives {known.length}")
    widths = zip(fields, known.fields, strict=True)
    info = PREFIX + purpose.encode("ascii") + b"".join(fixed(purpose, f, w) for f, w in widths)
    secret = fixed("a secret", secret, known.secret)
    return HKDF(algorithm=SHA256(), length=length, salt=salt or None, info=info).derive(secret)
