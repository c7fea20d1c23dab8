#include "command/simulate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <functional>
#include <string>

namespace lethe::command {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;

constexpr core::Time start{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};

SimulatePlan good(const SimulateOptions& options) {
  auto plan = plan_simulation(options, start);
  EXPECT_TRUE(plan) << plan.error().lines.front();
  return plan.value_or(SimulatePlan{});
}

TEST(SimulatePlan, without_options_it_is_as_a_new_account_and_as_real_replies_are) {
  const auto plan = good({});
  EXPECT_EQ(plan.address, "127.0.0.1");
  EXPECT_EQ(plan.port, 8421);
  EXPECT_EQ(plan.model.restorable_days, 2);
  EXPECT_EQ(plan.model.token_life, 20min);
  EXPECT_TRUE(plan.model.faults.empty());
  EXPECT_FALSE(plan.model.rest_url_varies);
}

TEST(SimulatePlan, every_address_of_loopback_is_taken) {
  SimulateOptions options;
  options.listen = "[::1]:0";
  EXPECT_EQ(good(options).address, "::1");
  EXPECT_EQ(good(options).port, 0);
  options.listen = "127.8.9.10:65535";
  EXPECT_EQ(good(options).address, "127.8.9.10");
  EXPECT_EQ(good(options).port, 65535);
}

TEST(SimulatePlan, days_seed_and_faults_reach_the_model) {
  SimulateOptions options;
  options.days = -1;
  options.seed = 7;
  options.faults = "submit:silent+1h";
  const auto plan = good(options);
  EXPECT_EQ(plan.model.restorable_days, -1);
  EXPECT_EQ(plan.model.seed, 7U);
  ASSERT_EQ(plan.model.faults.size(), 1U);
  EXPECT_EQ(plan.model.faults[0].from, start + 1h);
}

TEST(SimulatePlan, a_token_outlives_two_real_seconds) {
  SimulateOptions options;
  options.time_scale = 600;
  EXPECT_EQ(good(options).model.token_life, 20min);
  options.time_scale = 10'000;
  EXPECT_EQ(good(options).model.token_life, 20'000s);
}

struct Mistake {
  std::string name;
  std::function<void(SimulateOptions&)> make;
  std::string says;
};

class SimulateMistake : public testing::TestWithParam<Mistake> {};

TEST_P(SimulateMistake, is_wrong_usage_and_says_why) {
  SimulateOptions options;
  GetParam().make(options);
  const auto plan = plan_simulation(options, start);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().status, ExitStatus::usage);
  ASSERT_EQ(plan.error().lines.size(), 1U);
  EXPECT_THAT(plan.error().lines.front(), StartsWith("--"));
  EXPECT_THAT(plan.error().lines.front(), HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    Each, SimulateMistake,
    testing::Values(
        Mistake{"every_interface", [](auto& o) { o.listen = "0.0.0.0:8421"; }, "credentials are known to everybody"},
        Mistake{"every_interface_of_six", [](auto& o) { o.listen = "[::]:8421"; }, "isn't loopback"},
        Mistake{"another_machine", [](auto& o) { o.listen = "192.0.2.1:8421"; }, "isn't loopback"},
        Mistake{"loopback_within_six", [](auto& o) { o.listen = "[::ffff:192.0.2.1]:1"; }, "isn't loopback"},
        Mistake{"no_port", [](auto& o) { o.listen = "127.0.0.1"; }, "isn't of the form"},
        Mistake{"a_name", [](auto& o) { o.listen = "localhost:8421"; }, "isn't of the form"},
        Mistake{"port_too_high", [](auto& o) { o.listen = "127.0.0.1:65536"; }, "isn't of the form"},
        Mistake{"days_zero", [](auto& o) { o.days = 0; }, "no defined meaning"},
        Mistake{"days_negative", [](auto& o) { o.days = -2; }, "from 1 to 365"},
        Mistake{"days_too_many", [](auto& o) { o.days = 366; }, "from 1 to 365"},
        Mistake{"time_stands", [](auto& o) { o.time_scale = 0; }, "above 0"},
        Mistake{"time_runs_back", [](auto& o) { o.time_scale = -1; }, "above 0"},
        Mistake{"time_leaps", [](auto& o) { o.time_scale = 100'001; }, "at most 100,000"},
        Mistake{"time_is_no_number", [](auto& o) { o.time_scale = std::nan(""); }, "above 0"},
        Mistake{"faults", [](auto& o) { o.faults = "any:silent,submit"; }, "--faults: character 12: "}),
    [](const auto& given) { return given.param.name; });

TEST(SimulateLine, has_time_status_words_and_fault) {
  simulator::Exchange exchange{start + 1500ms, "status 12 -> Processing", 200, {}};
  EXPECT_EQ(in_line(exchange), "2026-11-22T00:00:01Z  200  status 12 -> Processing");
  exchange.fault = simulator::FaultRule::Fault::reset_after;
  exchange.status = 0;
  EXPECT_EQ(in_line(exchange), "2026-11-22T00:00:01Z  ---  status 12 -> Processing   fault: reset_after");
}

}  // namespace
}  // namespace lethe::command
