#!/bin/sh
# Fuzzes what reads foreign bytes: first Hypothesis for a minute, then the fuzzer, each target for a part of
# FUZZ_SECONDS (240 in all by default).
#   fuzz.sh [TARGET…]        all targets, or these
#   fuzz.sh TARGET FILE      one input again, as a finding says
# What was learnt stays in build/fuzz and is gone on from; a finding ends with status 1.
set -eu
cd "$(dirname "$0")/../.."

place=.toolchain/fuzz
want=$(cat scripts/tools/fuzz.txt scripts/tools/fuzz.sh | cksum)
if [ "$(cat $place.stamp 2>/dev/null)" != "$want" ]; then
  rm -rf $place
  mkdir -p .toolchain
  if ! .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
    --no-deps --target $place -r scripts/tools/fuzz.txt; then
    echo "fuzz: skipped: there is no wheel of the fuzzer for this machine (Linux x64, Python 3.11)."
    exit 0
  fi
  echo "$want" >$place.stamp
fi
[ $# -gt 0 ] || FUZZ_EXAMPLES=2000 .venv/bin/python -m pytest -q -p no:pytest-brownie \
  tests/unit/crypto/test_readers_agree.py
PYTHONPATH=$PWD/$place:$PWD exec .venv/bin/python tests/fuzz/run.py "$@"
