"""People, places and statements that the tests of custody share; no chain is asked."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from chartkey.crypto.digest import keccak256
from chartkey.custody.database import Database
from chartkey.custody.statements import ReadingReceipt, Signed
from eth_account import Account

CHAIN = 1337
RELATIONSHIP = "0x52908400098527886E0F7030069857D2E4169EE7"
HOUSE = "0x8617E340B3D01FA5F11F306F4090FD50E238070D"
RECORD, ROOT, GRANT, SLIP = b"r" * 32, b"t" * 32, b"g" * 16, b"s" * 48


class Signer:
    """An account that signs as an opened key file does."""

    def __init__(self, name: str) -> None:
        self._account: Any = Account.from_key(keccak256(b"custody", name.encode()))
        self.address = str(self._account.address)

    def sign_hash(self, digest: bytes) -> bytes:
        return bytes(self._account.unsafe_sign_hash(digest).signature)


@pytest.fixture(scope="session")
def reader() -> Any:
    return Signer("李医生")


@pytest.fixture(scope="session")
def house() -> Any:
    return Signer("城北社区医院")


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "custodian.db", HOUSE)


@pytest.fixture
def receipt(reader: Any, house: Any) -> ReadingReceipt:
    return ReadingReceipt(
        relationship=RELATIONSHIP,
        reader=reader.address,
        affiliation=bytes(32),
        grant=GRANT,
        records=(RECORD,),
        custodian=house.address,
        signed_at=int(time.time()),
    )


@pytest.fixture
def signed(receipt: ReadingReceipt, reader: Any) -> Signed[ReadingReceipt]:
    return receipt.sign(reader, CHAIN)
