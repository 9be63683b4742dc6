"""People whose relays, custodians and clocks do what they should not (P22, T34, T19)."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chartkey.actors.consent import consent_text
from chartkey.custody.database import LogEntry
from chartkey.errors import (
    AccessDenied,
    ContractRefused,
    CustodianUnavailable,
    HeadStale,
    JournalUnusable,
    NodeRefused,
    NodeUnavailable,
    TransactionUnknown,
)
from chartkey.models import Kind

from tests.integration.custody_scene import (
    custodian,
    directory,
    failing,
    granted,
    patient,
    receipt,
    shared,
)

AWAY = CustodianUnavailable(institution="it", problem="it does not answer")
LIE = ContractRefused(error="RequestInvalid", arguments={})


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chartkey.actors.relays._PATIENCE", 0)


def refusal(scene: Any) -> Any:
    return scene.network.relationship(scene.relationship).refuse_request(b"r" * 32)


def is_refused(scene: Any) -> bool:
    facade = scene.network.relationship(scene.relationship)
    return bool(facade.request_of(b"r" * 32).status.name == "REFUSED")


def test_T34_a_relay_that_only_says_it_relayed_is_passed_over(scene: Any) -> None:
    houses = directory(scene, clinic={"relay": lambda forward: None})
    patient(scene, houses).relays.send(refusal(scene), scene.address("clinic"))
    assert is_refused(scene)


def test_T34_when_all_withhold_the_patient_is_told(scene: Any) -> None:
    withholding = {"relay": lambda forward: None}
    houses = directory(scene, clinic=withholding, lead=withholding, hospital=withholding)
    with pytest.raises(CustodianUnavailable) as told:
        patient(scene, houses).relays.send(refusal(scene))
    assert "knows nothing" in str(told.value)
    assert not is_refused(scene)


def test_T34_a_refusal_that_ones_own_node_does_not_know_is_passed_over(scene: Any) -> None:
    houses = directory(scene, clinic={"relay": failing(LIE)})
    patient(scene, houses).relays.send(refusal(scene), scene.address("clinic"))
    assert is_refused(scene)


def test_T34_a_refusal_that_all_make_up_reaches_the_patient(scene: Any) -> None:
    lying = {"relay": failing(LIE)}
    houses = directory(scene, clinic=lying, lead=lying, hospital=lying)
    with pytest.raises(ContractRefused):
        patient(scene, houses).relays.send(refusal(scene))


def test_what_the_contract_refuses_is_asked_of_one_relay_only(scene: Any) -> None:
    houses = directory(scene)
    call = scene.network.relationship(scene.relationship).grant_access(
        scene.patient._terms(scene.li.request(scene.patient.address), 1, consent_text())
    )
    person = patient(scene, houses)
    person.relays.send(call, scene.address("clinic"))
    with pytest.raises(ContractRefused) as refused:
        person.relays.send(call, scene.address("clinic"))
    assert refused.value.values["error"] == "GrantIdInvalid"
    others = [houses.custodian(scene.address(label)) for label in ("lead", "hospital")]
    assert all("relay" not in other.asked for other in others)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "error",
    [
        AWAY,
        AccessDenied(),
        HeadStale(rpc="http://a", age=1, limit=0),
        JournalUnusable(path="it", problem="full"),
        NodeRefused(rpc="it", method="eth_estimateGas", problem="no funds"),
        NodeUnavailable(rpc="it"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_P22_whatever_ails_one_member_another_relays(scene: Any, error: Exception) -> None:
    houses = directory(scene, clinic={"relay": failing(error)}, lead={"relay": failing(error)})
    patient(scene, houses).relays.send(
        refusal(scene), scene.address("clinic"), scene.address("lead")
    )
    assert is_refused(scene)


def test_a_transaction_on_its_way_is_not_sent_through_another(scene: Any) -> None:
    unknown = TransactionUnknown(hash="0x", journal="it")
    houses = directory(scene, clinic={"relay": failing(unknown)})
    with pytest.raises(TransactionUnknown):
        patient(scene, houses).relays.send(refusal(scene), scene.address("clinic"))
    assert not is_refused(scene)


def test_a_relay_that_sent_it_and_said_otherwise_did_no_harm(scene: Any) -> None:
    def sly(forward: Any) -> None:
        custodian(scene, "clinic").relay(forward)
        raise AWAY

    houses = directory(scene, clinic={"relay": sly})
    patient(scene, houses).relays.send(refusal(scene), scene.address("clinic"))
    assert is_refused(scene)


def test_a_node_that_is_a_block_behind_is_waited_for(
    scene: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chartkey.actors.relays._PATIENCE", 5)
    forwarder, real = type(scene.network.forwarder), scene.network.forwarder.is_nonce_used
    answers = [False]

    def late(self: Any, *named: Any) -> bool:
        return answers.pop() if answers else real(*named)

    monkeypatch.setattr(forwarder, "is_nonce_used", late)
    houses = directory(scene)
    patient(scene, houses).relays.send(refusal(scene), scene.address("clinic"))
    assert answers == []
    assert "relay" not in houses.custodian(scene.address("lead")).asked


def test_a_manifest_without_institutions_is_named(scene: Any, monkeypatch: Any) -> None:
    person = patient(scene, directory(scene))
    monkeypatch.setattr(person.directory, "others", lambda *first: [])
    with pytest.raises(CustodianUnavailable) as told:
        person.relays.send(refusal(scene))
    assert "no institution" in str(told.value)


@pytest.mark.parametrize("house", ["clinic", "lead"])
@pytest.mark.parametrize(
    "error", [AWAY, AccessDenied(), LIE, NodeUnavailable(rpc="it")], ids=lambda e: type(e).__name__
)
def test_P11_no_custodian_keeps_a_revocation_from_the_chain(
    scene: Any, house: str, error: Exception
) -> None:
    grant = granted(scene, kind=Kind.LABORATORY)
    houses = directory(scene, **{house: {"notice": failing(error)}})
    patient(scene, houses).revoke(grant)
    assert not scene.network.relationship(scene.relationship).is_grant_live(grant.terms.id)


def test_P11_both_custodians_hear_of_a_revocation_before_the_chain(scene: Any) -> None:
    grant = granted(scene, kind=Kind.LABORATORY)
    nothing = {"relay": failing(AWAY)}
    houses = directory(scene, clinic=nothing, lead=nothing, hospital=nothing)
    with pytest.raises(CustodianUnavailable):
        patient(scene, houses).revoke(grant)
    for house in ("clinic", "lead"):
        database = custodian(scene, house)._database
        assert database.is_revoked(scene.relationship, grant.terms.id)
    patient(scene, directory(scene)).revoke(grant)
    assert not scene.network.relationship(scene.relationship).is_grant_live(grant.terms.id)


@pytest.mark.parametrize(
    "error", [AWAY, AccessDenied(), JournalUnusable(path="it", problem="full")], ids=str
)
def test_a_relay_that_cannot_settle_holds_nobody_up(scene: Any, error: Exception) -> None:
    request = scene.li.request(scene.patient.address, kind=Kind.LABORATORY)
    houses = directory(scene, clinic={"settle": failing(error), "relay": failing(error)})
    assert patient(scene, houses).approve(request).terms.request == request.id


def test_a_relay_that_does_not_know_what_became_of_a_transaction_is_waited_for(
    scene: Any,
) -> None:
    request = scene.li.request(scene.patient.address, kind=Kind.LABORATORY)
    unknown = TransactionUnknown(hash="0x", journal="it")
    houses = directory(scene, clinic={"settle": failing(unknown)})
    with pytest.raises(TransactionUnknown):
        patient(scene, houses).approve(request)


def test_T19_nothing_is_late_on_a_chain_that_was_idle_for_hours(
    scene: Any, summary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest block of a development chain is as old as its newest transaction."""
    monkeypatch.setattr(scene.network, "block_time", lambda: int(time.time()) - 30 * 86_400)
    pointer, grant = shared(scene, summary)
    assert abs(grant.terms.expires_at - time.time() - 7 * 86_400) < 120
    scene.li.read(pointer).close()


def test_the_access_log_is_told_although_a_custodian_is_away_or_unwilling(
    scene: Any, summary: Path
) -> None:
    pointer, grant = shared(scene, summary)
    lead = custodian(scene, "lead")
    scene.li.read(pointer).close()
    lead.release(receipt(scene, pointer, grant, scene.li, custodian=lead.institution))
    for error in (AWAY, AccessDenied()):
        for house, other in (("lead", "clinic"), ("clinic", "lead")):
            told = patient(scene, directory(scene, **{house: error})).access_log()
            assert [e.source for e in told if e.what == "read"] == [scene.address(other)]
            assert "granted" in [entry.what for entry in told]


def test_R26_what_a_former_mirror_logged_stays_in_the_log(scene: Any, summary: Path) -> None:
    pointer, grant = shared(scene, summary)
    lead = custodian(scene, "lead")
    lead.release(receipt(scene, pointer, grant, scene.li, custodian=lead.institution))
    scene.patient.revoke(grant)
    scene.patient.change_mirror(scene.relationship, scene.address("hospital"))
    told = scene.patient.access_log()
    assert [e.source for e in told if e.what == "read"] == [lead.institution]


def test_a_custodian_passes_nothing_off_as_the_chains(scene: Any, summary: Path) -> None:
    pointer, _ = shared(scene, summary)
    scene.li.read(pointer).close()

    def inventive(inquiry: Any) -> Any:
        [entry] = custodian(scene, "clinic").access_log(inquiry)
        return [entry, replace(entry, outcome="granted")]

    told = patient(scene, directory(scene, clinic={"access_log": inventive})).access_log()
    assert [e.what for e in told if e.source != "chain"] == ["read"]


def test_the_access_log_is_in_order_and_names_its_sources(scene: Any, summary: Path) -> None:
    pointer, grant = shared(scene, summary)
    lead = custodian(scene, "lead")
    scene.li.read(pointer).close()
    lead.release(receipt(scene, pointer, grant, scene.li, custodian=lead.institution))
    told = scene.patient.access_log()
    assert [entry.at for entry in told] == sorted(entry.at for entry in told)
    long_ago = LogEntry(
        1, scene.relationship, scene.li.address, b"r" * 32, bytes(16), "denied", None
    )
    lead._database.log([long_ago])
    first = scene.patient.access_log()[0]
    assert (first.at, first.what, first.record) == (1, "denied", b"r" * 32)
    sources = {(entry.what, entry.source) for entry in told}
    assert {("read", scene.address("clinic")), ("read", scene.address("lead"))} <= sources
    asked = next(entry for entry in told if entry.what == "requested")
    assert (asked.who, asked.source) == (scene.li.address, "chain")
