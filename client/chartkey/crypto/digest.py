"""The two hash functions: Keccak-256, as Ethereum uses it, and SHA-256 (FIPS 180-4)."""

from __future__ import annotations

import hashlib

__all__ = ["keccak256", "sha256"]


def keccak256(*parts: bytes) -> bytes:
    """Return the 32-byte Keccak-256 of the parts, joined.

    This is the original Keccak padding of the Ethereum Yellow Paper, not SHA3-256 of FIPS 202.
    """
    from Crypto.Hash import keccak

    return keccak.new(data=b"".join(parts), digest_bits=256).digest()


def sha256(*parts: bytes) -> bytes:
    """Return the 32-byte SHA-256 of the parts, joined."""
    return hashlib.sha256(b"".join(parts)).digest()
