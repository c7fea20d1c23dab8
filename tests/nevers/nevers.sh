#!/usr/bin/env bash
# nevers.sh [TREE]: what must never be written where in Lethe's sources, checked by reading them. Prints each violation
# as file:line: reason, and fails where there is one. The rules are the table in rules.awk.
set -euo pipefail
export LC_ALL=C.UTF-8
here=$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")
tree=$(realpath -- "${1:-$here/../..}")
cd "$tree"
[ -d lib ] || {
  echo "nevers: $tree has no lib/: nothing was checked" >&2
  exit 2
}
# This test's own files spell what they look for; LICENSE is a standard text.
find . \( -path ./build -o -path ./.git -o -path ./tests/nevers \) -prune -o -type f ! -name LICENSE -print0 |
  sort -z | sed -z 's|^\./||' | xargs -0 awk -f "$here/rules.awk"
