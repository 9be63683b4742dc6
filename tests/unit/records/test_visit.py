"""Encounters and words that records tell of, from FHIR and DICOM (R16)."""

import pytest
from chartkey.records.glance import glance
from chartkey.records.texts import MOST_CHARACTERS, texts_of_resource
from chartkey.records.visit import Setting, setting_of_code, visits_of_resource
from hypothesis import given
from hypothesis import strategies as st

ENCOUNTER = {
    "resourceType": "Encounter",
    "id": "e1",
    "identifier": [{"system": "urn:ip", "value": "ZY000317"}],
    "class": {"code": "IMP"},
    "type": [{"text": "住院"}],
    "serviceProvider": {"display": "协和医院"},
    "period": {"start": "2024-12-10T09:00:00+08:00", "end": "2024-12-20"},
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            ("resourceType", "entry", "resource", "encounter", "class", "period", "identifier",
             "context", "type", "serviceProvider", "code", "display", "div", "value", "unit",
             "fullUrl", "reference", "system", "coding", "text")
        )
        | st.text(max_size=3),
        inner,
        max_size=5,
    ),
    max_leaves=25,
)  # fmt: skip


def test_an_encounter_gives_number_setting_dates_and_place():
    [visit] = visits_of_resource(ENCOUNTER)
    assert (visit.id, visit.setting) == ("urn:ip|ZY000317", Setting.INPATIENT)
    assert (visit.start.text, visit.end.text) == ("2024-12-10T09:00:00+08:00", "2024-12-20")
    assert visit.label == "住院, 协和医院"


def test_a_bundles_encounters_are_found_once_each():
    bundle = {
        "resourceType": "Bundle",
        "entry": [
            {"fullUrl": "urn:uuid:1", "resource": ENCOUNTER},
            {"resource": ENCOUNTER},
            {"fullUrl": "urn:uuid:2", "resource": {"resourceType": "Encounter"}},
        ],
    }
    assert [visit.id for visit in visits_of_resource(bundle)] == ["urn:ip|ZY000317", "urn:uuid:2"]


@pytest.mark.parametrize(
    ("resource", "name"),
    [
        ({"encounter": {"reference": "Encounter/9"}}, "Encounter/9"),
        ({"encounter": {"identifier": {"system": "s", "value": "9"}}}, "s|9"),
        ({"context": {"encounter": [{"reference": "Encounter/9"}]}}, "Encounter/9"),
    ],
)
def test_a_resource_that_refers_to_its_encounter_belongs_to_it(resource, name):
    [visit] = visits_of_resource({"resourceType": "Observation", **resource})
    assert visit.id == name


def test_an_emergency_is_an_outpatient_visit_and_an_unknown_class_is_none():
    assert setting_of_code("EMER") is Setting.OUTPATIENT
    assert setting_of_code("XYZ") is None
    assert setting_of_code(["IMP"]) is None


@given(JSON)
def test_whatever_json_comes_nothing_is_raised(value):
    document = value if isinstance(value, dict) else {"resourceType": "Bundle", "entry": [value]}
    visits_of_resource(document)
    texts_of_resource(document)


def test_words_are_texts_codes_quantities_and_narratives_but_no_references():
    resource = {
        "resourceType": "Observation",
        "id": "secret-id",
        "code": {"coding": [{"system": "http://local", "code": "XYZ-1", "display": "血糖"}]},
        "subject": {"reference": "Patient/77"},
        "valueQuantity": {"value": 7.2, "unit": "mmol/L"},
        "text": {"div": "<div><b>空腹&amp;</b>\n  血糖 <i>偏高</i></div>"},
        "photo": [{"data": "AAAA"}],
    }
    texts = texts_of_resource(resource)
    assert {"XYZ-1", "血糖", "7.2 mmol/L", "空腹&", "偏高"} <= set(texts)
    assert not {"secret-id", "Patient/77", "AAAA", "http://local"} & set(texts)


def test_T14_the_words_of_one_record_are_bounded():
    long = {"a": [f"{number:06}" + "字" * 100_000 for number in range(100)]}
    assert sum(map(len, texts_of_resource(long))) <= MOST_CHARACTERS


def test_T14_depth_is_no_matter():
    deep = {"text": "底"}
    for _ in range(100_000):
        deep = {"a": deep}
    assert texts_of_resource(deep) == ("底",)


def test_a_discharge_summary_is_of_a_stay(data, round_trip):
    seen = glance(round_trip(data / "discharge-summary.json"))
    assert seen.title in seen.texts
    assert "Glance" in repr(seen)
    assert seen.title not in repr(seen)


def test_a_dicom_file_belongs_to_its_study_or_admission(
    round_trip, make_dicom, make_element, ct, ct_header
):
    assert glance(round_trip(ct)).visits[0].id == "StudyInstanceUID|2.999.86.7"
    extra = make_element(0x00380010, b"LO", b"ZY000317")
    head, _, pixels = ct_header.partition(make_element(0x0020000D, b"UI", b"2.999.86.7"))
    study = make_element(0x0020000D, b"UI", b"2.999.86.7")
    from tests.unit.records.conftest import PIXELS

    admitted = make_dicom(head + study + pixels + extra + PIXELS)
    [visit] = glance(round_trip(admitted)).visits
    assert (visit.id, visit.setting) == ("AdmissionID|ZY000317", Setting.INPATIENT)


def test_a_dicom_files_own_allergies_come_first(round_trip, make_dicom, make_element, ct_header):
    from tests.unit.records.conftest import PIXELS

    allergies = make_element(0x00102110, b"LO", "青霉素\\碘造影剂".encode())
    study = make_element(0x0020000D, b"UI", b"2.999.86.7")
    head, _, rest = ct_header.partition(study)
    opened = round_trip(make_dicom(head + allergies + study + rest + PIXELS))
    assert opened.summary()[:3] == ["Allergies:", "  - 青霉素", "  - 碘造影剂"]


def test_a_glance_comes_back_from_json_but_for_its_texts(data, round_trip):
    seen = glance(round_trip(data / "summary.json"))
    again = type(seen).from_json(seen.to_json())
    assert again.texts == ()
    assert (again.title, again.moment, again.visits) == (seen.title, seen.moment, seen.visits)
    assert again.allergies == seen.allergies
