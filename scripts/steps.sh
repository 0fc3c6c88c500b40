# SPDX-License-Identifier: MIT
#
# Sourced by the scripts beside it: where we are, which Node runs, and how a step is shown and recorded.
# Output of steps goes to build/logs/; what a person reads is one line a step, and the end of the log of the one that failed.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
mkdir -p build/logs

# Whoever started us decides which Node it is. Debian's emscripten brings Debian's own, older Node to /usr/bin: never that one
# by accident.
node=${npm_node_execpath:-$(command -v node || true)}
if [ -z "$node" ]; then
  echo 'Node is missing. Install Node 20.12 or newer, then run this again.' >&2
  exit 1
fi
export PATH="$(dirname "$node"):$PATH"

# step TITLE COMMAND…
step() {
  local title=$1 began=$SECONDS code=0
  shift
  local log=build/logs/$(tr -cs 'a-zA-Z0-9\n' '-' <<<"$title").log
  printf '  %-56s' "$title"
  "$@" >"$log" 2>&1 </dev/null || code=$?
  if [ "$code" = 0 ]; then
    printf '%4d s\n' $((SECONDS - began))
    return 0
  fi
  printf 'failed after %d s\n' $((SECONDS - began))
  tail -n 40 "$log" | sed 's/^/  | /'
  printf '  The command was: %s\n  All it said:     %s\n' "$*" "$log"
  return "$code"
}

# configure PRESET: only the first time, and when the presets changed. Ninja notices everything else itself.
configure() {
  local made=build/$1/build.ninja
  [ -e "$made" ] && [ "$made" -nt CMakePresets.json ] || cmake --preset "$1"
}

# compile PRESET TARGET…: the targets, or everything.
compile() {
  local preset=$1
  shift
  configure "$preset" && cmake --build --preset "$preset" --parallel "$(nproc)" ${1:+--target "$@"}
}
