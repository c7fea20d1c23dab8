#!/usr/bin/env bash
# How long the intake of a long CSV takes beside SQLite's own import of the same file, and whether every contact of it
# will be sent once. Usage: intake.sh FOLDER_WITH_LETHE [KEYS]
set -euo pipefail

programs=$(cd "$1" && pwd)
keys=${2:-10000000}
folder=$(mktemp -d "${TMPDIR:-/tmp}/lethe-bench-XXXXXX")
trap 'rm -rf "$folder"' EXIT
cd "$folder"
TIMEFORMAT='%R %U %S'

# Every hundredth line is followed by a repetition of an earlier key.
make_list() {
  awk -v n="$keys" -v csv="$1" '
    function key(i) { return sprintf("%08x-%012d", (i * 2654435761) % 4294967296, i) }
    function line(i) { return csv ? "n" (i % 1000) "," key(i) ",DE" : key(i) }
    BEGIN {
      if (csv) print "Name,SubscriberKey,Country"
      for (i = 0; i < n; i++) {
        print line(i)
        if (csv && i % 100 == 99) print line(i - 50)
      }
    }'
}

configure() {
  echo secret >acme.secret
  chmod 600 acme.secret
  cat >lethe.toml <<'TOML'
[store]
path = "lethe.db"
[intake]
directory = "intake"
[web]
listen = ""
[[account]]
name = "acme"
auth_url = "http://127.0.0.1:1"
client_id = "bench"
client_secret_file = "acme.secret"
account_id = 1
TOML
  mkdir intake
}

start_daemon() {
  "$programs/lethe" run --config lethe.toml 2>daemon.log &
  daemon=$!
  until [ -e lethe.db.key ]; do sleep 0.1; done
}

# The most that a process had in memory, in kB: asked for as long as it lives.
watch_memory() {
  local peak=0 now
  while now=$(awk '/^VmHWM:/ { print $2 }' "/proc/$1/status" 2>/dev/null) && [ -n "$now" ]; do
    peak=$now
    sleep 0.02
  done
  echo "$peak"
}

# Prints "WALL USER SYSTEM PEAK_KB" of a command; its output goes to the file "output".
measure() {
  { time { "$@" >output 2>&1 & watch_memory $! >peak; wait $!; }; } 2>taken || { cat output >&2; return 1; }
  echo "$(tail -n 1 taken) $(cat peak)"
}

echo "making a CSV of $keys keys, each hundredth followed by a repetition ..."
make_list 1 >keys.csv
configure
start_daemon
read -r import_wall import_user import_system import_peak < <(measure sqlite3 import.db '.mode csv' '.import keys.csv t')
read -r wall user system peak < <(measure "$programs/lethe" submit --config lethe.toml --account acme --id bench \
  --keys-file keys.csv --column SubscriberKey --accept-warnings)
result=$(cat output)

# The same list dropped for the daemon, under another id.
before=$(awk '/^VmHWM:/ { print $2 }' "/proc/$daemon/status")
mv keys.csv intake/keys.csv
printf 'account = "acme"\nid = "dropped"\nkeys_file = "keys.csv"\ncolumn = "SubscriberKey"\naccept_warnings = true\n' >intake/.job
dropped=$(date +%s.%N)
mv intake/.job intake/job.toml
until [ -e intake/accepted/job.toml ] || [ -e intake/rejected/job.toml ]; do sleep 0.05; done
daemon_wall=$(awk -v from="$dropped" -v to="$(date +%s.%N)" 'BEGIN { printf "%.3f", to - from }')
daemon_peak=$(awk '/^VmHWM:/ { print $2 }' "/proc/$daemon/status")
kill "$daemon"
wait "$daemon" || true
[ -e intake/accepted/job.toml ] || { cat intake/rejected/*.why >&2; exit 1; }

same=yes
"$programs/bench_bodies" lethe.db bench 50000 2>bodies | cmp -s - <(make_list 0) || same=no
read -r operations largest <bodies

printf '%-28s %9s %9s %9s %12s\n' '' 'wall s' 'user s' 'system s' 'peak kB'
printf '%-28s %9s %9s %9s %12s\n' 'sqlite3 .import' "$import_wall" "$import_user" "$import_system" "$import_peak"
printf '%-28s %9s %9s %9s %12s\n' 'lethe submit' "$wall" "$user" "$system" "$peak"
printf '%-28s %9s %9s %9s %12s  (%s at its start)\n' 'lethe run, dropped file' "$daemon_wall" '' '' "$daemon_peak" "$before"
echo "$result"
echo "operations: $operations, the largest body: $largest bytes; decoded, exactly the distinct keys in order: $same"
awk -v ours="$wall" -v theirs="$import_wall" -v peak="$peak" -v daemon="$daemon_peak" -v same="$same" 'BEGIN {
  printf "submit takes %.2f of the time of .import (at most 0.50)\n", ours / theirs
  exit !(ours <= theirs / 2 && peak < 65536 && daemon < 65536 && same == "yes")
}' || { echo "not as it should be" >&2; exit 1; }
