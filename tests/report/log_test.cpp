#include "report/log.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <sstream>
#include <string>

#include "report/example.hpp"

namespace lethe::report {
namespace {

namespace json = boost::json;

std::unique_ptr<Log> make(std::ostream& out, core::LogFormat format, core::LogLevel level = core::LogLevel::info) {
  return make_log(out, format, level, [] { return core::Time{core::Duration{1'000}}; });
}

TEST(TransitionJson, has_the_documented_fields_in_their_order) {
  EXPECT_EQ(transition_json(example_transition()),
            R"({"seq":7,"at":"2026-11-22T08:31:24.442Z","jobs":["dsr-1","dsr-2"],"jobs_total":2,"account":"acme",)"
            R"("operation":12,"operation_id":2038,"from":"suppressing","to":"deleting","status":"Completed",)"
            R"("background_status":"Processing","cause":"the cloud said so","polls":4,"hash":"ab12"})");
}

TEST(TransitionJson, what_is_absent_is_null) {
  core::Transition transition;
  transition.to = core::State::queued;
  const json::value value = json::parse(transition_json(transition));
  EXPECT_TRUE(value.at("operation").is_null());
  EXPECT_TRUE(value.at("operation_id").is_null());
  EXPECT_TRUE(value.at("from").is_null());
  EXPECT_EQ(value.at("status").as_string(), "");
  EXPECT_TRUE(value.at("jobs").as_array().empty());
}

TEST(TransitionJson, one_line_of_valid_json_whatever_the_cause_holds) {
  core::Transition transition = example_transition();
  transition.cause = "a\n\"b\"\\ \xff \x1b[0m";
  const std::string line = transition_json(transition);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(line.find('\x1b'), std::string::npos);
  EXPECT_EQ(json::parse(line).at("cause").as_string(), "a\n\"b\"\\ \\xff \x1b[0m");
}

TEST(JsonLog, a_transition_is_its_json_and_a_level) {
  std::ostringstream out;
  core::Transition transition = example_transition();
  transition.to = core::State::restored;
  make(out, core::LogFormat::json)->transition(transition);
  const json::value value = json::parse(out.str());
  EXPECT_EQ(value.at("to").as_string(), "restored");
  EXPECT_EQ(value.at("level").as_string(), "error");
  EXPECT_EQ(value.at("hash").as_string(), "ab12");
}

TEST(JsonLog, a_message_has_time_level_text_and_fields) {
  std::ostringstream out;
  make(out, core::LogFormat::json)
      ->message(core::LogLevel::warning, "blocked", {{"account", "acme"}, {"level", "forged"}});
  EXPECT_EQ(out.str(), R"({"at":"1970-01-01T00:00:01Z","level":"warning","message":"blocked","account":"acme"})"
                       "\n");
}

TEST(TextLog, one_line_each_with_its_level) {
  std::ostringstream out;
  const auto log = make(out, core::LogFormat::text);
  core::Transition transition = example_transition();
  transition.to = core::State::failed;
  log->transition(transition);
  log->message(core::LogLevel::info, "started\nforged", {{"version", "1"}});
  EXPECT_EQ(out.str(),
            "2026-11-22T08:31:24.442Z warning: acme: dsr-1, dsr-2: operation 12 (operationID 2038): suppressing -> "
            "failed; status Completed; background Processing; the cloud said so\n"
            "1970-01-01T00:00:01Z info: started\\x0aforged version=1\n");
}

TEST(Log, what_is_below_its_level_is_left_out) {
  for (const core::LogFormat format : {core::LogFormat::text, core::LogFormat::json}) {
    std::ostringstream out;
    const auto log = make(out, format, core::LogLevel::warning);
    log->transition(example_transition());
    log->message(core::LogLevel::info, "quiet");
    log->message(core::LogLevel::debug, "quieter");
    EXPECT_EQ(out.str(), "");
    core::Transition transition = example_transition();
    transition.to = core::State::needs_operator;
    log->transition(transition);
    log->message(core::LogLevel::error, "loud");
    const std::string text = out.str();
    EXPECT_NE(text.find("needs_operator"), std::string::npos);
    EXPECT_NE(text.find("loud"), std::string::npos);
  }
}

/// Counts how often what was written is handed on.
class CountingBuffer : public std::stringbuf {
 public:
  int syncs = 0;

 protected:
  int sync() override {
    ++syncs;
    return 0;
  }
};

TEST(Log, every_line_is_flushed) {
  CountingBuffer buffer;
  std::ostream out(&buffer);
  const auto log = make(out, core::LogFormat::json);
  log->message(core::LogLevel::info, "one");
  log->transition(example_transition());
  EXPECT_EQ(buffer.syncs, 2);
}

TEST(Resolve, a_named_format_stays) {
  EXPECT_EQ(resolve(core::LogFormat::text), core::LogFormat::text);
  EXPECT_EQ(resolve(core::LogFormat::json), core::LogFormat::json);
  EXPECT_EQ(resolve(core::LogFormat::journal), core::LogFormat::journal);
}

TEST(Resolve, automatic_is_the_journal_where_journal_stream_is_standard_error) {
  struct stat status{};
  ASSERT_EQ(fstat(STDERR_FILENO, &status), 0);
  const std::string own = std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
  setenv("JOURNAL_STREAM", own.c_str(), 1);
  EXPECT_EQ(resolve(core::LogFormat::automatic), core::LogFormat::journal);
  setenv("JOURNAL_STREAM", "1:1", 1);
  const core::LogFormat otherwise = isatty(STDERR_FILENO) == 1 ? core::LogFormat::text : core::LogFormat::json;
  EXPECT_EQ(resolve(core::LogFormat::automatic), otherwise);
  unsetenv("JOURNAL_STREAM");
  EXPECT_EQ(resolve(core::LogFormat::automatic), otherwise);
}

}  // namespace
}  // namespace lethe::report
