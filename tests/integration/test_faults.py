"""Bad input and broken parts: one clear error, and nothing lost or half-written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chartkey import connect
from chartkey.actors import Clinician, Patient
from chartkey.custody.directory import Directory
from chartkey.custody.embedded import EmbeddedCustodian
from chartkey.errors import (
    ChainMismatch,
    ChartkeyError,
    ContractsMissing,
    CustodianUnavailable,
    KeyfileUnsafe,
    NodeUnavailable,
    PassphraseWrong,
    PersonInactive,
    PersonUnknown,
    RecordInvalid,
    RelationshipMissing,
    StoreReadOnly,
    TransactionUnknown,
)
from chartkey.models import Kind, Standing

from tests.chains import start_chain
from tests.proxy import Proxy

NOBODY = "0x" + "42" * 20


def counted(scene: Any) -> tuple[int, int]:
    """What must not change when something is refused: blocks and waiting drafts."""
    return scene.network.head().number, len(scene.patient.drafts())


@contextmanager
def nothing_changes(scene: Any) -> Iterator[None]:
    before = counted(scene)
    yield
    assert counted(scene) == before


def test_a_bundle_that_is_not_r4_is_refused(scene: Any, summary: Path) -> None:
    with nothing_changes(scene), pytest.raises(RecordInvalid):
        scene.wang.draft(scene.patient.address, summary.with_name("summary-r5.json"))


def test_a_truncated_file_is_refused(scene: Any, summary: Path) -> None:
    with nothing_changes(scene), pytest.raises(RecordInvalid):
        scene.wang.draft(scene.patient.address, summary.read_bytes()[:-40])


def test_a_missing_file_is_refused(scene: Any, tmp_path: Path) -> None:
    with nothing_changes(scene), pytest.raises(RecordInvalid):
        scene.wang.draft(scene.patient.address, tmp_path / "none.json")


def test_an_unknown_recipient_is_refused(scene: Any, summary: Path) -> None:
    with nothing_changes(scene), pytest.raises(PersonUnknown):
        scene.wang.draft(NOBODY, summary)


def test_a_patient_without_a_relationship_here_is_refused(scene: Any, summary: Path) -> None:
    with nothing_changes(scene), pytest.raises(RelationshipMissing):
        scene.wang.draft(scene.address("patient-liu"), summary)


def test_a_suspended_clinician_cannot_draft(scene: Any, summary: Path) -> None:
    scene.house("clinic").set_licence(scene.wang.address, Standing.SUSPENDED)
    with nothing_changes(scene), pytest.raises(PersonInactive):
        scene.wang.draft(scene.patient.address, summary)


def test_a_clinician_suspended_after_drafting_anchors_nothing(scene: Any, summary: Path) -> None:
    draft = scene.wang.draft(scene.patient.address, summary)
    scene.house("clinic").set_licence(scene.wang.address, Standing.SUSPENDED)
    with nothing_changes(scene), pytest.raises(ChartkeyError) as refused:
        scene.patient.confirm(draft)
    assert refused.value.values["error"] == "RecordAuthorInactive"


def test_a_wrong_passphrase_is_named(scene: Any) -> None:
    keyfile = scene.patient.keys.path
    with pytest.raises(PassphraseWrong):
        Patient.open(scene.network, keyfile, passphrase="not this one")


def test_T27_a_key_file_that_others_may_read_is_refused(scene: Any, tmp_path: Path) -> None:
    copy = tmp_path / "key.json"
    copy.write_bytes(scene.patient.keys.path.read_bytes())
    copy.chmod(0o644)
    with pytest.raises(KeyfileUnsafe):
        Patient.open(scene.network, copy, passphrase="any")


def test_a_patients_key_is_no_clinicians(scene: Any) -> None:
    with pytest.raises(PersonUnknown):
        Clinician.open(scene.network, scene.patient.keys.path)


def test_a_read_only_store_loses_nothing(scene: Any, summary: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root writes where nobody may; tests/unit/storage has the full disk")
    draft = scene.wang.draft(scene.patient.address, summary)
    folder = scene.houses / "clinic" / "store"
    modes = {path: path.stat().st_mode for path in [folder, *folder.rglob("*")] if path.is_dir()}
    for path in modes:
        path.chmod(0o500)
    try:
        with nothing_changes(scene), pytest.raises(StoreReadOnly):
            scene.patient.confirm(draft)
    finally:
        for path, mode in modes.items():
            path.chmod(mode)
    assert scene.patient.confirm(draft).kind == Kind.PATIENT_SUMMARY


class Away:
    """A custodian that does not answer."""

    def __init__(self, institution: str, store: Any) -> None:
        self.institution, self.store = institution, store

    def __getattr__(self, name: str) -> Any:
        raise CustodianUnavailable(institution=self.institution, problem="it does not answer")


def without(scene: Any, *labels: str) -> Directory:
    """The same custodians, but for some that are away."""
    directory = Directory(scene.network)
    for entry in scene.network.manifest.institutions:
        directory.enrol(scene.directory.custodian(entry.address))
    for label in labels:
        house = scene.address(label)
        directory.enrol(Away(house, scene.directory.store(house)))  # type: ignore[arg-type]
    return directory


def test_a_draft_waits_while_the_mirror_is_away(scene: Any, summary: Path) -> None:
    draft = scene.wang.draft(scene.patient.address, summary)
    patient = Patient(scene.network, scene.patient.keys, without(scene, "lead"))
    with nothing_changes(scene), pytest.raises(CustodianUnavailable):
        patient.confirm(draft)
    assert scene.patient.confirm(draft).kind == Kind.PATIENT_SUMMARY


def test_the_mirror_serves_while_the_institution_is_away(scene: Any, summary: Path) -> None:
    scene.patient.confirm(scene.wang.draft(scene.patient.address, summary))
    request = scene.li.request(scene.patient.address, kind=Kind.PATIENT_SUMMARY)
    scene.patient.approve(request)
    li = Clinician(
        scene.network,
        scene.li.keys,
        without(scene, "clinic"),
        affiliation=scene.li.affiliation,
        institution=scene.li.institution,
    )
    [pointer] = li.records(request)
    with li.read(pointer) as opened:
        assert opened.stream().read() == summary.read_bytes()


def test_P43_the_patient_reads_while_every_custodian_is_away(scene: Any, summary: Path) -> None:
    pointer = scene.patient.confirm(scene.wang.draft(scene.patient.address, summary))
    patient = Patient(scene.network, scene.patient.keys, without(scene, "clinic", "lead"))
    with patient.read(pointer) as opened:
        assert opened.stream().read() == summary.read_bytes()


def test_P22_any_member_relays_while_others_are_away(scene: Any, summary: Path) -> None:
    scene.patient.confirm(scene.wang.draft(scene.patient.address, summary))
    request = scene.li.request(scene.patient.address, kind=Kind.PATIENT_SUMMARY)
    patient = Patient(scene.network, scene.patient.keys, without(scene, "clinic", "lead"))
    patient.approve(request)
    [pointer] = scene.li.records(request)
    scene.li.read(pointer).close()


def test_a_chain_with_another_id_is_refused(scene: Any, engine: str) -> None:
    other = replace(scene.network.manifest, chain_id=4242, development_chains=(4242,))
    with pytest.raises(ChainMismatch):
        connect(scene.chain.rpc, other)


def test_a_chain_without_the_contracts_is_refused(scene: Any, engine: str) -> None:
    with start_chain(engine) as empty, pytest.raises(ContractsMissing):
        connect(empty.rpc, scene.network.manifest)


def test_a_node_that_is_away_is_named(scene: Any) -> None:
    with pytest.raises(NodeUnavailable):
        connect("http://127.0.0.1:9", scene.network.manifest)


@contextmanager
def through(scene: Any, proxy: Proxy) -> Iterator[tuple[Patient, Clinician]]:
    """The patient and Dr Wang, whose every node, their custodians' too, is behind the proxy."""
    network = connect(proxy.rpc, scene.network.manifest)
    directory = Directory(network)
    for label in ("lead", "hospital", "clinic"):
        keys = scene.alliance.keys[label]
        folder, store = scene.houses / label / "custodian", scene.directory.store(keys.address)
        directory.enrol(EmbeddedCustodian(network, folder, keys, store, directory.custodian))
    yield (
        Patient(network, scene.patient.keys, directory),
        Clinician(
            network,
            scene.li.keys,
            directory,
            affiliation=scene.li.affiliation,
            institution=scene.li.institution,
        ),
    )


@pytest.mark.parametrize("cut", ["cut_before", "cut_after"])
def test_a_node_lost_while_anchoring_is_looked_up_and_never_sent_twice(
    scene: Any, summary: Path, cut: str
) -> None:
    draft = scene.wang.draft(scene.patient.address, summary)
    with Proxy(scene.chain.rpc) as proxy, through(scene, proxy) as (patient, _):
        getattr(proxy, cut).add("eth_sendRawTransaction")
        with pytest.raises(TransactionUnknown):
            patient.confirm(draft)
        getattr(proxy, cut).clear()
        pointer = patient.confirm(draft)
        assert len(set(proxy.raw)) == 1
    assert [p.record for p in scene.patient.records()] == [pointer.record]
    with scene.patient.read(pointer) as opened:
        assert opened.stream().read() == summary.read_bytes()


@pytest.mark.parametrize("cut", ["cut_before", "cut_after"])
def test_a_node_lost_while_granting_leaves_one_grant(scene: Any, summary: Path, cut: str) -> None:
    scene.patient.confirm(scene.wang.draft(scene.patient.address, summary))
    request = scene.li.request(scene.patient.address, kind=Kind.PATIENT_SUMMARY)
    with Proxy(scene.chain.rpc) as proxy, through(scene, proxy) as (patient, li):
        getattr(proxy, cut).add("eth_sendRawTransaction")
        with pytest.raises(TransactionUnknown):
            patient.approve(request)
        getattr(proxy, cut).clear()
        patient.approve(request)
        [pointer] = li.records(request)
        li.read(pointer).close()
    assert len(scene.patient.grants()) == 1


def test_asking_again_while_the_same_waits_asks_once(scene: Any) -> None:
    first = scene.li.request(scene.patient.address, kind=Kind.PATIENT_SUMMARY)
    assert scene.li.request(scene.patient.address, kind=Kind.PATIENT_SUMMARY) == first
    assert len(scene.patient.requests()) == 1
    other = scene.li.request(scene.patient.address, kind=Kind.IMAGING)
    assert other != first
