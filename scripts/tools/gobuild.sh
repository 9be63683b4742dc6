#!/bin/sh
# Builds a node that the network and its tests run, from Go's registry: gobuild.sh kubo|geth.
# Versions and checksums are pinned by scripts/tools/<name>/go.mod and go.sum.
# Takes minutes the first time and nothing afterwards. Prints the binary's path.
set -eu

name=$1
case $name in
    kubo) package=github.com/ipfs/kubo/cmd/ipfs program=ipfs flags= ;;
    # A dependency of this Geth reaches into Go's runtime, which newer linkers refuse unasked.
    geth) package=github.com/ethereum/go-ethereum/cmd/geth program=geth flags=-checklinkname=0 ;;
    *)
        echo "gobuild: there are kubo and geth, not $name." >&2
        exit 2
        ;;
esac
root=$(cd "$(dirname "$0")/../.." && pwd)
pins=$root/scripts/tools/$name
binary=$root/build/$name/$program
stamp=$binary.sum

if ! command -v go >/dev/null 2>&1; then
    echo "$name: Go 1.26.5 or newer is needed to build it; install it, or go without: the tests that need it then skip." >&2
    exit 3
fi

wanted=$(cat "$pins/go.mod" "$pins/go.sum" | cksum)
if [ -x "$binary" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
    echo "$binary"
    exit 0
fi

mkdir -p "$root/build/$name"
fresh=$binary.$$
trap 'rm -f "$fresh"' EXIT
echo "$name: building, which takes a few minutes" >&2
(cd "$pins" && nice go build -mod=readonly -trimpath -ldflags="$flags" -o "$fresh" "$package")
mv "$fresh" "$binary"
printf '%s' "$wanted" >"$stamp"
echo "$binary"
