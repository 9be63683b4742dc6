"""RSA keys, and secrets wrapped to them: RSA-OAEP-SHA256 with the context inside (P02, T07, T08).

>>> key = generate()
>>> blob = wrap(public_der(key), bytes(32), b"where it belongs")
>>> unwrap(key, blob, b"where it belongs") == bytes(32)
True
"""

from __future__ import annotations

from hmac import compare_digest
from typing import Final, Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, AsymmetricPadding
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)

from chartkey.crypto.digest import sha256
from chartkey.errors import DecryptionFailed, KeyUnsuitable

__all__ = [
    "MODULUS_BITS",
    "WRAP_BYTES",
    "Decrypting",
    "decrypt_oaep",
    "generate",
    "load_private",
    "load_public",
    "private_der",
    "public_der",
    "require_bits",
    "unwrap",
    "wrap",
]

MODULUS_BITS: Final = (3072, 4096)
WRAP_BYTES: Final = tuple(bits // 8 for bits in MODULUS_BITS)
PUBLIC_EXPONENT: Final = 65537
CONTEXT_BYTES: Final = 32

# The label stays empty: hardware tokens often lack it (the context is inside the message).
_PADDING: Final = OAEP(mgf=MGF1(SHA256()), algorithm=SHA256(), label=None)


class Decrypting(Protocol):
    """A private key, in memory or in a hardware module."""

    def decrypt(self, ciphertext: bytes, padding: AsymmetricPadding) -> bytes:
        """Return what was encrypted to it; ValueError for whatever does not open."""


def require_bits(bits: int) -> None:
    """Refuse a modulus of another size than 3072 or 4096 bits.

    Raises:
        KeyUnsuitable: it is one.
    """
    if bits not in MODULUS_BITS:
        raise KeyUnsuitable(problem=f"RSA keys have 3072 or 4096 bits, not {bits}")


def generate(bits: int = 3072) -> RSAPrivateKey:
    """Make a private key with a modulus of 3072 or 4096 bits.

    Raises:
        KeyUnsuitable: another size was asked for.
    """
    require_bits(bits)
    return generate_private_key(PUBLIC_EXPONENT, bits)


def public_der(key: RSAPrivateKey | RSAPublicKey) -> bytes:
    """Return the public key as SubjectPublicKeyInfo DER (RFC 5280, section 4.1.2.7)."""
    public = key.public_key() if isinstance(key, RSAPrivateKey) else key
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def private_der(key: RSAPrivateKey) -> bytes:
    """Return the private key as unencrypted PKCS#8 DER (RFC 5208), to be sealed at once."""
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def load_public(der: bytes) -> RSAPublicKey:
    """Read a SubjectPublicKeyInfo that somebody published.

    Raises:
        KeyUnsuitable: it is not an RSA key of 3072 or 4096 bits with exponent 65537.
    """
    try:
        key = load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm) as err:
        raise KeyUnsuitable(problem="it is not a SubjectPublicKeyInfo in DER") from err
    if not isinstance(key, RSAPublicKey):
        raise KeyUnsuitable(problem="it is not an RSA key")
    if key.key_size not in MODULUS_BITS or key.public_numbers().e != PUBLIC_EXPONENT:
        raise KeyUnsuitable(problem="RSA keys have 3072 or 4096 bits and exponent 65537")
    return key


def load_private(der: bytes) -> RSAPrivateKey:
    """Read an unencrypted PKCS#8 private key.

    Raises:
        KeyUnsuitable: it is not an RSA key of 3072 or 4096 bits with exponent 65537.
    """
    try:
        key = load_der_private_key(der, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyUnsuitable(problem="it is not a PKCS#8 private key in DER") from None
    if not isinstance(key, RSAPrivateKey):
        raise KeyUnsuitable(problem="it is not an RSA key")
    load_public(public_der(key))
    return key


def wrap(public: bytes, secret: bytes, context: bytes) -> bytes:
    """Wrap ``secret`` to the holder of the SubjectPublicKeyInfo ``public``.

    RSA-OAEP (RFC 8017, section 7.1; SHA-256, MGF1-SHA-256, empty label) of the secret followed by
    SHA-256 of ``context``, which any length of bytes may be. Returns 384 or 512 bytes.

    Raises:
        KeyUnsuitable: the public key is not suitable, or the secret is too long for it (286 bytes
            for 3072 bits).
    """
    try:
        return load_public(public).encrypt(secret + sha256(context), _PADDING)
    except KeyUnsuitable:
        raise
    except ValueError:
        raise KeyUnsuitable(problem="the secret is too long for it") from None


def decrypt_oaep(private_key: Decrypting, blob: bytes) -> bytes:
    """Return the message of RSA-OAEP (RFC 8017, section 7.1.2), SHA-256 and MGF1-SHA-256, no label.

    Raises:
        DecryptionFailed: for every cause alike.
    """
    try:
        return private_key.decrypt(blob, _PADDING)
    except ValueError:
        raise DecryptionFailed from None


def unwrap(
    private_key: Decrypting, blob: bytes, context: bytes, *, length: int | None = None
) -> bytes:
    """Open a wrap and return its secret, of ``length`` bytes if that is given.

    Raises:
        DecryptionFailed: for every cause alike: another key, context or length, a damaged wrap.
    """
    try:
        message = decrypt_oaep(private_key, blob)
    except DecryptionFailed:
        # Bad padding goes on through the comparison below: one path, one error (T08).
        message = bytes(CONTEXT_BYTES)
    secret = message[:-CONTEXT_BYTES]
    bound = compare_digest(message[-CONTEXT_BYTES:], sha256(context))
    if not bound or length not in (None, len(secret)):
        raise DecryptionFailed
    return secret
