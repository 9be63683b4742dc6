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
    from brownie import history, project, web3

    containers = project.get_loaded_projects()[0]
    known = {id(contract) for container in containers for contract in container}
    snapshot = web3.provider.make_request("evm_snapshot", [])["result"]
    # Ganache's clock keeps what earlier tests let pass; the newest block is to show it.
    web3.provider.make_request("evm_mine", [])
    yield
    web3.provider.make_request("evm_revert", [snapshot])
    # Brownie would wait for the nonces of transactions that no longer are, and find contracts
    # where there is room for others.
    history.clear()
    for container in containers:
        for contract in [found for found in container if id(found) not in known]:
            container.remove(contract)
