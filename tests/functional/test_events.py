"""P50 and P51: events carry every value that is written, one for each contract written.

One long life of an alliance calls every function that writes, each branch of it that writes
something else, directly and relayed. What its events say is then held against the storage.
"""

import pytest
from brownie import history, web3
from chartkey.audit import Auditor
from chartkey.chain import Manifest, connect
from chartkey.chain.manifest import Deployed

from tests.alliance import (
    ACTIVE,
    AGREEMENT,
    CLINICIAN,
    DAY,
    DIAGNOSES,
    EXPEL,
    HANDLE,
    KEY,
    RECORD,
    RESTORE,
    REVOKED,
    SUSPEND,
    SUSPENDED,
    WRAP,
    access_request,
    now,
    padded,
    request_id,
)
from tests.signing import digest


@pytest.fixture
def governed(alliance, consortium, registrar, places, founders, newcomer, regulator):
    """Every action that the members vote on."""
    voters, options = founders[:3], {"from": founders[0]}
    alliance.admit(newcomer, "镇卫生院", voters)
    consortium.signAgreement(AGREEMENT, {"from": newcomer})
    registrar.enrol(1, KEY, {"from": newcomer})
    alliance.stand(newcomer, SUSPEND, voters)
    alliance.stand(newcomer, RESTORE, voters)
    alliance.stand(newcomer, EXPEL, voters)
    alliance.admit(newcomer, "镇卫生院", voters)
    alliance.stand(newcomer, EXPEL, voters)
    admission = consortium.proposeRegulator(regulator, "卫健委", now() + DAY, options)
    alliance.carry(admission, voters)
    removal = consortium.proposeRegulatorRemoval(regulator, now() + DAY, options)
    consortium.vote(removal.events["ProposalOpened"]["id"], False, {"from": founders[3]})
    alliance.carry(removal, voters)
    profile = places.profiles[0]
    retirement = consortium.proposeProfileRetirement(profile, now() + DAY, options)
    alliance.carry(retirement, voters)
    newer = consortium.proposeAgreement(digest("联盟协议 第二版"), now() + DAY, options)
    alliance.carry(newer, voters)


@pytest.fixture
def staffed(alliance, registrar, places, carol, clinic, dr_wang, relay):
    """Every change of people, departments, affiliations and licences."""
    alliance.relay(relay, carol, registrar.applyFor, CLINICIAN, 1, KEY)
    registrar.certify(carol, HANDLE, {"from": clinic})
    registrar.publishKey(2, KEY[::-1], {"from": carol})
    registrar.setAffiliation(carol, padded(clinic), ACTIVE, {"from": clinic})
    registrar.setAffiliation(carol, padded(clinic), REVOKED, {"from": clinic})
    registrar.setLicence(carol, SUSPENDED, {"from": clinic})
    ward = digest("another ward")
    for standing in (ACTIVE, SUSPENDED, REVOKED):
        registrar.setDepartment(ward, standing, {"from": clinic})


@pytest.fixture
def related(alliance, factory, forwarder, bob, alice, clinic, hospital, lead, relay):
    """Relationships that were refused, withdrawn, ended and precluded."""
    alliance.propose(hospital, alice, hospital, lead).refuse({"from": alice})
    alliance.propose(alice, alice, hospital, lead, nonce=1).end({"from": alice})
    ended = alliance.propose(bob, bob, clinic, lead)
    alliance.relay(relay, clinic, ended.accept)
    ended.changeMirror(hospital, {"from": bob})
    ended.rewrapRoot(2, WRAP, {"from": clinic})
    factory.preclude(bob, clinic, 0, {"from": bob})
    factory.preclude(bob, clinic, 1, {"from": clinic})
    forwarder.cancel(7, {"from": alice})
    forwarder.cancel(8, {"from": alice})


@pytest.fixture
def recorded(alliance, places, relationship, draft, grant, alice, clinic, dr_li, relay):
    """Records of both sorts and a correction; requests, grants and revocations in every order."""
    relationship.anchor(*draft.submission, {"from": relay})
    late = draft.but(record=digest("record 2"), parent=draft.record, deadline=now() - 1)
    relationship.anchorAttested(late.authored, 1, {"from": clinic})
    relationship.confirmRecord(late.record, {"from": alice})
    ward = places.hospital_ward
    for salt in ("approved", "refused"):
        alliance.relay(relay, dr_li, relationship.requestAccess, access_request(ward, salt))
    approved = grant.but(request=request_id(dr_li, "approved"))
    alliance.relay(relay, alice, relationship.grantAccess, approved.terms)
    relationship.refuseRequest(request_id(dr_li, "refused"), {"from": alice})
    relationship.refuseRequest(request_id(dr_li, "never made"), {"from": alice})
    single = grant.but(id=digest("grant 2")[:16], scope=RECORD, record=late.record)
    relationship.grantAccess(single.terms, {"from": alice})
    alliance.relay(relay, alice, relationship.revokeAccess, approved.id)
    relationship.revokeAccess(digest("never granted")[:16], {"from": alice})
    rotated = draft.but(record=digest("record 3"), epoch=2, nonce=257, kind=DIAGNOSES)
    relationship.anchor(*rotated.submission, {"from": relay})


@pytest.fixture
def life(governed, staffed, related, recorded):
    """All transactions of that life."""
    return list(history)


def written(transaction):
    """Return the contracts whose storage a transaction changed, as the node traced it."""
    options = {"tracer": "prestateTracer", "tracerConfig": {"diffMode": True}}
    traced = web3.provider.make_request("debug_traceTransaction", [transaction.txid, options])
    if "post" not in traced.get("result", {}):
        pytest.skip("this node has no tracer of storage")
    post = traced["result"]["post"]
    return {address.lower() for address, changes in post.items() if changes.get("storage")}


def test_p50_each_contract_written_tells_of_it_once(life):
    for transaction in life:
        told_by = [log["address"].lower() for log in transaction.logs]
        assert len(told_by) == len(set(told_by)), transaction.events
        assert written(transaction) <= set(told_by), transaction.events


def test_p51_the_events_rebuild_every_slot_of_every_contract(alliance, life):
    manifest = Manifest(
        chain_id=alliance.chain_id,
        deployment_block=0,
        contracts={
            name: Deployed(
                contract.address, bytes(web3.keccak(web3.eth.get_code(contract.address)))
            )
            for name, contract in alliance.contracts.items()
        },
        confirmations=1,
        max_head_age=None,
        development_chains=(alliance.chain_id,),
    )
    report = Auditor.open(connect(web3.provider.endpoint_uri, manifest)).verify()
    assert report.contracts >= 4 + 13
    assert {"grant", "request", "record"} <= report.compared.keys()
