// The index of contacts: blocks that are searched by halves, what is in it and what isn't, and who shares contacts.
#include <algorithm>
#include <chrono>

#include "fixture.hpp"
#include "store/sqlite/index_block.hpp"

namespace lethe::store::testing {
namespace {

using core::State;

std::vector<IndexEntry> entries_from(std::int64_t first, std::int64_t count, std::int64_t step, std::int64_t job = 1) {
  std::vector<IndexEntry> entries;
  for (std::int64_t each = 0; each < count; ++each) entries.push_back({first + each * step, {job}});
  return entries;
}

TEST(IndexBlock, gives_back_what_went_in) {
  constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();
  const std::vector<IndexEntry> entries{{lowest, {1}}, {-1, {4'294'967'295}}, {0, {2}}, {highest, {3}}};
  const std::string bytes = sqlite::encode_block(entries);
  EXPECT_EQ(bytes.size(), 48U);
  const auto back = sqlite::decode_block(bytes);
  ASSERT_EQ(back.size(), entries.size());
  for (std::size_t each = 0; each < back.size(); ++each) {
    EXPECT_EQ(back[each].digest, entries[each].digest);
    EXPECT_EQ(back[each].job, entries[each].job);
    EXPECT_EQ(sqlite::search_block(bytes, entries[each].digest), std::vector{entries[each].job});
  }
  EXPECT_TRUE(sqlite::search_block(bytes, 1).empty());
  EXPECT_TRUE(sqlite::search_block("", 1).empty());
}

TEST(IndexBlock, finds_every_job_of_a_digest_and_no_other) {
  for (const std::int64_t count : {1, 2, 3, 1000}) {
    const std::string bytes = sqlite::encode_block(entries_from(-500, count, 2));
    for (std::int64_t digest = -502; digest < -500 + 2 * count + 2; ++digest) {
      const bool there = digest >= -500 && digest % 2 == 0 && digest < -500 + 2 * count;
      EXPECT_EQ(sqlite::search_block(bytes, digest).size(), there ? 1U : 0U) << digest << " of " << count;
    }
  }
  const std::vector<IndexEntry> same{{1, {1}}, {7, {2}}, {7, {3}}, {9, {4}}};
  EXPECT_EQ(sqlite::search_block(sqlite::encode_block(same), 7).size(), 2U);
}

TEST(IndexBlock, never_parts_equal_digests) {
  auto entries = entries_from(0, 8191, 1);
  for (std::int64_t job = 1; job <= 5; ++job) entries.push_back({9000, {job}});
  entries.push_back({9001, {1}});
  EXPECT_EQ(sqlite::next_block(entries).size(), 8196U);
  EXPECT_EQ(sqlite::next_block(std::span(entries).subspan(8196)).size(), 1U);
}

class Index : public StoreTest {
 protected:
  core::Operation taken(const core::Job& job, std::int64_t first, std::int64_t count, std::int64_t id,
                        State state = State::suppressing) {
    return must(store_->move(accepted(must(store_->form({{job.number, first, count}})), id), state));
  }
  void keep(IndexOwner owner, std::vector<IndexEntry> entries, std::vector<OverlapFound> overlaps = {}) {
    must(store_->run((*store_)->keep_index(owner, std::move(entries), std::move(overlaps))));
  }
  std::vector<IndexHit> search(std::int64_t digest) {
    std::vector<IndexHit> hits;
    must((*store_)->search_index(digest, [&](const IndexHit& hit) { hits.push_back(hit); }));
    return hits;
  }
  std::vector<std::pair<std::int64_t, std::int64_t>> unindexed(const core::Job& job) {
    std::vector<std::pair<std::int64_t, std::int64_t>> ranges;
    for (const Slice& slice : must((*store_)->unindexed_contacts(job.number))) {
      ranges.emplace_back(slice.first, slice.count);
    }
    return ranges;
  }
};

using Ranges = std::vector<std::pair<std::int64_t, std::int64_t>>;

TEST_F(Index, is_wanted_of_what_the_cloud_has_accepted) {
  const auto job = store_->submit("dsr-1", 3);
  const auto formed = must(store_->form({{job.number, 0, 1}}));
  EXPECT_TRUE(must((*store_)->unindexed(10)).empty()) << "not accepted yet";
  must(store_->move(accepted(formed, 1), State::suppressing));
  taken(job, 1, 1, 2);
  ASSERT_EQ(must((*store_)->unindexed(10)).size(), 2U);
  keep(formed.number, {{5, job.number}});
  ASSERT_EQ(must((*store_)->unindexed(10)).size(), 1U);
  must(store_->run((*store_)->skip_index(core::OperationNumber{2})));
  EXPECT_TRUE(must((*store_)->unindexed(10)).empty());
}

TEST_F(Index, knows_which_contacts_it_has_not) {
  const auto job = store_->submit("dsr-1", 10);
  EXPECT_EQ(unindexed(job), (Ranges{{0, 10}}));
  const auto first = taken(job, 0, 4, 1);
  const auto second = taken(job, 4, 3, 2);
  EXPECT_EQ(unindexed(job), (Ranges{{0, 10}}));
  keep(second.number, {{1, job.number}});
  EXPECT_EQ(unindexed(job), (Ranges{{0, 4}, {7, 3}}));
  keep(first.number, {{1, job.number}});
  EXPECT_EQ(unindexed(job), (Ranges{{7, 3}}));
  keep(job.number, {{1, job.number}});
  EXPECT_EQ(unindexed(job), Ranges{});
}

TEST_F(Index, is_searched_in_operations_and_in_the_rest_of_jobs) {
  const auto job = store_->submit("dsr-1", 2);
  const auto operation = taken(job, 0, 1, 1);
  keep(operation.number, entries_from(-100'000, 30'000, 10, job.number.value));
  keep(job.number, {{7, job.number}});
  ASSERT_EQ(search(7).size(), 1U);
  EXPECT_FALSE(search(7)[0].operation);
  EXPECT_EQ(search(7)[0].job, job.number);
  for (const std::int64_t there : {-100'000, -18'080, 0, 199'990}) {
    ASSERT_EQ(search(there).size(), 1U) << there;
    EXPECT_EQ(search(there)[0].operation, operation.number);
  }
  for (const std::int64_t absent : {-100'001, 5, 199'991}) EXPECT_TRUE(search(absent).empty()) << absent;
}

TEST_F(Index, made_again_replaces_what_an_interruption_left) {
  const auto job = store_->submit("dsr-1", 1);
  const auto operation = taken(job, 0, 1, 1);
  keep(operation.number, entries_from(0, 100'000, 2));
  keep(operation.number, entries_from(0, 10, 2));
  EXPECT_EQ(search(4).size(), 1U);
  EXPECT_TRUE(search(100'000).empty());
}

TEST_F(Index, is_read_block_after_block) {
  const auto job = store_->submit("dsr-1", 1);
  const auto operation = taken(job, 0, 1, 1);
  const auto entries = entries_from(0, 20'000, 3);
  keep(operation.number, entries);
  std::optional<std::int64_t> after;
  std::size_t read = 0;
  while (true) {
    const auto block = must((*store_)->index_block(operation.number, after));
    if (block.empty()) break;
    EXPECT_EQ(block.front().digest, entries.at(read).digest);
    read += block.size();
    after = block.front().digest;
  }
  EXPECT_EQ(read, entries.size());
}

TEST_F(Index, compares_with_what_runs_in_the_account) {
  const auto job = store_->submit("dsr-1", 4);
  const auto ended = taken(job, 0, 1, 1);
  const auto runs = taken(job, 1, 1, 2);
  taken(job, 2, 1, 3);
  keep(ended.number, {{1, job.number}});
  keep(runs.number, {{1, job.number}});
  must(store_->move(ended, State::deleted));
  EXPECT_EQ(must((*store_)->indexed_beside("acme", {})), runs.number);
  EXPECT_EQ(must((*store_)->indexed_beside("acme", runs.number)), std::nullopt) << "the third isn't indexed";
  EXPECT_EQ(must((*store_)->indexed_beside("other", {})), std::nullopt);
}

TEST_F(Index, overlaps_are_told_both_ways_and_counted_once) {
  const auto one = store_->submit("one", 5);
  const auto other = store_->submit("other", 5);
  const auto first = taken(one, 0, 5, 1);
  const auto second = taken(other, 0, 2, 2);
  const auto third = taken(other, 2, 3, 3);
  keep(first.number, {{1, one.number}});
  for (int time = 0; time < 2; ++time) keep(second.number, {{1, other.number}}, {{one.number, other.number, 2}});
  keep(third.number, {{1, other.number}}, {{one.number, other.number, 1}});
  for (const auto& [job, id] : {std::pair(one, "other"), std::pair(other, "one")}) {
    const auto overlaps = must((*store_)->overlaps(job.number));
    ASSERT_EQ(overlaps.size(), 1U);
    EXPECT_EQ(overlaps[0].job, id);
    EXPECT_EQ(overlaps[0].contacts, 3);
  }
}

TEST_F(Index, gaps_are_lists_and_what_was_erased_without_it) {
  const auto list = store_->submit(a_list_job("list"), {});
  const auto job = store_->submit("off", 1);
  const auto operation = taken(job, 0, 1, 1);
  must(store_->run((*store_)->skip_index(operation.number)));
  must(store_->run((*store_)->skip_index(job.number)));
  store_->submit("open", 1);
  const auto gaps = must((*store_)->index_gaps());
  EXPECT_EQ(gaps.lists, std::vector<std::string>{"list"});
  EXPECT_EQ(gaps.jobs, std::vector<std::string>{"off"});
  EXPECT_EQ(gaps.operations, std::vector{operation.number});
}

}  // namespace
}  // namespace lethe::store::testing
