"""Views, search and disclosure of records that are really anchored (R16, R70, P05)."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from chartkey.actors.disclosure import Disclosure
from chartkey.errors import (
    ArgumentInvalid,
    ChainMismatch,
    CommitmentMismatch,
    CustodianUnavailable,
    RelationshipMissing,
    RequestMissing,
    SignatureInvalid,
    StoreUnavailable,
)
from chartkey.models import Kind

from tests.integration.custody_scene import (
    anchored,
    directory,
    granted,
    keys_of,
    patient,
    shared,
)

DATA = Path(__file__).resolve().parents[1] / "unit" / "records" / "data"
DISCHARGE, LABORATORY = DATA / "discharge-summary.json", DATA / "laboratory.json"
AWAY = CustodianUnavailable(institution="it", problem="it does not answer")


@pytest.fixture(autouse=True)
def own_device(scene: Any, tmp_path: Path) -> None:
    """The index lies beside the key file: each test has its own."""
    scene.patient = patient(scene, scene.directory, keys_of(scene, "patient-zhang", tmp_path))


def index_file(scene: Any) -> Path:
    path = scene.patient.keys.path
    return Path(path.with_name(path.name + ".index"))


class Counted:
    """Counts what is opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, person: Any) -> None:
        self.records: list[bytes] = []
        real = person.read

        def read(pointer: Any) -> Any:
            self.records.append(pointer.record)
            return real(pointer)

        monkeypatch.setattr(person, "read", read)


def test_R16_own_records_are_seen_by_time_event_and_kind_allergies_first(
    scene: Any, summary: Path
) -> None:
    first, second = anchored(scene, summary), anchored(scene, DISCHARGE)
    third = anchored(scene, LABORATORY)
    for order in ("time", "event", "kind"):
        view = scene.patient.view(order)
        assert {e.pointer.record for e in view.entries} == {
            first.record,
            second.record,
            third.record,
        }
        assert view.lines()[0] == "Allergies:"
        assert (view.whole, view.unopened) == (None, ())
    stay = scene.patient.view(setting="inpatient")
    assert [e.pointer.record for e in stay.entries] == [second.record]
    assert stay.lines()[0] == "Allergies:"


def test_an_order_that_does_not_exist_is_refused(scene: Any) -> None:
    with pytest.raises(ArgumentInvalid):
        scene.patient.view("colour")
    with pytest.raises(ArgumentInvalid):
        scene.li.view(setting="at home")


def test_R16_a_search_finds_chinese_words_in_the_encrypted_index(scene: Any, summary: Path) -> None:
    pointer = anchored(scene, summary)
    [found] = scene.patient.search("青霉素")
    assert found.entry.pointer.record == pointer.record
    assert "青霉素" in found.snippet
    assert scene.patient.search("没有这个词") == []
    sealed = index_file(scene).read_bytes()
    assert index_file(scene).stat().st_mode & 0o777 == 0o600
    assert "青霉素".encode() not in sealed
    assert pointer.record not in sealed


def test_the_index_opens_only_what_is_new(
    scene: Any, summary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    anchored(scene, summary)
    scene.patient.search("x")
    new = anchored(scene, LABORATORY)
    counted = Counted(monkeypatch, scene.patient)
    scene.patient.search("x")
    assert counted.records == [new.record]


@pytest.mark.parametrize("damage", ["lost", "changed", "cut", "another's", "unsafe", "folder"])
def test_an_index_that_is_lost_or_damaged_is_made_anew(
    scene: Any, summary: Path, damage: str
) -> None:
    anchored(scene, summary)
    scene.patient.search("x")
    path = index_file(scene)
    data = path.read_bytes()
    if damage == "lost":
        path.unlink()
    elif damage == "changed":
        path.write_bytes(data[:100] + b"!" + data[101:])
    elif damage == "cut":
        path.write_bytes(data[:50])
    elif damage == "another's":
        path.write_bytes(b"chartidx" + bytes(500))
    elif damage == "unsafe":
        os.chmod(path, 0o644)
    else:
        path.unlink()
        path.mkdir()
    assert len(scene.patient.search("青霉素")) == 1
    if damage != "folder":
        assert path.stat().st_mode & 0o777 == 0o600


def test_P06_what_was_erased_is_gone_from_index_and_views(scene: Any, summary: Path) -> None:
    other, pointer = anchored(scene, LABORATORY), anchored(scene, summary)
    assert scene.patient.search("青霉素")
    scene.patient.erase(pointer)
    scene.patient.directory = directory(scene, clinic=AWAY, lead=AWAY)
    view = scene.patient.view()
    assert [e.pointer.record for e in view.entries] == [other.record]
    assert view.unopened == ()
    assert scene.patient.search("青霉素") == []


def test_P06_erasing_forgets_the_words_at_once_and_says_when_it_cannot(
    scene: Any, summary: Path
) -> None:
    pointer = anchored(scene, summary)
    scene.patient.search("x")
    path = index_file(scene)
    path.unlink()
    path.mkdir()
    with pytest.raises(StoreUnavailable, match="This device's index"):
        scene.patient.erase(pointer)
    path.rmdir()
    scene.patient.erase(pointer)
    assert scene.patient.search("青霉素") == []


def test_a_record_that_cannot_be_opened_now_hides_no_other_and_is_tried_again(
    scene: Any, summary: Path
) -> None:
    first, second = anchored(scene, summary), anchored(scene, LABORATORY)
    broken = Broken(scene.patient, second)
    assert [e.pointer.record for e in broken.view().entries] == [first.record]
    assert [p.record for p in broken.view().unopened] == [second.record]
    assert len(scene.patient.view().entries) == 2


class Broken:
    """A patient one of whose records does not open for a while."""

    def __init__(self, person: Any, record: Any) -> None:
        self._person, self._record = person, record

    def view(self) -> Any:
        real = self._person.read

        def read(pointer: Any) -> Any:
            if pointer.record == self._record.record:
                raise AWAY
            return real(pointer)

        self._person.read = read
        try:
            return self._person.view()
        finally:
            del self._person.read


def test_R16_a_granted_view_is_partial_while_something_is_withheld_and_tells_nothing_of_it(
    scene: Any, summary: Path
) -> None:
    pointer, _ = shared(scene, summary)
    assert scene.li.view().whole is True
    anchored(scene, LABORATORY)
    view = scene.li.view()
    assert view.whole is False
    assert [e.pointer.record for e in view.entries] == [pointer.record]
    assert view.lines()[0] == "Allergies:"
    told = json.dumps(view.to_dict(), default=bytes.hex)
    assert "laboratory" not in told
    assert view.to_dict()["extent"] == "partial"
    assert view.unopened == ()


def test_R16_a_grant_of_everything_gives_a_whole_view_of_its_relationship(
    scene: Any, summary: Path
) -> None:
    anchored(scene, summary)
    anchored(scene, LABORATORY)
    granted(scene)
    [request] = scene.li.requested()
    view = scene.li.view(request, "kind")
    assert (view.whole, len(view.entries)) == (True, 2)


def test_R27_a_granted_view_leaves_a_receipt_for_each_record_and_nothing_on_the_device(
    scene: Any, summary: Path
) -> None:
    pointer, _ = shared(scene, summary)
    scene.li.view()
    assert [e.record for e in scene.patient.access_log() if e.what == "read"] == [pointer.record]
    assert not scene.li.keys.path.with_name(scene.li.keys.path.name + ".index").exists()


def test_a_view_under_a_request_without_a_grant_is_refused(scene: Any, summary: Path) -> None:
    anchored(scene, summary)
    request = scene.li.request(scene.patient.address, kind=Kind.PATIENT_SUMMARY)
    with pytest.raises(RequestMissing):
        scene.li.view(request)


def test_without_any_grant_a_view_is_empty_and_partial(scene: Any, summary: Path) -> None:
    anchored(scene, summary)
    view = scene.li.view()
    assert (view.entries, view.whole) == ([], False)


def disclosed(scene: Any, pointer: Any, *indices: int, **named: Any) -> Disclosure:
    text = scene.patient.disclose(pointer, indices, **named).to_json()
    return Disclosure.from_json(text.encode())


def test_R70_one_element_is_checked_against_the_anchored_root_and_on_chain(
    scene: Any, summary: Path
) -> None:
    pointer = anchored(scene, summary)
    elements = scene.patient.elements(pointer)
    [allergy] = [e.index for e in elements if e.label.startswith("AllergyIntolerance")][:1]
    found = disclosed(scene, pointer, allergy, audience="招聘单位")
    found.check(pointer.root)
    said = found.check_anchored(scene.network)
    assert said.state.root == pointer.root
    assert said.institution == scene.address("clinic")
    assert not said.flags.erased
    resource = json.loads(found.proofs[0].value)["resource"]
    assert resource["resourceType"] == "AllergyIntolerance"


def test_R70_the_file_holds_nothing_of_the_records_other_elements(
    scene: Any, summary: Path
) -> None:
    pointer = anchored(scene, summary)
    with scene.patient.read(pointer) as opened:
        elements, seed = opened.elements, opened.leaf_seed
    found = scene.patient.disclose(pointer, [2])
    shown = found.to_json() + found.proofs[0].value.decode()
    words = set(_texts(json.loads(b"[" + b",".join(elements) + b"]")))
    own = set(_texts(json.loads(elements[1])))
    common = {"http://loinc.org", "http://snomed.info/sct"}
    assert not [w for w in words - own - common if len(w) > 5 and w in shown]
    assert seed.hex() not in shown


def _texts(value: Any) -> Any:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value


def test_R70_a_stranger_who_signs_anew_is_not_the_owner(scene: Any, summary: Path) -> None:
    from dataclasses import replace

    pointer = anchored(scene, summary)
    found = disclosed(scene, pointer, 2)
    stolen = replace(found.statement, owner=scene.li.address)
    forged = Disclosure(found.chain_id, stolen.sign(scene.li.keys, found.chain_id), found.proofs)
    forged.check()
    with pytest.raises(SignatureInvalid):
        forged.check_anchored(scene.network)


@pytest.mark.parametrize(
    ("field", "error"),
    [
        ("root", CommitmentMismatch),
        ("record", CommitmentMismatch),
        ("leaf0", CommitmentMismatch),
        ("relationship", RelationshipMissing),
    ],
)
def test_R70_an_owner_who_signs_something_that_was_not_anchored_is_refused(
    scene: Any, summary: Path, field: str, error: type[Exception]
) -> None:
    from dataclasses import replace

    pointer = anchored(scene, summary)
    found = disclosed(scene, pointer, 2)
    value: Any = b"\x01" * 32 if field != "relationship" else scene.patient.address
    false = replace(found.statement, **{field: value})
    signed = false.sign(scene.patient.keys, found.chain_id)
    with pytest.raises(error):
        Disclosure(found.chain_id, signed, found.proofs).check_anchored(scene.network)


def test_R70_a_record_that_is_not_anchored_there_is_named_as_what_does_not_fit(
    scene: Any, summary: Path
) -> None:
    from dataclasses import replace

    pointer, other = anchored(scene, summary), anchored(scene, LABORATORY)
    found = disclosed(scene, pointer, 2)
    false = replace(found.statement, record=other.record).sign(scene.patient.keys, found.chain_id)
    with pytest.raises(CommitmentMismatch) as refused:
        Disclosure(found.chain_id, false, found.proofs).check_anchored(scene.network)
    assert refused.value.values == {"what": "record"}


def test_R70_what_the_contract_does_not_find_committed_to_is_refused(
    scene: Any, summary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Client and contract compute the same; that the contract's word counts shows only so."""
    found = disclosed(scene, anchored(scene, summary), 2)
    monkeypatch.setattr(type(scene.network.evidence), "is_committed", lambda *_: False)
    with pytest.raises(CommitmentMismatch):
        found.check_anchored(scene.network)


def test_a_disclosure_of_another_chain_is_refused(scene: Any, summary: Path) -> None:
    pointer = anchored(scene, summary)
    found = disclosed(scene, pointer, 1)
    signed = found.statement.sign(scene.patient.keys, 1)
    with pytest.raises(ChainMismatch):
        Disclosure(1, signed, found.proofs).check_anchored(scene.network)


@pytest.mark.parametrize("indices", [(), (0,), (999,), (-1,)])
def test_elements_that_a_record_lacks_are_refused(
    scene: Any, summary: Path, indices: tuple[int, ...]
) -> None:
    pointer = anchored(scene, summary)
    with pytest.raises(ArgumentInvalid):
        scene.patient.disclose(pointer, indices)


def test_a_disclosure_shows_that_its_record_was_disputed_or_erased(
    scene: Any, summary: Path
) -> None:
    pointer = anchored(scene, summary)
    found = disclosed(scene, pointer, 1)
    scene.patient.erase(pointer)
    assert found.check_anchored(scene.network).flags.erased
