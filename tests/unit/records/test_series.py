"""A DICOM series as one record: order, thumbnail, elements, and what is refused (R15, T13, T14)."""

import io
import struct

import pytest
from chartkey.errors import (
    FileExists,
    FormatUnknown,
    MediaMismatch,
    RecordInvalid,
)
from chartkey.models import Kind
from chartkey.records import SERIES, open_container, open_record, read_document
from chartkey.records.elements import describe_element
from chartkey.records.glance import glance
from chartkey.records.series import read_layout
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.unit.records.conftest import PIXELS, SEED, dicom, element

SIDE = 16


def slice_(number, *, series=b"2.999.86.7.9", name="王^秀英", uid=None, pixels=PIXELS):
    """One file of a series: a 16 by 16 CT with an instance number."""
    uid = uid or b"2.999.86.7.9.%d" % number
    return dicom(
        element(0x00080005, b"CS", b"ISO_IR 192")
        + element(0x00080016, b"UI", b"1.2.840.10008.5.1.4.1.1.2")
        + element(0x00080018, b"UI", uid)
        + element(0x00080020, b"DA", b"20241210")
        + element(0x00080060, b"CS", b"CT")
        + element(0x00081030, b"LO", "胸部平扫".encode())
        + element(0x00100010, b"PN", name.encode())
        + element(0x0020000D, b"UI", b"2.999.86.7")
        + element(0x0020000E, b"UI", series)
        + element(0x00200013, b"IS", str(number).encode())
        + element(0x00280002, b"US", struct.pack("<H", 1))
        + element(0x00280004, b"CS", b"MONOCHROME2")
        + element(0x00280010, b"US", struct.pack("<H", SIDE))
        + element(0x00280011, b"US", struct.pack("<H", SIDE))
        + element(0x00280100, b"US", struct.pack("<H", 16))
        + element(0x00280101, b"US", struct.pack("<H", 16))
        + element(0x00280102, b"US", struct.pack("<H", 15))
        + element(0x00280103, b"US", struct.pack("<H", 0))
        + pixels
    )


@pytest.fixture
def folder(tmp_path):
    """A series whose names are not in the order of its instances."""
    place = tmp_path / "胸部"
    place.mkdir()
    for name, number in (("a", 10), ("b", 2), ("c", 1)):
        (place / f"{name}.dcm").write_bytes(slice_(number))
    (place / ".DS_Store").write_bytes(b"hidden")
    return place


def travelled(folder):
    with open_container(read_document(folder), SEED) as stream:
        return open_record(io.BytesIO(stream.read()))


def test_a_folder_is_one_record_of_the_series(folder):
    document = read_document(folder)
    assert (document.media_type, document.kind) == (SERIES, Kind.IMAGING)
    assert document.title == "CT 胸部平扫, 3 images"
    assert document.moment.text == "2024-12-10"
    assert [describe_element(one)[:9] for one in document.elements] == ["DICOM: wh"] * 2 + [
        "DICOM: th"
    ] * 4


def test_its_files_come_back_in_order_of_their_instances(folder, tmp_path):
    opened = travelled(folder)
    files = [instance().read() for instance in opened.instances]
    assert files == [slice_(1), slice_(2), slice_(10)]
    assert opened.elements == read_document(folder).elements
    saved = opened.save(tmp_path / "saved")
    assert [path.read_bytes() for path in sorted(saved.iterdir())] == files
    assert {path.name for path in saved.iterdir()} == {"00001.dcm", "00002.dcm", "00003.dcm"}
    assert saved.stat().st_mode & 0o777 == 0o700
    with pytest.raises(FileExists):
        opened.save(tmp_path / "saved")


def test_its_thumbnail_is_a_small_picture_of_the_middle(folder):
    opened = travelled(folder)
    picture = Image.open(io.BytesIO(opened.layout.thumbnail))
    assert picture.format == "PNG"
    assert picture.size == (SIDE, SIDE)
    assert picture.getextrema() == (0, 255)


def test_a_large_frame_becomes_a_small_picture(shared, tmp_path):
    place = tmp_path / "series"
    place.mkdir()
    (place / "a.dcm").write_bytes((shared / "dicom" / "CT_small.dcm").read_bytes())
    picture = Image.open(io.BytesIO(travelled(place).layout.thumbnail))
    assert max(picture.size) <= 128


def test_a_series_without_a_picture_is_a_record_all_the_same(tmp_path):
    place = tmp_path / "reports"
    place.mkdir()
    broken = element(0x7FE00010, b"OW", bytes(512))
    file = slice_(1, pixels=broken).replace(b"MONOCHROME2 ", b"KLINGON     ")
    (place / "a.dcm").write_bytes(file)
    assert travelled(place).layout.thumbnail == b""


def test_its_summary_and_glance_are_those_of_an_image(folder):
    opened = travelled(folder)
    assert opened.summary()[0] == "Allergies: not recorded here"
    assert glance(opened).visits[0].id == "StudyInstanceUID|2.999.86.7"
    with pytest.raises(MediaMismatch):
        opened.dicom  # noqa: B018


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (slice_(3, series=b"2.999.1"), "more than one series"),
        (slice_(3, name="李^四"), "more than one patient"),
        (slice_(3, uid=b"2.999.86.7.9.1"), "there twice"),
        (b"notes" * 100, "it is not a DICOM file"),
    ],
)
def test_what_does_not_belong_in_it_is_refused(folder, file, said):
    (folder / "d.dcm").write_bytes(file)
    with pytest.raises(RecordInvalid, match=said):
        read_document(folder)


def test_an_empty_folder_or_one_with_a_folder_is_refused(tmp_path, folder):
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(RecordInvalid, match="holds no file"):
        read_document(empty)
    (folder / "inside").mkdir()
    with pytest.raises(RecordInvalid, match="not an ordinary file"):
        read_document(folder)


def test_a_file_that_is_changed_after_it_was_checked_is_not_sealed(folder):
    document = read_document(folder)
    (folder / "b.dcm").write_bytes(slice_(2) + b"\0\0")
    with pytest.raises(RecordInvalid, match="changed"), open_container(document, SEED) as stream:
        stream.read()


HEAD = struct.Struct(">8sB3sLL")


def layout(body):
    return read_layout(io.BytesIO(body), len(body), source="x")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"chartser",
        HEAD.pack(b"chartser", 1, bytes(3), 0, 0),
        HEAD.pack(b"chartser", 1, bytes(3), 0xFFFFFFFF, 0),
        HEAD.pack(b"chartser", 1, bytes(3), 1, 0xFFFFFFFF) + bytes(8),
        HEAD.pack(b"chartser", 1, bytes(3), 1, 0) + struct.pack(">Q", 2),
        HEAD.pack(b"chartser", 1, bytes(3), 2, 0) + struct.pack(">QQ", 1 << 63, 1 << 63),
        HEAD.pack(b"otherser", 1, bytes(3), 1, 0) + bytes(8),
    ],
)
def test_T14_a_head_that_lies_is_refused(body):
    with pytest.raises(RecordInvalid):
        layout(body)


def test_a_later_version_is_named():
    with pytest.raises(FormatUnknown):
        layout(HEAD.pack(b"chartser", 2, bytes(3), 1, 0) + bytes(8))


@given(st.binary(max_size=80))
def test_whatever_its_author_sealed_one_error_of_ours_comes_back(data):
    try:
        layout(b"chartser\x01" + data)
    except (RecordInvalid, FormatUnknown):
        return


def test_T14_a_gigabyte_takes_no_memory(tmp_path, peak_mib):
    place = tmp_path / "big"
    place.mkdir()
    for number in range(1, 5):
        with (place / f"{number}.dcm").open("wb") as file:
            whole = slice_(number, pixels=b"")
            file.write(whole + struct.pack("<HH2sxxL", 0x7FE0, 0x10, b"OW", 64 << 20))
            file.truncate(len(whole) + 12 + (64 << 20))
    code = """
import sys
from chartkey.records import open_container, open_record, read_document, scratch_file
document = read_document(sys.argv[1])
scratch = scratch_file(sys.argv[2])
with open_container(document, bytes(32)) as stream:
    while piece := stream.read(1 << 18):
        scratch.write(piece)
scratch.seek(0)
opened = open_record(scratch)
assert opened.elements == document.elements
print(len(opened.instances))
"""
    peak, lines = peak_mib(code, place, tmp_path)
    assert lines == ["4"]
    assert peak < 160
