"""CDA documents: what their headers say, what is committed to, and what is refused (R15, T14)."""

import hashlib

import pytest
from chartkey.errors import ExtraMissing, MediaMismatch, RecordInvalid, RecordTooLarge
from chartkey.models import Kind
from chartkey.records import CDA, read_document
from chartkey.records.cda import read_cda
from chartkey.records.elements import describe_element
from chartkey.records.glance import glance
from chartkey.records.visit import Setting
from hypothesis import given
from hypothesis import strategies as st

HEADER = """<typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
<code code="18842-5" codeSystem="2.16.840.1.113883.6.1"><translation code="出院-01"/></code>
<title>出院小结</title>
<effectiveTime value="202412201530+0800"/>
<recordTarget><patientRole><id root="1.2" extension="317"/><patient>
<name><family>王</family><given>秀英</given></name>
<administrativeGenderCode code="F"/><birthTime value="19560312"/>
</patient></patientRole></recordTarget>
<componentOf><encompassingEncounter><id root="1.2.3" extension="ZY000317"/><code code="IMP"/>
<effectiveTime><low value="20241210"/><high value="20241220"/></effectiveTime>
<location><healthCareFacility><location><name>心血管内科</name></location></healthCareFacility>
</location></encompassingEncounter></componentOf>"""
ALLERGIES = """<component><section><code code="48765-2"/><title>过敏史</title>
<text><table><thead><tr><th>药物</th></tr></thead><tbody>
<tr><td>青霉素</td>
<td><paragraph>皮疹</paragraph></td></tr></tbody></table></text><entry><act/></entry>
</section></component>"""
COURSE = """<component><section><title>诊疗经过</title><text>好转&amp;出院<br/>随访
<content>两周</content></text><component><section><title>子节</title><text>内容</text></section>
</component></section></component>"""
BODY = f"<component><structuredBody>{ALLERGIES}{COURSE}</structuredBody></component>"


def cda(header=HEADER, body=BODY, encoding="UTF-8", lead=""):
    text = f"<?xml version='1.0' encoding='{encoding}'?>{lead}"
    return f'{text}<ClinicalDocument xmlns="urn:hl7-org:v3">{header}{body}</ClinicalDocument>'


def test_kind_title_and_time_come_from_the_header():
    document = read_document(cda().encode())
    assert (document.media_type, document.kind) == (CDA, Kind.DISCHARGE_SUMMARY)
    assert document.title == "出院小结"
    assert (document.moment.text, document.moment.zone) == ("2024-12-20T15:30+08:00", "+08:00")


@pytest.mark.parametrize(
    ("encoding", "codec"),
    [("GB18030", "gb18030"), ("GBK", "gbk"), ("UTF-8", "utf-8"), ("UTF-16", "utf-16")],
)
def test_every_declared_encoding_is_read_and_the_file_stays_as_it_was(round_trip, encoding, codec):
    data = cda(encoding=encoding).encode(codec)
    opened = round_trip(data)
    assert opened.document == data
    assert opened.cda.title == "出院小结"
    assert opened.elements == read_document(data).elements
    same = read_document(cda().encode()).elements
    assert opened.elements[1:] == same[1:]


def test_an_undeclared_chinese_file_is_found_out_and_travels(round_trip):
    data = cda().replace(" encoding='UTF-8'", "").encode("gb18030")
    opened = round_trip(data)
    assert opened.header.charset == "gb18030"
    assert opened.document == data
    assert opened.summary()[1] == "  - 青霉素 皮疹"


def test_a_prefix_changes_nothing_but_the_characters():
    text = cda().replace('xmlns="urn', 'xmlns:h="urn')
    for name in ("ClinicalDocument", "title", "code", "effectiveTime"):
        text = text.replace(f"<{name}", f"<h:{name}").replace(f"</{name}", f"</h:{name}")
    assert read_document(text.encode()).title == "出院小结"


def test_the_summary_begins_with_allergies(round_trip):
    lines = round_trip(cda().encode()).summary()
    assert lines[:3] == ["Allergies:", "  - 青霉素 皮疹", "Patient: 王, 秀英, F, 19560312"]
    assert "  - 诊疗经过" in lines


@pytest.mark.parametrize(
    ("section", "line"),
    [
        (
            '<section><code code="48765-2"/><text>无已知过敏</text><entry><act><observation '
            'negationInd="true"/></act></entry></section>',
            "Allergies: none known (无已知过敏)",
        ),
        (
            '<section><code code="48765-2"/><text>鸡蛋不过敏<br/>花生过敏</text><entry><act '
            'negationInd="true"/></entry><entry/></section>',
            "Allergies:",
        ),
        ('<section nullFlavor="NI"><code code="48765-2"/><text>x</text></section>', None),
        ("<section><title>别的</title></section>", None),
    ],
)
def test_none_known_is_told_apart_from_silence_and_never_hides_an_allergy(
    round_trip, section, line
):
    body = (
        f"<component><structuredBody><component>{section}</component></structuredBody></component>"
    )
    found = round_trip(cda(body=body).encode()).summary()[0]
    assert found == (line or "Allergies: not recorded here")


def test_its_encounter_and_words_are_found(round_trip):
    seen = glance(round_trip(cda().encode()))
    [visit] = seen.visits
    assert (visit.id, visit.setting) == ("1.2.3|ZY000317", Setting.INPATIENT)
    assert (visit.start.text, visit.end.text) == ("2024-12-10", "2024-12-20")
    assert visit.label == "心血管内科"
    assert {"诊疗经过", "好转&出院", "随访 两周", "子节", "内容"} <= set(seen.texts)


def test_the_elements_are_file_header_and_each_section_as_it_stands():
    data = cda().encode()
    file, header, *sections = read_document(data).elements
    digest, length = hashlib.sha256(data).digest(), len(data).to_bytes(8, "big")
    assert file == b"cda-file\0" + digest + length
    assert header.startswith(b'cda-header\0<ClinicalDocument xmlns="urn:hl7-org:v3"><typeId')
    assert header.endswith(b"</componentOf>")
    assert len(sections) == 2
    assert sections[0].startswith(b'cda-section\0<section><code code="48765-2"/>')
    assert all(one.endswith(b"</section>") for one in sections)
    assert "青霉素".encode() not in header + sections[1]
    assert [describe_element(one) for one in sections] == [
        "CDA section: 过敏史",
        "CDA section: 诊疗经过",
    ]


@given(st.integers(0, len(cda().encode()) - 1))
def test_a_changed_byte_changes_an_element_or_is_refused(place):
    data = bytearray(cda().encode())
    before = read_document(bytes(data)).elements
    data[place] ^= 1
    try:
        assert read_document(bytes(data)).elements != before
    except RecordInvalid:
        return


def test_a_document_without_a_structured_body_is_taken():
    body = "<component><nonXMLBody><text mediaType='text/plain'>文</text></nonXMLBody></component>"
    assert len(read_document(cda(body=body).encode()).elements) == 2
    assert len(read_document(cda(body="").encode()).elements) == 2


def problem(text, **options):
    with pytest.raises(RecordInvalid) as caught:
        read_cda(text.encode(), source="x", **options)
    return caught.value.values["problem"]


LAUGHS = "".join(
    f'<!ENTITY a{i + 1} "{f"&a{i};" * 10}">' for i in range(9)
)  # fmt: skip


@pytest.mark.parametrize(
    "lead",
    [
        f'<!DOCTYPE x [<!ENTITY a0 "哈">{LAUGHS}]>',
        '<!DOCTYPE x [<!ENTITY a9 SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]>',
        "<!DOCTYPE x>",
    ],
)
def test_T14_every_document_type_declaration_is_refused(lead):
    found = problem(cda(lead=lead, body="<title>&a9;</title>"))
    assert found == "it declares a document type or entities, which no CDA needs"


def test_T14_depth_and_number_of_elements_are_bounded():
    with pytest.raises(RecordTooLarge, match="levels of XML"):
        read_cda(cda(body="<a>" * 5000).encode(), source="x")
    with pytest.raises(RecordTooLarge, match="elements"):
        read_cda(cda(body="<a/>" * 1_000_001).encode(), source="x")
    with pytest.raises(RecordTooLarge, match="bytes of XML"):
        read_cda(cda(body=" " * (33 << 20)).encode(), source="x")


def test_T14_a_compressed_bomb_is_refused_before_it_is_unpacked(peak_mib):
    code = """
import gzip, sys
from chartkey.errors import RecordTooLarge
from chartkey.records import read_document
packed = gzip.compress(b'<ClinicalDocument xmlns="urn:hl7-org:v3">' + b" " * (64 << 20))
import io
try:
    read_document(packed)
except RecordTooLarge:
    print("refused")
"""
    _, lines = peak_mib(code)
    assert lines == ["refused"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (cda()[:-5], "it is not XML at line"),
        (cda().replace("</title>", "", 1), "it is not XML at line"),
        (cda() + "<more/>", "it is not XML at line"),
        ("<ClinicalDocument/>", "no CDA document"),
        ('<ClinicalDocument xmlns="urn:other"/>', "no CDA document"),
        (cda().replace("出院小结", "&undefined;"), "it is not XML at line"),
    ],
)
def test_what_is_damaged_or_another_thing_is_refused_without_its_content(text, said):
    found = problem(text)
    assert said in found
    assert "秀英" not in found


@given(st.binary(max_size=200))
def test_whatever_comes_one_error_of_ours_comes_back(data):
    try:
        read_cda(b'<ClinicalDocument xmlns="urn:hl7-org:v3">' + data, source="x")
    except (RecordInvalid, RecordTooLarge):
        return


def test_a_cda_is_neither_fhir_nor_dicom(round_trip):
    opened = round_trip(cda().encode())
    for attribute in ("resource", "bundle", "exact", "dicom", "image"):
        with pytest.raises(MediaMismatch):
            getattr(opened, attribute)
    assert "秀英" not in repr(opened) + repr(opened.cda) + repr(opened.cda.sections)


def test_without_the_library_the_command_that_installs_it_is_named(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "defusedxml.expatreader", None)
    with pytest.raises(ExtraMissing, match=r"chartkey\[cda\]"):
        read_document(cda().encode())
