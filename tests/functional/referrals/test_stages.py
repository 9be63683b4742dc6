"""From which stage to which, and the whole way there and back (R30)."""

import pytest

from tests.alliance import DAY, at_least, now
from tests.functional.referrals.conftest import COMMITMENT, STAGES
from tests.signing import ZERO

# Who calls, what is given after the id, and from which stages it is allowed.
EARLY = {
    "triage": ("dr_li", {"prepared", "booked"}),
    "bookReferral": ("alice", {"prepared"}),
    "admitReferral": ("hospital", {"booked"}),
    "giveFeedback": ("hospital", {"admitted", "overdue"}),
    "acceptReturn": ("clinic", {"returning"}),
    "refuseReferral": ("hospital", {"prepared", "booked"}),
    "cancelReferral": ("alice", {"prepared", "booked"}),
}
# Allowed only when time has passed.
LATE = {
    "noteNoShow": ("hospital", {"booked"}),
    "expireReferral": ("alice", {"prepared", "booked", "admitted"}),
}


@pytest.fixture
def given(records, places, slot):
    """What each function is given after the id."""
    return {
        "triage": (places.hospital_ward, 1),
        "bookReferral": (slot.id, records.grant.terms),
        "giveFeedback": (ZERO, COMMITMENT, False, b""),
        "refuseReferral": (ZERO, b""),
        "expireReferral": (),
    }


@pytest.fixture
def tried(referrals, refusal, request, given):
    """Try functions at a stage: allowed, or refused for the stage."""

    def tried(functions, id, stage):
        for name, (who, stages) in functions.items():
            function = getattr(referrals, name)
            call = (id, *given.get(name, (ZERO,)), {"from": request.getfixturevalue(who)})
            if stage in stages:
                function.call(*call)
            else:
                denied = ("ReferralStageInvalid", id, STAGES.index(stage))
                assert refusal(function, *call) == denied, name

    return tried


@pytest.mark.parametrize("stage", STAGES)
def test_each_stage_allows_what_follows_and_nothing_else(
    referrals, preparation, refusal, request, tried, dr_wang, stage
):
    id = request.getfixturevalue(stage)
    tried(EARLY, id, stage)
    at_least(40 * DAY)
    tried(LATE, id, stage)
    if stage != "none":
        again = (preparation.but(due_at=now() + DAY).terms, {"from": dr_wang})
        known = ("ReferralStageInvalid", id, STAGES.index(stage))
        assert refusal(referrals.prepareReferral, *again) == known


def test_r30_a_patient_goes_there_and_back_by_relay(
    alliance,
    referrals,
    records,
    places,
    preparation,
    slot,
    stored,
    taken,
    traffic,
    relay,
    alice,
    dr_wang,
    dr_li,
):
    id, there, here = preparation.id, places.hospital_ward, places.clinic_ward
    steps = [
        (dr_wang, "prepareReferral", (preparation.terms,), "prepared"),
        (dr_li, "triage", (id, there, 3), "prepared"),
        (alice, "bookReferral", (id, slot.id, records.grant.terms), "booked"),
        (dr_li, "admitReferral", (id, there), "admitted"),
        (dr_li, "giveFeedback", (id, there, COMMITMENT, True, b"note"), "returning"),
        (dr_wang, "acceptReturn", (id, here), "returned"),
    ]
    for person, name, given, stage in steps:
        at_least(60)
        alliance.relay(relay, person, getattr(referrals, name), *given)
        assert stored(id)["stage"] == stage
        # Each stage carries the time of its block; triage is no stage.
        assert (stored(id)["since"] == now()) == (name != "triage")
    assert (taken(), traffic()) == (1, (0, 1))


def test_p21_no_stage_names_the_patients_account(
    referrals, preparation, records, slot, alice, dr_wang, hospital, clinic
):
    """Who reads the referral learns of no account that she has at the destination."""
    id = preparation.id
    steps = [
        referrals.prepareReferral(preparation.terms, {"from": dr_wang}),
        referrals.bookReferral(id, slot.id, records.grant.terms, {"from": alice}),
        referrals.admitReferral(id, ZERO, {"from": hospital}),
        referrals.giveFeedback(id, ZERO, COMMITMENT, True, b"note", {"from": hospital}),
        referrals.acceptReturn(id, ZERO, {"from": clinic}),
    ]
    logs = [log for tx in steps for log in tx.logs]
    said = b"".join(bytes(log["data"]) + b"".join(map(bytes, log["topics"])) for log in logs)
    assert bytes.fromhex(dr_wang.address[2:]) in said
    assert bytes.fromhex(alice.address[2:]) not in said
