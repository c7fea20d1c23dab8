#include "command/table.hpp"

#include <gtest/gtest.h>

namespace lethe::command {
namespace {

TEST(Table, columns_are_as_wide_as_their_widest_cell) {
  Table table({{"JOB"}, {"COUNT", Table::Align::right}, {"WHY"}});
  table.add({"a", "1", ""});
  table.add({"longer", "1000000", "because"});
  EXPECT_EQ(table.text(),
            "JOB       COUNT  WHY\n"
            "a             1\n"
            "longer  1000000  because\n");
}

TEST(Table, a_long_cell_is_cut_and_says_so) {
  Table table({{"WHY", Table::Align::left, 5}, {"X"}});
  table.add({"abcde", "x"});
  table.add({"abcdef", "x"});
  EXPECT_EQ(table.text(),
            "WHY    X\n"
            "abcde  x\n"
            "abcd…  x\n");
}

TEST(Table, letters_of_several_bytes_count_once) {
  Table table({{"A", Table::Align::left, 4}, {"B"}});
  table.add({"äöü", "1"});
  table.add({"äöüäö", "2"});
  EXPECT_EQ(table.text(),
            "A     B\n"
            "äöü   1\n"
            "äöü…  2\n");
}

TEST(Table, nothing_steers_the_terminal) {
  Table table({{"A"}});
  table.add({"\x1b[2Jline\nbreak"});
  EXPECT_EQ(table.text().find('\x1b'), std::string::npos);
  EXPECT_EQ(table.text().find("line\n"), std::string::npos);
}

TEST(Table, empty_until_a_row_is_added) {
  Table table({{"A"}});
  EXPECT_TRUE(table.empty());
  EXPECT_EQ(table.text(), "A\n");
  table.add({"a"});
  EXPECT_FALSE(table.empty());
}

}  // namespace
}  // namespace lethe::command
