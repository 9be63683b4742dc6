"""Why somebody asks for access: free text, encrypted to the patient alone (P23)."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from chartkey.crypto.derivation import PREFIX
from chartkey.crypto.draft import open_draft, seal_draft
from chartkey.errors import ArgumentInvalid, CryptoError, DecryptionFailed

if TYPE_CHECKING:
    from chartkey.chain.encryption import EncryptionKey
    from chartkey.crypto.keyfile import Keys
    from chartkey.models import Requested

__all__ = ["read_reason", "write_reason"]

LONGEST = 1000
"""Bytes of UTF-8: sealed, it stays below the contract's 2,048."""


def write_reason(text: str, owner: str, key: EncryptionKey, request: bytes) -> bytes:
    """Seal a reason to the owner's key, bound to the request (32-byte id); empty stays empty.

    Raises:
        ArgumentInvalid: it is longer than 1,000 bytes of UTF-8, or no text that UTF-8 can hold.
        KeyUnsuitable: the owner's key is not suitable.
    """
    try:
        plain = text.encode()
    except UnicodeEncodeError as err:
        raise ArgumentInvalid(function="reason", problem="it is no valid text") from err
    if not plain:
        return b""
    if len(plain) > LONGEST:
        problem = f"a reason has at most {LONGEST} bytes of UTF-8"
        raise ArgumentInvalid(function="reason", problem=problem)
    sealed = io.BytesIO()
    # Filled up, so that its length tells nothing of what it says.
    source = io.BytesIO(plain.ljust(LONGEST, b"\0"))
    seal_draft(source, sealed, [(bytes.fromhex(owner[2:]), key.public_der)], _context(request))
    return sealed.getvalue()


def read_reason(keys: Keys, request: Requested) -> str:
    """Open a request's reason with the owner's keys.

    Its author is whoever asks: what could steer a terminal or turn the text around is taken out.

    Raises:
        DecryptionFailed: it was not sealed to these keys, or is no reason at all.
    """
    if not request.reason:
        return ""
    for version in range(keys.version, 0, -1):
        plain = io.BytesIO()
        try:
            private = keys.private_key(version)
            source = io.BytesIO(request.reason)
            open_draft(source, plain, keys.address_bytes, private, _context(request.id))
        except CryptoError:
            continue
        text = plain.getvalue().rstrip(b"\0").decode("utf-8", "replace")
        return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)
    raise DecryptionFailed


def _context(request: bytes) -> bytes:
    return PREFIX + b"reason" + request
