"""A writer of everything sealed, on pycryptodome and kyber-py alone, after client/README.md.

Every random value is an argument, so that vectors come out the same each time.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import NamedTuple

from Crypto.Cipher import AES, PKCS1_OAEP
from Crypto.Hash import SHA256, keccak
from Crypto.Protocol.KDF import HKDF
from Crypto.PublicKey import RSA
from kyber_py.ml_kem import ML_KEM_768

KEM_PUBLIC = bytes.fromhex("308204b2300b0609608648016503040402038204a100")
KEM_PRIVATE = bytes.fromhex("3054020100300b060960864801650304040204428040")

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


class Hybrid(NamedTuple):
    """A private key of suite 2: the seed of ML-KEM-768 and an RSA key."""

    seed: bytes
    rsa: RSA.RsaKey

    def private(self) -> bytes:
        return KEM_PRIVATE + self.seed + self.rsa.export_key("DER", pkcs=8)

    def public(self) -> bytes:
        return KEM_PUBLIC + self.encapsulating() + self.rsa.public_key().export_key("DER")

    def encapsulating(self) -> bytes:
        return ML_KEM_768.key_derive(self.seed)[0]


def private_key(der: bytes) -> RSA.RsaKey | Hybrid:
    if der.startswith(KEM_PRIVATE):
        return Hybrid(der[22:86], RSA.import_key(der[86:]))
    return RSA.import_key(der)


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
    suite: int = 1,
) -> bytes:
    head, key = header(dek, context, salt, prelude(1, log2, suite=suite), purpose)
    size = 1 << log2
    parts = [plain[i : i + size] for i in range(0, len(plain), size)] or [b""]
    last = len(parts) - 1
    return head + b"".join(chunk(key, i, i == last, p, context) for i, p in enumerate(parts))


def siv(key: bytes, purpose: str, plain: bytes, fields: list[bytes]) -> bytes:
    return siv_under(derive(key, purpose, length=64), plain, fields)


def siv_under(key: bytes, plain: bytes, fields: list[bytes]) -> bytes:
    cipher = AES.new(key, AES.MODE_SIV)
    for field in fields:
        cipher.update(field)
    sealed, tag = cipher.encrypt_and_digest(plain)
    return tag + sealed


def wrap(key: RSA.RsaKey | Hybrid, secret: bytes, context: bytes, random: Stream) -> bytes:
    if isinstance(key, Hybrid):
        return wrap_hybrid(key, secret, context, random)
    return wrap_rsa(key, secret, context, random)


def wrap_hybrid(
    key: Hybrid,
    secret: bytes,
    context: bytes,
    random: Stream,
    bound: bytes = b"\x02",
    published: bytes | None = None,
    enclosed: bytes | None = None,
) -> bytes:
    """Wrap under suite 2; the last three are given only to make what is refused.

    With an ``enclosed`` that does not open, zeros take the place of what RSA would carry.
    """
    first = bytes(32) if enclosed else random(32)
    enclosed = enclosed or wrap_rsa(key.rsa, first, bound + context, random)
    second, ciphertext = ML_KEM_768._encaps_internal(key.encapsulating(), random(32))
    head = b"\x02" + enclosed + ciphertext
    parts = (published or key.public(), head, context)
    info = b"".join(sha256(part).digest() for part in parts)
    return head + siv_under(derive(first + second, "hybrid", info, length=64), secret, [])


def wrap_rsa(public: RSA.RsaKey, secret: bytes, context: bytes, random: Stream) -> bytes:
    message = secret + sha256(context).digest()
    return PKCS1_OAEP.new(public, hashAlgo=SHA256, randfunc=random).encrypt(message)


def draft(
    file_key: bytes,
    context: bytes,
    recipients: list[tuple[bytes, RSA.RsaKey | Hybrid]],
    plain: bytes,
    random: Stream,
    suite: int | None = None,
) -> bytes:
    hybrid = any(isinstance(key, Hybrid) for _, key in recipients)
    suite = suite or (2 if hybrid else 1)
    head = prelude(2, len(recipients), suite=suite)
    for address, public in recipients:
        place = b"chartkey/v1/wrap-draft" + sha256(context).digest() + address
        blob = wrap(public, file_key, place, random)
        head += address + len(blob).to_bytes(2, "big") + blob
    head += hmac.digest(derive(file_key, "draft-mac"), head, "sha256")
    rest = payload(file_key, context, random(32), plain, purpose="draft-payload", suite=suite)
    return head + rest


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
