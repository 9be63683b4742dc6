"""A record's life between a clinic and a hospital, on a real chain with real keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from chartkey.errors import AccessDenied, ContractRefused, DraftMissing, RecordMissing
from chartkey.models import Kind, RecordStatus

DAY = 86_400


def anchored(scene: Any, source: Path, **named: Any) -> Any:
    draft = scene.wang.draft(scene.patient.address, source, **named)
    return scene.patient.confirm(draft)


def granted(scene: Any, **named: Any) -> Any:
    request = scene.li.request(scene.patient.address, **named)
    scene.patient.approve(request, days=7)
    return request


def test_what_the_ward_reads_is_what_the_clinic_wrote(scene: Any, summary: Path) -> None:
    anchored(scene, summary)
    request = granted(scene, kind=Kind.PATIENT_SUMMARY)
    [pointer] = scene.li.records(request)
    with scene.li.read(pointer) as opened:
        assert opened.stream().read() == summary.read_bytes()


def test_an_image_travels_as_the_file_it_was(scene: Any) -> None:
    from pydicom.data import get_testdata_file

    image = Path(str(get_testdata_file("CT_small.dcm")))
    anchored(scene, image)
    request = granted(scene, kind=Kind.IMAGING)
    [pointer] = scene.li.records(request)
    with scene.li.read(pointer) as opened:
        assert opened.stream().read() == image.read_bytes()
        assert opened.dicom.Modality == "CT"


def test_nobody_reads_without_a_grant(scene: Any, summary: Path) -> None:
    pointer = anchored(scene, summary)
    with pytest.raises(AccessDenied):
        scene.li.read(pointer)


def test_a_grant_of_one_kind_does_not_reach_another(scene: Any, summary: Path) -> None:
    pointer = anchored(scene, summary)
    request = granted(scene, kind=Kind.LABORATORY)
    assert scene.li.records(request) == []
    with pytest.raises(AccessDenied):
        scene.li.read(pointer)


def test_a_grant_of_everything_excludes_the_unspecified_kind(scene: Any, summary: Path) -> None:
    pointer = anchored(scene, summary, kind=Kind.UNSPECIFIED)
    request = granted(scene)
    assert scene.li.records(request) == []
    with pytest.raises(AccessDenied):
        scene.li.read(pointer)


def test_a_grant_of_one_record_reaches_the_unspecified_kind(scene: Any, summary: Path) -> None:
    pointer = anchored(scene, summary, kind=Kind.UNSPECIFIED)
    request = granted(scene, record=pointer.record)
    [found] = scene.li.records(request)
    with scene.li.read(found) as opened:
        assert opened.bundle["resourceType"] == "Bundle"


def test_a_grant_covers_records_anchored_after_it(scene: Any, summary: Path) -> None:
    request = granted(scene, kind=Kind.PATIENT_SUMMARY)
    anchored(scene, summary)
    [pointer] = scene.li.records(request)
    with scene.li.read(pointer) as opened:
        assert opened.bundle["type"] == "document"


def test_staff_of_the_author_institution_read_with_a_receipt(scene: Any, summary: Path) -> None:
    pointer = anchored(scene, summary)
    with scene.wang.read(pointer) as opened:
        assert opened.kind is Kind.PATIENT_SUMMARY
    assert [entry.who for entry in scene.patient.access_log() if entry.what == "read"] == [
        scene.wang.address
    ]


def test_the_patient_reads_without_asking_anybody(scene: Any, summary: Path) -> None:
    pointer = anchored(scene, summary)
    with scene.patient.read(pointer) as opened:
        assert opened.stream().read() == summary.read_bytes()


def test_confirming_twice_anchors_once(scene: Any, summary: Path) -> None:
    draft = scene.wang.draft(scene.patient.address, summary)
    first, second = scene.patient.confirm(draft), scene.patient.confirm(draft)
    assert first == second
    assert len(scene.patient.records()) == 1


def test_a_refused_draft_is_erased(scene: Any, summary: Path) -> None:
    draft = scene.wang.draft(scene.patient.address, summary)
    scene.patient.refuse(draft)
    assert scene.patient.drafts() == []
    with pytest.raises(DraftMissing):
        scene.patient.look(draft)


def test_a_correction_replaces_the_version_and_keeps_it(scene: Any, summary: Path) -> None:
    first = anchored(scene, summary)
    anchored(scene, summary, corrects=first)
    old, new = scene.patient.records()
    assert (old.superseded, new.superseded) == (True, False)
    assert new.attestation.parent == old.record


def test_of_two_corrections_of_one_version_the_second_is_refused(scene: Any, summary: Path) -> None:
    first = anchored(scene, summary)
    drafts = [scene.wang.draft(scene.patient.address, summary, corrects=first) for _ in range(2)]
    scene.patient.confirm(drafts[0])
    with pytest.raises(ContractRefused) as refused:
        scene.patient.confirm(drafts[1])
    assert refused.value.values["error"] == "RecordParentInvalid"


def test_an_unanswered_draft_is_anchored_as_attested_and_confirmed_later(
    scene: Any, summary: Path
) -> None:
    draft = scene.wang.draft(scene.patient.address, summary, days=1)
    clinic = scene.house("clinic")
    with pytest.raises(ContractRefused):
        clinic.attest(draft)
    assert clinic.overdue() == []
    scene.pass_time(DAY + 60)
    [late] = clinic.overdue()
    assert late.record == draft.record
    clinic.attest(late)
    assert clinic.overdue() == []
    [attested] = scene.patient.records()
    assert attested.status is RecordStatus.ATTESTED
    assert scene.patient.confirm(draft).status is RecordStatus.CONFIRMED


def test_a_patient_who_was_given_no_draft_finds_no_record(scene: Any, summary: Path) -> None:
    pointer = anchored(scene, summary)
    other = scene.patient.history(scene.relationship)
    with pytest.raises(RecordMissing):
        other.record(bytes(32))
    assert other.record(pointer.record) == pointer


def test_the_access_log_tells_request_grant_reading_and_denial(scene: Any, summary: Path) -> None:
    pointer = anchored(scene, summary)
    request = granted(scene, kind=Kind.PATIENT_SUMMARY)
    scene.li.read(pointer).close()
    scene.patient.revoke(request)
    told = [entry.what for entry in scene.patient.access_log()]
    assert sorted(told) == sorted(["requested", "granted", "read", "revoked"])


def test_a_reason_is_read_by_the_patient_alone(scene: Any) -> None:
    request = scene.li.request(scene.patient.address, reason="转诊前查阅用药史")
    assert scene.patient.reason(request) == "转诊前查阅用药史"
    assert "转诊".encode() not in request.reason


def test_refusing_a_request_leaves_nothing_to_read(scene: Any, summary: Path) -> None:
    pointer = anchored(scene, summary)
    request = scene.li.request(scene.patient.address, kind=Kind.PATIENT_SUMMARY)
    scene.patient.refuse_request(request)
    assert scene.patient.requests() == []
    with pytest.raises(AccessDenied):
        scene.li.read(pointer)


def test_a_rotated_key_reads_old_and_new_records(scene: Any, summary: Path) -> None:
    old = anchored(scene, summary)
    assert scene.patient.rotate_key() == 2
    new = anchored(scene, summary)
    for pointer in (old, new):
        with scene.patient.read(pointer) as opened:
            assert opened.kind is Kind.PATIENT_SUMMARY
