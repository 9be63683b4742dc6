"""The fold reproduces what each event wrote (P50)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from chartkey.audit import State, apply, replay
from chartkey.audit.fold import HANDLERS
from chartkey.chain.codec import CONTRACTS, interface_of
from chartkey.errors import EventRefused
from chartkey.models import (
    Action,
    Census,
    GrantState,
    GrantStatus,
    KeyEpoch,
    MemberStanding,
    Parties,
    Person,
    RecordStatus,
    RelationshipStatus,
    RequestState,
    RequestStatus,
    Role,
    Standing,
)
from eth_abi import encode
from eth_hash.auto import keccak

from tests.unit.audit import story as told
from tests.unit.audit.story import (
    ASKED,
    CLINIC,
    DOCTOR,
    FIRST,
    FRIEND,
    GRANT,
    HOSPITAL,
    LEAD,
    PATIENT,
    RELATIONSHIP,
    SECOND,
    SURGEON,
    Story,
)


def test_every_event_of_every_contract_has_a_handler() -> None:
    declared = {
        (contract, shape.name)
        for contract in CONTRACTS
        for shape in interface_of(contract).events.values()
        # OpenZeppelin's EIP712 declares it for domains that can change; these cannot.
        if shape.name != "EIP712DomainChanged"
    }
    assert set(HANDLERS) == declared


def test_the_story_tells_every_event_that_has_a_handler(full_story: Story) -> None:
    assert {(event.contract, event.name) for event in full_story.events} == set(HANDLERS)


def test_the_storys_events_have_the_interfaces_arguments(full_story: Story) -> None:
    for event in full_story.events:
        shapes = interface_of(event.contract).events.values()
        shape = next(shape for shape in shapes if shape.name == event.name)
        assert set(event.args) == {part.name for part in shape.inputs}


def test_an_unknown_event_is_refused(shared_story: Story) -> None:
    unknown = replace(shared_story.events[-1], name="GrantWidened", block=999)
    with pytest.raises(EventRefused, match=r"Relationship\.GrantWidened"):
        replay([*shared_story.events, unknown])


def test_an_event_that_comes_twice_is_refused(full_story: Story) -> None:
    for index, event in enumerate(full_story.events):
        with pytest.raises(EventRefused, match="came twice"):
            replay([*full_story.events[: index + 1], event])


def test_an_event_out_of_order_is_refused(shared_story: Story) -> None:
    first, second, *rest = shared_story.events
    with pytest.raises(EventRefused, match=r"no earlier event|out of order"):
        replay([second, first, *rest])


def test_two_hashes_of_one_block_are_refused(shared_story: Story) -> None:
    last = shared_story.events[-1]
    other = replace(last, name="AccessRevoked", args={"id": GRANT}, log_index=1)
    replay([*shared_story.events, other])
    with pytest.raises(EventRefused, match="another hash"):
        replay([*shared_story.events, replace(other, block_hash=b"\xff" * 32)])


def test_an_event_without_its_blocks_time_is_refused(shared_story: Story) -> None:
    with pytest.raises(EventRefused, match="time is missing"):
        replay(replace(event, timestamp=None) for event in shared_story.events)


def test_a_value_outside_its_enumeration_is_refused(shared_story: Story) -> None:
    shared_story.ppr("StatusChanged", by=PATIENT, status=9)
    with pytest.raises(EventRefused, match="outside its enumeration"):
        replay(shared_story.events)


def test_applying_one_by_one_is_the_same_as_replaying(full_story: Story) -> None:
    state = State()
    for event in full_story.events:
        apply(state, event)
    assert state == replay(full_story.events)


def test_founders_are_invited_with_the_hash_of_their_details() -> None:
    story = Story()
    story.found(LEAD, HOSPITAL)
    created = story.events[0]
    consortium = replay([created]).consortium
    fields = tuple(created.args["details"][1].values())
    member = consortium.members[HOSPITAL]
    assert member.details == keccak(encode([told.DETAILS_TYPE], [fields]))
    assert (member.standing, member.index, member.since) == (1, 1, created.timestamp)
    assert consortium.census == Census(2, 0, 1, 2, 0)


def test_signing_makes_a_member_active() -> None:
    story = Story()
    story.found(LEAD, HOSPITAL)
    consortium = replay(story.events).consortium
    assert consortium.members[LEAD].standing == MemberStanding.ACTIVE
    assert consortium.members[LEAD].agreement == told.AGREEMENT
    assert consortium.census == Census(2, 2, 1, 0, 0)


def test_a_proposal_keeps_its_votes_and_its_digest(alliance_story: Story) -> None:
    consortium = replay(alliance_story.events).consortium
    proposal = consortium.proposals[1]
    assert proposal.action == Action.ADMIT_REGULATOR
    assert (proposal.yes, proposal.no, proposal.enacted) == (2, 0, True)
    assert proposal.digest == keccak(encode(["address", "string"], [told.REGULATOR, "市卫健委"]))
    assert consortium.votes[1, HOSPITAL] is True


def test_a_readmitted_institution_keeps_its_place(full_story: Story) -> None:
    consortium = replay(full_story.events).consortium
    assert consortium.accounts == [LEAD, HOSPITAL, CLINIC]
    assert consortium.members[CLINIC].standing == MemberStanding.INVITED
    assert consortium.members[CLINIC].tier == 1
    assert consortium.census == Census(3, 2, 2, 0, 15)


def test_a_registered_clinician_has_a_licence_and_a_patient_none(alliance_story: Story) -> None:
    registrar = replay(alliance_story.events).registrar
    assert registrar.persons[DOCTOR].licence == Standing.ACTIVE
    assert registrar.persons[PATIENT].licence == Standing.NONE
    assert registrar.key_hashes[PATIENT, 1] == keccak(b"\1" + told.KEY)
    assert registrar.handles[HOSPITAL, b"\x41" * 32] == PATIENT


def test_a_certified_applicant_is_the_certifiers_from_then_on(full_story: Story) -> None:
    state = replay(full_story.events)
    certified = next(e for e in full_story.events if e.name == "PersonCertified")
    person = state.registrar.persons[certified.args["account"]]
    expected = Person(Role.CLINICIAN, person.certification, Standing.ACTIVE, CLINIC, 1, 0)
    assert person == replace(expected, since=certified.timestamp)


def test_a_summary_of_somebody_else_is_refused() -> None:
    story = Story()
    story.found(LEAD, HOSPITAL)
    story.tell("Summary", "SummaryOpened", address=told.SUMMARIES[LEAD], owner=HOSPITAL)
    story.tell(
        "Registrar",
        "InstitutionEnrolled",
        institution=LEAD,
        summary=told.SUMMARIES[LEAD],
        suite=1,
        key=told.KEY,
    )
    with pytest.raises(EventRefused, match="another account's"):
        replay(story.events)


def test_a_proposed_relationship_is_pending_in_its_first_epoch(alliance_story: Story) -> None:
    alliance_story.relate()
    relationship = replay(alliance_story.events[:-1]).relationships[RELATIONSHIP]
    assert relationship.parties == Parties(PATIENT, HOSPITAL, LEAD, RelationshipStatus.PENDING)
    assert relationship.key_epoch == KeyEpoch(1, False)
    assert relationship.proposer == HOSPITAL


def test_a_correction_supersedes_its_parent(full_story: Story) -> None:
    records = replay(full_story.events).relationships[RELATIONSHIP].records
    assert records[FIRST].superseded
    assert not records[SECOND].superseded


def test_a_record_keeps_hash_of_locator_author_kind_and_block_time(shared_story: Story) -> None:
    record = replay(shared_story.events).relationships[RELATIONSHIP].records[FIRST]
    anchored = next(e for e in shared_story.events if e.name == "RecordAnchored")
    assert record.locator_hash == keccak(anchored.args["locator"])
    assert (record.author, record.kind, record.anchored_at) == (DOCTOR, 1, anchored.timestamp)


def test_an_attested_record_uses_no_nonce_and_can_be_confirmed(full_story: Story) -> None:
    relationship = replay(full_story.events).relationships[RELATIONSHIP]
    assert relationship.anchor_nonces == {5, 77, 300}
    assert relationship.records[told.HIDDEN].status == RecordStatus.CONFIRMED


def test_revoking_a_grant_makes_the_next_record_rotate_the_epoch(shared_story: Story) -> None:
    shared_story.ppr("AccessRevoked", id=GRANT)
    before = replay(shared_story.events).relationships[RELATIONSHIP]
    assert before.key_epoch == KeyEpoch(1, True)
    shared_story.anchor(SECOND, parent=FIRST, epoch=2, nonce=6)
    after = replay(shared_story.events).relationships[RELATIONSHIP]
    assert after.key_epoch == KeyEpoch(2, False)


def test_revoking_a_grant_that_never_was_does_not_rotate(shared_story: Story) -> None:
    shared_story.ppr("AccessRevoked", id=told.TOMBSTONE)
    relationship = replay(shared_story.events).relationships[RELATIONSHIP]
    assert relationship.key_epoch == KeyEpoch(1, False)
    stone = GrantState(GrantStatus.REVOKED, 0, bytes(26))
    assert relationship.grants[told.TOMBSTONE] == stone


def test_a_grants_digest_is_the_contracts(shared_story: Story) -> None:
    grant = replay(shared_story.events).relationships[RELATIONSHIP].grants[GRANT]
    args = shared_story.events[-1].args
    types = ["address", "bytes32", "uint8", "uint8", "bytes32", "bytes16", "bytes32", "bytes32"]
    names = ("viewer", "affiliation", "scope", "kind", "recordId", "purpose", "consent", "request")
    values = [*(args[name] for name in names), args["keyVersion"], keccak(args["wrap"])]
    assert grant.digest == keccak(encode([*types, "uint32", "bytes32"], values))[:26]
    assert (grant.status, grant.expires_at) == (GrantStatus.GRANTED, args["expiresAt"])


def test_a_grant_approves_the_request_that_it_answers(shared_story: Story) -> None:
    relationship = replay(shared_story.events).relationships[RELATIONSHIP]
    assert relationship.requests[ASKED] == RequestState(SURGEON, RequestStatus.APPROVED)
    assert relationship.open_requests == {SURGEON: 0}


def test_refusing_closes_a_request_and_leaves_a_tombstone_for_an_early_one(
    full_story: Story,
) -> None:
    relationship = replay(full_story.events).relationships[RELATIONSHIP]
    refused = RequestStatus.REFUSED
    assert relationship.requests[told.REFUSED] == RequestState(SURGEON, refused)
    assert relationship.requests[told.EARLY] == RequestState(None, refused)
    assert relationship.open_requests == {SURGEON: 0}


def test_nonces_of_relayed_and_cancelled_calls_are_used(full_story: Story) -> None:
    assert replay(full_story.events).nonces == {(PATIENT, 7), (PATIENT, 8), (FRIEND, 9)}


def test_a_relationship_of_which_the_factory_said_nothing_is_refused(shared_story: Story) -> None:
    kept = [e for e in shared_story.events if e.name != "RelationshipCreated"]
    with pytest.raises(EventRefused, match="no earlier event made its relationship"):
        replay(kept)


def test_an_enactment_of_something_else_than_was_voted_on_is_refused(full_story: Story) -> None:
    voted = ("RegulatorChanged", "ProfileAdopted", "InstitutionAdmitted", "AgreementAdopted")
    changes = {
        "RegulatorChanged": {"name": "another name"},
        "ProfileAdopted": {"content": told.CONTENT | {"version": 2}},
        "InstitutionAdmitted": {"details": told.details("另一家")},
        "AgreementAdopted": {"agreement": b"\x99" * 32},
    }
    for index, event in enumerate(full_story.events):
        if event.name in voted:
            other = replace(event, args=event.args | changes[event.name])
            with pytest.raises(EventRefused, match="not what was voted on"):
                replay([*full_story.events[:index], other])


@pytest.mark.parametrize(
    ("event", "args", "problem"),
    [
        ("StatusChanged", {"by": PATIENT, "status": 3}, "status cannot change"),
        ("RecordConfirmed", {"recordId": FIRST}, "confirmed already"),
        ("RequestRefused", {"request": ASKED, "viewer": SURGEON}, "request is closed"),
    ],
)
def test_what_a_relationship_could_not_have_emitted_is_refused(
    shared_story: Story, event: str, args: dict[str, object], problem: str
) -> None:
    shared_story.ppr(event, **args)
    with pytest.raises(EventRefused, match=problem):
        replay(shared_story.events)


def test_an_epoch_that_skips_is_refused(shared_story: Story) -> None:
    shared_story.anchor(SECOND, parent=FIRST, epoch=3, nonce=6)
    with pytest.raises(EventRefused, match="epoch cannot follow"):
        replay(shared_story.events)


def test_after_a_revocation_a_record_of_the_old_epoch_is_refused(shared_story: Story) -> None:
    shared_story.ppr("AccessRevoked", id=GRANT)
    shared_story.anchor(SECOND, parent=FIRST, epoch=1, nonce=6)
    with pytest.raises(EventRefused, match="epoch cannot follow"):
        replay(shared_story.events)


def test_a_second_correction_of_one_version_is_refused(full_story: Story) -> None:
    full_story.anchor(b"\x77" * 32, parent=FIRST, epoch=2, nonce=9)
    with pytest.raises(EventRefused, match="superseded already"):
        replay(full_story.events)


def test_a_standing_that_was_never_active_cannot_be_suspended(alliance_story: Story) -> None:
    alliance_story.affiliate(SURGEON, HOSPITAL, told.CARDIOLOGY, 2)
    with pytest.raises(EventRefused, match="NONE cannot become SUSPENDED"):
        replay(alliance_story.events)


def test_a_key_number_that_skips_is_refused(alliance_story: Story) -> None:
    args = {"account": PATIENT, "version": 3, "suite": 1, "key": told.KEY}
    alliance_story.tell("Registrar", "KeyPublished", **args)
    with pytest.raises(EventRefused, match="a key before it is missing"):
        replay(alliance_story.events)
