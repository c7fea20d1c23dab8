#include "bench/plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <string_view>

namespace lethe::bench {

namespace {

constexpr double width = 860;
constexpr double height = 520;
constexpr double left = 80;
constexpr double right = 30;
constexpr double top = 50;
constexpr double bottom = 60;

/// Decades of a logarithmic axis, and where they lie in the picture.
struct Axis {
  double least;
  double most;
  double from;
  double to;
  double at(double value) const {
    return from + (std::log10(value) - std::log10(least)) / (std::log10(most) - std::log10(least)) * (to - from);
  }
};

constexpr Axis calls{5, 100'000, left, width - right};
constexpr Axis delay{0.1, 100, height - bottom, top};

struct Tick {
  double value;
  std::string_view text;
};
constexpr std::array<Tick, 5> calls_ticks{
    {{10, "10"}, {100, "100"}, {1'000, "1,000"}, {10'000, "10,000"}, {100'000, "100,000"}}};
constexpr std::array<Tick, 7> delay_ticks{
    {{0.1, "6 s"}, {0.5, "30 s"}, {1, "1 min"}, {5, "5 min"}, {10, "10 min"}, {30, "30 min"}, {100, "100 min"}}};

std::string text(double x, double y, std::string_view words, std::string_view more) {
  return fmt::format(R"(<text x="{:.0f}" y="{:.0f}" {}>{}</text>)", x, y, more, words) + "\n";
}

std::string line(double x1, double y1, double x2, double y2) {
  return fmt::format(R"(<line x1="{:.0f}" y1="{:.0f}" x2="{:.0f}" y2="{:.0f}"/>)", x1, y1, x2, y2) + "\n";
}

std::string axes() {
  std::string grid = "<g stroke=\"#ddd\">\n";
  std::string words = "<g fill=\"#555\">\n";
  for (const Tick& tick : calls_ticks) {
    grid += line(calls.at(tick.value), top, calls.at(tick.value), height - bottom);
    words += text(calls.at(tick.value), height - bottom + 18, tick.text, R"(text-anchor="middle")");
  }
  for (const Tick& tick : delay_ticks) {
    grid += line(left, delay.at(tick.value), width - right, delay.at(tick.value));
    words += text(left - 8, delay.at(tick.value) + 4, tick.text, R"(text-anchor="end")");
  }
  words += text((left + width - right) / 2, height - 14, "calls an operation", R"(text-anchor="middle")");
  words += text(0, 0, "the end is seen after (mean)",
                fmt::format(R"-(text-anchor="middle" transform="translate(18 {:.0f}) rotate(-90)")-",
                            (top + height - bottom) / 2));
  return grid + "</g>\n" + words + "</g>\n";
}

std::string_view colour(Point::Of of) {
  switch (of) {
    case Point::Of::lethe:
      return "#0b6e4f";
    case Point::Of::lethe_swept:
      return "#7b2cbf";
    case Point::Of::others:
      break;
  }
  return "#b5541c";
}

/// The names of points that lie close together stand in a column beside them, each at the end of a line.
std::string marks(std::vector<Point> points) {
  constexpr double crowd_until = 60;
  constexpr double column = 275;
  constexpr double row = 17;
  std::ranges::sort(points, {}, [](const Point& point) { return delay.at(point.delay); });
  std::string svg;
  double next = top;
  for (const Point& point : points) {
    const double x = calls.at(point.calls);
    const double y = delay.at(point.delay);
    const bool crowded = point.calls < crowd_until;
    const bool at_the_edge = x > width - 240;
    const double name_x = crowded ? column : at_the_edge ? x - 12 : x + 12;
    const double name_y = crowded ? std::max(y - row, next) : y;
    if (crowded) {
      next = name_y + row;
      svg += fmt::format(R"(<g stroke="{}" stroke-width="0.6">)", colour(point.of)) + line(x, y, column - 4, name_y) +
             "</g>\n";
    }
    svg += fmt::format(R"(<circle cx="{:.1f}" cy="{:.1f}" r="5" fill="{}"/>)", x, y, colour(point.of)) + "\n";
    svg += text(name_x, name_y + 4, point.name,
                fmt::format(R"(fill="{}" text-anchor="{}")", colour(point.of), at_the_edge ? "end" : "start"));
  }
  return svg;
}

}  // namespace

bool plot(const std::filesystem::path& file, const std::string& title, const std::vector<Point>& points) {
  std::ofstream out(file);
  out << fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0:.0f} {1:.0f}" font-family="sans-serif" font-size="13">)"
      "\n<rect width=\"{0:.0f}\" height=\"{1:.0f}\" fill=\"#fff\"/>\n",
      width, height);
  out << text(left, 28, title, R"(font-size="16" fill="#222")") << axes() << marks(points) << "</svg>\n";
  out.flush();
  return out.good();
}

}  // namespace lethe::bench
