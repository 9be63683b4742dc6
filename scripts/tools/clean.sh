#!/bin/sh
# Removes what builds, tests and runs wrote; with --all also what set-up installed.
set -eu
cd "$(dirname "$0")/../.."

rm -rf build reports dist client/dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
find client scripts tests -name __pycache__ -type d -prune -exec rm -rf {} +
if [ "${1:-}" = --all ]; then
  rm -rf .venv node_modules .toolchain
fi
