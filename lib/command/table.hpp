// Aligned plain text for people: columns as wide as their widest cell, long cells cut.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lethe::command {

class Table {
 public:
  enum class Align : bool { left, right };
  struct Column {
    std::string title;
    Align align = Align::left;
    std::size_t most = 60;  ///< code points; what is longer is cut and ends in "…"
  };

  explicit Table(std::vector<Column> columns);
  /// As many cells as there are columns. What could steer a terminal is escaped: words of the cloud come here.
  void add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  /// Title line and rows, two spaces between columns, nothing at the ends of lines.
  std::string text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// How many code points a UTF-8 text holds.
std::size_t code_points(std::string_view text);

}  // namespace lethe::command
