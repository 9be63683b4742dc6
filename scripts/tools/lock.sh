#!/bin/sh
# Resolves requirements.in and package.json again and writes both lock files. Run it after editing either.
# The locks name packages and hashes only, never where they came from: every user keeps their own mirror.
set -eu
cd "$(dirname "$0")/../.."

resolver=.toolchain/resolver
[ -x $resolver/bin/uv ] || { ${PYTHON:-python3} -m venv $resolver && $resolver/bin/pip install --quiet uv==0.13.9; }
# Without --emit-build-options the --no-binary line would be lost.
BROWNIE_NOCOMPILE=1 $resolver/bin/uv pip compile --quiet --universal --python-version 3.11 \
  --emit-build-options --generate-hashes --custom-compile-command scripts/tools/lock.sh \
  requirements.in --output-file requirements.txt
npm install --package-lock-only --ignore-scripts --no-audit --no-fund --omit-lockfile-registry-resolved
