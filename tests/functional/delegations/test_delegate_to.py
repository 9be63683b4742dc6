"""`delegate`: to whom; departments stay apart, and nobody is of the mirror (P01, P12)."""

import pytest

from tests.alliance import ACTIVE, AGREEMENT, NOBODY, REVOKED, SUSPEND, SUSPENDED, padded
from tests.functional.delegations.terms import Delegation
from tests.signing import ZERO, digest

OTHER_WARD = digest("department", "second ward")
OF_THE_DEPARTMENT = ["clinician of a department", "gateway of a department"]
OF_THE_HOUSE = ["clinician of the house", "gateway of the house"]
OF_ANOTHER_HOUSE = ["clinician of another house", "gateway of another house"]
OF_ANOTHER_DEPARTMENT = ["clinician of another department", "gateway of another department"]


@pytest.fixture
def people(registrar, places, hospital, hospital_b, dr_li, dr_wang):
    """Delegates with the affiliations that they may act under."""
    registrar.setDepartment(OTHER_WARD, ACTIVE, {"from": hospital})
    for affiliation in (OTHER_WARD, padded(hospital)):
        registrar.setAffiliation(dr_li, affiliation, ACTIVE, {"from": hospital})
    return {
        "clinician of a department": (dr_li, places.hospital_ward),
        "clinician of another department": (dr_li, OTHER_WARD),
        "clinician of the house": (dr_li, padded(hospital)),
        "clinician of another house": (dr_wang, places.clinic_ward),
        "gateway of a department": (hospital, places.hospital_ward),
        "gateway of another department": (hospital, OTHER_WARD),
        "gateway of the house": (hospital, padded(hospital)),
        "gateway of another house": (hospital_b, padded(hospital_b)),
    }


@pytest.fixture
def ward_grant(relationship, granted, places, alice):
    """A grant to the hospital for one of its departments."""
    made = granted.but(id=digest("ward")[:16], affiliation=places.hospital_ward)
    relationship.grantAccess(made.terms, {"from": alice})
    return made


@pytest.fixture
def refused(delegations, granted, refusal, call):
    """Whether a grant is refused to a delegate under an affiliation, and for that reason."""

    def refused(account, affiliation, grant=granted):
        given = call(grant, delegate=account, affiliation=affiliation)
        invalid = ("DelegationDelegateInvalid", account, affiliation)
        return refusal(delegations.delegate, *given) == invalid

    return refused


@pytest.mark.parametrize(
    "who", OF_THE_DEPARTMENT + OF_ANOTHER_DEPARTMENT + OF_THE_HOUSE + OF_ANOTHER_HOUSE
)
def test_r28_a_grant_to_the_house_goes_to(delegations, people, call, who):
    account, affiliation = people[who]
    tx = delegations.delegate(*call(delegate=account, affiliation=affiliation))
    assert tx.events["AccessDelegated"]["delegate"] == account


@pytest.mark.parametrize("who", OF_THE_DEPARTMENT)
def test_p12_a_grant_to_a_department_goes_to(delegations, ward_grant, people, call, who):
    account, affiliation = people[who]
    tx = delegations.delegate(*call(ward_grant, delegate=account, affiliation=affiliation))
    assert tx.events["AccessDelegated"]["delegate"] == account


@pytest.mark.parametrize("who", OF_ANOTHER_DEPARTMENT + OF_THE_HOUSE + OF_ANOTHER_HOUSE)
def test_p12_a_grant_to_a_department_goes_to_no(ward_grant, people, refused, who):
    assert refused(*people[who], ward_grant)


@pytest.mark.parametrize("who", ["gateway", "gateway of a department", "clinician"])
def test_p01_nobody_of_the_mirror_is_a_delegate(refused, places, lead, dr_chen, who):
    account = dr_chen if who == "clinician" else lead
    assert refused(account, padded(lead) if who == "gateway" else places.lead_ward)


def test_p01_the_mirror_is_that_of_today(
    delegations, relationship, call, refused, alice, hospital_b, lead
):
    relationship.changeMirror(hospital_b, {"from": alice})
    assert delegations.delegate.call(*call(delegate=lead, affiliation=padded(lead)))
    assert refused(hospital_b, padded(hospital_b))


@pytest.mark.parametrize("function", ["setLicence", "setAffiliation", "setDepartment"])
def test_no_clinician_who_is_stopped_is_a_delegate(
    registrar, refused, places, hospital, dr_li, function
):
    ward = places.hospital_ward
    arguments = {"setLicence": (dr_li,), "setAffiliation": (dr_li, ward)}
    given = arguments.get(function, (ward,))
    getattr(registrar, function)(*given, SUSPENDED, {"from": hospital})
    assert refused(dr_li, ward)


@pytest.mark.parametrize("standing", [SUSPENDED, REVOKED])
def test_no_gateway_reads_for_a_department_that_is_not_active(
    registrar, refused, places, hospital, standing
):
    registrar.setDepartment(places.hospital_ward, standing, {"from": hospital})
    assert refused(hospital, places.hospital_ward)


@pytest.mark.parametrize("who", ["gateway", "gateway of a department", "clinician"])
def test_nobody_of_a_suspended_institution_is_a_delegate(
    alliance, refused, places, founders, dr_wang, who
):
    *others, clinic = founders
    alliance.stand(clinic, SUSPEND, others)
    account = dr_wang if who == "clinician" else clinic
    assert refused(account, padded(clinic) if who == "gateway" else places.clinic_ward)


@pytest.mark.parametrize("affiliation", ["foreign", "unknown", "not given", "none", "nobody's"])
def test_an_affiliation_is_the_delegates_own(
    refused, hospital, hospital_b, dr_li, clinic, alice, mallory, affiliation
):
    value = {
        "foreign": padded(hospital_b),
        "unknown": digest("unknown"),
        "not given": padded(hospital),
        "none": ZERO,
        "nobody's": bytes(31) + b"\1",
    }[affiliation]
    for account in (dr_li, clinic, alice, mallory):
        assert refused(account, value), account


def test_nobody_is_no_delegate(refused):
    for affiliation in (ZERO, digest("unknown")):
        assert refused(NOBODY, affiliation)


@pytest.fixture(params=["patient", "clinician"])
def personal(request, registrar, relationship, house_grant, hospital, alice, bob, dr_li):
    """Alice's grant to a person: to Bob, or to Dr Li under his whole house."""
    registrar.setAffiliation(dr_li, padded(hospital), ACTIVE, {"from": hospital})
    viewer, affiliation = {"patient": (bob, ZERO), "clinician": (dr_li, padded(hospital))}[
        request.param
    ]
    made = house_grant.but(viewer=viewer, affiliation=affiliation)
    relationship.grantAccess(made.terms, {"from": alice})
    return made


def test_a_person_who_was_voted_in_passes_nothing_on(
    alliance, consortium, delegations, refusal, relationship, personal, founders, hospital_b
):
    """The consent was to that person, before there was an institution of that account."""
    viewer = personal.viewer
    alliance.admit(viewer, "错误", founders[:3])
    consortium.signAgreement(AGREEMENT, {"from": viewer})
    passed_on = Delegation(hospital_b, padded(hospital_b), personal.expires_at)
    call = (relationship, personal.terms, passed_on.terms, {"from": viewer})
    assert refusal(delegations.delegate, *call) == ("CallerNotAllowed", viewer)
