#include "report/log.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cstdlib>

#include "report/journal.hpp"
#include "report/words.hpp"

namespace lethe::report {
namespace {

namespace json = boost::json;

json::string text_value(std::string_view text) {
  return json::string(printable(text, Controls::keep));
}

json::object transition_object(const core::Transition& transition) {
  json::array jobs;
  jobs.reserve(transition.jobs.size());
  for (const std::string& job : transition.jobs) jobs.emplace_back(text_value(job));
  json::object object;
  object["seq"] = transition.seq;
  object["at"] = core::rfc3339(transition.at);
  object["jobs"] = std::move(jobs);
  object["jobs_total"] = transition.jobs_total;
  object["account"] = text_value(transition.account);
  object["operation"] = nullptr;
  if (transition.operation) object["operation"] = transition.operation->value;
  object["operation_id"] = nullptr;
  if (transition.operation_id) object["operation_id"] = transition.operation_id->value;
  object["from"] = nullptr;
  if (transition.from) object["from"] = core::word(*transition.from);
  object["to"] = core::word(transition.to);
  object["status"] = text_value(transition.status);
  object["background_status"] = text_value(transition.background_status);
  object["cause"] = text_value(transition.cause);
  object["polls"] = transition.polls;
  object["hash"] = transition.hash;
  return object;
}

/// Filters by level; what a line looks like is the derived class's.
class FilteredLog : public Log {
 public:
  FilteredLog(std::ostream& out, core::LogLevel level, std::function<core::Time()> now)
      : out_(out), level_(level), now_(std::move(now)) {}

  void transition(const core::Transition& transition) final {
    if (level_of(transition) >= level_) write(transition);
  }
  void message(core::LogLevel level, std::string_view text, const Fields& fields) final {
    if (level >= level_) write(level, text, fields);
  }
  void set_level(core::LogLevel level) final { level_ = level; }

 protected:
  virtual void write(const core::Transition& transition) = 0;
  virtual void write(core::LogLevel level, std::string_view text, const Fields& fields) = 0;

  void line(std::string_view text) { out_ << text << '\n' << std::flush; }
  std::string time() const { return core::rfc3339(now_()); }

 private:
  std::ostream& out_;
  core::LogLevel level_;
  std::function<core::Time()> now_;
};

std::string with_fields(std::string_view text, const Fields& fields) {
  std::string result = printable(text);
  for (const auto& [name, value] : fields) result += fmt::format(" {}={}", printable(name), printable(value));
  return result;
}

class TextLog : public FilteredLog {
 public:
  using FilteredLog::FilteredLog;

 protected:
  void write(const core::Transition& transition) override {
    line(fmt::format("{} {}: {}", core::rfc3339(transition.at), word(level_of(transition)),
                     transition_words(transition)));
  }
  void write(core::LogLevel level, std::string_view text, const Fields& fields) override {
    line(fmt::format("{} {}: {}", time(), word(level), with_fields(text, fields)));
  }
};

class JsonLog : public FilteredLog {
 public:
  using FilteredLog::FilteredLog;

 protected:
  void write(const core::Transition& transition) override {
    json::object object = transition_object(transition);
    object["level"] = word(level_of(transition));
    line(json::serialize(object));
  }
  void write(core::LogLevel level, std::string_view text, const Fields& fields) override {
    json::object object;
    object["at"] = time();
    object["level"] = word(level);
    object["message"] = text_value(text);
    for (const auto& [name, value] : fields) object.emplace(text_value(name), text_value(value));
    line(json::serialize(object));
  }
};

/// What the journal doesn't take goes to the stream, so that no line is lost.
class JournalLog : public FilteredLog {
 public:
  using FilteredLog::FilteredLog;

 protected:
  void write(const core::Transition& transition) override {
    if (!send_to_journal(journal_fields(transition))) line(transition_text(transition));
  }
  void write(core::LogLevel level, std::string_view text, const Fields& fields) override {
    if (send_to_journal(journal_fields(level, text, fields))) return;
    line(fmt::format("{} {}: {}", time(), word(level), with_fields(text, fields)));
  }
};

}  // namespace

std::string transition_json(const core::Transition& transition) {
  return json::serialize(transition_object(transition));
}

std::string transition_text(const core::Transition& transition) {
  return fmt::format("{} {}", core::rfc3339(transition.at), transition_words(transition));
}

core::LogFormat resolve(core::LogFormat format) {
  if (format != core::LogFormat::automatic) return format;
  const char* stream = std::getenv("JOURNAL_STREAM");
  if (stream != nullptr && is_journal_stream(stream, STDERR_FILENO)) return core::LogFormat::journal;
  return isatty(STDERR_FILENO) == 1 ? core::LogFormat::text : core::LogFormat::json;
}

std::unique_ptr<Log> make_log(std::ostream& out, core::LogFormat format, core::LogLevel level,
                              std::function<core::Time()> now) {
  switch (resolve(format)) {
    case core::LogFormat::text:
      return std::make_unique<TextLog>(out, level, std::move(now));
    case core::LogFormat::journal:
      return std::make_unique<JournalLog>(out, level, std::move(now));
    default:
      return std::make_unique<JsonLog>(out, level, std::move(now));
  }
}

}  // namespace lethe::report
