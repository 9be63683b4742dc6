#!/bin/sh
# Installs SoftHSM, the hardware module in software that tests/unit/crypto/test_token.py tries, on Debian.
# Needs root, as every installation of a system package does; elsewhere those tests say that they skip.
set -eu

if command -v softhsm2-util >/dev/null 2>&1; then
  softhsm2-util --version
  exit 0
fi
if ! command -v apt-get >/dev/null 2>&1; then
  echo "softhsm: this is no Debian; install SoftHSM 2 yourself, or go without: the tests that need it then skip." >&2
  exit 3
fi
apt-get update -qq
apt-get install -y -qq softhsm2 >/dev/null
softhsm2-util --version
