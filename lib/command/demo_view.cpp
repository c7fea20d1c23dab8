#include "command/demo_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <string_view>
#include <utility>

#include "command/table.hpp"
#include "core/schedule.hpp"
#include "report/words.hpp"

namespace lethe::command {
namespace {

using core::State;
using core::Time;

constexpr core::Duration fixed_interval = std::chrono::seconds{30};
constexpr std::size_t narrowest_bar = 6;
constexpr std::size_t widest_id = 20;
constexpr std::size_t least_width_for_polls = 60;
constexpr std::string_view polls_title = "  POLLS";

enum class Glyph : std::uint8_t { nothing, queue, suppression, window, window_end, deletion, as_asked, otherwise };

struct Shape {
  std::string_view ascii;
  std::string_view utf8;
  std::string_view sgr;  ///< parameters of "select graphic rendition"
};

Shape shape(Glyph glyph) {
  switch (glyph) {
    case Glyph::nothing:
      return {" ", " ", ""};
    case Glyph::queue:
      return {".", "·", "2"};
    case Glyph::suppression:
      return {"=", "▓", "33"};
    case Glyph::window:
      return {"-", "─", "36"};
    case Glyph::window_end:
      return {"|", "┃", "1"};
    case Glyph::deletion:
      return {"#", "█", "35"};
    case Glyph::as_asked:
      return {"+", "✓", "1;32"};
    case Glyph::otherwise:
      return {"!", "✗", "1;31"};
  }
  return {};
}

/// A line that takes what fits and drops the rest.
class Line {
 public:
  Line(std::size_t width, DemoLook look) : left_(width), look_(look) {}

  void put(std::string_view text, std::string_view sgr = {}) {
    const auto fitting = fit(text);
    const bool coloured = look_.colour && !sgr.empty() && !fitting.empty();
    if (coloured) text_ += fmt::format("\x1b[{}m", sgr);
    text_ += fitting;
    if (coloured) text_ += "\x1b[0m";
  }
  void put(Glyph glyph) {
    const auto [ascii, utf8, sgr] = shape(glyph);
    put(look_.utf8 ? utf8 : ascii, sgr);
  }
  void put(const std::vector<Glyph>& glyphs) {
    for (const auto glyph : glyphs) put(glyph);
  }
  std::size_t left() const { return left_; }
  std::string text() const { return text_ + "\n"; }

 private:
  std::string fit(std::string_view text) {
    std::size_t bytes = 0;
    while (bytes < text.size()) {
      const bool begins = (static_cast<unsigned char>(text[bytes]) & 0xC0U) != 0x80U;
      if (begins && left_ == 0) break;
      if (begins) --left_;
      ++bytes;
    }
    return std::string(text.substr(0, bytes));
  }

  std::string text_;
  std::size_t left_;
  DemoLook look_;
};

/// Where instants lie in a bar.
struct Scale {
  Time begin;
  Time horizon;
  std::size_t columns;

  std::size_t column(Time at) const {
    if (at <= begin) return 0;
    if (at >= horizon) return columns - 1;
    return static_cast<std::size_t>((at - begin).count()) * columns /
           static_cast<std::size_t>((horizon - begin).count());
  }
};

bool ended_as_asked(State state) {
  return state == State::deleted || state == State::restricted;
}

struct Phase {
  Glyph glyph;
  Time from;
};

/// In the order in which they happen, up to `until`.
std::vector<Phase> phases(const DemoRow& row, Time until) {
  std::vector<Phase> found = {{Glyph::queue, row.queued}};
  if (row.accepted) found.push_back({Glyph::suppression, *row.accepted});
  if (!row.suppressed) return found;
  const auto window_end = row.window_end.value_or(*row.suppressed);
  if (window_end > *row.suppressed) found.push_back({Glyph::window, *row.suppressed});
  if (until < window_end) return found;
  if (row.window_end) found.push_back({Glyph::window_end, window_end});
  found.push_back({Glyph::deletion, std::max(window_end, *row.suppressed)});
  return found;
}

/// Each phase has at least one column, however short it was; what follows moves on by that.
std::vector<Glyph> bar(const DemoRow& row, const Scale& scale, Time now) {
  std::vector<Glyph> cells(scale.columns, Glyph::nothing);
  if (row.window_end) cells[scale.column(*row.window_end)] = Glyph::window_end;
  const auto until = row.ended.value_or(now);
  const auto parts = phases(row, until);
  std::size_t at = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool last = i + 1 == parts.size();
    const auto begin = std::max(at, scale.column(parts[i].from));
    const auto wanted = parts[i].glyph == Glyph::window_end ? begin : scale.column(last ? until : parts[i + 1].from);
    const auto end = std::min(std::max(begin + 1, wanted), scale.columns);
    for (auto cell = begin; cell < end; ++cell) cells[cell] = parts[i].glyph;
    at = end;
  }
  if (row.ended) {
    cells[std::min(at, scale.columns - 1)] = ended_as_asked(row.state) ? Glyph::as_asked : Glyph::otherwise;
  }
  return cells;
}

/// The days over the bars, as many as have room.
std::string days(const Scale& scale) {
  std::string text;
  for (int day = 0;; ++day) {
    const auto at = scale.begin + std::chrono::days{day};
    if (at >= scale.horizon) return text;
    const auto column = scale.column(at);
    const auto title = fmt::format("day {}", day + 1);
    const bool apart = text.empty() || column > text.size();
    if (!apart || column + title.size() > scale.columns) continue;
    text.resize(column, ' ');
    text += title;
  }
}

std::string_view colour_of(State state) {
  if (!core::is_final(state)) return {};
  return ended_as_asked(state) ? "32" : "31";
}

std::string jobs(const DemoView& view, std::size_t width, Time now, DemoLook look) {
  std::size_t id = 3;
  std::size_t state = word(State::suppressing).size();
  for (const auto& row : view.rows) {
    id = std::max(id, code_points(row.id));
    state = std::max(state, word(row.state).size());
  }
  id = std::min(id, widest_id);
  const bool polls = width >= least_width_for_polls;
  const auto taken = id + 2 + state + 2 + (polls ? polls_title.size() : 0);
  const auto columns = width >= taken + narrowest_bar ? width - taken : 0;
  const Scale scale{view.begin, std::max(view.horizon, now), columns};

  Line title(width, look);
  title.put(fmt::format("{:<{}}  {:<{}}  {:<{}}", "JOB", id, "STATE", state, columns > 0 ? days(scale) : "", columns),
            "2");
  if (polls) title.put(polls_title, "2");
  auto text = title.text();
  for (const auto& row : view.rows) {
    Line line(width, look);
    line.put(fmt::format("{:<{}.{}}  ", row.id, id, id));
    line.put(fmt::format("{:<{}}  ", word(row.state), state), colour_of(row.state));
    if (columns > 0) line.put(bar(row, scale, now));
    if (polls) line.put(fmt::format("{:>{}}", row.polls, polls_title.size()));
    text += line.text();
  }
  return text;
}

std::string legend(std::size_t width, DemoLook look) {
  static constexpr std::array<std::pair<Glyph, std::string_view>, 7> meanings = {{
      {Glyph::queue, "queue"},
      {Glyph::suppression, "suppression"},
      {Glyph::window, "restore window"},
      {Glyph::window_end, "its end"},
      {Glyph::deletion, "background delete"},
      {Glyph::as_asked, "deleted or restricted"},
      {Glyph::otherwise, "another end"},
  }};
  std::string text;
  Line line(width, look);
  for (const auto& [glyph, meaning] : meanings) {
    const bool first = line.left() == width;
    if (!first && line.left() < meaning.size() + 4) {
      text += line.text();
      line = Line(width, look);
    } else if (!first) {
      line.put("  ");
    }
    line.put(glyph);
    line.put(fmt::format(" {}", meaning));
  }
  return text + line.text();
}

/// The first that fits, else the last one.
std::string_view fitting(const std::vector<std::string>& versions, std::size_t width) {
  const auto found = std::ranges::find_if(versions, [width](const auto& text) { return code_points(text) <= width; });
  return found == versions.end() ? versions.back() : *found;
}

std::string one_line(const std::vector<std::string>& versions, std::size_t width, DemoLook look,
                     std::string_view sgr = {}) {
  Line line(width, look);
  line.put(fitting(versions, width), sgr);
  return line.text();
}

std::string head(const DemoView& view, std::size_t width, Time now, DemoLook look) {
  const auto at = simulated_time(view.begin, now);
  const auto second = core::in_words(core::Duration{std::llround(1000 * view.time_scale)});
  return one_line({view.title}, width, look, "1") +
         one_line({fmt::format("{}   {} times as fast as life: a second here is {} there", at, view.time_scale, second),
                   fmt::format("{}   a second here is {}", at, second), at},
                  width, look);
}

std::string calls(const DemoView& view, std::size_t width, Time now, DemoLook look) {
  const auto polled = fixed_poller_calls(view.operations, now);
  const auto lethe = fmt::format("calls so far {:>16}", view.calls);
  const auto poller = fmt::format("asking every 30 seconds {:>5}", polled);
  return one_line({lethe + "   tokens, submissions and status, all of them", lethe + "   all of them", lethe}, width,
                  look, "1") +
         one_line({poller + "   status calls alone, for the same operations over the same time",
                   poller + "   for the same operations", poller},
                  width, look);
}

}  // namespace

std::int64_t fixed_poller_calls(const std::vector<Outstanding>& operations, Time now) {
  std::int64_t calls = 0;
  for (const auto& [from, until] : operations) {
    const auto last = until && *until < now ? *until : now;
    if (last < from) continue;
    calls += (last - from) / fixed_interval;
    // The call that tells the end comes with the interval in which it falls.
    const bool over = until && *until + fixed_interval <= now;
    if (over && (last - from) % fixed_interval > core::Duration::zero()) ++calls;
  }
  return calls;
}

std::string simulated_time(Time begin, Time at) {
  const auto since = at - begin;
  const auto days = std::chrono::floor<std::chrono::days>(since);
  const auto hours = std::chrono::floor<std::chrono::hours>(since - days);
  const auto minutes = std::chrono::floor<std::chrono::minutes>(since - days - hours);
  return fmt::format("day {} {:02}:{:02}", days.count() + 1, hours.count(), minutes.count());
}

std::string draw(const DemoView& view, std::size_t width, Time now, DemoLook look) {
  auto text = head(view, width, now, look) + "\n" + jobs(view, width, now, look) + "\n" +
              calls(view, width, now, look) + "\n" + legend(width, look);
  if (!view.news.empty()) text += "\n";
  for (const auto& step : view.news) text += one_line({report::printable(step)}, width, look, "2");
  return text;
}

}  // namespace lethe::command
