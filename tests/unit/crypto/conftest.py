"""Keys, places and people that the tests of the crypto layer share."""

from __future__ import annotations

import hashlib
import random

import pytest
from chartkey.models import RecordContext, Suite
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.vectors.stored import private_key


@pytest.fixture(scope="session")
def patient_key() -> RSAPrivateKey:
    return private_key("first")


@pytest.fixture(scope="session")
def gateway_key() -> RSAPrivateKey:
    return private_key("second")


@pytest.fixture(scope="session")
def author_key() -> RSAPrivateKey:
    return private_key("large")


@pytest.fixture(scope="session")
def place() -> RecordContext:
    """Where the record of these tests belongs."""
    relationship, author = (hashlib.sha256(n).digest()[:20] for n in (b"ppr", b"doctor"))
    subject, record, parent = (hashlib.sha256(n).digest() for n in (b"s", b"r", b"p"))
    suite = Suite.RSA_OAEP_AES_GCM
    return RecordContext(suite, 1337, relationship, subject, record, author, parent)


@pytest.fixture
def noise() -> random.Random:
    return random.Random(20240229)
