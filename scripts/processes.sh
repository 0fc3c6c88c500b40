# SPDX-License-Identifier: MIT
#
# Sourced by scripts that start much and must leave nothing behind. Everything started here carries our id in ABLO_RUN, in its
# environment, so that it is found again even if it made itself a daemon with a session of its own, as Postgres does.
# Scripts may be nested: each adds its id, and ends only what carries it.

run_id=$$-$(date +%s)
export ABLO_RUN=${ABLO_RUN:+$ABLO_RUN,}$run_id
supervised_job=

# supervised LOG COMMAND…: runs it in a process group of its own, shows its output and keeps it. What it leaves is ended.
supervised() {
  local log=$1 limit=${ABLO_STEP_TIMEOUT:-1200} code=0 out tee
  shift
  # Not a pipe: a daemon that keeps it open would keep us waiting.
  exec {out}> >(exec env -u ABLO_RUN tee -i "$log")
  tee=$!
  set -m
  timeout --foreground --kill-after=10 "$limit" "$@" >&"$out" 2>&1 </dev/null {out}>&- &
  supervised_job=$!
  set +m
  exec {out}>&-
  wait "$supervised_job" || code=$?
  end_started
  supervised_job=
  wait "$tee"
  [ "$code" != 124 ] || echo "It took longer than $limit s and was stopped."
  return "$code"
}

# The ids of what still runs with our mark. (A process' environment is what it was started with: we are not among them.)
started() { env -u ABLO_RUN grep -lsa "ABLO_RUN=[0-9,-]*$run_id" /proc/[0-9]*/environ | tr -cd '0-9\n'; }

end_started() {
  local signal ids try
  [ -z "$supervised_job" ] || kill -TERM -- "-$supervised_job" 2>/dev/null
  for signal in TERM TERM KILL; do
    ids=$(started)
    [ -n "$ids" ] || return 0
    kill -"$signal" $ids 2>/dev/null
    for try in 1 2 3 4 5 6 7 8 9 10; do
      [ -n "$(started)" ] || return 0
      sleep 0.2
    done
  done
}

stopped() {
  trap '' INT TERM HUP
  printf '\nStopped; ending what was started …\n'
  end_started
  exit 130
}
trap stopped INT TERM HUP
trap end_started EXIT
