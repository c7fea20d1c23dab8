#include "core/job.hpp"

#include <gtest/gtest.h>

#include <string>

namespace lethe::core {
namespace {

TEST(is_job_id, allowed_characters) {
  EXPECT_TRUE(is_job_id("dsr-2026-11-22"));
  EXPECT_TRUE(is_job_id("A.b_C-9"));
  EXPECT_TRUE(is_job_id("x"));
  EXPECT_TRUE(is_job_id(std::string(128, 'a')));
}

TEST(is_job_id, anything_else) {
  EXPECT_FALSE(is_job_id(""));
  EXPECT_FALSE(is_job_id(std::string(129, 'a')));
  for (const char* id : {"a b", "a/b", "a@b", "a\n", "\xc3\xa4", "a:b", "a+b", "a\\b"})
    EXPECT_FALSE(is_job_id(id)) << id;
  EXPECT_FALSE(is_job_id(std::string_view("a\0b", 3)));
}

TEST(looks_like_email, addresses) {
  for (const char* text : {"anna@example.com", "a.b+c@mail.example.co.uk", " anna@example.com\t", "1@2.de",
                           "anna@b\xc3\xbc"
                           "cher.example",
                           "\"odd@local\"@example.com"}) {
    EXPECT_TRUE(looks_like_email(text)) << text;
  }
}

TEST(looks_like_email, what_has_no_domain_behind_an_at) {
  for (const char* text : {"", "@", "anna", "anna@", "@example.com", "anna@example", "anna@.com", "anna@example.",
                           "anna@exa..mple", "12345678", "call me @ example.com", "anna@example.com, bob", "a@b_c.d"}) {
    EXPECT_FALSE(looks_like_email(text)) << text;
  }
}

Job known(State state) {
  Job job;
  job.digest = "aa";
  job.state = state;
  return job;
}

TEST(readmit, same_content_in_every_state) {
  for (int i = 0; i <= static_cast<int>(last_state); ++i) {
    const auto state = static_cast<State>(i);
    const bool no_op = !is_final(state) || state == State::deleted || state == State::restricted;
    EXPECT_EQ(readmit(known(state), "aa"), no_op ? Readmission::same : Readmission::ended_otherwise) << word(state);
  }
}

TEST(readmit, other_content_in_every_state) {
  for (int i = 0; i <= static_cast<int>(last_state); ++i) {
    EXPECT_EQ(readmit(known(static_cast<State>(i)), "ab"), Readmission::other_content);
  }
}

}  // namespace
}  // namespace lethe::core
