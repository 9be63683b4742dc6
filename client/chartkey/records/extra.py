"""Optional libraries, loaded where they are used."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from chartkey.errors import ExtraMissing

__all__ = ["load"]


def load(module: str, *, extra: str, package: str) -> ModuleType:
    """Return an optional module, imported now.

    ``module`` is its dotted name, ``extra`` the extra of this distribution that
    brings it, ``package`` the name it has in the package registry.

    Raises:
        ExtraMissing: it is not installed.
    """
    try:
        return import_module(module)
    except ImportError as err:
        raise ExtraMissing(extra=extra, package=package) from err
