"""Deployments that tests change one part of, and interrupt as by kill -9."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from chartkey.chain.manifest import Manifest
from chartkey.models import Details
from web3 import HTTPProvider, Web3

from scripts.alliance.artifacts import DROPPED, NAMES, ORDER, Artifact, compile_changes, load
from scripts.alliance.deployer import Deployer, node_account
from scripts.alliance.deployment import Deployment, Settings
from scripts.alliance.party import Founding, Party
from tests.chains import ROOT, Chain, person

compile_changes(ROOT)
ARTIFACTS = load(ROOT)
FOUNDING = Founding(
    tuple(
        Party(person(name).address, name, Details(name, "1" * 18, "0001", "三级甲等", 3))
        for name in ("协和医院", "人民医院")
    ),
    bytes(range(32)),
)
DEVELOPMENT = Settings(development=True)


def on(chain: Chain) -> Deployer:
    """The node's first account, on a connection of its own."""
    web3 = Web3(HTTPProvider(chain.rpc))
    return node_account(web3, web3.eth.accounts[0])


def deployment(chain: Chain, path: Path, **changes: Any) -> Deployment:
    """A deployment that a test may change one part of."""
    parts = {
        "deployer": on(chain),
        "artifacts": ARTIFACTS,
        "founding": FOUNDING,
        "path": path,
        "settings": DEVELOPMENT,
    }
    return Deployment(**(parts | changes))


def sent(chain: Chain) -> int:
    """How many transactions the deployer has sent."""
    return on(chain).nonce()


def send_something(chain: Chain) -> None:
    """Use up one of the deployer's nonces."""
    chain.fund(person("路人").address, 1)


def assert_names_each_other(chain: Chain, manifest: Manifest) -> None:
    for name in ORDER:
        code = on(chain).code(manifest.contracts[name].address)
        artifact, words = ARTIFACTS[name], ARTIFACTS[name].words_in(code)
        places = {other: manifest.contracts[other].address for other in ORDER}
        assert artifact.keeps(places, words), name
        for other in NAMES[name]:
            # What is kept is told by every name of it, what is dropped by none.
            moved = places | {other: person("somewhere else").address}
            dropped = other in DROPPED.get(name, ())
            assert artifact.keeps(moved, words) is dropped, (name, other)


def killing(deployer: Deployer, step: int, *, after_sending: bool) -> Deployer:
    """A deployer whose process dies at one of its transactions, as by kill -9."""
    count = 0

    def create(artifact: Artifact, arguments: Sequence[Any], nonce: int) -> int:
        nonlocal count
        if count == step and not after_sending:
            os.kill(os.getpid(), signal.SIGKILL)
        block = deployer.create(artifact, arguments, nonce)
        if count == step:
            os.kill(os.getpid(), signal.SIGKILL)
        count += 1
        return block

    return Deployer(deployer.web3, deployer.address, create)


def run_and_die(chain: Chain, path: Path, step: int, after_sending: bool) -> None:
    deployer = killing(on(chain), step, after_sending=after_sending)
    deployment(chain, path, deployer=deployer).run()


def interrupt(chain: Chain, path: Path, step: int, *, after_sending: bool = True) -> None:
    """Run the deployment in a process that is killed at a step."""
    process = get_context("fork").Process(
        target=run_and_die, args=(chain, path, step, after_sending)
    )
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
