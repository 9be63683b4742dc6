"""`brownie run deploy` itself: a real network, a keystore, an interruption, bad parameters."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from chartkey.chain.manifest import Manifest
from eth_account import Account
from web3 import HTTPProvider, Web3

from scripts.alliance.artifacts import ORDER
from scripts.alliance.parameters import Parameters
from scripts.alliance.party import Party
from scripts.alliance.refusal import Refused
from tests.chains import CHAIN_ID, ROOT, Chain, person, start_chain
from tests.integration.deploy_scene import FOUNDING, assert_names_each_other


@pytest.fixture
def chain() -> Iterator[Chain]:
    """A chain of this test's own."""
    with start_chain() as started:
        yield started


@pytest.fixture
def slow_chain(chain: Chain) -> Chain:
    """A chain that makes a block a second, as a real one does."""
    if chain.engine != "anvil":
        pytest.skip("Ganache changes its block time only at its start")
    chain.request("evm_setIntervalMining", 1)
    return chain


CONFIG = "network-config.yaml"


class Brownie:
    """`brownie run` in a home of its own, with a keystore account and a live network."""

    def __init__(self, folder: Path, chain: Chain) -> None:
        self.manifest = folder / "manifest.json"
        self.home, self.password = folder / "home", folder / "password"
        accounts = self.home / ".brownie" / "accounts"
        accounts.mkdir(parents=True)
        account = person("部署者")
        keystore = Account.encrypt(account.key, "口令", iterations=2)
        (accounts / "deployer.json").write_text(json.dumps(keystore))
        self.password.write_text("口令\n")
        self.password.chmod(0o600)
        chain.fund(account.address)
        founders = folder / "founders.json"
        founders.write_text(json.dumps([_entry(party) for party in FOUNDING.founders]))
        self._environment = os.environ | {
            "HOME": str(self.home),
            "FOUNDERS": str(founders),
            "MANIFEST": str(self.manifest),
            "DEPLOYER": "deployer",
            "PASSWORD_FILE": str(self.password),
            "CONFIRMATIONS": "2",
        }
        _add_network(self.home, chain)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        program = Path(sys.prefix) / "bin" / "brownie"
        return subprocess.Popen(
            [str(program), *arguments],
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def finish(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=120)
        return subprocess.CompletedProcess(process.args, process.returncode, output)

    def deploy(self, function: str = "main") -> subprocess.CompletedProcess[str]:
        return self.finish("run", "deploy", function, "--network", "there")


def _add_network(home: Path, chain: Chain) -> None:
    """Name a chain as `brownie networks add` does, without starting Brownie for it."""
    # Brownie is found and not imported: its libraries warn, and warnings fail tests.
    brownie = find_spec("brownie")
    assert brownie is not None
    assert brownie.origin is not None
    known = yaml.safe_load((Path(brownie.origin).parent / "data" / CONFIG).read_text())
    network = {"id": "there", "name": "there", "host": chain.rpc, "chainid": CHAIN_ID}
    known["live"].append({"name": "Chartkey", "networks": [network]})
    (home / ".brownie" / CONFIG).write_text(yaml.safe_dump(known))


def _entry(party: Party) -> dict[str, Any]:
    details = party.details
    assert details is not None
    return {
        "account": party.account,
        "name": details.name,
        "creditCode": details.credit_code,
        "localCode": details.local_code,
        "grade": details.grade,
        "tier": details.tier,
    }


def test_brownie_killed_on_a_real_network_is_finished_by_the_next_run(
    slow_chain: Chain, tmp_path: Path
) -> None:
    script = Brownie(tmp_path, slow_chain)
    first = script.start("run", "deploy", "--network", "there")
    partial = script.manifest.with_name("manifest.json.partial")
    until = time.monotonic() + 60
    while not (partial.exists() and "Summary" in partial.read_text()):
        assert first.poll() is None, first.communicate()[0]
        assert time.monotonic() < until
        time.sleep(0.02)
    first.kill()
    first.communicate()
    second = script.deploy()
    assert second.returncode == 0, second.stdout
    manifest = Manifest.load(script.manifest)
    assert_names_each_other(slow_chain, manifest)
    assert (manifest.confirmations, manifest.max_head_age, manifest.development) == (2, 60, False)
    nonce = slow_chain.request("eth_getTransactionCount", person("部署者").address, "latest")
    assert int(nonce, 16) == len(ORDER)


def test_brownie_refuses_a_password_file_that_others_can_read(chain: Chain, tmp_path: Path) -> None:
    script = Brownie(tmp_path, chain)
    script.password.chmod(0o644)
    done = script.deploy("plan")
    assert done.returncode == 1
    assert f"Stopped: {script.password} has mode 0644" in done.stdout
    assert "口令" not in done.stdout


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("deployer", "DEPLOYER names the account"),
        ("founders", "FOUNDERS names the file"),
    ],
)
def test_a_real_chain_takes_no_default(wanted: str, message: str) -> None:
    with pytest.raises(Refused, match=message):
        getattr(Parameters(5, False, {}), wanted)


def test_a_real_chain_takes_a_password_file_only() -> None:
    with pytest.raises(Refused, match="PASSWORD_FILE names the file"):
        Parameters(5, False, {"DEPLOYER": "lead"}).password()


@pytest.mark.parametrize("number", ["0", "-1", "two", "1.5"])
def test_confirmations_are_a_number_above_zero(number: str) -> None:
    web3 = Web3(HTTPProvider("http://127.0.0.1:9"))
    with pytest.raises(Refused, match="CONFIRMATIONS is a whole number above zero"):
        Parameters(5, False, {"CONFIRMATIONS": number}).settings(web3)


def test_a_node_that_names_no_sealers_needs_confirmations_said(chain: Chain) -> None:
    with pytest.raises(Refused, match="CONFIRMATIONS says how many"):
        Parameters(5, False, {}).settings(Web3(HTTPProvider(chain.rpc)))


def test_confirmations_default_to_more_than_half_of_the_sealers() -> None:
    sealers = {"result": [person(name).address for name in "甲乙丙丁"]}
    web3 = Web3(Answering(sealers))
    settings = Parameters(5, False, {}).settings(web3)
    assert (settings.confirmations, settings.max_head_age) == (3, 60)


class Answering(HTTPProvider):
    """A node that gives one answer to everything."""

    def __init__(self, answer: Any) -> None:
        super().__init__("http://127.0.0.1:9")
        self._answer = answer

    def make_request(self, method: Any, params: Any) -> Any:
        return self._answer
