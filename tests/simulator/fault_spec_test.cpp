#include "simulator/fault_spec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "simulator/cloud.hpp"

namespace lethe::simulator {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Call = FaultRule::Call;
using Fault = FaultRule::Fault;

std::vector<FaultRule> good(const std::string& spec) {
  auto rules = parse_fault_spec(spec, epoch);
  EXPECT_TRUE(rules) << rules.error();
  return rules.value_or(std::vector<FaultRule>{});
}

std::string bad(const std::string& spec) {
  const auto rules = parse_fault_spec(spec, epoch);
  EXPECT_FALSE(rules) << spec;
  return rules ? "" : rules.error();
}

TEST(FaultSpec, a_bare_rule_applies_always) {
  const auto rules = good("submit:reset_after");
  ASSERT_EQ(rules.size(), 1U);
  EXPECT_EQ(rules[0].call, Call::submit);
  EXPECT_EQ(rules[0].fault, Fault::reset_after);
  EXPECT_EQ(rules[0].probability, 1);
  EXPECT_EQ(rules[0].most, -1);
  EXPECT_FALSE(rules[0].from);
  EXPECT_FALSE(rules[0].until);
}

TEST(FaultSpec, the_example_says_what_it_seems_to_say) {
  const auto rules = good(std::string(fault_spec_example));
  ASSERT_EQ(rules.size(), 3U);
  EXPECT_EQ(rules[0].call, Call::status);
  EXPECT_EQ(rules[0].fault, Fault::throttled);
  EXPECT_EQ(rules[0].probability, 0.1);
  EXPECT_EQ(rules[1].most, 1);
  EXPECT_EQ(rules[2].call, Call::any);
  EXPECT_EQ(rules[2].probability, 0.05);
  EXPECT_EQ(rules[2].from, epoch + 2 * day);
  EXPECT_EQ(rules[2].until, epoch + 4 * day);
}

TEST(FaultSpec, suffixes_stand_in_any_order) {
  const auto rules = good("token:silent+90s*3@1");
  ASSERT_EQ(rules.size(), 1U);
  EXPECT_EQ(rules[0].probability, 1);
  EXPECT_EQ(rules[0].most, 3);
  EXPECT_EQ(rules[0].from, epoch + 90s);
  EXPECT_FALSE(rules[0].until);
}

TEST(FaultSpec, hyphens_and_spaces_around_a_rule_are_taken) {
  const auto rules = good(" lists:bad-gateway-html@0.5+1h-2h , retry:throttled-without ");
  ASSERT_EQ(rules.size(), 2U);
  EXPECT_EQ(rules[0].fault, Fault::bad_gateway_html);
  EXPECT_EQ(rules[0].until, epoch + 2h);
  EXPECT_EQ(rules[1].fault, Fault::throttled_without);
}

TEST(FaultSpec, every_word_is_read_as_itself) {
  const auto calls = call_words();
  ASSERT_EQ(calls.size(), 9U);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    EXPECT_EQ(good(calls[i] + ":silent").at(0).call, static_cast<Call>(i)) << calls[i];
  }
  const auto faults = fault_words();
  ASSERT_EQ(faults.size(), 13U);
  for (std::size_t i = 0; i < faults.size(); ++i) {
    EXPECT_EQ(good("any:" + faults[i]).at(0).fault, static_cast<Fault>(i)) << faults[i];
    EXPECT_EQ(word(static_cast<Fault>(i)), faults[i]);
  }
}

struct Mistake {
  std::string name;
  std::string spec;
  int at;
  std::string says;
};

class MistakeInFaultSpec : public testing::TestWithParam<Mistake> {};

TEST_P(MistakeInFaultSpec, is_one_line_with_its_place) {
  const auto error = bad(GetParam().spec);
  EXPECT_THAT(error, StartsWith("character " + std::to_string(GetParam().at) + ": "));
  EXPECT_THAT(error, HasSubstr(GetParam().says));
  EXPECT_THAT(error, Not(HasSubstr("\n")));
}

INSTANTIATE_TEST_SUITE_P(
    Each, MistakeInFaultSpec,
    testing::Values(Mistake{"nothing", "", 1, "a rule is missing"},
                    Mistake{"final_comma", "any:silent,", 12, "a rule is missing"},
                    Mistake{"no_colon", "any:silent, submit", 13, "CALL:FAULT"},
                    Mistake{"misspelt_call", "any:silent,  stauts:silent", 14, "did you mean status?"},
                    Mistake{"strange_call", "x:silent", 1,
                            "any, token, submit, status, lists, requests, operations, retry, settings"},
                    Mistake{"no_call", ":silent", 1, "is no call"}, Mistake{"no_fault", "any:", 5, "is no fault"},
                    Mistake{"misspelt_fault", "any:resetafter", 5, "did you mean reset_after?"},
                    Mistake{"strange_fault", "any:earthquake", 5, "there are reset_before, reset_after, truncated"},
                    Mistake{"capitals", "ANY:silent", 1, "did you mean any?"},
                    Mistake{"probability_in_percent", "any:silent@5%", 12, "\"5%\" is no probability"},
                    Mistake{"probability_too_high", "any:silent@1.01", 12, "at most 1"},
                    Mistake{"probability_zero", "any:silent@0", 12, "above 0"},
                    Mistake{"probability_no_number", "any:silent@nan", 12, "is no probability"},
                    Mistake{"probability_missing", "any:silent@*1", 12, "is no probability"},
                    Mistake{"times_zero", "any:silent*0", 12, "from 1"},
                    Mistake{"times_fraction", "any:silent*1.5", 12, "whole"},
                    Mistake{"times_huge", "any:silent*99999999999999999999", 12, "1,000,000"},
                    Mistake{"no_unit", "any:silent+2", 12, "is no duration"},
                    Mistake{"until_without_from", "any:silent+-2d", 12, "\"\" is no duration"},
                    Mistake{"bad_until", "any:silent+1d-x", 15, "\"x\" is no duration"},
                    Mistake{"backwards", "any:silent+4d-2d", 15, "not after the beginning"},
                    Mistake{"twice", "any:silent@0.5*1@0.5", 17, "a second @"},
                    Mistake{"a_line_break", "any:si\nlent", 5, "\"si?lent\""}),
    [](const auto& given) { return given.param.name; });

TEST(FaultSpec, a_long_mistake_is_cut) {
  EXPECT_LT(bad("any:" + std::string(1000, 'x')).size(), 400U);
}

}  // namespace
}  // namespace lethe::simulator
