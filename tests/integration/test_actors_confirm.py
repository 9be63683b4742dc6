"""Confirming while others interfere: races, exchanged drafts, interruptions (P02, P04, R13)."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chartkey.errors import (
    AccessDenied,
    CommitmentMismatch,
    ContractRefused,
    CustodianUnavailable,
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
    patient,
    ward,
)

AWAY = CustodianUnavailable(institution="it", problem="it does not answer")


def interrupted(scene: Any, act: Any) -> Any:
    """A directory whose clinic does something else when it first gets a slip."""
    left = [act]

    def keep(delivery: Any, inquiry: Any) -> None:
        if left:
            left.pop()()
        custodian(scene, "clinic").keep_slips(delivery, inquiry)

    return directory(scene, clinic={"keep_slips": keep})


def test_P02_a_revocation_while_a_record_is_sealed_only_makes_it_sealed_again(
    scene: Any, summary: Path
) -> None:
    anchored(scene, summary)
    grant = granted(scene, kind=Kind.LABORATORY)
    draft = scene.wang.draft(scene.patient.address, summary)
    houses = interrupted(scene, lambda: scene.patient.revoke(grant))
    pointer = patient(scene, houses).confirm(draft)
    assert pointer.epoch == 2
    with scene.patient.read(pointer) as opened:
        assert opened.stream().read() == summary.read_bytes()


def test_two_devices_that_confirm_at_once_both_succeed(scene: Any, summary: Path) -> None:
    first, second = (scene.wang.draft(scene.patient.address, summary) for _ in range(2))
    houses = interrupted(scene, lambda: scene.patient.confirm(second))
    assert patient(scene, houses).confirm(first).record == first.record
    assert {p.record for p in scene.patient.records()} == {first.record, second.record}


def test_a_nonce_that_is_taken_is_left_out(
    scene: Any, summary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = type(scene.patient)._anchor_of
    monkeypatch.setattr(
        type(scene.patient), "_anchor_of", lambda self, sealed, first: real(self, sealed, first + 1)
    )
    anchored(scene, summary)
    monkeypatch.undo()
    facade = scene.network.relationship(scene.relationship)
    assert [facade.is_anchor_nonce_used(n) for n in range(3)] == [False, True, False]
    anchored(scene, summary)
    assert [facade.is_anchor_nonce_used(n) for n in range(3)] == [False, True, True]


def test_a_version_that_was_replaced_meanwhile_is_not_sealed_again_and_again(
    scene: Any, summary: Path
) -> None:
    old = anchored(scene, summary)
    drafts = [scene.wang.draft(scene.patient.address, summary, corrects=old) for _ in range(2)]
    houses = interrupted(scene, lambda: scene.patient.confirm(drafts[1]))
    with pytest.raises(ContractRefused) as refused:
        patient(scene, houses).confirm(drafts[0])
    assert refused.value.values["error"] == "RecordParentInvalid"


def test_a_relationship_that_ended_meanwhile_anchors_nothing(scene: Any, summary: Path) -> None:
    draft = scene.wang.draft(scene.patient.address, summary)
    houses = interrupted(scene, lambda: scene.patient.refuse_relationship(scene.relationship))
    with pytest.raises(ContractRefused):
        patient(scene, houses).confirm(draft)
    assert scene.patient.records() == []


def exchanged(scene: Any, summary: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    """A draft that the patient saw, and another that its author put in its place."""
    shown = scene.wang.draft(scene.patient.address, summary, days=1)
    monkeypatch.setattr("chartkey.actors.clinician.new_record_id", lambda *place: shown.record)
    other = summary.read_bytes().replace(b"1956", b"1965")
    second = scene.wang.draft(scene.patient.address, other, days=1)
    monkeypatch.undo()
    return shown, second


def test_a_draft_that_was_exchanged_after_it_was_shown_is_not_confirmed(
    scene: Any, summary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, _ = exchanged(scene, summary, monkeypatch)
    for act in (scene.patient.confirm, scene.patient.look):
        with pytest.raises(CommitmentMismatch):
            act(shown)
    assert scene.patient.records() == []


def test_R13_a_record_that_was_attested_in_a_drafts_place_is_not_confirmed(
    scene: Any, summary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, second = exchanged(scene, summary, monkeypatch)
    scene.pass_time(DAY + 60)
    scene.house("clinic").attest(second)
    with pytest.raises(CommitmentMismatch):
        scene.patient.confirm(shown)
    [pointer] = scene.patient.records()
    assert pointer.status is RecordStatus.ATTESTED


def test_a_record_confirmed_in_a_drafts_place_is_not_taken_for_it(
    scene: Any, summary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, second = exchanged(scene, summary, monkeypatch)
    scene.patient.confirm(second)
    with pytest.raises(CommitmentMismatch):
        scene.patient.confirm(shown)


def test_R13_what_the_patient_cannot_read_is_not_confirmed(scene: Any, summary: Path) -> None:
    draft = scene.wang.draft(scene.patient.address, summary, days=1)
    scene.pass_time(DAY + 60)
    scene.house("clinic").attest(draft)
    for house in ("clinic", "lead"):
        custodian(scene, house)._database._connection.execute("DELETE FROM record_slip")
    with pytest.raises(RecordMissing):
        scene.patient.confirm(draft)
    [pointer] = scene.patient.records()
    assert pointer.status is RecordStatus.ATTESTED


def test_attesting_twice_anchors_once(scene: Any, summary: Path) -> None:
    draft = scene.wang.draft(scene.patient.address, summary, days=1)
    scene.pass_time(DAY + 60)
    for _ in range(2):
        scene.house("clinic").attest(draft)
    assert len(scene.patient.records()) == 1


@pytest.mark.parametrize("error", [AWAY, AccessDenied()], ids=lambda e: type(e).__name__)
def test_a_draft_that_cannot_be_dropped_makes_no_failure_of_a_confirmation(
    scene: Any, summary: Path, error: Exception
) -> None:
    draft = scene.wang.draft(scene.patient.address, summary)
    houses = directory(scene, clinic={"drop_draft": failing(error)})
    assert patient(scene, houses).confirm(draft).status is RecordStatus.CONFIRMED


def test_P02_confirming_again_delivers_what_an_interruption_kept_back(
    scene: Any, summary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    granted(scene, kind=Kind.PATIENT_SUMMARY)
    draft = scene.wang.draft(scene.patient.address, summary)
    monkeypatch.setattr(scene.patient, "_supply", failing(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        scene.patient.confirm(draft)
    monkeypatch.undo()
    pointer = scene.patient.confirm(draft)
    ward(scene, directory(scene, clinic=AWAY)).read(pointer).close()


def test_a_custodian_is_believed_about_its_own_relationship_alone(
    scene: Any, summary: Path
) -> None:
    draft = scene.wang.draft(scene.patient.address, summary)
    foreign = [
        replace(draft.header, owner=scene.li.address),
        replace(
            draft.header,
            attestation=replace(draft.header.attestation, relationship=scene.address("lead")),
        ),
    ]
    houses = directory(scene, clinic={"drafts": lambda inquiry: [*foreign, draft.header]})
    assert [d.header for d in patient(scene, houses).drafts()] == [draft.header]


def test_drafts_are_listed_from_whichever_custodian_answers(scene: Any, summary: Path) -> None:
    draft = scene.wang.draft(scene.patient.address, summary)
    proposed = scene.house("hospital").propose(scene.patient.address, mirror=scene.address("lead"))
    scene.patient.accept(proposed)
    for error in (AWAY, AccessDenied()):
        person = patient(scene, directory(scene, hospital=error))
        assert [d.record for d in person.drafts()] == [draft.record]
        with pytest.raises(type(error)):
            patient(scene, directory(scene, hospital=error, clinic=error)).drafts()


def test_a_patient_without_relationships_has_no_drafts(scene: Any) -> None:
    liu = patient(scene, directory(scene), scene.alliance.keys["patient-liu"])
    assert liu.drafts() == []


def test_a_correction_goes_where_the_version_is_that_it_replaces(scene: Any, summary: Path) -> None:
    first = anchored(scene, summary)
    named = scene.address("hospital")
    draft = scene.wang.draft(scene.patient.address, summary, corrects=first, relationship=named)
    assert draft.relationship == first.relationship
    assert abs(draft.deadline - time.time() - 7 * DAY) < 120
    elsewhere = replace(
        first, attestation=first.attestation, relationship=scene.address("hospital")
    )
    with pytest.raises(RelationshipMissing):
        scene.wang.draft(scene.patient.address, summary, corrects=elsewhere)
    lower = scene.relationship.lower()
    again = scene.wang.draft(scene.patient.address.lower(), summary, relationship=lower)
    assert again.relationship == first.relationship
