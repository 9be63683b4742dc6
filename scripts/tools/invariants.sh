#!/bin/sh
# Runs tests/invariants: forge's invariants over thousands of steps, then halmos' properties for any caller.
# A line for each, and what forge or halmos printed of those that failed.
#   --no-halmos   the invariants alone
# halmos needs another psutil than Brownie does: it has an environment of its own, built once, with a stamp of
# what it was built from.
set -eu
cd "$(dirname "$0")/../.."

with_halmos=yes
case "${1:-}" in
  --no-halmos) with_halmos= ;;
  ?*)
    echo "invariants: $1 is no option; there is --no-halmos" >&2
    exit 2 ;;
esac

bin=$PWD/node_modules/.bin
if [ ! -x "$bin/forge" ]; then
  echo "invariants: skipped: there is no node_modules/.bin/forge; npm brings it on Linux x64 alone."
  exit 0
fi

# halmos calls forge by its name.
PATH=$bin:$PATH
FOUNDRY_CONFIG=tests/invariants/foundry.toml
export PATH FOUNDRY_CONFIG
forge_log=build/forge/forge.log
halmos_log=build/forge/halmos.log
setup_log=build/forge/halmos-setup.log
halmos=.toolchain/halmos
stamp=$halmos/chartkey.stamp
failed=

# verdicts SUITE: a line for each test of a log in the form of forge or halmos.
verdicts() {
  sed "s/$(printf '\033')\[[0-9;]*m//g" "$1" | awk '
    /^Ran [0-9]+ tests? for / { sub(/.*:/, ""); suite = $0 "." }
    /^Running [0-9]+ tests? for / { sub(/.*:/, ""); suite = $0 "." }
    /^Failing tests:/ { exit }
    /^\[(PASS|FAIL|TIMEOUT|ERROR)/ { verdict = /^\[PASS\]/ ? "ok" : "FAILED" }
    match($0, /(invariant|check|test)_[A-Za-z0-9_]+\(/) && verdict {
      print "invariants: " suite substr($0, RSTART, RLENGTH - 1) " " verdict
      verdict = ""
    }'
}

halmos_in_place() {
  python=.venv/bin/python
  [ -x $python ] || python=${PYTHON:-python3}
  $python -m venv --clear $halmos &&
    $halmos/bin/python -m pip install --disable-pip-version-check --require-hashes --only-binary :all: \
      -r scripts/tools/halmos.txt &&
    echo "$want" >$stamp
}

mkdir -p build/forge
# A failure that forge kept would be played again, whatever the tests look like now.
rm -rf build/forge/failures
if ! forge test --root . --no-match-contract HalmosProperties >$forge_log 2>&1; then
  failed=yes
fi
verdicts $forge_log
[ -z "$failed" ] || sed -n '/^Failing tests:/,$p;/^Error/,$p' $forge_log

if [ -n "$with_halmos" ]; then
  want="$(cat scripts/tools/halmos.txt scripts/tools/invariants.sh | cksum) on $(uname -sm) in $(pwd -P)"
  if [ "$(cat $stamp 2>/dev/null)" != "$want" ]; then
    echo "invariants: making $halmos, which takes a minute"
    halmos_in_place >$setup_log 2>&1 </dev/null || {
      tail -n 20 $setup_log
      echo "invariants: $halmos could not be made; all that was printed is in $setup_log"
      exit 1
    }
  fi
  # The loops of this size are the ones that go over an arrangement's three holders.
  if ! forge test --root . --match-contract HalmosProperties >$halmos_log 2>&1 ||
    ! $halmos/bin/halmos --root . --forge-build-out build/forge/out --contract HalmosProperties \
      --function check_ --loop 4 >>$halmos_log 2>&1 ||
    # What was cut short is not proven.
    grep -q 'not been fully explored' $halmos_log; then
    failed=yes
    grep -A 6 -E 'FAIL|TIMEOUT|WARNING|ERROR|Error|Counterexample' $halmos_log || tail -n 20 $halmos_log
  fi
  verdicts $halmos_log
fi

if [ -n "$failed" ]; then
  echo "invariants: FAILED; all that was printed is in build/forge"
  exit 1
fi
echo "invariants: ok"
