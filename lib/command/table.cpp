#include "command/table.hpp"

#include <algorithm>
#include <cassert>
#include <string_view>
#include <utility>

#include "report/words.hpp"

namespace lethe::command {
namespace {

bool begins_code_point(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
}

std::string cut(const std::string& text, std::size_t most) {
  if (code_points(text) <= most) return text;
  std::size_t seen = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (begins_code_point(text[at]) && ++seen == most) return text.substr(0, at) + "…";
  }
  return text;
}

void append_line(std::string& out, const std::vector<std::string>& cells, const std::vector<std::size_t>& widths,
                 const std::vector<Table::Column>& columns) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string gap(widths[i] - code_points(cells[i]), ' ');
    if (i > 0) line += "  ";
    line += columns[i].align == Table::Align::right ? gap + cells[i] : cells[i] + gap;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out += line + "\n";
}

}  // namespace

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_code_point));
}

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::add(std::vector<std::string> cells) {
  assert(cells.size() == columns_.size());
  for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = cut(report::printable(cells[i]), columns_[i].most);
  rows_.push_back(std::move(cells));
}

std::string Table::text() const {
  std::vector<std::string> titles;
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    titles.push_back(columns_[i].title);
    auto width = code_points(columns_[i].title);
    for (const auto& row : rows_) width = std::max(width, code_points(row[i]));
    widths.push_back(width);
  }
  std::string out;
  append_line(out, titles, widths, columns_);
  for (const auto& row : rows_) append_line(out, row, widths, columns_);
  return out;
}

}  // namespace lethe::command
