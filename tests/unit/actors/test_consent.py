"""The consent text and what a grant commits to."""

from __future__ import annotations

import hashlib

import pytest
from chartkey.actors.consent import ConsentText, consent_text
from chartkey.errors import ArgumentInvalid
from Crypto.Hash import keccak


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_commitment_is_over_version_language_and_text(language: str) -> None:
    text = consent_text(language)
    parts = [hashlib.sha256(part.encode()).digest() for part in (language, text.text)]
    expected = keccak.new(digest_bits=256, data=(1).to_bytes(4, "big") + b"".join(parts))
    assert text.commitment == expected.digest()


def test_another_text_language_or_version_is_another_commitment() -> None:
    texts = [
        ConsentText(1, "en", "I agree."),
        ConsentText(2, "en", "I agree."),
        ConsentText(1, "zh-CN", "I agree."),
        ConsentText(1, "en", "I agree!"),
    ]
    assert len({text.commitment for text in texts}) == len(texts)


@pytest.mark.parametrize(("language", "version"), [("fr", 1), ("en", 2), ("../en", 1), ("", 1)])
def test_a_text_that_this_release_lacks_is_refused(language: str, version: int) -> None:
    with pytest.raises(ArgumentInvalid):
        consent_text(language, version)


def test_both_languages_say_what_revoking_cannot_do() -> None:
    assert "cannot be called back" in consent_text("en").text
    assert "无法收回" in consent_text("zh-CN").text
