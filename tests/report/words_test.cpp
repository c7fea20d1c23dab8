#include "report/words.hpp"

#include <gtest/gtest.h>

#include <string>

#include "report/example.hpp"
#include "report/log.hpp"

namespace lethe::report {
namespace {

TEST(Printable, leaves_ordinary_text_alone) {
  EXPECT_EQ(printable("Größe 10 µm, 東京, 😀"), "Größe 10 µm, 東京, 😀");
}

TEST(Printable, escapes_what_forges_a_line_or_steers_a_terminal) {
  EXPECT_EQ(printable("a\nb\r\tc"), "a\\x0ab\\x0d\\x09c");
  EXPECT_EQ(printable("\x1b[31mred\x7f"), "\\x1b[31mred\\x7f");
  EXPECT_EQ(printable(std::string("nul\0!", 5)), "nul\\x00!");
  EXPECT_EQ(printable("\xc2\x9b"
                      "2J"),
            "\\x9b2J");
  EXPECT_EQ(printable("\xe2\x80\xae"
                      "evil"),
            "\\u202eevil");
  EXPECT_EQ(printable("\xe2\x80\xa8"), "\\u2028");
}

TEST(Printable, escapes_bytes_that_are_no_utf8) {
  EXPECT_EQ(printable("\xff"
                      "a"),
            "\\xffa");
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");
  EXPECT_EQ(printable("\xe2\x80"), "\\xe2\\x80");
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");
}

TEST(Printable, keeps_c0_controls_for_a_writer_that_escapes_them_itself) {
  EXPECT_EQ(printable("a\nb\x7f", Controls::keep), "a\nb\\x7f");
}

TEST(LevelOf, every_state_has_its_level) {
  for (int i = 0; i <= static_cast<int>(core::last_state); ++i) {
    core::Transition transition;
    transition.to = static_cast<core::State>(i);
    core::LogLevel expected = core::LogLevel::info;
    switch (transition.to) {
      case core::State::restored:
      case core::State::mixed:
        expected = core::LogLevel::error;
        break;
      case core::State::unconfirmed:
      case core::State::needs_operator:
      case core::State::deleted_with_errors:
      case core::State::invalid:
      case core::State::failed:
      case core::State::rejected:
      case core::State::expired:
        expected = core::LogLevel::warning;
        break;
      default:
        break;
    }
    EXPECT_EQ(level_of(transition), expected) << core::word(transition.to);
  }
}

TEST(TransitionText, names_time_jobs_operation_step_words_and_cause) {
  EXPECT_EQ(transition_text(example_transition()),
            "2026-11-22T08:31:24.442Z acme: dsr-1, dsr-2: operation 12 (operationID 2038): suppressing -> deleting; "
            "status Completed; background Processing; the cloud said so");
}

TEST(TransitionText, names_three_jobs_and_counts_the_others) {
  core::Transition transition = example_transition();
  transition.jobs = {"a", "b", "c", "d"};
  transition.jobs_total = 45;
  EXPECT_NE(transition_text(transition).find("acme: a, b, c +42: operation 12"), std::string::npos);
}

TEST(TransitionText, a_job_that_came_into_being_has_neither_operation_nor_from) {
  core::Transition transition;
  transition.account = "acme";
  transition.jobs = {"dsr-1"};
  transition.jobs_total = 1;
  transition.to = core::State::queued;
  EXPECT_EQ(transition_text(transition), "1970-01-01T00:00:00Z acme: dsr-1: queued");
}

TEST(TransitionText, a_cause_can_not_forge_a_line) {
  core::Transition transition = example_transition();
  transition.cause = "x\n2026-01-01T00:00:00Z info: forged";
  EXPECT_EQ(transition_text(transition).find('\n'), std::string::npos);
}

}  // namespace
}  // namespace lethe::report
