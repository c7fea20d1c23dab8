#include "command/follow.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "fixture.hpp"

namespace lethe::command::testing {
namespace {

using core::State;

class Follow : public CommandTest {
 protected:
  std::vector<std::int64_t> follow(const std::vector<core::JobNumber>& jobs) {
    std::vector<std::int64_t> given;
    const auto followed =
        follow_to_end(store(), jobs, [&](const core::Transition& step) { given.push_back(step.seq); });
    EXPECT_TRUE(followed);
    return given;
  }
};

TEST_F(Follow, jobs_that_share_an_operation_give_its_steps_once) {
  const auto first = store_->submit("first", 1);
  const auto second = store_->submit("second", 1);
  const auto formed = must(store_->form({{first.number, 0, 1}, {second.number, 0, 1}}));
  auto ended = store::testing::accepted(formed, 7);
  ended.ended_at = noon;
  must(store_->move(ended, State::deleted));
  std::vector<std::int64_t> all;
  for (const auto& step : store_->transitions()) all.push_back(step.seq);
  EXPECT_EQ(follow({first.number, second.number}), all);
}

TEST_F(Follow, only_the_jobs_that_were_asked_for) {
  const auto operation = operation_in(State::deleted, "wanted");
  operation_in(State::deleted, "other");
  const auto wanted = must(store().job("wanted"));
  const auto steps = follow({wanted->number});
  EXPECT_EQ(steps.size(), store_->transitions(store::testing::of_job(wanted->number)).size());
  EXPECT_FALSE(steps.empty());
}

TEST_F(Follow, a_retry_that_is_asked_for_is_waited_for) {
  const auto failed = operation_in(State::failed, "dsr");
  core::Wish retry;
  retry.operation = failed.number;
  retry.made_at = noon;
  const auto wish = must(store_->run(store().make_wish(retry, "asked for")));
  bool refused = false;
  std::string last;
  const auto sink = [&](const core::Transition& step) {
    last = step.cause;
    if (!std::exchange(refused, true)) must(store_->run(store().refuse(wish.number, noon, "HTTP 400")));
  };
  ASSERT_TRUE(follow_to_end(store(), {must(store().job("dsr"))->number}, sink));
  EXPECT_EQ(last, "a retry is refused: HTTP 400");
}

TEST_F(Follow, an_unknown_job_is_no_endless_wait) {
  const auto followed = follow_to_end(store(), {core::JobNumber{4711}}, [](const core::Transition&) {});
  EXPECT_FALSE(followed);
}

TEST_F(Follow, the_log_stops_when_its_reader_has_enough) {
  operation_in(State::deleted, "a");
  int given = 0;
  const auto read = read_log(store(), {}, true, [&](const core::Transition&) { return ++given < 2; });
  EXPECT_TRUE(read);
  EXPECT_EQ(given, 2);
}

TEST_F(Follow, names_of_the_log_are_resolved) {
  const auto operation = operation_in(State::deleted, "a");
  LogQuestion question;
  question.job = "a";
  question.operation = operation.number.value;
  const auto filter = resolve(store(), question);
  ASSERT_TRUE(filter);
  EXPECT_EQ(filter->operation, operation.number);
  question.job = "b";
  EXPECT_EQ(resolve(store(), question).error().status, ExitStatus::unknown_name);
  question.job.reset();
  question.operation = 4711;
  EXPECT_EQ(resolve(store(), question).error().status, ExitStatus::unknown_name);
}

TEST(Since, is_a_time_or_an_age) {
  EXPECT_EQ(parse_since("2026-11-22T08:00:00Z", noon), core::parse_rfc3339("2026-11-22T08:00:00Z"));
  EXPECT_EQ(parse_since("24h", noon), noon - std::chrono::hours{24});
  EXPECT_FALSE(parse_since("yesterday", noon));
  EXPECT_FALSE(parse_since("", noon));
}

}  // namespace
}  // namespace lethe::command::testing
