"""Suite 2: keys and wraps of RSA-OAEP-SHA256 together with ML-KEM-768 (P07, R71).

Whoever breaks one of the two learns nothing: the key that seals the secret needs both.

>>> key = generate()
>>> blob = wrap(public_der(key), bytes(32), b"where it belongs")
>>> blob[0], unwrap(key, blob, b"where it belongs") == bytes(32)
(2, True)
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)

from chartkey.crypto import rsa
from chartkey.crypto.derivation import KEY_BYTES, derive
from chartkey.crypto.digest import sha256
from chartkey.errors import DecryptionFailed, KeyUnsuitable
from chartkey.models import Suite

__all__ = [
    "HybridPrivateKey",
    "generate",
    "is_private",
    "is_public",
    "load_private",
    "private_der",
    "public_der",
    "unwrap",
    "wrap",
    "wrap_lengths",
]

CIPHERTEXT_BYTES: Final = 1088
TAG_BYTES: Final = 16
SIV_KEY_BYTES: Final = 64
SUITE: Final = bytes([Suite.RSA_MLKEM_AES_GCM])

_PUBLIC_HEAD: Final = bytes.fromhex("308204b2300b0609608648016503040402038204a100")
"""SubjectPublicKeyInfo of ML-KEM-768 (RFC 9935) before its 1,184 bytes of key."""
_PUBLIC_BYTES: Final = len(_PUBLIC_HEAD) + 1184
_PRIVATE_HEAD: Final = bytes.fromhex("3054020100300b060960864801650304040204428040")
"""PKCS#8 of ML-KEM-768 before the 64 bytes of its seed."""
_PRIVATE_BYTES: Final = len(_PRIVATE_HEAD) + 64


@dataclass(frozen=True, slots=True)
class HybridPrivateKey:
    """An RSA key and an ML-KEM-768 key that are used together only."""

    rsa: RSAPrivateKey = field(repr=False)
    kem: MLKEM768PrivateKey = field(repr=False)

    @property
    def wrap_head_bytes(self) -> int:
        """Length of a wrap up to the sealed secret: suite byte and both ciphertexts."""
        return 1 + self.rsa.key_size // 8 + CIPHERTEXT_BYTES


def generate(bits: int = 3072) -> HybridPrivateKey:
    """Make both private keys; the RSA modulus has 3072 or 4096 bits.

    Raises:
        KeyUnsuitable: another size was asked for.
    """
    return HybridPrivateKey(rsa.generate(bits), MLKEM768PrivateKey.generate())


def wrap_lengths(secret_bytes: int) -> tuple[int, ...]:
    """Return the lengths that wraps of a secret of so many bytes have, one for each RSA size."""
    return tuple(1 + n + CIPHERTEXT_BYTES + TAG_BYTES + secret_bytes for n in rsa.WRAP_BYTES)


def is_public(der: bytes) -> bool:
    """Tell whether a published key says that it is of this suite."""
    return der.startswith(_PUBLIC_HEAD)


def is_private(der: bytes) -> bool:
    """Tell whether a private key, as :func:`private_der` writes it, is of this suite."""
    return der.startswith(_PRIVATE_HEAD)


def public_der(key: HybridPrivateKey) -> bytes:
    """Return the published key: ML-KEM-768, then RSA, each a SubjectPublicKeyInfo in DER."""
    kem = key.kem.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return kem + rsa.public_der(key.rsa)


def private_der(key: HybridPrivateKey) -> bytes:
    """Return both private keys as unencrypted PKCS#8 DER, ML-KEM-768 first; seal it at once."""
    kem = key.kem.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return kem + rsa.private_der(key.rsa)


def load_private(der: bytes) -> HybridPrivateKey:
    """Read what :func:`private_der` wrote.

    Raises:
        KeyUnsuitable: it is not that.
    """
    try:
        kem = load_der_private_key(der[:_PRIVATE_BYTES], password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyUnsuitable(problem="it is not a PKCS#8 private key in DER") from None
    if not isinstance(kem, MLKEM768PrivateKey):
        raise KeyUnsuitable(problem="it is not an ML-KEM-768 key")
    return HybridPrivateKey(rsa.load_private(der[_PRIVATE_BYTES:]), kem)


def wrap(public: bytes, secret: bytes, context: bytes) -> bytes:
    """Wrap ``secret``, of any length, to the holder of the published key ``public``.

    RSA-OAEP (RFC 8017, section 7.1) carries one random secret and the hash of ``context``,
    ML-KEM-768 (FIPS 203) another; HKDF makes of both, both ciphertexts and the published key the
    key of AES-256-SIV (RFC 5297). Returns 1,105 bytes, the RSA modulus and the secret.

    Raises:
        KeyUnsuitable: a half of the published key is not suitable.
    """
    kem = _load_kem(public[:_PUBLIC_BYTES])
    first = secrets.token_bytes(KEY_BYTES)
    enclosed = rsa.wrap(public[_PUBLIC_BYTES:], first, SUITE + context)
    second, ciphertext = kem.encapsulate()
    head = SUITE + enclosed + ciphertext
    return head + _cipher(first + second, public, head, context).encrypt(secret, None)


def unwrap(
    private_key: HybridPrivateKey, blob: bytes, context: bytes, *, length: int | None = None
) -> bytes:
    """Open a wrap and return its secret, of ``length`` bytes if that is given.

    Raises:
        DecryptionFailed: for every cause alike: another key, context, length or suite, a damaged
            wrap.
    """
    width = private_key.wrap_head_bytes
    shaped = blob[:1] == SUITE and len(blob) >= width + TAG_BYTES
    # What has no shape takes the same way as what does not open: one path, one error (T08).
    head = blob[:width] if shaped else bytes(width)
    first = _rsa_secret(private_key.rsa, head[1:-CIPHERTEXT_BYTES], SUITE + context)
    second = private_key.kem.decapsulate(head[-CIPHERTEXT_BYTES:])
    shared = (first or bytes(KEY_BYTES)) + second
    cipher = _cipher(shared, public_der(private_key), head, context)
    secret = _decrypted(cipher, blob[width:])
    if not shaped or not first or secret is None or length not in (None, len(secret)):
        raise DecryptionFailed
    return secret


def _load_kem(der: bytes) -> MLKEM768PublicKey:
    try:
        key = load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm) as err:
        raise KeyUnsuitable(problem="its ML-KEM-768 half is damaged") from err
    if not isinstance(key, MLKEM768PublicKey):
        raise KeyUnsuitable(problem="it is not an ML-KEM-768 key")
    return key


def _cipher(shared: bytes, public: bytes, head: bytes, context: bytes) -> AESSIV:
    fields = (sha256(public), sha256(head), sha256(context))
    return AESSIV(derive(shared, "hybrid", *fields, length=SIV_KEY_BYTES))


def _rsa_secret(key: RSAPrivateKey, enclosed: bytes, context: bytes) -> bytes:
    """Return what RSA carries; nothing if it does not open."""
    try:
        return rsa.unwrap(key, enclosed, context, length=KEY_BYTES)
    except DecryptionFailed:
        return b""


def _decrypted(cipher: AESSIV, sealed: bytes) -> bytes | None:
    try:
        return cipher.decrypt(sealed, None)
    except InvalidTag:
        return None
