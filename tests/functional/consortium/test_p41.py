"""P41: an emergency stop blocks what hands out anew, and never what takes back or looks after."""

import pytest
from eth_utils import keccak

from tests.alliance import (
    DAY,
    ENDED,
    EVERYTHING,
    HANDLE,
    HOUR,
    KEY,
    NOBODY,
    PATIENT,
    REFUSED,
    SUSPEND,
    WRAP,
    access_request,
    at,
    now,
    padded,
    request_id,
    told,
)
from tests.functional.consortium.voting import decide
from tests.signing import ZERO, digest

SALT = digest("salt")
VETOED = 2


@pytest.fixture
def emergency(alliance, founders, places, alice, dr_li):
    """Dr Li's open emergency with Alice's records, for an hour; its id."""
    contract = alliance.contracts["BreakGlass"]
    lead, hospital_b, _ = holders = [founders[0], founders[2], founders[3]]
    listed = sorted((house.address for house in holders), key=lambda address: int(address, 16))
    shared = (listed, [digest("check", house) for house in listed])
    contract.arrange(2, 1, KEY, *shared, [b"share"] * 3, {"from": alice})
    asked = (alice, places.hospital_ward, HOUR, SALT, b"reason")
    contract.requestEmergency(*asked, {"from": dr_li})
    id = request_id(dr_li)
    for house in (lead, hospital_b):
        contract.approveEmergency(id, *shared, b"re-wrapped", {"from": house})
    return id


@pytest.fixture
def break_glass(alliance):
    """The contract."""
    return alliance.contracts["BreakGlass"]


@pytest.fixture
def anchored(relationship, draft, relay):
    """An anchored record's id."""
    relationship.anchor(*draft.submission, {"from": relay})
    return draft.record


@pytest.fixture
def granted(relationship, grant, hospital, alice):
    """Alice's grant to the hospital."""
    house = grant.but(viewer=hospital, affiliation=padded(hospital))
    relationship.grantAccess(house.terms, {"from": alice})
    return house


def membership(place, guardians, account):
    """Return how one of two guardians shows that it is one, and the root."""
    leaves = [
        keccak(b"\0" + n.to_bytes(8, "big") + SALT + bytes.fromhex(g[2:] + account[2:]))
        for n, g in enumerate(guardian.address for guardian in guardians)
    ]
    return (place, SALT, [leaves[1 - place]]), keccak(b"\1" + leaves[0] + leaves[1])


BLOCKED = [
    "a registration",
    "a department",
    "a proposal",
    "an acceptance",
    "a record",
    "a query",
    "a batch",
    "a request",
    "a grant",
    "a grant to a patient",
    "a change of the mirror",
    "a ticket",
    "an emergency",
    "a mandate",
    "a delegation",
    "a charge",
]


@pytest.fixture(params=BLOCKED)
def blocked(
    request, alliance, relationship, draft, grant, places, alice, bob, clinic, hospital, dr_li
):
    """What a stop blocks, as (function, arguments, options, error)."""
    contracts, registrar = alliance.contracts, alliance.registrar
    ward, lead = places.hospital_ward, alliance.founders[0]

    def a_registration():
        carol = request.getfixturevalue("carol")
        signed = alliance.registration(carol, clinic, PATIENT)
        signature = alliance.registrations.sign(carol, "Registration", signed)
        arguments = (signed, KEY, HANDLE, signature)
        return registrar.register, arguments, clinic, ("RegistrarNotInstitution", clinic)

    def a_department():
        arguments = (digest("another ward"), 1)
        return registrar.setDepartment, arguments, clinic, ("RegistrarNotInstitution", clinic)

    def a_proposal():
        arguments = (alliance.opening(alice, hospital, lead),)
        error = ("RelationshipFactoryInstitutionInvalid", hospital)
        return alliance.factory.propose, arguments, alice, error

    def an_acceptance():
        pending = alliance.propose(hospital, alice, hospital, lead)
        return pending.accept, (), alice, ("RelationshipInstitutionInactive", hospital)

    def a_record():
        error = ("RecordAuthorInactive", draft.author, draft.affiliation)
        return relationship.anchor, draft.submission, alice, error

    def a_query():
        names = (digest("query"), ZERO, draft.kind, draft.profile, digest("name"), digest("root"))
        error = ("RelationshipInstitutionInactive", clinic)
        return relationship.anchorQuery, ((*names, 1, b"host"),), clinic, error

    def a_batch():
        arguments = (1, digest("root"), digest("manifest"))
        return contracts["Batches"].anchorBatch, arguments, clinic, _not(clinic)

    def a_request():
        error = ("GrantViewerInactive", dr_li, ward)
        return relationship.requestAccess, (access_request(ward),), dr_li, error

    def a_grant():
        error = ("GrantViewerInactive", dr_li, ward)
        return relationship.grantAccess, (grant.terms,), alice, error

    def a_grant_to_a_patient():
        error = ("GrantViewerInactive", bob, ZERO)
        terms = grant.but(viewer=bob, affiliation=ZERO).terms
        return relationship.grantAccess, (terms,), alice, error

    def a_change_of_the_mirror():
        error = ("RelationshipMirrorInvalid", hospital)
        return relationship.changeMirror, (hospital.address,), alice, error

    def a_ticket():
        arguments = (bob.address, clinic.address, now() + DAY, digest("content"))
        return contracts["Tickets"].issueTicket, arguments, alice, ("TicketServiceInvalid", clinic)

    def an_emergency():
        request.getfixturevalue("emergency")
        arguments = (alice.address, ward, HOUR, digest("another"), b"reason")
        error = ("CallerNotClinician", dr_li, ward)
        return contracts["BreakGlass"].requestEmergency, arguments, dr_li, error

    def a_mandate():
        arguments = (alice.address, bob.address, 1, now() + DAY, digest("evidence"))
        return contracts["Guardianship"].appoint, arguments, clinic, _not(clinic)

    def a_delegation():
        terms = request.getfixturevalue("granted").terms
        arguments = (relationship.address, terms, delegation(dr_li, ward))
        return contracts["Delegations"].delegate, arguments, hospital, _not(hospital)

    def a_charge():
        arguments = (relationship.address, SALT, digest("commitment"))
        return contracts["Charges"].post, arguments, clinic, _not(clinic)

    function, arguments, caller, error = locals()[request.param.replace(" ", "_")]()
    return function, arguments, {"from": caller}, error


def _not(institution):
    return ("CallerNotInstitution", institution)


def delegation(delegate, ward):
    """Return what the hospital delegates to one of its clinicians."""
    return (SALT, delegate.address, ward, EVERYTHING, 0, ZERO, now() + DAY, 1, WRAP)


def test_p41_a_stop_blocks_what_hands_out_anew(refusal, stop, blocked):
    function, arguments, options, error = blocked
    function.call(*arguments, options)
    stop()
    assert refusal(function, *arguments, options) == error


def test_p41_what_was_blocked_works_again_at_the_very_second(
    relationship, grant, refusal, stop, alice, dr_li
):
    until = stop()
    longer = grant.but(expires_at=until + DAY)
    at(until - 1)
    inactive = ("GrantViewerInactive", dr_li, grant.affiliation)
    assert refusal(relationship.grantAccess, longer.terms, {"from": alice}) == inactive
    at(until)
    relationship.grantAccess.call(longer.terms, {"from": alice})


def test_p41_a_stop_lasts_at_most_seven_days(consortium, refusal, stop, lead):
    call = (7 * DAY + 1, now() + DAY, {"from": lead})
    assert refusal(consortium.proposeStop, *call) == ("ConsortiumStopInvalid", 7 * DAY + 1)
    assert stop() == now() + 7 * DAY


def test_p41_members_vote_and_lift_it(alliance, consortium, stop, founders):
    stop()
    decide(alliance, consortium.proposeResume)
    assert all(consortium.isActive(house) for house in founders)


def test_p41_members_put_a_rogue_out_during_a_stop(alliance, consortium, stop, founders):
    stop()
    alliance.stand(founders[3], SUSPEND, founders[:3])
    assert not consortium.isMember(founders[3])


def test_p41_nobody_but_members_lifts_it(
    alliance, consortium, refusal, stop, founders, clinic, mallory
):
    stop()
    alliance.stand(clinic, SUSPEND, founders[:3])
    for outsider in (clinic, mallory):
        call = (now() + DAY, {"from": outsider})
        assert refusal(consortium.proposeResume, *call) == ("ConsortiumNotMember", outsider)


def test_p41_a_stop_never_blocks_the_revocation_of_a_grant(relationship, granted, stop, alice):
    until = stop()
    tx = relationship.revokeAccess(granted.id, {"from": alice})
    assert told(tx) == [("AccessRevoked", {"id": granted.id})]
    assert not relationship.isGrantLive(granted.id)
    assert now() < until


def test_p41_a_stop_never_blocks_a_relay_that_brings_a_revocation(
    alliance, relationship, granted, stop, alice, hospital
):
    stop()
    alliance.relay(hospital, alice, relationship.revokeAccess, granted.id)
    assert not relationship.isGrantLive(granted.id)


@pytest.mark.parametrize("who", ["alice", "hospital"])
def test_p41_a_stop_never_blocks_the_revocation_of_a_delegation(
    alliance, relationship, granted, places, stop, request, hospital, dr_li, who
):
    contract, by = alliance.contracts["Delegations"], request.getfixturevalue(who)
    terms = delegation(dr_li, places.hospital_ward)
    contract.delegate(relationship, granted.terms, terms, {"from": hospital})
    stop()
    id = request_id(hospital)
    tx = contract.revokeDelegation(id, {"from": by})
    assert told(tx) == [("DelegationRevoked", {"id": id, "by": by})]


def test_p41_a_stop_never_blocks_the_revocation_of_a_mandate(
    alliance, stop, alice, bob, clinic, hospital
):
    contract = alliance.contracts["Guardianship"]
    terms = (alice, bob, 1, now() + 90 * DAY, digest("evidence"))
    contract.appoint(*terms, {"from": clinic})
    contract.confirm(*terms, {"from": hospital})
    stop()
    tx = contract.revokeGuardian(alice, bob, {"from": alice})
    assert told(tx) == [("GuardianRevoked", {"ward": alice, "guardian": bob, "by": alice})]


@pytest.mark.parametrize(("proposer", "other"), [("hospital", "alice"), ("alice", "hospital")])
def test_p41_a_stop_never_blocks_the_refusal_of_a_relationship(
    alliance, stop, request, alice, hospital, lead, proposer, other
):
    by, refusing = request.getfixturevalue(proposer), request.getfixturevalue(other)
    pending = alliance.propose(by, alice, hospital, lead)
    stop()
    tx = pending.refuse({"from": refusing})
    assert told(tx) == [("StatusChanged", {"by": refusing, "status": REFUSED})]


def test_p41_a_stop_never_blocks_the_refusal_of_a_request(relationship, places, stop, alice, dr_li):
    relationship.requestAccess(access_request(places.hospital_ward), {"from": dr_li})
    stop()
    tx = relationship.refuseRequest(request_id(dr_li), {"from": alice})
    assert told(tx) == [("RequestRefused", {"request": request_id(dr_li), "viewer": dr_li})]


@pytest.mark.parametrize("who", ["alice", "clinic"])
def test_p41_a_stop_never_blocks_a_dispute(alliance, relationship, anchored, stop, request, who):
    contract, by = alliance.contracts["Evidence"], request.getfixturevalue(who)
    stop()
    contract.dispute(relationship, anchored, b"reason", {"from": by})
    flags = contract.flagsOf(relationship, anchored)
    assert (flags["ownerDisputes"], flags["institutionDisputes"]) == (
        who == "alice",
        who != "alice",
    )


@pytest.mark.parametrize("who", ["alice", "clinic"])
def test_p41_a_stop_never_blocks_a_withdrawal(alliance, relationship, anchored, stop, request, who):
    contract, by = alliance.contracts["Evidence"], request.getfixturevalue(who)
    stop()
    contract.withdraw(relationship, anchored, {"from": by})
    flags = contract.flagsOf(relationship, anchored)
    assert (flags["ownerWithdrew"], flags["institutionWithdrew"]) == (
        who == "alice",
        who != "alice",
    )


@pytest.mark.parametrize("who", ["alice", "clinic"])
def test_p41_a_stop_never_blocks_an_end(relationship, stop, request, who):
    by = request.getfixturevalue(who)
    stop()
    tx = relationship.end({"from": by})
    assert told(tx) == [("StatusChanged", {"by": by, "status": ENDED})]


def test_p41_a_stop_never_blocks_the_end_of_what_is_not_known_yet(factory, stop, alice, hospital):
    stop()
    factory.preclude(alice, hospital, 0, {"from": alice})
    assert factory.isPrecluded(factory.relationshipOf(alice, hospital, 0))


def test_p41_a_stop_never_blocks_the_root_of_receipts(alliance, stop, clinic):
    contract = alliance.contracts["Receipts"]
    stop()
    tx = contract.anchorReceipts(7, digest("root"), {"from": clinic})
    ((name, values),) = told(tx)
    assert (name, values["size"], values["root"]) == ("ReceiptsAnchored", 7, digest("root"))
    assert contract.logOf(clinic)["size"] == 7


def test_p41_a_stop_never_blocks_the_veto_of_a_recovery(alliance, stop, alice, bob, dr_li):
    contract = alliance.contracts["Recovery"]
    shown, root = membership(0, (bob, dr_li), alice.address)
    contract.nameGuardians(root, 2, 2, DAY, {"from": alice})
    contract.startRecovery(alice, NOBODY, shown, {"from": bob})
    stop()
    tx = contract.vetoRecovery(1, {"from": alice})
    assert told(tx) == [("RecoveryVetoed", {"account": alice, "number": 1, "by": alice})]
    assert contract.attemptOf(alice)["status"] == VETOED


def test_p41_a_stop_never_blocks_the_expiry_of_an_emergency(break_glass, emergency, stop):
    until, ends_at = stop(), break_glass.openingOf(emergency)["endsAt"]
    at(ends_at - 1)
    assert break_glass.isEmergencyOpen(emergency)
    at(ends_at)
    assert not break_glass.isEmergencyOpen(emergency)
    assert now() < until


@pytest.mark.parametrize("who", ["alice", "dr_li", "hospital"])
def test_p41_a_stop_never_blocks_an_early_end_of_an_emergency(
    break_glass, emergency, stop, request, who
):
    stop()
    break_glass.endEmergency(emergency, {"from": request.getfixturevalue(who)})
    assert not break_glass.isEmergencyOpen(emergency)


def test_p41_a_stop_never_blocks_the_finding_that_a_review_is_overdue(
    break_glass, emergency, stop, hospital, mallory
):
    due_at = break_glass.openingOf(emergency)["endsAt"] + 7 * DAY
    at(due_at - DAY)
    until = stop()
    at(due_at + 1)
    break_glass.findOverdue(emergency, {"from": mallory})
    assert break_glass.accountOf(hospital) == (1, 1)
    assert now() < until


@pytest.mark.parametrize("who", ["lead", "regulator"])
def test_p41_a_stop_never_blocks_the_review_of_an_emergency(
    alliance, consortium, break_glass, emergency, stop, request, hospital, regulator, who
):
    decide(alliance, consortium.proposeRegulator, regulator, "卫健委")
    until = stop()
    at(break_glass.openingOf(emergency)["endsAt"])
    reviewer = request.getfixturevalue(who)
    break_glass.reviewEmergency(emergency, 1, b"findings", {"from": reviewer})
    assert break_glass.accountOf(hospital) == (0, 0)
    assert now() < until
