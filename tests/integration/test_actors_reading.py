"""Reading although a custodian, a store, a node or a device lies (P01, P10, P43, T24)."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chartkey.actors import Clinician
from chartkey.actors.device import beside
from chartkey.custody.database import RecordSlip
from chartkey.custody.roots import relationship_root
from chartkey.errors import (
    AccessDenied,
    BlockCorrupt,
    BlockMissing,
    CommitmentMismatch,
    CustodianUnavailable,
    DecryptionFailed,
    HeadStale,
    ReceiptInvalid,
    RecordMissing,
    RelationshipMissing,
)
from chartkey.models import Kind, RecordStatus

from tests.integration.custody_scene import (
    DAY,
    anchored,
    custodian,
    directory,
    failing,
    granted,
    keys_of,
    patient,
    receipt,
    shared,
    ward,
)

AWAY = CustodianUnavailable(institution="it", problem="it does not answer")


def altered(scene: Any, house: str, change: Any) -> Any:
    """A custodian that changes what it releases."""
    return {"release": lambda signed: change(custodian(scene, house).release(signed))}


def promised_otherwise(scene: Any, house: str, **changed: Any) -> Any:
    keys, chain = scene.alliance.keys[house], scene.network.chain_id

    def change(release: Any) -> Any:
        promise = replace(release.promise.statement, **changed)
        return replace(release, promise=promise.sign(keys, chain))

    return altered(scene, house, change)


def reads(scene: Any, pointer: Any, summary: Path, **stands: Any) -> bool:
    with ward(scene, directory(scene, **stands)).read(pointer) as opened:
        return bool(opened.stream().read() == summary.read_bytes())


def test_P10_a_promise_about_another_receipt_is_no_promise(scene: Any, summary: Path) -> None:
    pointer, _ = shared(scene, summary)
    other = promised_otherwise(scene, "clinic", receipt=b"o" * 32)
    assert reads(scene, pointer, summary, clinic=other)
    also = promised_otherwise(scene, "lead", receipt=b"o" * 32)
    with pytest.raises(ReceiptInvalid):
        reads(scene, pointer, summary, clinic=other, lead=also)


@pytest.mark.parametrize(
    "error", [AccessDenied(), AWAY, HeadStale(rpc="http://a", age=9, limit=1)], ids=str
)
def test_P01_one_house_alone_does_not_keep_from_a_viewer_what_was_granted(
    scene: Any, summary: Path, error: Exception
) -> None:
    pointer, _ = shared(scene, summary)
    assert reads(scene, pointer, summary, clinic={"release": failing(error)})


@pytest.mark.parametrize(
    "change",
    [
        lambda release: replace(release, records=()),
        lambda release: replace(release, scopes=()),
        lambda release: replace(
            release, records=tuple(replace(s, slip=b"x" * 48) for s in release.records)
        ),
        lambda release: replace(
            release, scopes=tuple(replace(s, slip=b"x" * 48) for s in release.scopes)
        ),
        lambda release: replace(
            release, records=tuple(replace(s, root=b"x" * 32) for s in release.records)
        ),
    ],
    ids=["no record slip", "no scope slip", "useless record slip", "useless scope slip", "root"],
)
def test_P01_what_does_not_open_is_asked_of_the_mirror(
    scene: Any, summary: Path, change: Any
) -> None:
    pointer, _ = shared(scene, summary)
    assert reads(scene, pointer, summary, clinic=altered(scene, "clinic", change))
    with pytest.raises(DecryptionFailed):
        reads(scene, pointer, summary, clinic=altered(scene, "clinic", change), lead=AWAY)


def test_the_first_denial_is_told_and_not_that_another_house_was_away(
    scene: Any, summary: Path
) -> None:
    pointer, _ = shared(scene, summary)
    denying = {"release": failing(AccessDenied())}
    with pytest.raises(AccessDenied):
        reads(scene, pointer, summary, clinic=denying, lead=AWAY)
    with pytest.raises(AccessDenied):
        reads(scene, pointer, summary, clinic=AWAY, lead=denying)
    with pytest.raises(CustodianUnavailable):
        reads(scene, pointer, summary, clinic=AWAY, lead=AWAY)


def test_staff_are_served_by_their_own_house_alone(scene: Any, summary: Path) -> None:
    pointer = anchored(scene, summary)
    houses = directory(scene, clinic={"release": failing(AWAY)})
    scene.wang.directory = houses
    with pytest.raises(CustodianUnavailable):
        scene.wang.read(pointer)
    assert "release" not in houses.custodian(scene.address("lead")).asked


def test_the_promise_of_every_reading_is_kept(scene: Any, summary: Path, tmp_path: Path) -> None:
    pointer, _ = shared(scene, summary)
    person = ward(scene, directory(scene), keys_of(scene, "dr-li", tmp_path))
    for _ in range(2):
        person.read(pointer).close()
    lines = beside(person.keys, ".promises").read_text().splitlines()
    assert [json.loads(line)["index"] for line in lines] == [0, 1]
    assert {json.loads(line)["custodian"] for line in lines} == {scene.address("clinic")}


@pytest.mark.parametrize("field", ["root", "locator", "author", "kind", "epoch"])
def test_T24_a_pointer_that_storage_does_not_know_is_not_opened(
    scene: Any, summary: Path, field: str
) -> None:
    pointer = anchored(scene, summary)
    lies: dict[str, Any] = {
        "root": {"root": bytes(32)},
        "locator": {"locator": bytes(80)},
        "author": {"author": scene.li.address},
        "kind": {"attestation": replace(pointer.attestation, kind=20)},
        "epoch": {"epoch": 2},
    }
    slip = scene.patient.device.slip(pointer.relationship, pointer.record, pointer.root)
    key, reader = _record_key(scene, pointer), scene.patient._reader
    dek = reader.data_key(pointer, key, slip)
    with pytest.raises(RecordMissing):
        reader.open(replace(pointer, **lies[field]), key, dek)
    reader.open(pointer, key, dek).close()


def _record_key(scene: Any, pointer: Any) -> bytes:
    history = scene.patient.history(pointer.relationship)
    root = relationship_root(scene.network, history, scene.patient.keys)
    return root.record_key(pointer.epoch, pointer.kind, pointer.record)


def test_R13_what_was_confirmed_since_is_shown_as_confirmed(scene: Any, summary: Path) -> None:
    draft = scene.wang.draft(scene.patient.address, summary, days=1)
    scene.pass_time(DAY + 60)
    scene.house("clinic").attest(draft)
    [listed] = scene.patient.records()
    scene.patient.confirm(draft)
    assert listed.status is RecordStatus.ATTESTED
    with scene.patient.read(listed) as opened:
        assert opened.standing == "confirmed by the patient"


def test_a_pointer_of_no_relationship_is_nothing(scene: Any, summary: Path) -> None:
    pointer, _ = shared(scene, summary)
    for act in (scene.li.read, scene.patient.read):
        with pytest.raises(RelationshipMissing):
            act(replace(pointer, relationship=scene.address("lead")))


def test_T06_ciphertext_sealed_for_another_place_is_refused(scene: Any, summary: Path) -> None:
    """Its owner could anchor the root and locator of one record under another's attestation."""
    pointer = anchored(scene, summary)
    key = _record_key(scene, pointer)
    slip = scene.patient.device.slip(pointer.relationship, pointer.record, pointer.root)
    dek = scene.patient._reader.data_key(pointer, key, slip)
    moved = replace(pointer, attestation=replace(pointer.attestation, parent=b"p" * 32))
    with pytest.raises(DecryptionFailed):
        scene.patient._reader.open(moved, key, dek)
    other = replace(pointer, attestation=replace(pointer.attestation, content_root=b"c" * 32))
    with pytest.raises(CommitmentMismatch):
        scene.patient._reader.open(other, key, dek)


def store_of(scene: Any, house: str) -> Path:
    folder: Path = scene.houses / house / "store"
    return folder


def damage(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file() and path.stat().st_size > 500:
            path.chmod(0o600)
            data = bytearray(path.read_bytes())
            data[len(data) // 2] ^= 1
            path.write_bytes(data)


def test_R53_a_store_that_lost_or_changed_it_is_passed_over(scene: Any, summary: Path) -> None:
    pointer, _ = shared(scene, summary)
    damage(store_of(scene, "clinic"))
    assert reads(scene, pointer, summary)
    damage(store_of(scene, "lead"))
    with pytest.raises(BlockCorrupt):
        reads(scene, pointer, summary)


def test_R53_a_store_that_is_gone_is_passed_over(scene: Any, summary: Path) -> None:
    pointer, _ = shared(scene, summary)
    houses = directory(scene)
    del houses._stores[scene.address("clinic")]
    shutil.rmtree(store_of(scene, "clinic"))
    with ward(scene, houses).read(pointer) as opened:
        assert opened.stream().read() == summary.read_bytes()
    shutil.rmtree(store_of(scene, "lead"))
    with pytest.raises(BlockMissing):
        ward(scene, houses).read(pointer)


def test_P43_a_slip_that_the_device_lost_comes_from_either_custodian(
    scene: Any, summary: Path, tmp_path: Path
) -> None:
    pointer = anchored(scene, summary)
    keys = keys_of(scene, "patient-zhang", tmp_path)
    for house in ("clinic", "lead"):
        beside(keys, ".slips").unlink(missing_ok=True)
        person = patient(scene, directory(scene, **{house: AWAY}), keys)
        person.read(pointer).close()
        nobody = patient(scene, directory(scene, clinic=AWAY, lead=AccessDenied()), keys)
        nobody.read(pointer).close()


def test_P43_a_slip_that_the_device_holds_damaged_comes_from_a_custodian(
    scene: Any, summary: Path, tmp_path: Path
) -> None:
    pointer = anchored(scene, summary)
    keys = keys_of(scene, "patient-zhang", tmp_path)
    person = patient(scene, directory(scene), keys)
    wrong = RecordSlip(pointer.relationship, pointer.record, pointer.root, b"w" * 48)
    person.device.keep_slip(wrong)
    with person.read(pointer) as opened:
        assert opened.stream().read() == summary.read_bytes()
    with pytest.raises(DecryptionFailed):
        patient(scene, directory(scene, clinic=AWAY, lead=AWAY), keys).read(pointer)


def test_P43_without_any_slip_the_owner_is_told(scene: Any, summary: Path, tmp_path: Path) -> None:
    pointer = anchored(scene, summary)
    keys = keys_of(scene, "patient-zhang", tmp_path)
    with pytest.raises(RecordMissing):
        patient(scene, directory(scene, clinic=AWAY, lead=AWAY), keys).read(pointer)


def test_a_key_that_was_made_and_not_yet_published_disturbs_no_reading(
    scene: Any, summary: Path, tmp_path: Path
) -> None:
    pointer, _ = shared(scene, summary)
    staff, viewer = (keys_of(scene, label, tmp_path) for label in ("dr-wang", "dr-li"))
    for keys in (staff, viewer):
        keys.add_encryption_key()
    ward(scene, directory(scene), viewer).read(pointer).close()
    Clinician(
        scene.network,
        staff,
        directory(scene),
        affiliation=scene.wang.affiliation,
        institution=scene.wang.institution,
    ).read(pointer).close()


def test_a_grant_to_a_key_that_is_not_at_hand_does_not_open(
    scene: Any, summary: Path, tmp_path: Path
) -> None:
    pointer = anchored(scene, summary)
    rotated = ward(scene, directory(scene), keys_of(scene, "dr-li", tmp_path))
    rotated.rotate_key()
    granted(scene, kind=Kind.PATIENT_SUMMARY)
    rotated.read(pointer).close()
    with pytest.raises(DecryptionFailed):
        scene.li.read(pointer)


def test_what_is_readable_is_what_is_granted_or_written(scene: Any, summary: Path) -> None:
    first, second = anchored(scene, summary), anchored(scene, summary)
    anchored(scene, summary, kind=Kind.DIAGNOSIS)
    assert scene.li.readable() == []
    one = granted(scene, record=second.record)
    assert [p.record for p in scene.li.readable()] == [second.record]
    both = granted(scene, kind=Kind.PATIENT_SUMMARY)
    assert {p.record for p in scene.li.readable()} == {first.record, second.record}
    scene.patient.revoke(one)
    scene.patient.revoke(both)
    assert scene.li.readable() == []
    assert len(scene.wang.readable()) == len(scene.wang.records()) == 3
    assert scene.chen.readable() == scene.chen.records() == []


def test_R02_a_grant_is_of_one_affiliation_of_the_viewer(scene: Any, summary: Path) -> None:
    pointer, _ = shared(scene, summary)
    hospital = scene.house("hospital")
    other = Clinician(
        scene.network,
        scene.li.keys,
        scene.directory,
        affiliation=hospital.affiliate(scene.li.address),
        institution=hospital.address,
    )
    assert other.readable() == []
    with pytest.raises(AccessDenied):
        other.read(pointer)


def test_a_receipt_is_what_the_reader_asked_and_where(scene: Any, summary: Path) -> None:
    pointer, grant = shared(scene, summary)
    seen: list[Any] = []

    def release(signed: Any) -> Any:
        seen.append(signed)
        return custodian(scene, "clinic").release(signed)

    reads(scene, pointer, summary, clinic={"release": release})
    [signed] = seen
    expected = receipt(scene, pointer, grant, scene.li, signed_at=signed.statement.signed_at)
    assert signed == expected
