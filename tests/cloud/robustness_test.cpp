// The readers against bodies cut short, damaged or made of noise: no exception, and no end of an operation out of them.
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "cloud/messages.hpp"
#include "cloud/messages_reports.hpp"
#include "cloud/messages_window.hpp"
#include "core/operation.hpp"
#include "core/reply.hpp"
#include "examples.hpp"

namespace lethe::cloud {
namespace {

core::Operation operation(std::int64_t id) {
  core::Operation known;
  known.state = core::State::suppressing;
  known.operation_id = core::OperationId{id};
  return known;
}

core::Answer answer_to(std::string_view body) {
  core::Answer answer;
  answer.delivery = core::Answer::Delivery::answered;
  answer.http_status = 200;
  read_submission_reply(body, answer);
  return answer;
}

/// Every reader on any text; none of them may throw.
void read_by_all(std::string_view body) {
  read_status_reply(body);
  read_token_reply(body);
  read_error_reply(body);
  reports_error(body);
  read_requests_report(body);
  read_summary(body);
  read_window_reply(body);
  answer_to(body);
}

TEST(Robustness, truncated_bodies_never_end_an_operation) {
  for (const auto example : testing::status_examples) {
    for (std::size_t length = 0; length < example.size(); ++length) {
      const auto cut = example.substr(0, length);
      read_by_all(cut);
      EXPECT_FALSE(read_status_reply(cut).has_value()) << cut;
    }
  }
  for (std::size_t length = 0; length < testing::accepted.size(); ++length) {
    EXPECT_EQ(core::judge(answer_to(testing::accepted.substr(0, length)), false).next, core::Effect::Next::unconfirmed);
  }
}

TEST(Robustness, flipped_bytes_never_throw_nor_delete) {
  std::mt19937 random(20221126);
  for (const auto example : testing::status_examples) {
    const bool ends = example == testing::status_deleted;
    for (std::size_t place = 0; place < example.size(); ++place) {
      std::string body{example};
      body[place] = static_cast<char>(random());
      read_by_all(body);
      const auto seen = read_status_reply(body);
      if (!seen || ends) continue;
      const auto known = operation(seen->operation_id.value_or(core::OperationId{1}).value);
      EXPECT_FALSE(core::is_final(core::decide(known, *seen, core::Time{}).state)) << body;
    }
  }
}

TEST(Robustness, noise_never_throws) {
  std::mt19937 random(7);
  for (const auto example : {testing::status_delete_phase, testing::accepted, testing::token_example}) {
    for (int round = 0; round < 2000; ++round) {
      std::string body{example};
      for (int flips = 0; flips < 4; ++flips) body[random() % body.size()] = static_cast<char>(random());
      const std::size_t from = random() % body.size();
      body.erase(from, random() % 8);
      read_by_all(body);
    }
  }
}

}  // namespace
}  // namespace lethe::cloud
