"""Real records: the ones of ../shared where it is there, and set-up's samples."""

import gzip
from pathlib import Path

import pytest
from chartkey.models import Kind
from chartkey.records import open_container, open_record, read_document

SAMPLES = Path(__file__).resolve().parents[3] / "build" / "samples"


@pytest.fixture
def samples():
    if not SAMPLES.is_dir():
        pytest.skip("build/samples is not there: run make setup")
    return SAMPLES


def test_every_patient_summary_document_is_taken(shared):
    kinds = {read_document(path).kind for path in (shared / "ips").glob("*.json")}
    assert kinds == {Kind.PATIENT_SUMMARY}


def test_every_fhir_example_is_taken(shared):
    paths = list((shared / "fhir-r4-examples").glob("*.json"))
    assert len([read_document(path) for path in paths]) == len(paths) > 30


def test_whole_synthetic_patients_are_taken_and_shrink(shared):
    smallest = sorted((shared / "synthea").glob("*.json"), key=lambda path: path.stat().st_size)
    for path in smallest[:3]:
        document = read_document(path)
        assert document.encoded_length * 12 < document.length
        assert len(document.elements) > 90


def test_every_dicom_file_comes_back_whole(shared):
    for path in sorted((shared / "dicom").glob("*.dcm")):
        document = read_document(path)
        with open_container(document, bytes(32)) as stream, open_record(stream) as record:
            assert record.document == path.read_bytes()
            assert record.elements == document.elements
            assert record.dicom.file_meta.TransferSyntaxUID


@pytest.mark.parametrize(
    ("name", "title", "elements"),
    [("CCD-1.xml", "Patient Chart Summary", 17), ("Transfer_Summary.xml", "Transfer Summary", 28)],
)
def test_every_cda_travels_as_it_was_given(shared, name, title, elements):
    path = shared / "cda" / name
    document = read_document(path)
    assert (document.title, len(document.elements)) == (title, elements)
    with open_record(open_container(document, bytes(32))) as record:
        assert record.document == path.read_bytes()
        assert record.elements == document.elements
        assert record.summary()[:3] == [
            "Allergies:",
            "  - Penicillin Nausea",
            "  - Codeine Wheezing",
        ]


def test_the_sample_summary_is_about_the_invented_patient(samples):
    record = open_record(open_container(read_document(samples / "summary.json"), bytes(32)))
    assert "Patient: 张秀英, female, 1956-03-12" in record.summary()
    assert record.kind is Kind.PATIENT_SUMMARY


def test_the_corrected_sample_names_an_allergy_that_the_first_lacked(samples):
    def lines(name):
        return open_record(open_container(read_document(samples / name), bytes(32))).summary()

    assert "  - 头孢曲松 (high risk)" in lines("summary-corrected.json")
    assert "  - 头孢曲松 (high risk)" not in lines("summary.json")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("discharge-summary.json", Kind.DISCHARGE_SUMMARY),
        ("imaging-study.json", Kind.IMAGING),
        ("chest-ct.dcm", Kind.IMAGING),
        ("mr.dcm", Kind.IMAGING),
    ],
)
def test_the_other_samples_are_of_their_kinds(samples, name, kind):
    assert read_document(samples / name).kind is kind


def test_no_name_of_the_original_patients_is_left_in_the_samples(samples):
    for path in samples.glob("*.json"):
        text = path.read_text("utf-8")
        assert not any(name in text for name in ("DeLarosa", "Beetje", "Everywoman", "Careful"))


def test_a_summary_survives_gzip_at_the_door(samples, tmp_path):
    text = (samples / "summary.json").read_bytes()
    (tmp_path / "summary.json.gz").write_bytes(gzip.compress(text))
    assert read_document(tmp_path / "summary.json.gz").elements == read_document(text).elements
