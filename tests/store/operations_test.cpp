#include <chrono>

#include "core/schedule.hpp"
#include "fixture.hpp"

namespace lethe::store::testing {
namespace {

using core::State;
using std::chrono::hours;
using std::chrono::minutes;

class Operations : public StoreTest {
 protected:
  /// In suppression, and due at `due_at`.
  core::Operation polled(const std::string& id, std::int64_t operation_id, core::Time due_at) {
    const core::Job job = store_->submit(id, 1);
    core::Operation operation = accepted(must(store_->form({{job.number, 0, 1}})), operation_id);
    operation.due_at = due_at;
    return must(store_->move(operation, State::suppressing));
  }
  std::vector<std::int64_t> due(core::Time now, std::size_t most = 100) {
    std::vector<std::int64_t> numbers;
    for (const core::Operation& operation : must((*store_)->due("acme", now, most))) {
      numbers.push_back(operation.number.value);
    }
    return numbers;
  }
};

TEST_F(Operations, formed_in_submitting_with_its_slices) {
  const core::Job first = store_->submit("first", 10);
  const core::Job second = store_->submit("second", 5);
  const core::Operation operation =
      must(store_->form({{first.number, 0, 10}, {second.number, 0, 4}}, noon + minutes{3}));
  EXPECT_EQ(operation.state, State::submitting);
  EXPECT_EQ(operation.version, 1);
  EXPECT_EQ(operation.contacts, 14);
  EXPECT_EQ(operation.created_at, noon + minutes{3});
  const auto slices = must((*store_)->slices(operation.number));
  ASSERT_EQ(slices.size(), 2u);
  EXPECT_EQ(slices[0].job, first.number);
  EXPECT_EQ(slices[0].count, 10);
  EXPECT_EQ(slices[1].job, second.number);
  EXPECT_EQ(must((*store_)->job(first.number)).cursor, 10);
  EXPECT_EQ(must((*store_)->job(second.number)).cursor, 4);
  const auto carried = must((*store_)->carried(operation.number, 1));
  EXPECT_EQ(carried.ids, std::vector<std::string>{"first"});
  EXPECT_EQ(carried.total, 2);
  ASSERT_EQ(must((*store_)->operations_of(second.number)).size(), 1u);
  const auto steps = store_->transitions(of_operation(operation.number));
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_FALSE(steps[0].from);
  EXPECT_EQ(steps[0].to, State::submitting);
  EXPECT_EQ(steps[0].at, noon + minutes{3});
  EXPECT_EQ(steps[0].jobs, (std::vector<std::string>{"first", "second"}));
  EXPECT_EQ(steps[0].jobs_total, 2);
}

TEST_F(Operations, cursor_that_moved_makes_forming_stale_and_leaves_nothing) {
  const core::Job job = store_->submit("dsr-1", 10);
  const core::Job other = store_->submit("other", 1);
  must(store_->form({{job.number, 0, 5}}));
  EXPECT_EQ(kind_of(store_->form({{other.number, 0, 1}, {job.number, 0, 5}})), Error::Kind::stale);
  EXPECT_EQ(must((*store_)->job(other.number)).cursor, 0);
  EXPECT_EQ(kind_of(store_->form({{job.number, 5, 6}})), Error::Kind::stale) << "further than the job goes";
  EXPECT_EQ(kind_of(store_->form({{core::JobNumber{77}, 0, 1}})), Error::Kind::stale);
  EXPECT_EQ(must((*store_)->in_state("acme", State::submitting, 10)).size(), 1u);
  EXPECT_EQ(store_->transitions().size(), 3u);
  EXPECT_TRUE(store_->form({{job.number, 5, 5}}));
}

TEST_F(Operations, job_of_another_kind_is_not_taken) {
  const core::Job job = store_->submit("dsr-1", 1);
  core::Operation wanted = an_operation(1);
  wanted.action = core::Action::restrict_contacts;
  EXPECT_EQ(kind_of(store_->run((*store_)->form(wanted, {{job.number, 0, 1}}))), Error::Kind::stale);
}

TEST_F(Operations, record_writes_every_field_and_the_transition) {
  const core::Job job = store_->submit("dsr-1", 1);
  core::Operation operation = must(store_->form({{job.number, 0, 1}}));
  operation.state = State::deleting;
  operation.operation_id = core::OperationId{4711};
  operation.status = "Completed";
  operation.background_status = "Processing,Pending";
  operation.contacts = 99;
  operation.submitted_at = noon + minutes{1};
  operation.restorable_days = 14;
  operation.restorable_until = noon + hours{336};
  operation.due_at = noon + hours{24};
  operation.polls = 7;
  operation.attempt = 3;
  const core::Operation written =
      must(store_->run((*store_)->record(operation, noon + hours{5}, "the cloud says Completed")));
  EXPECT_EQ(written.version, 2);
  const core::Operation read = must((*store_)->operation(operation.number));
  EXPECT_EQ(read.state, State::deleting);
  EXPECT_EQ(read.operation_id, core::OperationId{4711});
  EXPECT_EQ(read.status, "Completed");
  EXPECT_EQ(read.background_status, "Processing,Pending");
  EXPECT_EQ(read.contacts, 99);
  EXPECT_EQ(read.submitted_at, noon + minutes{1});
  EXPECT_EQ(read.restorable_days, 14);
  EXPECT_EQ(read.restorable_until, noon + hours{336});
  EXPECT_EQ(read.due_at, noon + hours{24});
  EXPECT_FALSE(read.ended_at);
  EXPECT_EQ(read.polls, 7);
  EXPECT_EQ(read.attempt, 3);
  EXPECT_EQ(read.version, 2);
  const core::Transition step = store_->transitions().back();
  EXPECT_EQ(step.from, State::submitting);
  EXPECT_EQ(step.to, State::deleting);
  EXPECT_EQ(step.operation_id, core::OperationId{4711});
  EXPECT_EQ(step.status, "Completed");
  EXPECT_EQ(step.background_status, "Processing,Pending");
  EXPECT_EQ(step.cause, "the cloud says Completed");
  EXPECT_EQ(step.polls, 7);
  EXPECT_EQ(step.at, noon + hours{5});
  EXPECT_EQ(step.jobs, std::vector<std::string>{"dsr-1"});
}

TEST_F(Operations, change_of_a_word_alone_is_a_transition_too) {
  core::Operation operation = polled("dsr-1", 1, noon);
  operation.status = "Processing";
  must(store_->move(operation, State::suppressing));
  const core::Transition step = store_->transitions().back();
  EXPECT_EQ(step.from, State::suppressing);
  EXPECT_EQ(step.to, State::suppressing);
  EXPECT_EQ(step.status, "Processing");
}

TEST_F(Operations, final_one_is_never_due_and_has_an_end) {
  core::Operation operation = polled("dsr-1", 1, noon);
  operation = must(store_->move(operation, State::deleted, noon + hours{1}));
  EXPECT_FALSE(operation.due_at);
  EXPECT_EQ(operation.ended_at, noon + hours{1});
  EXPECT_TRUE(due(noon + hours{1000}).empty());
  EXPECT_EQ(must((*store_)->next_due("acme")), std::nullopt);
}

TEST_F(Operations, end_that_is_given_is_kept) {
  core::Operation operation = polled("dsr-1", 1, noon);
  operation.ended_at = noon - minutes{9};
  EXPECT_EQ(must(store_->move(operation, State::deleted, noon)).ended_at, noon - minutes{9});
}

TEST_F(Operations, second_writer_over_the_same_version_is_stale) {
  const core::Operation read = polled("dsr-1", 1, noon);
  must(store_->move(read, State::deleting));
  const std::size_t steps = store_->transitions().size();
  EXPECT_EQ(kind_of(store_->move(read, State::failed)), Error::Kind::stale);
  EXPECT_EQ(must((*store_)->operation(read.number)).state, State::deleting);
  EXPECT_EQ(store_->transitions().size(), steps);
  core::Operation unknown = read;
  unknown.number = core::OperationNumber{99};
  EXPECT_EQ(kind_of(store_->move(unknown, State::failed)), Error::Kind::not_found);
  EXPECT_EQ(kind_of((*store_)->operation(unknown.number)), Error::Kind::not_found);
}

TEST_F(Operations, operation_id_is_one_operations_alone) {
  polled("first", 7, noon);
  const core::Job job = store_->submit("second", 1);
  const core::Operation second = must(store_->form({{job.number, 0, 1}}));
  EXPECT_EQ(kind_of(store_->move(accepted(second, 7), State::suppressing)), Error::Kind::duplicate);
  EXPECT_TRUE(store_->move(accepted(second, 8), State::suppressing));
}

TEST_F(Operations, same_operation_id_of_another_action_is_another) {
  polled("first", 7, noon);
  core::Job job = a_job("second", 1);
  job.action = core::Action::restrict_contacts;
  job = store_->submit(job, {"a"});
  core::Operation wanted = an_operation(1);
  wanted.action = core::Action::restrict_contacts;
  const core::Operation second = must(store_->run((*store_)->form(wanted, {{job.number, 0, 1}})));
  EXPECT_TRUE(store_->move(accepted(second, 7), State::suppressing));
}

TEST_F(Operations, due_ones_come_longest_due_first) {
  const auto a = polled("a", 1, noon + minutes{30}).number.value;
  const auto b = polled("b", 2, noon + minutes{10}).number.value;
  const auto c = polled("c", 3, noon + minutes{20}).number.value;
  EXPECT_TRUE(due(noon).empty());
  EXPECT_EQ(must((*store_)->next_due("acme")), noon + minutes{10});
  EXPECT_EQ(due(noon + minutes{20}), (std::vector{b, c}));
  EXPECT_EQ(due(noon + minutes{30}), (std::vector{b, c, a}));
  EXPECT_EQ(due(noon + minutes{30}, 2), (std::vector{b, c}));
  EXPECT_TRUE(must((*store_)->due("other", noon + hours{1}, 10)).empty());
}

TEST_F(Operations, due_further_away_than_any_interval_is_due_now) {
  const auto near = polled("near", 1, noon + core::longest_interval).number.value;
  const auto beyond = polled("beyond", 2, noon + core::longest_interval + minutes{1}).number.value;
  EXPECT_EQ(due(noon), std::vector{beyond});
  EXPECT_EQ(due(noon + core::longest_interval), (std::vector{near}));
}

TEST_F(Operations, in_state_gives_the_oldest_first) {
  const auto a = polled("a", 1, noon).number;
  const auto b = polled("b", 2, noon).number;
  polled("c", 3, noon);
  const auto found = must((*store_)->in_state("acme", State::suppressing, 2));
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].number, a);
  EXPECT_EQ(found[1].number, b);
  EXPECT_TRUE(must((*store_)->in_state("acme", State::deleting, 2)).empty());
}

TEST_F(Operations, queued_again_goes_before_any_job) {
  const core::Job first = store_->submit("first", 2);
  store_->submit("second", 1);
  EXPECT_EQ(must((*store_)->next_submission("acme")).job->id, "first");
  const core::Operation operation = must(store_->form({{first.number, 0, 1}}));
  EXPECT_EQ(must((*store_)->next_submission("acme")).job->id, "first") << "part of it still waits";
  must(store_->move(operation, State::queued));
  const NextSubmission next = must((*store_)->next_submission("acme"));
  ASSERT_TRUE(next.operation);
  EXPECT_EQ(next.operation->number, operation.number);
  EXPECT_FALSE(next.job);
  must(store_->form({{first.number, 1, 1}}));
  must(store_->move(*next.operation, State::submitting));
  EXPECT_EQ(must((*store_)->next_submission("acme")).job->id, "second");
  EXPECT_FALSE(must((*store_)->next_submission("other")).job);
}

TEST_F(Operations, note_of_a_poll_changes_neither_version_nor_record) {
  core::Operation operation = polled("dsr-1", 1, noon);
  const std::size_t steps = store_->transitions().size();
  operation.polls = 4;
  operation.attempt = 2;
  operation.due_at = noon + hours{1};
  operation.restorable_days = 10;
  operation.restorable_until = noon + hours{240};
  operation.status = "not written";
  const auto note = store_->start((*store_)->note_poll(operation));
  must(store_->run((*store_)->flush()));
  ASSERT_TRUE(note.done());
  EXPECT_TRUE(note.result());
  const core::Operation read = must((*store_)->operation(operation.number));
  EXPECT_EQ(read.polls, 4);
  EXPECT_EQ(read.attempt, 2);
  EXPECT_EQ(read.due_at, noon + hours{1});
  EXPECT_EQ(read.restorable_days, 10);
  EXPECT_EQ(read.restorable_until, noon + hours{240});
  EXPECT_EQ(read.version, operation.version);
  EXPECT_EQ(read.status, "");
  EXPECT_EQ(store_->transitions().size(), steps);
}

TEST_F(Operations, note_of_a_poll_over_a_newer_version_is_stale) {
  const core::Operation operation = polled("dsr-1", 1, noon);
  must(store_->move(operation, State::deleting));
  const auto note = store_->start((*store_)->note_poll(operation));
  must(store_->run((*store_)->flush()));
  ASSERT_TRUE(note.done());
  EXPECT_EQ(kind_of(note.result()), Error::Kind::stale);
}

TEST_F(Operations, transition_names_twenty_jobs_and_counts_all) {
  std::vector<Slice> slices;
  for (int i = 0; i < 25; ++i) slices.push_back({store_->submit("job-" + std::to_string(i), 1).number, 0, 1});
  const core::Operation operation = must(store_->form(slices));
  const core::Transition step = store_->transitions().back();
  EXPECT_EQ(step.jobs.size(), 20u);
  EXPECT_EQ(step.jobs.front(), "job-0");
  EXPECT_EQ(step.jobs.back(), "job-19");
  EXPECT_EQ(step.jobs_total, 25);
  must(store_->move(operation, State::suppressing));
  for (const Slice& slice : slices) EXPECT_EQ(must((*store_)->job(slice.job)).state, State::suppressing);
}

}  // namespace
}  // namespace lethe::store::testing
