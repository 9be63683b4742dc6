"""Opening, proposing, rotating: once, or again after interruptions (R02, R10)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from chartkey.actors import Clinician
from chartkey.actors.enrolment import Enrolment
from chartkey.chain.registrar import institution_affiliation
from chartkey.errors import (
    Ambiguous,
    ContractRefused,
    CustodianUnavailable,
    DecryptionFailed,
    KeyUnsuitable,
    PersonInactive,
    RelationshipMissing,
)
from chartkey.models import Kind, RelationshipStatus, Role, Standing

from scripts.alliance.cast import PEOPLE
from tests.integration.custody_scene import (
    anchored,
    custodian,
    directory,
    keys_of,
    patient,
    ward,
)

AWAY = CustodianUnavailable(institution="it", problem="it does not answer")


def height(scene: Any) -> int:
    number: int = scene.network.head().number
    return number


def opened(scene: Any, affiliation: Any = None) -> Clinician:
    keyfile = scene.li.keys.path
    return Clinician.open(scene.network, keyfile, affiliation=affiliation)


def test_R02_a_clinician_with_one_affiliation_need_not_name_it(scene: Any) -> None:
    li = opened(scene)
    assert (li.affiliation, li.institution) == (scene.li.affiliation, scene.address("hospital"))


def test_R02_an_affiliation_is_named_by_id_account_or_name(scene: Any) -> None:
    hospital = scene.address("hospital")
    name = scene.directory.names()[hospital]
    ward_id = scene.li.affiliation
    for wanted in (ward_id, "0x" + ward_id.hex(), hospital, hospital.lower(), name):
        assert opened(scene, wanted).affiliation == ward_id
    for wrong in (bytes(32), "0x" + "00" * 32, scene.address("lead"), "no such house", ""):
        with pytest.raises(PersonInactive):
            opened(scene, wrong)


def test_R02_of_several_affiliations_one_is_named(scene: Any) -> None:
    hospital = scene.house("hospital")
    direct = hospital.affiliate(scene.li.address)
    assert direct == institution_affiliation(hospital.address)
    for wanted in (None, hospital.address):
        with pytest.raises(Ambiguous) as several:
            opened(scene, wanted)
        assert scene.li.affiliation.hex() in str(several.value)
    assert opened(scene, direct).affiliation == direct
    hospital.affiliate(scene.li.address, standing=Standing.REVOKED)
    assert opened(scene).affiliation == scene.li.affiliation


def test_R02_a_clinician_without_affiliation_is_told(scene: Any) -> None:
    hospital = scene.house("hospital")
    hospital.affiliate(scene.li.address, scene.li.affiliation, Standing.REVOKED)
    with pytest.raises(PersonInactive):
        opened(scene)


def test_R04_a_new_key_is_published_and_roots_are_wrapped_to_it(
    scene: Any, summary: Path, tmp_path: Path
) -> None:
    keys = keys_of(scene, "patient-zhang", tmp_path)
    person = patient(scene, directory(scene), keys)
    old = anchored(scene, summary)
    assert person.rotate_key() == 2
    assert scene.network.registrar.person_of(person.address).key_version == 2
    wraps = person.history(scene.relationship).root_wraps(person.address)
    assert [version for version, _ in wraps] == [2, 1]
    # The first key is lost.
    keys._opened.clear()
    keys._document["encryption"][0]["private"] = ""
    with patient(scene, directory(scene), keys).read(old) as record:
        assert record.kind is Kind.PATIENT_SUMMARY


@pytest.mark.parametrize("step", ["publish", "wrap"])
def test_R04_an_interrupted_rotation_is_finished_without_a_further_key(
    scene: Any, tmp_path: Path, step: str
) -> None:
    keys = keys_of(scene, "patient-zhang", tmp_path)
    function = {"publish": "publishKey", "wrap": "rewrapRoot"}[step]

    def relay(forward: Any) -> Any:
        call = custodian(scene, "lead")._relay.read(forward)
        if call.function == function:
            raise AWAY
        return custodian(scene, "lead").relay(forward)

    stand = {"relay": relay}
    houses = directory(scene, lead=stand, clinic=stand, hospital=stand)
    with pytest.raises(CustodianUnavailable):
        patient(scene, houses, keys).rotate_key()
    person = patient(scene, directory(scene), keys)
    assert person.rotate_key() == 2
    assert scene.network.registrar.person_of(person.address).key_version == 2
    wraps = person.history(scene.relationship).root_wraps(person.address)
    assert [version for version, _ in wraps] == [2, 1]
    assert person.rotate_key() == 3


def test_R04_past_relationships_are_wrapped_and_offers_are_not(scene: Any, tmp_path: Path) -> None:
    person = patient(scene, directory(scene), keys_of(scene, "patient-zhang", tmp_path))
    offered = scene.house("hospital").propose(person.address, mirror=scene.address("lead"))
    person.refuse_relationship(scene.relationship)
    person.rotate_key()
    versions = {
        relationship: [v for v, _ in person.history(relationship).root_wraps(person.address)]
        for relationship in (scene.relationship, offered)
    }
    assert versions == {scene.relationship: [2, 1], offered: [1]}


def test_R04_a_key_from_another_device_is_not_published_over(scene: Any, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = (
        ward(scene, directory(scene), keys_of(scene, "dr-li", tmp_path / name)) for name in "ab"
    )
    assert first.rotate_key() == 2
    with pytest.raises(KeyUnsuitable):
        second.rotate_key()
    second.keys.add_encryption_key()
    with pytest.raises(KeyUnsuitable):
        second.rotate_key()
    assert scene.network.registrar.person_of(scene.li.address).key_version == 2


def test_R04_rotating_waits_for_every_relay_to_finish(scene: Any, tmp_path: Path) -> None:
    houses = directory(scene)
    ward(scene, houses, keys_of(scene, "dr-li", tmp_path)).rotate_key()
    for label in ("lead", "clinic", "hospital"):
        stand: Any = houses.custodian(scene.address(label))
        assert "settle" in stand.asked


def liu(scene: Any) -> Any:
    return patient(scene, directory(scene), scene.alliance.keys["patient-liu"])


def test_R10_proposing_again_what_waits_for_an_answer_proposes_once(scene: Any) -> None:
    person, clinic, lead = liu(scene), scene.address("clinic"), scene.address("lead")
    relationship = person.propose(clinic, mirror=lead)
    before = height(scene)
    assert person.propose(clinic, mirror=lead) == relationship
    assert height(scene) == before
    with pytest.raises(ContractRefused):
        person.propose(clinic, mirror=scene.address("hospital"))
    with pytest.raises(ContractRefused):
        scene.house("clinic").propose(person.address, mirror=lead)
    scene.house("clinic").accept(relationship)
    with pytest.raises(ContractRefused):
        person.propose(clinic, mirror=lead)


def test_R10_an_institution_proposes_once(scene: Any) -> None:
    person, clinic, lead = liu(scene), scene.house("clinic"), scene.address("lead")
    relationship = clinic.propose(person.address, mirror=lead)
    assert clinic.propose(person.address, mirror=lead) == relationship
    with pytest.raises(ContractRefused):
        person.propose(clinic.address, mirror=lead)
    person.accept(relationship)
    person.accept(relationship)
    [entry] = person.relationships()
    assert entry.status is RelationshipStatus.ACCEPTED


def test_R12_what_is_refused_ended_or_withdrawn_is_told_apart(scene: Any) -> None:
    person, clinic, lead = liu(scene), scene.house("clinic"), scene.address("lead")
    person.refuse_relationship(clinic.propose(person.address, mirror=lead))
    accepted = clinic.propose(person.address, mirror=lead)
    person.accept(accepted)
    person.refuse_relationship(accepted)
    person.refuse_relationship(person.propose(clinic.address, mirror=lead))
    statuses = [entry.status.name for entry in person.relationships()]
    assert statuses == ["REFUSED", "ENDED", "ENDED"]


def test_a_root_that_was_wrapped_to_somebody_else_is_not_accepted(
    scene: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, clinic = liu(scene), scene.house("clinic")
    monkeypatch.setattr("chartkey.crypto.keytree.RelationshipRoot.wrap", lambda *_: b"w" * 384)
    relationship = clinic.propose(person.address, mirror=scene.address("lead"))
    monkeypatch.undo()
    for act in (person.accept, clinic.accept):
        with pytest.raises(DecryptionFailed):
            act(relationship)
    with pytest.raises(RelationshipMissing):
        person.accept(scene.address("lead"))
    with pytest.raises(RelationshipMissing):
        clinic.accept(scene.address("lead"))


def test_what_an_administrator_does_twice_is_done_once(scene: Any) -> None:
    clinic = scene.house("clinic")
    identifier = next(p.identifier for p in PEOPLE if p.label == "patient-zhang")
    department = clinic.open_department()
    for act in (
        lambda: clinic.set_licence(scene.wang.address, Standing.SUSPENDED),
        lambda: clinic.set_department(department, Standing.SUSPENDED),
        lambda: clinic.affiliate(scene.wang.address, standing=Standing.ACTIVE),
        lambda: clinic.enrol(),
        lambda: clinic.register(_form(scene), *identifier),
    ):
        act()
        before = height(scene)
        act()
        assert height(scene) == before


def _form(scene: Any) -> Any:
    keys = scene.patient.keys
    return Enrolment.sign(scene.network, keys, Role.PATIENT, scene.address("clinic"))


def test_an_administrators_changes_are_made(scene: Any) -> None:
    clinic, registrar = scene.house("clinic"), scene.network.registrar
    department = clinic.open_department()
    assert registrar.department_of(department) == (clinic.address, Standing.ACTIVE)
    clinic.set_department(department, Standing.SUSPENDED)
    assert registrar.department_of(department) == (clinic.address, Standing.SUSPENDED)
    with pytest.raises(ContractRefused):
        scene.house("lead").set_department(department, Standing.SUSPENDED)
    clinic.set_licence(scene.wang.address, Standing.SUSPENDED)
    assert registrar.person_of(scene.wang.address).licence is Standing.SUSPENDED
