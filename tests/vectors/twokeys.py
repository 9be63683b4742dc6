"""Craft one AES-GCM ciphertext whose tag holds under two keys (the attack of T05).

GHASH is a polynomial in the hash key H. With the last ciphertext block X unknown, equal tags under
two keys are one linear equation in X over GF(2^128), which is solved here.
"""

from __future__ import annotations

from Crypto.Cipher import AES

BLOCK = 16
_POLYNOMIAL = 0xE1 << 120


def multiply(a: int, b: int) -> int:
    """Multiply in GF(2^128) with the bit order of NIST SP 800-38D, section 6.3."""
    product = 0
    for bit in range(127, -1, -1):
        if a >> bit & 1:
            product ^= b
        b = b >> 1 ^ (_POLYNOMIAL if b & 1 else 0)
    return product


def inverse(a: int) -> int:
    """Return a to the power 2^128 - 2."""
    result, power = 1 << 127, a
    for _ in range(127):
        power = multiply(power, power)
        result = multiply(result, power)
    return result


def _block(key: bytes, data: bytes) -> int:
    return int.from_bytes(AES.new(key, AES.MODE_ECB).encrypt(data), "big")


def _padded(data: bytes) -> list[int]:
    data += bytes(-len(data) % BLOCK)
    return [int.from_bytes(data[i : i + BLOCK], "big") for i in range(0, len(data), BLOCK)]


def _tag(key: bytes, nonce: bytes, associated: bytes, sealed: bytes) -> tuple[int, int]:
    """Return the tag, and the square of H: the weight of the last ciphertext block in it."""
    h = _block(key, bytes(BLOCK))
    lengths = (len(associated) * 8) << 64 | len(sealed) * 8
    total = 0
    for part in [*_padded(associated), *_padded(sealed), lengths]:
        total = multiply(total ^ part, h)
    return total ^ _block(key, nonce + b"\0\0\0\1"), multiply(h, h)


def craft(keys: tuple[bytes, bytes], nonce: bytes, associated: bytes, sealed: bytes) -> bytes:
    """Append one block to ``sealed`` (whole blocks), and a tag that both keys accept."""
    open_end = sealed + bytes(BLOCK)
    (tag1, weight1), (tag2, weight2) = (_tag(k, nonce, associated, open_end) for k in keys)
    last = multiply(tag1 ^ tag2, inverse(weight1 ^ weight2))
    whole = sealed + last.to_bytes(BLOCK, "big")
    tag, _ = _tag(keys[0], nonce, associated, whole)
    return whole + tag.to_bytes(BLOCK, "big")
