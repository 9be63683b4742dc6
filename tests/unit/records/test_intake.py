"""The door: what is taken, how it is described, and one clear error for everything else."""

import copy
import gzip
import json
import os
import sys

import pytest
from chartkey.errors import ExtraMissing, RecordInvalid
from chartkey.models import Kind
from chartkey.records import DICOM, FHIR, read_document


def problem(source, **options):
    with pytest.raises(RecordInvalid) as caught:
        read_document(source, **options)
    return caught.value.values["problem"]


def test_a_patient_summary_is_recognised_with_title_kind_and_time(data):
    document = read_document(data / "summary.json")
    assert (document.media_type, document.kind) == (FHIR, Kind.PATIENT_SUMMARY)
    assert document.title == "患者摘要 2024-12-11"
    assert document.moment.text == "2024-12-11T14:30:00+08:00"
    assert document.filename == "summary.json"


def test_a_discharge_summary_is_recognised_by_its_loinc_type(data):
    document = read_document(data / "discharge-summary.json")
    assert document.kind is Kind.DISCHARGE_SUMMARY
    assert (document.moment.text, document.moment.precision) == ("2024-12-20", "day")


def test_a_laboratory_value_is_recognised_by_its_category(data):
    assert read_document(data / "laboratory.json").kind is Kind.LABORATORY


def test_a_dicom_file_is_recognised_by_its_content_and_not_its_name(tmp_path, ct):
    path = tmp_path / "影像.txt"
    path.write_bytes(ct)
    document = read_document(path)
    assert (document.media_type, document.kind) == (DICOM, Kind.IMAGING)
    assert document.title == "CT 胸部 CT 平扫"
    assert document.moment.text == "2024-12-10T09:15:00+08:00"


@pytest.mark.parametrize(
    ("resource", "kind"),
    [
        ({"resourceType": "Patient"}, Kind.DEMOGRAPHICS),
        ({"resourceType": "Practitioner"}, Kind.UNSPECIFIED),
        ({"resourceType": "Bundle", "type": "collection"}, Kind.UNSPECIFIED),
        ({"resourceType": "Condition", "subject": {"display": "王秀英"}}, Kind.DIAGNOSIS),
        (
            {"resourceType": "AllergyIntolerance", "patient": {"display": "王秀英"}},
            Kind.PATIENT_SUMMARY,
        ),
    ],
)
def test_other_resources_have_the_kind_of_their_type_or_none(resource, kind):
    assert read_document(resource).kind is kind


def test_the_caller_may_name_kind_and_title(data):
    document = read_document(data / "laboratory.json", kind=Kind.EXAMINATION, title="复查\n结果")
    assert (document.kind, document.title) == (Kind.EXAMINATION, "复查 结果")


def test_path_bytes_and_dict_give_the_same_elements(data, summary):
    path = data / "summary.json"
    del summary["entry"][5]  # 7.00 would become 7.0 in a dict
    text = json.dumps(summary, ensure_ascii=False).encode()
    assert read_document(summary).elements == read_document(text).elements
    assert read_document(path).elements == read_document(path.read_bytes()).elements


def test_indentation_and_order_of_members_change_no_element(data):
    text = (data / "summary.json").read_bytes()
    parsed = json.loads(text, parse_float=lambda digits: f"@{digits}@")
    turned = {name: parsed[name] for name in reversed(parsed)}
    flat = json.dumps(turned).replace('"@', "").replace('@"', "").encode()
    assert flat != text
    assert read_document(flat).elements == read_document(text).elements


def test_a_decimals_last_zero_is_part_of_the_record(data):
    text = (data / "laboratory.json").read_text("utf-8")
    rounded = text.replace("7.00", "7.0").encode()
    assert read_document(rounded).elements != read_document(text.encode()).elements
    assert b'"value":7.00' in read_document(text.encode()).elements[0]


def test_a_bundle_has_one_element_for_itself_and_one_for_each_entry(summary):
    document = read_document(summary)
    assert len(document.elements) == 1 + len(summary["entry"])
    assert "王秀英".encode() in document.elements[2]
    assert b'"entry"' not in document.elements[0]


def test_any_changed_entry_changes_exactly_its_element(summary):
    before = read_document(summary).elements
    summary["entry"][3]["resource"]["code"]["text"] = "糖尿病"
    after = read_document(summary).elements
    assert [i for i, pair in enumerate(zip(before, after, strict=True)) if len(set(pair)) > 1] == [
        4
    ]


def test_validation_does_not_change_the_record(data):
    path = data / "summary.json"
    assert read_document(path).open().read() == path.read_bytes()


def test_gzip_is_unpacked_at_the_door(data):
    text = (data / "summary.json").read_bytes()
    assert read_document(gzip.compress(text)).open().read() == text


def test_a_byte_order_mark_is_dropped(data):
    text = (data / "summary.json").read_bytes()
    assert read_document(b"\xef\xbb\xbf" + text).open().read() == text


@pytest.mark.parametrize("encoding", ["gb18030", "GBK"])
def test_a_named_chinese_encoding_becomes_utf8_and_is_told(data, encoding):
    text = (data / "summary.json").read_text("utf-8")
    document = read_document(text.encode(encoding), encoding=encoding)
    assert document.open().read() == text.encode()
    assert document.charset == encoding.lower()


def test_utf16_is_named_as_such(data):
    text = (data / "summary.json").read_text("utf-8")
    assert problem(text.encode("utf-16")) == "it is UTF-16; save it as UTF-8"


def test_r5_is_refused_by_name_with_the_path_of_what_r4_lacks(data):
    assert problem(data / "summary-r5.json") == (
        "it is FHIR R5, and R4 is needed: "
        "Bundle.entry[4].resource.medication: R4 has no such field there"
    )


BAD = {
    "an unknown field": (
        lambda b: b["entry"][3]["resource"].update(bodyPart="头"),
        "Bundle.entry[3].resource.bodyPart: R4 has no such field there",
    ),
    "a field whose name is content": (
        lambda b: b["entry"][1]["resource"].update({"王秀英": 1}),
        "Bundle.entry[1].resource.(a name that is not FHIR's): R4 has no such field there",
    ),
    "a malformed date": (
        lambda b: b["entry"][1]["resource"].update(birthDate="一九五八"),
        "Bundle.entry[1].resource.birthDate: the value does not have the form that R4 asks for",
    ),
    "a missing field": (
        lambda b: b["entry"][5]["resource"].pop("status"),
        "Bundle.entry[5].resource.status: a required field is missing",
    ),
    "a text for a list": (
        lambda b: b["entry"][1]["resource"].update(name="王秀英"),
        "Bundle.entry[1].resource.name: a list is needed there",
    ),
    "two values of one choice": (
        lambda b: b["entry"][5]["resource"].update(valueString="7"),
        "Bundle.entry[5].resource: the value does not have the form that R4 asks for",
    ),
    "an unknown resource type": (
        lambda b: b["entry"][3]["resource"].update(resourceType="Diagnosis"),
        "Bundle.entry[3].resource: no resource of a type that FHIR R4 has",
    ),
    "an abstract type": (
        lambda b: b["entry"][3].update(resource={"resourceType": "DomainResource"}),
        "Bundle.entry[3].resource: no resource of a type that FHIR R4 has",
    ),
    "a data type in place of a resource": (
        lambda b: b["entry"][3].update(resource={"resourceType": "HumanName"}),
        "Bundle.entry[3].resource: no resource of a type that FHIR R4 has",
    ),
    "a resource that is text": (
        lambda b: b["entry"][3].update(resource='{"resourceType":"Patient"}'),
        "Bundle.entry[3].resource: no resource of a type that FHIR R4 has",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_r4_is_refused_with_its_path_and_without_its_content(summary, name):
    change, expected = BAD[name]
    change(summary)
    assert problem(summary) == "it is not valid FHIR R4: " + expected


def test_no_content_is_left_in_the_error_or_what_it_was_raised_from(summary):
    summary["entry"][1]["resource"]["gender"] = {"王秀英": "110101"}
    with pytest.raises(RecordInvalid) as caught:
        read_document(summary)
    chain, links = caught.value, []
    while chain is not None:
        links.append(f"{chain!r} {chain}")
        chain = chain.__cause__
    assert "王秀英" not in "".join(links)
    assert "110101" not in "".join(links)


def test_a_document_without_its_composition_is_refused(summary):
    del summary["entry"][0]
    assert problem(summary) == "Bundle.entry[0]: a document must begin with a Composition"


def test_a_bundle_of_no_known_type_is_refused(summary):
    summary["type"] = "documents"
    assert problem(summary) == "Bundle.type: R4 has no such bundle type"


@pytest.mark.parametrize("entry", [{"resource": {}}, ["x"], 5, None])
def test_entries_that_are_no_list_of_objects_are_refused(summary, entry):
    assert problem(summary | {"entry": entry}) == "Bundle.entry: a list of objects is needed"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"", "it is empty"),
        (b"[]", "it is JSON but not FHIR: no resourceType"),
        (b'{"name": "\xe7\x8e\x8b"}', "it is JSON but not FHIR: no resourceType"),
        (b'{"resourceType": 5}', "no resource of a type that FHIR R4 has"),
        (b'{"resourceType": "Patient", "active": tru}', "it is not JSON at line 1, column 39"),
        (b"<Bundle/>", "it is XML, but no CDA document; export the record as FHIR R4 in JSON"),
        (b"  <?xml version='1.0'?>", "it is XML, but no CDA document"),
        (b"%PDF-1.7", "it is a PDF; wrap it"),
        (b"PK\x03\x04....", "it is a ZIP archive"),
        (b"MSH|^~\\&|HIS", "it is an HL7 version 2 message"),
        (b"\x89PNG\r\n", "it is not UTF-8 text at byte 0"),
    ],
)
def test_what_is_not_a_record_is_named(source, expected):
    assert expected in problem(source)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"resourceType":"Patient","id":"a","id":"b"}', "an object names one field twice"),
        ('{"resourceType":"Patient","multipleBirthInteger":NaN}', "NaN, which is not JSON"),
        ('{"resourceType":"Patient","language":"\\ud83d"}', "a lone surrogate"),
        ('{"resourceType":"Patient","multipleBirthInteger":1e999999999}', "out of range"),
        ('{"resourceType":"Patient","multipleBirthInteger":%s}' % ("9" * 5000), "out of range"),
    ],
)
def test_what_two_readers_could_read_differently_is_refused(text, expected):
    assert expected in problem(text.encode())


def test_every_cut_of_a_bundle_is_refused(data):
    text = (data / "laboratory.json").read_bytes().rstrip()
    for end in range(len(text)):
        with pytest.raises(RecordInvalid):
            read_document(text[:end])


def test_a_cut_bundle_is_called_cut_short(data):
    text = (data / "summary.json").read_bytes()
    assert problem(text[:3000]) == "it is cut short"


def test_a_cut_gzip_is_called_cut_short(data):
    packed = gzip.compress((data / "summary.json").read_bytes())
    assert problem(packed[:-20]) == "its compressed data is cut short"


@pytest.mark.parametrize("junk", [b"\0", b"more", b"\x1f\x8b"])
def test_bytes_after_a_gzip_are_refused(data, junk):
    packed = gzip.compress((data / "summary.json").read_bytes())
    assert problem(packed + junk) == "there are bytes after its compressed data"


def test_a_damaged_gzip_is_called_damaged(data):
    packed = bytearray(gzip.compress((data / "summary.json").read_bytes()))
    packed[-6] ^= 1
    assert problem(bytes(packed)) == "its compressed data is damaged"


def test_a_missing_file_is_named_without_its_folder(tmp_path):
    with pytest.raises(RecordInvalid) as caught:
        read_document(tmp_path / "摘要.json")
    assert str(caught.value).startswith("摘要.json cannot be taken as a record: there is no such")


def test_a_folder_without_a_series_is_refused(tmp_path):
    assert problem(tmp_path) == "the folder holds no file of a series"


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert problem(tmp_path / "pipe") == "it is not an ordinary file"


def test_a_dict_that_json_cannot_hold_is_refused(summary):
    knotted = copy.deepcopy(summary)
    knotted["entry"].append(knotted)
    assert problem(knotted) == "the dict holds something that JSON has no form for"


@pytest.mark.parametrize(("name", "extra"), [("fhir.resources", "fhir"), ("pydicom", "dicom")])
def test_a_missing_extra_names_the_command_that_installs_it(monkeypatch, data, ct, name, extra):
    for module in [one for one in sys.modules if one == name or one.startswith(name + ".")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ExtraMissing) as caught:
        read_document(ct if extra == "dicom" else data / "summary.json")
    assert f"pip install 'chartkey[{extra}]'" in str(caught.value)


def test_nothing_of_the_patient_stands_in_the_repr(data, ct):
    shown = repr(read_document(data / "summary.json")) + repr(read_document(ct))
    assert "王" not in shown
    assert "患者" not in shown
    assert "LQ-2024" not in shown


def test_importing_records_loads_no_heavy_library(peak_mib):
    code = "import sys, chartkey.records; print({'pydicom', 'pydantic', 'web3'} & set(sys.modules))"
    assert peak_mib(code)[1] == ["set()"]
