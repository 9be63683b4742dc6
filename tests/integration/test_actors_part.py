"""A part of a record: verified like the whole, and without fetching the rest."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import pytest
from chartkey.actors.place import record_context
from chartkey.crypto.payload import open_bytes, seal_bytes
from chartkey.errors import AccessDenied, CommitmentMismatch, ContextInvalid
from chartkey.models import Kind
from chartkey.storage.embedded import EmbeddedStore

from tests.integration.custody_scene import anchored, granted
from tests.unit.records.conftest import HEADER, dicom, element

MIB = 1 << 20
SIDE = 2048


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DICOM file of 8 MiB, whose pixels count up."""
    rows = element(0x00280010, b"US", struct.pack("<H", 16))
    columns = element(0x00280011, b"US", struct.pack("<H", 16))
    side = struct.pack("<H", SIDE)
    header = HEADER.replace(rows, element(0x00280010, b"US", side))
    header = header.replace(columns, element(0x00280011, b"US", side))
    pixels = b"".join(struct.pack("<L", n) for n in range(SIDE * SIDE // 2))
    path = tmp_path_factory.mktemp("study") / "study.dcm"
    path.write_bytes(dicom(header + element(0x7FE00010, b"OW", pixels)))
    return path


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the blocks that any store fetched."""
    sizes: list[int] = []
    real = EmbeddedStore.fetch

    def count(store: EmbeddedStore, cid: Any) -> bytes:
        block = real(store, cid)
        sizes.append(len(block))
        return block

    monkeypatch.setattr(EmbeddedStore, "fetch", count)
    return sizes


@pytest.mark.parametrize("span", [(0, 132), (5 * MIB, 5 * MIB + 16), (8 * MIB, 1 << 40), (9, 9)])
def test_the_patient_reads_a_part_of_a_study(
    scene: Any, study: Path, fetched: list[int], span: tuple[int, int]
) -> None:
    record = anchored(scene, study)
    fetched.clear()
    with scene.patient.read_part(record, *span) as part:
        assert part.read() == study.read_bytes()[span[0] : span[1]]
    assert sum(fetched) < 5 * MIB < study.stat().st_size


def test_a_reader_gets_a_part_under_a_grant_and_a_receipt(scene: Any, study: Path) -> None:
    record = anchored(scene, study)
    with pytest.raises(AccessDenied):
        scene.li.read_part(record, 0, 132)
    granted(scene, kind=Kind(record.kind))
    with scene.li.read_part(record, 128, 132) as part:
        assert part.read() == b"DICM"
    [read] = [entry for entry in scene.patient.access_log() if entry.what == "read"]
    assert read.record == record.record


def test_a_part_of_a_compressed_record_is_of_the_text(scene: Any, summary: Path) -> None:
    record = anchored(scene, summary)
    with scene.patient.read(record) as opened, scene.patient.read_part(record, 2, 90) as part:
        assert part.read() == opened.document[2:90]


def test_a_part_that_runs_backwards_is_refused(scene: Any, summary: Path) -> None:
    record = anchored(scene, summary)
    for span in ((5, 4), (-1, 4)):
        with pytest.raises(ContextInvalid):
            scene.patient.read_part(record, *span)


def test_a_part_of_a_payload_that_was_not_anchored_is_refused(
    scene: Any, study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, reader = anchored(scene, study), scene.patient._reader
    key = scene.patient._record_key(record)
    dek = scene.patient._data_key(record, key)
    place = record_context(scene.network, record.attestation, record.author)
    store = scene.directory.store(scene.address("clinic"))
    with store.open(reader.cid(record, key)) as stream:
        plain = open_bytes(stream.read(), dek, place)
    # Whoever holds the data key can seal the same again, at another place.
    again = store.add(io.BytesIO(seal_bytes(plain, dek, place)[0])).cid
    monkeypatch.setattr(type(reader), "cid", lambda *_: again)
    with pytest.raises(CommitmentMismatch):
        scene.patient.read_part(record, 0, 132)
