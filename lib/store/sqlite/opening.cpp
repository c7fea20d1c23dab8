#include "store/sqlite/opening.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <optional>
#include <stdexcept>

#include "store/sqlite/copy.hpp"
#include "store/sqlite/mutations.hpp"
#include "store/sqlite/reads.hpp"
#include "store/sqlite/rows.hpp"
#include "store/sqlite/schema.hpp"

namespace lethe::store::sqlite {

namespace {

sqlite3_vfs* find_vfs(const std::string& name) {
  sqlite3_vfs* vfs = sqlite3_vfs_find(name.empty() ? nullptr : name.c_str());
  if (vfs == nullptr) throw std::logic_error(fmt::format("there is no SQLite file system named {}", name));
  return vfs;
}

/// An empty file counts as none: SQLite makes one before it writes.
bool exists(const OpenSettings& settings) {
  sqlite3_vfs* vfs = find_vfs(settings.vfs);
  int found = 0;
  return vfs->xAccess(vfs, settings.path.c_str(), SQLITE_ACCESS_EXISTS, &found) == SQLITE_OK && found != 0;
}

/// SQLite would make the file readable for others. What it makes beside it takes this one's mode.
void make_private_file(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return;  // it is there, or Connection::open says why not
  ::close(file);
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return;
  ::fsync(directory);
  ::close(directory);
}

Error missing(const OpenSettings& settings) {
  return {Error::Kind::missing,
          fmt::format("{}: there is no store; `lethe run` makes it at its first start", settings.path.string())};
}

std::string scale_text(double factor) {
  return factor == 1 ? "in real time" : fmt::format("at time scale {}", factor);
}

Meta read_meta(Statement& row) {
  return {.instance = static_cast<std::uint64_t>(row.integer(0)),
          .scale = {.factor = row.real(1),
                    .epoch = core::Time{core::Duration{row.integer(2)}},
                    .real_epoch = core::Time{core::Duration{row.integer(3)}}}};
}

std::int64_t new_instance(const OpenSettings& settings) {
  if (settings.instance) return static_cast<std::int64_t>(*settings.instance);
  sqlite3_vfs* vfs = find_vfs(settings.vfs);
  char bytes[sizeof(std::int64_t)] = {};
  vfs->xRandomness(vfs, sizeof bytes, bytes);
  std::int64_t instance = 0;
  std::memcpy(&instance, bytes, sizeof instance);
  return instance;
}

Result<std::optional<Meta>> stored_meta(Connection& db) {
  Statement query(db, "SELECT instance, factor, epoch, real_epoch FROM meta");
  return read_one(query, read_meta);
}

Result<bool> holds_a_job(Connection& db) {
  Statement query(db, "SELECT number FROM job LIMIT 1");
  const auto number = read_number(query);
  if (!number) return std::unexpected(number.error());
  return number->has_value();
}

Result<void> write_scale(Connection& db, const OpenSettings& settings) {
  Statement write(db,
                  "INSERT INTO meta (only_row, instance, factor, epoch, real_epoch) VALUES (1, ?1, ?2, ?3, ?3)"
                  " ON CONFLICT DO UPDATE SET factor = ?2, epoch = ?3, real_epoch = ?3",
                  new_instance(settings), settings.time_scale, settings.now);
  return write.run();
}

/// The scale of a store that holds no job is that of whoever runs on it.
Result<void> settle_scale(Connection& db, const OpenSettings& settings) {
  WriteTransaction transaction(db);
  if (!transaction.begun()) return transaction.begun();
  const auto meta = stored_meta(db);
  if (!meta) return std::unexpected(meta.error());
  if (*meta && (*meta)->scale.factor == settings.time_scale) return {};
  const auto used = holds_a_job(db);
  if (!used) return std::unexpected(used.error());
  if (*meta && *used) {
    return std::unexpected(db.error(
        Error::Kind::other_time, fmt::format("was recorded {}, and this run is {}; run it as it was recorded, or name"
                                             " another path in [store]",
                                             scale_text((*meta)->scale.factor), scale_text(settings.time_scale))));
  }
  if (auto written = write_scale(db, settings); !written) return written;
  return transaction.commit();
}

/// Of the clock that the store's times are read from.
core::Time recorded_now(const Meta& meta, core::Time real_now) {
  const auto passed =
      std::chrono::duration_cast<core::Duration>((real_now - meta.scale.real_epoch) * meta.scale.factor);
  return meta.scale.epoch + passed;
}

/// When the store was copied, if it is one: marked by `lethe backup`, or further back than the mark beside it.
Result<std::optional<core::Time>> find_copy(Connection& db, const std::optional<NewestMark>& newest) {
  auto copied = copied_at(db);
  if (!copied || *copied) return copied;
  const auto reached = newest ? newest->read() : std::nullopt;
  const auto newest_one = head(db);
  if (!newest_one) return std::unexpected(newest_one.error());
  if (!reached || *reached <= newest_one->seq) return std::nullopt;
  Statement query(db, "SELECT ifnull((SELECT at FROM transition ORDER BY seq DESC LIMIT 1), real_epoch) FROM meta");
  auto at = read_time(query);
  if (!at || !*at) return at;
  // Before anything is written: the number beside the store must not be what remembers it from here on.
  if (auto marked = mark_as_copy(db, *at); !marked) return std::unexpected(marked.error());
  return at;
}

Result<Held> hold_a_piece(Connection& db, core::Time copied, core::Time real_now, core::Time at) {
  WriteTransaction transaction(db);
  if (!transaction.begun()) return std::unexpected(transaction.begun().error());
  Unit unit{.db = db, .real_now = real_now, .recorded = {}};
  const auto held = hold_some(unit, copied, at);
  if (!held) return held;
  if (held->jobs + held->operations == 0) {
    if (auto settled = mark_as_copy(db, std::nullopt); !settled) return std::unexpected(settled.error());
  }
  if (auto committed = transaction.commit(); !committed) return std::unexpected(committed.error());
  return held;
}

/// A copy knows nothing of what was submitted after it was made. Interrupted, it is gone on with at the next start.
Result<std::optional<Restoration>> settle_copy(Opened& opened, core::Time real_now) {
  const auto copied = find_copy(*opened.writes, opened.newest);
  if (!copied) return std::unexpected(copied.error());
  if (!*copied) return std::nullopt;
  Restoration restoration{.copied_at = **copied};
  while (true) {
    const auto held = hold_a_piece(*opened.writes, **copied, real_now, recorded_now(opened.meta, real_now));
    if (!held) return std::unexpected(held.error());
    if (held->jobs + held->operations == 0) return restoration;
    restoration.jobs += held->jobs;
    restoration.operations += held->operations;
  }
}

Result<void> prepare_for_daemon(Connection& db, const OpenSettings& settings) {
  const auto kept = inspect(db);
  if (!kept) return std::unexpected(kept.error());
  if (auto configured = configure(db); !configured) return configured;
  if (auto migrated = migrate(db); !migrated) return migrated;
  if (auto settled = settle_scale(db, settings); !settled) return settled;
  return {};
}

Result<void> prepare_for_command(Connection& db, const OpenSettings& settings) {
  const auto kept = inspect(db);
  if (!kept) return std::unexpected(kept.error());
  if (*kept == Kept::nothing) return std::unexpected(missing(settings));
  if (*kept == Kept::older) {
    return std::unexpected(
        db.error(Error::Kind::io, "is of an older version of Lethe; restart `lethe run`, which brings it up to date"));
  }
  return configure(db);
}

Result<std::unique_ptr<Connection>> open_reads(const Connection::Place& place) {
  auto reads = Connection::open(place, false);
  if (!reads) return reads;
  if (auto configured = configure(**reads); !configured) return std::unexpected(configured.error());
  if (auto limited = (*reads)->execute("PRAGMA query_only = ON"); !limited) return std::unexpected(limited.error());
  return reads;
}

}  // namespace

Result<Opened> open_files(const OpenSettings& settings) {
  const bool daemon = settings.as == OpenSettings::As::daemon;
  const bool on_machine = settings.vfs.empty();
  if (!daemon && !exists(settings)) return std::unexpected(missing(settings));
  Opened opened;
  if (daemon && on_machine) {
    auto claim = Claim::take(settings.path);
    if (!claim) return std::unexpected(claim.error());
    opened.claim = std::move(*claim);
    make_private_file(settings.path);
  }
  const Connection::Place place{settings.path, settings.vfs};
  auto writes = Connection::open(place, daemon);
  if (!writes) return std::unexpected(writes.error());
  opened.writes = std::move(*writes);
  auto prepared = daemon ? prepare_for_daemon(*opened.writes, settings) : prepare_for_command(*opened.writes, settings);
  if (!prepared) return std::unexpected(prepared.error());
  if (on_machine) opened.load_lock = LoadLock::open(settings.path);
  auto reads = open_reads(place);
  if (!reads) return std::unexpected(reads.error());
  opened.reads = std::move(*reads);
  const auto meta = stored_meta(*opened.reads);
  if (!meta) return std::unexpected(meta.error());
  if (!*meta) return std::unexpected(missing(settings));
  opened.meta = **meta;
  if (on_machine) opened.newest.emplace(settings.path, opened.meta.instance);
  if (!daemon) return opened;
  auto restoration = settle_copy(opened, settings.now);
  if (!restoration) return std::unexpected(restoration.error());
  opened.restoration = *restoration;
  const auto newest = head(*opened.reads);
  if (newest && opened.newest) opened.newest->write(newest->seq);
  return opened;
}

}  // namespace lethe::store::sqlite
