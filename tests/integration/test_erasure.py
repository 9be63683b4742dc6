"""Erasing a record for good: what nobody can open afterwards, and what refuses (R52, P06, T32)."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from chartkey.custody.erasure import ErasedRecord, ErasureOrder, certificate_digest
from chartkey.errors import (
    AccessDenied,
    ContractRefused,
    CustodianUnavailable,
    RecordErased,
    RecordMissing,
    RecordSealed,
)
from chartkey.models import ErasureCertificate, Kind
from chartkey.storage import open_store
from chartkey.storage.cid import binary

from scripts.alliance.cast import HOUSES
from scripts.alliance.thief import Thief
from tests.integration.custody_scene import (
    anchored,
    custodian,
    directory,
    failing,
    granted,
    inquiry,
    keys_of,
    patient,
    relayed,
    shared,
    ward,
)

AWAY = CustodianUnavailable(institution="it", problem="it does not answer")


@pytest.fixture(autouse=True)
def own_device(scene: Any, tmp_path: Path) -> None:
    """What is erased from the patient's device is this test's alone."""
    scene.patient = patient(scene, scene.directory, keys_of(scene, "patient-zhang", tmp_path))


def slips_of(scene: Any, pointer: Any) -> tuple[Any, ...]:
    """Copies of every slip that a custodian or the patient's device has."""
    found = [
        slip
        for one in (custodian(scene, "clinic"), custodian(scene, "lead"))
        for slip in one._database.record_slips(scene.relationship)
    ]
    kept = scene.patient.device.slip(pointer.relationship, pointer.record, pointer.root)
    assert kept in [slip.slip for slip in found]
    return tuple(found)


def copied_stores(scene: Any, folder: Path) -> tuple[Any, ...]:
    """All ciphertext, as somebody copied it before it was unpinned."""
    copies = []
    for house in HOUSES:
        shutil.copytree(scene.houses / house.label / "store", folder / house.label)
        copies.append(open_store(folder / house.label))
    return tuple(copies)


def robber(scene: Any, stores: tuple[Any, ...], slips: tuple[Any, ...] = ()) -> Thief:
    """Everybody's RSA keys, the chain, all ciphertext; and slips, where a test gives them."""
    first, *others = scene.alliance.keys.values()
    return Thief(scene.network, first, stores, (), tuple(others), slips)


def flags(scene: Any, pointer: Any) -> Any:
    return scene.network.evidence.flags_of(pointer.relationship, pointer.record)


def files_under(*folders: Path) -> bytes:
    """Every byte that custodians and the device have on disk, the stores left out."""
    files = [f for folder in folders for f in folder.rglob("*") if f.is_file()]
    return b"".join(f.read_bytes() for f in files if "store" not in f.parts)


def test_P06_every_rsa_key_all_ciphertext_and_the_chain_open_nothing_that_was_erased(
    scene: Any, summary: Path, tmp_path: Path
) -> None:
    pointer, _ = shared(scene, summary)
    stores, slips = copied_stores(scene, tmp_path / "copies"), slips_of(scene, pointer)
    before = robber(scene, stores, slips)
    assert [p.record for p in before.read([scene.relationship])] == [pointer.record]
    scene.patient.erase(pointer)
    thief = robber(scene, stores)
    assert thief.read([scene.relationship]) == []
    assert thief.attempts > len(thief._secrets) > 0
    assert [p.record for p in thief.opened([scene.relationship])] == [pointer.record]


def test_P06_no_slip_is_left_in_any_file_of_any_house_or_of_the_device(
    scene: Any, summary: Path, tmp_path: Path
) -> None:
    pointer, grant = shared(scene, summary)
    ward(scene, scene.directory).read(pointer).close()
    scopes = custodian(scene, "clinic")._database.scope_slips(scene.relationship, grant.terms.id)
    secret = [slip.slip for slip in (*slips_of(scene, pointer), *scopes)]
    places = [scene.houses, tmp_path]
    assert all(slip in files_under(*places) for slip in secret)
    scene.patient.erase(pointer)
    left = files_under(*places)
    assert not [slip for slip in secret if slip in left]


def test_P06_a_draft_that_was_anchored_as_attested_goes_too(scene: Any, summary: Path) -> None:
    draft = scene.wang.draft(scene.patient.address, summary, days=1)
    scene.pass_time(86_401)
    scene.house("clinic").attest(draft)
    [pointer] = scene.patient.records()
    [sealed] = list((scene.houses / "clinic").rglob("*.draft"))
    scene.patient.erase(pointer)
    assert not sealed.exists()
    assert scene.patient.drafts() == []


def test_R52_the_certificate_of_both_custodians_is_anchored(scene: Any, summary: Path) -> None:
    pointer = anchored(scene, summary)
    erasure = scene.patient.erase(pointer)
    assert flags(scene, pointer).erased
    assert (erasure.records, erasure.unanswered) == ((pointer.record,), ())
    assert scene.patient.history(scene.relationship).erased() == {pointer.record}


def test_neither_owner_nor_viewer_nor_author_opens_what_was_erased(
    scene: Any, summary: Path
) -> None:
    pointer, _ = shared(scene, summary)
    scene.patient.erase(pointer)
    for person in (scene.patient, scene.li, scene.wang):
        with pytest.raises(RecordErased):
            person.read(pointer)


def test_ciphertext_is_unpinned_at_institution_and_mirror(scene: Any, summary: Path) -> None:
    other, pointer = anchored(scene, summary), anchored(scene, summary)
    scene.patient.erase(pointer)
    assert [len(custodian(scene, house).store.pins()) for house in ("clinic", "lead")] == [1, 1]
    scene.patient.read(other).close()


def test_other_records_of_the_same_kind_stay_readable_under_the_same_grant(
    scene: Any, summary: Path
) -> None:
    other = anchored(scene, summary)
    pointer, _ = shared(scene, summary)
    scene.patient.erase(pointer)
    ward(scene, scene.directory).read(other).close()


def test_scope_slips_go_with_the_last_record_that_they_led_to(scene: Any, summary: Path) -> None:
    other = anchored(scene, summary)
    pointer, grant = shared(scene, summary)
    database = custodian(scene, "clinic")._database
    scene.patient.erase(pointer)
    assert len(database.scope_slips(scene.relationship, grant.terms.id)) == 1
    scene.patient.erase(other)
    assert database.scope_slips(scene.relationship, grant.terms.id) == []


def test_P06_a_later_grant_makes_no_slip_that_leads_to_what_was_erased(
    scene: Any, summary: Path
) -> None:
    pointer = anchored(scene, summary)
    scene.patient.erase(pointer)
    grant = granted(scene, kind=Kind.PATIENT_SUMMARY)
    for house in ("clinic", "lead"):
        database = custodian(scene, house)._database
        assert database.scope_slips(scene.relationship, grant.terms.id) == []


def test_all_versions_are_erased_together_and_nothing_else(scene: Any, summary: Path) -> None:
    other = anchored(scene, summary)
    first = anchored(scene, summary)
    second = anchored(scene, summary, corrects=first)
    erasure = scene.patient.erase(first)
    assert set(erasure.records) == {first.record, second.record}
    assert not flags(scene, other).erased


def test_one_version_alone_is_erased_where_that_is_asked(scene: Any, summary: Path) -> None:
    first = anchored(scene, summary)
    second = anchored(scene, summary, corrects=first)
    scene.patient.erase(first, versions=False)
    assert (flags(scene, first).erased, flags(scene, second).erased) == (True, False)
    scene.patient.read(second).close()


@pytest.mark.parametrize("side", ["owner", "institution"])
def test_R32_a_record_that_a_side_sealed_is_not_erased_until_both_lift(
    scene: Any, summary: Path, side: str
) -> None:
    pointer, evidence = anchored(scene, summary), scene.network.evidence
    place = (pointer.relationship, [pointer.record])

    def act(call: Any) -> None:
        if side == "owner":
            relayed(scene, call)
        else:
            scene.house("clinic")._send(call)

    act(evidence.seal(*place))
    before = slips_of(scene, pointer)
    with pytest.raises(RecordSealed) as refused:
        scene.patient.erase(pointer)
    assert side in str(refused.value)
    assert slips_of(scene, pointer) == before
    act(evidence.lift_seal(*place))
    scene.patient.erase(pointer)
    assert flags(scene, pointer).erased


def order(pointer: Any, cid: bytes = b"", salt: bytes = b"") -> ErasureOrder:
    return ErasureOrder(pointer.relationship, (ErasedRecord(pointer.record, cid, salt),))


def ask(scene: Any, house: str, wanted: ErasureOrder, keys: Any = None) -> None:
    keys = keys or scene.patient.keys
    signed = inquiry(scene, keys, house, "erase", wanted.digest())
    custodian(scene, house).erase(wanted, signed)


def test_P06_a_custodian_itself_refuses_what_is_sealed(scene: Any, summary: Path) -> None:
    """A client of somebody's own making does not ask first."""
    pointer = anchored(scene, summary)
    relayed(scene, scene.network.evidence.seal(pointer.relationship, [pointer.record]))
    with pytest.raises(RecordSealed):
        ask(scene, "clinic", order(pointer))
    assert slips_of(scene, pointer)


def test_P06_a_seal_that_waits_in_the_pool_counts(scene: Any, summary: Path, engine: str) -> None:
    if engine != "anvil":
        pytest.skip("Ganache offers no way to keep a transaction waiting and its pool open")
    from chartkey.chain.journal import MemoryJournal
    from chartkey.chain.sender import Sender

    pointer = anchored(scene, summary)
    call = scene.network.evidence.seal(pointer.relationship, [pointer.record])
    scene.chain.request("evm_setAutomine", False)
    try:
        keys = scene.alliance.keys["clinic"]
        Sender(scene.network, keys, MemoryJournal()).send(call, wait=False)
        with pytest.raises(RecordSealed, match="waits"):
            ask(scene, "lead", order(pointer))
    finally:
        scene.chain.request("evm_setAutomine", True)
        scene.chain.request("evm_mine")


@pytest.mark.parametrize("who", ["dr-wang", "dr-li", "clinic", "lead"])
def test_T32_nobody_but_the_owner_has_a_record_erased(scene: Any, summary: Path, who: str) -> None:
    pointer = anchored(scene, summary)
    with pytest.raises(AccessDenied):
        ask(scene, "clinic", order(pointer), scene.alliance.keys[who])
    assert slips_of(scene, pointer)


def test_an_order_other_than_the_one_signed_is_refused(scene: Any, summary: Path) -> None:
    pointer, other = anchored(scene, summary), anchored(scene, summary)
    signed = inquiry(scene, scene.patient.keys, "clinic", "erase", order(pointer).digest())
    with pytest.raises(AccessDenied):
        custodian(scene, "clinic").erase(order(other), signed)


def test_P06_an_owner_cannot_have_another_records_ciphertext_unpinned(
    scene: Any, summary: Path
) -> None:
    pointer, other = anchored(scene, summary), anchored(scene, summary)
    root = scene.patient.history(scene.relationship)
    from chartkey.custody.roots import relationship_root

    keys = relationship_root(scene.network, root, scene.patient.keys)
    key = keys.record_key(other.epoch, other.kind, other.record)
    cid = binary(scene.patient._reader.cid(other, key))
    with pytest.raises(AccessDenied):
        ask(scene, "clinic", order(pointer, cid, bytes(32)))
    assert slips_of(scene, pointer)
    assert len(custodian(scene, "clinic").store.pins()) == 2


def test_an_unknown_record_is_not_erased(scene: Any, summary: Path) -> None:
    anchored(scene, summary)
    unknown = ErasureOrder(scene.relationship, (ErasedRecord(bytes(32)),))
    with pytest.raises(RecordMissing):
        ask(scene, "clinic", unknown)


def test_P06_a_slip_that_comes_back_after_the_erasure_is_not_kept(
    scene: Any, summary: Path
) -> None:
    from chartkey.custody.custodian import SlipDelivery

    pointer = anchored(scene, summary)
    old = slips_of(scene, pointer)[0]
    scene.patient.erase(pointer)
    delivery = SlipDelivery(scene.relationship, (old,))
    signed = inquiry(scene, scene.patient.keys, "clinic", "keep-slips", delivery.digest())
    custodian(scene, "clinic").keep_slips(delivery, signed)
    assert custodian(scene, "clinic")._database.record_slips(scene.relationship) == []
    scene.patient.device.keep_slip(old)
    assert scene.patient.device.slip(old.relationship, old.record, old.root) is None


def test_a_new_mirror_gets_nothing_of_what_was_erased(scene: Any, summary: Path) -> None:
    other, pointer = anchored(scene, summary), anchored(scene, summary)
    scene.patient.erase(pointer)
    scene.patient.change_mirror(scene.relationship, scene.address("hospital"))
    new = custodian(scene, "hospital")
    assert [
        slip.record
        for slip in new.own_slips(inquiry(scene, scene.patient.keys, "hospital", "own-slips"))
    ] == [other.record]
    assert len(new.store.pins()) == 1


def test_nothing_is_certified_while_the_mirror_is_away_and_the_next_run_ends_it(
    scene: Any, summary: Path
) -> None:
    pointer = anchored(scene, summary)
    person = patient(scene, directory(scene, lead=AWAY), scene.patient.keys)
    with pytest.raises(CustodianUnavailable):
        person.erase(pointer)
    assert not flags(scene, pointer).erased
    scene.patient.read(pointer).close()
    scene.patient.erase(pointer)
    assert flags(scene, pointer).erased


def test_an_erasure_that_was_interrupted_half_way_is_ended_by_the_next(
    scene: Any, summary: Path
) -> None:
    pointer = anchored(scene, summary)
    stands = directory(scene, clinic={"certify_erasure": failing(AWAY)})
    with pytest.raises(CustodianUnavailable):
        patient(scene, stands, scene.patient.keys).erase(pointer)
    scene.patient.erase(pointer)
    scene.patient.erase(pointer)
    assert flags(scene, pointer).erased
    assert [custodian(scene, house).store.pins() for house in ("clinic", "lead")] == [[], []]


def test_a_former_mirror_that_does_not_answer_is_named(scene: Any, summary: Path) -> None:
    pointer = anchored(scene, summary)
    scene.patient.change_mirror(scene.relationship, scene.address("hospital"))
    person = patient(scene, directory(scene, lead=AWAY), scene.patient.keys)
    assert person.erase(pointer).unanswered == (scene.address("lead"),)
    assert scene.patient.erase(pointer).unanswered == ()


def certified(scene: Any, house: str, certificate: ErasureCertificate, keys: Any = None) -> bytes:
    digest = certificate_digest(certificate)
    signed = inquiry(scene, keys or scene.patient.keys, house, "certify-erasure", digest)
    signature: bytes = custodian(scene, house).certify_erasure(certificate, signed)
    return signature


def test_P06_no_custodian_certifies_what_it_did_not_erase(scene: Any, summary: Path) -> None:
    pointer, other = anchored(scene, summary), anchored(scene, summary)
    ask(scene, "clinic", order(pointer))
    now = scene.network.block_time()
    for records, at in (
        ((other.record,), now),
        ((pointer.record, other.record), now),
        ((), now),
        ((pointer.record,), now - 301),
    ):
        with pytest.raises(AccessDenied):
            certified(scene, "clinic", ErasureCertificate(scene.relationship, records, at))
    whole = ErasureCertificate(scene.relationship, (pointer.record,), now)
    assert len(certified(scene, "clinic", whole)) == 65
    with pytest.raises(AccessDenied):
        certified(scene, "hospital", whole)
    with pytest.raises(AccessDenied):
        certified(scene, "clinic", whole, scene.li.keys)


def test_R52_the_contract_takes_no_certificate_that_the_mirror_did_not_sign(
    scene: Any, summary: Path
) -> None:
    pointer = anchored(scene, summary)
    ask(scene, "clinic", order(pointer))
    whole = ErasureCertificate(scene.relationship, (pointer.record,), scene.network.block_time())
    signature = certified(scene, "clinic", whole)
    with pytest.raises(ContractRefused):
        relayed(scene, scene.network.evidence.certify_erasure(whole, signature, signature))
