"""`prepareReferral`: a package of what is needed, to whom the rules allow it (R30, R31, P70)."""

import pytest

from tests.alliance import (
    AGREEMENT,
    DAY,
    DIAGNOSES,
    HOUR,
    LABORATORY,
    now,
    told,
)
from tests.functional.referrals.conftest import REFERRAL_PACKAGE
from tests.signing import ZERO, digest


def test_a_preparation_is_told_and_stored(
    referrals, preparation, traffic, relationship, clinic, hospital, dr_wang
):
    tx = referrals.prepareReferral(preparation.terms, {"from": dr_wang})
    prepared = {"id": preparation.id, "relationship": relationship.address, "to": hospital}
    prepared |= {"from": clinic, "clinician": dr_wang, "content": preparation.terms, "open": 1}
    assert told(tx) == [("ReferralPrepared", prepared)]
    assert bytes(tx.return_value) == preparation.id
    *fields, slot, package = referrals.referralOf(preparation.id)
    assert fields == [relationship.address, 1, 0, preparation.due_at, now(), hospital]
    assert (bytes(slot), bytes(package)) == (ZERO, preparation.package)
    assert traffic() == (1, 1)


def test_preparing_can_be_relayed(alliance, referrals, preparation, stored, relay, dr_wang):
    alliance.relay(relay, dr_wang, referrals.prepareReferral, preparation.terms)
    assert stored(preparation.id)["stage"] == "prepared"


@pytest.mark.parametrize(
    ("who", "ward"),
    [
        ("mallory", "clinic_ward"),
        ("alice", "clinic_ward"),
        ("clinic", "clinic_ward"),
        ("dr_li", "clinic_ward"),
        ("dr_li", "hospital_ward"),
        ("dr_wang", "hospital_ward"),
    ],
)
def test_only_a_clinician_of_the_referring_institution_prepares(
    referrals, preparation, refusal, request, places, who, ward
):
    caller, affiliation = request.getfixturevalue(who), getattr(places, ward)
    denied = ("CallerNotClinician", caller, affiliation)
    call = (preparation.but(affiliation=affiliation).terms, {"from": caller})
    assert refusal(referrals.prepareReferral, *call) == denied


def test_nobody_refers_from_a_suspended_institution(
    referrals, preparation, refusal, suspended, clinic, dr_wang
):
    suspended(clinic)
    denied = ("CallerNotClinician", dr_wang, preparation.affiliation)
    assert refusal(referrals.prepareReferral, preparation.terms, {"from": dr_wang}) == denied


def test_a_relationship_is_one(referrals, preparation, refusal, dr_wang):
    unknown = ("RelationshipUnknown", dr_wang)
    call = (preparation.but(relationship=dr_wang).terms, {"from": dr_wang})
    assert refusal(referrals.prepareReferral, *call) == unknown


def test_nobody_refers_after_the_end(referrals, preparation, refusal, relationship, alice, dr_wang):
    relationship.end({"from": alice})
    denied = ("RelationshipNotAccepted", relationship.address)
    assert refusal(referrals.prepareReferral, preparation.terms, {"from": dr_wang}) == denied


def test_a_note_has_a_length(referrals, preparation, refusal, dr_wang):
    referrals.prepareReferral.call(preparation.but(note=bytes(2048)).terms, {"from": dr_wang})
    call = (preparation.but(note=bytes(2049)).terms, {"from": dr_wang})
    assert refusal(referrals.prepareReferral, *call) == ("LengthInvalid", 2049)


@pytest.mark.parametrize(("bound", "beyond"), [(HOUR, -1), (90 * DAY, 1)])
def test_booking_is_due_within_an_hour_to_ninety_days(
    referrals, preparation, refusal, dr_wang, bound, beyond
):
    due_at = now() + bound
    referrals.prepareReferral.call(preparation.but(due_at=due_at).terms, {"from": dr_wang})
    invalid = ("ReferralTimeInvalid", due_at + beyond)
    call = (preparation.but(due_at=due_at + beyond).terms, {"from": dr_wang})
    assert refusal(referrals.prepareReferral, *call) == invalid


def test_a_referral_is_prepared_once(referrals, preparation, prepared, refusal, dr_wang):
    known = ("ReferralStageInvalid", prepared, 1)
    assert refusal(referrals.prepareReferral, preparation.terms, {"from": dr_wang}) == known


def test_an_id_holds_its_clinician(
    alliance, referrals, preparation, prepared, stored, clinic, hospital, dr_li
):
    """Nobody uses up another's salt."""
    registrar = alliance.registrar
    registrar.setAffiliation(dr_li, preparation.affiliation, 1, {"from": clinic})
    again = preparation.but(clinician=dr_li)
    referrals.prepareReferral(again.terms, {"from": dr_li})
    assert again.id != prepared
    assert stored(again.id)["stage"] == "prepared"


def test_p70_open_referrals_of_a_pair_are_capped(
    referrals, preparation, prepared, traffic, refusal, clinic, hospital, dr_wang
):
    second = preparation.but(salt=digest("second"))
    tx = referrals.prepareReferral(second.terms, {"from": dr_wang})
    assert (told(tx)[0][1]["open"], traffic()) == (2, (2, 2))
    reached = ("ReferralLimitReached", clinic, hospital)
    call = (preparation.but(salt=digest("third")).terms, {"from": dr_wang})
    assert refusal(referrals.prepareReferral, *call) == reached


def test_p70_a_cap_is_for_each_pair(
    referrals, preparation, prepared, rule, traffic, clinic, hospital_b, dr_wang
):
    rule(mostOpen=1)
    other = preparation.but(salt=digest("second"), to=hospital_b)
    referrals.prepareReferral(other.terms, {"from": dr_wang})
    assert (traffic(), referrals.trafficOf(clinic, hospital_b)) == ((1, 1), (1, 1))


def test_p70_what_came_to_its_end_is_open_no_more(
    referrals, preparation, cancelled, rule, traffic, dr_wang
):
    rule(mostOpen=1)
    second = preparation.but(salt=digest("second"))
    referrals.prepareReferral(second.terms, {"from": dr_wang})
    assert traffic() == (1, 2)


@pytest.mark.parametrize("to", ["clinic", "newcomer", "mallory"])
def test_a_referral_is_to_another_institution(
    referrals, preparation, refusal, request, clinic, dr_wang, to
):
    receiver = request.getfixturevalue(to)
    denied = ("ReferralNotAllowed", clinic, receiver)
    call = (preparation.but(to=receiver).terms, {"from": dr_wang})
    assert refusal(referrals.prepareReferral, *call) == denied


def test_nobody_refers_to_a_suspended_institution(
    referrals, preparation, refusal, suspended, clinic, hospital, dr_wang
):
    suspended(hospital)
    denied = ("ReferralNotAllowed", clinic, hospital)
    assert refusal(referrals.prepareReferral, preparation.terms, {"from": dr_wang}) == denied


def test_the_rules_allow_a_direction_and_not_its_opposite(
    alliance, referrals, preparation, rule, refusal, founders, clinic, newcomer, dr_wang
):
    alliance.admit(newcomer, "镇卫生院", founders[:3])
    alliance.consortium.signAgreement(AGREEMENT, {"from": newcomer})
    down = preparation.but(to=newcomer).terms
    tier_one_to_three, tier_three_to_one = 1 << 2, 1 << 6
    rule(directions=tier_one_to_three)
    denied = ("ReferralNotAllowed", clinic, newcomer)
    assert refusal(referrals.prepareReferral, down, {"from": dr_wang}) == denied
    rule(directions=tier_three_to_one)
    referrals.prepareReferral(down, {"from": dr_wang})


def test_p70_an_alliance_refers_within_itself(
    alliance, referrals, preparation, rule, refusal, founders, clinic, hospital, dr_wang
):
    rule(directions=0, withinAlliance=True)
    denied = ("ReferralNotAllowed", clinic, hospital)
    assert refusal(referrals.prepareReferral, preparation.terms, {"from": dr_wang}) == denied
    options = {"from": founders[0]}
    for house in (clinic, hospital):
        given = (house, digest("医联体"), now() + DAY)
        alliance.carry(alliance.consortium.proposeAlliance(*given, options), founders[:3])
    referrals.prepareReferral(preparation.terms, {"from": dr_wang})


@pytest.mark.parametrize("package", ["unknown", "diagnoses"])
def test_a_package_is_a_referral_package(
    referrals, preparation, records, refusal, dr_wang, package
):
    id = {"unknown": digest("unknown"), "diagnoses": records.diagnoses.record}[package]
    invalid = ("ReferralPackageInvalid", id)
    call = (preparation.but(package=id).terms, {"from": dr_wang})
    assert refusal(referrals.prepareReferral, *call) == invalid


@pytest.fixture
def corrected(relationship, dr_wang):
    """Correct a record."""

    def corrected(draft):
        changes = {"record": digest("later", draft.record), "parent": draft.record}
        later = draft.but(**changes, nonce=99)
        relationship.anchor(*later.submission, {"from": dr_wang})
        return later.record

    return corrected


def test_a_package_is_the_latest(referrals, preparation, records, refusal, corrected, dr_wang):
    later = corrected(records.package)
    invalid = ("ReferralPackageInvalid", preparation.package)
    assert refusal(referrals.prepareReferral, preparation.terms, {"from": dr_wang}) == invalid
    referrals.prepareReferral(preparation.but(package=later).terms, {"from": dr_wang})


def test_an_attachment_is_the_latest(referrals, preparation, records, refusal, corrected, dr_wang):
    superseded = records.diagnoses.record
    later = corrected(records.diagnoses)
    invalid = ("ReferralAttachmentsInvalid", superseded, 0)
    assert refusal(referrals.prepareReferral, preparation.terms, {"from": dr_wang}) == invalid
    attachments = (records.laboratory.record, later)
    call = (preparation.but(attachments=attachments).terms, {"from": dr_wang})
    referrals.prepareReferral(*call)


def test_an_attachment_is_a_record(referrals, preparation, refusal, dr_wang):
    unknown = digest("unknown")
    invalid = ("ReferralAttachmentsInvalid", unknown, 0)
    attachments = (*preparation.attachments, unknown)
    call = (preparation.but(attachments=attachments).terms, {"from": dr_wang})
    assert refusal(referrals.prepareReferral, *call) == invalid


def test_no_more_than_sixteen_are_attached(referrals, preparation, refusal, dr_wang):
    attachments = preparation.attachments * 8
    sixteen = preparation.but(attachments=attachments)
    referrals.prepareReferral.call(sixteen.terms, {"from": dr_wang})
    seventeen = preparation.but(attachments=(*attachments, attachments[0]))
    call = (seventeen.terms, {"from": dr_wang})
    assert refusal(referrals.prepareReferral, *call) == ("LengthInvalid", 17)


@pytest.mark.parametrize(
    ("kept", "missing"),
    [((), 1 << LABORATORY | 1 << DIAGNOSES), ((0,), 1 << DIAGNOSES), ((1,), 1 << LABORATORY)],
)
def test_p70_kinds_that_are_required_are_attached(
    referrals, preparation, refusal, dr_wang, kept, missing
):
    attachments = tuple(preparation.attachments[i] for i in kept)
    invalid = ("ReferralAttachmentsInvalid", ZERO, missing)
    call = (preparation.but(attachments=attachments).terms, {"from": dr_wang})
    assert refusal(referrals.prepareReferral, *call) == invalid


def test_nothing_is_attached_where_nothing_is_required(
    referrals, preparation, rule, stored, dr_wang
):
    rule(requiredKinds=0)
    bare = preparation.but(attachments=())
    referrals.prepareReferral(bare.terms, {"from": dr_wang})
    assert stored(bare.id)["stage"] == "prepared"


def test_the_package_is_attached_where_its_kind_is_required(
    referrals, preparation, rule, refusal, dr_wang
):
    rule(requiredKinds=1 << REFERRAL_PACKAGE)
    missing = ("ReferralAttachmentsInvalid", ZERO, 1 << REFERRAL_PACKAGE)
    bare = preparation.but(attachments=()).terms
    assert refusal(referrals.prepareReferral, bare, {"from": dr_wang}) == missing
    whole = preparation.but(attachments=(preparation.package,)).terms
    referrals.prepareReferral(whole, {"from": dr_wang})
