#include "store/sqlite/schema.hpp"

#include <fmt/format.h>

namespace lethe::store::sqlite {

namespace {

constexpr std::string_view first_version = R"sql(
-- copied_at: this is a copy of then, and no run has dealt with that yet.
CREATE TABLE meta (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  instance INTEGER NOT NULL,
  factor REAL NOT NULL,
  epoch INTEGER NOT NULL,
  real_epoch INTEGER NOT NULL,
  copied_at INTEGER
) STRICT;

-- refused: the newest refused operation, while none was accepted since and the account wasn't paused for it.
-- hindrance: what keeps its calls back beside its state.
CREATE TABLE account (
  name TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  why TEXT NOT NULL DEFAULT '',
  until INTEGER,
  paused_at INTEGER,
  paused_why TEXT NOT NULL DEFAULT '',
  restorable_days INTEGER,
  last_error TEXT NOT NULL DEFAULT '',
  last_error_at INTEGER,
  requests_day INTEGER NOT NULL DEFAULT 0,
  requests INTEGER NOT NULL DEFAULT 0,
  last_submission_at INTEGER,
  highest_operation_id INTEGER,
  refused INTEGER,
  hindrance TEXT NOT NULL DEFAULT '',
  hindrance_until INTEGER,
  hindrance_alarms INTEGER NOT NULL DEFAULT 0,
  sweep_looked_at INTEGER,
  sweep_off_until INTEGER,
  sweep_why TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

-- How many contacts the fuse has counted on a day (since 1970, in UTC).
CREATE TABLE fuse (
  account TEXT NOT NULL REFERENCES account (name),
  day INTEGER NOT NULL,
  contacts INTEGER NOT NULL,
  PRIMARY KEY (account, day)
) STRICT, WITHOUT ROWID;

-- A list of contacts that is still arriving. Accepted or abandoned, it leaves this table.
CREATE TABLE load (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  contacts INTEGER NOT NULL,
  touched_at INTEGER NOT NULL
) STRICT;

-- Contacts in the order of their arrival, never in a B-tree keyed by them: splits of its pages leave remnants behind.
-- Without a load: emptied. A row is overwritten where it lies, since a deletion can move its neighbours to another page
-- and leave their bytes behind where no later erasure finds them.
CREATE TABLE chunk (
  number INTEGER PRIMARY KEY,
  load INTEGER,
  first INTEGER NOT NULL,
  count INTEGER NOT NULL CHECK ((count > 0) = (load IS NOT NULL)),
  contacts BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX chunk_of_load ON chunk (load, first) WHERE load IS NOT NULL;

-- length: the parts that go to the cloud, its contacts or 1 for a list. rest: the state of those in no operation.
-- expires_at: not_after while something of the job can still expire.
-- indexed: whether the index has what no operation took of it; NULL: not decided.
CREATE TABLE job (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  load INTEGER NOT NULL UNIQUE,
  account TEXT NOT NULL REFERENCES account (name),
  action TEXT NOT NULL,
  selector TEXT NOT NULL,
  list_key TEXT,
  list_contacts INTEGER,
  list_delete INTEGER,
  list_delete_contents INTEGER,
  contacts INTEGER NOT NULL,
  length INTEGER NOT NULL CHECK (length > 0),
  digest TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  not_after INTEGER NOT NULL,
  cursor INTEGER NOT NULL DEFAULT 0 CHECK (cursor BETWEEN 0 AND length),
  rest TEXT NOT NULL,
  state TEXT NOT NULL,
  ended_at INTEGER,
  why TEXT NOT NULL,
  expires_at INTEGER,
  contacts_erased_at INTEGER,
  indexed INTEGER,
  released INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX job_waiting ON job (account, number) WHERE rest = 'queued' AND cursor < length;
CREATE INDEX job_waiting_of_kind ON job (account, action, selector, number) WHERE rest = 'queued' AND cursor < length;
CREATE INDEX job_not_waiting ON job (account, rest) WHERE rest <> 'queued' AND cursor < length;
CREATE INDEX job_expiring ON job (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX job_erasable ON job (ended_at, number) WHERE ended_at IS NOT NULL AND contacts_erased_at IS NULL;

-- What lies in the accepted/ of an intake directory and holds contacts of a job.
CREATE TABLE accepted_file (
  job INTEGER NOT NULL REFERENCES job (number),
  directory TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  PRIMARY KEY (job, directory, name)
) STRICT, WITHOUT ROWID;

-- answered_at: the last answer about it. typical: how long it takes counts for the histories, where it is known.
-- pulled: it was asked about once because a neighbour had ended.
CREATE TABLE operation (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  account TEXT NOT NULL REFERENCES account (name),
  action TEXT NOT NULL,
  selector TEXT NOT NULL,
  state TEXT NOT NULL,
  operation_id INTEGER CHECK (operation_id > 0),
  status TEXT NOT NULL DEFAULT '',
  background_status TEXT NOT NULL DEFAULT '',
  contacts INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  intent_at INTEGER NOT NULL,
  known_above INTEGER NOT NULL,
  absent_at INTEGER,
  submitted_at INTEGER,
  restorable_days INTEGER,
  restorable_until INTEGER,
  due_at INTEGER,
  ended_at INTEGER,
  polls INTEGER NOT NULL DEFAULT 0,
  attempt INTEGER NOT NULL DEFAULT 0,
  retry_count INTEGER,
  retried_at INTEGER,
  old_verdict INTEGER NOT NULL DEFAULT 0,
  own_retries INTEGER NOT NULL DEFAULT 0,
  listed TEXT NOT NULL DEFAULT '',
  answered_at INTEGER,
  typical INTEGER NOT NULL DEFAULT 1,
  suppression_took INTEGER,
  deletion_took INTEGER,
  unknown_answers INTEGER NOT NULL DEFAULT 0,
  unknown_since INTEGER,
  pulled INTEGER NOT NULL DEFAULT 0,
  indexed INTEGER,
  version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE UNIQUE INDEX operation_of_cloud ON operation (account, action, operation_id) WHERE operation_id IS NOT NULL;
CREATE INDEX operation_due ON operation (account, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX operation_in_state ON operation (account, state, number);
CREATE INDEX operation_ended ON operation (account, state, ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX operation_window ON operation (account, state, action, restorable_until);
CREATE INDEX operation_suppressed ON operation (account, number) WHERE suppression_took IS NOT NULL;
CREATE INDEX operation_deleted ON operation (account, number) WHERE deletion_took IS NOT NULL;
CREATE INDEX operation_unpulled ON operation (account, submitted_at) WHERE pulled = 0 AND due_at IS NOT NULL;
CREATE INDEX operation_unknown ON operation (account, number) WHERE unknown_answers > 0 AND ended_at IS NULL;
CREATE INDEX operation_unindexed ON operation (number)
  WHERE indexed IS NULL AND operation_id IS NOT NULL AND selector <> 'list';
CREATE INDEX operation_beside ON operation (account, number) WHERE indexed = 1 AND ended_at IS NULL;

-- Short keyed digests of contacts, sorted: those of an operation, or those that a job ended with in no operation.
CREATE TABLE index_block (
  number INTEGER PRIMARY KEY,
  operation INTEGER REFERENCES operation (number),
  job INTEGER REFERENCES job (number),
  lowest INTEGER NOT NULL,
  entries BLOB NOT NULL,
  CHECK ((operation IS NULL) <> (job IS NULL))
) STRICT;
CREATE INDEX index_of_operation ON index_block (operation, lowest) WHERE operation IS NOT NULL;
CREATE INDEX index_of_job ON index_block (job, lowest) WHERE job IS NOT NULL;

-- How many contacts of a job another one had too, both ways.
CREATE TABLE overlap (
  job INTEGER NOT NULL REFERENCES job (number),
  other INTEGER NOT NULL REFERENCES job (number),
  contacts INTEGER NOT NULL,
  PRIMARY KEY (job, other)
) STRICT, WITHOUT ROWID;

-- withdrawn: the newest transition when the slice was taken out of its operation.
CREATE TABLE slice (
  operation INTEGER NOT NULL REFERENCES operation (number),
  position INTEGER NOT NULL,
  job INTEGER NOT NULL REFERENCES job (number),
  first INTEGER NOT NULL,
  count INTEGER NOT NULL CHECK (count > 0),
  withdrawn INTEGER,
  PRIMARY KEY (operation, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX slice_of_job ON slice (job, operation);

-- What a person asked for that calls the cloud. At most one of an operation is open, and one of an account itself.
CREATE TABLE wish (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  operation INTEGER REFERENCES operation (number),
  account TEXT NOT NULL,
  kind TEXT NOT NULL,
  operation_id INTEGER,
  days INTEGER CHECK ((days IS NULL) = (operation IS NOT NULL)),
  why TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  settled_at INTEGER,
  refusal TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX wish_of_operation ON wish (operation, number);
CREATE INDEX wish_of_account ON wish (account, number) WHERE operation IS NULL;
CREATE INDEX wish_open ON wish (account, number) WHERE settled_at IS NULL;
CREATE INDEX wish_refused ON wish (account, settled_at) WHERE refusal <> '';

-- How many operations stand where, so that nobody counts a million of them.
CREATE TABLE tally (
  account TEXT NOT NULL,
  state TEXT NOT NULL,
  operations INTEGER NOT NULL,
  PRIMARY KEY (account, state)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER operation_made AFTER INSERT ON operation BEGIN
  INSERT INTO tally VALUES (new.account, new.state, 1) ON CONFLICT DO UPDATE SET operations = operations + 1;
END;
CREATE TRIGGER operation_moved AFTER UPDATE OF state ON operation WHEN new.state <> old.state BEGIN
  UPDATE tally SET operations = operations - 1 WHERE account = old.account AND state = old.state;
  INSERT INTO tally VALUES (new.account, new.state, 1) ON CONFLICT DO UPDATE SET operations = operations + 1;
END;

-- job: only where the job itself moved. jobs: ids with a space between them.
CREATE TABLE transition (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  jobs TEXT NOT NULL,
  jobs_total INTEGER NOT NULL,
  account TEXT NOT NULL,
  operation INTEGER,
  operation_id INTEGER,
  job INTEGER,
  from_state TEXT,
  to_state TEXT NOT NULL,
  status TEXT NOT NULL,
  background_status TEXT NOT NULL,
  cause TEXT NOT NULL,
  polls INTEGER NOT NULL,
  hash TEXT NOT NULL
) STRICT;
CREATE INDEX transition_of_operation ON transition (operation, seq) WHERE operation IS NOT NULL;
CREATE INDEX transition_of_job ON transition (job, seq) WHERE job IS NOT NULL;
CREATE TRIGGER transition_stays BEFORE UPDATE ON transition BEGIN
  SELECT RAISE(ABORT, 'a recorded transition is never changed');
END;
CREATE TRIGGER transition_remains BEFORE DELETE ON transition BEGIN
  SELECT RAISE(ABORT, 'a recorded transition is never removed');
END;
)sql";

struct Header {
  std::int64_t objects = 0;
  std::int64_t application = 0;
  std::int64_t version = 0;
};

Result<Header> read_header(Connection& connection) {
  Statement query(connection,
                  "SELECT (SELECT count(*) FROM sqlite_schema), application_id, user_version"
                  " FROM pragma_application_id, pragma_user_version");
  Header header;
  if (query.next()) header = {query.integer(0), query.integer(1), query.integer(2)};
  if (query.failed()) return std::unexpected(query.failure());
  return header;
}

struct Setting {
  std::string_view set;
  std::string_view name;
  std::string_view value;  ///< as it reads back
};

// Contacts are overwritten when they are deleted and never spill into temporary files.
constexpr Setting settings[] = {
    {"journal_mode = WAL", "journal_mode", "wal"}, {"synchronous = FULL", "synchronous", "2"},
    {"foreign_keys = ON", "foreign_keys", "1"},    {"secure_delete = ON", "secure_delete", "1"},
    {"temp_store = MEMORY", "temp_store", "2"},    {"trusted_schema = OFF", "trusted_schema", "0"},
};

Result<void> apply(Connection& connection, const Setting& setting) {
  if (auto set = connection.execute(fmt::format("PRAGMA {}", setting.set)); !set) return set;
  Statement query(connection, fmt::format("PRAGMA {}", setting.name));
  if (query.next() && query.text(0) == setting.value) return {};
  if (query.failed()) return std::unexpected(query.failure());
  return std::unexpected(connection.error(
      Error::Kind::io, fmt::format("SQLite didn't take {}; the store needs a local file system", setting.set)));
}

Result<void> migrate_to(Connection& connection, const Migration& migration) {
  WriteTransaction transaction(connection);
  if (!transaction.begun()) return transaction.begun();
  if (auto made = connection.execute(std::string{migration.sql}); !made) return made;
  const std::string marks =
      fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", application_id, migration.version);
  if (auto marked = connection.execute(marks); !marked) return marked;
  return transaction.commit();
}

}  // namespace

const std::vector<Migration>& migrations() {
  static const std::vector<Migration> all{{1, first_version}};
  return all;
}

std::int64_t newest_version() {
  return migrations().back().version;
}

Result<Kept> inspect(Connection& connection) {
  const auto header = read_header(connection);
  if (!header) return std::unexpected(header.error());
  if (header->objects == 0 && header->application == 0 && header->version == 0) return Kept::nothing;
  if (header->application != application_id) {
    return std::unexpected(
        connection.error(Error::Kind::foreign, "is another program's database; name another path in [store]"));
  }
  if (header->version > newest_version()) {
    return std::unexpected(
        connection.error(Error::Kind::newer,
                         fmt::format("was written by a newer version of Lethe (its tables are {}, this one knows {});"
                                     " install that version again",
                                     header->version, newest_version())));
  }
  return header->version == newest_version() ? Kept::current : Kept::older;
}

Result<void> configure(Connection& connection) {
  for (const Setting& setting : settings) {
    if (auto applied = apply(connection, setting); !applied) return applied;
  }
  return {};
}

Result<void> migrate(Connection& connection) {
  for (const Migration& migration : migrations()) {
    const auto header = read_header(connection);
    if (!header) return std::unexpected(header.error());
    if (header->version >= migration.version) continue;
    if (auto migrated = migrate_to(connection, migration); !migrated) return migrated;
  }
  return {};
}

}  // namespace lethe::store::sqlite
