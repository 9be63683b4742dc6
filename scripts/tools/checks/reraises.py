"""Whether every exception raised in an `except` block says `from err` or `from None`."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

# What stands in these runs at another time, or is looked at as a handler of its own.
_APART = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.ExceptHandler


def raises_in(node: ast.AST) -> Iterator[ast.Raise]:
    """Yields the raise statements that run with `node`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Raise):
            yield child
        elif not isinstance(child, _APART):
            yield from raises_in(child)


def findings(files: Iterable[Path]) -> Iterator[str]:
    """Yields one line for every raise that leaves open what becomes of the handled exception."""
    for file in files:
        for handler in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(handler, ast.ExceptHandler):
                continue
            for found in raises_in(handler):
                if found.exc is not None and found.cause is None:
                    yield f"{file}:{found.lineno}: raise without `from err` or `from None`"
