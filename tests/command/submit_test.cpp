#include "command/submit.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "fixture.hpp"

namespace lethe::command::testing {
namespace {

using core::State;

class Expected : public CommandTest {
 protected:
  std::int64_t expected(const std::string& id, std::int64_t most = 50'000) {
    settings_.accounts[0].max_contacts_per_operation = most;
    return must(operations_expected(store(), must(store().job(id)).value(), settings_.accounts[0]));
  }
};

TEST_F(Expected, by_count) {
  store_->submit("job", 7);
  EXPECT_EQ(expected("job", 7), 1);
  EXPECT_EQ(expected("job", 6), 2);
  EXPECT_EQ(expected("job", 3), 3);
  EXPECT_EQ(expected("job", 1), 7);
}

TEST_F(Expected, by_bytes) {
  auto job = store::testing::a_job("wide", 40'000);
  store_->submit(job, store::testing::some_contacts(40'000, std::string(200, 'x')));
  EXPECT_EQ(expected("wide"), 3) << "8.4 MB of keys in requests of at most 4";
}

TEST_F(Expected, what_is_formed_counts_and_only_the_rest_is_estimated) {
  const auto job = store_->submit("job", 5);
  must(store_->form({{job.number, 0, 1}}));
  EXPECT_EQ(expected("job", 2), 3);
}

TEST_F(Expected, a_list_is_one_and_an_ended_job_expects_no_more) {
  store_->submit(store::testing::a_list_job("list"), {});
  EXPECT_EQ(expected("list"), 1);
  operation_in(State::deleted, "ended");
  EXPECT_EQ(expected("ended"), 1);
}

Submitted ended_as(State state) {
  Submitted submitted;
  submitted.job.id = "job";
  submitted.job.contacts = 2;
  submitted.job.state = state;
  submitted.operations_expected = 1;
  return submitted;
}

TEST(Ended, as_asked_is_deleted_or_restricted_and_nothing_else) {
  for (int i = 0; i <= static_cast<int>(core::last_state); ++i) {
    const auto state = static_cast<State>(i);
    EXPECT_EQ(all_ended_as_asked({ended_as(state)}), state == State::deleted || state == State::restricted)
        << word(state);
  }
  EXPECT_FALSE(all_ended_as_asked({ended_as(State::deleted), ended_as(State::restored)}));
}

TEST(Told, in_both_forms) {
  auto known = ended_as(State::deleted);
  known.known = true;
  EXPECT_EQ(submitted_text({ended_as(State::queued), known}),
            "job: queued, 2 contacts, 1 operation\njob: known already, deleted, 2 contacts, 1 operation\n");
  EXPECT_EQ(submitted_json({ended_as(State::queued)}),
            R"([{"id":"job","state":"queued","contacts":2,"operations_expected":1}])");
}

TEST(Flags, an_unknown_account_is_3) {
  core::Settings settings;
  SubmitFlags flags;
  flags.account = "nobody";
  flags.list = "LIST";
  const auto request = request_of_flags(flags, settings);
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().status, ExitStatus::unknown_name);
}

}  // namespace
}  // namespace lethe::command::testing
