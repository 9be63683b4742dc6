"""Drafts at a custodian: who leaves them, who sees them, and when they end (R13, P23)."""

from __future__ import annotations

import io
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chartkey.actors import Clinician
from chartkey.chain.typed import sign_attestation
from chartkey.custody.custodian import DraftHeader
from chartkey.errors import AccessDenied, DraftMissing, RecordInvalid
from chartkey.models import Attestation, Kind, RecordStatus, Standing

from tests.integration.custody_scene import DAY, anchored, custodian, inquiry, relayed

SEALED = b"sealed"


def header(scene: Any, author: Any = None, **changed: Any) -> DraftHeader:
    author = author or scene.wang
    fields = {
        "relationship": scene.relationship,
        "record_id": b"d" * 32,
        "parent": bytes(32),
        "kind": int(Kind.PATIENT_SUMMARY),
        "profile": profile(scene, Kind.PATIENT_SUMMARY),
        "affiliation": author.affiliation,
        "content_root": b"c" * 32,
        "deadline": int(time.time()) + DAY,
        **changed,
    }
    attestation = Attestation(**fields)
    signature = sign_attestation(scene.network, author.keys, attestation)
    owner = scene.patient.address
    return DraftHeader(attestation, author.address, signature, owner, len(SEALED), 0)


def profile(scene: Any, kind: Kind) -> bytes:
    from chartkey.chain.profiles import adopted_profile

    return adopted_profile(scene.network, kind)


def leave(scene: Any, left: DraftHeader, house: str = "clinic") -> None:
    custodian(scene, house).leave_draft(left, io.BytesIO(SEALED))


def refused(scene: Any, left: DraftHeader, house: str = "clinic") -> bool:
    with pytest.raises(AccessDenied):
        leave(scene, left, house)
    return waiting(scene) == []


def waiting(scene: Any, keys: Any = None) -> list[bytes]:
    asked = inquiry(scene, keys or scene.patient.keys, "clinic", "drafts")
    return [found.record for found in custodian(scene, "clinic").drafts(asked)]


def test_a_clinician_of_the_house_leaves_a_draft(scene: Any) -> None:
    leave(scene, header(scene))
    for keys in (scene.patient.keys, scene.wang.keys, scene.alliance.keys["clinic"]):
        assert waiting(scene, keys) == [b"d" * 32]


def test_strangers_leave_none(scene: Any) -> None:
    assert refused(scene, header(scene, scene.li))
    assert refused(scene, header(scene, scene.li, affiliation=scene.wang.affiliation))
    assert refused(scene, header(scene), "hospital")
    assert refused(scene, header(scene, scene.chen), "lead")


def test_a_draft_in_somebody_elses_name_is_refused(scene: Any) -> None:
    left = header(scene)
    assert refused(scene, replace(left, author=scene.li.address))
    assert refused(scene, replace(left, signature=bytes(65)))
    moved = replace(left.attestation, kind=int(Kind.DIAGNOSIS))
    assert refused(scene, replace(left, attestation=moved))


def test_a_suspended_clinician_leaves_none(scene: Any) -> None:
    left = header(scene)
    scene.house("clinic").set_licence(scene.wang.address, Standing.SUSPENDED)
    assert refused(scene, left)


def test_a_draft_for_another_owner_than_the_relationships_is_refused(scene: Any) -> None:
    assert refused(scene, replace(header(scene), owner=scene.address("patient-liu")))


def test_a_draft_with_another_spelling_of_a_field_is_refused(scene: Any) -> None:
    left = header(scene)
    respelt = replace(left.attestation, relationship=scene.relationship.lower())
    assert refused(scene, replace(left, attestation=respelt))
    assert refused(scene, replace(left, size=-1))


def test_a_draft_for_a_contract_that_is_no_relationship_is_refused(scene: Any) -> None:
    assert refused(scene, header(scene, relationship=scene.network.address("Registrar")))


def test_a_draft_for_a_relationship_that_ended_is_refused(scene: Any) -> None:
    relayed(scene, scene.network.relationship(scene.relationship).end())
    with pytest.raises(AccessDenied):
        leave(scene, header(scene))


def test_R09_a_draft_under_a_profile_that_is_not_adopted_is_refused(scene: Any) -> None:
    assert refused(scene, header(scene, profile=b"p" * 32))
    assert refused(scene, header(scene, profile=profile(scene, Kind.DIAGNOSIS)))
    assert refused(scene, header(scene, kind=200))


@pytest.mark.parametrize("seconds", [-1, -DAY])
def test_R13_a_deadline_that_has_passed_would_leave_the_patient_no_say(
    scene: Any, seconds: int
) -> None:
    assert refused(scene, header(scene, deadline=int(time.time()) + seconds))


def test_R13_a_deadline_is_judged_by_the_chain_where_that_is_ahead(scene: Any) -> None:
    scene.pass_time(3 * DAY)
    assert refused(scene, header(scene))


def test_a_record_id_that_is_anchored_takes_no_draft(scene: Any, summary: Path) -> None:
    pointer = anchored(scene, summary)
    assert refused(scene, header(scene, record_id=pointer.record))


def test_T14_a_draft_of_another_length_is_refused(scene: Any) -> None:
    for size in (0, len(SEALED) - 1, len(SEALED) + 1):
        with pytest.raises(RecordInvalid):
            leave(scene, replace(header(scene), size=size))
    assert waiting(scene) == []


def test_a_colleague_does_not_replace_a_draft(scene: Any) -> None:
    leave(scene, header(scene))
    clinic = scene.house("clinic")
    affiliation = clinic.affiliate(scene.li.address)
    colleague = Clinician(
        scene.network,
        scene.li.keys,
        scene.directory,
        affiliation=affiliation,
        institution=clinic.address,
    )
    with pytest.raises(AccessDenied):
        leave(scene, header(scene, colleague))
    leave(scene, header(scene, colleague, record_id=b"e" * 32))
    assert sorted(waiting(scene)) == [b"d" * 32, b"e" * 32]


@pytest.mark.parametrize("action", ["open-draft", "drop-draft", "drafts"])
def test_nobody_but_its_recipients_sees_or_drops_a_draft(scene: Any, action: str) -> None:
    leave(scene, header(scene))
    clinic = custodian(scene, "clinic")
    call = {"open-draft": clinic.open_draft, "drop-draft": clinic.drop_draft}.get(action)
    for label in ("dr-li", "dr-chen", "hospital", "lead", "patient-liu"):
        keys = scene.alliance.keys[label]
        if call is None:
            assert waiting(scene, keys) == []
            continue
        with pytest.raises(AccessDenied):
            call(inquiry(scene, keys, "clinic", action, b"d" * 32))
    assert waiting(scene) == [b"d" * 32]


def test_an_inquiry_about_another_relationship_reaches_no_draft(scene: Any) -> None:
    leave(scene, header(scene))
    other = scene.alliance.relate("patient-liu", "clinic", mirror="lead")
    clinic, keys = custodian(scene, "clinic"), scene.wang.keys
    for action, call in (("open-draft", clinic.open_draft), ("drop-draft", clinic.drop_draft)):
        asked = inquiry(scene, keys, "clinic", action, b"d" * 32).statement
        moved = replace(asked, relationship=other).sign(keys, scene.network.chain_id)
        with pytest.raises(AccessDenied):
            call(moved)
    assert waiting(scene) == [b"d" * 32]


@pytest.mark.parametrize(
    "changed",
    [
        {"signed_at": int(time.time()) - 3600},
        {"signed_at": int(time.time()) + 3600},
        {"action": "open-draft"},
        {"account": "0x52908400098527886E0F7030069857D2E4169EE7"},
    ],
    ids=["late", "early", "another action", "another account"],
)
def test_an_inquiry_is_for_now_and_for_one_action(scene: Any, changed: dict[str, Any]) -> None:
    asked = inquiry(scene, scene.patient.keys, "clinic", "drafts").statement
    signed = replace(asked, **changed).sign(scene.patient.keys, scene.network.chain_id)
    with pytest.raises(AccessDenied):
        custodian(scene, "clinic").drafts(signed)


def test_an_inquiry_for_another_house_is_nothing_here(scene: Any) -> None:
    with pytest.raises(AccessDenied):
        custodian(scene, "clinic").drafts(inquiry(scene, scene.patient.keys, "lead", "drafts"))


def test_a_draft_that_is_gone_is_named(scene: Any) -> None:
    clinic, keys = custodian(scene, "clinic"), scene.patient.keys
    clinic.drop_draft(inquiry(scene, keys, "clinic", "drop-draft", b"d" * 32))
    with pytest.raises(DraftMissing):
        clinic.open_draft(inquiry(scene, keys, "clinic", "open-draft", b"d" * 32))


def test_a_custodian_erases_by_itself_what_was_confirmed_on_chain(
    scene: Any, summary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = scene.wang.draft(scene.patient.address, summary)
    monkeypatch.setattr(scene.patient, "_drop", lambda draft: None)
    scene.patient.confirm(draft)
    folder = scene.houses / "clinic" / "custodian" / "drafts"
    assert len(list(folder.iterdir())) == 1
    assert waiting(scene) == []
    assert list(folder.iterdir()) == []


def test_a_draft_that_was_only_attested_still_waits_for_the_patient(
    scene: Any, summary: Path
) -> None:
    draft = scene.wang.draft(scene.patient.address, summary, days=1)
    scene.pass_time(DAY + 60)
    scene.house("clinic").attest(draft)
    assert [found.record for found in scene.patient.drafts()] == [draft.record]
    assert scene.patient.confirm(draft).status is RecordStatus.CONFIRMED
    assert scene.patient.drafts() == []


def test_T27_everything_in_a_custodians_folder_is_its_houses_alone(
    scene: Any, summary: Path
) -> None:
    scene.wang.draft(scene.patient.address, summary)
    scene.wang.read(anchored(scene, summary)).close()
    folder = scene.houses / "clinic" / "custodian"
    paths = [folder, *folder.rglob("*")]
    assert len(paths) >= 6
    assert {path.stat().st_mode & 0o077 for path in paths} == {0}
