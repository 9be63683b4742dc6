"""The contracts beside the relationships, through their facades, and an audit of all of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from chartkey.audit import Auditor
from chartkey.chain.address import packed
from chartkey.chain.forward import sign_forward
from chartkey.chain.typed import (
    erasure_signer,
    redemption_signer,
    replacement_signer,
    sign_erasure,
    sign_redemption,
    sign_registration,
    sign_replacement,
)
from chartkey.crypto.batch import BatchTree, record_value, verify_inclusion
from chartkey.crypto.digest import keccak256
from chartkey.crypto.merkle import MerkleTree, leaf_hash
from chartkey.errors import ArgumentInvalid, ContractRefused
from chartkey.models import (
    ZERO32,
    AttemptStatus,
    Basis,
    Certification,
    Delegation,
    DelegationStatus,
    DisclosedElement,
    EmergencyPlan,
    ErasureCertificate,
    GuardianProof,
    Kind,
    MandateStatus,
    OpeningStatus,
    QueryPointer,
    RecordStatus,
    Redemption,
    Registration,
    Replacement,
    Role,
    Scope,
    TicketStatus,
    Verdict,
)

from tests.chains import HOUSES, engines, start_chain
from tests.integration.beside_scene import DAY, HOUR, Beside, Record, identifier, numbered
from tests.world import Signer, public_key

pytestmark = pytest.mark.skipif("anvil" not in engines(), reason="Anvil is not installed")


@pytest.fixture(scope="module")
def scene() -> Iterator[Beside]:
    with start_chain("anvil") as chain:
        yield Beside(chain)


def opened_chart(scene: Beside, chart: Any) -> None:
    key = public_key("chart")
    registration = Registration(
        institution=scene.house.address,
        account=chart.address,
        role=Role.PATIENT,
        suite=1,
        key_hash=keccak256(key),
        deadline=scene.world.now() + HOUR,
    )
    signature = sign_registration(scene.network, chart, registration)
    call = scene.network.registrar.open_chart(
        scene.affiliation, registration, key, identifier("chart's handle"), signature
    )
    scene.signed(scene.world.clinician, call)


def test_R05_a_chart_is_claimed_and_its_relationship_follows(scene: Beside) -> None:
    registrar, factory = scene.network.registrar, scene.network.factory
    chart: Any = Signer("无手机的病人")
    opened_chart(scene, chart)
    assert registrar.person_of(chart.address).certification is Certification.CHART
    scene.house.send(factory.propose(replace(scene.world.opening(), owner=chart.address)))
    address = factory.relationship_of(chart.address, scene.house.address, 0)
    relationship = scene.network.relationship(address)
    scene.signed(chart, relationship.accept())
    owner = scene.somebody("有手机的病人")
    taken = Replacement(chart.address, owner.address, scene.world.now() + HOUR)
    signatures = [sign_replacement(scene.network, who, taken) for who in (chart, owner)]
    assert replacement_signer(scene.network, taken, signatures[0]) == chart.address
    scene.house.send(registrar.merge(taken, *signatures))
    assert registrar.current_of(chart.address) == owner.address
    assert registrar.account_of(scene.house.address, identifier("chart's handle")) == owner.address
    scene.signed(owner, factory.follow(address))
    assert relationship.parties().owner == owner.address


def test_R01_handles_and_demographics_are_replaced(scene: Beside) -> None:
    registrar, patient, handle = scene.network.registrar, scene.world.patient, identifier("phone")
    scene.house.send(registrar.bind_handle(handle, patient.address))
    assert registrar.account_of(scene.house.address, handle) == patient.address
    scene.house.send(registrar.release_handle(handle))
    assert registrar.account_of(scene.house.address, handle) is None
    assert registrar.demographics_of(patient.address).root == ZERO32
    scene.signed(patient, registrar.publish_demographics(b"d" * 32, b"where"))
    found = registrar.demographics_of(patient.address)
    assert (found.root, found.locator_hash) == (b"d" * 32, keccak256(b"where"))


def test_P80_records_of_a_batch_are_admitted(scene: Beside) -> None:
    batches = scene.network.batches
    confirmed = Record(scene, "in a batch", Kind.LABORATORY)
    attested = Record(scene, "attested only", Kind.LABORATORY, scene.network.block_time() - 1)
    values = [
        identifier("another patient's"),
        record_value(confirmed.authored, 1, confirmed.signature),
        record_value(attested.authored, 1),
    ]
    tree = BatchTree([(identifier(f"blinding {i}"), value) for i, value in enumerate(values)])
    sent = scene.house.send(batches.anchor(tree.size, tree.root, identifier("manifest")))
    batch = sent.event("BatchAnchored").args["batch"]
    assert (batches.count(), batches.batch_of(batch).root) == (batch, tree.root)
    for place, record, signature in ((1, confirmed, confirmed.signature), (2, attested, b"")):
        inclusion = tree.include(place, batch)
        verify_inclusion(tree.root, values[place], inclusion)
        leaf = leaf_hash(place, inclusion.blinding, values[place])
        at = batches.included_at(scene.house.address, batch, leaf, place, inclusion.path)
        assert at == batches.batch_of(batch).anchored_at
        scene.house.send(
            scene.relationship.admit(record.authored, record.confirmation, signature, inclusion)
        )
    assert scene.relationship.record_of(confirmed.id).status is RecordStatus.CONFIRMED
    assert scene.relationship.record_of(attested.id).status is RecordStatus.ATTESTED


def test_R11_a_query_pointer_is_anchored_and_confirmed(scene: Beside) -> None:
    query = QueryPointer(
        record_id=identifier("query"),
        kind=Kind.LABORATORY,
        profile=scene.profiles[Kind.LABORATORY],
        name="lab-results-by-day",
        root=identifier("canonical result"),
        epoch=scene.relationship.key_epoch().next,
        host=b"sealed address",
    )
    anchored = scene.house.send(scene.relationship.anchor_query(query)).event("QueryAnchored")
    assert anchored.args["name"] == b"lab-results-by-day".ljust(32, b"\0")
    scene.signed(scene.world.patient, scene.relationship.confirm_record(query.record_id))
    assert scene.relationship.record_of(query.record_id).status is RecordStatus.CONFIRMED
    with pytest.raises(ArgumentInvalid):
        scene.relationship.anchor_query(replace(query, name="化验"))


def test_R70_one_element_is_disclosed(scene: Beside) -> None:
    record = scene.anchored("a disclosed record")
    proof = record.tree.prove(2)
    element = DisclosedElement(record.leaf0, proof.index, proof.salt, proof.value, proof.path)
    facade, place = scene.network.evidence, scene.relationship.address
    assert facade.is_committed(place, record.id, element)
    assert not facade.is_committed(place, record.id, replace(element, value=b"another"))


def test_R13_R52_what_is_disputed_and_sealed_is_erased_after_the_seal(scene: Beside) -> None:
    record, evidence = scene.anchored("a disputed record"), scene.network.evidence
    place, patient = scene.relationship.address, scene.world.patient
    scene.signed(patient, evidence.dispute(place, record.id, b"sealed reason"))
    scene.signed(patient, evidence.seal(place, [record.id]))
    scene.house.send(evidence.withdraw(place, record.id))
    flags = evidence.flags_of(place, record.id)
    assert (flags.owner_disputes, flags.institution_withdrew, flags.sealed) == (True,) * 3
    certificate = ErasureCertificate(place, (record.id,), scene.network.block_time())
    keepers: list[Any] = [Signer(name) for name in HOUSES[:2]]
    signatures = [sign_erasure(scene.network, who, certificate) for who in keepers]
    assert erasure_signer(scene.network, certificate, signatures[1]) == keepers[1].address
    with pytest.raises(ContractRefused, match="EvidenceRecordSealed"):
        scene.house.send(evidence.certify_erasure(certificate, *signatures))
    scene.signed(patient, evidence.lift_seal(place, [record.id]))
    scene.house.send(evidence.certify_erasure(certificate, *signatures))
    flags = evidence.flags_of(place, record.id)
    assert (flags.erased, flags.sealed) == (True, False)


def test_R28_a_grant_is_delegated_and_the_owner_revokes(scene: Beside) -> None:
    delegations = scene.network.delegations
    delegation = Delegation(
        salt=identifier("delegation"),
        delegate=scene.colleague.address,
        affiliation=scene.theirs,
        scope=Scope.KIND,
        expires_at=scene.grant.expires_at,
        key_version=1,
        wrap=b"w" * 400,
        kind=Kind.LABORATORY,
    )
    scene.reader.send(delegations.delegate(scene.relationship.address, scene.grant, delegation))
    id = numbered(scene.reader, delegation.salt)
    state = delegations.delegation_of(id)
    assert (state.grant, state.delegator) == (scene.grant.id, scene.reader.address)
    assert delegations.is_live(id)
    scene.signed(scene.world.patient, delegations.revoke(id))
    assert delegations.delegation_of(id).status is DelegationStatus.REVOKED
    assert not delegations.is_live(id)


def test_R23_a_ticket_is_redeemed_once(scene: Beside) -> None:
    tickets, owner = scene.network.tickets, scene.world.patient
    keys: list[Any] = [Signer(f"ticket {n}") for n in range(3)]
    later = scene.world.now() + DAY
    for key in keys:
        issue = tickets.issue(key.address, scene.house.address, later, identifier("content"))
        scene.signed(owner, issue)
    redemption = Redemption(owner.address, keys[0].address, scene.house.address, later)
    signature = sign_redemption(scene.network, keys[0], redemption)
    assert redemption_signer(scene.network, redemption, signature) == keys[0].address
    scene.house.send(tickets.redeem(redemption, signature))
    with pytest.raises(ContractRefused, match="TicketStatusInvalid"):
        scene.house.send(tickets.redeem(redemption, signature), key="again")
    scene.house.send(tickets.lock(owner.address, keys[1].address))
    scene.signed(owner, tickets.cancel(keys[2].address))
    found = [tickets.ticket_of(owner.address, key.address).status for key in keys]
    assert found == [TicketStatus.REDEEMED, TicketStatus.LOCKED, TicketStatus.CANCELLED]


def test_R24_an_emergency_is_opened_by_two_ended_and_reviewed(scene: Beside) -> None:
    facade, doctor = scene.network.breakglass, scene.world.clinician
    senders = sorted((scene.mirror, scene.reader), key=lambda who: int(who.address, 16))
    plan = EmergencyPlan(
        threshold=2,
        suite=1,
        key=public_key("emergency"),
        holders=tuple(who.address for who in senders),
        checks=tuple(identifier(f"check {n}") for n in range(2)),
        shares=(b"a share", b"another"),
    )
    scene.signed(scene.world.patient, facade.arrange(plan))
    assert facade.arrangement_of(scene.world.patient.address).threshold == 2
    asked = facade.request(
        scene.world.patient.address, scene.affiliation, HOUR, identifier("emergency"), b"reason"
    )
    scene.signed(doctor, asked)
    id = numbered(doctor, identifier("emergency"))
    for holder in senders:
        assert not facade.is_open(id)
        holder.send(facade.approve(id, plan.holders, plan.checks, b"re-wrapped"))
    assert facade.is_open(id)
    assert facade.account_of(scene.house.address).unreviewed == 1
    scene.signed(doctor, facade.end(id))
    scene.reader.send(facade.review(id, Verdict.JUSTIFIED, b"findings"))
    opening = facade.opening_of(id)
    assert (opening.status, opening.approvals) == (OpeningStatus.REVIEWED, 2)
    assert opening.affiliation == scene.affiliation
    assert facade.account_of(scene.house.address).unreviewed == 0
    assert facade.arrangement_of(scene.world.patient.address).used


def test_R07_a_guardian_acts_for_a_ward_under_its_own_name(scene: Beside) -> None:
    facade, factory = scene.network.guardianship, scene.network.factory
    child, mother = scene.somebody("小明"), scene.somebody("小明的母亲")
    pair = (child.address, mother.address)
    terms = (Basis.MINOR, scene.world.now() + 300 * DAY, identifier("papers"))
    scene.house.send(facade.appoint(*pair, *terms))
    scene.mirror.send(facade.confirm(*pair, *terms))
    assert not facade.may_read(*pair)
    scene.pass_time(3 * DAY)
    assert facade.may_read(*pair)
    assert facade.may_act(*pair, factory.address)
    opening = replace(scene.world.opening(), owner=child.address)
    signed = sign_forward(scene.network, mother, factory.propose(opening), ward=child.address)
    done = scene.house.relay(signed)
    forwarded = done.event("CallForwarded").args
    assert (forwarded["from"], forwarded["signer"]) == pair
    assert done.event("RelationshipProposed").args["proposer"] == child.address
    scene.signed(child, facade.revoke(*pair))
    assert facade.mandate_of(*pair).status is MandateStatus.REVOKED


def circle(account: Any, guardians: list[Any]) -> tuple[bytes, list[GuardianProof]]:
    """The root over guardians, and how each shows that it is one."""
    salts = [identifier(f"salt {n}") for n in range(len(guardians))]
    leaves = [
        leaf_hash(n, salts[n], packed(guardian.address) + packed(account.address))
        for n, guardian in enumerate(guardians)
    ]
    tree = MerkleTree(leaves)
    return tree.root, [GuardianProof(n, salt, tree.path(n)) for n, salt in enumerate(salts)]


def test_R06_guardians_replace_a_stolen_account_over_the_thiefs_veto(scene: Beside) -> None:
    facade, registrar = scene.network.recovery, scene.network.registrar
    stolen, fresh = scene.somebody("失主"), scene.somebody("失主的新账户")
    guardians = [scene.somebody(f"监护人{n}") for n in range(3)]
    root, proofs = circle(stolen, guardians)
    scene.signed(stolen, facade.name_guardians(root, 2, 3, DAY))
    assert facade.circle_of(stolen.address).root == root
    named = (stolen.address, fresh.address)
    scene.signed(guardians[0], facade.start(*named, proofs[0]))
    scene.signed(guardians[2], facade.approve(*named, proofs[2]))
    scene.signed(stolen, facade.veto(1))
    assert facade.attempt_of(stolen.address).status is AttemptStatus.VETOED
    scene.house.send(facade.attest(stolen.address))
    with pytest.raises(ContractRefused, match="RecoveryAttemptInvalid"):
        scene.house.send(facade.complete(stolen.address))
    scene.pass_time(DAY)
    scene.signed(fresh, facade.complete(stolen.address))
    attempt = facade.attempt_of(stolen.address)
    assert (attempt.status, attempt.replacement) == (AttemptStatus.COMPLETED, fresh.address)
    assert registrar.current_of(stolen.address) == fresh.address


def test_P31_a_box_is_opened_for_who_names_no_other_account(scene: Beside) -> None:
    facade, owner = scene.network.recovery, scene.somebody("忘记助记词的人")
    guardians = [scene.somebody(f"亲友{n}") for n in range(2)]
    root, proofs = circle(owner, guardians)
    scene.signed(owner, facade.name_guardians(root, 2, 2, DAY))
    scene.signed(guardians[0], facade.start(owner.address, None, proofs[0]))
    scene.house.send(facade.dismiss(owner.address))
    scene.signed(guardians[1], facade.start(owner.address, None, proofs[1]))
    scene.signed(guardians[0], facade.approve(owner.address, None, proofs[0]))
    assert not facade.is_open(owner.address)
    scene.pass_time(DAY)
    assert facade.is_open(owner.address)
    assert facade.attempt_of(owner.address).replacement is None


def test_R27_a_custodian_anchors_its_log(scene: Beside) -> None:
    receipts = scene.network.receipts
    scene.house.send(receipts.anchor(3, b"r" * 32))
    log = receipts.log_of(scene.house.address)
    assert (log.size, log.root, log.anchors) == (3, b"r" * 32, 1)
    with pytest.raises(ContractRefused, match="ReceiptsRewritten"):
        scene.house.send(receipts.anchor(2, b"r" * 32))


def test_P41_members_set_rules_and_stop_and_resume(scene: Beside) -> None:
    facade, house = scene.network.consortium, scene.house.address
    assert facade.may_refer(house, scene.reader.address)
    assert facade.referral_rules().most_open == 10
    scene.vote(facade.propose_alliance(house, b"a" * 32, scene.soon))
    assert facade.alliance_of(house) == b"a" * 32
    sealer = Signer("sealer").address
    scene.vote(facade.propose_sealer(sealer, house, scene.soon))
    assert facade.sealer_of(sealer) == house
    scene.vote(facade.propose_sealer_removal(sealer, scene.soon))
    assert facade.sealer_of(sealer) is None
    scene.vote(facade.propose_stop(DAY, scene.soon))
    assert facade.stopped_until() > scene.network.block_time()
    assert (facade.is_active(house), facade.is_member(house)) == (False, True)
    scene.vote(facade.propose_resume(scene.soon))
    assert (facade.stopped_until(), facade.is_active(house)) == (0, True)
    further = scene.network.research.address
    assert not facade.is_factory(further)
    scene.vote(facade.propose_factory(further, scene.soon))
    assert facade.is_factory(further)


def test_what_is_unknown_is_told_as_such(scene: Beside) -> None:
    network, nobody, id = scene.network, Signer("nobody").address, b"?" * 32
    assert network.batches.batch_of(99).institution is None
    assert network.delegations.delegation_of(id).relationship is None
    assert network.breakglass.opening_of(id).patient is None
    assert network.appointments.slot_of(id).institution is None
    assert network.appointments.booking_of(id).relationship is None
    assert network.referrals.referral_of(id).to is None
    assert network.consultations.consultation_of(id).relationship is None
    assert network.charges.charge_of(id).relationship is None
    assert network.research.study_of(id).researcher is None
    assert network.tickets.ticket_of(nobody, nobody).service is None
    assert network.guardianship.mandate_of(nobody, nobody).proposer is None
    assert network.recovery.attempt_of(nobody).status is AttemptStatus.NONE
    assert network.registrar.current_of(nobody) == nobody


def test_R60_all_of_it_replays_and_agrees_with_storage(scene: Beside) -> None:
    report = Auditor.open(scene.network).verify()
    assert report.contracts > len(scene.network.manifest.contracts)
