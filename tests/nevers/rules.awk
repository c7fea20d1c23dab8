# Reads Lethe's sources and prints what stands where it must not. A C++ line is taken apart into its code (without comments
# and literals), its string literals and its include, so that a comment may speak of what the code may not do.

# never(KIND, WHAT, WHERE, UNLESS, REASON): a piece of this KIND that matches WHAT, in a file that matches WHERE and doesn't
# match UNLESS, is a violation. KIND: code, string (a literal's text), include (the path), line (as it is, any file).
function never(kind, what, where, unless, reason) {
  rules++
  rule_kind[rules] = kind
  rule_what[rules] = what
  rule_where[rules] = where
  rule_unless[rules] = unless == "" ? "^$" : unless
  rule_reason[rules] = reason
}

# may(ROOM, ROOMS): whose headers a room (a folder of lib/, or daemon) may include beside its own.
function may(room, rooms) {
  known[room] = 1
  allowed[room] = " " room " " rooms " "
}

# hidden(WHAT, ROOM, REASON): whatever includes a header of this room must not get an include that matches WHAT through it.
function hidden(what, in_room, reason) {
  hides++
  hidden_what[hides] = what
  hidden_room[hides] = in_room
  hidden_reason[hides] = reason
}

BEGIN {
  may("core", "")
  may("support", "core")
  may("http", "")
  may("config", "core support")
  may("cloud", "core support http")
  may("store", "core support")
  may("intake", "core support config store")
  may("report", "core")
  may("simulator", "core support config http")
  may("engine", "core support http cloud store intake report")
  may("command", "core support http cloud config store intake report engine simulator")
  may("daemon", "core support config store report engine simulator command")

  ours = "^(lib|daemon)/"
  core = "^lib/core/"

  # core decides; it never touches the world.
  never("include", "^boost/", core, "", "core is pure: no Asio, no Beast, nothing of Boost")
  never("include", "^openssl/(ssl|rand|bio|pem|x509.*|err)[.]h$", core, "", "core may hash, nothing else of OpenSSL")
  never("include", "^(fstream|iostream|cstdio|stdio[.]h|unistd[.]h|fcntl[.]h|sys/.*|cstdlib|stdlib[.]h)$", core, "",
        "core is pure: no files, no environment")
  never("include", "^(random|ctime|time[.]h|thread|mutex|shared_mutex|condition_variable|future|atomic)$", core, "",
        "core is pure: time and randomness come in as arguments, and there is one thread")
  never("include", "^filesystem$", core, "^lib/core/settings[.]hpp$", "core knows paths in the settings alone")
  never("code", "filesystem::([^p]|p[^a])|filesystem::pat[^h]", core, "", "core is pure: a path is a value, not a file")
  never("code", "::now *[(]|clock_gettime|gettimeofday", core, "", "core is pure: the time comes in as an argument")
  never("code", "random_device|mt19937|RAND_bytes|getrandom|(^|[^a-z_])s?rand *[(]", core, "",
        "core is pure: randomness comes in as an argument")
  never("code", "getenv|fopen|[io]?fstream|std::c(out|err|in)([^a-z]|$)", core, "", "core is pure: no files, no environment")

  # Each foreign library has its room.
  never("include", "^boost/(beast|asio/ssl)|^openssl/(ssl|x509.*|bio|pem)[.]h$", ours, "^lib/http/", "Beast and TLS stay in lib/http")
  never("include", "^sqlite3[.]h$", ours, "^lib/store/", "SQLite stays in lib/store")
  never("include", "(^|/)sqlite/", ours, "^lib/store/", "how the store keeps things is its own affair: include store/store.hpp")
  never("code", "(^|[^A-Za-z0-9_])sqlite3_", ours, "^lib/store/", "SQLite stays in lib/store")
  never("string", "(^|[^A-Za-z_])(SELECT|PRAGMA|SAVEPOINT|ROLLBACK|COMMIT|BEGIN IMMEDIATE|INSERT (OR [A-Z]+ )?INTO|UPDATE [a-z_]+ SET|" \
        "DELETE FROM|DROP (TABLE|INDEX)|ALTER TABLE|CREATE (TABLE|INDEX|UNIQUE|VIEW|TRIGGER|TEMP))([^A-Za-z_]|$)",
        ours, "^lib/store/", "all SQL stays in lib/store")
  hidden("^boost/(beast|asio/ssl)", "lib/http/", "brings Beast or TLS, half a minute to compile: it is no header for other rooms")
  hidden("^sqlite3[.]h$", "lib/store/", "brings SQLite: it is no header for other rooms")
  never("include", "^toml[+][+]/", ours, "^lib/(config|intake)/", "TOML is read in lib/config and lib/intake")
  never("include", "^systemd/", ours, "^(lib/report|daemon)/", "libsystemd is for the log and for the daemon's notifications")

  # The cloud's words have one reader and one writer (and the simulator its own, so that one mistake can't cancel the other).
  fields = "operationInitiated|operationID|operationId|operationRequestID|requestServiceMessageID|serviceMessageID|" \
           "responseDateTime|hasErrors|resultMessages|resultType|resultClass|resultCode|targetList|targetListInformation|" \
           "listKey|listType|listTypeID|[dD]eleteOperationType|deleteListWhenCompleted|deleteListContentsWhenCompleted|" \
           "backgroundOperationsSummary|backgroundOperationStatusID|numberofRestorableDays|errorsOccurredInBatchProcess|" \
           "isRestrictedForProcessing|operationRestarted|expectedListCount|actualListCount|retryCount|restorableUntilDate|" \
           "lastStatusDateUtc|receivedDateUtc|statusAsOfDateUtc|validationErrors|" \
           "grant_type|client_credentials|access_token|expires_in|rest_instance_url"
  never("string", "^(" fields ")$|\"(" fields ")\"", ours, "^lib/(cloud/(messages|json)[a-z_]*[.][ch]pp$|simulator/)",
        "the API's field names stay in lib/cloud/messages")

  # Work that nobody joins gets lost.
  never("code", "(^|[^A-Za-z0-9_])co_spawn *[(]", ours, "^lib/(engine/|support/task_group[.]cpp$|http/server[.]cpp$)",
        "coroutines are spawned by the engine, by support::TaskGroup and by the HTTP server")
  never("code", "(^|[^A-Za-z0-9_])detached([^A-Za-z0-9_]|$)", ours, "", "a detached coroutine loses its exception and nobody waits for it")
  never("code", "std::(jthread|thread|async|mutex|shared_mutex|condition_variable)([^A-Za-z_]|$)", ours, "^lib/store/",
        "one thread does everything, the store's writer aside")

  # One place spells the states. (The report of `lethe status` has fields of its own named queued, suppressing, deleting;
  # an index over what is queued, and the queries that are to use it, can't take the word as a parameter; the spool has
  # a folder named rejected.)
  fields_too = "queued|suppressing|deleting"
  states = "held|submitting|unconfirmed|needs_operator|deleted|deleted_with_errors|restricted|restored|mixed|invalid|failed|" \
           "cancelled|expired|abandoned"
  spelled = "states are spelled by core::word(), in lib/core/operation.cpp"
  never("string", "^(" states ")$", ours, "^lib/(core/operation[.]cpp$|simulator/)", spelled)
  never("string", "^(" fields_too ")$", ours, "^lib/(core/operation[.]cpp$|simulator/|command/status_view[.]cpp$)", spelled)
  never("string", "^rejected$", ours, "^lib/(core/operation[.]cpp$|simulator/|intake/spool[a-z_]*[.]cpp$)", spelled)
  never("string", "'(" states "|rejected|suppressing|deleting)'", ours, "^lib/simulator/", spelled)
  never("string", "'queued'", ours, "^lib/(simulator|store/sqlite)/", spelled)

  never("line", "(^|[^A-Za-z])(TO" "DO|FIX" "ME|X" "XX|HA" "CK)([^A-Za-z]|$)", "", "", "what is left to do belongs in no source")
}

function report(reason, text) {
  report_at(file, FNR, reason, text)
}

function report_at(where, line, reason, text) {
  sub(/^[ \t]+/, "", text)
  printf "%s:%d: %s: %s\n", where, line, reason, text
  violations++
}

function check(kind, text, i) {
  for (i = 1; i <= rules; i++)
    if (rule_kind[i] == kind && text ~ rule_what[i] && file ~ rule_where[i] && file !~ rule_unless[i]) report(rule_reason[i], text)
}

function check_include(path, other) {
  check("include", path)
  edges++
  edge_file[edges] = file
  edge_line[edges] = FNR
  edge_path[edges] = path
  if (room == "" || path !~ /\//) return
  other = path
  sub(/\/.*/, "", other)
  if (other in known && index(allowed[room], " " other " ") == 0) report(room " may not include " other, path)
}

# The rooms that a room's CMakeLists.txt links to are held to the same table.
function check_depends(line, name) {
  sub(/#.*/, "", line)
  while (match(line, /lethe_[a-z_]+/)) {
    name = substr(line, RSTART + 6, RLENGTH - 6)
    line = substr(line, RSTART + RLENGTH)
    if (name in known && index(allowed[room], " " name " ") == 0) report(room " may not link to " name, $0)
  }
}

# Takes a line of C++ apart; `comment` and `raw` carry a block comment or a raw string over to the next line.
function take_apart(rest, code, at, before, mark, tail) {
  if (!comment && raw == "" && rest ~ /^[ \t]*#[ \t]*include[ \t]*[<"]/) {
    sub(/^[^<"]*[<"]/, "", rest)
    sub(/[>"].*/, "", rest)
    check_include(rest)
    return
  }
  code = ""
  while (rest != "") {
    if (comment) {
      at = index(rest, "*/")
      if (!at) break
      comment = 0
      rest = substr(rest, at + 2)
      continue
    }
    if (raw != "") {
      at = index(rest, raw)
      if (!at) {
        check("string", rest)
        break
      }
      check("string", substr(rest, 1, at - 1))
      rest = substr(rest, at + length(raw))
      raw = ""
      continue
    }
    if (!match(rest, /["'\/]/)) {
      code = code rest
      break
    }
    before = substr(rest, 1, RSTART - 1)
    mark = substr(rest, RSTART, 1)
    tail = substr(rest, RSTART + 1)
    code = code before
    if (mark == "/") {
      if (substr(tail, 1, 1) == "/") break
      if (substr(tail, 1, 1) == "*") {
        comment = 1
        rest = substr(tail, 2)
      } else {
        code = code "/"
        rest = tail
      }
    } else if (mark == "'") {
      # After a digit it separates thousands, else it begins a character.
      if (code !~ /[0-9A-Za-z]$/ && match(tail, /^([^'\\]|\\.)[^']*'/)) tail = substr(tail, RLENGTH + 1)
      rest = tail
    } else if (code ~ /(^|[^A-Za-z0-9_])(u8|u|U|L)?R$/) {
      at = index(tail, "(")
      raw = ")" substr(tail, 1, at - 1) "\""
      rest = substr(tail, at + 1)
    } else {
      if (!match(tail, /^([^"\\]|\\.)*"/)) RLENGTH = length(tail) + 1
      check("string", unescaped(substr(tail, 1, RLENGTH - 1)))
      code = code "\"\""
      rest = substr(tail, RLENGTH + 1)
    }
  }
  check("code", code)
}

function unescaped(literal) {
  gsub(/\\"/, "\"", literal)
  return literal
}

FNR == 1 {
  file = FILENAME
  cpp = file ~ /[.][ch]pp$/
  comment = 0
  raw = ""
  room = ""
  if (file ~ /^daemon\//) room = "daemon"
  if (file ~ /^lib\/[^\/]+\//) {
    room = substr(file, 5)
    sub(/\/.*/, "", room)
    if (!(room in known)) {
      report("the table of rooms (rules.awk) doesn't know this one", room)
      allowed[room] = " " room " "
    }
  }
}

{ check("line", $0) }
cpp { take_apart($0) }
room != "" && file ~ /CMakeLists[.]txt$/ { check_depends($0) }

# Marks the headers of a room that bring what it hides, directly or through each other, then looks who includes one of them.
function check_hidden(hide, i, header, found) {
  do {
    found = 0
    for (i = 1; i <= edges; i++) {
      header = edge_file[i]
      if (index(header, hidden_room[hide]) != 1 || (hide, header) in brings) continue
      if (edge_path[i] ~ hidden_what[hide] || (hide, "lib/" edge_path[i]) in brings) {
        brings[hide, header] = 1
        found = 1
      }
    }
  } while (found)
  for (i = 1; i <= edges; i++)
    if (edge_file[i] ~ ours && index(edge_file[i], hidden_room[hide]) != 1 && (hide, "lib/" edge_path[i]) in brings)
      report_at(edge_file[i], edge_line[i], hidden_reason[hide], edge_path[i])
}

END {
  for (hide = 1; hide <= hides; hide++) check_hidden(hide)
  exit violations > 0
}
