#include <sqlite3.h>

#include <chrono>

#include "core/admission.hpp"
#include "fixture.hpp"

namespace lethe::store::testing {
namespace {

using core::State;
using std::chrono::hours;

class Jobs : public StoreTest {
 protected:
  std::vector<std::string> contacts_of(core::JobNumber job, std::int64_t first, std::int64_t count) {
    std::vector<std::string> found;
    must((*store_)->contacts(job, first, count, [&](std::string_view contact) {
      found.emplace_back(contact);
      return true;
    }));
    return found;
  }
  std::vector<std::string> ids(const JobFilter& filter = {}) {
    std::vector<std::string> found;
    must((*store_)->jobs(filter, [&](const JobView& view) {
      found.push_back(view.job.id);
      return true;
    }));
    return found;
  }
  std::int64_t count(const std::string& query) {
    sqlite3* db = nullptr;
    sqlite3_open_v2("lethe.db", &db, SQLITE_OPEN_READWRITE, files_.name().c_str());
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(db, query.c_str(), -1, &statement, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    EXPECT_EQ(sqlite3_step(statement), SQLITE_ROW);
    const std::int64_t found = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return found;
  }
  core::Job now(const core::Job& job) { return must((*store_)->job(job.number)); }
};

TEST_F(Jobs, accepted_job_reads_back_with_every_field) {
  core::Job wanted = a_job("dsr-1", 3);
  wanted.action = core::Action::restrict_contacts;
  wanted.selector = core::Selector::ids;
  const core::Job job = store_->submit(wanted, {"1", "2", "3"});
  const auto found = must((*store_)->job("dsr-1"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->number, job.number);
  EXPECT_EQ(found->account, "acme");
  EXPECT_EQ(found->action, core::Action::restrict_contacts);
  EXPECT_EQ(found->selector, core::Selector::ids);
  EXPECT_FALSE(found->list);
  EXPECT_EQ(found->contacts, 3);
  EXPECT_EQ(found->digest, wanted.digest);
  EXPECT_EQ(found->created_at, noon);
  EXPECT_EQ(found->not_after, wanted.not_after);
  EXPECT_EQ(found->cursor, 0);
  EXPECT_EQ(found->state, State::queued);
  EXPECT_FALSE(found->ended_at);
  EXPECT_EQ(found->why, "");
}

TEST_F(Jobs, list_job_keeps_its_target) {
  const core::Job job = store_->submit(a_list_job("list-1"), {});
  const core::Job found = now(job);
  ASSERT_TRUE(found.list);
  EXPECT_EQ(found.list->key, "EXTERNAL");
  EXPECT_EQ(found.list->contacts, 1000);
  EXPECT_TRUE(found.list->delete_when_completed);
  EXPECT_FALSE(found.list->delete_contents_when_completed);
  const auto operation = store_->run((*store_)->form(
      [] {
        core::Operation wanted = an_operation(1000);
        wanted.selector = core::Selector::list;
        return wanted;
      }(),
      {{job.number, 0, 1}}));
  ASSERT_TRUE(operation);
  EXPECT_EQ(now(job).cursor, 1);
  EXPECT_FALSE(must((*store_)->next_submission("acme")).job);
}

TEST_F(Jobs, unknown_id_and_number_are_not_found) {
  EXPECT_EQ(must((*store_)->job("nobody")), std::nullopt);
  EXPECT_EQ(kind_of((*store_)->job(core::JobNumber{77})), Error::Kind::not_found);
}

TEST_F(Jobs, acceptance_is_recorded_as_a_transition_of_the_job) {
  const core::Job job = store_->submit("dsr-1", 2);
  const auto steps = store_->transitions();
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_EQ(steps[0].jobs, std::vector<std::string>{"dsr-1"});
  EXPECT_EQ(steps[0].jobs_total, 1);
  EXPECT_EQ(steps[0].account, "acme");
  EXPECT_FALSE(steps[0].operation);
  EXPECT_FALSE(steps[0].from);
  EXPECT_EQ(steps[0].to, State::queued);
  EXPECT_EQ(steps[0].cause, "accepted");
  EXPECT_EQ(steps[0].at, job.created_at);
}

TEST_F(Jobs, loading_is_invisible_until_acceptance) {
  const LoadNumber load = must(store_->run((*store_)->begin_load()));
  must(store_->run((*store_)->append(load, some_contacts(10))));
  EXPECT_TRUE(ids().empty());
  EXPECT_FALSE(must((*store_)->next_submission("acme")).job);
  EXPECT_TRUE(store_->transitions().empty());
}

TEST_F(Jobs, known_id_takes_nothing_and_says_what_is_known) {
  const core::Job job = store_->submit("dsr-1", 2);
  const LoadNumber load = must(store_->run((*store_)->begin_load()));
  must(store_->run((*store_)->append(load, some_contacts(100'000, "x"))));
  const Acceptance again = must(store_->run((*store_)->accept(load, a_job("dsr-1", 100'000))));
  EXPECT_FALSE(again.accepted);
  EXPECT_EQ(again.job.number, job.number);
  EXPECT_EQ(again.readmission, core::Readmission::same);
  EXPECT_EQ(count("SELECT count(*) FROM chunk WHERE load IS NOT NULL"), 1) << "the load is dropped";
  EXPECT_EQ(count("SELECT count(*) FROM load"), 0);
  EXPECT_EQ(store_->transitions().size(), 1u);
  EXPECT_EQ(contacts_of(job.number, 0, 10).size(), 2u);
}

TEST_F(Jobs, known_id_with_other_content_or_another_end_says_so) {
  const core::Job job = store_->submit("dsr-1", 2);
  core::Job other = a_job("dsr-1", 0);
  other.digest = "another";
  LoadNumber load = must(store_->run((*store_)->begin_load()));
  EXPECT_EQ(must(store_->run((*store_)->accept(load, other))).readmission, core::Readmission::other_content);
  must(store_->run((*store_)->expire(job.number, noon)));
  load = must(store_->run((*store_)->begin_load()));
  EXPECT_EQ(must(store_->run((*store_)->accept(load, a_job("dsr-1", 2)))).readmission,
            core::Readmission::ended_otherwise);
}

TEST_F(Jobs, job_without_the_contacts_it_speaks_of_is_not_taken) {
  const LoadNumber load = must(store_->run((*store_)->begin_load()));
  must(store_->run((*store_)->append(load, some_contacts(2))));
  EXPECT_EQ(kind_of(store_->run((*store_)->accept(load, a_job("dsr-1", 3)))), Error::Kind::io);
  EXPECT_EQ(kind_of(store_->run((*store_)->accept(load, a_job("dsr 1", 2)))), Error::Kind::io);
  EXPECT_TRUE(must(store_->run((*store_)->accept(load, a_job("dsr-1", 2)))).accepted) << "the load is still there";
  const LoadNumber empty = must(store_->run((*store_)->begin_load()));
  EXPECT_EQ(kind_of(store_->run((*store_)->accept(empty, a_job("dsr-2", 0)))), Error::Kind::io);
}

TEST_F(Jobs, abandoned_load_is_gone) {
  const LoadNumber load = must(store_->run((*store_)->begin_load()));
  must(store_->run((*store_)->append(load, some_contacts(150'000))));
  EXPECT_GE(count("SELECT count(*) FROM chunk"), 150);
  must(store_->run((*store_)->abandon(load)));
  EXPECT_EQ(count("SELECT count(*) FROM chunk WHERE load IS NOT NULL OR contacts <> x''"), 0);
  EXPECT_EQ(kind_of(store_->run((*store_)->append(load, some_contacts(1)))), Error::Kind::not_found);
  EXPECT_EQ(kind_of(store_->run((*store_)->accept(load, a_job("dsr-1", 1)))), Error::Kind::not_found);
}

TEST_F(Jobs, abandoning_an_accepted_load_leaves_the_job_its_contacts) {
  const LoadNumber load = must(store_->run((*store_)->begin_load()));
  must(store_->run((*store_)->append(load, some_contacts(5))));
  const core::Job job = must(store_->run((*store_)->accept(load, a_job("dsr-1", 5)))).job;
  must(store_->run((*store_)->abandon(load)));
  EXPECT_EQ(contacts_of(job.number, 0, 5).size(), 5u);
}

TEST_F(Jobs, contacts_come_in_their_order_from_any_range) {
  const std::vector<std::string> all = some_contacts(2503);
  const LoadNumber load = must(store_->run((*store_)->begin_load()));
  must(store_->run((*store_)->append(load, std::vector(all.begin(), all.begin() + 1201))));
  must(store_->run((*store_)->append(load, std::vector(all.begin() + 1201, all.end()))));
  const core::Job job = must(store_->run((*store_)->accept(load, a_job("dsr-1", 2503)))).job;
  store_->submit(a_job("neighbour", 3), {"x", "y", "z"});
  const std::pair<std::int64_t, std::int64_t> ranges[] = {{0, 2503}, {0, 1},      {999, 2},     {1000, 1000}, {1200, 2},
                                                          {2502, 1}, {1500, 900}, {2500, 1000}, {2503, 5},    {7, 0}};
  for (const auto& [first, length] : ranges) {
    const auto end = std::min<std::int64_t>(first + length, 2503);
    const std::vector<std::string> expected(all.begin() + first, all.begin() + std::max(first, end));
    EXPECT_EQ(contacts_of(job.number, first, length), expected) << first << " + " << length;
  }
}

TEST_F(Jobs, contacts_stop_when_the_taker_has_enough) {
  const core::Job job = store_->submit("dsr-1", 3000);
  int taken = 0;
  must((*store_)->contacts(job.number, 500, 2500, [&](std::string_view) { return ++taken < 1100; }));
  EXPECT_EQ(taken, 1100);
}

TEST_F(Jobs, contacts_of_any_bytes_survive) {
  const std::vector<std::string> odd{std::string("nul\0inside", 10), "Zoë Ünïcode 漢字",   "\xff\xfe broken \xc3", " ",
                                     "quote\"back\\slash",           std::string(254, 'k')};
  const core::Job job = store_->submit(a_job("odd", 6), odd);
  reopen();
  EXPECT_EQ(contacts_of(job.number, 0, 6), odd);
}

TEST_F(Jobs, two_hundred_thousand_contacts_lie_in_bounded_chunks) {
  const LoadNumber load = must(store_->run((*store_)->begin_load()));
  for (int part = 0; part < 20; ++part) must(store_->run((*store_)->append(load, some_contacts(10'000))));
  const core::Job job = must(store_->run((*store_)->accept(load, a_job("large", 200'000)))).job;
  EXPECT_EQ(count("SELECT count(*) FROM chunk"), 200);
  EXPECT_LE(count("SELECT max(length(contacts)) FROM chunk"), 64 * 1024);
  EXPECT_LE(count("SELECT max(count) FROM chunk"), 1000);
  EXPECT_EQ(contacts_of(job.number, 0, 200'000).size(), 200'000u);
  EXPECT_EQ(contacts_of(job.number, 199'999, 1), std::vector<std::string>{"contact-9999"});
}

TEST_F(Jobs, what_waits_is_told_by_action_and_selector) {
  const core::Job large = store_->submit("large", 3000);
  store_->submit("small", 10);
  store_->submit(a_list_job("list"), {});
  must(store_->form({{large.number, 0, 1000}}));
  const auto waiting = must((*store_)->waiting("acme"));
  ASSERT_EQ(waiting.size(), 2u);
  const auto& keys = waiting[0].selector == core::Selector::keys ? waiting[0] : waiting[1];
  const auto& lists = waiting[0].selector == core::Selector::keys ? waiting[1] : waiting[0];
  EXPECT_EQ(keys.jobs, 2);
  EXPECT_EQ(keys.contacts, 2010);
  EXPECT_NEAR(static_cast<double>(keys.bytes), 2010 * 12, 2010);
  EXPECT_EQ(lists.jobs, 1);
  EXPECT_EQ(lists.contacts, 1);
  EXPECT_TRUE(must((*store_)->waiting("other")).empty());
}

TEST_F(Jobs, listed_in_the_order_of_acceptance_and_filtered) {
  const LoadNumber early = must(store_->run((*store_)->begin_load()));
  must(store_->run((*store_)->append(early, some_contacts(1))));
  const core::Job first = store_->submit("first", 1);
  store_->submit("second", 1);
  must(store_->run((*store_)->accept(early, a_job("third", 1))));
  core::Job elsewhere = a_job("elsewhere", 1);
  elsewhere.account = "other";
  store_->submit(elsewhere, {"a"});
  EXPECT_EQ(ids(), (std::vector<std::string>{"first", "second", "third", "elsewhere"}));
  EXPECT_EQ(ids({.account = "other", .states = {}}), std::vector<std::string>{"elsewhere"});
  must(store_->form({{first.number, 0, 1}}));
  EXPECT_EQ(ids({.account = "acme", .states = {State::submitting, State::deleted}}), std::vector<std::string>{"first"});
  EXPECT_EQ(ids({.account = {}, .states = {State::queued}}),
            (std::vector<std::string>{"second", "third", "elsewhere"}));
}

TEST_F(Jobs, view_counts_the_operations) {
  const core::Job job = store_->submit("dsr-1", 30);
  must(store_->form({{job.number, 0, 10}}));
  must(store_->form({{job.number, 10, 10}}));
  std::vector<std::int64_t> operations;
  must((*store_)->jobs({}, [&](const JobView& view) {
    operations.push_back(view.operations);
    return false;
  }));
  EXPECT_EQ(operations, std::vector<std::int64_t>{2});
}

struct StateOfParts {
  const char* name;
  std::vector<State> operations;  ///< ten contacts each
  bool rest;                      ///< ten more in no operation
  State expected;
};

class JobState : public Jobs, public ::testing::WithParamInterface<StateOfParts> {};

TEST_P(JobState, follows_its_parts) {
  const auto parts = static_cast<std::int64_t>(GetParam().operations.size());
  const core::Job job = store_->submit("dsr-1", (parts + (GetParam().rest ? 1 : 0)) * 10);
  for (std::int64_t part = 0; part < parts; ++part) {
    const core::Operation formed = must(store_->form({{job.number, part * 10, 10}}));
    const State state = GetParam().operations[static_cast<std::size_t>(part)];
    if (state != State::submitting) must(store_->move(accepted(formed, part + 1), state, noon + hours{1}));
  }
  EXPECT_EQ(now(job).state, GetParam().expected);
  EXPECT_EQ(now(job).ended_at.has_value(), core::is_final(GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(
    all, JobState,
    ::testing::Values(StateOfParts{"nothing_sent", {}, true, State::queued},
                      StateOfParts{"part_sent", {State::suppressing}, true, State::queued},
                      StateOfParts{"rest_waits_though_a_part_ended", {State::deleted}, true, State::queued},
                      StateOfParts{"all_sent", {State::submitting}, false, State::submitting},
                      StateOfParts{
                          "least_advanced_counts", {State::deleting, State::suppressing}, false, State::suppressing},
                      StateOfParts{"one_still_runs", {State::failed, State::deleting}, false, State::deleting},
                      StateOfParts{"queued_again", {State::queued, State::deleting}, false, State::queued},
                      StateOfParts{"all_deleted", {State::deleted, State::deleted}, false, State::deleted},
                      StateOfParts{"worst_end_counts", {State::deleted, State::failed}, false, State::failed}),
    [](const auto& info) { return info.param.name; });

TEST_F(Jobs, ended_when_its_last_operation_ends_and_open_again_by_a_retry) {
  const core::Job job = store_->submit("dsr-1", 1);
  core::Operation operation = must(store_->form({{job.number, 0, 1}}));
  operation = must(store_->move(accepted(operation, 5), State::suppressing));
  operation = must(store_->move(operation, State::failed, noon + hours{2}));
  EXPECT_EQ(now(job).ended_at, noon + hours{2});
  operation = must(store_->move(operation, State::suppressing, noon + hours{3}));
  EXPECT_EQ(now(job).state, State::suppressing);
  EXPECT_FALSE(now(job).ended_at);
  EXPECT_FALSE(operation.ended_at);
}

}  // namespace
}  // namespace lethe::store::testing
