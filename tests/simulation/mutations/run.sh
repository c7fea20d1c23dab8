#!/usr/bin/env bash
# Breaks a copy of the tree on purpose, one patch at a time, and plays lives until one finds it: ./dev mutate [NAME...]
# Prints the first seed that found each; a patch that survives, or that no longer fits the sources, is an error.
# --check: looks only whether the patches fit.
# MUTATION_SEEDS: how many lives at most (3,000).
set -euo pipefail

root=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")/../../..")
patches=$root/tests/simulation/mutations
folder=$root/build/mutations
build=$folder/tree/build/debug
seeds=${MUTATION_SEEDS:-3000}
cores=$(nproc)

say() { printf 'mutate: %s\n' "$*" >&2; }

# The files as they are in the tree, committed or not; what didn't change keeps its time, so that little is compiled.
copy_tree() {
  rm -rf "$folder/fresh"
  mkdir -p "$folder/fresh" "$folder/tree"
  (cd "$root" && git ls-files -z --cached --others --exclude-standard |
    while IFS= read -r -d '' file; do if [ -e "$file" ]; then printf '%s\0' "$file"; fi; done |
    xargs -0 cp --parents --preserve=mode -t "$folder/fresh")
  (cd "$folder/tree" && find . -path ./build -prune -o -type f -print0) | while IFS= read -r -d '' file; do
    if [ ! -e "$folder/fresh/$file" ]; then rm "$folder/tree/$file"; fi
  done
  (cd "$folder/fresh" && find . -type f -print0) | while IFS= read -r -d '' file; do
    if ! cmp -s "$folder/fresh/$file" "$folder/tree/$file"; then
      mkdir -p "$(dirname "$folder/tree/$file")"
      cp --preserve=mode "$folder/fresh/$file" "$folder/tree/$file"
    fi
  done
  rm -rf "$folder/fresh"
}

compile() {
  if [ ! -e "$build/build.ninja" ]; then
    cmake -S "$folder/tree" --preset debug
  fi >"$folder/configure.log" 2>&1
  ninja -C "$build" -j "${LETHE_JOBS:-$cores}" play_lives >"$folder/build.log" 2>&1
}

# Applies a patch (or, with -R, takes it back). Outside of a repository, or git would look for the files in ours.
change() { (cd "$folder/tree" && GIT_CEILING_DIRECTORIES=$folder git apply -C1 --recount "$@"); }

check() {
  local patch failed=0
  for patch in "$patches"/*.patch; do
    (cd "$root" && git apply -C1 --recount --check "$patch") || { say "${patch##*/}: no longer fits the sources"; failed=1; }
  done
  return $failed
}

if [ "${1:-}" = --check ]; then
  check
  exit
fi

# 0: found.
try() {
  local name=$1 seed
  if ! change "$patches/$name.patch" 2>"$folder/apply.log"; then
    say "$name: the patch no longer fits the sources: $(head -n 1 "$folder/apply.log")"
    return 1
  fi
  if ! compile; then
    tail -n 20 "$folder/build.log" >&2
    say "$name: doesn't compile"
    change -R "$patches/$name.patch"
    return 1
  fi
  (cd "$folder" && "$build/play_lives" --seeds "$seeds" --jobs "$cores" --first) >"$folder/$name.log" 2>&1 || true
  change -R "$patches/$name.patch"
  seed=$(sed -n 's/.* broke a promise, the first: \([0-9]*\)$/\1/p' "$folder/$name.log")
  if [ -z "$seed" ]; then
    say "$name: SURVIVED $seeds lives"
    return 1
  fi
  printf '%-40s found by seed %-6s %s\n' "$name" "$seed" "$(grep -A1 "^seed $seed broke" "$folder/$name.log" | sed -n '2s/^ *//p' | cut -c1-110)"
}

names=("$@")
if [ ${#names[@]} -eq 0 ]; then
  for patch in "$patches"/*.patch; do names+=("$(basename "$patch" .patch)"); done
fi
copy_tree
say "compiling the tree as it is"
compile || { tail -n 20 "$folder/build.log" >&2; exit 1; }
failed=0
for name in "${names[@]}"; do try "$name" || failed=1; done
exit $failed
