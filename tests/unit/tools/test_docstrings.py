"""The check of docstrings finds what a reader would miss."""

import textwrap
from pathlib import Path

import pytest
from checks import docstrings


def found(folder: Path, text: str) -> list[str]:
    (folder / "sample.py").write_text(textwrap.dedent(text))
    return [finding.partition(": ")[2] for finding in docstrings.findings(folder)]


def test_a_function_without_docstring_is_found(tmp_path: Path) -> None:
    assert found(tmp_path, "def f(): return 1") == ["f has no docstring"]


def test_a_raise_without_section_is_found(tmp_path: Path) -> None:
    text = '''
    class A:
        def f(self):
            """Does."""
            raise Wrong(reason=1)
    '''
    assert found(tmp_path, text) == ["A.f raises, but its docstring has no Raises section"]


def test_an_exception_that_the_section_leaves_out_is_found(tmp_path: Path) -> None:
    text = '''
    def f(x):
        """Does.

        Raises:
            Wrong: always.

        Returns:
            Never Other.
        """
        if x:
            raise errors.Other from None
        raise Wrong
    '''
    assert found(tmp_path, text) == ["f raises Other, which its Raises section does not name"]


def test_an_exception_made_by_a_call_needs_a_section(tmp_path: Path) -> None:
    text = '''
    def f():
        """Does."""
        raise made()
    '''
    assert found(tmp_path, text) == ["f raises, but its docstring has no Raises section"]


@pytest.mark.parametrize(
    "text",
    [
        'def f():\n    """Does.\n\n    Raises:\n        Wrong: always.\n    """\n    raise Wrong',
        'class A:\n    """Is.\n\n    Raises:\n        Wrong: always.\n    """\n'
        "    def __init__(self):\n        raise Wrong",
        'def f():\n    """Does."""\n    def g():\n        raise Wrong\n    return g',
        "def _f():\n    raise Wrong",
        "class _A:\n    def f(self):\n        raise Wrong",
        'def f():\n    """Does."""\n    try:\n        pass\n    except Wrong:\n        raise',
        "@overload\ndef f(): ...",
    ],
)
def test_what_is_documented_or_private_passes(tmp_path: Path, text: str) -> None:
    assert found(tmp_path, text) == []


def test_commands_document_themselves_to_people(tmp_path: Path) -> None:
    (tmp_path / "cli").mkdir()
    assert found(tmp_path / "cli", "def f():\n    raise Wrong") != []
    assert list(docstrings.findings(tmp_path)) == []
