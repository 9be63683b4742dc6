"""CDA documents and DICOM series on their whole way, and texts in Chinese encodings (R15)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from chartkey.actors.disclosure import Disclosure
from chartkey.errors import RecordInvalid

from tests.integration.custody_scene import anchored, keys_of, patient
from tests.unit.records.test_cda import cda
from tests.unit.records.test_series import slice_

DATA = Path(__file__).resolve().parents[1] / "unit" / "records" / "data"


@pytest.fixture(autouse=True)
def own_device(scene: Any, tmp_path: Path) -> None:
    scene.patient = patient(scene, scene.directory, keys_of(scene, "patient-zhang", tmp_path))


def test_a_cda_in_gb18030_is_anchored_read_found_viewed_and_shown_in_part(
    scene: Any, tmp_path: Path
) -> None:
    source = tmp_path / "出院.xml"
    source.write_bytes(cda(encoding="GB18030").encode("gb18030"))
    pointer = anchored(scene, source)
    with scene.patient.read(pointer) as opened:
        assert opened.document == source.read_bytes()
    [found] = scene.patient.search("皮疹")
    assert found.entry.pointer.record == pointer.record
    view = scene.patient.view("event", setting="inpatient")
    assert view.lines()[:2] == ["Allergies:", "  - 青霉素 皮疹"]
    assert view.groups[0].heading.startswith("inpatient, 2024-12-10 to 2024-12-20, 心血管内科")
    [number] = [e.index for e in scene.patient.elements(pointer) if "过敏史" in e.label]
    text = scene.patient.disclose(pointer, [number]).to_json()
    shown = Disclosure.from_json(text.encode())
    shown.check_anchored(scene.network)
    assert "青霉素" in shown.proofs[0].value.decode()
    assert "秀英" not in shown.proofs[0].value.decode() + text


def test_a_series_is_anchored_and_read_as_one_record(scene: Any, tmp_path: Path) -> None:
    folder = tmp_path / "series"
    folder.mkdir()
    for number in (1, 2, 3):
        (folder / f"{number}.dcm").write_bytes(slice_(number))
    pointer = anchored(scene, folder)
    with scene.patient.read(pointer) as opened:
        assert [file().read() for file in opened.instances] == [slice_(n) for n in (1, 2, 3)]
        assert opened.layout.thumbnail.startswith(b"\x89PNG")
    [entry] = scene.patient.view("event").entries
    assert entry.glance.title == "CT 胸部平扫, 3 images"


def test_fhir_in_gbk_is_stored_as_utf8(scene: Any, tmp_path: Path, summary: Path) -> None:
    source = tmp_path / "summary.json"
    source.write_bytes(summary.read_text("utf-8").encode("gbk"))
    pointer = anchored(scene, source)
    with scene.patient.read(pointer) as opened:
        assert opened.bundle == json.loads(summary.read_text("utf-8"))


def test_text_that_may_be_anything_is_refused_and_nothing_waits(
    scene: Any, tmp_path: Path, summary: Path
) -> None:
    source = tmp_path / "summary.json"
    text = json.dumps({"resourceType": "Patient", "name": [{"family": "Müller"}]})
    source.write_bytes(text.replace("\\u00fc", "ü").encode("latin-1"))
    with pytest.raises(RecordInvalid, match="encoding="):
        scene.wang.draft(scene.patient.address, source)
    assert scene.patient.drafts() == []
