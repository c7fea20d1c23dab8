#include "store/sqlite/rows.hpp"

#include <fmt/format.h>

#include <chrono>

namespace lethe::store::sqlite {

namespace {

core::Time to_time(std::int64_t milliseconds) {
  return core::Time{core::Duration{milliseconds}};
}

/// Takes the columns of a row one after the other.
class Columns {
 public:
  explicit Columns(Statement& row) : row_(row) {}

  std::int64_t integer() { return row_.integer(column_++); }
  int small() { return static_cast<int>(integer()); }
  std::string text() { return std::string{row_.text(column_++)}; }
  core::Time time() { return to_time(integer()); }
  bool skips_null() {
    const bool null = row_.is_null(column_);
    if (null) ++column_;
    return null;
  }
  std::optional<std::int64_t> optional_integer() { return skips_null() ? std::nullopt : std::optional(integer()); }
  std::optional<int> optional_small() { return skips_null() ? std::nullopt : std::optional(small()); }
  std::optional<core::Time> optional_time() { return skips_null() ? std::nullopt : std::optional(time()); }
  std::optional<core::Duration> optional_duration() {
    return skips_null() ? std::nullopt : std::optional(core::Duration{integer()});
  }
  std::optional<std::string> optional_text() { return skips_null() ? std::nullopt : std::optional(text()); }

  template <class Word>
  Word known(std::optional<Word> (*parse)(std::string_view)) {
    const std::optional<Word> word = parse(row_.text(column_++));
    if (!word) row_.spoil("it holds an unknown word");
    return word.value_or(Word{});
  }
  core::Action action() { return known(core::parse_action); }
  core::Selector selector() { return known(core::parse_selector); }
  core::State state() { return known(core::parse_state); }
  std::optional<core::State> optional_state() { return skips_null() ? std::nullopt : std::optional(state()); }

 private:
  Statement& row_;
  int column_ = 0;
};

std::vector<std::string> split_ids(std::string_view text) {
  std::vector<std::string> ids;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    ids.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return ids;
}

template <class Number>
std::optional<Number> wrap(std::optional<std::int64_t> value) {
  return value ? std::optional(Number{*value}) : std::nullopt;
}

}  // namespace

core::Operation read_operation(Statement& row) {
  Columns columns(row);
  return {
      .number = {columns.integer()},
      .account = columns.text(),
      .action = columns.action(),
      .selector = columns.selector(),
      .state = columns.state(),
      .operation_id = wrap<core::OperationId>(columns.optional_integer()),
      .status = columns.text(),
      .background_status = columns.text(),
      .contacts = columns.integer(),
      .created_at = columns.time(),
      .intent_at = columns.time(),
      .known_above = columns.integer(),
      .absent_at = columns.optional_time(),
      .submitted_at = columns.optional_time(),
      .restorable_days = columns.optional_small(),
      .restorable_until = columns.optional_time(),
      .due_at = columns.optional_time(),
      .ended_at = columns.optional_time(),
      .polls = columns.integer(),
      .attempt = columns.small(),
      .retry_count = columns.optional_small(),
      .retried_at = columns.optional_time(),
      .old_verdict = columns.integer() != 0,
      .own_retries = columns.small(),
      .answered_at = columns.optional_time(),
      .typical = columns.integer() != 0,
      .suppression_took = columns.optional_duration(),
      .deletion_took = columns.optional_duration(),
      .unknown_answers = columns.small(),
      .unknown_since = columns.optional_time(),
      .listed = columns.text(),
      .version = columns.integer(),
  };
}

core::Job read_job(Statement& row) {
  Columns columns(row);
  core::Job job;
  job.number = {columns.integer()};
  job.id = columns.text();
  job.account = columns.text();
  job.action = columns.action();
  job.selector = columns.selector();
  const std::optional<std::string> key = columns.optional_text();
  const std::optional<std::int64_t> declared = columns.optional_integer();
  const bool delete_list = columns.optional_integer().value_or(0) != 0;
  const bool delete_contents = columns.optional_integer().value_or(0) != 0;
  if (key) job.list = core::ListTarget{*key, declared, delete_list, delete_contents};
  job.contacts = columns.integer();
  job.digest = columns.text();
  job.created_at = columns.time();
  job.not_after = columns.time();
  job.cursor = columns.integer();
  job.state = columns.state();
  job.ended_at = columns.optional_time();
  job.why = columns.text();
  job.contacts_erased_at = columns.optional_time();
  job.released = columns.integer() != 0;
  return job;
}

core::Transition read_transition(Statement& row) {
  Columns columns(row);
  return {
      .seq = columns.integer(),
      .at = columns.time(),
      .jobs = split_ids(columns.text()),
      .jobs_total = columns.integer(),
      .account = columns.text(),
      .operation = wrap<core::OperationNumber>(columns.optional_integer()),
      .operation_id = wrap<core::OperationId>(columns.optional_integer()),
      .from = columns.optional_state(),
      .to = columns.state(),
      .status = columns.text(),
      .background_status = columns.text(),
      .cause = columns.text(),
      .polls = columns.integer(),
      .hash = columns.text(),
  };
}

AccountRecord read_account(Statement& row) {
  Columns columns(row);
  return {
      .name = columns.text(),
      .state = columns.known(core::parse_account_state),
      .why = columns.text(),
      .until = columns.optional_time(),
      .paused_at = columns.optional_time(),
      .paused_why = columns.text(),
      .restorable_days = columns.optional_small(),
      .last_error = columns.text(),
      .last_error_at = columns.optional_time(),
      .requests_day = columns.integer(),
      .requests = columns.integer(),
      .highest_operation_id = columns.optional_integer(),
      .hindrance = {.why = columns.text(), .until = columns.optional_time(), .alarm = columns.integer() != 0},
      .sweep = {.looked_at = columns.optional_time(), .off_until = columns.optional_time(), .why = columns.text()},
  };
}

core::Wish read_wish(Statement& row) {
  Columns columns(row);
  return {
      .number = {columns.integer()},
      .operation = wrap<core::OperationNumber>(columns.optional_integer()),
      .account = columns.text(),
      .kind = columns.known(core::parse_wish_kind),
      .operation_id = wrap<core::OperationId>(columns.optional_integer()),
      .days = columns.optional_small(),
      .why = columns.text(),
      .made_at = columns.time(),
      .settled_at = columns.optional_time(),
      .refusal = columns.text(),
  };
}

Result<std::optional<std::int64_t>> read_number(Statement& query) {
  std::optional<std::int64_t> value;
  if (query.next() && !query.is_null(0)) value = query.integer(0);
  if (query.failed()) return std::unexpected(query.failure());
  return value;
}

Result<std::optional<core::Time>> read_time(Statement& query) {
  const auto number = read_number(query);
  if (!number) return std::unexpected(number.error());
  return *number ? std::optional(to_time(**number)) : std::nullopt;
}

std::string join_ids(const std::vector<std::string>& ids) {
  return fmt::format("{}", fmt::join(ids, " "));
}

}  // namespace lethe::store::sqlite
