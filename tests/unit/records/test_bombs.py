"""T14: decompression bombs and huge or deep JSON, at the door and when a record is opened."""

import gzip
import io
import json
import random
import struct
import zlib

import pytest
from chartkey.errors import RecordInvalid, RecordTooLarge
from chartkey.records import LIMITS, Limits, open_record, read_document

GIGABYTE = 1 << 30


def packed_zeros(size):
    """``size`` zero bytes in gzip, without ever holding them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [packer.compress(bytes(1 << 20)) for _ in range(size >> 20)]
    return b"".join(parts) + packer.flush()


@pytest.fixture(scope="module")
def gigabyte():
    """One gibibyte of zeros in gzip, about one megabyte."""
    return packed_zeros(GIGABYTE)


def limit(source, limits=LIMITS):
    with pytest.raises(RecordTooLarge) as caught:
        read_document(source, limits=limits)
    return caught.value.values["limit"]


def container(header, body):
    """A container as a hostile author may write it."""
    text = json.dumps(header).encode()
    return io.BytesIO(struct.pack(">8sB3sL", b"chartrec", 1, bytes(3), len(text)) + text + body)


def header_of(media_type, encoding, stored, length):
    return {
        "mediaType": media_type,
        "encoding": encoding,
        "stored": stored,
        "length": length,
        "elements": 1,
        "leafSeed": "00" * 32,
        "kind": 1,
        "title": "",
        "moment": None,
        "filename": "x",
    }


READ = """
import sys
from chartkey.errors import ChartkeyError
from chartkey.records import read_document
try:
    read_document(sys.argv[1])
except ChartkeyError as err:
    print(err.code)
"""

OPEN = """
import sys
from chartkey.errors import ChartkeyError
from chartkey.records import open_record
try:
    open_record(open(sys.argv[1], "rb"))
except ChartkeyError as err:
    print(err.code)
"""


def test_t14_one_gigabyte_in_one_gzip_is_refused_within_100_mib(tmp_path, peak_mib, gigabyte):
    (tmp_path / "bomb.json.gz").write_bytes(gigabyte)
    peak, said = peak_mib(READ, tmp_path / "bomb.json.gz")
    assert said == ["record-too-large"]
    assert peak < 100


def test_t14_ten_kilobytes_that_would_become_a_gigabyte_are_refused_within_100_mib(
    tmp_path, peak_mib, gigabyte
):
    nested = gzip.compress(gigabyte, 9)
    assert len(nested) < 10_000
    (tmp_path / "bomb.json.gz").write_bytes(nested)
    peak, said = peak_mib(READ, tmp_path / "bomb.json.gz")
    assert said == ["record-invalid"]
    assert peak < 100


def test_t14_a_ratio_that_no_record_reaches_is_refused_below_the_cap():
    assert limit(packed_zeros(16 << 20)) == "200 bytes unpacked from one"


def test_t14_more_than_the_cap_is_refused_whatever_its_ratio():
    text = random.Random(5).randbytes(1 << 20).hex().encode()
    assert limit(gzip.compress(text), Limits(fhir_bytes=1 << 20)) == (
        "1,048,576 bytes when unpacked"
    )


def test_t14_a_sealed_bomb_is_refused_when_it_is_opened_within_100_mib(
    tmp_path, peak_mib, gigabyte
):
    header = header_of("application/fhir+json", "gzip", len(gigabyte), 32 << 20)
    (tmp_path / "record").write_bytes(container(header, gigabyte).getvalue())
    peak, said = peak_mib(OPEN, tmp_path / "record")
    assert said == ["record-too-large"]
    assert peak < 100


def test_t14_a_deflated_dicom_bomb_is_refused_within_100_mib(
    tmp_path, peak_mib, make_dicom, gigabyte
):
    raw = gigabyte[10:-8]  # without gzip's header and trailer
    bomb = make_dicom(raw, b"1.2.840.10008.1.2.1.99")
    (tmp_path / "bomb.dcm").write_bytes(bomb)
    peak, said = peak_mib(READ, tmp_path / "bomb.dcm")
    assert said == ["record-too-large"]
    assert peak < 100


def test_t14_a_sealed_deflated_dicom_bomb_never_reaches_pydicom(make_dicom, gigabyte):
    bomb = make_dicom(gigabyte[10:-8], b"1.2.840.10008.1.2.1.99")
    header = header_of("application/dicom", "identity", len(bomb), len(bomb))
    with open_record(container(header, bomb)) as record, pytest.raises(RecordTooLarge):
        _ = record.dicom


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":'])
def test_t14_deep_json_is_refused_before_the_parser_recurses(opening, monkeypatch):
    monkeypatch.setattr(json, "loads", lambda *_, **__: pytest.fail("the parser saw it"))
    assert limit(opening * 1_000_000) == "100 levels of JSON"


def test_t14_brackets_inside_strings_are_not_depth():
    text = '{"resourceType":"Basic","language":"zh","code":{"text":"%s"}}'
    document = read_document((text % ("[{" * 500 + '\\"' + "[" * 500)).encode())
    assert document.length > 1000


def test_t14_a_hundred_levels_are_still_taken():
    nested = {"url": "urn:x", "valueString": "层"}
    for _ in range(40):
        nested = {"url": "urn:x", "extension": [nested]}
    patient = {"resourceType": "Patient", "extension": [nested]}
    assert read_document(patient).elements[0].count(b"[") == 41


def test_t14_many_small_values_are_refused():
    assert limit(b'{"a":[' + b"{}," * 1_000_001) == "1,000,000 values"


def test_t14_more_text_than_the_cap_is_refused_unread(tmp_path, peak_mib):
    with open(tmp_path / "huge.json", "wb") as file:
        file.truncate(4 * GIGABYTE)
    peak, said = peak_mib(READ, tmp_path / "huge.json")
    assert said == ["record-too-large"]
    assert peak < 100


def test_t14_an_integer_from_a_huge_exponent_is_never_made():
    text = b'{"resourceType":"Patient","multipleBirthInteger":1e99999999}'
    with pytest.raises(RecordInvalid):
        read_document(text)


def test_t14_a_header_over_its_cap_is_refused_unread():
    stream = io.BytesIO(struct.pack(">8sB3sL", b"chartrec", 1, bytes(3), 0xFFFFFFFF))
    with pytest.raises(RecordTooLarge):
        open_record(stream)


def test_t14_a_declared_length_over_the_cap_is_refused():
    header = header_of("application/fhir+json", "identity", 1 << 40, 1 << 40)
    with pytest.raises(RecordTooLarge):
        open_record(container(header, b"{}"))


def test_t14_nested_sequences_are_refused_before_recursion(make_dicom):
    item = struct.pack("<HH2sxxL", 0x0008, 0x1140, b"SQ", 0xFFFFFFFF)
    item += struct.pack("<HHL", 0xFFFE, 0xE000, 0xFFFFFFFF)
    assert limit(make_dicom(item * 100_000)) == "32 nested sequences"


def test_t14_too_many_elements_are_refused(make_dicom, make_element):
    body = make_element(0x00091001, b"LO", b"") * 1001
    assert limit(make_dicom(body), Limits(dicom_elements=1000)) == "1,000 data elements"


def test_what_shrinks_too_well_is_sealed_so_that_its_reader_can_open_it(round_trip):
    image = {"contentType": "image/x-blank", "data": "AAAA" * 1_000_000}
    binary = {"resourceType": "Binary", **image}
    with round_trip(binary) as record:
        assert record.header.encoding == "identity"
        assert record.resource == binary
