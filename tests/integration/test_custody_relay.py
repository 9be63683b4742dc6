"""What a custodian pays for, and what it does not (P22, T34)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chartkey.actors.enrolment import Enrolment
from chartkey.chain.codec import interface_of
from chartkey.chain.forward import LARGEST_CALL, execute_call, sign_forward
from chartkey.chain.journal import MemoryJournal
from chartkey.chain.sender import Sender
from chartkey.custody.relay import _FOR_PEOPLE
from chartkey.errors import AccessDenied, ContractRefused, CustodianUnavailable
from chartkey.models import (
    AccessRequest,
    Basis,
    Kind,
    MandateStatus,
    Role,
    Scope,
    TicketStatus,
    Verdict,
)

from tests.integration.custody_scene import DAY, custodian, forward, granted, relayed
from tests.unit.custody.conftest import Signer
from tests.world import public_key


def spent(scene: Any, house: str = "clinic") -> int:
    count: str = scene.chain.request("eth_getTransactionCount", scene.address(house), "latest")
    return int(count, 16)


def refused(scene: Any, signed: Any) -> bool:
    before = spent(scene)
    with pytest.raises(AccessDenied):
        custodian(scene, "clinic").relay(signed)
    return spent(scene) == before


def application(scene: Any, name: str) -> Any:
    call = scene.network.registrar.apply_for(Role.PATIENT, 1, public_key(name))
    signer: Any = Signer(name)
    return forward(scene, call, signer)


def guarded(scene: Any) -> None:
    """Make Dr Li the patient's guardian, three days from now being past."""
    network, keys = scene.network, scene.alliance.keys
    pair = (scene.patient.address, scene.li.address)
    terms = (Basis.INCAPACITY, network.block_time() + 300 * DAY, b"e" * 32)
    for house, step in (("clinic", "appoint"), ("hospital", "confirm")):
        sender = Sender(network, keys[house], MemoryJournal())
        sender.send(getattr(network.guardianship, step)(*pair, *terms))
    scene.pass_time(3 * DAY)


def test_a_persons_call_is_paid_for_by_the_house(scene: Any) -> None:
    before = spent(scene)
    call = scene.network.relationship(scene.relationship).refuse_request(b"r" * 32)
    custodian(scene, "clinic").relay(forward(scene, call))
    assert spent(scene) == before + 1


def test_nobody_here_gets_nothing_paid(scene: Any) -> None:
    stranger: Any = Signer("stranger")
    call = scene.network.relationship(scene.relationship).refuse_request(b"r" * 32)
    assert refused(scene, forward(scene, call, stranger))


def test_what_is_not_its_senders_is_refused(scene: Any) -> None:
    call = scene.network.relationship(scene.relationship).refuse_request(b"r" * 32)
    signed = forward(scene, call)
    assert refused(scene, replace(signed, sender=scene.li.address))
    assert refused(scene, replace(signed, nonce=signed.nonce + 1))
    assert refused(scene, replace(signed, signature=bytes(65)))


def test_an_institutions_calls_are_its_own_to_pay(scene: Any) -> None:
    keys, network = scene.alliance.keys, scene.network
    vote = network.consortium.vote(1, True)
    assert refused(scene, forward(scene, vote, keys["hospital"]))
    assert refused(scene, forward(scene, vote))
    key = network.registrar.publish_key(1, public_key("hospital"))
    assert refused(scene, forward(scene, key, keys["hospital"]))


def test_what_only_institutions_call_is_not_relayed_for_a_person(scene: Any) -> None:
    enrolment = Enrolment.sign(
        scene.network, scene.patient.keys, Role.PATIENT, scene.address("clinic")
    )
    register = scene.network.registrar.register(
        enrolment.registration, enrolment.key, b"h" * 32, enrolment.signature
    )
    assert refused(scene, forward(scene, register))
    assert refused(
        scene, forward(scene, scene.network.registrar.certify(scene.li.address, b"h" * 32))
    )


def test_P22_people_use_the_contracts_beside_without_ether(scene: Any) -> None:
    network, clinic = scene.network, custodian(scene, "clinic")
    ticket, owner = Signer("ticket").address, scene.patient.address
    later = network.block_time() + 3600
    issue = network.tickets.issue(ticket, scene.address("clinic"), later, b"c" * 32)
    clinic.relay(forward(scene, issue))
    assert network.tickets.ticket_of(owner, ticket).status is TicketStatus.ISSUED
    starts_at = [network.block_time() + 7200]
    slots = network.appointments.open_slots(scene.li.affiliation, starts_at, 1)
    clinic.relay(forward(scene, slots, scene.li.keys))


def test_P22_what_is_relayed_exists_and_the_rest_is_for_those_with_ether() -> None:
    for contract, function in _FOR_PEOPLE:
        assert function in interface_of(contract).functions
    beside = {contract for contract, _ in _FOR_PEOPLE}
    assert not beside & {"Consortium", "Forwarder", "Receipts", "Batches", "Summary"}


def test_what_only_institutions_call_beside_is_not_relayed_for_a_person(scene: Any) -> None:
    network, someone = scene.network, scene.li.address
    for call in (
        network.guardianship.appoint(someone, someone, Basis.MINOR, 2_000_000_000, b"e" * 32),
        network.recovery.attest(someone),
        network.batches.anchor(1, b"r" * 32, b"m" * 32),
        network.tickets.lock(someone, someone),
        network.breakglass.review(b"o" * 32, Verdict.JUSTIFIED, b""),
        network.charges.post(scene.relationship, b"s" * 32, b"c" * 32),
        network.receipts.anchor(1, b"r" * 32),
        network.registrar.bind_handle(b"h" * 32, someone),
    ):
        assert refused(scene, forward(scene, call))


def test_what_is_no_contract_of_the_deployment_is_not_called(scene: Any) -> None:
    call = scene.network.relationship(scene.relationship).end()
    for target in (scene.li.address, scene.network.address("Forwarder")):
        assert refused(scene, forward(scene, replace(call, to=target)))
    nested = execute_call(forward(scene, call))
    assert refused(scene, forward(scene, nested))
    assert refused(scene, forward(scene, replace(call, data=b"\1\2\3\4")))


def test_T14_a_call_has_a_greatest_length(scene: Any) -> None:
    call = scene.network.relationship(scene.relationship).refuse_request(b"r" * 32)
    longest = replace(call, data=call.data.ljust(LARGEST_CALL, b"\0"))
    assert refused(scene, forward(scene, replace(longest, data=longest.data + b"\0")))
    custodian(scene, "clinic").relay(forward(scene, longest))


def test_R01_anybody_may_apply_and_an_applicant_does_nothing_else(scene: Any) -> None:
    clinic = custodian(scene, "clinic")
    signed = application(scene, "walk-in")
    clinic.relay(signed)
    assert scene.network.registrar.person_of(signed.sender).key_version == 1
    applicant: Any = Signer("walk-in")
    key = scene.network.registrar.publish_key(1, public_key("second"))
    clinic.relay(forward(scene, key, applicant))
    end = scene.network.relationship(scene.relationship).end()
    assert refused(scene, forward(scene, end, applicant))


def test_accounts_made_for_nothing_do_not_spend_a_houses_ether(
    scene: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chartkey.custody.relay._MOST_OF_NEWCOMERS", 2)
    clinic = custodian(scene, "clinic")
    for name in ("one", "two"):
        clinic.relay(application(scene, name))
    before = spent(scene)
    with pytest.raises(CustodianUnavailable):
        clinic.relay(application(scene, "three"))
    assert spent(scene) == before
    call = scene.network.relationship(scene.relationship).refuse_request(b"r" * 32)
    clinic.relay(forward(scene, call))


def test_one_person_does_not_spend_a_houses_ether_and_can_always_revoke(
    scene: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = granted(scene, kind=Kind.LABORATORY)
    monkeypatch.setattr("chartkey.custody.relay._MOST_OF_ONE", 3)
    clinic, facade = custodian(scene, "clinic"), scene.network.relationship(scene.relationship)
    for number in (1, 2):
        clinic.relay(forward(scene, facade.refuse_request(number.to_bytes(32, "big"))))
    for call in (facade.refuse_request(b"r" * 32), facade.revoke_access(b"x" * 16)):
        with pytest.raises(CustodianUnavailable):
            clinic.relay(forward(scene, call))
    clinic.relay(forward(scene, facade.revoke_access(grant.terms.id)))
    assert not facade.is_grant_live(grant.terms.id)
    asked = AccessRequest(b"s" * 32, scene.li.affiliation, Scope.EVERYTHING, "TREAT")
    clinic.relay(forward(scene, facade.request_access(asked), scene.li.keys))


def test_no_limit_keeps_anybody_from_taking_back_what_stands(
    scene: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, clinic, owner = scene.network, custodian(scene, "clinic"), scene.patient.address
    guarded(scene)
    ticket = Signer("ticket").address
    until = network.block_time() + 3600
    issue = network.tickets.issue(ticket, scene.address("clinic"), until, b"c" * 32)
    clinic.relay(forward(scene, issue))
    monkeypatch.setattr("chartkey.custody.relay._MOST_OF_ONE", 0)
    others = Signer("another ticket").address
    for call in (network.tickets.cancel(others), network.guardianship.revoke(owner, owner)):
        with pytest.raises(CustodianUnavailable):
            clinic.relay(forward(scene, call))
    clinic.relay(forward(scene, network.tickets.cancel(ticket)))
    assert network.tickets.ticket_of(owner, ticket).status is TicketStatus.CANCELLED
    clinic.relay(forward(scene, network.guardianship.revoke(owner, scene.li.address)))
    mandate = network.guardianship.mandate_of(owner, scene.li.address)
    assert mandate.status is MandateStatus.REVOKED


def test_R07_a_guardians_call_is_relayed_for_its_ward_on_its_own_account(
    scene: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    guarded(scene)
    facade, clinic = scene.network.relationship(scene.relationship), custodian(scene, "clinic")
    monkeypatch.setattr("chartkey.custody.relay._MOST_OF_ONE", 1)
    ward = scene.patient.address
    signed = forward(scene, facade.refuse_request(b"r" * 32), scene.li.keys, ward=ward)
    told = clinic.relay(signed).event("CallForwarded").args
    assert (told["from"], told["signer"]) == (ward, scene.li.address)
    again = forward(scene, facade.refuse_request(b"s" * 32), scene.li.keys, ward=ward)
    with pytest.raises(CustodianUnavailable):
        clinic.relay(again)
    clinic.relay(forward(scene, facade.refuse_request(b"t" * 32)))


def test_R07_nobody_is_a_guardian_by_saying_so(scene: Any) -> None:
    facade = scene.network.relationship(scene.relationship)
    grant = granted(scene, kind=Kind.LABORATORY)
    ward, call = scene.patient.address, facade.revoke_access(grant.terms.id)
    for signed in (
        forward(scene, call, scene.li.keys, ward=ward),
        replace(forward(scene, call, scene.li.keys), sender=ward, signer=ward),
    ):
        assert refused(scene, signed)
        with pytest.raises(AccessDenied):
            custodian(scene, "clinic").notice(signed)


def test_the_same_message_again_is_paid_for_once(scene: Any) -> None:
    call = scene.network.relationship(scene.relationship).refuse_request(b"r" * 32)
    signed, clinic = forward(scene, call), custodian(scene, "clinic")
    first = clinic.relay(signed)
    before = spent(scene)
    assert clinic.relay(signed).hash == first.hash
    assert spent(scene) == before


def test_a_call_that_the_contract_refuses_costs_nothing(scene: Any) -> None:
    before = spent(scene)
    signed = forward(scene, scene.network.relationship(scene.relationship).end(), scene.li.keys)
    with pytest.raises(ContractRefused):
        custodian(scene, "clinic").relay(signed)
    late = sign_forward(
        scene.network,
        scene.patient.keys,
        scene.network.relationship(scene.relationship).end(),
        deadline_in=-1_000_000,
    )
    with pytest.raises(ContractRefused):
        custodian(scene, "clinic").relay(late)
    assert spent(scene) == before


def test_T34_a_revocation_is_honoured_by_whoever_relays_it(scene: Any, summary: Path) -> None:
    grant = granted(scene, kind=Kind.PATIENT_SUMMARY)
    clinic, facade = custodian(scene, "clinic"), scene.network.relationship(scene.relationship)
    signed = forward(scene, facade.revoke_access(grant.terms.id))
    relayed(scene, facade.refuse_request(b"r" * 32))
    clinic.relay(signed)
    assert clinic._database.is_revoked(scene.relationship, grant.terms.id)


def test_a_notice_of_something_else_changes_nothing(scene: Any) -> None:
    clinic, facade = custodian(scene, "clinic"), scene.network.relationship(scene.relationship)
    clinic.notice(forward(scene, facade.refuse_request(b"r" * 32)))
    with pytest.raises(AccessDenied):
        clinic.notice(replace(forward(scene, facade.end()), sender=scene.li.address))


def test_a_house_that_keeps_nothing_of_it_writes_nothing_down(scene: Any) -> None:
    facade = scene.network.relationship(scene.relationship)
    signed = forward(scene, facade.revoke_access(b"g" * 16))
    hospital, lead = custodian(scene, "hospital"), custodian(scene, "lead")
    for keeper, noted in ((hospital, False), (lead, True)):
        keeper.notice(signed)
        assert keeper._database.is_revoked(scene.relationship, b"g" * 16) is noted
