"""DICOM: any size at constant memory, cut short is refused, character sets are honoured."""

import os
import struct
import zlib

import pytest
from chartkey.errors import RecordInvalid
from chartkey.records import open_container, open_record, read_document

UNDEFINED = 0xFFFFFFFF
REPORT = b"1.2.840.10008.5.1.4.1.1.88.11"


def problem(source):
    with pytest.raises(RecordInvalid) as caught:
        read_document(source)
    return caught.value.values["problem"]


def item(content=None):
    """An item of its content's length; of undefined length if there is none."""
    length = UNDEFINED if content is None else len(content)
    return struct.pack("<HHL", 0xFFFE, 0xE000, length) + (content or b"")


ITEM_END = struct.pack("<HHL", 0xFFFE, 0xE00D, 0)
SEQUENCE_END = struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)


def open_element(tag, vr):
    return struct.pack("<HH2sxxL", tag >> 16, tag & 0xFFFF, vr, UNDEFINED)


def test_every_cut_of_a_dicom_file_is_refused(ct):
    for end in range(len(ct)):
        with pytest.raises(RecordInvalid):
            read_document(ct[:end])


def test_a_cut_inside_the_pixels_names_the_element(ct):
    assert problem(ct[:-100]) == "it is cut short, or damaged, at element (7FE0,0010)"


def test_a_cut_right_before_the_pixels_is_noticed(make_dicom, ct_header):
    assert problem(make_dicom(ct_header)) == "it is cut short: an image without pixel data"


def test_fewer_pixels_than_rows_and_columns_are_refused(make_dicom, ct_header, make_element):
    short = make_dicom(ct_header + make_element(0x7FE00010, b"OW", bytes(510)))
    assert problem(short) == "its pixel data is shorter than its rows and columns say"


def test_a_lying_length_is_refused(make_dicom, ct_header):
    liar = struct.pack("<HH2sxxL", 0x0009, 0x1001, b"OB", 0xFFFFFFF0)
    assert problem(make_dicom(ct_header + liar)).endswith("at element (0009,1001)")


def test_encapsulated_pixels_are_followed_to_their_delimiter(make_dicom, ct_header):
    pixels = open_element(0x7FE00010, b"OB") + item(b"") + item(b"\xff\xd8" * 50)
    whole = make_dicom(ct_header + pixels + SEQUENCE_END, b"1.2.840.10008.1.2.4.50")
    assert read_document(whole).length == len(whole)
    for cut in (1, 8, 20, 108):
        assert "cut short" in problem(whole[:-cut])


def test_nested_items_of_undefined_length_are_followed(make_dicom, ct_header, ct):
    inner = open_element(0x00081140, b"SQ") + item(b"") + SEQUENCE_END
    outer = open_element(0x00081115, b"SQ") + item() + inner + ITEM_END + SEQUENCE_END
    pixels = ct[-(12 + 512) :]
    whole = make_dicom(outer + ct_header + pixels)
    assert read_document(whole).title == "CT 胸部 CT 平扫"
    assert "cut short" in problem(make_dicom(outer[:-8]))


def test_a_stray_delimiter_is_refused(make_dicom, ct_header):
    assert "outside any sequence" in problem(make_dicom(ct_header + SEQUENCE_END))


def test_something_that_is_no_item_in_a_sequence_is_refused(make_dicom, ct_header):
    broken = open_element(0x00081140, b"SQ") + ct_header
    assert problem(make_dicom(broken)) == "a sequence holds something that is no item"


def test_a_header_that_names_two_patients_is_refused(make_dicom, ct_header, make_element):
    twice = ct_header + make_element(0x00100010, b"PN", "李^娜".encode())
    assert problem(make_dicom(twice)) == "an element of its header stands there twice"


def test_a_deflated_data_set_is_read_and_its_cut_noticed(make_dicom, ct_header, ct):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packer.compress(ct_header + ct[-(12 + 512) :]) + packer.flush()
    whole = make_dicom(body, b"1.2.840.10008.1.2.1.99")
    assert read_document(whole).title == "CT 胸部 CT 平扫"
    assert problem(whole[:-10]) == "its compressed data is cut short"


def test_an_index_of_other_files_is_refused(make_dicom, make_element):
    index = make_dicom(make_element(0x00041130, b"CS", b"DISK"))
    assert "an index such as a DICOMDIR" in problem(index)


def test_a_file_without_a_transfer_syntax_is_refused(ct_header):
    assert "names no transfer syntax" in problem(bytes(128) + b"DICM" + ct_header)


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [(b"GB18030", "gb18030"), (b"GBK", "gbk"), (b"ISO_IR 192", "utf-8")],
)
def test_a_chinese_description_is_decoded_by_the_files_own_character_set(
    make_dicom, make_element, charset, encoding
):
    body = make_element(0x00080005, b"CS", charset) + make_element(0x00080016, b"UI", REPORT)
    body += make_element(0x00080060, b"CS", b"SR")
    body += make_element(0x00081030, b"LO", "头颅增强".encode(encoding))
    assert read_document(make_dicom(body)).title == "SR 头颅增强"


def described(make_dicom, make_element, charset, description):
    body = b"" if charset is None else make_element(0x00080005, b"CS", charset)
    body += make_element(0x00080016, b"UI", REPORT) + make_element(0x00080060, b"CS", b"SR")
    return make_dicom(body + make_element(0x00081030, b"LO", description))


def test_code_extensions_by_iso_2022_are_decoded(make_dicom, make_element):
    """PS3.5 annex K: GB 2312 is switched to by ESC $ ) A, in ISO 2022 IR 58."""
    text = b"Head \x1b$)A" + "头颅增强".encode("gb2312")
    file = described(make_dicom, make_element, b"\\ISO 2022 IR 58", text)
    assert read_document(file).title == "SR Head 头颅增强"


def test_a_chinese_name_in_three_groups_is_decoded(make_dicom, make_element):
    name = b"Zhang^XiaoDong=\x1b$)A" + "张^小东".encode("gb2312") + b"="
    body = make_element(0x00080005, b"CS", b"\\ISO 2022 IR 58")
    body += make_element(0x00080016, b"UI", REPORT) + make_element(0x00100010, b"PN", name)
    with open_record(open_container(read_document(make_dicom(body)), bytes(32))) as opened:
        assert "张 小东" in opened.summary()[2]


@pytest.mark.parametrize("charset", [None, b"KLINGON"])
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_a_scanner_that_declares_nothing_is_read_strictly(
    make_dicom, make_element, charset, encoding
):
    file = described(make_dicom, make_element, charset, "头颅增强扫描".encode(encoding))
    assert read_document(file).title == "SR 头颅增强扫描"


@pytest.mark.parametrize(
    ("charset", "description"),
    [
        (None, "Schädel müde".encode("latin-1")),
        (b"KLINGON", b"\xff\xfe\xfd"),
        (b"GB18030", b"Head \xff\xff"),
        (b"ISO_IR 192", "头颅增强".encode("gb18030")),
        (None, "头颅".encode("gb18030")),
    ],
)
def test_text_that_is_not_of_its_character_set_is_left_out_and_never_replaced(
    make_dicom, make_element, charset, description
):
    file = described(make_dicom, make_element, charset, description)
    assert read_document(file).title == "SR"
    assert description in read_document(file).open().read()


def test_an_unknown_character_set_is_no_reason_to_refuse(make_dicom, make_element):
    body = make_element(0x00080005, b"CS", b"KLINGON") + make_element(0x00080016, b"UI", REPORT)
    body += make_element(0x00080060, b"CS", b"SR")
    assert read_document(make_dicom(body)).title == "SR"


def test_the_title_names_no_patient(ct):
    assert "王" not in read_document(ct).title


def test_elements_separate_image_patient_and_file(ct):
    image, patient, whole = read_document(ct).elements
    assert image.startswith(b"dicom-image\0001.2.840.10008.1.2.1\0")
    assert "王^秀英".encode() in patient
    assert "王^秀英".encode() not in image
    assert whole == b"dicom-file\0" + whole[11:43] + len(ct).to_bytes(8, "big")


def test_one_changed_pixel_changes_the_file_element_only(ct):
    changed = ct[:-1] + bytes([ct[-1] ^ 1])
    before, after = read_document(ct).elements, read_document(changed).elements
    assert before[:2] == after[:2]
    assert before[2] != after[2]


BIG = """
import struct, sys
from pathlib import Path
from chartkey.records import open_container, open_record, read_document, scratch_file
document = read_document(sys.argv[1])
scratch = scratch_file(sys.argv[2])
with open_container(document, bytes(32)) as stream:
    while piece := stream.read(1 << 18):
        scratch.write(piece)
scratch.seek(0)
with open_record(scratch) as record:
    print(record.elements == document.elements, record.dicom.Rows)
    print(record.save(Path(sys.argv[2]) / "copy.dcm").stat().st_size)
"""


def test_300_mb_go_in_and_out_at_constant_memory(
    tmp_path, make_dicom, make_element, ct_header, peak_mib
):
    # 16 × 16 pixels of 16 bits are 512 bytes; the rest is frames.
    size = 300 << 20
    frames = make_element(0x00280008, b"IS", str(size // 512).encode())
    pixels = struct.pack("<HH2sxxL", 0x7FE0, 0x0010, b"OW", size)
    head = make_dicom(ct_header + frames + pixels)
    with open(tmp_path / "ct.dcm", "wb") as file:
        file.write(head)
        file.truncate(len(head) + size)  # sparse: no disk is used
    peak, said = peak_mib(BIG, tmp_path / "ct.dcm", tmp_path)
    assert said == ["True 16", str(len(head) + size)]
    assert peak < 100


def test_a_file_changed_after_its_check_is_not_sealed(tmp_path, ct):
    path = tmp_path / "ct.dcm"
    path.write_bytes(ct)
    document = read_document(path)
    os.utime(path, (1, 1))
    with pytest.raises(RecordInvalid, match=r"ct\.dcm .* changed after it was checked"):
        document.open_encoded()


def test_a_file_changed_while_it_is_sealed_is_noticed_at_its_end(tmp_path, ct):
    path = tmp_path / "ct.dcm"
    path.write_bytes(ct)
    with read_document(path).open_encoded() as stream:
        os.utime(path, (1, 1))
        with pytest.raises(RecordInvalid):
            stream.read()


def test_a_file_that_is_gone_is_one_clear_error(tmp_path, ct):
    path = tmp_path / "ct.dcm"
    path.write_bytes(ct)
    document = read_document(path)
    path.unlink()
    with pytest.raises(RecordInvalid, match="can no longer be read"):
        document.open()
