"""Damage of any sort gives a record or a documented error, never anything else."""

import io
from contextlib import suppress

import pytest
from chartkey.errors import FormatUnknown, RecordInvalid, RecordTooLarge
from chartkey.records import open_container, open_record, read_document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

EXPECTED = (RecordInvalid, RecordTooLarge)
FUZZ = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
TYPES = st.sampled_from(("Patient", "Bundle", "Observation", "Composition", "AllergyIntolerance"))


def damaged(data, drawn):
    """One byte changed, some removed or some put in."""
    at = drawn.draw(st.integers(0, len(data) - 1))
    cut = drawn.draw(st.integers(0, 20))
    return data[:at] + drawn.draw(st.binary(max_size=4)) + data[at + cut :]


def taken(data):
    """The document, or None if it was refused by an error that shows nothing of the patient's."""
    try:
        return read_document(data)
    except EXPECTED as err:
        shown = str(err)
    assert "王" not in shown
    return None


@FUZZ
@given(drawn=st.data())
def test_a_damaged_bundle_is_refused_or_taken_as_what_it_says(drawn, data):
    broken = damaged((data / "summary.json").read_bytes(), drawn)
    document = taken(broken)
    assert not document or document.open().read() == broken.removeprefix(b"\xef\xbb\xbf")


@FUZZ
@given(drawn=st.data())
def test_a_damaged_dicom_file_is_refused_or_taken_as_what_it_says(drawn, ct):
    broken = damaged(ct, drawn)
    document = taken(broken)
    assert not document or document.open().read() == broken


@FUZZ
@given(end=st.integers(0, 6000))
def test_a_bundle_cut_anywhere_is_refused(end, data):
    whole = (data / "summary.json").read_bytes().rstrip()
    with pytest.raises(RecordInvalid):
        read_document(whole[: min(end, len(whole) - 1)])


@FUZZ
@given(drawn=st.data())
def test_a_damaged_container_opens_to_nothing_unexpected(drawn, data, ct):
    source = drawn.draw(st.sampled_from((data / "summary.json", ct)))
    with open_container(read_document(source), bytes(32)) as stream:
        broken = damaged(stream.read(), drawn)
    with suppress(*EXPECTED, FormatUnknown), open_record(io.BytesIO(broken)) as record:
        record.summary()
        _ = record.elements


@FUZZ
@given(kind=TYPES, fields=st.dictionaries(st.text(), JSON), entry=JSON)
def test_any_json_is_taken_or_refused(kind, fields, entry):
    with suppress(*EXPECTED):
        read_document({**fields, "entry": entry, "section": entry, "resourceType": kind})
