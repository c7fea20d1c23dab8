#include "command/demo_view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <sstream>
#include <string>
#include <vector>

#include "command/table.hpp"

namespace lethe::command {
namespace {

using core::State;
using std::chrono::hours;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

const core::Time begin = core::Time{} + std::chrono::days{20'000};

core::Time hour(int hours_after) {
  return begin + hours{hours_after};
}

DemoRow queued_job() {
  DemoRow row;
  row.id = "job";
  row.queued = begin;
  return row;
}

DemoRow suppressing_job() {
  auto row = queued_job();
  row.state = State::suppressing;
  row.accepted = hour(4);
  return row;
}

DemoRow deleting_job() {
  auto row = suppressing_job();
  row.state = State::deleting;
  row.suppressed = hour(8);
  row.window_end = hour(24);
  return row;
}

DemoRow ended_job(State state) {
  auto row = deleting_job();
  row.state = state;
  row.ended = hour(32);
  return row;
}

DemoView view_of(std::vector<DemoRow> rows) {
  DemoView view;
  view.title = "Lethe at work";
  view.begin = begin;
  view.horizon = hour(40);
  view.time_scale = 10'000;
  view.rows = std::move(rows);
  return view;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// The bar of the only job, an hour a column: 40 columns between the state and the polls.
std::string bar_of(const DemoRow& row, core::Time now) {
  constexpr std::size_t before = 3 + 2 + 11 + 2;
  const auto lines = lines_of(draw(view_of({row}), before + 40 + 7, now, {}));
  return lines.at(4).substr(before, 40);
}

std::string without_colours(const std::string& text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\x1b') {
      at = text.find('m', at);
    } else {
      plain += text[at];
    }
  }
  return plain;
}

DemoView crowded() {
  auto view = view_of({queued_job(), suppressing_job(), deleting_job()});
  for (int state = 0; state <= static_cast<int>(core::last_state); ++state) {
    view.rows.push_back(ended_job(static_cast<State>(state)));
    view.rows.back().id = "a-job-with-quite-a-long-name-" + std::to_string(state);
    view.rows.back().polls = 1'000'000;
  }
  view.calls = 123'456'789;
  view.operations = {{begin, std::nullopt}};
  view.news = {"day 1 00:00  job  " + std::string(300, 'x'), "ä\x1b[2J\nö"};
  return view;
}

TEST(DemoView, each_phase_has_its_place_in_the_bar) {
  //                                           0       8               24      32
  EXPECT_EQ(bar_of(queued_job(), hour(3)), "...                                     ");
  EXPECT_EQ(bar_of(suppressing_job(), hour(6)), "....==                                  ");
  EXPECT_EQ(bar_of(deleting_job(), hour(12)), "....====----            |               ");
  EXPECT_EQ(bar_of(deleting_job(), hour(28)), "....====----------------|###            ");
}

TEST(DemoView, each_end_is_marked_as_asked_or_otherwise) {
  EXPECT_EQ(bar_of(ended_job(State::deleted), hour(36)), "....====----------------|#######+       ");
  EXPECT_EQ(bar_of(ended_job(State::restricted), hour(36)), "....====----------------|#######+       ");
  for (const auto state : {State::deleted_with_errors, State::restored, State::mixed, State::invalid, State::failed,
                           State::cancelled, State::abandoned}) {
    auto row = ended_job(state);
    EXPECT_THAT(draw(view_of({row}), 80, hour(36), {}), HasSubstr("#!")) << word(state);
  }
}

TEST(DemoView, a_refused_job_ends_in_the_queue) {
  auto row = queued_job();
  row.state = State::rejected;
  row.ended = hour(5);
  EXPECT_EQ(bar_of(row, hour(30)), ".....!                                  ");
}

TEST(DemoView, a_restriction_has_no_window) {
  auto row = suppressing_job();
  row.state = State::restricted;
  row.ended = hour(7);
  EXPECT_EQ(bar_of(row, hour(30)), "....===+                                ");
}

TEST(DemoView, a_phase_too_short_for_a_column_has_one) {
  auto row = deleting_job();
  row.accepted = begin + seconds{1};
  row.suppressed = begin + seconds{2};
  EXPECT_EQ(bar_of(row, hour(12)), ".=----------            |               ");
}

TEST(DemoView, the_bars_grow_no_further_than_the_edge_when_it_takes_longer) {
  EXPECT_EQ(bar_of(ended_job(State::deleted), hour(400)).size(), 40U);
  EXPECT_THAT(bar_of(deleting_job(), hour(400)), testing::StartsWith(".=-|####"));
}

TEST(DemoView, the_days_stand_over_the_bars) {
  const auto lines = lines_of(draw(view_of({queued_job()}), 65, hour(3), {}));
  EXPECT_EQ(lines.at(3), "JOB  STATE        day 1                   day 2             POLLS");
}

class Widths : public testing::TestWithParam<std::size_t> {};

TEST_P(Widths, no_line_is_wider) {
  for (const bool utf8 : {false, true}) {
    const auto plain = draw(crowded(), GetParam(), hour(30), {utf8, false});
    for (const auto& line : lines_of(plain)) EXPECT_LE(code_points(line), GetParam()) << line;
    EXPECT_EQ(without_colours(draw(crowded(), GetParam(), hour(30), {utf8, true})), plain);
  }
}

class RoomyWidths : public testing::TestWithParam<std::size_t> {};

TEST_P(RoomyWidths, say_the_time_and_both_counts_of_calls) {
  const auto text = draw(crowded(), GetParam(), hour(30), {});
  EXPECT_THAT(text, HasSubstr("day 2 06:00"));
  EXPECT_THAT(text, HasSubstr("a second here is 2h 46m"));
  EXPECT_THAT(text, HasSubstr("calls so far        123456789"));
  EXPECT_THAT(text, HasSubstr("asking every 30 seconds  3600"));
  EXPECT_THAT(text, HasSubstr("another end"));
}

INSTANTIATE_TEST_SUITE_P(DemoView, Widths, testing::Values(1, 10, 39, 40, 59, 60, 80, 200));
INSTANTIATE_TEST_SUITE_P(DemoView, RoomyWidths, testing::Values(40, 80, 200));

TEST(DemoView, a_narrow_terminal_has_a_bar_still) {
  const auto text = draw(view_of({deleting_job()}), 40, hour(39), {});
  EXPECT_THAT(text, HasSubstr("job  deleting     ..==---------|#######"));
}

TEST(DemoView, what_could_steer_the_terminal_is_escaped) {
  EXPECT_THAT(draw(crowded(), 80, hour(30), {true, false}), Not(HasSubstr("\x1b")));
}

TEST(FixedPoller, asks_every_half_minute_from_acceptance_to_the_end) {
  EXPECT_EQ(fixed_poller_calls({}, hour(1)), 0);
  EXPECT_EQ(fixed_poller_calls({{begin, std::nullopt}}, begin + seconds{29}), 0);
  EXPECT_EQ(fixed_poller_calls({{begin, std::nullopt}}, begin + seconds{30}), 1);
  EXPECT_EQ(fixed_poller_calls({{begin, std::nullopt}}, hour(1)), 120);
  EXPECT_EQ(fixed_poller_calls({{begin, hour(1)}}, hour(48)), 120) << "the end is asked about no more";
  EXPECT_EQ(fixed_poller_calls({{begin, hour(1)}, {hour(1), std::nullopt}}, hour(2)), 240) << "each for itself";
}

TEST(FixedPoller, hears_of_the_end_with_its_next_call) {
  const auto end = begin + seconds{70};
  EXPECT_EQ(fixed_poller_calls({{begin, end}}, begin + seconds{75}), 2);
  EXPECT_EQ(fixed_poller_calls({{begin, end}}, begin + seconds{200}), 3);
}

TEST(DemoTime, counts_days_from_one) {
  EXPECT_EQ(simulated_time(begin, begin), "day 1 00:00");
  EXPECT_EQ(simulated_time(begin, hour(49) + std::chrono::minutes{5}), "day 3 01:05");
}

}  // namespace
}  // namespace lethe::command
