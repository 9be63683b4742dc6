"""Summaries for people: allergies first, none known told apart from not recorded (R16, R25)."""

import pytest
from chartkey.records.outline import outline_of_resource

SNOMED = "http://snomed.info/sct"


def allergy(text, **more):
    return {"resourceType": "AllergyIntolerance", "code": {"text": text}, **more}


def bundle(*resources):
    entries = [{"resource": one} for one in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def test_allergies_come_before_everything_whatever_the_order():
    record = bundle({"resourceType": "Condition", "code": {"text": "高血压"}}, allergy("青霉素"))
    assert outline_of_resource(record) == [
        "Allergies:",
        "  - 青霉素",
        "Problems:",
        "  - 高血压",
    ]


def test_a_record_without_allergies_does_not_say_that_there_are_none():
    assert outline_of_resource(bundle())[0] == "Allergies: not recorded here"


@pytest.mark.parametrize(
    "code",
    [
        {"coding": [{"system": SNOMED, "code": "716186003"}], "text": "无已知过敏"},
        {"coding": [{"code": "no-known-allergies"}], "text": "无已知过敏"},
    ],
)
def test_no_known_allergy_is_said_as_such(code):
    record = bundle({"resourceType": "AllergyIntolerance", "code": code})
    assert outline_of_resource(record)[0] == "Allergies: none known (无已知过敏)"


def test_a_section_that_somebody_found_empty_means_none_known():
    section = {
        "code": {"coding": [{"system": "http://loinc.org", "code": "48765-2"}]},
        "emptyReason": {"coding": [{"code": "nilknown"}]},
    }
    record = bundle({"resourceType": "Composition", "section": [section]})
    assert outline_of_resource(record)[0] == "Allergies: none known"
    section["emptyReason"]["coding"][0]["code"] = "notasked"
    assert outline_of_resource(record)[0] == "Allergies: not recorded here"


def test_one_denied_group_does_not_hide_a_real_allergy():
    denied = {"coding": [{"system": SNOMED, "code": "429625007"}]}
    record = bundle({"resourceType": "AllergyIntolerance", "code": denied}, allergy("青霉素"))
    assert outline_of_resource(record) == ["Allergies:", "  - 青霉素"]


def test_every_allergy_is_shown_however_many():
    record = bundle(*(allergy(f"过敏原 {number}") for number in range(50)))
    assert len(outline_of_resource(record)) == 51


def test_an_allergy_entered_in_error_is_not_shown():
    state = {"coding": [{"code": "entered-in-error"}]}
    record = bundle(allergy("青霉素", verificationStatus=state))
    assert outline_of_resource(record) == ["Allergies: not recorded here"]


def test_a_resolved_allergy_is_marked():
    state = {"coding": [{"code": "resolved"}]}
    record = bundle(allergy("青霉素", clinicalStatus=state, criticality="high"))
    assert outline_of_resource(record)[1] == "  - 青霉素 (high risk, resolved)"


def test_long_lists_of_other_things_say_how_much_more_there_is():
    conditions = ({"resourceType": "Condition", "code": {"text": f"{n}"}} for n in range(20))
    assert outline_of_resource(bundle(*conditions))[-1] == "  … and 8 more"


def test_a_medication_behind_a_reference_is_named():
    medication = {"resourceType": "Medication", "code": {"text": "阿司匹林"}}
    statement = {
        "resourceType": "MedicationStatement",
        "medicationReference": {"reference": "urn:uuid:1"},
    }
    record = bundle(statement, medication)
    record["entry"][1]["fullUrl"] = "urn:uuid:1"
    assert "  - 阿司匹林" in outline_of_resource(record)


def test_escape_sequences_in_a_record_reach_no_terminal():
    lines = outline_of_resource(bundle(allergy("\x1b[2J青霉素\n\u202e伪造")))
    assert not any(character in "".join(lines) for character in "\x1b\n\u202e")


@pytest.mark.parametrize(
    "junk", [5, "x", None, [], {}, [5], [[]], {"coding": 5}, [{"coding": [5]}]]
)
def test_no_shape_of_json_breaks_the_summary(junk):
    fields = ("code", "name", "verificationStatus", "clinicalStatus", "medicationReference")
    types = ("AllergyIntolerance", "Patient", "Observation", "MedicationStatement", "Composition")
    for kind in types:
        broken = {"resourceType": kind, "contained": junk, "section": junk, "valueQuantity": junk}
        outline_of_resource(bundle(broken | dict.fromkeys(fields, junk)))
    outline_of_resource({"resourceType": "Bundle", "entry": junk})
