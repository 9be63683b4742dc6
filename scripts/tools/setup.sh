#!/bin/sh
# Makes a clone ready to work: checks the machine's tools, then builds .venv, node_modules, sample records,
# key files for the sandbox and the contracts.
# Each step leaves a stamp of what it was built from, inside what it built: a second run does nothing, a changed
# lock file repeats its step, and a step that was interrupted left no stamp and is done again from the start.
#   PYTHON=…  the Python to build .venv with, where it is not the first suitable one on PATH
set -eu
cd "$(dirname "$0")/../.."

log=.toolchain/setup.log
problems=

problem() {
  problems="$problems  - $1
"
}

# at_least FOUND WANTED: compares the first two numbers of two versions.
at_least() {
  awk -v found="$1" -v wanted="$2" 'BEGIN {
    split(found, f, "."); split(wanted, w, ".")
    exit !(f[1] + 0 > w[1] + 0 || (f[1] + 0 == w[1] + 0 && f[2] + 0 >= w[2] + 0))
  }'
}

python_version() {
  "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null
}

find_python() {
  python= seen=
  for name in ${PYTHON:-python3.11 python3.12 python3 python}; do
    version=$(python_version "$name") || continue
    if at_least "$version" 3.11 && ! at_least "$version" 3.13; then
      python=$name
      python_found=$version
      break
    fi
    seen="${seen:+$seen, }$name is $version"
  done
  if [ -z "$python" ]; then
    problem "Python 3.11 or 3.12 (${seen:-none found}). Install it, on Debian or Ubuntu: apt install python3.11 python3.11-venv; elsewhere from python.org or with pyenv. PYTHON=/path/to/python3.11 names one that is not on PATH."
  elif ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    problem "Python's venv module ($python has none). Install it, on Debian or Ubuntu: apt install python$python_found-venv."
  fi
}

find_node() {
  version=$(node --version 2>/dev/null) || version=
  if [ -z "$version" ]; then
    problem "Node.js 20 or newer (none found). Install it from nodejs.org, or with nvm: nvm install 20."
  elif ! at_least "${version#v}" 20.0; then
    problem "Node.js 20 or newer (node is ${version#v}). Install it from nodejs.org, or with nvm: nvm install 20."
  elif ! command -v npm >/dev/null 2>&1; then
    problem "npm, which comes with Node.js (none found). Install it, on Debian or Ubuntu: apt install npm."
  fi
}

# make hands its version on; without it somebody called this script directly.
find_make() {
  version=${MAKE_VERSION:-$(make --version 2>/dev/null | awk 'NR == 1 && /GNU Make/ { print $3 }')}
  if [ -z "$version" ]; then
    problem "GNU make 3.81 or newer (none found). Install it, on Debian or Ubuntu: apt install make; on macOS: xcode-select --install."
  elif ! at_least "$version" 3.81; then
    problem "GNU make 3.81 or newer (make is $version). Install it, on Debian or Ubuntu: apt install make; on macOS: xcode-select --install."
  fi
}

# stamp_of FILE…: one line that changes with any of the files, this script, the tools and the folder.
stamp_of() {
  echo "$(cat "$@" scripts/tools/setup.sh | cksum) $place"
}

is_done() {
  [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]
}

# run WHAT HINT COMMAND…: one line for the reader, everything else to the log, the log's end if it fails.
run() {
  what=$1
  printf '%s' "set-up: $what ($2) ... "
  shift 2
  started=$(date +%s)
  if "$@" >>$log 2>&1 </dev/null; then
    echo "done in $(($(date +%s) - started)) s"
    return
  fi
  echo "failed"
  tail -n 20 $log | sed 's/^/    /'
  echo "set-up: stopped at: $what. All it printed is in $log. Running the same command again takes up from here."
  exit 1
}

python_packages() {
  export BROWNIE_NOCOMPILE=1
  builder=.toolchain/build-packages.txt
  # Only an environment that was finished here is brought up to date in place. What an interruption left is
  # thrown away, and so is what was moved here: its programs name the Python of the other place.
  clear=--clear
  case "$(cat $python_stamp 2>/dev/null)" in
    *" $place") [ ! -x .venv/bin/python ] || clear= ;;
  esac
  "$python" -m venv $clear .venv &&
    awk '/^[^ #]/ { wanted = /^setuptools==/ } wanted' requirements.txt >$builder &&
    .venv/bin/python -m pip install --disable-pip-version-check --require-hashes -r $builder &&
    # Without isolation Brownie is built by the setuptools above; with it pip would fetch others, unlocked.
    .venv/bin/python -m pip install --disable-pip-version-check --no-build-isolation --require-hashes -r requirements.txt
}

client_in_place() {
  site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))') &&
    .venv/bin/python -m pip install --disable-pip-version-check --no-deps --no-build-isolation -e ./client &&
    cp scripts/tools/venv_hook.py "$site/chartkey_toolchain.py" &&
    echo 'import chartkey_toolchain' >"$site/chartkey_toolchain.pth"
}

# Brownie keeps its chains in the user's home. make test does not read that file, bare brownie commands do.
note_old_networks() {
  networks=$HOME/.brownie/network-config.yaml
  [ -f "$networks" ] || return 0
  awk '/id: development$/ { near = 1 } near && /cmd:/ { exit !/anvil/ }' "$networks" && return 0
  echo "set-up: note: $networks was written by an older Brownie, whose network \"development\" is not Anvil."
  echo "        Bare brownie commands need the current one: move that file away, and Brownie writes it anew."
}

find_python
find_node
find_make
if [ -n "$problems" ]; then
  printf 'set-up: this machine lacks:\n%s' "$problems" >&2
  exit 1
fi
place="Python $python_found on $(uname -sm) in $(pwd -P)"
mkdir -p .toolchain

python_stamp=.venv/chartkey.stamp
client_stamp=.venv/chartkey-client.stamp
node_stamp=node_modules/.chartkey.stamp
samples_stamp=build/samples/stamp
keys_stamp=build/sandbox-keys/stamp
contracts_stamp=build/contracts/stamp

worked=
: >$log
want=$(stamp_of requirements.txt)
if ! is_done $python_stamp "$want"; then
  worked=yes
  run "Python packages into .venv" "about a minute" python_packages
  rm -f $client_stamp
  echo "$want" >$python_stamp
fi
want=$(stamp_of client/pyproject.toml scripts/tools/venv_hook.py)
if ! is_done $client_stamp "$want"; then
  worked=yes
  run "the client, and Brownie's way to the compiler" "seconds" client_in_place
  echo "$want" >$client_stamp
fi
want=$(stamp_of package.json package-lock.json)
if ! is_done $node_stamp "$want"; then
  worked=yes
  run "Node packages into node_modules" "half a minute" npm ci --ignore-scripts --no-audit --no-fund
  echo "$want" >$node_stamp
fi
want=$(stamp_of scripts/tools/samples.py scripts/tools/samples.json)
if ! is_done $samples_stamp "$want"; then
  worked=yes
  run "sample records" "seconds" .venv/bin/python scripts/tools/samples.py
  echo "$want" >$samples_stamp
fi
want=$(stamp_of scripts/alliance/cast.py scripts/alliance/keyset.py)
if ! is_done $keys_stamp "$want"; then
  worked=yes
  run "key files for the sandbox" "a quarter of a minute" .venv/bin/python scripts/sandbox.py keys
  echo "$want" >$keys_stamp
fi
# All of them whenever one changed: Brownie alone misses what was inlined into others, and its parallel tests
# end with an error when the first of them compiles.
want=$(stamp_of package-lock.json brownie-config.yaml $(find contracts interfaces -name '*.sol' | sort))
if ! is_done $contracts_stamp "$want"; then
  worked=yes
  run "contracts" "a quarter of a minute" .venv/bin/brownie compile --all
  echo "$want" >$contracts_stamp
fi
[ -n "$worked" ] || exit 0
note_old_networks
echo "set-up: ready"
