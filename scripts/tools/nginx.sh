#!/bin/sh
# Installs nginx, which the tests put with TLS in front of a node as scripts/production/ does, on Debian.
# Needs root, as every installation of a system package does; elsewhere those tests say that they skip.
set -eu

if command -v nginx >/dev/null 2>&1; then
  nginx -v
  exit 0
fi
if ! command -v apt-get >/dev/null 2>&1; then
  echo "nginx: this is no Debian; install nginx yourself, or go without: the test that needs it then skips." >&2
  exit 3
fi
apt-get update -qq
apt-get install -y -qq nginx-light >/dev/null
nginx -v
