"""The audit on Anvil, whose storage roots count empty slots."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from chartkey.audit import Auditor, verify
from chartkey.chain.network import Network
from chartkey.errors import ReplayDiverged

from tests.chains import engines, start_chain
from tests.integration.audit_scene import CONTRACTS, Scene

pytestmark = pytest.mark.skipif("anvil" not in engines(), reason="Anvil is not installed")


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with start_chain("anvil") as chain:
        played = Scene.on(chain)
        played.play()
        yield played


def test_contracts_with_empty_slots_are_compared_slot_by_slot(scene: Scene) -> None:
    report = Auditor.open(scene.network).verify()
    assert report.contracts == CONTRACTS
    assert 10 < report.proven < CONTRACTS


def test_a_chain_that_is_not_for_development_gets_no_such_leniency(scene: Scene) -> None:
    manifest = scene.network.manifest
    strict = replace(manifest, development_chains=(), confirmations=2, max_head_age=10**9)
    network = Network(scene.network._rpc, strict)
    auditor = Auditor.open(scene.network)
    state = auditor.replay()
    assert state.block is not None
    with pytest.raises(ReplayDiverged, match="a slot that no event tells of"):
        verify(network, state, state.block.number)
