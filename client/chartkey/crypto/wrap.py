"""Secrets wrapped to the holder of a published key, whatever suite the key is of (R71, P07).

The published key decides how is wrapped, the private key how is unwrapped: a key of one suite
opens nothing of the other, so that no hybrid wrap can be passed off as an RSA one.

>>> from chartkey.models import Suite
>>> key = generate()
>>> suite_of(public_der(key)) is Suite.RSA_MLKEM_AES_GCM
True
>>> unwrap(key, wrap(public_der(key), b"secret", b"here"), b"here")
b'secret'
"""

from __future__ import annotations

from typing import Final, TypeAlias

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from chartkey.crypto import hybrid, rsa
from chartkey.crypto.hybrid import HybridPrivateKey
from chartkey.errors import KeyUnsuitable
from chartkey.models import Suite

__all__ = [
    "DEFAULT_SUITE",
    "PrivateKey",
    "generate",
    "is_wrap",
    "load_private",
    "private_der",
    "public_der",
    "suite_of",
    "unwrap",
    "wrap",
]

PrivateKey: TypeAlias = RSAPrivateKey | HybridPrivateKey

DEFAULT_SUITE: Final = Suite.RSA_MLKEM_AES_GCM
"""Records outlive RSA: wraps are hybrid from the first (P07)."""


def generate(suite: int = DEFAULT_SUITE, bits: int = 3072) -> PrivateKey:
    """Make a private key of a suite, with an RSA modulus of 3072 or 4096 bits.

    Raises:
        KeyUnsuitable: another size was asked for, or a suite that is reserved.
    """
    if suite == Suite.RSA_OAEP_AES_GCM:
        return rsa.generate(bits)
    if suite == Suite.RSA_MLKEM_AES_GCM:
        return hybrid.generate(bits)
    raise KeyUnsuitable(problem=f"this release makes no keys of suite {int(suite)}")


def suite_of(public: bytes) -> Suite:
    """Return the suite of a published key, by what it begins with.

    Never raises: what is no key at all is found out when something is wrapped to it.
    """
    return Suite.RSA_MLKEM_AES_GCM if hybrid.is_public(public) else Suite.RSA_OAEP_AES_GCM


def public_der(key: PrivateKey) -> bytes:
    """Return the key to publish: one SubjectPublicKeyInfo in DER, or in suite 2 two."""
    if isinstance(key, HybridPrivateKey):
        return hybrid.public_der(key)
    return rsa.public_der(key)


def private_der(key: PrivateKey) -> bytes:
    """Return the private key as one unencrypted PKCS#8 DER, or in suite 2 two; seal it at once."""
    if isinstance(key, HybridPrivateKey):
        return hybrid.private_der(key)
    return rsa.private_der(key)


def load_private(der: bytes) -> PrivateKey:
    """Read what :func:`private_der` wrote.

    Raises:
        KeyUnsuitable: it is not that.
    """
    return hybrid.load_private(der) if hybrid.is_private(der) else rsa.load_private(der)


def wrap(public: bytes, secret: bytes, context: bytes) -> bytes:
    """Wrap ``secret`` to the holder of the published key ``public``, under ``context``.

    Returns 384 or 512 bytes in suite 1; in suite 2 1,489 or 1,617 more than the secret has.

    Raises:
        KeyUnsuitable: the published key is not suitable, or the secret is too long for it (286
            bytes for RSA of 3072 bits; suite 2 takes any length).
    """
    if hybrid.is_public(public):
        return hybrid.wrap(public, secret, context)
    return rsa.wrap(public, secret, context)


def unwrap(
    private_key: PrivateKey, blob: bytes, context: bytes, *, length: int | None = None
) -> bytes:
    """Open a wrap and return its secret, of ``length`` bytes if that is given.

    Raises:
        DecryptionFailed: for every cause alike: another key, context, length or suite, a damaged
            wrap.
    """
    if isinstance(private_key, HybridPrivateKey):
        return hybrid.unwrap(private_key, blob, context, length=length)
    return rsa.unwrap(private_key, blob, context, length=length)


def is_wrap(suite: int, length: int, secret_bytes: int) -> bool:
    """Tell whether a wrap of a secret of so many bytes has a length that suites up to this allow.

    Never raises.
    """
    if length in rsa.WRAP_BYTES:
        return True
    return suite == Suite.RSA_MLKEM_AES_GCM and length in hybrid.wrap_lengths(secret_bytes)
