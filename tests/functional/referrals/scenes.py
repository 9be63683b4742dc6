"""What a file's tests share on the chain, undone after the last of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def undone() -> Iterator[None]:
    """Undo on the chain what is done within: for scenes that would be dear in each test."""
    from brownie import history, web3

    snapshot = web3.provider.make_request("evm_snapshot", [])["result"]
    yield
    web3.provider.make_request("evm_revert", [snapshot])
    history.clear()
