"""Whether every public function of the client says what it is for and what it raises."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef
_SECTION = re.compile(
    r"^[ \t]*Raises:[ \t]*$(?P<body>.*?)(?=^[ \t]*[A-Z][A-Za-z ]*:[ \t]*$|\Z)", re.M | re.S
)


def is_public(name: str) -> bool:
    """Whether a name is part of what others call; `__init__` is, as the class's own call."""
    return not name.startswith("_") or name == "__init__"


def functions(
    body: list[ast.stmt], owner: ast.ClassDef | None = None
) -> Iterator[tuple[Function, ast.ClassDef | None]]:
    """Yields a module's public functions, and its public classes' public methods with the class."""
    for node in body:
        if isinstance(node, Function) and is_public(node.name):
            yield node, owner
        elif isinstance(node, ast.ClassDef) and is_public(node.name):
            yield from functions(node.body, node)


def own_nodes(function: Function) -> Iterator[ast.AST]:
    """Yields the nodes of a function without those of functions and classes defined in it."""
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, Function | ast.ClassDef | ast.Lambda):
            pending.extend(ast.iter_child_nodes(node))


def raised(function: Function) -> set[str]:
    """Returns the names of the exceptions raised here, an empty one where a call makes it."""
    names = set()
    for node in own_nodes(function):
        if isinstance(node, ast.Raise) and node.exc is not None:
            made = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            name = ast.unparse(made).split(".")[-1]
            names.add(name if name[:1].isupper() else "")
    return names


def fault(function: Function, owner: ast.ClassDef | None) -> str | None:
    """Returns what the documentation of the function lacks, or None."""
    text = ast.get_docstring(function) or ""
    if function.name == "__init__":
        text += "\n" + ((ast.get_docstring(owner) if owner else None) or "")
    elif not text and not is_overload(function):
        return "has no docstring"
    names = raised(function)
    section = _SECTION.search(text)
    if names and not section:
        return "raises, but its docstring has no Raises section"
    missing = (
        sorted(name for name in names if name and name not in section["body"]) if section else []
    )
    return (
        f"raises {', '.join(missing)}, which its Raises section does not name" if missing else None
    )


def is_overload(function: Function) -> bool:
    """Whether others document the function: its overloads' body, its property, its base."""
    marks = [ast.unparse(decorator).split(".")[-1] for decorator in function.decorator_list]
    return any(mark in {"overload", "override", "setter"} for mark in marks)


def findings(package: Path) -> Iterator[str]:
    """Yields one line for every public function below `package` that is not fully documented."""
    for file in sorted(package.rglob("*.py")):
        # A command's docstring is its help, and what it raises is printed by name.
        if file.relative_to(package).parts[0] == "cli":
            continue
        tree = ast.parse(file.read_text("utf-8"))
        for function, owner in functions(tree.body):
            problem = fault(function, owner)
            if problem:
                name = f"{owner.name}.{function.name}" if owner else function.name
                yield f"{file}:{function.lineno}: {name} {problem}"
