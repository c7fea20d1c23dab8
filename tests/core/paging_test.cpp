// Reading a list page by page: an incomplete reading never looks complete.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <numeric>
#include <random>
#include <vector>

#include "core/matching.hpp"
#include "searched.hpp"

namespace lethe::core {
namespace {

using Ids = std::vector<std::int64_t>;
using Server = std::function<Ids(int page)>;

std::vector<ListedOperation> rows_of(const Ids& ids) {
  std::vector<ListedOperation> rows;
  for (const std::int64_t id : ids) rows.push_back(row(id));
  return rows;
}

struct Read {
  bool whole = false;
  int pages = 0;
  Ids ids;
};

Read read(const Server& server, std::int64_t known_above = 0) {
  Paging paging(known_above);
  Read result;
  bool more = true;
  while (more) {
    more = paging.take(rows_of(server(paging.next_page())));
    ++result.pages;
  }
  result.whole = paging.whole();
  for (const ListedOperation& row : paging.rows()) result.ids.push_back(row.id.value);
  return result;
}

Ids falling(std::int64_t from, std::int64_t to) {
  Ids ids;
  for (std::int64_t id = from; id >= to; --id) ids.push_back(id);
  return ids;
}

/// Cuts pages of this size.
Server paged(Ids all, std::size_t size) {
  return [all = std::move(all), size](int page) {
    const std::size_t first = std::min(all.size(), static_cast<std::size_t>(page - 1) * size);
    const std::size_t last = std::min(all.size(), first + size);
    return Ids(all.begin() + static_cast<std::ptrdiff_t>(first), all.begin() + static_cast<std::ptrdiff_t>(last));
  };
}

TEST(Paging, ends_with_an_empty_page_alone) {
  const Read none = read([](int) { return Ids{}; });
  EXPECT_TRUE(none.whole);
  EXPECT_EQ(none.pages, 1);
  const Read few = read(paged(falling(7, 1), 3));
  EXPECT_TRUE(few.whole);
  EXPECT_EQ(few.pages, 4) << "the short third page is not taken for the end";
  EXPECT_EQ(few.ids, falling(7, 1));
}

TEST(Paging, reads_on_behind_a_page_that_is_shorter_than_the_others) {
  const Read uneven = read([](int page) {
    const std::vector<Ids> pages{{9, 8, 7}, {6}, {5, 4, 3}, {2}};
    return static_cast<std::size_t>(page) <= pages.size() ? pages[static_cast<std::size_t>(page) - 1] : Ids{};
  });
  EXPECT_TRUE(uneven.whole);
  EXPECT_EQ(uneven.ids, falling(9, 2));
}

TEST(Paging, that_is_ignored_is_noticed_and_never_whole) {
  const Read ignored = read([](int) { return falling(50, 1); });
  EXPECT_FALSE(ignored.whole);
  EXPECT_EQ(ignored.pages, 3);
  int calls = 0;
  const Read moving = read([&](int) {
    ++calls;
    return falling(50 + std::min(calls, 5), 1 + std::min(calls, 5));
  });
  EXPECT_FALSE(moving.whole) << "rows that move don't hide it";
}

TEST(Paging, a_last_page_of_rows_that_moved_down_is_looked_behind) {
  const Read moved = read([](int page) {
    const std::vector<Ids> pages{{5, 4, 3}, {3, 2, 1}, {1}};
    return static_cast<std::size_t>(page) <= pages.size() ? pages[static_cast<std::size_t>(page) - 1] : Ids{};
  });
  EXPECT_TRUE(moved.whole);
  EXPECT_EQ(moved.ids, falling(5, 1));
}

TEST(Paging, stops_well_below_the_highest_known_id_where_rows_fall) {
  const Read read_down = read(paged(falling(2010, 1), 20), 2000);
  EXPECT_TRUE(read_down.whole);
  EXPECT_EQ(read_down.pages, 1);
}

TEST(Paging, in_another_order_is_read_to_the_end) {
  Ids rising(100);
  std::iota(rising.begin(), rising.end(), 1951);
  const Read up = read(paged(rising, 20), 2000);
  EXPECT_TRUE(up.whole);
  EXPECT_EQ(up.ids, rising);
  const Read single = read(paged(rising, 1), 2000);
  EXPECT_FALSE(single.whole) << "more pages than are read";
  EXPECT_EQ(single.pages, Paging::most_pages);
}

TEST(Paging, without_an_end_is_not_whole) {
  const Read endless = read([](int page) { return Ids{1'000'000 - page}; });
  EXPECT_FALSE(endless.whole);
  EXPECT_EQ(endless.pages, Paging::most_pages);
}

TEST(Paging, at_random_whole_means_that_every_candidate_was_seen) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 20'000; ++i) {
    Ids all = falling(static_cast<std::int64_t>(random() % 60), 1);
    if (random() % 3 == 0) std::ranges::shuffle(all, random);
    const std::int64_t known_above = static_cast<std::int64_t>(random() % 60);
    const std::size_t size = 1 + random() % 30;
    const bool ignored = random() % 4 == 0;
    const Server server = paged(all, size);
    const Read result = read([&](int page) { return server(ignored ? 1 : page); }, known_above);
    if (!result.whole) continue;
    for (const std::int64_t id : all) {
      if (id > known_above) ASSERT_TRUE(std::ranges::count(result.ids, id) == 1) << i << ": " << id << " was not seen";
    }
  }
}

}  // namespace
}  // namespace lethe::core
