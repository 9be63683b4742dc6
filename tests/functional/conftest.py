"""Every functional test starts from the same founded alliance."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def fn_isolation(founded: None) -> Iterator[None]:
    """Undo on the chain what a test did.

    By the node's own snapshots: Brownie's also look at every contract's code and collect
    garbage, a third of a second each time.
    """
    from brownie import history, web3

    snapshot = web3.provider.make_request("evm_snapshot", [])["result"]
    yield
    web3.provider.make_request("evm_revert", [snapshot])
    # Brownie would wait for the nonces of transactions that no longer are.
    history.clear()
