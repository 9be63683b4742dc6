"""`brownie run deploy`: repeatable, resumable, checked, and silent when all is there."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chartkey.chain.manifest import Manifest
from chartkey.crypto.digest import keccak256
from chartkey.errors import ManifestInvalid
from web3 import HTTPProvider, Web3

from scripts.alliance.artifacts import NAMES, ORDER, Artifact
from scripts.alliance.deployer import Deployer, created_address, node_account
from scripts.alliance.deployment import Settings
from scripts.alliance.party import agreement_hash
from scripts.alliance.refusal import Refused
from tests.chains import CHAIN_ID, ROOT, Chain, person, start_chain
from tests.integration.deploy_scene import (
    ARTIFACTS,
    FOUNDING,
    assert_names_each_other,
    deployment,
    interrupt,
    on,
    send_something,
    sent,
)


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


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the manifest goes."""
    return tmp_path / "manifests" / "alliance.json"


def contract(chain: Chain, manifest: Manifest, name: str) -> Any:
    web3 = Web3(HTTPProvider(chain.rpc))
    address = web3.to_checksum_address(manifest.contracts[name].address)
    return web3.eth.contract(address, abi=ARTIFACTS[name].abi).functions


def set_code(chain: Chain, address: str, code: str) -> None:
    method = "anvil_setCode" if chain.engine == "anvil" else "evm_setAccountCode"
    chain.request(method, address, code)


def test_a_run_writes_what_it_deployed_to_the_manifest(chain: Chain, path: Path) -> None:
    deployment(chain, path).run()
    manifest = Manifest.load(path)
    assert manifest.chain_id == CHAIN_ID
    assert manifest.development_chains == (CHAIN_ID,)
    assert (manifest.confirmations, manifest.max_head_age) == (1, None)
    for name in ORDER:
        code = on(chain).code(manifest.contracts[name].address)
        assert keccak256(code) == manifest.contracts[name].code_hash
        assert ARTIFACTS[name].matches(code)
    before, first = manifest.deployment_block - 1, manifest.contracts["Forwarder"].address
    assert chain.request("eth_getCode", first, hex(before)) == "0x"
    assert chain.request("eth_getCode", first, hex(before + 1)) != "0x"


def test_the_deployed_contracts_name_each_other(chain: Chain, path: Path) -> None:
    manifest = deployment(chain, path).run()
    assert_names_each_other(chain, manifest)
    factory = manifest.contracts["RelationshipFactory"].address
    assert contract(chain, manifest, "Summary").factory().call() == factory
    assert contract(chain, manifest, "Relationship").factory().call() == factory


def test_the_consortium_is_created_with_founders_and_agreement(chain: Chain, path: Path) -> None:
    manifest = deployment(chain, path).run()
    consortium = contract(chain, manifest, "Consortium")
    assert consortium.members(0, 10).call() == [p.account for p in FOUNDING.founders]
    assert consortium.agreement().call() == FOUNDING.agreement


def test_a_second_run_sends_nothing_and_changes_nothing(chain: Chain, path: Path) -> None:
    deployment(chain, path).run()
    text, nonce = path.read_bytes(), sent(chain)
    deployment(chain, path).run()
    assert path.read_bytes() == text
    assert sent(chain) == nonce


def test_nothing_is_left_beside_the_manifest(chain: Chain, path: Path) -> None:
    deployment(chain, path).run()
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_plan_sends_nothing_and_writes_nothing(chain: Chain, path: Path) -> None:
    deployment(chain, path).plan()
    assert sent(chain) == 0
    assert not path.parent.exists()


def test_a_plan_foretells_addresses_arguments_and_gas(chain: Chain, path: Path) -> None:
    planned = {step.name: step for step in deployment(chain, path).plan()}
    manifest = deployment(chain, path).run()
    used = dict.fromkeys(ORDER, 0)
    for number in range(manifest.deployment_block, on(chain).head + 1):
        block = chain.request("eth_getBlockByNumber", hex(number), False)
        for transaction in block["transactions"]:
            receipt = chain.receipt(transaction)
            name = next(n for n in ORDER if _same(manifest.contracts[n].address, receipt))
            used[name] = int(receipt["gasUsed"], 16)
    for name, step in planned.items():
        assert step.address == manifest.contracts[name].address
        assert step.gas == pytest.approx(used[name], rel=0.01)
    assert dict(planned["Summary"].arguments) == {
        "consortium": planned["Consortium"].address,
        "registrar": planned["Registrar"].address,
        "factory": planned["RelationshipFactory"].address,
    }


def _same(address: str, receipt: Mapping[str, Any]) -> bool:
    return str(receipt["contractAddress"]).lower() == address.lower()


def test_a_plan_after_a_run_has_no_transactions(chain: Chain, path: Path) -> None:
    deployment(chain, path).run()
    assert all(step.gas is None for step in deployment(chain, path).plan())


@pytest.mark.parametrize("after_sending", [False, True])
@pytest.mark.parametrize("step", [0, 1, 5, len(ORDER) - 1])
def test_a_run_killed_at_a_transaction_is_finished_by_the_next(
    chain: Chain, path: Path, step: int, after_sending: bool
) -> None:
    interrupt(chain, path, step, after_sending=after_sending)
    assert not path.exists()
    manifest = deployment(chain, path).run()
    assert_names_each_other(chain, manifest)
    assert sent(chain) == len(ORDER)


def test_a_run_killed_before_its_transaction_was_mined_waits_for_it(
    chain: Chain, path: Path
) -> None:
    if chain.engine != "anvil":
        pytest.skip("Ganache answers a transaction only when it is mined")
    at = ORDER.index("Summary")
    interrupt(chain, path, at, after_sending=False)
    chain.request("evm_setAutomine", False)
    sender, summary = on(chain).address, ARTIFACTS["Summary"]
    named = [created_address(sender, ORDER.index(name)) for name in NAMES["Summary"]]
    data = "0x" + (summary.creation + summary.encode(named)).hex()
    chain.request("eth_sendTransaction", {"from": sender, "data": data, "gas": hex(5_000_000)})
    chain.request("evm_setIntervalMining", 1)
    manifest = deployment(chain, path).run()
    assert_names_each_other(chain, manifest)
    assert manifest.contracts["Summary"].address == created_address(sender, at)
    assert sent(chain) == len(ORDER)


def test_a_moved_nonce_redeploys_what_names_a_wrong_address(chain: Chain, path: Path) -> None:
    interrupt(chain, path, ORDER.index("Summary"))
    deployer = on(chain).address
    send_something(chain)
    manifest = deployment(chain, path).run()
    addresses = {name: entry.address for name, entry in manifest.contracts.items()}
    assert_names_each_other(chain, manifest)
    # The forwarder names guardianship, and nearly everything names the forwarder.
    assert addresses["Forwarder"] == created_address(deployer, 4)
    assert addresses["Summary"] == created_address(deployer, 6)


def test_a_moved_nonce_keeps_what_names_nothing_of_what_moved(chain: Chain, path: Path) -> None:
    # Nobody names the last contract.
    interrupt(chain, path, len(ORDER) - 2)
    send_something(chain)
    manifest = deployment(chain, path).run()
    assert manifest.contracts["Forwarder"].address == created_address(on(chain).address, 0)
    assert sent(chain) == len(ORDER) + 1


def test_a_nonce_that_is_taken_in_the_middle_is_noticed(chain: Chain, path: Path) -> None:
    deployer, taken = on(chain), []

    def create(artifact: Artifact, arguments: Sequence[Any], nonce: int) -> int:
        if artifact.name == "Relationship" and not taken:
            taken.append(nonce)
            send_something(chain)
        return deployer.create(artifact, arguments, nonce)

    overtaken = Deployer(deployer.web3, deployer.address, create)
    manifest = deployment(chain, path, deployer=overtaken).run()
    assert taken
    assert_names_each_other(chain, manifest)


def test_an_account_that_others_keep_using_is_refused(chain: Chain, path: Path) -> None:
    deployer = on(chain)

    def create(artifact: Artifact, arguments: Sequence[Any], nonce: int) -> int:
        send_something(chain)
        return deployer.create(artifact, arguments, nonce)

    overtaken = Deployer(deployer.web3, deployer.address, create)
    with pytest.raises(Refused, match="something else keeps sending from 0x"):
        deployment(chain, path, deployer=overtaken).run()


def test_other_code_at_a_recorded_address_is_refused(chain: Chain, path: Path) -> None:
    manifest, nonce = deployment(chain, path).run(), sent(chain)
    address = manifest.contracts["Registrar"].address
    set_code(chain, address, "0x6001")
    with pytest.raises(Refused, match=f"Registrar: there is other code at {address}"):
        deployment(chain, path).run()
    assert sent(chain) == nonce


def test_one_missing_contract_is_refused(chain: Chain, path: Path) -> None:
    manifest = deployment(chain, path).run()
    set_code(chain, manifest.contracts["Summary"].address, "0x")
    with pytest.raises(Refused, match="Summary: there is no code"):
        deployment(chain, path).run()


def test_a_version_that_is_not_what_is_compiled_is_refused(chain: Chain, path: Path) -> None:
    manifest = deployment(chain, path).run()
    old = ARTIFACTS["Consortium"]
    changed = replace(old, runtime=old.runtime[:-1] + b"\x00")
    address = manifest.contracts["Consortium"].address
    with pytest.raises(Refused, match=f"Consortium at {address} is not what contracts/ compile"):
        deployment(chain, path, artifacts=ARTIFACTS | {"Consortium": changed}).run()


def test_sources_that_change_during_an_interruption_are_refused(chain: Chain, path: Path) -> None:
    interrupt(chain, path, 2)
    old = ARTIFACTS["Forwarder"]
    changed = replace(old, runtime=old.runtime[:-1] + b"\x00")
    with pytest.raises(Refused, match=r"Forwarder at 0x.* is not what contracts/ compile to now"):
        deployment(chain, path, artifacts=ARTIFACTS | {"Forwarder": changed}).run()


def test_an_interrupted_run_goes_on_with_the_same_founders_only(chain: Chain, path: Path) -> None:
    interrupt(chain, path, 1)
    others = replace(FOUNDING, founders=FOUNDING.founders[::-1])
    with pytest.raises(Refused, match="was begun with founding"):
        deployment(chain, path, founding=others).run()


def test_an_interrupted_run_goes_on_with_the_same_account_only(chain: Chain, path: Path) -> None:
    interrupt(chain, path, 1)
    web3 = Web3(HTTPProvider(chain.rpc))
    other = node_account(web3, person("别的账户").address)
    with pytest.raises(Refused, match="was begun with deployer"):
        deployment(chain, path, deployer=other).run()


def test_a_development_chain_that_is_gone_is_deployed_to_anew(chain: Chain, path: Path) -> None:
    deployment(chain, path).run()
    with start_chain() as fresh:
        manifest = deployment(fresh, path).run()
        assert_names_each_other(fresh, manifest)


def test_a_real_chain_without_the_contracts_is_refused(slow_chain: Chain, path: Path) -> None:
    settings = Settings(confirmations=2, max_head_age=60)
    deployment(slow_chain, path, settings=settings).run()
    with start_chain() as other, pytest.raises(Refused, match="Forwarder: there is no code"):
        deployment(other, path, settings=settings).run()


def test_a_manifest_of_another_chain_is_refused(chain: Chain, path: Path) -> None:
    manifest = deployment(chain, path).run()
    replace(manifest, chain_id=5, development_chains=(5,)).save(path)
    with pytest.raises(Refused, match="belongs to chain 5, and this is chain 1337"):
        deployment(chain, path).run()


def test_a_damaged_manifest_is_refused(chain: Chain, path: Path) -> None:
    path.parent.mkdir()
    path.write_text("{}")
    with pytest.raises(ManifestInvalid):
        deployment(chain, path).run()
    assert sent(chain) == 0


def test_a_constructor_that_reverts_is_named(chain: Chain, path: Path) -> None:
    alone = replace(FOUNDING, founders=FOUNDING.founders[:1])
    with pytest.raises(Refused, match="Consortium could not be deployed"):
        deployment(chain, path, founding=alone).run()


def test_the_agreement_hash_is_that_of_the_documented_command() -> None:
    folder = ROOT / "scripts" / "agreement" / "v1"
    command = f"cat {folder}/*.md | sha256sum"
    shown = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert agreement_hash(folder).hex() == shown.stdout.split()[0]
