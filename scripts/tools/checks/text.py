"""Whether files stay small, finished, and free of one machine's paths and package sources."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

MOST_LINES = {".py": 400, ".sol": 300}
_OPEN_END = re.compile(r"\b(TOD[O]|FIXM[E]|XX[X])\b|\bNotImplemented[E]rror\b")
_MACHINE_PATH = re.compile(r"(?<![\w.$}*-])/(home|root|work|farm|Users)/\w")
_REGISTRY = re.compile(
    r"registry\.npmjs|pypi\.org|pythonhosted|--(find-links|index-url|extra-index-url)|\"resolved\""
)
_LOCKS = {"requirements.txt", "package-lock.json"}


def faults(name: str, text: str) -> Iterator[str]:
    """Yields what is wrong with a file of that name and text, each with its line number."""
    lines = text.splitlines()
    most = MOST_LINES.get(Path(name).suffix)
    if most and len(lines) > most:
        yield f"{most + 1}: {len(lines)} lines, at most {most}"
    for number, line in enumerate(lines, 1):
        if _MACHINE_PATH.search(line):
            yield f"{number}: a path of one machine"
        if most and _OPEN_END.search(line):
            yield f"{number}: an open end"
        if Path(name).name in _LOCKS and _REGISTRY.search(line):
            yield f"{number}: a lock names where packages came from"


def findings(files: Iterable[Path]) -> Iterator[str]:
    """Yields one line for every fault in the files that are text."""
    for file in files:
        try:
            text = file.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        for fault in faults(file.name, text):
            yield f"{file}:{fault}"
