"""In which characters a text is written: found or refused, never guessed into other words."""

import pytest
from chartkey.errors import RecordInvalid
from chartkey.records import read_document
from chartkey.records.charset import decode
from hypothesis import given
from hypothesis import strategies as st

CHINESE = "患者对青霉素过敏，王喆医生记录于急诊科。𠮷镕"
GBK = CHINESE.replace("𠮷", "")


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (CHINESE.encode(), "utf-8"),
        (b"\xef\xbb\xbf" + CHINESE.encode(), "utf-8"),
        (CHINESE.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + CHINESE.encode("utf-16-be"), "utf-16"),
        (b"\x84\x31\x95\x33" + CHINESE.encode("gb18030"), "gb18030"),
        (CHINESE.encode("gb18030"), "gb18030"),
        (b"plain ASCII", "utf-8"),
    ],
)
def test_a_mark_or_strict_decoding_tells(data, encoding):
    text, found = decode(data, source="x")
    assert text == (CHINESE if len(data) > 20 else "plain ASCII")
    assert found == encoding


@pytest.mark.parametrize(
    ("declared", "codec", "found"),
    [
        ("GB18030", "gb18030", "gb18030"),
        ("gbk", "gbk", "gbk"),
        ("GB2312", "gbk", "gbk"),
        ("UTF-8", "utf-8", "utf-8"),
    ],
)
def test_an_xml_declaration_decides(declared, codec, found):
    text = f"<?xml version='1.0' encoding='{declared}'?><a>{GBK}</a>"
    assert decode(text.encode(codec), source="x") == (text, found)


def refused(data, **options):
    with pytest.raises(RecordInvalid) as caught:
        decode(data, source="x", **options)
    return caught.value.values["problem"]


def test_a_declaration_that_lies_is_refused_and_not_tried_otherwise():
    text = "<?xml version='1.0' encoding='UTF-8'?><a>过敏</a>"
    assert "not UTF-8 text" in refused(text.encode("gb18030"))
    assert "one of utf-8" in refused(b"<?xml version='1.0' encoding='EBCDIC'?><a/>")


@pytest.mark.parametrize(
    "text",
    ["José Müller, café crème", "Größe: 1,80 m; Übelkeit, Ödeme", "naïve façade à côté", "ÄÖÜ ß é"],
)
def test_latin_1_is_never_taken_for_chinese(text):
    assert "encoding=" in refused(text.encode("latin-1"))


def test_a_mark_and_a_named_encoding_that_disagree_are_refused():
    assert "byte order mark" in refused(b"\xef\xbb\xbfabc", encoding="gb18030")


@given(st.binary(max_size=60))
def test_nothing_is_ever_replaced(data):
    try:
        text, name = decode(data, source="x")
    except RecordInvalid:
        return
    marks = {"utf-16": b"", "gb18030": b"\x84\x31\x95\x33", "utf-8": b"\xef\xbb\xbf"}
    encoded = text.encode(name if name != "utf-16" else "utf-16-le")
    assert name == "utf-16" or data in (encoded, marks[name] + encoded)


def test_chinese_fhir_without_a_word_about_its_encoding_is_read(data):
    text = (data / "summary.json").read_text("utf-8")
    document = read_document(text.encode("gb18030"))
    assert document.open().read() == text.encode()
    assert document.charset == "gb18030"
    assert document.elements == read_document(text.encode()).elements
