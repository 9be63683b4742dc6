#!/bin/sh
# Builds the Kubo daemon that the storage tests run against, into build/kubo/ipfs.
# Versions and checksums are pinned by scripts/tools/kubo/go.mod and go.sum.
# Takes minutes the first time and nothing afterwards. Prints the binary's path.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
pins=$root/scripts/tools/kubo
binary=$root/build/kubo/ipfs
stamp=$binary.sum

if ! command -v go >/dev/null 2>&1; then
    echo "kubo: Go 1.26.5 or newer is needed to build Kubo; install it, or go without: the tests that need Kubo then skip." >&2
    exit 3
fi

wanted=$(cat "$pins/go.mod" "$pins/go.sum" | cksum)
if [ -x "$binary" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
    echo "$binary"
    exit 0
fi

mkdir -p "$root/build/kubo"
fresh=$binary.$$
trap 'rm -f "$fresh"' EXIT
echo "kubo: building, which takes a few minutes" >&2
(cd "$pins" && nice go build -mod=readonly -trimpath -o "$fresh" github.com/ipfs/kubo/cmd/ipfs)
mv "$fresh" "$binary"
printf '%s' "$wanted" >"$stamp"
echo "$binary"
