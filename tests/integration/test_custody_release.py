"""A custodian under attack by viewers: whom it releases to, and what it writes down (P10, P11)."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chartkey.chain.history import RelationshipHistory
from chartkey.chain.registrar import institution_affiliation
from chartkey.custody.release import MOST_RECORDS
from chartkey.errors import AccessDenied, CustodianUnavailable, HeadStale
from chartkey.models import Scope, Standing

from tests.integration.custody_scene import (
    anchored,
    custodian,
    forward,
    granted,
    inquiry,
    receipt,
    relayed,
    shared,
)
from tests.unit.custody.conftest import Signer


def denied(scene: Any, signed: Any, house: str = "clinic") -> bool:
    with pytest.raises(AccessDenied) as refused:
        custodian(scene, house).release(signed)
    return refused.value.values == {} and refused.value.__cause__ is None


def log(scene: Any, house: str = "clinic") -> list[Any]:
    asked = inquiry(scene, scene.patient.keys, house, "access-log")
    found: list[Any] = custodian(scene, house).access_log(asked)
    return found


def test_P11_another_spelling_of_the_relationship_finds_no_way_round_a_direct_revocation(
    scene: Any, summary: Path
) -> None:
    """EIP-712 hashes an address in lower case to the same."""
    pointer, grant = shared(scene, summary)
    call = scene.network.relationship(pointer.relationship).revoke_access(grant.terms.id)
    custodian(scene, "clinic").notice(forward(scene, call))
    respelt = pointer.relationship.lower()
    signed = receipt(scene, pointer, grant, scene.li)
    statement = replace(signed.statement, relationship=respelt)
    assert denied(scene, replace(signed, statement=statement))
    assert denied(scene, signed)


def test_P11_ending_the_relationship_counts_while_it_waits_in_the_pool(
    scene: Any, summary: Path, engine: str
) -> None:
    if engine != "anvil":
        pytest.skip("Ganache offers no way to keep a transaction waiting and its pool open")
    pointer, grant = shared(scene, summary)
    scene.chain.request("evm_setAutomine", False)
    try:
        from chartkey.chain.journal import MemoryJournal
        from chartkey.chain.sender import Sender

        call = scene.network.relationship(pointer.relationship).end()
        sender = Sender(scene.network, scene.alliance.keys["hospital"], MemoryJournal())
        sender.relay(forward(scene, call), wait=False)
        assert denied(scene, receipt(scene, pointer, grant, scene.li))
    finally:
        scene.chain.request("evm_setAutomine", True)
        scene.chain.request("evm_mine")


def test_P11_a_grant_counts_from_the_confirmed_block_on(
    scene: Any, summary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pointer, grant = shared(scene, summary)
    monkeypatch.setattr(scene.network, "confirmed_block", lambda: grant.block - 1)
    assert denied(scene, receipt(scene, pointer, grant, scene.li))
    monkeypatch.setattr(scene.network, "confirmed_block", lambda: grant.block)
    assert custodian(scene, "clinic").release(receipt(scene, pointer, grant, scene.li)).scopes


def test_P11_a_revocation_at_the_head_counts_before_it_is_confirmed(
    scene: Any, summary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pointer, grant = shared(scene, summary)
    relayed(scene, scene.network.relationship(pointer.relationship).revoke_access(grant.terms.id))
    monkeypatch.setattr(scene.network, "confirmed_block", lambda: grant.block)
    assert denied(scene, receipt(scene, pointer, grant, scene.li))


def test_P11_a_node_that_is_behind_releases_nothing(
    scene: Any, summary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pointer, grant = shared(scene, summary)
    late = replace(scene.network.manifest, max_head_age=86_400)
    monkeypatch.setattr(scene.network, "manifest", late)
    signed = receipt(scene, pointer, grant, scene.li)
    assert custodian(scene, "clinic").release(signed).scopes
    real = time.time
    monkeypatch.setattr("chartkey.chain.network.time.time", lambda: real() + 2 * 86_400)
    with pytest.raises(HeadStale):
        custodian(scene, "clinic").release(signed)


def test_nobody_uses_another_viewers_grant(scene: Any, summary: Path) -> None:
    pointer, grant = shared(scene, summary)
    for reader in (scene.chen, scene.wang):
        assert denied(scene, receipt(scene, pointer, grant, reader))


def test_R02_a_grant_is_of_one_affiliation(scene: Any, summary: Path) -> None:
    pointer, grant = shared(scene, summary)
    scene.house("hospital").affiliate(scene.li.address)
    other = institution_affiliation(scene.address("hospital"))
    assert denied(scene, receipt(scene, pointer, grant, scene.li, affiliation=other))
    assert denied(scene, receipt(scene, pointer, grant, scene.li, affiliation=bytes(32)))


def test_a_grant_of_one_record_releases_no_other(scene: Any, summary: Path) -> None:
    first, second = anchored(scene, summary), anchored(scene, summary)
    grant = granted(scene, record=first.record)
    both = (first.record, second.record)
    assert denied(scene, receipt(scene, first, grant, scene.li, records=both))
    assert denied(scene, receipt(scene, second, grant, scene.li))
    [slip] = custodian(scene, "clinic").release(receipt(scene, first, grant, scene.li)).scopes
    assert (slip.epoch, slip.kind, slip.record) == (0, 0, first.record)


def test_staff_without_a_grant_read_at_their_own_house_alone(scene: Any, summary: Path) -> None:
    pointer, _ = shared(scene, summary)
    assert custodian(scene, "clinic").release(receipt(scene, pointer, None, scene.wang)).wraps
    at_lead = {"custodian": scene.address("lead")}
    assert denied(scene, receipt(scene, pointer, None, scene.wang, **at_lead), "lead")
    assert denied(scene, receipt(scene, pointer, None, scene.chen, **at_lead), "lead")
    for reader in (scene.li, scene.chen):
        assert denied(scene, receipt(scene, pointer, None, reader))
    assert denied(scene, receipt(scene, pointer, None, scene.wang, affiliation=bytes(32)))


def test_staff_who_are_suspended_read_nothing(scene: Any, summary: Path) -> None:
    pointer, _ = shared(scene, summary)
    scene.house("clinic").set_licence(scene.wang.address, Standing.SUSPENDED)
    assert denied(scene, receipt(scene, pointer, None, scene.wang))


def test_a_house_that_keeps_nothing_of_it_releases_nothing(scene: Any, summary: Path) -> None:
    pointer, grant = shared(scene, summary)
    elsewhere = {"custodian": scene.address("hospital")}
    assert denied(scene, receipt(scene, pointer, grant, scene.li, **elsewhere), "hospital")


def test_T09_a_receipt_for_one_custodian_is_nothing_to_another(scene: Any, summary: Path) -> None:
    pointer, grant = shared(scene, summary)
    assert denied(scene, receipt(scene, pointer, grant, scene.li), "lead")


@pytest.mark.parametrize("seconds", [-400, 400])
def test_T09_a_receipt_of_another_time_is_refused(scene: Any, summary: Path, seconds: int) -> None:
    pointer, grant = shared(scene, summary)
    moved = receipt(scene, pointer, grant, scene.li, signed_at=int(time.time()) + seconds)
    assert denied(scene, moved)


def test_T14_a_receipt_names_each_record_once_and_not_too_many(scene: Any, summary: Path) -> None:
    pointer, grant = shared(scene, summary)
    assert denied(scene, receipt(scene, pointer, grant, scene.li, records=(pointer.record,) * 2))
    many = tuple(n.to_bytes(32, "big") for n in range(MOST_RECORDS + 1))
    assert denied(scene, receipt(scene, pointer, grant, scene.li, records=many))
    assert all(entry.outcome != "denied" or entry.record != many[0] for entry in log(scene))


def test_T23_a_clone_that_nobody_announced_is_no_relationship(scene: Any, summary: Path) -> None:
    pointer, grant = shared(scene, summary)
    clone = scene.network.clone_code("Relationship")
    deployed = bytes.fromhex("602d600c600039602d6000f3") + clone
    bank = scene.chain.request("eth_accounts")[0]
    sent = {"from": bank, "data": "0x" + deployed.hex(), "gas": hex(200_000)}
    twin = scene.chain.receipt(scene.chain.request("eth_sendTransaction", sent))
    address = scene.network.web3.to_checksum_address(twin["contractAddress"])
    assert scene.network.is_clone(address, "Relationship")
    assert denied(scene, receipt(scene, pointer, grant, scene.li, relationship=address))
    asked = replace(inquiry(scene, scene.patient.keys, "clinic", "drafts").statement)
    moved = replace(asked, relationship=address).sign(scene.patient.keys, scene.network.chain_id)
    with pytest.raises(AccessDenied):
        custodian(scene, "clinic").drafts(moved)


@pytest.mark.parametrize("field", ["kind", "epoch", "root", "locator", "author"])
def test_T24_a_custodian_compares_its_nodes_events_with_storage(
    scene: Any, summary: Path, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    pointer, grant = shared(scene, summary)
    lies = {
        "kind": {"attestation": replace(pointer.attestation, kind=20)},
        "epoch": {"epoch": 2},
        "root": {"root": bytes(32)},
        "locator": {"locator": bytes(80)},
        "author": {"author": scene.li.address},
    }
    lie = replace(pointer, **lies[field])
    monkeypatch.setattr(RelationshipHistory, "records", lambda self: [lie])
    assert denied(scene, receipt(scene, pointer, None, scene.wang))
    assert grant


def test_T24_a_grant_is_what_the_contract_has_the_digest_of(
    scene: Any, summary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pointer, grant = anchored(scene, summary), granted(scene, kind=20)
    wider = replace(grant, terms=replace(grant.terms, scope=Scope.EVERYTHING, kind=0))
    monkeypatch.setattr(RelationshipHistory, "grants", lambda self: [wider])
    assert denied(scene, receipt(scene, pointer, grant, scene.li))


def test_P01_the_mirrors_own_staff_get_nothing_even_if_the_mirror_was_changed_to_theirs(
    scene: Any, summary: Path
) -> None:
    pointer, grant = shared(scene, summary)
    facade = scene.network.relationship(pointer.relationship)
    relayed(scene, facade.change_mirror(scene.address("hospital")))
    assert denied(scene, receipt(scene, pointer, grant, scene.li))


def test_a_grant_dies_with_its_relationship(scene: Any, summary: Path) -> None:
    pointer, grant = shared(scene, summary)
    relayed(scene, scene.network.relationship(pointer.relationship).end())
    assert denied(scene, receipt(scene, pointer, grant, scene.li))
    assert custodian(scene, "clinic").release(receipt(scene, pointer, None, scene.wang)).wraps


def test_R26_every_record_of_a_reading_stands_in_the_log(scene: Any, summary: Path) -> None:
    first, grant = shared(scene, summary)
    records = (first.record, anchored(scene, summary).record)
    custodian(scene, "clinic").release(receipt(scene, first, grant, scene.li, records=records))
    told = [(e.outcome, e.record, e.reader, e.grant, e.receipt) for e in log(scene)]
    read = ("read", scene.li.address, grant.terms.id, 0)
    assert told == [(read[0], record, *read[1:]) for record in records]


def test_R26_a_denial_stands_in_the_log(scene: Any, summary: Path) -> None:
    pointer = anchored(scene, summary)
    assert denied(scene, receipt(scene, pointer, None, scene.li))
    [entry] = log(scene)
    assert (entry.outcome, entry.reader, entry.record) == (
        "denied",
        scene.li.address,
        pointer.record,
    )
    assert entry.receipt is None
    assert abs(entry.at - time.time()) < 60


def test_nobody_puts_a_denial_into_another_persons_name(scene: Any, summary: Path) -> None:
    pointer = anchored(scene, summary)
    signed = receipt(scene, pointer, None, scene.li)
    framed = replace(signed.statement, reader=scene.chen.address)
    assert denied(scene, replace(signed, statement=framed))
    assert denied(scene, replace(signed, signature=bytes(65)))
    assert log(scene) == []


def test_accounts_made_for_nothing_fill_no_log(scene: Any, summary: Path) -> None:
    pointer = anchored(scene, summary)
    for name in ("stranger 1", "stranger 2"):
        stranger: Any = Signer(name)
        stranger.keys, stranger.affiliation = stranger, bytes(32)
        assert denied(scene, receipt(scene, pointer, None, stranger))
    assert log(scene) == []


def test_a_persons_denials_are_logged_up_to_a_number_an_hour(scene: Any, summary: Path) -> None:
    pointer = anchored(scene, summary)
    for first in (0, 10, 20):
        records = tuple(n.to_bytes(32, "big") for n in range(first, first + 10))
        assert denied(scene, receipt(scene, pointer, None, scene.li, records=records))
    assert len(log(scene)) == 16
    assert denied(scene, receipt(scene, pointer, None, scene.chen))
    assert len(log(scene)) == 17


def test_P10_no_receipt_on_disk_no_slip(
    scene: Any, summary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pointer, grant = shared(scene, summary)
    monkeypatch.setattr("os.fsync", lambda file: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(CustodianUnavailable):
        custodian(scene, "clinic").release(receipt(scene, pointer, grant, scene.li))
    monkeypatch.undo()
    assert [entry for entry in log(scene) if entry.outcome == "read"] == []


def test_keys_that_do_not_open_the_relationship_are_a_custodian_that_is_away(
    scene: Any, summary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pointer, _ = shared(scene, summary)
    keeper = custodian(scene, "clinic")
    monkeypatch.setattr(keeper, "_keys", scene.alliance.keys["hospital"])
    monkeypatch.setattr(type(keeper), "institution", scene.address("clinic"))
    with pytest.raises(CustodianUnavailable):
        keeper.release(receipt(scene, pointer, None, scene.wang))
    monkeypatch.undo()
    assert log(scene) == []
