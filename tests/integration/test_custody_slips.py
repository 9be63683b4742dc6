"""Who hands slips to custodians, which copy counts, and that they are there in time (P01, P02)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chartkey.custody.custodian import SlipDelivery
from chartkey.custody.embedded import EmbeddedCustodian
from chartkey.custody.log import ReceiptLog, verify_inclusion
from chartkey.custody.promise import check_promise
from chartkey.errors import AccessDenied, CustodianUnavailable
from chartkey.models import Kind

from tests.integration.custody_scene import (
    DAY,
    anchored,
    custodian,
    directory,
    failing,
    forward,
    granted,
    inquiry,
    patient,
    receipt,
    relayed,
    shared,
    ward,
)

GONE = CustodianUnavailable(institution="it", problem="it does not answer")


def give(scene: Any, house: str, keys: Any, delivery: SlipDelivery) -> None:
    signed = inquiry(scene, keys, house, "keep-slips", delivery.digest())
    custodian(scene, house).keep_slips(delivery, signed)


def own_slips(scene: Any, house: str) -> list[Any]:
    asked = inquiry(scene, scene.patient.keys, house, "own-slips")
    found: list[Any] = custodian(scene, house).own_slips(asked)
    return found


def scope_slips(scene: Any, house: str, grant: Any) -> list[Any]:
    found: list[Any] = custodian(scene, house)._database.scope_slips(
        scene.relationship, grant.terms.id
    )
    return found


def test_P01_both_custodians_hold_the_slip_of_every_record(scene: Any, summary: Path) -> None:
    pointer = anchored(scene, summary)
    for house in ("clinic", "lead"):
        assert [(s.record, s.root) for s in own_slips(scene, house)] == [
            (pointer.record, pointer.root)
        ]


def test_P02_the_mirror_serves_a_second_record_while_the_institution_is_away(
    scene: Any, summary: Path
) -> None:
    shared(scene, summary)
    second = anchored(scene, summary)
    with ward(scene, directory(scene, clinic=GONE)).read(second) as opened:
        assert opened.stream().read() == summary.read_bytes()


def test_P02_the_mirror_serves_the_next_epoch_and_another_kind(scene: Any, summary: Path) -> None:
    anchored(scene, summary)
    granted(scene)
    other = granted(scene, kind=Kind.LABORATORY)
    scene.patient.revoke(other)
    pointer = anchored(scene, summary, kind=Kind.DIAGNOSIS)
    assert pointer.epoch == 2
    with ward(scene, directory(scene, clinic=GONE)).read(pointer) as opened:
        assert opened.stream().read() == summary.read_bytes()


def test_P02_a_record_that_was_only_attested_reaches_the_mirror_too(
    scene: Any, summary: Path
) -> None:
    grant = granted(scene, kind=Kind.PATIENT_SUMMARY)
    draft = scene.wang.draft(scene.patient.address, summary, days=1)
    scene.pass_time(DAY + 60)
    scene.house("clinic").attest(draft)
    assert [slip.epoch for slip in scope_slips(scene, "lead", grant)] == [1]
    [pointer] = scene.patient.records()
    with ward(scene, directory(scene, clinic=GONE)).read(pointer) as opened:
        assert opened.standing == "attested by the clinician only"


def test_P02_what_did_not_arrive_is_made_by_the_institution_and_copied(
    scene: Any, summary: Path
) -> None:
    _, grant = shared(scene, summary)
    anchored(scene, summary)
    for house in ("clinic", "lead"):
        keeper = custodian(scene, house)._database
        keeper._connection.execute("DELETE FROM scope_slip")
    [pointer, _] = scene.patient.records()
    scene.li.read(pointer).close()
    assert scope_slips(scene, "lead", grant) == scope_slips(scene, "clinic", grant) != []


@pytest.mark.parametrize("missing", ["scope_slip", "record_slip"])
def test_a_mirror_without_a_slip_says_that_it_cannot_help(
    scene: Any, summary: Path, missing: str
) -> None:
    pointer, grant = shared(scene, summary)
    lead = custodian(scene, "lead")
    lead._database._connection.execute(f"DELETE FROM {missing}")
    before = len(lead._log)
    with pytest.raises(CustodianUnavailable, match="does not hold the slips"):
        lead.release(receipt(scene, pointer, grant, scene.li, custodian=lead.institution))
    assert len(lead._log) == before


def test_a_mirror_that_is_away_delays_no_release(scene: Any, summary: Path) -> None:
    pointer, _ = shared(scene, summary)
    clinic = custodian(scene, "clinic")
    clinic._database._connection.execute("DELETE FROM scope_slip")
    clinic._supply._fellow = failing(GONE)
    scene.li.read(pointer).close()


def test_T07_the_owner_and_the_institution_alone_hand_over_slips(scene: Any, summary: Path) -> None:
    shared(scene, summary)
    delivery = SlipDelivery(scene.relationship, tuple(own_slips(scene, "clinic")))
    keys = scene.alliance.keys
    for sender in ("patient-zhang", "clinic"):
        give(scene, "lead", keys[sender], delivery)
    for sender in ("lead", "hospital", "dr-wang", "dr-li", "patient-liu"):
        with pytest.raises(AccessDenied):
            give(scene, "clinic", keys[sender], delivery)


def test_a_house_that_is_no_custodian_of_it_keeps_nothing(scene: Any, summary: Path) -> None:
    anchored(scene, summary)
    delivery = SlipDelivery(scene.relationship, tuple(own_slips(scene, "clinic")))
    with pytest.raises(AccessDenied):
        give(scene, "hospital", scene.patient.keys, delivery)


def test_a_malformed_delivery_is_refused_and_none_of_it_is_kept(scene: Any, summary: Path) -> None:
    anchored(scene, summary)
    [slip] = own_slips(scene, "clinic")
    fresh = replace(slip, root=b"n" * 32)
    wrong = SlipDelivery(scene.relationship, (fresh, replace(fresh, root=b"short")))
    with pytest.raises(AccessDenied):
        give(scene, "lead", scene.patient.keys, wrong)
    foreign = SlipDelivery(scene.address("lead"), (replace(fresh, relationship="0x"),))
    with pytest.raises(AccessDenied):
        give(scene, "lead", scene.patient.keys, foreign)
    assert own_slips(scene, "lead") == [slip]


def test_slips_of_another_relationship_than_the_signed_one_are_refused(
    scene: Any, summary: Path
) -> None:
    anchored(scene, summary)
    [slip] = own_slips(scene, "clinic")
    other = scene.alliance.relate("patient-liu", "clinic", mirror="lead")
    moved = SlipDelivery(other, (replace(slip, relationship=other),))
    with pytest.raises(AccessDenied):
        give(scene, "clinic", scene.patient.keys, moved)


def test_a_proposal_that_nobody_accepted_fills_no_custodian(scene: Any, summary: Path) -> None:
    """Anybody with an account may propose, and name any member as mirror."""
    anchored(scene, summary)
    [slip] = own_slips(scene, "clinic")
    liu = patient(scene, scene.directory, scene.alliance.keys["patient-liu"])
    relationship = liu.propose(scene.address("clinic"), mirror=scene.address("lead"))
    delivery = SlipDelivery(relationship, (replace(slip, relationship=relationship),))
    signed = liu._inquire(relationship, scene.address("lead"), "keep-slips", delivery.digest())
    with pytest.raises(AccessDenied):
        custodian(scene, "lead").keep_slips(delivery, signed)


def test_T14_a_relationship_has_room_for_so_many_slips(
    scene: Any, summary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    anchored(scene, summary)
    [slip] = own_slips(scene, "lead")
    monkeypatch.setattr("chartkey.custody.embedded._MOST_KEPT", 2)
    for root, room in ((b"1" * 32, True), (b"2" * 32, False)):
        delivery = SlipDelivery(scene.relationship, (replace(slip, root=root),))
        if room:
            give(scene, "lead", scene.patient.keys, delivery)
        else:
            with pytest.raises(AccessDenied):
                give(scene, "lead", scene.patient.keys, delivery)


def test_P01_an_institution_cannot_leave_its_mirror_with_useless_slips(
    scene: Any, summary: Path
) -> None:
    """It knows the next epoch, and could hand them over before the patient does."""
    _, grant = shared(scene, summary)
    [scope] = scope_slips(scene, "lead", grant)
    useless = SlipDelivery(scene.relationship, scopes=(replace(scope, epoch=2, slip=b"u" * 48),))
    give(scene, "lead", scene.alliance.keys["clinic"], useless)
    scene.patient.revoke(granted(scene, kind=Kind.LABORATORY))
    pointer = anchored(scene, summary)
    assert pointer.epoch == 2
    with ward(scene, directory(scene, clinic=GONE)).read(pointer) as opened:
        assert opened.kind is Kind.PATIENT_SUMMARY


def test_P06_nobody_replaces_the_slip_of_a_record(scene: Any, summary: Path) -> None:
    """That would be an erasure that leaves no certificate."""
    anchored(scene, summary)
    [slip] = own_slips(scene, "clinic")
    forged = SlipDelivery(scene.relationship, (replace(slip, slip=b"f" * 48),))
    for sender in ("patient-zhang", "clinic"):
        give(scene, "clinic", scene.alliance.keys[sender], forged)
    assert own_slips(scene, "clinic") == [slip]


def test_slips_are_dropped_for_the_owner_and_not_while_they_are_kept_here(
    scene: Any, summary: Path
) -> None:
    anchored(scene, summary)
    facade = scene.network.relationship(scene.relationship)
    owner, lead = scene.patient.keys, custodian(scene, "lead")
    with pytest.raises(AccessDenied):
        lead.drop_slips(inquiry(scene, owner, "lead", "drop-slips"))
    relayed(scene, facade.change_mirror(scene.address("hospital")))
    for keys in (scene.alliance.keys["clinic"], scene.li.keys):
        with pytest.raises(AccessDenied):
            lead.drop_slips(inquiry(scene, keys, "lead", "drop-slips"))
    with pytest.raises(AccessDenied):
        custodian(scene, "clinic").drop_slips(inquiry(scene, owner, "clinic", "drop-slips"))
    assert own_slips(scene, "lead") != []
    lead.drop_slips(inquiry(scene, owner, "lead", "drop-slips"))
    assert own_slips(scene, "lead") == []
    assert own_slips(scene, "clinic") != []


def test_the_mirror_has_the_slip_before_the_institution_learns_the_root(
    scene: Any, summary: Path
) -> None:
    draft = scene.wang.draft(scene.patient.address, summary)
    given: list[str] = []

    def noted(house: str) -> Any:
        def keep(*named: Any) -> None:
            given.append(house)
            custodian(scene, house).keep_slips(*named)

        return {"keep_slips": keep}

    houses = directory(scene, clinic=noted("clinic"), lead=noted("lead"))
    patient(scene, houses).confirm(draft)
    assert given[:2] == ["lead", "clinic"]


def twin(scene: Any, house: str) -> Any:
    """Another process's custodian on the same folder."""
    real = custodian(scene, house)
    return EmbeddedCustodian(
        scene.network,
        real._folder,
        scene.alliance.keys[house],
        real.store,
        scene.directory.custodian,
    )


def test_P10_two_processes_on_one_folder_keep_one_log(scene: Any, summary: Path) -> None:
    pointer, grant = shared(scene, summary)
    houses = (custodian(scene, "clinic"), twin(scene, "clinic"))
    signed = [receipt(scene, pointer, grant, scene.li) for _ in range(4)]
    for number, one in enumerate(signed):
        release = houses[number % 2].release(one)
        check_promise(release.promise, one, scene.network.chain_id)
        assert release.promise.statement.index == number
    asked = inquiry(scene, scene.patient.keys, "clinic", "access-log")
    for house in houses:
        assert [entry.receipt for entry in house.access_log(asked)] == [0, 1, 2, 3]
    log = ReceiptLog(houses[0]._folder / "receipts.log")
    last = release.promise.statement
    verify_inclusion(last.receipt, 3, 4, log.prove(3), last.root)


def test_P22_two_processes_on_one_folder_relay_in_turn(scene: Any) -> None:
    facade = scene.network.relationship(scene.relationship)
    houses = (custodian(scene, "clinic"), twin(scene, "clinic"))
    for number in range(4):
        call = facade.refuse_request(number.to_bytes(32, "big"))
        houses[number % 2].relay(forward(scene, call))
    signed = forward(scene, facade.refuse_request(b"r" * 32))
    assert houses[0].relay(signed).hash == houses[1].relay(signed).hash


def test_a_revocation_at_one_process_is_known_to_the_other(scene: Any, summary: Path) -> None:
    pointer, grant = shared(scene, summary)
    other = twin(scene, "clinic")
    call = scene.network.relationship(scene.relationship).revoke_access(grant.terms.id)
    custodian(scene, "clinic").notice(forward(scene, call))
    with pytest.raises(AccessDenied):
        other.release(receipt(scene, pointer, grant, scene.li))


def test_another_thread_is_refused_clearly_and_nothing_is_logged(scene: Any, summary: Path) -> None:
    pointer, grant = shared(scene, summary)
    signed = receipt(scene, pointer, grant, scene.li)
    with ThreadPoolExecutor(1) as pool:
        failed = pool.submit(custodian(scene, "clinic").release, signed).exception()
    assert isinstance(failed, CustodianUnavailable)
    assert "thread" in str(failed)
    assert len(ReceiptLog(custodian(scene, "clinic")._folder / "receipts.log")) == 0
