"""P40: a closed set of typed actions, versions side by side, and no power over a relationship."""

import pytest

from tests.alliance import (
    ACCEPTED,
    AGREEMENT,
    DAY,
    DIAGNOSES,
    PENDING,
    WRAP,
    access_request,
    details,
    now,
    refused_deployment,
    told,
)
from tests.functional.consortium.voting import INSURER, RULES, approve, decide, propose
from tests.signing import ZERO, digest

PROFILE = (DIAGNOSES, 2, digest("second version"), 0, True)
NEWER = digest("联盟协议 第二版")

ACTIONS = {
    "AdmitInstitution": (1, "proposeInstitution", "InstitutionAdmitted"),
    "SuspendInstitution": (2, "proposeStanding", "StandingChanged"),
    "RestoreInstitution": (3, "proposeStanding", "StandingChanged"),
    "ExpelInstitution": (4, "proposeStanding", "StandingChanged"),
    "AdmitRegulator": (5, "proposeRegulator", "RegulatorChanged"),
    "RemoveRegulator": (6, "proposeRegulatorRemoval", "RegulatorChanged"),
    "AdoptProfile": (7, "proposeProfile", "ProfileAdopted"),
    "RetireProfile": (8, "proposeProfileRetirement", "ProfileRetired"),
    "AdoptAgreement": (9, "proposeAgreement", "AgreementAdopted"),
    "SetReferralRules": (10, "proposeReferralRules", "ReferralRulesSet"),
    "SetAlliance": (11, "proposeAlliance", "AllianceSet"),
    "Stop": (12, "proposeStop", "EmergencyStopped"),
    "Resume": (13, "proposeResume", "EmergencyLifted"),
    "AdmitSealer": (14, "proposeSealer", "SealerChanged"),
    "RemoveSealer": (15, "proposeSealerRemoval", "SealerChanged"),
    "AppointOffice": (16, "proposeOffice", "OfficeChanged"),
    "EndOffice": (17, "proposeOfficeEnd", "OfficeChanged"),
    "AdoptFactory": (18, "proposeFactory", "FactoryAdopted"),
}

CREATE, CALL, CALLCODE, DELEGATECALL, CREATE2 = 0xF0, 0xF1, 0xF2, 0xF4, 0xF5
STATICCALL, SELFDESTRUCT = 0xFA, 0xFF
PUSH1, PUSH32 = 0x60, 0x7F


def opcodes(address):
    """Return a contract's opcodes: not what they push, nor the compiler's note at the end."""
    from brownie import web3

    code = bytes(web3.eth.get_code(address))
    end, at, found = len(code) - 2 - int.from_bytes(code[-2:], "big"), 0, set()
    while at < end:
        found.add(code[at])
        at += 1 + max(0, code[at] - PUSH1 + 1 if code[at] <= PUSH32 else 0)
    return found


def proxy_of(implementation):
    """Return the 45 bytes of an EIP-1167 clone."""
    return bytes.fromhex(f"363d3d373d3d3d363d73{implementation[2:]}5af43d82803e903d91602b57fd5bf3")


def code_at(address):
    """Return a contract's code."""
    from brownie import web3

    return bytes(web3.eth.get_code(address))


@pytest.fixture
def prepared(alliance, consortium, request):
    """Let an action find what it ends."""

    def prepared(action):
        if action == "RestoreInstitution":
            request.getfixturevalue("suspended")
        if action == "RemoveRegulator":
            decide(alliance, consortium.proposeRegulator, request.getfixturevalue("carol"), "甲")
        if action == "RemoveSealer":
            houses = (request.getfixturevalue("carol"), alliance.founders[1])
            decide(alliance, consortium.proposeSealer, *houses)
        if action == "Resume":
            decide(alliance, consortium.proposeStop, DAY)
        if action == "EndOffice":
            decide(alliance, consortium.proposeOffice, request.getfixturevalue("carol"), 1, "甲")

    return prepared


@pytest.fixture(params=ACTIONS)
def action(request, alliance, consortium, factory, places, prepared, newcomer, clinic, carol):
    """Each action that there is, as (number, function, its arguments, its event)."""
    number, function, event = ACTIONS[request.param]
    prepared(request.param)
    arguments = {
        "proposeInstitution": (newcomer, details("镇卫生院", 1)),
        "proposeStanding": (clinic, number),
        "proposeRegulator": (carol, "卫健委"),
        "proposeRegulatorRemoval": (carol,),
        "proposeProfile": (PROFILE,),
        "proposeProfileRetirement": (places.profiles[DIAGNOSES],),
        "proposeAgreement": (NEWER,),
        "proposeReferralRules": (RULES,),
        "proposeAlliance": (clinic, digest("医联体")),
        "proposeStop": (DAY,),
        "proposeResume": (),
        "proposeSealer": (carol, clinic),
        "proposeSealerRemoval": (carol,),
        "proposeOffice": (carol, INSURER, "医保局"),
        "proposeOfficeEnd": (carol,),
        "proposeFactory": (factory,),
    }[function]
    return number, getattr(consortium, function), arguments, event


def test_p40_every_action_has_a_number_and_its_one_event(alliance, consortium, action):
    number, function, arguments, event = action
    call = approve(alliance, propose(alliance, function, *arguments))
    tx = consortium.enact(*call)
    assert consortium.proposalOf(call[0])["action"] == number
    assert [(name, values["id"]) for name, values in told(tx)] == [(event, call[0])]
    assert [log["address"] for log in tx.logs] == [consortium.address]


def test_p40_each_way_to_propose_is_one_of_these(consortium):
    proposing = {e["name"] for e in consortium.abi if e.get("name", "").startswith("propose")}
    assert proposing == {function for _, function, _ in ACTIONS.values()}


def test_p40_the_consortium_has_no_way_to_call_anybody(consortium):
    outwards = {CREATE, CALL, CALLCODE, DELEGATECALL, CREATE2, STATICCALL, SELFDESTRUCT}
    assert not opcodes(consortium.address) & outwards


def test_p40_what_calls_somebody_is_found_out(alliance):
    assert {CALL, STATICCALL} <= opcodes(alliance.forwarder.address)
    assert CREATE2 in opcodes(alliance.factory.address)


def test_p40_a_clone_is_45_bytes_that_name_one_implementation(
    alliance, consortium, relationship, alice
):
    code = proxy_of(alliance.implementation.address)
    assert code_at(relationship.address) == code
    decide(alliance, consortium.proposeFactory, alliance.implementation)
    relationship.end({"from": alice})
    assert code_at(relationship.address) == code
    assert len(code) == 45


def test_p40_what_clones_delegate_to_neither_delegates_nor_ends(alliance):
    gone = {CALLCODE, DELEGATECALL, SELFDESTRUCT, CREATE, CREATE2}
    assert not opcodes(alliance.implementation.address) & gone


def test_p40_a_summary_takes_entries_from_an_adopted_contract_alone(
    alliance, consortium, refusal, relationship, alice
):
    from brownie import web3

    summary, other = alliance.summary_of(alice), alliance.contracts["Batches"]
    denied = ("SummaryNotFactory", other.address)
    assert refusal(summary.list, relationship.address, {"from": other}) == denied
    decide(alliance, consortium.proposeFactory, other)
    call = {"from": other.address, "to": summary.address}
    web3.eth.call(call | {"data": summary.list.encode_input(relationship.address)})


@pytest.fixture
def newer(alliance, lead, Relationship, RelationshipFactory):
    """The factory of a second version, with an implementation of its own, beside the first."""
    place = lead.get_deployment_address(lead.nonce + 1)
    shared = (alliance.forwarder, alliance.consortium, alliance.registrar)
    implementation = lead.deploy(Relationship, *shared, place, alliance.contracts["Batches"])
    return lead.deploy(RelationshipFactory, *shared, implementation)


def test_p40_a_factory_that_nobody_adopted_lists_nothing(
    alliance, newer, refusal, alice, hospital, lead
):
    call = (alliance.opening(alice, hospital, lead), {"from": hospital})
    assert refusal(newer.propose, *call) == ("SummaryNotFactory", newer.address)


def test_p40_an_adopted_version_lists_its_relationships_in_the_summaries_there_are(
    alliance, consortium, newer, relationship, alice, clinic, hospital, lead
):
    decide(alliance, consortium.proposeFactory, newer)
    newer.propose(alliance.opening(alice, hospital, lead), {"from": hospital})
    further = newer.relationshipOf(alice, hospital, 0)
    both = ([relationship.address, further], [ACCEPTED, PENDING])
    assert alliance.summary_of(alice).entries(0, 9) == both
    assert alliance.summary_of(hospital).entries(0, 9) == ([further], [PENDING])
    assert code_at(further) == proxy_of(newer.relationshipImplementation())


def test_p40_a_new_version_serves_new_relationships_only(
    alliance, consortium, newer, relationship, grant, alice
):
    decide(alliance, consortium.proposeFactory, newer)
    assert code_at(relationship.address) == proxy_of(alliance.implementation.address)
    assert relationship.status() == ACCEPTED
    relationship.grantAccess(grant.terms, {"from": alice})
    assert relationship.isGrantLive(grant.id)


def test_p40_both_sides_opt_in_to_move(
    alliance, consortium, newer, relationship, refusal, alice, clinic, lead
):
    decide(alliance, consortium.proposeFactory, newer)
    newer.propose(alliance.opening(alice, clinic, lead), {"from": clinic})
    moved = alliance.relationship(newer.relationshipOf(alice, clinic, 0))
    assert refusal(moved.accept, {"from": clinic}) == ("RelationshipNotParty", clinic)
    assert (relationship.status(), moved.status()) == (ACCEPTED, PENDING)
    moved.accept({"from": alice})
    assert (relationship.status(), moved.status()) == (ACCEPTED, ACCEPTED)


@pytest.fixture
def governed(alliance, relationship, draft, grant, places, alice, hospital, lead):
    """A call of every function of a relationship, and whom it is refused for."""
    pending = alliance.propose(hospital, alice, hospital, lead)
    authored, unconfirmed = draft.authored, draft.confirmation
    query = (digest("q"), ZERO, DIAGNOSES, draft.profile, digest("name"), digest("r"), 1, b"host")
    opening = (alice.address, hospital.address, alice.address, lead.address, digest("root"))
    return {
        "open": (pending, (*opening, 1, 1, WRAP, WRAP), "RelationshipNotFactory"),
        "close": (relationship, (alice.address,), "RelationshipNotFactory"),
        "replaceOwner": (relationship, (lead.address,), "RelationshipNotFactory"),
        "accept": (pending, (), "RelationshipNotParty"),
        "refuse": (pending, (), "RelationshipNotParty"),
        "end": (relationship, (), "RelationshipNotParty"),
        "rewrapRoot": (relationship, (1, WRAP), "RelationshipNotParty"),
        "anchorAttested": (relationship, (authored, 1), "RelationshipNotParty"),
        "anchorQuery": (relationship, (query,), "RelationshipNotParty"),
        "anchor": (relationship, (authored, unconfirmed, b""), "RelationshipNotOwner"),
        "changeMirror": (relationship, (hospital.address,), "RelationshipNotOwner"),
        "confirmRecord": (relationship, (draft.record,), "RelationshipNotOwner"),
        "refuseRequest": (relationship, (digest("request"),), "RelationshipNotOwner"),
        "grantAccess": (relationship, (grant.terms,), "RelationshipNotOwner"),
        "revokeAccess": (relationship, (grant.id,), "RelationshipNotOwner"),
        "requestAccess": (
            relationship,
            (access_request(places.hospital_ward),),
            "GrantViewerInactive",
        ),
    }


def test_p40_no_function_of_a_relationship_takes_the_consortium_as_caller(
    consortium, governed, refusal, places
):
    for name, (target, arguments, error) in governed.items():
        refused = refusal(getattr(target, name), *arguments, {"from": consortium})
        ward = (places.hospital_ward,) if error == "GrantViewerInactive" else ()
        assert refused == (error, consortium.address, *ward), name


def test_p40_none_of_a_relationships_functions_was_forgotten(relationship, governed):
    writing = {
        entry["name"]
        for entry in relationship.abi
        if entry["type"] == "function" and entry["stateMutability"] == "nonpayable"
    }
    # Whoever calls it counts for nothing in it: signatures and the batch decide.
    assert writing - {"admit"} == governed.keys()


def test_p40_joining_signs_the_version_in_force(alliance, consortium, refusal, invited, founders):
    decide(alliance, consortium.proposeAgreement, NEWER)
    outdated = ("ConsortiumAgreementInvalid", AGREEMENT, NEWER)
    assert refusal(consortium.signAgreement, AGREEMENT, {"from": invited}) == outdated
    consortium.signAgreement(NEWER, {"from": invited})
    assert bytes(consortium.memberOf(invited)["agreement"]) == NEWER
    assert bytes(consortium.memberOf(founders[0])["agreement"]) == AGREEMENT


@pytest.mark.parametrize("count", [0, 1])
def test_p40_fewer_than_two_found_nothing(alliance, lead, count):
    founders, published = [lead.address][:count], [details("独")][:count]
    creation = (alliance.forwarder.address, founders, published, AGREEMENT)
    invalid = ("ConsortiumFoundersInvalid", count, count)
    assert refused_deployment("Consortium", *creation) == invalid


def test_p40_nothing_is_proposed_before_the_last_founder_has_signed(
    unfounded, founders, refusal, carol
):
    for house in founders[:3]:
        unfounded.signAgreement(AGREEMENT, {"from": house})
    closing = (now() + DAY, {"from": founders[0]})
    early = {
        unfounded.proposeInstitution: (carol.address, details("镇卫生院", 1)),
        unfounded.proposeRegulator: (carol.address, "卫健委"),
        unfounded.proposeProfile: (PROFILE,),
        unfounded.proposeAgreement: (NEWER,),
        unfounded.proposeReferralRules: (RULES,),
        unfounded.proposeStop: (DAY,),
        unfounded.proposeOffice: (carol.address, INSURER, "医保局"),
    }
    for function, arguments in early.items():
        assert refusal(function, *arguments, *closing) == ("ConsortiumNotFounded", 1)
    unfounded.signAgreement(AGREEMENT, {"from": founders[3]})
    for function, arguments in early.items():
        function.call(*arguments, *closing)


def test_p40_nobody_votes_or_acts_before_the_last_founder_has_signed(
    unfounded, founders, refusal, carol
):
    for house in founders[:3]:
        unfounded.signAgreement(AGREEMENT, {"from": house})
    options = {"from": founders[0]}
    assert refusal(unfounded.vote, 1, True, options) == ("ConsortiumNotFounded", 1)
    call = (carol.address, founders[0].address, now() + DAY, options)
    assert refusal(unfounded.proposeSealer, *call) == ("ConsortiumNotMember", founders[0])
    call = (founders[0].address, digest("医联体"), now() + DAY, options)
    assert refusal(unfounded.proposeAlliance, *call) == ("ConsortiumNotMember", founders[0])
