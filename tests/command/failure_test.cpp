#include "command/failure.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "command/check.hpp"

namespace lethe::command {
namespace {

using Kind = store::Error::Kind;

struct Case {
  Kind kind;
  ExitStatus status;
};

class StoreErrors : public testing::TestWithParam<Case> {};

TEST_P(StoreErrors, have_their_exit_status) {
  EXPECT_EQ(exit_status(GetParam().kind), GetParam().status);
}

INSTANTIATE_TEST_SUITE_P(
    all, StoreErrors,
    testing::Values(Case{Kind::stale, ExitStatus::failed}, Case{Kind::not_found, ExitStatus::unknown_name},
                    Case{Kind::duplicate, ExitStatus::failed}, Case{Kind::full, ExitStatus::failed},
                    Case{Kind::missing, ExitStatus::configuration}, Case{Kind::read_only, ExitStatus::configuration},
                    Case{Kind::newer, ExitStatus::configuration}, Case{Kind::foreign, ExitStatus::configuration},
                    Case{Kind::claimed, ExitStatus::configuration}, Case{Kind::other_time, ExitStatus::configuration},
                    Case{Kind::io, ExitStatus::failed}));

TEST(Failures, every_fault_is_a_line) {
  support::Fault first;
  first.what = "is missing";
  first.key = "account";
  support::Fault second;
  second.what = "is empty";
  const auto both = failure(ExitStatus::failed, std::vector{first, second});
  EXPECT_EQ(both.lines, (std::vector{support::to_line(first), support::to_line(second)}));
}

TEST(CheckStatus, a_bad_configuration_outweighs_a_bad_job) {
  CheckReport report;
  EXPECT_EQ(report.status(), ExitStatus::done);
  report.bad.push_back(failure(ExitStatus::failed, "a job"));
  EXPECT_EQ(report.status(), ExitStatus::failed);
  report.bad.push_back(failure(ExitStatus::configuration, "a secret"));
  report.bad.push_back(failure(ExitStatus::failed, "a job"));
  EXPECT_EQ(report.status(), ExitStatus::configuration);
}

}  // namespace
}  // namespace lethe::command
