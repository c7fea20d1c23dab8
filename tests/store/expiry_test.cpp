#include <chrono>

#include "fixture.hpp"

namespace lethe::store::testing {
namespace {

using core::State;
using std::chrono::hours;

class Expiry : public StoreTest {
 protected:
  core::Job now(const core::Job& job) { return must((*store_)->job(job.number)); }
};

TEST_F(Expiry, expiring_lists_what_is_late_and_unsent) {
  core::Job soon = a_job("soon", 1);
  soon.not_after = noon + hours{1};
  core::Job later = a_job("later", 1);
  later.not_after = noon + hours{2};
  core::Job sent = a_job("sent", 1);
  sent.not_after = noon + hours{1};
  const core::Job late = store_->submit(soon, {"a"});
  store_->submit(later, {"b"});
  must(store_->form({{store_->submit(sent, {"c"}).number, 0, 1}}));
  EXPECT_EQ(must((*store_)->next_expiry()), noon + hours{1});
  EXPECT_TRUE(must((*store_)->expiring(noon, 10)).empty());
  const auto found = must((*store_)->expiring(noon + hours{1}, 10));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].id, "soon");
  must(store_->run((*store_)->expire(late.number, noon + hours{1})));
  EXPECT_EQ(must((*store_)->next_expiry()), noon + hours{2});
  EXPECT_EQ(must((*store_)->expiring(noon + hours{3}, 1)).size(), 1u);
}

TEST_F(Expiry, expired_whole_is_never_submitted) {
  const core::Job job = store_->submit("dsr-1", 2);
  must(store_->run((*store_)->expire(job.number, noon + hours{9})));
  const core::Job ended = now(job);
  EXPECT_EQ(ended.state, State::expired);
  EXPECT_EQ(ended.ended_at, noon + hours{9});
  EXPECT_EQ(ended.why, "not submitted before not_after");
  EXPECT_FALSE(must((*store_)->next_submission("acme")).job);
  EXPECT_EQ(must((*store_)->next_expiry()), std::nullopt);
  EXPECT_EQ(kind_of(store_->form({{job.number, 0, 2}})), Error::Kind::stale);
  const auto steps = store_->transitions();
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(steps[1].from, State::queued);
  EXPECT_EQ(steps[1].to, State::expired);
  EXPECT_EQ(steps[1].at, noon + hours{9});
  expect_whole_chain(steps);
}

TEST_F(Expiry, expiry_leaves_what_is_sent_to_its_end) {
  const core::Job job = store_->submit("dsr-1", 20);
  core::Operation operation = must(store_->form({{job.number, 0, 10}}));
  operation = must(store_->move(accepted(operation, 5), State::suppressing));
  must(store_->run((*store_)->expire(job.number, noon + hours{1})));
  EXPECT_EQ(now(job).state, State::suppressing);
  must(store_->move(operation, State::deleted, noon + hours{2}));
  EXPECT_EQ(now(job).state, State::expired);
  EXPECT_EQ(now(job).ended_at, noon + hours{2});
}

TEST_F(Expiry, expiry_with_nothing_left_to_expire_changes_nothing) {
  const core::Job job = store_->submit("dsr-1", 1);
  must(store_->form({{job.number, 0, 1}}));
  must(store_->run((*store_)->expire(job.number, noon + hours{1})));
  EXPECT_EQ(now(job).state, State::submitting);
  EXPECT_EQ(now(job).why, "");
  EXPECT_EQ(store_->transitions().size(), 2u);
  EXPECT_EQ(kind_of(store_->run((*store_)->expire(core::JobNumber{99}, noon))), Error::Kind::not_found);
}

TEST_F(Expiry, expired_job_leaves_its_queued_operation_which_is_cancelled_when_empty) {
  const core::Job job = store_->submit("dsr-1", 1);
  const core::Operation operation = must(store_->form({{job.number, 0, 1}}));
  must(store_->move(operation, State::queued, noon, "not sent"));
  EXPECT_EQ(must((*store_)->expiring(noon + hours{24 * 8}, 5)).size(), 1u);
  must(store_->run((*store_)->expire(job.number, noon + hours{1})));
  const core::Operation ended = must((*store_)->operation(operation.number));
  EXPECT_EQ(ended.state, State::cancelled);
  EXPECT_EQ(ended.ended_at, noon + hours{1});
  EXPECT_EQ(now(job).state, State::expired);
  EXPECT_TRUE(must((*store_)->slices(operation.number)).empty());
  EXPECT_TRUE(must((*store_)->operations_of(job.number)).empty());
  EXPECT_FALSE(must((*store_)->next_submission("acme")).operation);
  const auto steps = store_->transitions(of_job(job.number));
  ASSERT_EQ(steps.size(), 5u) << "the job's log still tells of the operation";
  EXPECT_EQ(steps[3].operation, operation.number);
  EXPECT_EQ(steps[3].to, State::cancelled);
  EXPECT_EQ(steps[3].jobs, std::vector<std::string>{"dsr-1"});
  EXPECT_EQ(steps[4].to, State::expired);
  expect_whole_chain(store_->transitions());
}

TEST_F(Expiry, expired_job_leaves_the_others_of_its_operation_alone) {
  core::Job soon = a_job("soon", 2);
  soon.not_after = noon + hours{1};
  const core::Job late = store_->submit(soon, {"a", "b"});
  const core::Job other = store_->submit("other", 3);
  core::Operation operation = must(store_->form({{late.number, 0, 2}, {other.number, 0, 3}}));
  operation = must(store_->move(operation, State::queued));
  must(store_->run((*store_)->expire(late.number, noon + hours{1})));
  const core::Operation smaller = must((*store_)->operation(operation.number));
  EXPECT_EQ(smaller.state, State::queued);
  EXPECT_EQ(smaller.contacts, 3);
  EXPECT_EQ(smaller.version, operation.version + 1) << "who read it before must not write over it";
  EXPECT_EQ(kind_of(store_->move(operation, State::submitting)), Error::Kind::stale);
  const auto slices = must((*store_)->slices(operation.number));
  ASSERT_EQ(slices.size(), 1u);
  EXPECT_EQ(slices[0].job, other.number);
  EXPECT_EQ(now(late).state, State::expired);
  EXPECT_EQ(now(other).state, State::queued);
  const std::size_t told = store_->transitions(of_job(late.number)).size();
  must(store_->move(smaller, State::submitting));
  EXPECT_EQ(store_->transitions(of_job(late.number)).size(), told) << "what follows is no longer about it";
}

TEST_F(Expiry, part_that_is_queued_again_after_the_expiry_expires_too) {
  const core::Job job = store_->submit("dsr-1", 20);
  const core::Operation operation = must(store_->form({{job.number, 0, 10}}));
  must(store_->run((*store_)->expire(job.number, noon + hours{1})));
  EXPECT_EQ(must((*store_)->next_expiry()), std::nullopt);
  must(store_->move(operation, State::queued));
  EXPECT_EQ(must((*store_)->next_expiry()), job.not_after);
  must(store_->run((*store_)->expire(job.number, noon + hours{2})));
  EXPECT_EQ(now(job).state, State::expired);
  EXPECT_EQ(must((*store_)->operation(operation.number)).state, State::cancelled);
}

}  // namespace
}  // namespace lethe::store::testing
