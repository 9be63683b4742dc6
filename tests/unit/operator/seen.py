"""Nodes and sealers as they may be seen, made from a recorded header."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chartkey.chain.header import Header
from chartkey.operator.seals import Sealer, Seals
from chartkey.operator.vitals import Vitals

from tests.unit.chain.recorded import recorded

HEAD = Header.parse(recorded()[5]["block"])
A, B, C, D = (f"0x{letter * 40}" for letter in "abcd")


def head(time: int = HEAD.timestamp, nonce: int = 0) -> Header:
    """Return the recorded header at another time; another nonce makes another block of it."""
    block = recorded()[5]["block"] | {"timestamp": hex(time), "nonce": f"0x{nonce:016x}"}
    return Header.parse(block)


def node(name: str = "a", age: int = 1, nonce: int = 0, **values: Any) -> Vitals:
    """Return a node that is well, but for what is said of it."""
    one = Vitals(
        f"http://{name}", "Geth/v1", head(nonce=nonce), 20, 5, 0, 0, 0, 0.0, HEAD.timestamp + age
    )
    return replace(one, **values)


def seals(*idle: bool, **values: Any) -> Seals:
    """Return sealers, of whom some miss their turns."""
    sealers = tuple(
        Sealer(address, 90, HEAD.timestamp, is_idle)
        for address, is_idle in zip((A, B, C, D), idle, strict=False)
    )
    return replace(Seals(sealers, 64, 60, 2, ()), **values)
