"""Points Brownie at this project's compiler and chains whenever the project's Python starts.

Set-up copies this file into .venv and a .pth line imports it, so that bare `brownie compile`,
`brownie test` and `brownie run deploy` work without any shell profile. It runs at every start of
that Python: nothing but `os` and `sys` may be imported here.
"""

import os
import sys

_ROOT = os.path.dirname(sys.prefix)
_NODE_PROGRAMS = os.path.join(_ROOT, "node_modules", ".bin")


def _prepend_to_path(folder: str) -> None:
    entries = os.environ.get("PATH", os.defpath).split(os.pathsep)
    if folder not in entries:
        os.environ["PATH"] = os.pathsep.join([folder, *entries])


# Not a default: another solc 0.8.28 would write metadata hashes and so other code hashes.
os.environ["SOLCX_BINARY_PATH"] = os.path.join(_ROOT, "scripts", "tools", "solc")
_prepend_to_path(_NODE_PROGRAMS)
# Anvil comes as a package for Linux on x64; elsewhere Ganache takes its place.
if not os.path.exists(os.path.join(_NODE_PROGRAMS, "anvil")):
    os.environ.setdefault("CHAIN_NETWORK", "ganache-cli")
