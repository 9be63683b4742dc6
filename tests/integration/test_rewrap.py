"""Moving from one suite to another: every root once, killed anywhere; old records still open."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chartkey.actors import Institution
from chartkey.chain.encryption import encryption_key
from chartkey.chain.events import events
from chartkey.chain.history import RelationshipHistory
from chartkey.crypto import wrap
from chartkey.crypto.hybrid import wrap_lengths
from chartkey.custody.roots import relationship_root
from chartkey.errors import KeyUnsuitable
from chartkey.models import Kind, Suite

from scripts.alliance.cast import HOSPITAL, LEAD
from scripts.alliance.stage import Alliance
from tests.chains import Chain
from tests.integration.cli_scene import Desk
from tests.integration.custody_scene import (
    anchored,
    directory,
    granted,
    keys_of,
    patient,
    relayed,
    ward,
)
from tests.proxy import Proxy

ZHANG, CLINIC_LABEL = "patient-zhang", "clinic"
SEND = "eth_sendRawTransaction"
COMMAND = [sys.executable, "-c", "from chartkey.cli import main; main()"]
RSA, HYBRID = Suite.RSA_OAEP_AES_GCM, Suite.RSA_MLKEM_AES_GCM


@pytest.fixture
def desk(
    founded: tuple[Chain, Alliance], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    """Everybody's files, and a second relationship of the patient's."""
    for name in ("RPC", "MANIFEST", "KEY", "AFFILIATION", "PASSPHRASE_FILE", "LANG"):
        monkeypatch.delenv(f"CHARTKEY_{name}", raising=False)
    chain, alliance = founded
    shutil.copytree(alliance.folder, tmp_path / "alliance")
    snapshot = chain.request("evm_snapshot")
    try:
        desk = Desk(chain, alliance, tmp_path / "alliance")
        desk.text("propose", HOSPITAL.name, "--mirror", LEAD.name, key=ZHANG)
        desk.text("accept", relationships(desk)[-1], key="hospital")
        yield desk
    finally:
        chain.request("evm_revert", snapshot)


def relationships(desk: Desk, label: str = ZHANG) -> list[str]:
    if label == ZHANG:
        return [row["relationship"] for row in desk.json("relationships", key=ZHANG)]
    house = Institution(desk.alliance.network, desk.alliance.keys[label])
    return [entry.relationship for entry in house.rooted()]


def killed(desk: Desk, label: str, step: int, moment: str) -> None:
    """Run the command line in a process that is killed at its n-th transaction, from 0."""
    sent: list[Any] = []

    def send(params: list[Any]) -> Any:
        sent.append(params)
        if len(sent) == step + 1 and moment == "before":
            os.kill(process.pid, signal.SIGKILL)
            raise OSError
        result = desk.chain.request(SEND, *params)
        if len(sent) == step + 1:
            os.kill(process.pid, signal.SIGKILL)
        return result

    with Proxy(desk.chain.rpc) as proxy:
        proxy.answers[SEND] = send
        shared = ["--rpc", proxy.rpc, "--manifest", str(desk.folder / "alliance.json")]
        words = [*COMMAND, "keys", "rewrap", "--suite", "rsa", "--key", str(desk.keyfile(label))]
        process = subprocess.Popen([*words, *shared], stdout=subprocess.PIPE)
        assert process.wait(60) == -signal.SIGKILL
        if process.stdout:
            process.stdout.close()


def wraps_made(desk: Desk, label: str) -> dict[str, list[int]]:
    """The key versions that each root was wrapped to, in order."""
    account, network = desk.address(label), desk.alliance.network
    return {
        address: [v for v, _ in RelationshipHistory(network, address).root_wraps(account)][::-1]
        for address in relationships(desk, label)
    }


def keys_published(desk: Desk, label: str) -> list[int]:
    network = desk.alliance.network
    found = events(network, names=["KeyPublished"], addresses=[network.address("Registrar")])
    return [e.args["version"] for e in found if e.args["account"] == desk.address(label)]


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", range(3))
def test_R71_a_patients_move_that_was_killed_is_finished_once(
    desk: Desk, step: int, moment: str
) -> None:
    killed(desk, ZHANG, step, moment)
    check_finished(desk, ZHANG, total=2)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", range(2))
def test_R71_an_institutions_move_that_was_killed_is_finished_once(
    desk: Desk, step: int, moment: str
) -> None:
    total = len(relationships(desk, CLINIC_LABEL))
    assert total >= 1
    killed(desk, CLINIC_LABEL, step, moment)
    check_finished(desk, CLINIC_LABEL, total)


def check_finished(desk: Desk, label: str, total: int) -> None:
    ended = desk.json("keys rewrap --suite rsa", key=label)
    assert (ended["version"], ended["suite"], ended["relationships"]) == (2, "rsa", total)
    assert set(map(tuple, wraps_made(desk, label).values())) == {(1, 2)}
    assert keys_published(desk, label) == [2]
    height = desk.alliance.network.head().number
    assert desk.json("keys rewrap --suite rsa", key=label) == ended | {"wrapped": 0}
    assert desk.alliance.network.head().number == height


def test_R71_there_and_back_makes_a_key_for_each_way(desk: Desk) -> None:
    text = desk.text("keys rewrap --suite rsa", key=ZHANG)
    assert text == ("Encryption key 2 (rsa) is published; 2 of 2 roots were wrapped to it now.\n")
    back = desk.json("keys rewrap", key=ZHANG)
    assert back == {"version": 3, "suite": "hybrid", "relationships": 2, "wrapped": 2}
    assert set(map(tuple, wraps_made(desk, ZHANG).values())) == {(1, 2, 3)}


def test_R71_a_clinician_who_has_no_roots_moves_too(desk: Desk) -> None:
    moved = desk.json("keys rewrap --suite rsa", key="dr-li")
    assert moved == {"version": 2, "suite": "rsa", "relationships": 0, "wrapped": 0}
    assert keys_published(desk, "dr-li") == [2]


def test_R71_a_suite_that_is_unknown_or_reserved_is_not_moved_to(desk: Desk) -> None:
    for name in ("sm2", "quantum"):
        assert desk.run("keys rewrap --suite", name, key=ZHANG).status == 2
    person = Institution(desk.alliance.network, desk.alliance.keys["lead"])
    with pytest.raises(KeyUnsuitable):
        person.rewrap(Suite.SM2_SM4)
    assert keys_published(desk, ZHANG) == []


def test_R71_progress_tells_what_is_done_and_what_is_left(scene: Any, tmp_path: Path) -> None:
    person = patient(scene, directory(scene), keys_of(scene, ZHANG, tmp_path))
    told: list[tuple[int, int]] = []
    rotated = person.rewrap(RSA, progress=lambda *at: told.append(at))
    assert rotated.wrapped == len(person.relationships())
    assert told == [(done, rotated.wrapped) for done in range(rotated.wrapped + 1)]


def test_R04_an_old_key_opens_old_records_across_suites(
    scene: Any, summary: Path, tmp_path: Path
) -> None:
    keys = keys_of(scene, ZHANG, tmp_path)
    person = patient(scene, directory(scene), keys)
    records = [anchored(scene, summary)]
    for suite in (RSA, HYBRID):
        person.rewrap(suite)
        scene.patient.keys = keys
        records.append(anchored(scene, summary))
    assert [keys.suite(version) for version in (1, 2, 3)] == [HYBRID, RSA, HYBRID]
    for record in records:
        with person.read(record) as opened:
            assert opened.kind is Kind.PATIENT_SUMMARY
    # Each key alone opens the root that was wrapped to it.
    history = person.history(scene.relationship)
    lengths = {v: len(blob) for v, blob in history.root_wraps(person.address)}
    assert lengths == {1: wrap_lengths(64)[0], 2: 384, 3: wrap_lengths(64)[0]}


def test_R04_a_grant_to_an_earlier_key_is_read_after_the_reader_moved(
    scene: Any, summary: Path, tmp_path: Path
) -> None:
    reader = ward(scene, directory(scene), keys_of(scene, "dr-li", tmp_path))
    record = anchored(scene, summary)
    grants = [granted(scene, kind=Kind.PATIENT_SUMMARY)]
    reader.rewrap(RSA)
    with reader.read(record) as opened:
        assert opened.kind is Kind.PATIENT_SUMMARY
    scene.patient.revoke(grants[0])
    grants.append(granted(scene, kind=Kind.PATIENT_SUMMARY))
    with reader.read(record) as opened:
        assert opened.kind is Kind.PATIENT_SUMMARY
    assert [len(g.terms.wrap) for g in grants] == [wrap_lengths(32)[0], 384]


def test_P07_every_wrap_of_a_new_alliance_is_hybrid(scene: Any, summary: Path) -> None:
    record, grant = anchored(scene, summary), granted(scene, kind=Kind.PATIENT_SUMMARY)
    assert grant.terms.wrap[0] == 2
    history = scene.patient.history(record.relationship)
    for party in (scene.patient.address, scene.address("clinic")):
        assert [blob[0] for _, blob in history.root_wraps(party)] == [2]


@pytest.mark.parametrize("named", [1, 2, 3])
def test_P07_a_key_published_for_another_suite_than_its_own_is_not_wrapped_to(
    scene: Any, named: int
) -> None:
    made = wrap.public_der(wrap.generate(HYBRID if named == 1 else RSA))
    relayed(scene, scene.network.registrar.publish_key(named, made), scene.li.keys)
    with pytest.raises(KeyUnsuitable, match=f"suite {named}"):
        encryption_key(scene.network, scene.li.address)


def test_P03_readers_come_and_go_and_the_payload_keeps_its_cid(
    scene: Any, summary: Path, tmp_path: Path
) -> None:
    record = anchored(scene, summary)
    person = patient(scene, directory(scene), keys_of(scene, ZHANG, tmp_path))

    def stored() -> tuple[str, list[list[str]]]:
        root = relationship_root(scene.network, person.history(record.relationship), person.keys)
        key = root.record_key(record.epoch, record.kind, record.record)
        pins = [scene.directory.store(scene.address(h)).pins() for h in ("clinic", "lead")]
        return person._reader.cid(record, key), pins

    before = stored()
    grant = granted(scene, kind=Kind.PATIENT_SUMMARY)
    scene.li.read(record).close()
    assert stored() == before
    scene.patient.revoke(grant)
    assert stored() == before
    person.rewrap(RSA)
    assert stored() == before
    with person.read(record) as opened:
        assert opened.kind is Kind.PATIENT_SUMMARY


def test_an_institution_that_moved_goes_on_serving(
    scene: Any, summary: Path, tmp_path: Path
) -> None:
    keys = keys_of(scene, CLINIC_LABEL, tmp_path)
    house = Institution(scene.network, keys, scene.directory)
    rotated = house.rewrap(RSA)
    assert (rotated.version, rotated.suite) == (2, RSA)
    assert rotated.wrapped == rotated.relationships == len(house.rooted())
    record = anchored(scene, summary)
    with scene.wang.read(record) as opened:
        assert opened.kind is Kind.PATIENT_SUMMARY
    history = RelationshipHistory(scene.network, scene.relationship)
    newest = history.root_wraps(house.address)[0]
    assert newest[0] == 2
    assert wrap.suite_of(keys.public_der(2)) is RSA
