"""`convene`: one to sixteen institutions, each under a grant of its own (R31, P70)."""

import pytest

from tests.alliance import DAY, DIAGNOSES, HOUR, NOBODY, RECORD, at, now, padded, told
from tests.functional.consultations.conftest import INVITED, UNINVITED
from tests.signing import ZERO, digest


def test_a_consultation_is_told_and_stored(
    consultations, invitation, relationship, dr_wang, hospital, hospital_b, lead
):
    tx = consultations.convene(invitation.terms, {"from": dr_wang})
    convened = {"id": invitation.id, "relationship": relationship.address}
    convened |= {"clinician": dr_wang, "institutions": (hospital, hospital_b)}
    convened |= {"grants": tuple(grant.id for grant in invitation.grants)}
    convened |= {"dueAt": invitation.due_at, "question": invitation.question}
    assert told(tx) == [("ConsultationConvened", convened)]
    assert bytes(tx.return_value) == invitation.id
    stored = consultations.consultationOf(invitation.id)
    assert stored == (relationship.address, 1, 2, 0, invitation.due_at)
    answers = [consultations.answerOf(invitation.id, h) for h in (hospital, hospital_b, lead)]
    assert answers == [INVITED, INVITED, UNINVITED]


def test_convening_can_be_relayed(alliance, consultations, invitation, relay, dr_wang):
    alliance.relay(relay, dr_wang, consultations.convene, invitation.terms)
    assert consultations.consultationOf(invitation.id)["stage"] == 1


@pytest.mark.parametrize(
    ("who", "ward"),
    [
        ("mallory", "clinic_ward"),
        ("alice", "clinic_ward"),
        ("clinic", "clinic_ward"),
        ("dr_li", "clinic_ward"),
        ("dr_li", "hospital_ward"),
    ],
)
def test_only_a_clinician_of_the_institution_convenes(
    consultations, invitation, refusal, request, places, who, ward
):
    caller, affiliation = request.getfixturevalue(who), getattr(places, ward)
    denied = ("CallerNotClinician", caller, affiliation)
    call = (invitation.but(affiliation=affiliation).terms, {"from": caller})
    assert refusal(consultations.convene, *call) == denied


def test_nobody_convenes_at_a_suspended_institution(
    consultations, invitation, refusal, suspended, clinic, dr_wang
):
    suspended(clinic)
    denied = ("CallerNotClinician", dr_wang, invitation.affiliation)
    assert refusal(consultations.convene, invitation.terms, {"from": dr_wang}) == denied


def test_a_relationship_is_one(consultations, invitation, refusal, dr_wang):
    call = (invitation.but(relationship=dr_wang).terms, {"from": dr_wang})
    assert refusal(consultations.convene, *call) == ("RelationshipUnknown", dr_wang)


def test_nobody_convenes_after_the_end(
    consultations, invitation, refusal, relationship, alice, dr_wang
):
    relationship.end({"from": alice})
    denied = ("RelationshipNotAccepted", relationship.address)
    assert refusal(consultations.convene, invitation.terms, {"from": dr_wang}) == denied


def test_a_question_has_a_length(consultations, invitation, refusal, dr_wang):
    consultations.convene.call(invitation.but(question=bytes(2048)).terms, {"from": dr_wang})
    call = (invitation.but(question=bytes(2049)).terms, {"from": dr_wang})
    assert refusal(consultations.convene, *call) == ("LengthInvalid", 2049)


@pytest.mark.parametrize(("bound", "beyond"), [(HOUR, -1), (90 * DAY, 1)])
def test_opinions_are_due_within_an_hour_to_ninety_days(
    consultations, invitation, refusal, dr_wang, bound, beyond
):
    due_at = now() + bound
    consultations.convene.call(invitation.but(due_at=due_at).terms, {"from": dr_wang})
    call = (invitation.but(due_at=due_at + beyond).terms, {"from": dr_wang})
    assert refusal(consultations.convene, *call) == ("ConsultationTimeInvalid", due_at + beyond)


def test_a_consultation_is_convened_once(consultations, invitation, refusal, over, dr_wang):
    id, stage = over
    again = (invitation.but(due_at=now() + DAY).terms, {"from": dr_wang})
    assert refusal(consultations.convene, *again) == ("ConsultationStageInvalid", id, stage)


def test_what_is_convened_is_not_convened_again(
    consultations, invitation, convened, refusal, dr_wang
):
    known = ("ConsultationStageInvalid", convened, 1)
    assert refusal(consultations.convene, invitation.terms, {"from": dr_wang}) == known


def test_an_id_holds_its_clinician(alliance, consultations, invitation, convened, clinic, dr_li):
    registrar = alliance.registrar
    registrar.setAffiliation(dr_li, invitation.affiliation, 1, {"from": clinic})
    again = invitation.but(clinician=dr_li)
    consultations.convene(again.terms, {"from": dr_li})
    assert again.id != convened
    assert consultations.consultationOf(again.id)["stage"] == 1


def test_somebody_is_invited(consultations, invitation, refusal, dr_wang):
    nobody = invitation.but(institutions=(), grants=())
    call = (nobody.terms, {"from": dr_wang})
    assert refusal(consultations.convene, *call) == ("LengthInvalid", 0)


def test_one_institution_suffices(consultations, invitation, hospital, dr_wang):
    single = invitation.but(institutions=(hospital,), grants=invitation.grants[:1])
    consultations.convene(single.terms, {"from": dr_wang})
    assert consultations.consultationOf(single.id)["invited"] == 1


def test_p70_no_more_than_sixteen_are_invited(
    consultations, invitation, refusal, hospital, dr_wang
):
    """The seventeenth is refused for the length, the second of sixteen for what it is."""
    twice = ("ConsultationInstitutionInvalid", hospital)
    for count, answer in ((17, ("LengthInvalid", 17)), (16, twice)):
        grants = invitation.grants[:1] * count
        wide = invitation.but(institutions=(hospital,) * count, grants=grants)
        assert refusal(consultations.convene, wide.terms, {"from": dr_wang}) == answer


@pytest.fixture
def invalid(consultations, refusal, dr_wang):
    """See that an invitation is refused for a grant."""

    def invalid(invitation, grant):
        refused = ("ConsultationGrantInvalid", grant.id)
        assert refusal(consultations.convene, invitation.terms, {"from": dr_wang}) == refused

    return invalid


@pytest.fixture
def granted(relationship, alice):
    """Let Alice grant."""

    def granted(grant):
        relationship.grantAccess(grant.terms, {"from": alice})
        return grant

    return granted


@pytest.mark.parametrize("count", [0, 1, 3])
def test_p70_each_institution_has_a_grant(consultations, invitation, refusal, dr_wang, count):
    grants = (*invitation.grants, invitation.grants[0])[:count]
    call = (invitation.but(grants=grants).terms, {"from": dr_wang})
    assert refusal(consultations.convene, *call) == ("LengthInvalid", count)


def test_p70_a_grant_is_the_institutions_own(
    invitation, invalid, granted, places, dr_wang, bob, hospital
):
    first, second = invitation.grants
    invalid(invitation.but(grants=(second, first)), second)
    invalid(invitation.but(grants=(first, first)), first)
    for viewer, affiliation in ((dr_wang, places.clinic_ward), (bob, ZERO)):
        changes = {"viewer": viewer, "affiliation": affiliation}
        other = granted(first.but(id=digest("of", viewer.address)[:16], **changes))
        invalid(invitation.but(grants=(other, second)), other)


@pytest.mark.parametrize("who", ["hospital", "dr_li"])
def test_p70_whoever_acts_for_an_institution_may_read(
    consultations, invitation, granted, places, request, dr_wang, who
):
    first, second = invitation.grants
    changes = {"viewer": request.getfixturevalue(who), "affiliation": places.hospital_ward}
    ward = granted(first.but(id=digest("ward")[:16], **changes))
    tx = consultations.convene(invitation.but(grants=(ward, second)).terms, {"from": dr_wang})
    assert told(tx)[0][1]["grants"] == (ward.id, second.id)


@pytest.mark.parametrize("place", [0, 1])
def test_p70_a_grant_is_known(invitation, invalid, place):
    grants = list(invitation.grants)
    grants[place] = grants[place].but(id=digest("unknown")[:16])
    invalid(invitation.but(grants=tuple(grants)), grants[place])


def test_p70_a_grant_is_given_as_it_was_made(invitation, invalid, places, dr_li):
    """Whoever reads and what for is in the digest; the expiry is stored beside it."""
    first, second = invitation.grants
    changes = [
        {"viewer": dr_li, "affiliation": places.hospital_ward},
        {"affiliation": places.hospital_ward},
        {"expires_at": first.expires_at - 1},
        {"scope": RECORD},
        {"kind": DIAGNOSES},
        {"record": digest("record")},
        {"purpose": b"RESEARCH".ljust(16, b"\0")},
        {"consent": digest("another text")},
        {"request": digest("request")},
        {"key_version": 2},
        {"wrap": b"another key"},
    ]
    for change in changes:
        other = first.but(**change)
        invalid(invitation.but(grants=(other, second)), other)


def test_p70_a_grant_is_not_revoked(invitation, invalid, relationship, alice):
    revoked = invitation.grants[1]
    relationship.revokeAccess(revoked.id, {"from": alice})
    invalid(invitation, revoked)


def test_p70_a_grant_holds_until_it_expires(
    consultations, invitation, invalid, granted, hospital, dr_wang
):
    expires_at = now() + HOUR
    short = granted(invitation.grants[0].but(id=digest("short")[:16], expires_at=expires_at))
    single = invitation.but(institutions=(hospital,), grants=(short,))
    at(expires_at - 1)
    consultations.convene.call(single.terms, {"from": dr_wang})
    at(expires_at)
    invalid(single, short)


@pytest.mark.parametrize("who", ["clinic", "bob", "nobody"])
def test_those_invited_are_other_institutions(
    consultations, invitation, refusal, granted, request, clinic, bob, hospital, dr_wang, who
):
    """A grant to them holds: what is refused is the guest."""
    first = invitation.grants[0]
    viewer, affiliation = (clinic, padded(clinic)) if who == "clinic" else (bob, ZERO)
    grant = granted(first.but(id=digest("guest")[:16], viewer=viewer, affiliation=affiliation))
    guest = NOBODY if who == "nobody" else viewer.address
    wide = invitation.but(institutions=(hospital.address, guest), grants=(first, grant))
    invalid = ("ConsultationInstitutionInvalid", guest)
    assert refusal(consultations.convene, wide.terms, {"from": dr_wang}) == invalid


def test_an_institution_is_invited_once(consultations, invitation, refusal, hospital, dr_wang):
    grants = invitation.grants[:1] * 2
    call = (invitation.but(institutions=(hospital, hospital), grants=grants).terms,)
    twice = ("ConsultationInstitutionInvalid", hospital)
    assert refusal(consultations.convene, *call, {"from": dr_wang}) == twice


def test_a_suspended_institution_is_not_invited(
    consultations, invitation, refusal, suspended, hospital_b, dr_wang
):
    suspended(hospital_b)
    call = (invitation.terms, {"from": dr_wang})
    assert refusal(consultations.convene, *call) == ("ConsultationInstitutionInvalid", hospital_b)


def test_an_institution_is_invited_to_several(
    consultations, invitation, convened, hospital, dr_wang
):
    second = invitation.but(salt=digest("second"))
    consultations.convene(second.terms, {"from": dr_wang})
    assert consultations.answerOf(second.id, hospital) == INVITED
