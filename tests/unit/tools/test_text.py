"""The check of texts finds long files, open ends, one machine's paths and package sources."""

from pathlib import Path

import pytest
from checks import text


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("long.py", "\n" * 401),
        ("Long.sol", "\n" * 301),
        ("open.py", "# TO" + "DO: later"),
        ("open.py", "raise NotImplemented" + "Error"),
        ("path.md", "see /ho" + "me/somebody/notes"),
        ("path.yaml", "store: /wo" + "rk/x"),
        ("requirements.txt", "--index" + "-url https://example.org"),
        ("package-lock.json", '"resolved"' + ': "https://example.org/x.tgz"'),
    ],
)
def test_a_fault_is_found(name: str, content: str) -> None:
    assert len(list(text.faults(name, content))) == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("short.py", "\n" * 400),
        ("long.md", "\n" * 1000),
        ("url.md", "https://example.org/home/page and ./work/x"),
        ("notes.md", "an index-url is the user's own matter"),
    ],
)
def test_a_good_text_passes(name: str, content: str) -> None:
    assert list(text.faults(name, content)) == []


def test_a_binary_file_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "image.dcm"
    file.write_bytes(b"\xff\xfe/ho" + b"me/somebody")
    assert list(text.findings([file])) == []
