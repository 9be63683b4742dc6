"""What ends a reading, and what somebody who kept keys can still open (P01, P11, T18)."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from chartkey.chain.forward import sign_forward
from chartkey.custody.statements import ReadingReceipt
from chartkey.errors import AccessDenied, ContractRefused, RequestMissing
from chartkey.models import Kind, Standing

from scripts.alliance.thief import Thief

DAY = 86_400


def shared(scene: Any, summary: Path, days: float = 7) -> tuple[Any, Any]:
    pointer = scene.patient.confirm(scene.wang.draft(scene.patient.address, summary))
    request = scene.li.request(scene.patient.address, kind=Kind.PATIENT_SUMMARY)
    scene.patient.approve(request, days=days)
    return pointer, request


def grant_of(scene: Any, request: Any) -> Any:
    return next(g for g in scene.patient.grants() if g.terms.request == request.id)


def released(scene: Any, pointer: Any, request: Any, **changed: Any) -> Any:
    """Ask the clinic's custodian as a client of one's own making would."""
    fields = {
        "relationship": pointer.relationship,
        "reader": scene.li.address,
        "affiliation": scene.li.affiliation,
        "grant": grant_of(scene, request).terms.id,
        "records": (pointer.record,),
        "custodian": scene.address("clinic"),
        "signed_at": int(time.time()),
        **changed,
    }
    signed = ReadingReceipt(**fields).sign(scene.li.keys, scene.network.chain_id)
    return scene.directory.custodian(scene.address("clinic")).release(signed)


def thief(scene: Any, label: str, slips: tuple[Any, ...] = ()) -> Thief:
    stores = tuple(scene.directory.store(scene.address(house)) for house in ("clinic", "lead"))
    return Thief(scene.network, scene.alliance.keys[label], stores, slips)


def test_T18_a_revoked_viewer_gets_no_new_key(scene: Any, summary: Path) -> None:
    pointer, request = shared(scene, summary)
    scene.patient.revoke(request)
    with pytest.raises(AccessDenied):
        released(scene, pointer, request)


def test_T18_kept_wrap_and_slip_open_nothing_of_the_next_epoch(scene: Any, summary: Path) -> None:
    pointer, request = shared(scene, summary)
    kept = released(scene, pointer, request).scopes
    scene.patient.revoke(request)
    draft = scene.wang.draft(scene.patient.address, summary, corrects=pointer)
    new = scene.patient.confirm(draft)
    assert new.epoch == pointer.epoch + 1
    reached = {p.record for p in thief(scene, "dr-li", kept).opened([scene.relationship])}
    assert reached == {pointer.record}


def test_P01_a_stolen_rsa_key_alone_opens_nothing(scene: Any, summary: Path) -> None:
    shared(scene, summary)
    robber = thief(scene, "dr-li")
    assert robber.opened([scene.relationship]) == []
    assert robber.attempts > 0


def test_the_owners_key_opens_everything_so_the_thief_is_a_real_one(
    scene: Any, summary: Path
) -> None:
    pointer, request = shared(scene, summary)
    kept = released(scene, pointer, request).scopes
    assert [p.record for p in thief(scene, "dr-li", kept).opened([scene.relationship])]


def test_P11_a_revocation_handed_in_counts_before_it_is_mined(scene: Any, summary: Path) -> None:
    pointer, request = shared(scene, summary)
    facade = scene.network.relationship(pointer.relationship)
    call = facade.revoke_access(grant_of(scene, request).terms.id)
    forward = sign_forward(scene.network, scene.patient.keys, call)
    scene.directory.custodian(scene.address("clinic")).notice(forward)
    assert facade.is_grant_live(grant_of(scene, request).terms.id)
    with pytest.raises(AccessDenied):
        released(scene, pointer, request)


def test_P11_a_revocation_in_the_pool_counts(scene: Any, summary: Path, engine: str) -> None:
    if engine != "anvil":
        pytest.skip("Ganache offers no way to keep a transaction waiting and its pool open")
    pointer, request = shared(scene, summary)
    facade = scene.network.relationship(pointer.relationship)
    call = facade.revoke_access(grant_of(scene, request).terms.id)
    forward = sign_forward(scene.network, scene.patient.keys, call)
    scene.chain.request("evm_setAutomine", False)
    try:
        from chartkey.chain.journal import MemoryJournal
        from chartkey.chain.sender import Sender

        sender = Sender(scene.network, scene.alliance.keys["hospital"], MemoryJournal())
        sender.relay(forward, wait=False)
        with pytest.raises(AccessDenied):
            released(scene, pointer, request)
    finally:
        scene.chain.request("evm_setAutomine", True)
        scene.chain.request("evm_mine")


def test_a_stranger_cannot_revoke_at_the_custodian(scene: Any, summary: Path) -> None:
    pointer, request = shared(scene, summary)
    facade = scene.network.relationship(pointer.relationship)
    call = facade.revoke_access(grant_of(scene, request).terms.id)
    forged = sign_forward(scene.network, scene.li.keys, call)
    with pytest.raises(AccessDenied):
        scene.directory.custodian(scene.address("clinic")).notice(forged)
    assert released(scene, pointer, request).scopes


def test_an_expired_grant_releases_nothing(scene: Any, summary: Path) -> None:
    pointer, request = shared(scene, summary, days=1)
    scene.pass_time(DAY + 1)
    with pytest.raises(AccessDenied):
        released(scene, pointer, request)
    with pytest.raises(RequestMissing):
        scene.li.records(request)


def test_a_suspended_clinician_reads_nothing(scene: Any, summary: Path) -> None:
    pointer, request = shared(scene, summary)
    scene.house("hospital").set_licence(scene.li.address, Standing.SUSPENDED)
    with pytest.raises(AccessDenied):
        scene.li.read(pointer)
    scene.house("hospital").set_licence(scene.li.address, Standing.ACTIVE)
    scene.li.read(pointer).close()
    assert request


def test_suspending_a_department_stops_everyone_below(scene: Any, summary: Path) -> None:
    pointer, _ = shared(scene, summary)
    scene.house("hospital").set_department(scene.li.affiliation, Standing.SUSPENDED)
    with pytest.raises(AccessDenied):
        scene.li.read(pointer)


@pytest.mark.parametrize(
    "changed",
    [
        {"reader": "0x" + "11" * 20},
        {"affiliation": bytes(32)},
        {"grant": bytes(16)},
        {"records": ()},
        {"records": (bytes(32),)},
        {"signed_at": 0},
        {"custodian": "0x" + "22" * 20},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_every_refusal_of_a_receipt_looks_alike(
    scene: Any, summary: Path, changed: dict[str, Any]
) -> None:
    pointer, request = shared(scene, summary)
    with pytest.raises(AccessDenied) as refused:
        released(scene, pointer, request, **changed)
    assert (refused.value.values, refused.value.__suppress_context__) == ({}, True) or (
        refused.value.values == {}
    )


def test_P01_a_grant_to_the_mirrors_own_staff_is_refused(scene: Any) -> None:
    request = scene.chen.request(scene.patient.address, kind=Kind.PATIENT_SUMMARY)
    with pytest.raises(ContractRefused) as refused:
        scene.patient.approve(request)
    assert refused.value.values["error"] == "GrantViewerIsMirror"


def test_granting_again_after_a_revocation_needs_a_new_request(scene: Any, summary: Path) -> None:
    _, request = shared(scene, summary)
    scene.patient.revoke(request)
    with pytest.raises(RequestMissing):
        scene.patient.approve(request)
