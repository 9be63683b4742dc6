"""Whether the client's imports point one way, and heavy libraries wait until they are used."""

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = "chartkey"
_VOCABULARY = {"errors", "models"}
_FOUNDATION = _VOCABULARY | {"crypto", "storage", "chain"}
_ACTORS = _FOUNDATION | {"records", "custody"}
_PUBLIC = _ACTORS | {"actors", "audit"}
_EDGES = _PUBLIC | {"operator", "__init__"}
MAY_IMPORT = {
    "errors": set(),
    "models": {"errors"},
    "crypto": _VOCABULARY,
    "storage": _VOCABULARY,
    # The chain signs and hashes; crypto knows nothing of it.
    "chain": _VOCABULARY | {"crypto"},
    "records": _FOUNDATION,
    "custody": _FOUNDATION,
    "audit": _VOCABULARY | {"chain"},
    "operator": _FOUNDATION,
    "actors": _ACTORS,
    "gateway": _EDGES,
    "web": _EDGES,
    "cli": _EDGES,
    "__init__": _PUBLIC,
}
FOREIGN = {"brownie", "scripts", "tests"}
HEAVY = {"web3", "fhir", "fhirpathpy", "pydicom", "ipfshttpclient", "requests", "rich"}


def layer_of(module: str) -> str:
    """Returns the layer of a dotted name: the part below the package, or the package itself."""
    part = module.partition(".")[2].partition(".")[0]
    return part if part in MAY_IMPORT else "__init__"


def module_of(file: Path, package: Path) -> list[str]:
    """Returns the dotted name, in parts, of the package that `file` belongs to."""
    return [PACKAGE, *file.relative_to(package).parent.parts]


def imported(node: ast.stmt, parents: list[str]) -> list[str]:
    """Returns the absolute names that an import statement brings in; none for other statements."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    base = parents[: len(parents) - node.level + 1] if node.level else []
    origin = ".".join([*base, *([node.module] if node.module else [])])
    # `from chartkey import crypto` names a layer too.
    return [f"{origin}.{alias.name}" for alias in node.names] if origin == PACKAGE else [origin]


def at_import_time(tree: ast.Module) -> set[ast.stmt]:
    """Returns the statements that run when a program, not a type checker, imports the module."""
    found: set[ast.stmt] = set()
    pending: list[ast.AST] = [tree]
    while pending:
        for child in ast.iter_child_nodes(pending.pop()):
            is_typing_only = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(
                child.test
            )
            if is_typing_only or isinstance(
                child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
            ):
                continue
            if isinstance(child, ast.stmt):
                found.add(child)
            pending.append(child)
    return found


def fault(name: str, layer: str, is_eager: bool) -> str | None:
    """Returns what is wrong with importing `name` in `layer`, or None."""
    top = name.split(".")[0]
    if top in FOREIGN:
        return f"imports {top}, which the client must work without"
    if top in HEAVY and is_eager:
        return f"imports {top} at import time; import it in the function that uses it"
    if top != PACKAGE:
        return None
    target = layer_of(name)
    if target == layer or target in MAY_IMPORT.get(layer, set()):
        return None
    return f"{layer} imports {target}: dependencies point the other way"


def findings(package: Path) -> Iterator[str]:
    """Yields one line for every wrong import in the Python files below `package`."""
    for file in sorted(package.rglob("*.py")):
        parents = module_of(file, package)
        layer = parents[1] if len(parents) > 1 else file.stem
        tree = ast.parse(file.read_text("utf-8"))
        eager = at_import_time(tree)
        for node in ast.walk(tree):
            for name in imported(node, parents) if isinstance(node, ast.stmt) else []:
                problem = fault(name, layer, node in eager)
                if problem:
                    yield f"{file}:{node.lineno}: {problem}"
