"""The recovery box: a mnemonic, sealed under the secret that guardians share (P31).

Custodians hand it out only after the delay on chain has passed without a veto, so that enough
guardians alone learn nothing before.
"""

from __future__ import annotations

import json
import secrets
from base64 import b64decode, b64encode
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chartkey.crypto.derivation import derive
from chartkey.crypto.field import fixed
from chartkey.crypto.share import SECRET_BYTES
from chartkey.errors import ContextInvalid, DecryptionFailed, FormatUnknown

__all__ = ["open_box", "seal_box"]

_FORM: Final = "recovery-box"
_VERSION: Final = 1
_SALT_BYTES: Final = 16
_NONCE_BYTES: Final = 12
_ADDRESS_BYTES: Final = 20
_FILLED: Final = 512
"""The longest mnemonic has fewer bytes; all boxes are of one length."""


def seal_box(mnemonic: str, secret: bytes, address: bytes) -> bytes:
    """Return the box of an account's mnemonic, a JSON document, under the guardians' secret.

    ``secret`` is 16 bytes, ``address`` the 20 of the contact account; AES-256-GCM (NIST SP
    800-38D) under a key made by HKDF.

    Raises:
        ContextInvalid: a width is wrong, or the mnemonic has more than 512 bytes.
    """
    plain = mnemonic.encode()
    if len(plain) > _FILLED:
        raise ContextInvalid(problem=f"a mnemonic has at most {_FILLED} bytes")
    salt, nonce = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_NONCE_BYTES)
    place = fixed("an address", address, _ADDRESS_BYTES)
    sealed = _cipher(secret, salt).encrypt(nonce, plain.ljust(_FILLED), place)
    fields = {"salt": salt, "nonce": nonce, "sealed": sealed}
    document: dict[str, Any] = {"chartkey": _VERSION, "form": _FORM}
    document |= {name: b64encode(value).decode() for name, value in fields.items()}
    return json.dumps(document, indent=2).encode() + b"\n"


def open_box(box: bytes, secret: bytes, address: bytes) -> str:
    """Return the mnemonic in a box.

    Raises:
        DecryptionFailed: another secret, another account's, damaged: for every cause alike.
        FormatUnknown: it is no box, or of a later release.
        ContextInvalid: a width is wrong.
    """
    try:
        document = json.loads(box)
        form, version = document["form"], document["chartkey"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise FormatUnknown(what="recovery box", version="none") from None
    if (form, version) != (_FORM, _VERSION):
        raise FormatUnknown(what="recovery box", version=version)
    place = fixed("an address", address, _ADDRESS_BYTES)
    try:
        salt, nonce, sealed = (b64decode(document[n]) for n in ("salt", "nonce", "sealed"))
        return _cipher(secret, salt).decrypt(nonce, sealed, place).decode().rstrip(" ")
    except ContextInvalid:
        raise
    except (InvalidTag, ValueError, TypeError, KeyError):
        raise DecryptionFailed from None


def _cipher(secret: bytes, salt: bytes) -> AESGCM:
    if len(salt) != _SALT_BYTES:
        raise DecryptionFailed
    return AESGCM(derive(fixed("a secret", secret, SECRET_BYTES) + salt, "recovery-box"))
