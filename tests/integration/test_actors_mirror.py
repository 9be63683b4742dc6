"""Changing the mirror: nothing is lost, and the former one keeps nothing (P01, R53)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from chartkey.errors import (
    ArgumentInvalid,
    BlockMissing,
    ContractRefused,
    CustodianUnavailable,
    DecryptionFailed,
    RelationshipMissing,
)
from chartkey.models import Kind

from tests.integration.custody_scene import (
    anchored,
    custodian,
    directory,
    failing,
    granted,
    inquiry,
    keys_of,
    patient,
    relayed,
    shared,
    ward,
)

AWAY = CustodianUnavailable(institution="it", problem="it does not answer")


def kept(scene: Any, house: str) -> tuple[int, int]:
    """How many slips a house has, and how many payloads."""
    slips = custodian(scene, house)._database.count_slips(scene.relationship)
    return slips, len(custodian(scene, house).store.pins())


def mirror(scene: Any) -> str:
    found: str = scene.network.relationship(scene.relationship).parties().mirror
    return found


@pytest.fixture
def shared_with_chen(scene: Any, summary: Path) -> Any:
    """A grant to staff of the lead: the mirror has to be another member before."""
    anchored(scene, summary)
    return scene.chen.request(scene.patient.address, kind=Kind.PATIENT_SUMMARY)


def test_P01_a_grant_to_the_mirrors_staff_is_possible_once_the_mirror_is_changed(
    scene: Any, summary: Path, shared_with_chen: Any
) -> None:
    scene.patient.change_mirror(scene.relationship, scene.address("hospital"))
    scene.patient.approve(shared_with_chen)
    [pointer] = scene.chen.records(shared_with_chen)
    with scene.chen.read(pointer) as opened:
        assert opened.stream().read() == summary.read_bytes()


def test_the_new_mirror_serves_while_everybody_else_is_away(
    scene: Any, summary: Path, shared_with_chen: Any
) -> None:
    scene.patient.change_mirror(scene.relationship, scene.address("hospital"))
    scene.patient.approve(shared_with_chen)
    [pointer] = scene.chen.records(shared_with_chen)
    scene.chen.directory = directory(scene, clinic=AWAY, lead=AWAY)
    scene.chen._reader._directory = scene.chen.directory
    for house in ("clinic", "lead"):
        store = scene.chen.directory.store(scene.address(house))
        for cid in store.pins():
            store.unpin(cid)
        scene.chen.directory._stores[scene.address(house)] = custodian(scene, "hospital").store
    scene.chen.read(pointer).close()


def test_slips_and_ciphertext_are_copied_and_the_former_mirror_erases_its_slips(
    scene: Any, summary: Path
) -> None:
    anchored(scene, summary, corrects=anchored(scene, summary))
    assert kept(scene, "lead") == (2, 2)
    scene.patient.change_mirror(scene.relationship, scene.address("hospital"))
    assert mirror(scene) == scene.address("hospital")
    assert kept(scene, "hospital") == kept(scene, "clinic") == (2, 2)
    assert kept(scene, "lead")[0] == 0


def test_live_grants_go_along(scene: Any, summary: Path) -> None:
    """Dr Chen may read while the hospital is the mirror, and Dr Li once the lead is again."""
    scene.patient.change_mirror(scene.relationship, scene.address("hospital"))
    pointer = anchored(scene, summary)
    request = scene.li.request(scene.patient.address, kind=Kind.PATIENT_SUMMARY)
    scene.patient.change_mirror(scene.relationship, scene.address("lead"))
    scene.patient.approve(request)
    with ward(scene, directory(scene, clinic=AWAY)).read(pointer) as opened:
        assert opened.stream().read() == summary.read_bytes()


def test_P01_a_member_whose_staff_hold_a_live_grant_is_refused(scene: Any, summary: Path) -> None:
    _, grant = shared(scene, summary)
    before = scene.network.head().number
    with pytest.raises(ArgumentInvalid):
        scene.patient.change_mirror(scene.relationship, scene.address("hospital"))
    assert scene.network.head().number == before
    assert kept(scene, "hospital") == (0, 0)
    scene.patient.revoke(grant)
    scene.patient.change_mirror(scene.relationship, scene.address("hospital"))
    assert mirror(scene) == scene.address("hospital")


def test_an_expired_grant_is_no_obstacle(scene: Any, summary: Path) -> None:
    shared(scene, summary)
    scene.pass_time(8 * 86_400)
    scene.patient.change_mirror(scene.relationship, scene.address("hospital"))
    assert mirror(scene) == scene.address("hospital")


def test_the_institution_itself_is_no_mirror(scene: Any, summary: Path) -> None:
    anchored(scene, summary)
    with pytest.raises(ContractRefused) as refused:
        scene.patient.change_mirror(scene.relationship, scene.address("clinic"))
    assert refused.value.values["error"] == "RelationshipMirrorInvalid"
    assert kept(scene, "lead") == (1, 1)


def test_a_stranger_changes_nothing(scene: Any, summary: Path) -> None:
    anchored(scene, summary)
    liu = patient(scene, scene.directory, scene.alliance.keys["patient-liu"])
    with pytest.raises(DecryptionFailed):
        liu.change_mirror(scene.relationship, scene.address("hospital"))
    with pytest.raises(RelationshipMissing):
        scene.patient.change_mirror(scene.address("lead"), scene.address("hospital"))
    assert mirror(scene) == scene.address("lead")


def test_a_member_that_is_away_is_not_named(scene: Any, summary: Path) -> None:
    anchored(scene, summary)
    houses = directory(scene)
    del houses._open[scene.address("hospital")]
    houses._entry = failing(AWAY)  # type: ignore[method-assign]
    with pytest.raises(CustodianUnavailable):
        patient(scene, houses).change_mirror(scene.relationship, scene.address("hospital"))
    assert mirror(scene) == scene.address("lead")


def test_a_former_mirror_that_is_away_erases_when_it_runs_again(scene: Any, summary: Path) -> None:
    anchored(scene, summary)
    away = directory(scene, lead={"drop_slips": failing(AWAY)})
    patient(scene, away).change_mirror(scene.relationship, scene.address("hospital"))
    assert kept(scene, "lead")[0] == 1
    height = scene.network.head().number
    scene.patient.change_mirror(scene.relationship, scene.address("hospital"))
    assert kept(scene, "lead")[0] == 0
    assert scene.network.head().number == height


def test_an_interruption_before_the_slips_arrive_is_finished_by_running_it_again(
    scene: Any, summary: Path
) -> None:
    anchored(scene, summary)
    away = directory(scene, hospital={"keep_slips": failing(AWAY)})
    with pytest.raises(CustodianUnavailable):
        patient(scene, away).change_mirror(scene.relationship, scene.address("hospital"))
    assert mirror(scene) == scene.address("hospital")
    assert kept(scene, "lead")[0] == 1
    scene.patient.change_mirror(scene.relationship.lower(), scene.address("hospital").lower())
    assert kept(scene, "hospital") == (1, 1)
    assert kept(scene, "lead")[0] == 0


@pytest.mark.parametrize("source", ["device", "clinic", "lead"])
def test_slips_come_from_wherever_they_are(
    scene: Any, summary: Path, tmp_path: Path, source: str
) -> None:
    keys = keys_of(scene, "patient-zhang", tmp_path)
    device = patient(scene, directory(scene), keys)
    device.confirm(scene.wang.draft(scene.patient.address, summary))
    others: dict[str, Any] = {
        house: {"own_slips": failing(AWAY)} for house in ("clinic", "lead") if house != source
    }
    if source != "device":
        (keys.path.parent / f"{keys.path.name}.slips").unlink()
    mover = patient(scene, directory(scene, **others), keys)
    mover.change_mirror(scene.relationship, scene.address("hospital"))
    asked = inquiry(scene, scene.patient.keys, "hospital", "own-slips")
    assert len(custodian(scene, "hospital").own_slips(asked)) == 1


def test_while_nobody_can_tell_whether_a_slip_is_lost_the_mirror_stays(
    scene: Any, summary: Path, tmp_path: Path
) -> None:
    anchored(scene, summary)
    keys = keys_of(scene, "patient-zhang", tmp_path)
    away: dict[str, Any] = {"own_slips": failing(AWAY)}
    with pytest.raises(CustodianUnavailable):
        patient(scene, directory(scene, clinic=away, lead=away), keys).change_mirror(
            scene.relationship, scene.address("hospital")
        )
    assert mirror(scene) == scene.address("lead")


def test_P06_a_record_that_was_erased_everywhere_is_no_obstacle(
    scene: Any, summary: Path, tmp_path: Path
) -> None:
    anchored(scene, summary)
    for house in ("clinic", "lead"):
        custodian(scene, house)._database.drop_slips(scene.relationship)
    person = patient(scene, directory(scene), keys_of(scene, "patient-zhang", tmp_path))
    person.change_mirror(scene.relationship, scene.address("hospital"))
    assert kept(scene, "hospital") == (0, 1)


def test_R53_ciphertext_comes_from_whichever_store_has_it(scene: Any, summary: Path) -> None:
    anchored(scene, summary)
    clinic, lead = (custodian(scene, house).store for house in ("clinic", "lead"))
    empty = custodian(scene, "hospital").store
    houses = directory(scene)
    houses._stores[scene.address("clinic")] = empty
    patient(scene, houses).change_mirror(scene.relationship, scene.address("hospital"))
    assert set(empty.pins()) == set(clinic.pins()) == set(lead.pins())


def test_R53_without_ciphertext_anywhere_the_mirror_stays(scene: Any, summary: Path) -> None:
    anchored(scene, summary)
    empty = custodian(scene, "hospital").store
    houses = directory(scene)
    for house in ("clinic", "lead"):
        houses._stores[scene.address(house)] = empty
    with pytest.raises(BlockMissing):
        patient(scene, houses).change_mirror(scene.relationship, scene.address("hospital"))
    assert mirror(scene) == scene.address("lead")


def test_every_former_mirror_is_asked_to_erase(scene: Any, summary: Path) -> None:
    anchored(scene, summary)
    facade = scene.network.relationship(scene.relationship)
    relayed(scene, facade.change_mirror(scene.address("hospital")))
    scene.patient.change_mirror(scene.relationship, scene.address("hospital"))
    scene.patient.change_mirror(scene.relationship, scene.address("lead"))
    assert kept(scene, "hospital")[0] == 0
    assert kept(scene, "lead") == (1, 1)
    granted(scene, kind=Kind.PATIENT_SUMMARY)
