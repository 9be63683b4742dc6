"""Why somebody asks for access: free text, encrypted to the patient alone (P23).

To a key of suite 1 it is a draft; to one of suite 2 a wrap, since both do not fit into what the
contract takes.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from chartkey.crypto.derivation import PREFIX
from chartkey.crypto.draft import open_draft, seal_draft
from chartkey.crypto.prelude import MAGIC
from chartkey.crypto.wrap import suite_of, unwrap, wrap
from chartkey.errors import ArgumentInvalid, CryptoError, DecryptionFailed
from chartkey.models import Suite

if TYPE_CHECKING:
    from chartkey.chain.encryption import EncryptionKey
    from chartkey.crypto.keyfile import Keys
    from chartkey.crypto.wrap import PrivateKey
    from chartkey.models import Requested

__all__ = ["read_reason", "write_reason"]

LONGEST = {Suite.RSA_OAEP_AES_GCM: 1000, Suite.RSA_MLKEM_AES_GCM: 400}
"""Bytes of UTF-8, by the suite of the owner's key: sealed, it stays below the contract's 2,048."""


def write_reason(text: str, owner: str, key: EncryptionKey, request: bytes) -> bytes:
    """Seal a reason to the owner's key, bound to the request (32-byte id); empty stays empty.

    Raises:
        ArgumentInvalid: it is longer than 400 bytes of UTF-8 (1,000 to a key of suite 1), or no
            text that UTF-8 can hold.
        KeyUnsuitable: the owner's key is not suitable.
    """
    try:
        plain = text.encode()
    except UnicodeEncodeError as err:
        raise ArgumentInvalid(function="reason", problem="it is no valid text") from err
    if not plain:
        return b""
    room = LONGEST[suite_of(key.public_der)]
    if len(plain) > room:
        problem = f"a reason to this patient has at most {room} bytes of UTF-8"
        raise ArgumentInvalid(function="reason", problem=problem)
    # Filled up, so that its length tells nothing of what it says.
    filled, context = plain.ljust(room, b"\0"), _context(request)
    if suite_of(key.public_der) is Suite.RSA_MLKEM_AES_GCM:
        return wrap(key.public_der, filled, context)
    sealed = io.BytesIO()
    seal_draft(io.BytesIO(filled), sealed, [(bytes.fromhex(owner[2:]), key.public_der)], context)
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
        try:
            plain = _opened(request, keys.address_bytes, keys.private_key(version))
        except CryptoError:
            continue
        text = plain.rstrip(b"\0").decode("utf-8", "replace")
        return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)
    raise DecryptionFailed


def _opened(request: Requested, owner: bytes, private: PrivateKey) -> bytes:
    context = _context(request.id)
    if not request.reason.startswith(MAGIC):
        return unwrap(private, request.reason, context)
    plain = io.BytesIO()
    open_draft(io.BytesIO(request.reason), plain, owner, private, context)
    return plain.getvalue()


def _context(request: bytes) -> bytes:
    return PREFIX + b"reason" + request
