#include "support/fault.hpp"

#include <gtest/gtest.h>

namespace lethe::support {
namespace {

Fault missing_client_id() {
  Fault fault;
  fault.what = "is missing";
  fault.file = "/etc/lethe/lethe.toml";
  fault.line = 12;
  fault.column = 3;
  fault.key = "account.acme.client_id";
  fault.remedy = "take it from the installed package";
  return fault;
}

TEST(to_line, everything_known) {
  EXPECT_EQ(to_line(missing_client_id()),
            "/etc/lethe/lethe.toml:12:3: account.acme.client_id: is missing; take it from the installed package");
}

TEST(to_line, what_is_not_known_is_left_out) {
  Fault fault = missing_client_id();
  fault.remedy.clear();
  EXPECT_EQ(to_line(fault), "/etc/lethe/lethe.toml:12:3: account.acme.client_id: is missing");
  fault.column = 0;
  EXPECT_EQ(to_line(fault), "/etc/lethe/lethe.toml:12: account.acme.client_id: is missing");
  fault.line = 0;
  EXPECT_EQ(to_line(fault), "/etc/lethe/lethe.toml: account.acme.client_id: is missing");
  fault.key.clear();
  EXPECT_EQ(to_line(fault), "/etc/lethe/lethe.toml: is missing");
  fault.file.clear();
  EXPECT_EQ(to_line(fault), "is missing");
}

TEST(to_line, line_of_no_file) {
  Fault fault = missing_client_id();
  fault.file.clear();
  fault.key.clear();
  fault.remedy.clear();
  EXPECT_EQ(to_line(fault), "line 12:3: is missing");
}

TEST(to_line, column_without_a_line_says_nothing) {
  Fault fault = missing_client_id();
  fault.line = 0;
  fault.remedy.clear();
  EXPECT_EQ(to_line(fault), "/etc/lethe/lethe.toml: account.acme.client_id: is missing");
}

TEST(to_line, one_line_whatever_the_names) {
  Fault fault;
  fault.what = "is no job";
  fault.file = "a\nb\x1b[31m.toml";
  EXPECT_EQ(to_line(fault), "a?b?[31m.toml: is no job");
}

}  // namespace
}  // namespace lethe::support
