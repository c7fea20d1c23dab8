// Several jobs in one operation: who may leave together, what a refusal does to them, what the fuse counts and holds.
#include <chrono>

#include "fixture.hpp"

namespace lethe::store::testing {
namespace {

using core::AfterRefusal;
using core::State;
using std::chrono::hours;

class Coalescing : public StoreTest {
 protected:
  core::Job now(const core::Job& job) { return must((*store_)->job(job.number)); }
  State state(const core::Job& job) { return now(job).state; }
  core::AccountFacts facts(core::Time at = noon) { return must((*store_)->facts("acme", at, hours{72})); }
  AccountRecord record() { return must((*store_)->account("acme")); }

  std::vector<core::Job> submit_some(int count) {
    std::vector<core::Job> jobs;
    for (int i = 0; i < count; ++i) jobs.push_back(store_->submit("job-" + std::to_string(i), 2));
    return jobs;
  }
  core::Operation form(const std::vector<core::Job>& jobs, core::Time at = noon) {
    std::vector<Slice> slices;
    for (const core::Job& job : jobs) slices.push_back({job.number, 0, job.contacts});
    return must(store_->form(slices, at));
  }
  Refused refuse(core::Operation operation) {
    return must(store_->run((*store_)->take_refusal(std::move(operation), noon, "refused: HTTP 400, errorcode 10006")));
  }
  Refused submit_and_refuse(core::Operation operation) {
    return refuse(must(store_->move(operation, State::submitting)));
  }
  std::vector<std::string> ids(core::OperationNumber operation) { return must((*store_)->carried(operation, 100)).ids; }
  core::Operation next() { return must((*store_)->next_submission("acme")).operation.value(); }
  void hold(const core::Job& job) { must(store_->run((*store_)->hold(job.number, noon, "too many"))); }
};

TEST_F(Coalescing, only_younger_waiting_jobs_of_the_same_kind_may_leave_together) {
  const auto jobs = submit_some(5);
  core::Job other = a_job("restrict", 1);
  other.action = core::Action::restrict_contacts;
  store_->submit(other, {"a"});
  other = a_job("ids", 1);
  other.selector = core::Selector::ids;
  store_->submit(other, {"1"});
  other = a_job("elsewhere", 1);
  other.account = "other";
  store_->submit(other, {"a"});
  must(store_->form({{jobs[2].number, 0, 2}}));
  must(store_->form({{jobs[3].number, 0, 1}}));
  hold(jobs[4]);
  store_->submit("last", 1);
  const auto found = must((*store_)->waiting_with(jobs[1], 10));
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].id, "job-3") << "a part of it waits";
  EXPECT_EQ(found[0].cursor, 1);
  EXPECT_EQ(found[1].id, "last");
  EXPECT_EQ(must((*store_)->waiting_with(jobs[0], 1)).size(), 1u);
  const core::Job list = store_->submit(a_list_job("list"), {});
  store_->submit(a_list_job("list-2"), {});
  EXPECT_TRUE(must((*store_)->waiting_with(list, 10)).empty());
}

TEST_F(Coalescing, refused_job_alone_is_rejected) {
  const auto jobs = submit_some(1);
  const Refused refused = refuse(form(jobs));
  EXPECT_EQ(refused.after, AfterRefusal::reject);
  EXPECT_FALSE(refused.split_off);
  EXPECT_EQ(refused.operation.state, State::rejected);
  EXPECT_EQ(refused.operation.ended_at, noon);
  EXPECT_EQ(state(jobs[0]), State::rejected);
  EXPECT_FALSE(record().paused_at);
  EXPECT_EQ(store_->transitions().back().cause, "refused: HTTP 400, errorcode 10006");
}

TEST_F(Coalescing, refused_operation_of_several_jobs_is_halved_and_the_first_half_goes_next) {
  const auto jobs = submit_some(5);
  const core::Operation whole = form(jobs);
  const Refused refused = refuse(whole);
  EXPECT_EQ(refused.after, AfterRefusal::halve);
  ASSERT_TRUE(refused.split_off);
  EXPECT_EQ(refused.operation.state, State::queued);
  EXPECT_EQ(ids(refused.split_off->number), (std::vector<std::string>{"job-0", "job-1", "job-2"}));
  EXPECT_EQ(ids(whole.number), (std::vector<std::string>{"job-3", "job-4"}));
  EXPECT_EQ(refused.split_off->contacts, 6);
  EXPECT_EQ(must((*store_)->operation(whole.number)).contacts, 4);
  for (const core::Job& job : jobs) {
    EXPECT_EQ(state(job), State::queued);
    EXPECT_EQ(must((*store_)->operations_of(job.number)).size(), 1u);
  }
  EXPECT_EQ(next().number, refused.split_off->number);
  const auto steps = store_->transitions(of_job(jobs[0].number));
  ASSERT_EQ(steps.size(), 4u) << "accepted, formed, refused, in its half";
  EXPECT_EQ(steps[2].operation, whole.number);
  EXPECT_EQ(steps[2].to, State::queued);
  EXPECT_EQ(steps[2].jobs_total, 5);
  EXPECT_EQ(steps[3].operation, refused.split_off->number);
  EXPECT_EQ(steps[3].from, std::nullopt);
  EXPECT_EQ(steps[3].jobs_total, 3);
  must(store_->move(must((*store_)->operation(whole.number)), State::submitting));
  EXPECT_EQ(store_->transitions(of_job(jobs[0].number)).size(), 4u) << "the other half is no longer about it";
  expect_whole_chain(store_->transitions());
}

TEST_F(Coalescing, halving_goes_on_until_the_refused_job_is_alone_and_spares_the_others) {
  const auto jobs = submit_some(8);
  core::Operation operation = form(jobs);
  refuse(operation);
  std::int64_t id = 0;
  const auto is_bad = [&](core::OperationNumber number) {
    return std::ranges::any_of(ids(number), [](const std::string& job) { return job == "job-5"; });
  };
  while (must((*store_)->next_submission("acme")).operation) {
    operation = must(store_->move(next(), State::submitting));
    if (is_bad(operation.number)) {
      EXPECT_NE(refuse(operation).after, AfterRefusal::pause);
    } else {
      must(store_->move(accepted(operation, ++id), State::suppressing));
    }
  }
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    EXPECT_EQ(state(jobs[i]), i == 5 ? State::rejected : State::suppressing) << i;
    EXPECT_EQ(must((*store_)->operations_of(jobs[i].number)).size(), 1u) << i;
  }
}

TEST_F(Coalescing, second_refusal_in_a_row_of_other_jobs_pauses_the_account_and_rejects_nothing) {
  const auto jobs = submit_some(3);
  refuse(form({jobs[0]}));
  const Refused second = refuse(form({jobs[1], jobs[2]}));
  EXPECT_EQ(second.after, AfterRefusal::pause);
  EXPECT_EQ(second.operation.state, State::queued);
  EXPECT_EQ(state(jobs[1]), State::queued);
  EXPECT_EQ(record().paused_at, noon);
  EXPECT_NE(record().paused_why.find("two refusals in a row"), std::string::npos) << record().paused_why;
  const Refused third = submit_and_refuse(second.operation);
  EXPECT_EQ(third.after, AfterRefusal::halve) << "after a person had a look the count begins anew";
}

TEST_F(Coalescing, second_refusal_in_a_row_is_known_after_a_restart) {
  const auto jobs = submit_some(2);
  refuse(form({jobs[0]}));
  reopen();
  EXPECT_EQ(refuse(form({jobs[1]})).after, AfterRefusal::pause);
}

TEST_F(Coalescing, acceptance_in_between_ends_the_row) {
  const auto jobs = submit_some(3);
  refuse(form({jobs[0]}));
  must(store_->move(accepted(form({jobs[1]}), 7), State::suppressing));
  EXPECT_EQ(refuse(form({jobs[2]})).after, AfterRefusal::reject);
}

TEST_F(Coalescing, parts_of_one_job_are_related) {
  const core::Job job = store_->submit("large", 20);
  refuse(must(store_->form({{job.number, 0, 10}})));
  EXPECT_EQ(refuse(must(store_->form({{job.number, 10, 10}}))).after, AfterRefusal::reject);
  EXPECT_EQ(state(job), State::rejected);
}

TEST_F(Coalescing, pause_of_a_person_keeps_its_why) {
  const auto jobs = submit_some(2);
  refuse(form({jobs[0]}));
  const core::Operation second = form({jobs[1]});
  must(store_->run((*store_)->pause("acme", noon, "audit week")));
  EXPECT_EQ(refuse(second).after, AfterRefusal::pause);
  EXPECT_EQ(record().paused_why, "audit week");
}

TEST_F(Coalescing, only_what_is_being_submitted_can_be_refused_and_only_once) {
  const auto jobs = submit_some(1);
  const core::Operation operation = form(jobs);
  refuse(operation);
  EXPECT_EQ(kind_of(store_->run((*store_)->take_refusal(operation, noon, "again"))), Error::Kind::stale);
  core::Operation moved = must((*store_)->operation(operation.number));
  EXPECT_EQ(kind_of(store_->run((*store_)->take_refusal(moved, noon, "again"))), Error::Kind::stale);
}

TEST_F(Coalescing, withdrawn_job_leaves_the_contacts_that_others_bring_too) {
  const core::Job first = store_->submit("first", 3);
  const core::Job second = store_->submit("second", 2);
  core::Operation wanted = an_operation(3);  // the second one's contacts are among the first one's
  core::Operation operation = must(store_->run((*store_)->form(wanted, {{first.number, 0, 3}, {second.number, 0, 2}})));
  operation = must(store_->move(operation, State::queued));
  must(store_->run((*store_)->expire(second.number, noon)));
  EXPECT_EQ(must((*store_)->operation(operation.number)).contacts, 3);
  EXPECT_EQ(ids(operation.number), std::vector<std::string>{"first"});
}

TEST_F(Coalescing, expiry_of_a_job_in_a_half_leaves_the_rest) {
  const auto jobs = submit_some(4);
  const Refused refused = refuse(form(jobs));
  must(store_->run((*store_)->expire(jobs[0].number, noon)));
  EXPECT_EQ(state(jobs[0]), State::expired);
  EXPECT_EQ(ids(refused.split_off->number), std::vector<std::string>{"job-1"});
  must(store_->run((*store_)->expire(jobs[1].number, noon)));
  EXPECT_EQ(must((*store_)->operation(refused.split_off->number)).state, State::cancelled);
  EXPECT_EQ(next().number, refused.operation.number);
}

TEST_F(Coalescing, fuse_counts_a_job_whole_on_the_day_of_its_first_part) {
  const core::Job large = store_->submit("large", 20);
  const core::Job small = store_->submit("small", 3);
  must(store_->form({{large.number, 0, 10}}));
  EXPECT_EQ(facts().contacts_today, 20);
  must(store_->form({{large.number, 10, 10}, {small.number, 0, 3}}, noon + hours{1}));
  EXPECT_EQ(facts().contacts_today, 23);
  EXPECT_EQ(facts(noon + hours{24}).contacts_today, 0);
  reopen();
  EXPECT_EQ(facts().contacts_today, 23);
}

TEST_F(Coalescing, fuse_counts_no_operation_twice_that_is_queued_again) {
  const auto jobs = submit_some(1);
  const core::Operation operation = must(store_->move(form(jobs), State::queued));
  must(store_->move(operation, State::submitting));
  EXPECT_EQ(facts().contacts_today, 2);
}

TEST_F(Coalescing, fuse_counts_a_list_as_declared_and_then_as_large_as_it_is) {
  const core::Job list = store_->submit(a_list_job("list"), {});
  core::Operation wanted = an_operation(1000);
  wanted.selector = core::Selector::list;
  core::Operation operation = must(store_->run((*store_)->form(wanted, {{list.number, 0, 1}})));
  EXPECT_EQ(facts().contacts_today, 1000);
  operation.contacts = 4321;
  must(store_->move(accepted(operation, 5), State::suppressing, noon + hours{24}));
  EXPECT_EQ(facts().contacts_today, 4321) << "on the day on which it was counted";
}

TEST_F(Coalescing, fuse_counts_an_undeclared_list_as_a_million_until_its_size_is_known) {
  core::Job list = a_list_job("list");
  list.list->contacts.reset();
  list.contacts = 0;
  list = store_->submit(list, {});
  core::Operation wanted = an_operation(0);
  wanted.selector = core::Selector::list;
  core::Operation operation = must(store_->run((*store_)->form(wanted, {{list.number, 0, 1}})));
  EXPECT_EQ(facts().contacts_today, 1'000'000);
  operation.contacts = 12;
  must(store_->move(accepted(operation, 5), State::suppressing));
  EXPECT_EQ(facts().contacts_today, 12);
}

TEST_F(Coalescing, held_job_is_no_turn_until_it_is_released) {
  const auto jobs = submit_some(2);
  hold(jobs[0]);
  EXPECT_EQ(state(jobs[0]), State::held);
  EXPECT_EQ(now(jobs[0]).why, "too many");
  EXPECT_EQ(must((*store_)->next_submission("acme")).job->id, "job-1");
  EXPECT_EQ(kind_of(store_->form({{jobs[0].number, 0, 2}})), Error::Kind::stale);
  EXPECT_EQ(must((*store_)->next_expiry()), jobs[0].not_after) << "it expires like any other";
  must(store_->run((*store_)->release(jobs[0].number, noon + hours{1})));
  EXPECT_EQ(state(jobs[0]), State::queued);
  EXPECT_EQ(now(jobs[0]).why, "");
  EXPECT_TRUE(now(jobs[0]).released);
  EXPECT_EQ(must((*store_)->next_submission("acme")).job->id, "job-0");
  const auto steps = store_->transitions(of_job(jobs[0].number));
  ASSERT_EQ(steps.size(), 3u);
  EXPECT_EQ(steps[1].from, State::queued);
  EXPECT_EQ(steps[1].to, State::held);
  EXPECT_EQ(steps[1].cause, "too many");
  EXPECT_EQ(steps[2].from, State::held);
  EXPECT_EQ(steps[2].to, State::queued);
  expect_whole_chain(store_->transitions());
}

TEST_F(Coalescing, only_what_is_held_can_be_released_and_only_what_waits_whole_can_be_held) {
  const auto jobs = submit_some(1);
  EXPECT_EQ(kind_of(store_->run((*store_)->release(jobs[0].number, noon))), Error::Kind::stale);
  must(store_->form({{jobs[0].number, 0, 1}}));
  EXPECT_EQ(kind_of(store_->run((*store_)->hold(jobs[0].number, noon, "late"))), Error::Kind::stale);
  EXPECT_EQ(kind_of(store_->run((*store_)->release(core::JobNumber{99}, noon))), Error::Kind::not_found);
}

TEST_F(Coalescing, overdue_operation_no_longer_counts_in_suppression) {
  const auto jobs = submit_some(1);
  core::Operation operation = accepted(form(jobs), 5);
  operation.restorable_until = noon + hours{24};
  must(store_->move(operation, State::suppressing));
  const core::Time expected = noon + hours{24 + 13};
  EXPECT_EQ(facts(expected + hours{72}).overdue, 0);
  const core::AccountFacts late = facts(expected + hours{73});
  EXPECT_EQ(late.overdue, 1);
  EXPECT_EQ(late.suppressing, 1);
}

}  // namespace
}  // namespace lethe::store::testing
