"""Opening, proposing, rotating, consenting: once, or again after interruptions (R02, R10)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chartkey.actors import Clinician
from chartkey.actors.consent import consent_text
from chartkey.actors.enrolment import Enrolment
from chartkey.chain.registrar import institution_affiliation
from chartkey.custody.directory import Directory
from chartkey.errors import (
    AccessDenied,
    AddressInvalid,
    Ambiguous,
    ArgumentInvalid,
    ContractRefused,
    CustodianUnavailable,
    DecryptionFailed,
    KeyUnsuitable,
    PersonInactive,
    RelationshipMissing,
    RequestMissing,
)
from chartkey.models import AccessRequest, Kind, Purpose, RelationshipStatus, Role, Scope, Standing

from scripts.alliance.cast import PEOPLE
from tests.integration.custody_scene import (
    DAY,
    anchored,
    custodian,
    directory,
    granted,
    keys_of,
    patient,
    receipt,
    relayed,
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


@pytest.mark.parametrize("days", [0, -1, float("nan"), float("inf")])
def test_no_grant_and_no_draft_is_for_no_time(scene: Any, summary: Path, days: float) -> None:
    request = scene.li.request(scene.patient.address)
    before = height(scene)
    with pytest.raises(ArgumentInvalid):
        scene.patient.approve(request, days=days)
    with pytest.raises(ArgumentInvalid):
        scene.wang.draft(scene.patient.address, summary, days=days)
    assert (height(scene), scene.patient.drafts()) == (before, [])


def test_R21_a_grant_is_what_was_asked_for_and_shown(scene: Any) -> None:
    request = scene.li.request(scene.patient.address, kind=Kind.LABORATORY, purpose=Purpose.ETREAT)
    text = consent_text("zh-CN")
    terms = scene.patient.approve(request, days=2, consent=text).terms
    assert (terms.viewer, terms.affiliation) == (scene.li.address, scene.li.affiliation)
    assert (terms.scope, terms.kind, terms.purpose) == (Scope.KIND, Kind.LABORATORY, "ETREAT")
    assert (terms.consent, terms.request) == (text.commitment, request.id)
    assert abs(terms.expires_at - scene.network.block_time() - 2 * DAY) < 120


def test_approving_again_returns_the_grant_in_force_and_no_other(scene: Any) -> None:
    request = scene.li.request(scene.patient.address, kind=Kind.LABORATORY)
    grant = scene.patient.approve(request, days=1)
    before = height(scene)
    assert scene.patient.approve(request, days=30) == grant
    assert height(scene) == before
    scene.pass_time(DAY + 60)
    with pytest.raises(RequestMissing):
        scene.patient.approve(request)


def test_a_refused_request_is_not_approved(scene: Any) -> None:
    request = scene.li.request(scene.patient.address, kind=Kind.LABORATORY)
    scene.patient.refuse_request(request)
    scene.patient.refuse_request(request)
    with pytest.raises(RequestMissing):
        scene.patient.approve(request)
    with pytest.raises(RequestMissing):
        scene.patient.revoke(request)


def test_a_patient_revokes_one_grant_or_all_of_a_request(scene: Any) -> None:
    first, second = granted(scene, kind=Kind.LABORATORY), granted(scene, kind=Kind.IMAGING)
    scene.patient.revoke(first)
    assert [g.revoked for g in scene.patient.grants()] == [True, False]
    scene.patient.revoke(first)
    request = next(r for r in scene.li.requested() if r.id == second.terms.request)
    scene.patient.revoke(request)
    assert [g.revoked for g in scene.patient.grants()] == [True, True]


def test_asking_is_for_a_patient_and_a_relationship_that_are_there(scene: Any) -> None:
    with pytest.raises(AddressInvalid):
        scene.li.request("patient-zhang")
    with pytest.raises(RelationshipMissing):
        scene.li.request(scene.patient.address, relationship=scene.address("lead"))
    lower = scene.li.request(scene.patient.address.lower(), relationship=scene.relationship.lower())
    assert lower.relationship == scene.relationship
    scene.house("hospital").set_licence(scene.li.address, Standing.SUSPENDED)
    with pytest.raises(PersonInactive):
        scene.li.request(scene.patient.address)


def test_of_several_relationships_one_is_named(scene: Any, summary: Path) -> None:
    other = scene.house("hospital").propose(scene.patient.address, mirror=scene.address("lead"))
    scene.patient.accept(other)
    with pytest.raises(Ambiguous) as several:
        scene.li.request(scene.patient.address)
    names = scene.directory.names()
    for relationship, house in ((scene.relationship, "clinic"), (other, "hospital")):
        assert f"{relationship} ({names[scene.address(house)]})" in str(several.value)
    assert scene.li.request(scene.patient.address, relationship=other).relationship == other
    assert scene.wang.draft(scene.patient.address, summary).relationship == scene.relationship


def test_asking_for_something_else_is_another_request(scene: Any, summary: Path) -> None:
    record = anchored(scene, summary).record
    asked = [
        scene.li.request(scene.patient.address, **what)
        for what in (
            {},
            {"kind": Kind.LABORATORY},
            {"kind": Kind.IMAGING},
            {"record": record},
            {"purpose": Purpose.ETREAT},
        )
    ]
    asked.append(scene.chen.request(scene.patient.address))
    assert len({request.id for request in asked}) == len(asked)
    assert [r.id for r in scene.li.requested()] == [r.id for r in asked[:-1]]
    assert {r.id for r in scene.patient.requests()} == {r.id for r in asked}
    scene.patient.refuse_request(asked[0])
    assert scene.li.request(scene.patient.address).id not in {r.id for r in asked}


def test_R21_a_purpose_that_would_steer_a_terminal_is_taken_out(scene: Any) -> None:
    asked = AccessRequest(b"s" * 32, scene.li.affiliation, Scope.EVERYTHING, "TREAT")
    call = scene.network.relationship(scene.relationship).request_access(asked)
    evil = call.data.replace(b"TREAT\0", b"\x1b[2J\0\0")
    relayed(scene, replace(call, data=evil), scene.li.keys)
    [request] = scene.patient.requests()
    assert request.purpose == "\ufffd[2J"
    with pytest.raises(ArgumentInvalid):
        scene.patient.approve(request)


def test_P11_a_grant_with_an_odd_purpose_is_denied_like_any_other(
    scene: Any, summary: Path
) -> None:
    pointer = anchored(scene, summary)
    request = scene.li.request(scene.patient.address)
    terms = scene.patient._terms(request, 1, consent_text())
    call = scene.network.relationship(scene.relationship).grant_access(terms)
    relayed(scene, replace(call, data=call.data.replace(b"TREAT\0", b"\x1b[2J\0\0")))
    [grant] = scene.patient.grants()
    with pytest.raises(AccessDenied):
        custodian(scene, "clinic").release(receipt(scene, pointer, grant, scene.li))


def test_a_house_whose_custodian_cannot_be_opened_is_away_and_others_serve(
    scene: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = scene.network.manifest
    entry = manifest.institution(scene.address("clinic"))
    broken = manifest.path.parent / entry.custodian
    broken.mkdir(parents=True, exist_ok=True)
    database = broken / "custodian.db"
    database.touch()
    database.chmod(0o644)
    try:
        houses = Directory(scene.network)
        with pytest.raises(CustodianUnavailable) as told:
            houses.custodian(entry.address)
        assert told.value.values["institution"] == entry.address
        person = patient(scene, houses)
        call = scene.network.relationship(scene.relationship).refuse_request(b"r" * 32)
        person._relay(call, entry.address)
    finally:
        database.unlink()
    with pytest.raises(CustodianUnavailable):
        houses.custodian("0x" + "42" * 20)
