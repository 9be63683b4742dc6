"""What custodians promise, keep apart, and refuse (P10, P20, P22, T17, T33, T34)."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from chartkey.actors.consent import consent_text
from chartkey.actors.device import beside
from chartkey.chain.forward import sign_forward
from chartkey.chain.journal import MemoryJournal
from chartkey.chain.sender import Sender
from chartkey.crypto.handle import handle
from chartkey.custody.custodian import SlipDelivery
from chartkey.custody.log import ReceiptLog, verify_inclusion
from chartkey.custody.statements import inquire
from chartkey.errors import AccessDenied, ContractRefused
from chartkey.models import Kind, RelationshipStatus


def shared(scene: Any, summary: Path) -> tuple[Any, Any]:
    pointer = scene.patient.confirm(scene.wang.draft(scene.patient.address, summary))
    request = scene.li.request(scene.patient.address, kind=Kind.PATIENT_SUMMARY)
    scene.patient.approve(request)
    return pointer, request


def promises(scene: Any) -> list[dict[str, Any]]:
    path = beside(scene.li.keys, ".promises")
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_P10_every_promised_receipt_stands_in_the_log(scene: Any, summary: Path) -> None:
    pointer, _ = shared(scene, summary)
    scene.li.read(pointer).close()
    promise = promises(scene)[-1]
    log = ReceiptLog(scene.houses / "clinic" / "custodian" / "receipts.log")
    index, size = promise["index"], promise["index"] + 1
    leaf = bytes.fromhex(promise["receipt"][2:])
    root = bytes.fromhex(promise["root"][2:])
    verify_inclusion(leaf, index, size, log.prove(index, size), root)
    receipt = json.loads(log.entries()[index])
    assert receipt["reader"] == scene.li.address
    assert receipt["records"] == ["0x" + pointer.record.hex()]
    assert sha256(b"\x00" + log.entries()[index]).digest() == leaf


def test_P01_slips_are_neither_on_chain_nor_in_a_store(scene: Any, summary: Path) -> None:
    pointer, _ = shared(scene, summary)
    custodian = scene.directory.custodian(scene.address("clinic"))
    inquiry = inquire(
        scene.network, scene.patient.keys, pointer.relationship, custodian.institution, "own-slips"
    )
    [slip] = custodian.own_slips(inquiry)
    blocks = range(scene.network.head().number + 1)
    chain = [scene.chain.request("eth_getBlockByNumber", hex(n), True) for n in blocks]
    assert slip.slip.hex() not in json.dumps(chain)
    for house in ("clinic", "lead"):
        folder = scene.houses / house / "store"
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert files
        assert not any(slip.slip in path.read_bytes() for path in files)


@pytest.mark.parametrize("action", ["own-slips", "access-log"])
def test_only_the_owner_gets_slips_and_log(scene: Any, summary: Path, action: str) -> None:
    pointer, _ = shared(scene, summary)
    custodian = scene.directory.custodian(scene.address("clinic"))
    for keys in (scene.li.keys, scene.wang.keys, scene.alliance.keys["lead"]):
        inquiry = inquire(scene.network, keys, pointer.relationship, custodian.institution, action)
        call = custodian.own_slips if action == "own-slips" else custodian.access_log
        with pytest.raises(AccessDenied):
            call(inquiry)


def test_an_inquiry_for_one_custodian_is_nothing_to_another(scene: Any, summary: Path) -> None:
    pointer, _ = shared(scene, summary)
    inquiry = inquire(
        scene.network, scene.patient.keys, pointer.relationship, scene.address("lead"), "own-slips"
    )
    with pytest.raises(AccessDenied):
        scene.directory.custodian(scene.address("clinic")).own_slips(inquiry)


def test_T07_slips_from_a_stranger_or_changed_on_the_way_are_refused(
    scene: Any, summary: Path
) -> None:
    pointer, _ = shared(scene, summary)
    custodian = scene.directory.custodian(scene.address("clinic"))
    inquiry = inquire(
        scene.network, scene.patient.keys, pointer.relationship, custodian.institution, "own-slips"
    )
    [slip] = custodian.own_slips(inquiry)
    delivery = SlipDelivery(pointer.relationship, (slip,))
    for keys, subject in ((scene.li.keys, delivery.digest()), (scene.patient.keys, bytes(32))):
        forged = inquire(
            scene.network,
            keys,
            pointer.relationship,
            custodian.institution,
            "keep-slips",
            subject,
        )
        with pytest.raises(AccessDenied):
            custodian.keep_slips(delivery, forged)


def test_T17_a_handle_is_guessed_by_nobody_without_the_key(scene: Any) -> None:
    clinic = scene.house("clinic")
    number = "99999919560312002X"
    on_chain = clinic.handle("resident-id", number)
    assert scene.network.registrar.account_of(clinic.address, on_chain) == scene.patient.address
    guesses = (f"9999991956031{suffix:05d}" for suffix in range(100_000))
    wrong = scene.alliance.keys["hospital"].handle_key
    assert all(handle(wrong, "resident-id", guess) != on_chain for guess in [*guesses, number])
    assert clinic.find("resident-id", number) == scene.patient.address


def test_T34_a_withheld_message_blocks_no_other_and_a_replay_reverts(
    scene: Any, summary: Path
) -> None:
    shared(scene, summary)
    request = scene.li.request(scene.patient.address, kind=Kind.LABORATORY)
    facade = scene.network.relationship(scene.relationship)
    withheld = sign_forward(scene.network, scene.patient.keys, facade.end())
    refusal = sign_forward(scene.network, scene.patient.keys, facade.refuse_request(request.id))
    sender = Sender(scene.network, scene.alliance.keys["hospital"], MemoryJournal())
    sender.relay(refusal)
    other = Sender(scene.network, scene.alliance.keys["lead"], MemoryJournal())
    with pytest.raises(ContractRefused) as refused:
        other.relay(refusal)
    assert refused.value.values["error"] == "ForwarderNonceUsed"
    other.relay(withheld)
    assert facade.status() is RelationshipStatus.ENDED


def test_T34_a_revocation_that_overtakes_its_grant_wins(scene: Any, summary: Path) -> None:
    pointer, _ = shared(scene, summary)
    request = scene.li.request(scene.patient.address, kind=Kind.LABORATORY)
    terms = scene.patient._terms(request, 7, consent_text())
    facade = scene.network.relationship(pointer.relationship)
    grant = sign_forward(scene.network, scene.patient.keys, facade.grant_access(terms))
    revoke = sign_forward(scene.network, scene.patient.keys, facade.revoke_access(terms.id))
    sender = Sender(scene.network, scene.alliance.keys["hospital"], MemoryJournal())
    sender.relay(revoke)
    with pytest.raises(ContractRefused) as refused:
        sender.relay(grant)
    assert refused.value.values["error"] == "GrantIdInvalid"
    assert not facade.is_grant_live(terms.id)
