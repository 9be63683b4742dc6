"""Appointments, referrals, consultations, charges and studies, and an audit of all of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chartkey.audit import Auditor
from chartkey.chain.appointments import booking_id
from chartkey.errors import ContractRefused
from chartkey.models import (
    Answer,
    BookingStatus,
    ChargeStatus,
    ConsultationStage,
    Invitation,
    Kind,
    Office,
    Preparation,
    ReferralStage,
    VisitPurpose,
)

from tests.chains import engines, start_chain
from tests.integration.beside_scene import DAY, HOUR, Beside, identifier, numbered
from tests.world import Signer

pytestmark = pytest.mark.skipif("anvil" not in engines(), reason="Anvil is not installed")


@pytest.fixture(scope="module")
def scene() -> Iterator[Beside]:
    with start_chain("anvil") as chain:
        yield Beside(chain)


def test_R31_a_slot_is_booked_cancelled_and_attended(scene: Beside) -> None:
    facade, patient = scene.network.appointments, scene.world.patient
    slots = [scene.slot(scene.house, scene.affiliation, HOUR * n) for n in (1, 2)]
    bookings = [booking_id(scene.relationship.address, slot) for slot in slots]
    for slot in slots:
        scene.signed(patient, facade.book(slot, scene.relationship.address, VisitPurpose.FOLLOW_UP))
    scene.signed(patient, facade.cancel(bookings[1]))
    scene.house.send(facade.close_slot(slots[1]))
    closed = facade.slot_of(slots[1])
    assert (closed.taken, closed.closed, closed.institution) == (0, True, scene.house.address)
    scene.pass_time(HOUR + 60)
    scene.signed(
        scene.world.clinician, facade.note_attendance(bookings[0], True, scene.affiliation)
    )
    found = [facade.booking_of(booking) for booking in bookings]
    assert [one.status for one in found] == [BookingStatus.ATTENDED, BookingStatus.CANCELLED]
    assert found[0].purpose is VisitPurpose.FOLLOW_UP


def test_R30_a_referral_goes_there_and_back(scene: Beside) -> None:
    facade, patient, doctor = scene.network.referrals, scene.world.patient, scene.world.clinician
    package = scene.anchored("a referral package", Kind.REFERRAL_PACKAGE)
    preparation = Preparation(
        salt=identifier("referral"),
        relationship=scene.relationship.address,
        affiliation=scene.affiliation,
        to=scene.reader.address,
        package=package.id,
        attachments=(scene.anchored("an attachment").id,),
        due_at=scene.world.now() + 7 * DAY,
        note=b"sealed to the receiving institution",
    )
    scene.signed(doctor, facade.prepare(preparation))
    id, stages = numbered(doctor, preparation.salt), [ReferralStage.PREPARED]
    assert facade.traffic_of(scene.house.address, scene.reader.address).open == 1
    scene.signed(scene.colleague, facade.triage(id, scene.theirs, 3))
    slot = scene.slot(scene.reader, scene.theirs, HOUR)
    for signer, call in (
        (patient, facade.book(id, slot, scene.grant)),
        (scene.colleague, facade.admit(id, scene.theirs)),
        (scene.colleague, facade.give_feedback(id, b"f" * 32, down=True, affiliation=scene.theirs)),
        (doctor, facade.accept_return(id, scene.affiliation)),
    ):
        scene.signed(signer, call)
        stages.append(facade.referral_of(id).stage)
    assert [stage.name for stage in stages] == [
        *("PREPARED", "BOOKED", "ADMITTED", "RETURNING", "RETURNED")
    ]
    found = facade.referral_of(id)
    assert (found.to, found.triage, found.package) == (scene.reader.address, 3, package.id)
    assert facade.traffic_of(scene.house.address, scene.reader.address).open == 0


@pytest.mark.parametrize("end", ["refuse", "cancel", "no show", "expire"])
def test_P70_a_referral_comes_to_another_end(scene: Beside, end: str) -> None:
    facade, doctor = scene.network.referrals, scene.world.clinician
    package = scene.anchored(f"a package for {end}", Kind.REFERRAL_PACKAGE)
    preparation = Preparation(
        salt=identifier(end),
        relationship=scene.relationship.address,
        affiliation=scene.affiliation,
        to=scene.reader.address,
        package=package.id,
        attachments=(),
        due_at=scene.world.now() + 2 * HOUR,
    )
    scene.signed(doctor, facade.prepare(preparation))
    id = numbered(doctor, preparation.salt)
    if end == "refuse":
        scene.reader.send(facade.refuse(id, b"sealed"))
    elif end == "cancel":
        scene.signed(scene.world.patient, facade.cancel(id))
    elif end == "expire":
        scene.pass_time(2 * HOUR + 1)
        scene.signed(scene.world.patient, facade.expire(id))
    else:
        slot = scene.slot(scene.reader, scene.theirs, HOUR)
        scene.signed(scene.world.patient, facade.book(id, slot, scene.grant))
        scene.pass_time(2 * HOUR + 60)
        scene.signed(scene.colleague, facade.note_no_show(id, scene.theirs))
    expected = {"refuse": "REFUSED", "cancel": "CANCELLED", "no show": "NO_SHOW"}
    assert facade.referral_of(id).stage.name == expected.get(end, "EXPIRED")


def invitation(scene: Beside, name: str) -> Invitation:
    return Invitation(
        salt=identifier(name),
        relationship=scene.relationship.address,
        affiliation=scene.affiliation,
        institutions=(scene.reader.address,),
        grants=(scene.grant,),
        due_at=scene.world.now() + DAY,
        question=b"sealed to those invited",
    )


def test_R31_a_consultation_is_convened_answered_and_concluded(scene: Beside) -> None:
    facade, doctor = scene.network.consultations, scene.world.clinician
    convened = invitation(scene, "consultation")
    scene.signed(doctor, facade.convene(convened))
    id = numbered(doctor, convened.salt)
    assert facade.answer_of(id, scene.reader.address) is Answer.INVITED
    scene.signed(scene.colleague, facade.give_opinion(id, scene.theirs, b"o" * 32, b"sealed"))
    assert facade.answer_of(id, scene.reader.address) is Answer.GIVEN
    scene.house.send(facade.conclude(id, b"c" * 32))
    found = facade.consultation_of(id)
    assert (found.stage, found.answered) == (ConsultationStage.CONCLUDED, 1)


def test_P70_a_consultation_is_declined_cancelled_or_expired(scene: Beside) -> None:
    facade, doctor = scene.network.consultations, scene.world.clinician
    ids = []
    for name in ("cancelled", "expired"):
        convened = invitation(scene, name)
        scene.signed(doctor, facade.convene(convened))
        ids.append(numbered(doctor, convened.salt))
    scene.signed(scene.colleague, facade.decline(ids[0], scene.theirs))
    assert facade.answer_of(ids[0], scene.reader.address) is Answer.DECLINED
    scene.signed(scene.world.patient, facade.cancel(ids[0]))
    scene.pass_time(8 * DAY + HOUR)
    scene.signed(scene.world.patient, facade.expire(ids[1]))
    stages = [facade.consultation_of(id).stage for id in ids]
    assert stages == [ConsultationStage.CANCELLED, ConsultationStage.EXPIRED]


def test_R44_a_charge_is_released_claimed_and_refunded(scene: Beside) -> None:
    facade, insurer = scene.network.charges, Signer("市医保")
    consortium = scene.network.consortium
    scene.vote(consortium.propose_office(insurer.address, Office.INSURER, "市医保", scene.soon))
    assert consortium.office_of(insurer.address) is Office.INSURER
    ids = [numbered(scene.house, identifier(name)) for name in ("paid", "wrong")]
    for name in ("paid", "wrong"):
        scene.house.send(facade.post(scene.relationship.address, identifier(name), b"c" * 32))
    scene.house.send(facade.void(ids[1]))
    scene.signed(scene.world.patient, facade.release(ids[0], insurer.address))
    scene.signed(insurer, facade.claim(ids[0]))
    with pytest.raises(ContractRefused, match="ChargeStatusInvalid"):
        scene.signed(insurer, facade.claim(ids[0]))
    assert facade.charge_of(ids[0]).status is ChargeStatus.CLAIMED
    scene.house.send(facade.refund(ids[0]))
    found = [facade.charge_of(id) for id in ids]
    assert [one.status for one in found] == [ChargeStatus.REFUNDED, ChargeStatus.VOID]
    assert [one.insurer for one in found] == [insurer.address, None]


def test_R43_a_patient_opts_in_and_out(scene: Beside) -> None:
    facade, researcher, patient = scene.network.research, Signer("研究员"), scene.world.patient
    office = (researcher.address, Office.RESEARCHER, "研究员", scene.soon)
    scene.vote(scene.network.consortium.propose_office(*office))
    scene.signed(researcher, facade.register_study(identifier("study"), b"p" * 32))
    study = numbered(researcher, identifier("study"))
    assert facade.study_of(study).researcher == researcher.address
    for number, participates in ((1, True), (2, False)):
        scene.signed(patient, facade.choose(study, participates, number))
        choice = facade.choice_of(study, patient.address)
        assert (choice.participates, choice.number) == (participates, number)
    scene.vote(scene.network.consortium.propose_office_end(researcher.address, scene.soon))
    assert scene.network.consortium.office_of(researcher.address) is Office.NONE


def test_R60_all_of_it_replays_and_agrees_with_storage(scene: Beside) -> None:
    report = Auditor.open(scene.network).verify()
    assert report.contracts > len(scene.network.manifest.contracts)
