#!/bin/sh
# Removes what builds, tests and runs wrote, the sandbox included; with --all also what set-up installed.
set -eu
cd "$(dirname "$0")/../.."

if [ -d build/sandbox ] && [ -x .venv/bin/python ]; then
  .venv/bin/python scripts/sandbox.py stop
fi
if [ -d build/network ] && [ -x .venv/bin/python ]; then
  .venv/bin/python scripts/network.py stop
fi
# Kubo and Geth take minutes to build, and nothing of the project goes into them.
[ ! -d build ] || find build -mindepth 1 -maxdepth 1 ! -name kubo ! -name geth -exec rm -rf {} +
rm -rf reports dist client/dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
find client scripts tests -name __pycache__ -type d -prune -exec rm -rf {} +
if [ "${1:-}" = --all ]; then
  rm -rf build .venv node_modules .toolchain
fi
