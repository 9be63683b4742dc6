"""A writer of everything sealed, on pycryptodome alone, after client/README.md.

Every random value is an argument, so that vectors come out the same each time.
"""

from __future__ import annotations

import hmac
from hashlib import sha256

from Crypto.Cipher import AES, PKCS1_OAEP
from Crypto.Hash import SHA256, keccak
from Crypto.Protocol.KDF import HKDF
from Crypto.PublicKey import RSA

CONTEXT_WIDTHS = {
    "suite": 1,
    "chain_id": 8,
    "relationship": 20,
    "subject": 32,
    "record": 32,
    "author": 20,
    "parent": 32,
}


class Stream:
    """Bytes that look random and follow from a seed: SHA-256 over seed and counter."""

    def __init__(self, seed: str) -> None:
        self._seed, self._counter, self._rest = seed.encode(), 0, b""

    def __call__(self, count: int) -> bytes:
        while len(self._rest) < count:
            self._rest += sha256(self._seed + self._counter.to_bytes(8, "big")).digest()
            self._counter += 1
        taken, self._rest = self._rest[:count], self._rest[count:]
        return taken


def derive(secret: bytes, purpose: str, fields: bytes = b"", salt: bytes = b"", length: int = 32):
    return HKDF(secret, length, salt, SHA256, context=b"chartkey/v1/" + purpose.encode() + fields)


def keccak256(data: bytes) -> bytes:
    return keccak.new(data=data, digest_bits=256).digest()


def context_bytes(fields: dict) -> bytes:
    """Encode a record context whose addresses and ids are hexadecimal."""
    parts = []
    for name, width in CONTEXT_WIDTHS.items():
        value = fields[name]
        parts.append(
            value.to_bytes(width, "big") if isinstance(value, int) else bytes.fromhex(value)
        )
    return b"".join(parts)


def prelude(form: int, parameter: int, version: int = 1, suite: int = 1) -> bytes:
    return b"chartkey" + bytes([version, form, suite, parameter, 0, 0, 0, 0])


def header(dek: bytes, context: bytes, salt: bytes, head: bytes, purpose: str = "payload"):
    """Return the 80-byte header and the payload key."""
    okm = derive(dek, purpose, head + sha256(context).digest(), salt, 64)
    return head + salt + okm[32:], okm[:32]


def chunk(key: bytes, index: int, final: bool, plain: bytes, context: bytes) -> bytes:
    cipher = AES.new(key, AES.MODE_GCM, nonce=index.to_bytes(11, "big") + bytes([final]))
    sealed, tag = cipher.update(context).encrypt_and_digest(plain)
    return sealed + tag


def payload(
    dek: bytes,
    context: bytes,
    salt: bytes,
    plain: bytes,
    log2: int = 10,
    purpose: str = "payload",
) -> bytes:
    head, key = header(dek, context, salt, prelude(1, log2), purpose)
    size = 1 << log2
    parts = [plain[i : i + size] for i in range(0, len(plain), size)] or [b""]
    last = len(parts) - 1
    return head + b"".join(chunk(key, i, i == last, p, context) for i, p in enumerate(parts))


def siv(key: bytes, purpose: str, plain: bytes, fields: list[bytes]) -> bytes:
    cipher = AES.new(derive(key, purpose, length=64), AES.MODE_SIV)
    for field in fields:
        cipher.update(field)
    sealed, tag = cipher.encrypt_and_digest(plain)
    return tag + sealed


def wrap(public: RSA.RsaKey, secret: bytes, context: bytes, random: Stream) -> bytes:
    message = secret + sha256(context).digest()
    return PKCS1_OAEP.new(public, hashAlgo=SHA256, randfunc=random).encrypt(message)


def draft(
    file_key: bytes,
    context: bytes,
    recipients: list[tuple[bytes, RSA.RsaKey]],
    plain: bytes,
    random: Stream,
    count: int | None = None,
) -> bytes:
    head = prelude(2, len(recipients) if count is None else count)
    for address, public in recipients:
        place = b"chartkey/v1/wrap-draft" + sha256(context).digest() + address
        blob = wrap(public, file_key, place, random)
        head += address + len(blob).to_bytes(2, "big") + blob
    head += hmac.digest(derive(file_key, "draft-mac"), head, "sha256")
    return head + payload(file_key, context, random(32), plain, purpose="draft-payload")


def content_levels(seed: bytes, elements: list[bytes]) -> list[list[bytes]]:
    """Return all levels of the content tree, missing right-hand nodes filled with zeros."""
    level = [leaf(seed, i, value) for i, value in enumerate(elements, 1)]
    levels = []
    while len(level) > 1:
        level = level + [bytes(32)] * (len(level) % 2)
        levels.append(level)
        level = [keccak256(b"\x01" + a + b) for a, b in zip(level[::2], level[1::2], strict=True)]
    return [*levels, level]


def leaf(seed: bytes, index: int, value: bytes) -> bytes:
    number = index.to_bytes(8, "big")
    return keccak256(b"\x00" + number + derive(seed, "leaf", number) + value)
