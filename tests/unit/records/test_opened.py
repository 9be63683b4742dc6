"""What a reader gets: the same content, lazily, and one clear error for each wrong use."""

import errno
import io
import json
import os
import stat

import pytest
from chartkey.errors import (
    FileExists,
    FormatUnknown,
    MediaMismatch,
    RecordInvalid,
    StoreFull,
    StoreUnavailable,
)
from chartkey.models import Kind
from chartkey.records import open_container, open_record, read_document, scratch_file

SEED = bytes(range(32))


class Pipe(io.RawIOBase):
    """A stream that cannot seek and gives a few bytes at a time."""

    def __init__(self, data):
        self._data = data

    def readable(self):
        return True

    def readinto(self, buffer):
        count = min(len(buffer), 100, len(self._data))
        buffer[:count], self._data = self._data[:count], self._data[count:]
        return count


def pipe(data):
    return io.BufferedReader(Pipe(data))


def packed(source):
    with open_container(read_document(source), SEED) as stream:
        return stream.read()


@pytest.fixture
def fhir(data, round_trip):
    return round_trip(data / "summary.json", checks=["the author's signature"])


@pytest.fixture
def image(ct, round_trip):
    with round_trip(ct) as record:
        yield record


@pytest.mark.parametrize("wrap", [io.BytesIO, pipe])
@pytest.mark.parametrize("name", ["summary.json", "laboratory.json"])
def test_fhir_comes_back_byte_for_byte(data, round_trip, wrap, name):
    record = round_trip(data / name, wrap=wrap)
    document = read_document(data / name)
    assert record.document == record.stream().read() == (data / name).read_bytes()
    assert record.elements == document.elements
    assert (record.kind, record.title, record.moment) == (
        document.kind,
        document.title,
        document.moment,
    )
    assert record.leaf_seed == SEED


@pytest.mark.parametrize("wrap", [io.BytesIO, pipe])
def test_dicom_comes_back_byte_for_byte(ct, round_trip, wrap):
    with round_trip(ct, wrap=wrap) as record:
        assert record.document == record.stream().read() == ct
        assert record.elements == read_document(ct).elements
        assert record.kind is Kind.IMAGING


def test_a_bundle_is_a_dict(fhir, summary):
    assert fhir.bundle == summary
    assert fhir.bundle["entry"][1]["resource"]["name"][0]["text"] == "王秀英"


def test_a_single_resource_is_a_dict_and_no_bundle(data, round_trip):
    record = round_trip(data / "laboratory.json")
    assert record.resource["valueQuantity"]["value"] == 7.0
    with pytest.raises(MediaMismatch, match=r"use \.resource"):
        _ = record.bundle


def test_asking_an_image_for_a_bundle_names_what_would_work(image):
    with pytest.raises(MediaMismatch, match=r"application/dicom.*use \.dicom"):
        _ = image.bundle


def test_asking_a_bundle_for_an_image_names_what_would_work(fhir):
    with pytest.raises(MediaMismatch, match=r"use \.resource"):
        _ = fhir.dicom


def test_the_data_set_is_pydicoms(image):
    assert str(image.dicom.PatientName) == "王^秀英"
    assert image.dicom.PixelData == bytes(range(256)) * 2


def test_large_values_of_a_data_set_outlive_the_record_they_came_from(
    make_dicom, make_element, ct_header, round_trip
):
    frames = make_element(0x00280008, b"IS", b"4096")
    pixels = make_element(0x7FE00010, b"OW", bytes(range(256)) * 8192)
    dataset = round_trip(make_dicom(ct_header + frames + pixels), wrap=pipe).dicom
    assert dataset.PixelData == bytes(range(256)) * 8192


def test_readers_of_one_record_do_not_disturb_each_other(image, ct):
    first, second = image.stream(), image.stream()
    assert first.read(100) == second.read(100) == ct[:100]
    second.seek(-10, io.SEEK_END)
    assert first.read() == ct[100:]
    assert second.read() == ct[-10:]


def test_the_summary_begins_with_allergies_and_ends_with_what_was_verified(fhir):
    lines = fhir.summary()
    assert lines[:2] == ["Allergies:", "  - 青霉素类 (high risk)"]
    assert "  - 糖化血红蛋白: 7.00 %" in lines
    assert lines[-1] == "Verified: the author's signature"
    assert fhir.verified


def test_a_record_nobody_checked_says_so(data, round_trip):
    record = round_trip(data / "summary.json", standing="clinician-attested")
    assert record.summary()[-2:] == ["Standing: clinician-attested", "Verified: nothing yet"]
    assert not record.verified


def test_an_image_says_that_allergies_are_not_recorded_there(image):
    assert image.summary()[:3] == [
        "Allergies: not recorded here",
        "Imaging: CT 胸部 CT 平扫",
        "Patient: 王 秀英",
    ]


def test_nothing_of_the_patient_stands_in_the_repr(fhir, image):
    shown = f"{fhir!r} {fhir.header!r} {image!r} {image.header!r}"
    assert "王" not in shown
    assert "患者" not in shown
    assert SEED.hex() not in shown
    assert repr(SEED) not in shown


def test_saving_makes_a_private_file_with_the_exact_content(fhir, data, tmp_path):
    path = fhir.save(tmp_path / "摘要.json")
    assert path.read_bytes() == (data / "summary.json").read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_saving_never_overwrites_unasked(fhir, tmp_path):
    target = tmp_path / "摘要.json"
    target.write_text("别的")
    with pytest.raises(FileExists, match="left as it is"):
        fhir.save(target)
    assert target.read_text() == "别的"
    fhir.save(target, overwrite=True)
    assert target.read_bytes() == fhir.document
    assert os.listdir(tmp_path) == ["摘要.json"]


def test_a_name_taken_while_saving_is_left_alone(fhir, tmp_path, monkeypatch):
    target = tmp_path / "摘要.json"
    target.write_text("别的")
    monkeypatch.setattr(os.path, "lexists", lambda path: path != target and os.path.exists(path))
    with pytest.raises(FileExists):
        fhir.save(target)
    assert target.read_text() == "别的"


def test_saving_follows_no_dangling_link(fhir, tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExists):
        fhir.save(tmp_path / "link")
    assert not (tmp_path / "elsewhere").exists()


def test_saving_into_no_folder_is_one_clear_error(fhir, tmp_path):
    with pytest.raises(StoreUnavailable):
        fhir.save(tmp_path / "nowhere" / "摘要.json")


def test_a_full_disk_leaves_no_half_file(fhir, tmp_path, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreFull):
        fhir.save(tmp_path / "摘要.json")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("wrap", [io.BytesIO, pipe])
@pytest.mark.parametrize("kind", ["fhir", "dicom"])
def test_every_cut_of_a_container_is_refused(data, ct, wrap, kind):
    whole = packed(data / "laboratory.json" if kind == "fhir" else ct)
    for end in range(0, len(whole), 7 if kind == "dicom" else 1):
        with pytest.raises(RecordInvalid):
            open_record(wrap(whole[:end]))


@pytest.mark.parametrize("wrap", [io.BytesIO, pipe])
@pytest.mark.parametrize("kind", ["fhir", "dicom"])
def test_bytes_after_the_end_are_refused(data, ct, wrap, kind):
    whole = packed(data / "laboratory.json" if kind == "fhir" else ct)
    with pytest.raises(RecordInvalid):
        open_record(wrap(whole + b"\0"))


def test_another_container_version_is_named(ct):
    whole = packed(ct)
    with pytest.raises(FormatUnknown, match="version 2"):
        open_record(io.BytesIO(whole[:8] + b"\2" + whole[9:]))


def test_what_is_no_container_is_one_clear_error(ct):
    with pytest.raises(RecordInvalid, match="what was sealed is not a record"):
        open_record(io.BytesIO(ct))


def changed(whole, **members):
    """The same container with members of its header replaced, or removed by None."""
    length = int.from_bytes(whole[12:16], "big")
    header = json.loads(whole[16 : 16 + length]) | members
    text = json.dumps({name: value for name, value in header.items() if value is not ...}).encode()
    return io.BytesIO(whole[:12] + len(text).to_bytes(4, "big") + text + whole[16 + length :])


@pytest.mark.parametrize(
    "members",
    [
        {"leafSeed": "00" * 31},
        {"leafSeed": "王"},
        {"leafSeed": ...},
        {"kind": 999},
        {"kind": "1"},
        {"stored": -1},
        {"stored": 1.5},
        {"stored": True},
        {"length": "9" * 5000},
        {"length": 1},
        {"title": "长" * 256},
        {"title": None},
        {"filename": ["x"]},
        {"elements": None},
    ],
)
def test_an_impossible_header_is_refused(data, members):
    with pytest.raises(RecordInvalid):
        open_record(changed(packed(data / "laboratory.json"), **members))


@pytest.mark.parametrize("length", [10, 10**15])
def test_an_image_of_another_length_than_it_declares_is_refused(ct, length):
    with pytest.raises(RecordInvalid):
        open_record(changed(packed(ct), length=length))


@pytest.mark.parametrize("members", [{"mediaType": "text/html"}, {"encoding": "br"}])
def test_a_media_type_or_encoding_of_the_future_is_named(data, members):
    with pytest.raises(FormatUnknown):
        open_record(changed(packed(data / "laboratory.json"), **members))


def test_unknown_members_of_a_header_are_ignored(data):
    assert open_record(changed(packed(data / "laboratory.json"), colour="red")).resource


def test_a_wrong_number_of_elements_is_refused(data):
    record = open_record(changed(packed(data / "laboratory.json"), elements=2))
    with pytest.raises(RecordInvalid):
        _ = record.elements


def test_a_leaf_seed_of_another_length_is_refused(data):
    with pytest.raises(RecordInvalid, match="leaf seed"):
        open_container(read_document(data / "laboratory.json"), bytes(31))


@pytest.mark.parametrize("text", [b"[]", b"5", b'{"a":1}', b'{"resourceType":[]}'])
def test_sealed_json_that_is_no_fhir_is_one_clear_error(data, text):
    whole = packed(data / "laboratory.json")
    length = int.from_bytes(whole[12:16], "big")
    size = len(text)
    fake = changed(whole[: 16 + length] + text, encoding="identity", stored=size, length=size)
    with pytest.raises(RecordInvalid):
        open_record(fake).summary()


def test_the_stream_is_closed_when_the_record_is_not_usable():
    stream = io.BytesIO(b"x")
    with pytest.raises(RecordInvalid):
        open_record(stream)
    assert stream.closed


def test_closing_a_record_closes_the_plaintext_it_reads_from(ct):
    scratch = scratch_file()
    scratch.write(packed(ct))
    scratch.seek(0)
    with open_record(scratch):
        assert not scratch.closed
    assert scratch.closed


@pytest.mark.parametrize("kind", ["fhir", "dicom"])
def test_a_lent_stream_stays_its_owners(data, ct, kind):
    stream = io.BytesIO(packed(data / "summary.json" if kind == "fhir" else ct))
    with open_record(stream, lent=True) as record:
        assert record.document
    assert not stream.closed


def test_a_lent_stream_is_left_open_when_it_holds_no_record():
    stream = io.BytesIO(b"x")
    with pytest.raises(RecordInvalid):
        open_record(stream, lent=True)
    assert not stream.closed


def test_a_forgotten_record_leaves_nothing_on_disk(ct, tmp_path):
    scratch = scratch_file(tmp_path)
    scratch.write(packed(ct))
    scratch.rollover()
    scratch.seek(0)
    record = open_record(scratch)
    assert record.document == ct
    assert os.listdir(tmp_path) == []
