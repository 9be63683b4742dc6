"""One page about a house's set-up, each check against the real thing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.integration.cli_scene import WANG, Desk
from tests.kubo import ABSENT, IPFS, daemon


def checked(desk: Desk, *words: object, key: str | None = None) -> tuple[int, dict[str, Any]]:
    """Return the status, and each check's state and what it found."""
    import json

    ended = desk.run("doctor --json", *words, key=key)
    rows = json.loads(ended.out)["checks"]
    return ended.status, {row["name"]: row for row in rows}


def states(rows: dict[str, Any]) -> dict[str, str]:
    return {name: row["state"] for name, row in rows.items()}


def test_a_sandbox_has_no_problem_and_what_is_not_named_is_not_configured(desk: Desk) -> None:
    status, rows = checked(desk)
    found = states(rows)
    assert status == 0
    for name in ("manifest", "node", "contracts", "head", "software"):
        assert found[name] == "ok", rows[name]
    for name in ("sealers", "ipfs", "swarm", "key", "disk"):
        assert found[name] == "not configured", rows[name]


def test_an_institutions_account_and_gas_are_checked(desk: Desk) -> None:
    status, rows = checked(desk, key="clinic")
    assert status == 0
    assert rows["account"]["found"] == "an active institution"
    assert rows["gas"]["state"] == "ok"
    assert rows["passphrase"]["state"] == "ok"


def only_anvil(desk: Desk) -> None:
    if desk.chain.engine != "anvil":
        pytest.skip("only Anvil changes an account's ether or code")


def test_an_institution_without_ether_has_a_problem(desk: Desk) -> None:
    only_anvil(desk)
    desk.chain.request("anvil_setBalance", desk.address("clinic"), "0x0")
    status, rows = checked(desk, key="clinic")
    assert (status, rows["gas"]["state"]) == (1, "problem")


def test_a_clinician_is_certified_and_needs_no_ether(desk: Desk) -> None:
    status, rows = checked(desk, key=WANG)
    assert status == 0
    assert rows["account"]["found"] == "certified clinician"
    assert "others pay" in rows["gas"]["found"]


def test_a_key_file_that_others_may_read_is_a_problem(desk: Desk) -> None:
    """T27."""
    desk.keyfile(WANG).chmod(0o644)
    status, rows = checked(desk, key=WANG)
    assert (status, rows["key"]["state"]) == (1, "problem")
    assert "chmod 600" in rows["key"]["found"]


def test_a_missing_passphrase_is_a_warning(desk: Desk) -> None:
    desk.keyfile(WANG).with_name("passphrase").unlink()
    status, rows = checked(desk, key=WANG)
    assert (status, rows["passphrase"]["state"]) == (0, "warning")


def test_other_code_at_an_address_is_a_problem(desk: Desk) -> None:
    only_anvil(desk)
    consortium = desk.alliance.network.address("Consortium")
    desk.chain.request("anvil_setCode", consortium, "0x00")
    status, rows = checked(desk)
    assert (status, rows["contracts"]["state"]) == (1, "problem")
    assert "Consortium" in rows["contracts"]["found"]


def test_disks_are_checked_and_a_folder_that_is_away_is_a_problem(
    desk: Desk, tmp_path: Path
) -> None:
    _, rows = checked(desk, "--data", tmp_path)
    assert "GiB free" in rows["disk"]["found"]
    status, rows = checked(desk, "--data", tmp_path / "away")
    assert (status, rows["disk"]["state"]) == (1, "problem")


def test_nothing_at_the_nodes_address_is_a_problem_with_advice(desk: Desk) -> None:
    desk.chain.stop()
    try:
        ended = desk.run("doctor")
    finally:
        desk.chain.start()
    assert ended.status == 1
    assert "PROBLEM  node" in ended.out
    assert "Start it" in ended.out


@pytest.mark.skipif(not IPFS.exists(), reason=ABSENT)
def test_kubo_is_asked_for_its_version_and_its_swarm_must_be_private(
    desk: Desk, tmp_path: Path
) -> None:
    with daemon(tmp_path / "ipfs") as node:
        where = ("--ipfs", node.address, "--swarm", node.repository)
        status, rows = checked(desk, *where)
        assert rows["ipfs"]["state"] == "ok"
        assert (status, rows["swarm"]["state"]) == (1, "problem")
        desk.text("network swarm-key", node.repository / "swarm.key")
        assert states(checked(desk, *where)[1])["swarm"] == "ok"
        bootstrap = "/ip4/203.0.113.9/tcp/4001/p2p/QmaCpDMGvV2BGHeYERUEnRQAwe3N8SzbUtfsmvsqQLuvuJ"
        node.ipfs("bootstrap", "add", bootstrap)
        assert states(checked(desk, *where)[1])["swarm"] == "warning"


@pytest.mark.skipif(not IPFS.exists(), reason=ABSENT)
def test_no_kubo_at_the_address_is_a_problem(desk: Desk) -> None:
    status, rows = checked(desk, "--ipfs", "http://127.0.0.1:1")
    assert (status, rows["ipfs"]["state"]) == (1, "problem")
