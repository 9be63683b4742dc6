"""Functional tests on a real chain: `brownie test tests/functional/forwarder --network chartkey`.

A real chain undoes nothing and its clock is everybody's. There each test has an alliance of its
own, deployed and founded for it, at the cost of a minute; and tests that move the clock say that
they skip. DEPLOYER and PASSWORD_FILE name the key file that pays, as for `brownie run deploy`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

_DEVELOPMENT = ("development", "ganache-cli")
_FUNDS = 10**18


def is_live() -> bool:
    """Whether Brownie is connected to a chain that is not for development."""
    from brownie import rpc

    return not rpc.is_active()


def once(scope: str) -> Any:
    """Return a fixture's scope: the given one, and every test anew on a real chain."""

    def chosen(fixture_name: str, config: Any) -> str:
        # Brownie's option is a list of one name, or False.
        named = config.getoption("network", None) or [_DEVELOPMENT[0]]
        return scope if named[0] in _DEVELOPMENT else "function"

    return chosen


@contextmanager
def undone() -> Iterator[None]:
    """Undo on the chain what is done within; on a real chain it stays, and disturbs nobody.

    By the node's own snapshots: Brownie's also look at every contract's code and collect
    garbage, a third of a second each time.
    """
    from brownie import history, web3

    if is_live():
        yield
        return
    snapshot = web3.provider.make_request("evm_snapshot", [])["result"]
    # Ganache's clock keeps what earlier tests let pass; the newest block is to show it.
    web3.provider.make_request("evm_mine", [])
    yield
    web3.provider.make_request("evm_revert", [snapshot])
    # Brownie would wait for the nonces of transactions that no longer are.
    history.clear()


def needs_a_clock_to_move() -> None:
    """Skip where time passes by itself alone."""
    if is_live():
        pytest.skip("a real chain's clock cannot be moved")


def deployer() -> Any:
    """Return the account that deploys: the node's first, or the one that DEPLOYER names."""
    from brownie import accounts

    return _bank() if is_live() else accounts[0]


def funded(account: Any) -> Any:
    """Return an account that can pay; on a chain for development nobody pays."""
    if is_live() and account.balance() < _FUNDS // 2:
        _bank().transfer(account, _FUNDS, gas_price=1, silent=True)
    return account


@lru_cache(maxsize=1)
def _bank() -> Any:
    from brownie import accounts
    from chartkey.crypto.keyfile import KeyFile

    if not {"DEPLOYER", "PASSWORD_FILE"} <= set(os.environ):
        pytest.skip("DEPLOYER and PASSWORD_FILE name the key file that pays on a real chain")
    passphrase = Path(os.environ["PASSWORD_FILE"]).read_text().splitlines()[0]
    return accounts.add(KeyFile.open(os.environ["DEPLOYER"], passphrase).account.key)
