"""A consortium of two has no third house for a mirror; its relationships are its own (P01, P50)."""

import pytest

from tests.alliance import CLINICIAN, DIAGNOSES, NOBODY, PATIENT, Alliance, now
from tests.functional.evidence.facts import Certificate, said
from tests.live import once


@pytest.fixture(scope=once("module"))
def pair(founded, clinic, hospital, alice, dr_wang):
    """An alliance of clinic and hospital, with a patient and a clinician."""
    deployed = Alliance([clinic, hospital])
    deployed.found()
    deployed.register(alice, clinic, PATIENT)
    deployed.register(dr_wang, clinic, CLINICIAN)
    deployed.ward = deployed.affiliate(dr_wang, clinic, "clinic ward")
    deployed.profile = deployed.adopt(DIAGNOSES, [clinic, hospital])
    return deployed


@pytest.fixture
def single(pair, alice, clinic):
    """Alice's relationship with the clinic of that alliance."""
    proposed = pair.propose(clinic, alice, clinic, NOBODY)
    proposed.accept({"from": alice})
    return proposed


@pytest.fixture
def certificate(pair, single, alice, dr_wang, clinic, hospital, relay):
    """That the clinic erased the one record there is, with a signature of no mirror."""
    draft = pair.draft(single, dr_wang, alice, profile=pair.profile, affiliation=pair.ward)
    single.anchor(*draft.submission, {"from": relay})
    place = (pair.contracts["Evidence"].address, pair.chain_id, single.address)
    return Certificate(*place, (draft.record,), now(), clinic, hospital)


@pytest.mark.parametrize("signature", [b"", b"not looked at"])
def test_without_a_mirror_the_institution_alone_signs(pair, single, certificate, relay, signature):
    evidence = pair.contracts["Evidence"]
    call = (*certificate.content, certificate.signatures[0], signature, {"from": relay})
    evidence.certifyErasure(*call)
    assert said(evidence, single, certificate.records[0]) == {"erased"}


def test_without_a_mirror_nobody_signs_for_the_institution(
    pair, refusal, certificate, clinic, hospital, relay
):
    forged = certificate.but(institution=hospital)
    invalid = ("EvidenceSignatureInvalid", clinic)
    certify = pair.contracts["Evidence"].certifyErasure
    assert refusal(certify, *forged.submission, {"from": relay}) == invalid


@pytest.mark.parametrize("who", ["alice", "clinic"])
def test_t23_a_relationship_of_another_deployment_is_none(
    evidence, refusal, single, certificate, request, who
):
    """It has records and parties: its code alone tells it from one of this deployment."""
    unknown = ("RelationshipUnknown", single.address)
    call = (single, certificate.records[0], {"from": request.getfixturevalue(who)})
    assert refusal(evidence.withdraw, *call) == unknown
