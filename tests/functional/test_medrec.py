"""The defects of MedRec's contracts, each as the attack that succeeded there and fails here (R73).

Of Agent, AgentGroup, AgentRegistry, Relationship and AllAccessRelationship at
github.com/mitmedialab/medrec, `SmartContracts/contracts`.
"""

import pytest
from brownie import history, project, web3

from tests.alliance import (
    DAY,
    EXPEL,
    HANDLE,
    KEY,
    REVOKED,
    WRAP,
    account,
    details,
    now,
    parameters_of,
    refused_deployment,
)
from tests.functional.recovery.circles import Circle
from tests.signing import ZERO, digest

BEYOND = 2**64 - 1
OUTSIDERS = ("mallory", "dr_li", "bob", "hospital")


@pytest.fixture(params=OUTSIDERS)
def outsider(request):
    """An attacker, another house's clinician and patient, and that house."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def written():
    """Tell whose storage a transaction changed."""

    def written(transaction):
        asked = [transaction.txid, {"tracer": "prestateTracer", "tracerConfig": {"diffMode": True}}]
        answer = web3.provider.make_request("debug_traceTransaction", asked)
        if "error" in answer:
            pytest.skip("this chain does not tell what a transaction changed")
        found = answer["result"]["post"].items()
        return {web3.to_checksum_address(place) for place, part in found if part.get("storage")}

    return written


def test_medrec_an_address_is_not_pointed_elsewhere(registrar, refusal, alice, bob, clinic):
    """`Relationship.setProviderAddress` overwrote whatever stood there."""
    handle = digest("handle", alice.address)
    taken = ("RegistrarHandleTaken", handle)
    assert refusal(registrar.bindHandle, handle, bob, {"from": clinic}) == taken
    assert registrar.accountOf(clinic, handle) == alice


@pytest.mark.parametrize("who", ["mallory", "dr_li", "bob"])
def test_medrec_nobody_else_sets_a_providers_address(registrar, refusal, request, alice, who):
    """`setProviderAddress` and `setAgentContractAddr` asked nobody who called."""
    outsider = request.getfixturevalue(who)
    denied = ("RegistrarNotInstitution", outsider.address)
    assert refusal(registrar.bindHandle, HANDLE, alice, {"from": outsider}) == denied


def test_medrec_another_house_points_no_handle_of_this_one(registrar, alice, bob, clinic, hospital):
    """The same name in another house's book leaves the first where it was."""
    handle = digest("handle", alice.address)
    registrar.bindHandle(handle, bob, {"from": hospital})
    assert registrar.accountOf(clinic, handle) == alice


@pytest.mark.parametrize("who", ["mallory", "dr_li", "bob", "regulator"])
def test_medrec_nobody_else_sets_a_providers_name(consortium, refusal, request, who, clinic):
    """`Relationship.setProviderName` asked nobody who called; here a name takes a vote."""
    outsider, before = request.getfixturevalue(who), consortium.memberOf(clinic)["details"]
    call = (account("a new house"), details("冒名医院"), now() + DAY, {"from": outsider})
    denied = ("ConsortiumNotMember", outsider.address)
    assert refusal(consortium.proposeInstitution, *call) == denied
    assert consortium.memberOf(clinic)["details"] == before


def test_medrec_not_even_a_member_renames_a_member(consortium, refusal, clinic, hospital):
    """`setAgentName` let every signer take a name."""
    call = (clinic, details("冒名医院"), now() + DAY, {"from": hospital})
    assert refusal(consortium.proposeInstitution, *call)[0] == "ConsortiumStandingInvalid"


def test_medrec_nobody_but_the_owner_enables_a_custodian(relationship, refusal, request, hospital):
    """`Agent.enableCustodian` had no owner check: a stranger switched custodians on and off."""
    for name in (*OUTSIDERS, "clinic", "lead"):
        who = request.getfixturevalue(name)
        denied = ("RelationshipNotOwner", who.address)
        assert refusal(relationship.changeMirror, hospital, {"from": who}) == denied


def test_medrec_nobody_enables_a_guardian_for_somebody(alliance, refusal, request, alice, mallory):
    """The same hole for whoever acts in the owner's place."""
    terms = (alice, mallory, 1, now() + DAY, digest("papers"))
    for name in ("mallory", "dr_li", "bob", "alice"):
        who = request.getfixturevalue(name)
        denied = ("CallerNotInstitution", who.address)
        call = (alliance.contracts["Guardianship"].appoint, *terms, {"from": who})
        assert refusal(*call) == denied


def test_medrec_removing_an_absent_member_removes_nobody(consortium, refusal, newcomer, lead):
    """`AgentRegistry.kick` of somebody who was no signer deleted the last one."""
    before = consortium.members(0, 9)
    call = (consortium.proposeStanding, newcomer, EXPEL, now() + DAY, {"from": lead})
    assert refusal(*call) == ("ConsortiumStandingInvalid", newcomer.address, 0)
    call = (consortium.proposeRegulatorRemoval, newcomer, now() + DAY, {"from": lead})
    assert refusal(*call) == ("ConsortiumRegulatorInvalid", newcomer.address)
    assert consortium.members(0, 9) == before


def test_medrec_removing_an_absent_viewer_removes_nobody(relationship, grant, alice):
    """`Relationship.removeViewer` with another group's number deleted that group's last viewer."""
    relationship.grantAccess(grant.terms, {"from": alice})
    relationship.revokeAccess(digest("never granted")[:16], {"from": alice})
    assert relationship.isGrantLive(grant.id)
    assert relationship.keyEpoch() == (1, False)


def test_medrec_two_of_four_votes_carry_nothing(alliance, consortium, refusal, founders, newcomer):
    """`AgentRegistry.vote` took (signers + 1) / 2: half of an even number was a majority."""
    content, options = details("镇卫生院", 1), {"from": founders[0]}
    proposed = consortium.proposeInstitution(newcomer, content, now() + DAY, options)
    id = proposed.events["ProposalOpened"]["id"]
    for voter in founders[:2]:
        consortium.vote(id, True, {"from": voter})
    call = (consortium.enact, id, parameters_of(proposed), options)
    assert refusal(*call) == ("ConsortiumMajorityMissing", id, 2, 4)


def test_medrec_a_vote_is_neither_changed_nor_cast_again(consortium, refusal, founders, newcomer):
    """A signer could vote again and again, and votes of those who left were counted."""
    content, options = details("镇卫生院", 1), {"from": founders[0]}
    proposed = consortium.proposeInstitution(newcomer, content, now() + DAY, options)
    id = proposed.events["ProposalOpened"]["id"]
    consortium.vote(id, True, options)
    repeated = ("ConsortiumVoteRepeated", id, founders[0].address)
    for choice in (True, False):
        assert refusal(consortium.vote, id, choice, options) == repeated


def test_medrec_a_permission_that_was_removed_is_stored_as_removed(
    relationship, refusal, grant, alice
):
    """`AllAccessRelationship.removeViewer` left the list as long as it was."""
    relationship.grantAccess(grant.terms, {"from": alice})
    assert relationship.isGrantLive(grant.id)
    relationship.revokeAccess(grant.id, {"from": alice})
    assert relationship.grantOf(grant.id)["status"] == 2
    assert not relationship.isGrantLive(grant.id)
    again = ("GrantIdInvalid", grant.id)
    assert refusal(relationship.grantAccess, grant.terms, {"from": alice}) == again


def test_medrec_a_licence_that_was_removed_is_stored_as_removed(registrar, places, dr_wang, clinic):
    """The same for what a house took away."""
    assert registrar.isClinicianActive(dr_wang, places.clinic_ward)[0]
    registrar.setLicence(dr_wang, REVOKED, {"from": clinic})
    assert registrar.personOf(dr_wang)["licence"] == REVOKED
    assert not registrar.isClinicianActive(dr_wang, places.clinic_ward)[0]


def test_medrec_no_state_changes_without_an_event(
    alliance, registrar, relationship, written, grant, alice, bob, clinic, hospital, places
):
    """Two events told of forty state changes; here each contract that was written tells of it."""
    options = {"from": clinic}
    steps = [
        lambda: registrar.bindHandle(HANDLE, bob, options),
        lambda: registrar.setDepartment(places.clinic_ward, REVOKED, options),
        lambda: registrar.publishKey(1, KEY[::-1], {"from": alice}),
        lambda: relationship.grantAccess(grant.terms, {"from": alice}),
        lambda: relationship.revokeAccess(grant.id, {"from": alice}),
        lambda: relationship.changeMirror(hospital, {"from": alice}),
        lambda: relationship.end({"from": alice}),
        lambda: alliance.propose(alice, alice, clinic, hospital, 1),
    ]
    for step in steps:
        step()
        transaction = history[-1]
        changed = written(transaction)
        assert changed
        assert changed <= {log["address"] for log in transaction.logs}


def test_medrec_a_bound_is_checked_before_an_index(alliance, consortium, refusal, alice, bob):
    """`removeViewerGroup` and `removeAgent` looked an entry up before they knew of it."""
    assert consortium.members(BEYOND, BEYOND) == ()
    assert alliance.summary_of(alice).entries(BEYOND, BEYOND) == ((), ())
    circle, recovery = Circle(alice, {0: bob}, size=2), alliance.contracts["Recovery"]
    recovery.nameGuardians(*circle.terms, {"from": alice})
    account, replacement, (_, salt, path), options = circle.call(0)
    for place in (255, 256, BEYOND):
        call = (account, replacement, (place, salt, path), options)
        assert refusal(recovery.startRecovery, *call) == ("RecoveryNotGuardian", bob.address)


def test_medrec_no_place_in_a_batch_is_beyond_its_end(alliance, refusal, clinic, mallory):
    """A place that a batch does not have is refused by name, not by a failed lookup."""
    batches, leaf = alliance.contracts["Batches"], digest("leaf")
    batches.anchorBatch(1, leaf, ZERO, {"from": clinic})
    for batch, place in ((1, 1), (1, BEYOND), (2, 0), (2**256 - 1, 0)):
        call = (clinic, batch, leaf, place, [], {"from": mallory})
        invalid = ("BatchLeafInvalid", batch, clinic.address)
        assert refusal(batches.requireIncluded, *call) == invalid


def test_medrec_no_constructor_is_a_function_that_anyone_calls():
    """`AllAccessRelationship.Relationship` was no constructor: whoever called it was the patron."""
    containers = project.get_loaded_projects()[0]
    names = {container._name.casefold() for container in containers} | {"initialize", "init"}
    writing = [
        f"{container._name}.{entry['name']}"
        for container in containers
        for entry in container.abi
        if entry["type"] == "function" and entry["stateMutability"] in ("nonpayable", "payable")
    ]
    assert len(writing) > 100
    assert [name for name in writing if name.split(".")[1].casefold() in names] == []


@pytest.mark.parametrize("target", ["clone", "implementation"])
def test_medrec_nobody_takes_over_a_relationship(alliance, relationship, refusal, outsider, target):
    """A clone or an implementation that is not opened yet is not opened by a stranger."""
    contract = {"clone": relationship, "implementation": alliance.implementation}[target]
    terms = (*[outsider.address] * 4, ZERO, 1, 1, WRAP, WRAP)
    denied = ("RelationshipNotFactory", outsider.address)
    assert refusal(contract.open, *terms, {"from": outsider}) == denied


@pytest.mark.parametrize("target", ["clone", "implementation"])
def test_medrec_nobody_takes_over_a_summary(alliance, refusal, outsider, alice, target):
    """The same of a Summary."""
    contract = {"clone": alliance.summary_of(alice), "implementation": alliance.summary}[target]
    denied = ("SummaryNotRegistrar", outsider.address)
    assert refusal(contract.open, outsider, {"from": outsider}) == denied


def test_medrec_no_single_founder_owns_what_it_deploys(alliance, lead):
    """`AgentRegistry`'s constructor made whoever deployed it the only signer."""
    for founders, count in (([], 0), ([lead.address], 1)):
        content = [details("第一医院")] * count
        call = ("Consortium", alliance.forwarder, founders, content, ZERO)
        assert refused_deployment(*call) == ("ConsortiumFoundersInvalid", count, count)


def test_medrec_an_end_destroys_no_record(relationship, draft, relay, clinic):
    """`terminate` destroyed the contract and all it pointed at, at either side's wish."""
    relationship.anchor(*draft.submission, {"from": relay})
    relationship.end({"from": clinic})
    assert bytes(relationship.recordOf(draft.record)["root"]) == draft.root
