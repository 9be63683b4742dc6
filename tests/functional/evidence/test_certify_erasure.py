"""`certifyErasure`: both custodians signed it, and no seal stands (R32, R52)."""

import pytest

from tests.alliance import HOUR, SUSPEND, at, now, told
from tests.functional.evidence.facts import MOST_RECORDS, said
from tests.signing import digest, malleated


def test_r52_an_erasure_is_told_and_stored(evidence, relationship, certificate, relay):
    tx = evidence.certifyErasure(*certificate.submission, {"from": relay})
    event = {"relationship": relationship.address, "certificate": certificate.digest}
    event |= {"erasedAt": certificate.erased_at, "records": certificate.records}
    assert told(tx) == [("ErasureCertified", event)]
    for record in certificate.records:
        assert said(evidence, relationship, record) == {"erased"}


@pytest.mark.parametrize("who", ["mallory", "alice", "dr_wang", "hospital"])
def test_anyone_submits_it(evidence, relationship, certificate, request, who):
    submitter = request.getfixturevalue(who)
    evidence.certifyErasure(*certificate.submission, {"from": submitter})
    assert said(evidence, relationship, certificate.records[0]) == {"erased"}


def test_it_can_be_relayed(alliance, evidence, relationship, certificate, alice, relay):
    alliance.relay(relay, alice, evidence.certifyErasure, *certificate.submission)
    assert said(evidence, relationship, certificate.records[0]) == {"erased"}


def test_a_certificate_speaks_of_the_past(evidence, refusal, certificate, relay):
    moment = now() + HOUR
    dated = certificate.but(erased_at=moment)
    at(moment - 1)
    invalid = ("EvidenceTimeInvalid", moment)
    assert refusal(evidence.certifyErasure, *dated.submission, {"from": relay}) == invalid
    at(moment)
    evidence.certifyErasure.call(*dated.submission, {"from": relay})


def test_a_record_is_certified_again_with_another(evidence, relationship, certificate, relay):
    single = certificate.but(records=certificate.records[:1])
    evidence.certifyErasure(*single.submission, {"from": relay})
    assert said(evidence, relationship, certificate.records[1]) == set()
    tx = evidence.certifyErasure(*certificate.submission, {"from": relay})
    assert told(tx)[0][1]["records"] == certificate.records
    for record in certificate.records:
        assert said(evidence, relationship, record) == {"erased"}


def test_p22_certifying_again_says_nothing(evidence, relationship, certificate, relay, mallory):
    evidence.certifyErasure(*certificate.submission, {"from": relay})
    later = certificate.but(erased_at=certificate.erased_at + 1)
    fewer = certificate.but(records=certificate.records[1:])
    at(now() + HOUR)
    for again in (certificate, later, fewer):
        assert told(evidence.certifyErasure(*again.submission, {"from": mallory})) == []
    assert said(evidence, relationship, certificate.records[0]) == {"erased"}


def test_certifying_again_is_checked_again(
    evidence, relationship, refusal, certificate, alice, lead, relay
):
    evidence.certifyErasure(*certificate.submission, {"from": relay})
    forged = certificate.but(mirror=alice)
    invalid = ("EvidenceSignatureInvalid", lead)
    assert refusal(evidence.certifyErasure, *forged.submission, {"from": relay}) == invalid
    evidence.sealRecords(relationship, certificate.records[1:], {"from": alice})
    sealed = ("EvidenceRecordSealed", certificate.records[1])
    assert refusal(evidence.certifyErasure, *certificate.submission, {"from": relay}) == sealed


def test_what_was_said_before_stays(evidence, relationship, certificate, alice, clinic, relay):
    record = certificate.records[0]
    evidence.dispute(relationship, record, b"reason", {"from": alice})
    evidence.withdraw(relationship, record, {"from": clinic})
    evidence.certifyErasure(*certificate.submission, {"from": relay})
    stays = {"ownerDisputes", "institutionWithdrew", "erased"}
    assert said(evidence, relationship, record) == stays


def test_an_erased_record_is_still_disputed(evidence, relationship, certificate, alice, relay):
    evidence.certifyErasure(*certificate.submission, {"from": relay})
    evidence.dispute(relationship, certificate.records[0], b"why", {"from": alice})
    stays = {"ownerDisputes", "erased"}
    assert said(evidence, relationship, certificate.records[0]) == stays


@pytest.mark.parametrize("length", [0, MOST_RECORDS + 1])
def test_a_list_has_a_length(evidence, refusal, certificate, relay, length):
    other = certificate.but(records=certificate.records[:1] * length)
    call = (*other.submission, {"from": relay})
    assert refusal(evidence.certifyErasure, *call) == ("LengthInvalid", length)


def test_the_longest_list_is_certified(evidence, relationship, certificate, relay):
    longest = certificate.but(records=certificate.records[:1] * MOST_RECORDS)
    evidence.certifyErasure(*longest.submission, {"from": relay})
    assert said(evidence, relationship, certificate.records[0]) == {"erased"}


@pytest.mark.parametrize("place", [0, 1])
def test_an_unknown_record_is_not_erased(
    evidence, relationship, refusal, certificate, relay, place
):
    unknown = digest("unknown")
    known = certificate.records[0]
    other = certificate.but(records=[(unknown, known), (known, unknown)][place])
    invalid = ("EvidenceRecordUnknown", relationship.address, unknown)
    assert refusal(evidence.certifyErasure, *other.submission, {"from": relay}) == invalid


@pytest.mark.parametrize("place", [0, 1])
def test_r32_a_seal_of_either_side_stops_it(
    evidence, relationship, refusal, certificate, side, relay, place
):
    record = certificate.records[place]
    evidence.sealRecords(relationship, [record], {"from": side})
    sealed = ("EvidenceRecordSealed", record)
    assert refusal(evidence.certifyErasure, *certificate.submission, {"from": relay}) == sealed


def test_r32_both_sides_lift_their_seals_first(
    evidence, relationship, refusal, certificate, alice, clinic, relay
):
    sealed = certificate.records[:1]
    for side in (alice, clinic):
        evidence.sealRecords(relationship, sealed, {"from": side})
    evidence.liftSeal(relationship, sealed, {"from": alice})
    stands = ("EvidenceRecordSealed", *sealed)
    assert refusal(evidence.certifyErasure, *certificate.submission, {"from": relay}) == stands
    evidence.liftSeal(relationship, sealed, {"from": clinic})
    evidence.certifyErasure(*certificate.submission, {"from": relay})
    assert said(evidence, relationship, sealed[0]) == {"erased"}


def test_nobody_signs_for_the_institution(evidence, refusal, certificate, request, clinic, relay):
    invalid = ("EvidenceSignatureInvalid", clinic)
    for signer in ("lead", "hospital", "alice", "dr_wang", "mallory"):
        forged = certificate.but(institution=request.getfixturevalue(signer))
        answer = refusal(evidence.certifyErasure, *forged.submission, {"from": relay})
        assert answer == invalid, signer


def test_nobody_signs_for_the_mirror(evidence, refusal, certificate, request, lead, relay):
    invalid = ("EvidenceSignatureInvalid", lead)
    for signer in ("clinic", "hospital", "alice", "dr_chen", "mallory"):
        forged = certificate.but(mirror=request.getfixturevalue(signer))
        answer = refusal(evidence.certifyErasure, *forged.submission, {"from": relay})
        assert answer == invalid, signer


@pytest.mark.parametrize("whose", ["institution", "mirror"])
def test_t10_nothing_stands_for_a_signature(evidence, refusal, certificate, clinic, lead, whose):
    """Neither does the high-s twin of the right one."""
    given = dict(zip(("institution", "mirror"), certificate.signatures, strict=True))
    invalid = ("EvidenceSignatureInvalid", {"institution": clinic, "mirror": lead}[whose])
    for signature in (b"", bytes(64), bytes(65), malleated(given[whose])):
        call = (*certificate.content, *(given | {whose: signature}).values(), {"from": clinic})
        assert refusal(evidence.certifyErasure, *call) == invalid


@pytest.mark.parametrize("field", ["order", "fewer", "erased_at"])
def test_what_the_custodians_did_not_sign_is_refused(
    evidence, refusal, certificate, clinic, relay, field
):
    altered = {
        "order": certificate.but(records=certificate.records[::-1]),
        "fewer": certificate.but(records=certificate.records[:1]),
        "erased_at": certificate.but(erased_at=certificate.erased_at - 1),
    }[field]
    invalid = ("EvidenceSignatureInvalid", clinic)
    call = (*altered.content, *certificate.signatures, {"from": relay})
    assert refusal(evidence.certifyErasure, *call) == invalid


def test_a_certificate_for_another_relationship_is_refused(
    alliance, evidence, refusal, certificate, alice, clinic, lead, relationship, relay
):
    relationship.end({"from": alice})
    other = alliance.propose(clinic, alice, clinic, lead, 1)
    elsewhere = (other.address, *certificate.submission[1:], {"from": relay})
    invalid = ("EvidenceSignatureInvalid", clinic)
    assert refusal(evidence.certifyErasure, *elsewhere) == invalid


@pytest.mark.parametrize("field", ["name", "contract", "chain_id"])
def test_t09_a_certificate_for_another_domain_is_refused(
    evidence, registrar, refusal, certificate, clinic, relay, field
):
    wrong = {"name": "Chartkey", "contract": registrar.address, "chain_id": 1}
    other = certificate.but(**{field: wrong[field]})
    invalid = ("EvidenceSignatureInvalid", clinic)
    assert refusal(evidence.certifyErasure, *other.submission, {"from": relay}) == invalid


def test_t23_nothing_is_erased_where_no_relationship_is(
    evidence, refusal, impostors, certificate, relay
):
    for impostor in impostors:
        other = certificate.but(relationship=impostor)
        unknown = ("RelationshipUnknown", impostor)
        assert refusal(evidence.certifyErasure, *other.submission, {"from": relay}) == unknown


def test_the_mirror_of_today_signs(
    evidence, relationship, refusal, certificate, alice, hospital, relay
):
    relationship.changeMirror(hospital, {"from": alice})
    invalid = ("EvidenceSignatureInvalid", hospital)
    assert refusal(evidence.certifyErasure, *certificate.submission, {"from": relay}) == invalid
    current = certificate.but(mirror=hospital)
    evidence.certifyErasure(*current.submission, {"from": relay})
    assert said(evidence, relationship, certificate.records[0]) == {"erased"}


def test_nothing_blocks_what_both_custodians_signed(
    evidence, relationship, certificate, aftermath, relay
):
    evidence.certifyErasure(*certificate.submission, {"from": relay})
    assert said(evidence, relationship, aftermath[0]) == {"erased"}


def test_a_suspended_mirror_still_certifies(
    alliance, evidence, relationship, certificate, founders, relay
):
    alliance.stand(founders[0], SUSPEND, founders[1:])
    evidence.certifyErasure(*certificate.submission, {"from": relay})
    assert said(evidence, relationship, certificate.records[0]) == {"erased"}
