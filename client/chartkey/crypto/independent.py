"""A second reader of everything sealed, on pycryptodome and nothing else of chartkey.crypto.

It follows ``client/README.md``, not the other modules, so that a fault shared by writer and reader
shows: ``chartkey envelope check --independent`` uses it, and every vector in ``tests/vectors/``. It
is for checking files at one's own desk, not for answering strangers. Contexts are plain bytes.
ML-KEM-768, for wraps of suite 2, comes from kyber-py: ``pip install 'chartkey[independent]'``.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from hashlib import sha256
from importlib import import_module
from typing import Any, BinaryIO, Final, cast

from chartkey.errors import DecryptionFailed, ExtraMissing, FormatUnknown, KeyUnsuitable

__all__ = [
    "content_root",
    "hkdf",
    "keccak",
    "open_draft",
    "open_locator",
    "open_payload",
    "open_slip",
    "public_modulus_bits",
    "unwrap",
]

_TAG: Final = 16
_PAYLOAD, _ATTACHED = 1, 2
_RSA, _HYBRID = 1, 2
_WRAPS: Final = {_RSA: (384, 512), _HYBRID: (384, 512, 1521, 1649)}
_KEM_PUBLIC: Final = bytes.fromhex("308204b2300b0609608648016503040402038204a100")
_KEM_PRIVATE: Final = bytes.fromhex("3054020100300b060960864801650304040204428040")


def hkdf(secret: bytes, purpose: str, fields: bytes = b"", salt: bytes = b"", n: int = 32) -> bytes:
    """Return ``n`` bytes of HKDF-SHA256 with info ``chartkey/v1/`` ‖ purpose ‖ fields."""
    from Crypto.Hash import SHA256
    from Crypto.Protocol.KDF import HKDF

    info = b"chartkey/v1/" + purpose.encode() + fields
    return cast(bytes, HKDF(secret, n, salt, SHA256, context=info))


def keccak(data: bytes) -> bytes:
    """Return Keccak-256."""
    from Crypto.Hash import keccak as hashed

    return hashed.new(data=data, digest_bits=256).digest()


def open_payload(
    source: BinaryIO, target: BinaryIO, dek: bytes, context: bytes, *, purpose: str = "payload"
) -> int:
    """Open a payload with its 145-byte context; return the number of plaintext bytes.

    Raises:
        DecryptionFailed: for every cause alike.
        FormatUnknown: it is not a payload, or of a version or suite that is not known here.
    """
    header = source.read(80)
    suite, log2 = _prelude(header[:16], _PAYLOAD)
    if not 10 <= log2 <= 20:
        raise FormatUnknown(what="chunk size", version=log2)
    info = header[:16] + sha256(context).digest()
    okm = hkdf(dek, purpose, info, header[16:48], 64)
    if len(header) < 80 or not hmac.compare_digest(okm[32:], header[48:]):
        raise DecryptionFailed
    if purpose == "payload" and context[:1] != bytes([suite]):
        raise DecryptionFailed
    return _open_chunks(source, target, okm[:32], context, (1 << log2) + _TAG)


def open_slip(key: bytes, purpose: str, blob: bytes, fields: Sequence[bytes]) -> bytes:
    """Open a slip, or a locator's 64 bytes, by its purpose and associated data.

    Raises:
        DecryptionFailed: for every cause alike.
    """
    from Crypto.Cipher import AES

    cipher = AES.new(hkdf(key, purpose, n=64), AES.MODE_SIV)
    for part in fields:
        cipher.update(part)
    if len(blob) != (80 if purpose == "locator" else 48):
        raise DecryptionFailed
    try:
        return cipher.decrypt_and_verify(blob[16:], blob[:16])
    except ValueError:
        raise DecryptionFailed from None


def open_locator(key: bytes, blob: bytes, fields: Sequence[bytes]) -> tuple[bytes, int]:
    """Open a locator and return the CID (binary) and the payload's size.

    Raises:
        DecryptionFailed: for every cause alike.
    """
    plain = open_slip(key, "locator", blob, fields)
    length, cid, filling = plain[0], plain[1 : 1 + plain[0]], plain[1 + plain[0] : 56]
    if not 1 <= length <= 55 or any(filling):
        raise DecryptionFailed
    return cid, int.from_bytes(plain[56:], "big")


def unwrap(private_der: bytes, blob: bytes, context: bytes) -> bytes:
    """Open a wrap with one PKCS#8 key (suite 1) or two, ML-KEM-768 before RSA (suite 2).

    Raises:
        KeyUnsuitable: the key cannot be read.
        ExtraMissing: kyber-py is not installed, and the key is of suite 2.
        DecryptionFailed: for every cause alike.
    """
    if private_der.startswith(_KEM_PRIVATE):
        return _unwrap_hybrid(private_der, blob, context)
    return _unwrap_rsa(_rsa(private_der), blob, context)


def _unwrap_hybrid(private_der: bytes, blob: bytes, context: bytes) -> bytes:
    from Crypto.Cipher import AES

    kem, key = _ml_kem(), _rsa(private_der[86:])
    encapsulating, decapsulating = kem.key_derive(private_der[22:86])
    public = _KEM_PUBLIC + encapsulating + key.public_key().export_key("DER")
    middle = 1 + int(key.size_in_bytes())
    head, sealed = blob[: middle + 1088], blob[middle + 1088 :]
    if head[:1] != b"\x02" or len(sealed) < _TAG:
        raise DecryptionFailed
    shared = _unwrap_rsa(key, head[1:middle], b"\x02" + context)
    shared += kem.decaps(decapsulating, head[middle:])
    info = b"".join(sha256(part).digest() for part in (public, head, context))
    cipher = AES.new(hkdf(shared, "hybrid", info, n=64), AES.MODE_SIV)
    try:
        return cipher.decrypt_and_verify(sealed[_TAG:], sealed[:_TAG])
    except ValueError:
        raise DecryptionFailed from None


def _unwrap_rsa(key: Any, blob: bytes, context: bytes) -> bytes:
    from Crypto.Cipher import PKCS1_OAEP
    from Crypto.Hash import SHA256

    try:
        message = PKCS1_OAEP.new(key, hashAlgo=cast(Any, SHA256)).decrypt(blob)
    except (ValueError, TypeError):
        message = b""
    if not hmac.compare_digest(message[-32:], sha256(context).digest()):
        raise DecryptionFailed
    return message[:-32]


def open_draft(
    source: BinaryIO, target: BinaryIO, address: bytes, private_der: bytes, context: bytes
) -> int:
    """Open a draft as the recipient ``address``; return the number of plaintext bytes.

    Raises:
        DecryptionFailed: for every cause alike.
        FormatUnknown: it is not a draft, or of a version or suite that is not known here.
        KeyUnsuitable: the key cannot be read.
        ExtraMissing: kyber-py is not installed, and the key is of suite 2.
    """
    head = source.read(16)
    suite, count = _prelude(head, _ATTACHED)
    wraps: dict[bytes, bytes] = {}
    for _ in range(count):
        opening = source.read(22)
        wrapped = source.read(int.from_bytes(opening[20:], "big"))
        if len(wrapped) not in _WRAPS[suite]:
            raise DecryptionFailed
        head += opening + wrapped
        wraps[opening[:20]] = wrapped
    if not 1 <= count <= 16 or len(wraps) != count:
        raise DecryptionFailed
    place = b"chartkey/v1/wrap-draft" + sha256(context).digest() + address
    file_key = unwrap(private_der, wraps.get(address, b""), place)
    mac = hmac.digest(hkdf(file_key, "draft-mac"), head, "sha256") if len(file_key) == 32 else b""
    if not hmac.compare_digest(mac, source.read(32)):
        raise DecryptionFailed
    return open_payload(source, target, file_key, context, purpose="draft-payload")


def content_root(seed: bytes, elements: Sequence[bytes]) -> bytes:
    """Return the content root over the elements, leaves numbered from 1."""
    level = []
    for index, value in enumerate(elements, 1):
        number = index.to_bytes(8, "big")
        level.append(keccak(b"\x00" + number + hkdf(seed, "leaf", number) + value))
    while len(level) > 1:
        level += [bytes(32)] * (len(level) % 2)
        pairs = zip(level[::2], level[1::2], strict=True)
        level = [keccak(b"\x01" + left + right) for left, right in pairs]
    return level[0]


def public_modulus_bits(public_der: bytes) -> int:
    """Return the size of an RSA public key.

    Raises:
        KeyUnsuitable: the key cannot be read.
    """
    return int(_rsa(public_der).size_in_bits())


def _rsa(der: bytes) -> Any:
    from Crypto.PublicKey import RSA

    try:
        return RSA.import_key(der)
    except (ValueError, IndexError, TypeError):
        raise KeyUnsuitable(problem="it is not an RSA key in DER") from None


def _ml_kem() -> Any:
    try:
        return import_module("kyber_py.ml_kem").ML_KEM_768
    except ImportError as err:
        raise ExtraMissing(extra="independent", package="kyber-py") from err


def _prelude(prelude: bytes, form: int) -> tuple[int, int]:
    if len(prelude) < 16:
        raise DecryptionFailed
    suite, parameter = prelude[10:12]
    if prelude[:10] != b"chartkey" + bytes([1, form]) or suite not in _WRAPS or any(prelude[12:]):
        raise FormatUnknown(what="file", version=prelude[8:11].hex())
    return suite, parameter


def _open_chunks(source: BinaryIO, target: BinaryIO, key: bytes, context: bytes, unit: int) -> int:
    from Crypto.Cipher import AES

    index, written, sealed = 0, 0, source.read(unit)
    while True:
        following = source.read(unit)
        if len(sealed) < _TAG or (index and len(sealed) == _TAG) or index >= 1 << 24:
            raise DecryptionFailed
        nonce = index.to_bytes(11, "big") + (b"\x00" if following else b"\x01")
        cipher = AES.new(key, AES.MODE_GCM, nonce=nonce).update(context)
        try:
            plain = cipher.decrypt_and_verify(sealed[:-_TAG], sealed[-_TAG:])
        except ValueError:
            raise DecryptionFailed from None
        written += target.write(plain)
        if not following:
            return written
        index, sealed = index + 1, following
