#!/usr/bin/env bash
# Shows that nevers.sh can fail: violations are planted one at a time in a small clean tree, and each has to be found,
# in its file and on its line. Then text that only looks like a violation, where nothing may be found.
set -euo pipefail
here=$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failures=0

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  failures=$((failures + 1))
}

# plant FILE LINE REASON: stdin is the file; nevers.sh has to name the line with a reason that contains REASON, and no other.
plant() {
  local file=$1 line=$2 reason=$3 found status=0
  mkdir -p "$tree/lib/core" "$tree/$(dirname "$file")"
  cat >"$tree/$file"
  found=$("$here/nevers.sh" "$tree") || status=$?
  [ "$status" -ne 0 ] || fail "$file: not found: $reason"
  case $found in
    *$'\n'*) fail "$file: more than one violation found:"$'\n'"$found" ;;
    "$file:$line: "*"$reason"*) ;;
    *) fail "$file: wanted line $line, \"$reason\"; found: $found" ;;
  esac
  rm "$tree/$file"
}

# clean FILE: stdin is the file; nothing may be found in it.
clean() {
  local found
  mkdir -p "$tree/lib/core" "$tree/$(dirname "$1")"
  cat >"$tree/$1"
  found=$("$here/nevers.sh" "$tree") || fail "$1: nothing is wrong there, yet: $found"
  rm "$tree/$1"
}

plant lib/core/a.cpp 2 "nothing of Boost" <<'CODE'
#include <string>
#include <boost/asio/awaitable.hpp>
CODE
plant lib/core/a.cpp 1 "SQLite stays" <<<'#include <sqlite3.h>'
plant lib/core/a.cpp 1 "core may hash" <<<'#include <openssl/rand.h>'
plant lib/core/a.cpp 1 "no files, no environment" <<<'  #  include <fstream>'
plant lib/core/a.cpp 1 "time and randomness" <<<'#include <random>'
plant lib/core/a.cpp 1 "paths in the settings alone" <<<'#include <filesystem>'
plant lib/core/settings.hpp 1 "a path is a value" <<<'bool there = std::filesystem::exists("x");'
plant lib/core/a.cpp 3 "the time comes in" <<'CODE'
/* a comment
   over lines */ int x = 1'000'000;
auto t = std::chrono::system_clock::now();
CODE
plant lib/core/a.cpp 1 "the time comes in" <<<'auto t = std::chrono::steady_clock::now();'
plant lib/core/a.cpp 1 "the time comes in" <<<"char quote = '\"'; auto t = Clock::now();"
plant lib/core/a.cpp 1 "randomness comes in" <<<'std::random_device seed;'
plant lib/core/a.cpp 1 "no environment" <<<'auto home = getenv("HOME");'

plant lib/cloud/a.cpp 1 "Beast and TLS stay" <<<'#include <boost/beast/http.hpp>'
plant daemon/run.cpp 1 "Beast and TLS stay" <<<'#include <boost/asio/ssl.hpp>'
plant lib/engine/a.cpp 1 "SQLite stays" <<<'#include <sqlite3.h>'

# A header of lib/http that brings TLS through another one is for lib/http alone.
mkdir -p "$tree/lib/http" "$tree/lib/store"
echo '#include <boost/asio/ssl.hpp>' >"$tree/lib/http/tls.hpp"
echo '#include "http/tls.hpp"' >"$tree/lib/http/connection.hpp"
echo '#include <sqlite3.h>' >"$tree/lib/store/store.hpp"
plant lib/cloud/a.cpp 2 "brings Beast or TLS" <<'CODE'
#include "http/client.hpp"
#include "http/connection.hpp"
CODE
plant lib/engine/a.cpp 1 "brings SQLite" <<<'#include "store/store.hpp"'
clean lib/http/client.cpp <<<'#include "http/connection.hpp"'
rm -r "$tree/lib/http" "$tree/lib/store"

plant lib/engine/a.cpp 1 "its own affair" <<<'#include "store/sqlite/connection.hpp"'
plant lib/engine/a.cpp 1 "SQLite stays" <<<'int rc = sqlite3_step(s);'
plant lib/report/a.cpp 1 "all SQL stays" <<<'auto q = "SELECT seq FROM transitions";'
plant lib/report/a.cpp 2 "all SQL stays" <<'CODE'
auto q = R"(
  UPDATE jobs SET state = ?
)";
CODE
plant lib/engine/a.cpp 1 "TOML is read" <<<'#include <toml++/toml.h>'
plant lib/engine/a.cpp 1 "libsystemd is for" <<<'#include <systemd/sd-daemon.h>'

plant lib/cloud/client.cpp 1 "field names stay" <<<'auto* v = object.find("operationInitiated");'
plant lib/engine/a.cpp 1 "field names stay" <<<'std::string body = "{\"operationID\":1}";'
plant lib/engine/a.cpp 1 "field names stay" <<<'std::string body = R"({"backgroundOperationsSummary":[]})";'
plant daemon/run.cpp 1 "field names stay" <<<'get("numberofRestorableDays");'

plant lib/cloud/a.cpp 1 "coroutines are spawned by" <<<'boost::asio::co_spawn(e, work(), ended);'
plant daemon/run.cpp 1 "coroutines are spawned by" <<<'co_spawn (context, work(), ended);'
plant lib/support/a.cpp 1 "coroutines are spawned by" <<<'asio::co_spawn(e, work(), ended);'
plant lib/engine/a.cpp 1 "loses its exception" <<<'asio::co_spawn(e, work(), asio::detached);'
plant lib/engine/a.cpp 1 "one thread does everything" <<<'std::thread worker;'

plant lib/simulator/a.cpp 1 "simulator may not include cloud" <<<'#include "cloud/messages.hpp"'
plant lib/core/a.cpp 1 "core may not include support" <<<'#include "support/clock.hpp"'
plant lib/store/a.cpp 1 "store may not include engine" <<<'#include "engine/engine.hpp"'
plant daemon/run.cpp 1 "daemon may not include http" <<<'#include "http/client.hpp"'
plant lib/simulator/CMakeLists.txt 1 "simulator may not link to cloud" <<<'lethe_room(simulator SOURCES a.cpp DEPENDS lethe_cloud)'
plant lib/cellar/a.cpp 1 "doesn't know this one" <<<'int x;'

plant lib/engine/a.cpp 1 "states are spelled" <<<'if (text == "suppressing") return;'
plant lib/command/status_view.cpp 1 "states are spelled" <<<'if (text == "restored") return;'
plant lib/store/sqlite/a.cpp 1 "states are spelled" <<<"auto q = \"SELECT 1 FROM jobs WHERE state = 'deleting'\";"
plant lib/engine/a.cpp 1 "states are spelled" <<<'if (text == "rejected") return;'
plant lib/intake/job_file.cpp 1 "states are spelled" <<<'if (text == "rejected") return;'
plant lib/engine/a.cpp 1 "states are spelled" <<<"auto why = \"it is 'queued'\";"

plant README.md 3 "what is left to do" <<'TEXT'
# A

Text. TODO: more.
TEXT
plant tests/core/a_test.cpp 1 "what is left to do" <<<'// FIXME'

clean lib/core/settings.hpp <<'CODE'
// Never include <boost/asio.hpp>, never call system_clock::now() or getenv().
#include <filesystem>
#include <string>
/* #include <fstream>
   std::random_device */
std::filesystem::path file;  // asio::co_spawn(e, work(), detached)
CODE
clean lib/engine/a.cpp <<'CODE'
#include <boost/asio/awaitable.hpp>
#include "cloud/client.hpp"
auto text = "the cloud said \"nothing\": SELECTED, a 'word', is queued, see operationID=1";  // "suppressing"
char quote = '"'; char escaped = '\''; int many = 1'000;
auto raw = R"x(a " quote)x"; asio::co_spawn(e, work(), ended);
CODE
clean lib/store/sqlite/a.cpp <<<'auto q = "INSERT INTO jobs VALUES (?)"; std::mutex lock; sqlite3_step(q);'
clean lib/store/sqlite/schema.cpp <<<"auto q = \"CREATE INDEX a ON job (number) WHERE rest = 'queued'\";"
clean lib/intake/spool_folder.cpp <<<'auto folder = directory / "rejected";'
clean lib/cloud/messages.cpp <<<'auto* v = object.find("operationInitiated");'
clean lib/simulator/a.cpp <<<'auto* v = object.find("operationID"); auto verdict = "restored";'
clean lib/command/status_view.cpp <<<'row["suppressing"] = counts.suppressing;'
clean tests/core/a_test.cpp <<<'EXPECT_EQ(word(State::suppressing), "suppressing"); auto q = "SELECT 1 FROM jobs";'

if "$here/nevers.sh" "$tree/lib" 2>/dev/null; then fail "a tree without lib/ passed"; fi
[ "$failures" -eq 0 ] || exit 1
echo "every planted violation was found"
