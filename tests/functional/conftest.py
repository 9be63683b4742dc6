"""Every functional test starts from the same founded alliance."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live import undone


@pytest.fixture(autouse=True)
def fn_isolation(founded: None) -> Iterator[None]:
    """Undo on the chain what a test did."""
    from brownie import project

    containers = project.get_loaded_projects()[0]
    known = {id(contract) for container in containers for contract in container}
    with undone():
        yield
    # Brownie would find contracts where there is room for others.
    for container in containers:
        for contract in [found for found in container if id(found) not in known]:
            container.remove(contract)
