"""`merge`: a chart is claimed, or a duplicate merged, when both accounts sign (R01)."""

import pytest

from tests.alliance import (
    ACTIVE,
    CLINICIAN,
    HOUR,
    KEY,
    NOBODY,
    PATIENT,
    REVOKED,
    at,
    now,
    padded,
    told,
)
from tests.functional.registrar.replacement import merge, replacement, signed_by
from tests.signing import digest, malleated

CERTIFIED, CHART, REPLACED = 2, 3, 4


@pytest.fixture
def content(alice, bob):
    """What Alice and Bob, who are one person, sign: Bob's account stays."""
    return replacement(alice, bob)


@pytest.fixture
def signed(alliance, content, alice, bob):
    """The arguments of `merge`."""
    return content, signed_by(alice, content, alliance), signed_by(bob, content, alliance)


@pytest.fixture
def chart(alliance, registrar, carol, clinic):
    """A chart of the clinic's, under a handle."""
    registration = alliance.registration(carol, clinic, PATIENT)
    signature = alliance.registrations.sign(carol, "Registration", registration)
    handle = digest("walk-in")
    registrar.openChart(padded(clinic), registration, KEY, handle, signature, {"from": clinic})
    return carol


def refused_merge(alliance, refusal, by, account, successor):
    """Return what refuses two accounts whose holders sign."""
    content = replacement(account, successor)
    signatures = [signed_by(who, content, alliance) for who in (account, successor)]
    return refusal(alliance.registrar.merge, content, *signatures, {"from": by})


def test_a_merged_account_is_told_and_acts_no_more(registrar, signed, alice, bob, clinic):
    before = registrar.personOf(alice)
    tx = registrar.merge(*signed, {"from": clinic})
    replaced = {"account": alice, "successor": bob, "by": clinic}
    assert told(tx) == [("AccountReplaced", replaced)]
    assert registrar.personOf(alice) == (PATIENT, REPLACED, *before[2:])
    assert registrar.personOf(bob)["certification"] == CERTIFIED
    assert registrar.currentOf(alice) == bob
    assert registrar.summaryOf(alice) == NOBODY


def test_its_handles_lead_to_the_successor(registrar, signed, alice, bob, clinic, hospital):
    registrar.merge(*signed, {"from": hospital})
    handle = digest("handle", alice.address)
    assert registrar.accountOf(clinic, handle) == bob
    assert registrar.summaryOfHandle(clinic, handle) == registrar.summaryOf(bob) != NOBODY
    assert registrar.accountOf(hospital, digest("handle", bob.address)) == bob


def test_a_walk_in_claims_the_chart(alliance, registrar, chart, bob, clinic):
    merge(alliance, clinic, chart, bob)
    assert registrar.personOf(chart)["certification"] == REPLACED
    assert registrar.accountOf(clinic, digest("walk-in")) == bob


def test_a_chart_may_take_an_accounts_place(alliance, registrar, chart, bob, clinic):
    merge(alliance, clinic, bob, chart)
    assert registrar.personOf(chart)["certification"] == CHART
    assert registrar.currentOf(bob) == chart


def test_a_merged_clinician_has_no_licence(alliance, registrar, places, clinic, dr_wang, dr_li):
    merge(alliance, clinic, dr_wang, dr_li)
    assert registrar.personOf(dr_wang)[:3] == (CLINICIAN, REPLACED, REVOKED)
    assert registrar.personOf(dr_li)[:3] == (CLINICIAN, CERTIFIED, ACTIVE)
    assert registrar.isClinicianActive(dr_wang, places.clinic_ward) == (False, clinic)
    assert registrar.isClinicianActive(dr_li, places.clinic_ward) == (False, clinic)


def test_a_merge_can_be_relayed(alliance, registrar, signed, alice, clinic, relay):
    tx = alliance.relay(relay, clinic, registrar.merge, *signed)
    assert tx.events["AccountReplaced"]["by"] == clinic
    assert registrar.personOf(alice)["certification"] == REPLACED


def test_only_an_active_institution_merges(registrar, refusal, signed, no_institution):
    denied = ("RegistrarNotInstitution", no_institution)
    assert refusal(registrar.merge, *signed, {"from": no_institution}) == denied


def test_a_replacement_holds_until_its_deadline_and_not_after(
    alliance, registrar, refusal, alice, bob, clinic
):
    content = replacement(alice, bob, now() + HOUR)
    signatures = [signed_by(who, content, alliance) for who in (alice, bob)]
    call = (content, *signatures, {"from": clinic})
    at(content[2])
    registrar.merge.call(*call)
    at(content[2] + 1)
    assert refusal(registrar.merge, *call) == ("RegistrarDeadlinePassed", content[2])


@pytest.mark.parametrize("signer", ["bob", "mallory", "clinic"])
def test_nobody_signs_for_the_account(
    alliance, registrar, refusal, request, content, signed, alice, clinic, signer
):
    forged = signed_by(request.getfixturevalue(signer), content, alliance)
    call = (content, forged, signed[2], {"from": clinic})
    assert refusal(registrar.merge, *call) == ("RegistrarSignatureInvalid", alice)


@pytest.mark.parametrize("signer", ["alice", "mallory", "clinic"])
def test_nobody_signs_for_the_successor(
    alliance, registrar, refusal, request, content, signed, bob, clinic, signer
):
    forged = signed_by(request.getfixturevalue(signer), content, alliance)
    call = (content, signed[1], forged, {"from": clinic})
    assert refusal(registrar.merge, *call) == ("RegistrarSignatureInvalid", bob)


def test_what_was_signed_does_not_work_the_other_way(registrar, refusal, signed, bob, clinic):
    (account, successor, deadline), first, second = signed
    call = ((successor, account, deadline), second, first, {"from": clinic})
    assert refusal(registrar.merge, *call) == ("RegistrarSignatureInvalid", bob)


@pytest.mark.parametrize("field", ["account", "successor", "deadline"])
def test_a_replacement_changed_after_signing_is_refused(
    alliance, registrar, refusal, content, signed, alice, bob, carol, clinic, field
):
    alliance.register(carol, clinic, PATIENT)
    account, successor, deadline = content
    changed = {
        "account": (carol.address, successor, deadline),
        "successor": (account, carol.address, deadline),
        "deadline": (account, successor, deadline + 1),
    }[field]
    refused = {"account": carol, "successor": alice, "deadline": alice}[field]
    call = (changed, *signed[1:], {"from": clinic})
    assert refusal(registrar.merge, *call) == ("RegistrarSignatureInvalid", refused)


WRONG = {"name": "Chartkey", "version": "2", "chainId": 1, "verifyingContract": NOBODY}


@pytest.mark.parametrize("field", WRONG)
def test_t09_signatures_for_another_domain_are_refused(
    alliance, registrar, refusal, content, alice, bob, clinic, field
):
    changes = {field: WRONG[field]}
    signatures = [signed_by(who, content, alliance, **changes) for who in (alice, bob)]
    call = (content, *signatures, {"from": clinic})
    assert refusal(registrar.merge, *call) == ("RegistrarSignatureInvalid", alice)


def test_t10_high_s_twins_are_refused(registrar, refusal, signed, alice, bob, clinic):
    content, first, second = signed
    call = (content, malleated(first), second, {"from": clinic})
    assert refusal(registrar.merge, *call) == ("RegistrarSignatureInvalid", alice)
    call = (content, first, malleated(second), {"from": clinic})
    assert refusal(registrar.merge, *call) == ("RegistrarSignatureInvalid", bob)


@pytest.mark.parametrize("signature", [b"", bytes(65), bytes(64) + b"\x1b"])
def test_t10_nobody_signs_for_the_zero_address(
    alliance, registrar, refusal, alice, clinic, signature
):
    for content in (replacement(NOBODY, alice), replacement(alice, NOBODY)):
        given = [
            signature if who == NOBODY else signed_by(alice, content, alliance)
            for who in content[:2]
        ]
        call = (content, *given, {"from": clinic})
        assert refusal(registrar.merge, *call) == ("RegistrarSignatureInvalid", NOBODY)


@pytest.mark.parametrize(
    ("account", "successor"),
    [
        ("alice", "alice"),
        ("alice", "dr_li"),
        ("dr_li", "alice"),
        ("hospital", "lead"),
        ("hospital", "alice"),
        ("alice", "hospital"),
        ("alice", "mallory"),
        ("mallory", "alice"),
        ("mallory", "newcomer"),
        ("alice", "applied"),
        ("applied", "alice"),
    ],
)
def test_both_are_accounts_of_one_role_and_in_use(
    alliance, refusal, request, clinic, account, successor
):
    account, successor = (request.getfixturevalue(who) for who in (account, successor))
    invalid = ("RegistrarReplacementInvalid", account, successor)
    assert refused_merge(alliance, refusal, clinic, account, successor) == invalid


def test_t34_a_replacement_is_used_once(registrar, refusal, signed, alice, bob, clinic):
    registrar.merge(*signed, {"from": clinic})
    invalid = ("RegistrarReplacementInvalid", alice, bob)
    assert refusal(registrar.merge, *signed, {"from": clinic}) == invalid


def test_who_was_replaced_takes_nobodys_place(
    alliance, registrar, refusal, signed, alice, bob, carol, clinic
):
    registrar.merge(*signed, {"from": clinic})
    alliance.register(carol, clinic, PATIENT)
    for account in (bob, carol):
        invalid = ("RegistrarReplacementInvalid", account, alice)
        assert refused_merge(alliance, refusal, clinic, account, alice) == invalid


def test_who_was_replaced_gets_no_second_successor(
    alliance, registrar, refusal, signed, alice, carol, clinic
):
    registrar.merge(*signed, {"from": clinic})
    alliance.register(carol, clinic, PATIENT)
    invalid = ("RegistrarReplacementInvalid", alice, carol)
    assert refused_merge(alliance, refusal, clinic, alice, carol) == invalid
