// A store in memory that knows jobs and loads, and can be told to refuse its next writes. What intake has no business
// with fails as a bug.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "store/store.hpp"

namespace lethe::intake {

class FakeStore : public store::Store {
 public:
  struct Kept {
    core::Job job;
    std::vector<std::string> contacts;
  };
  std::map<std::string, Kept> jobs_by_id;
  std::map<std::int64_t, std::vector<std::string>> loads;
  std::vector<std::size_t> chunk_sizes;
  std::vector<store::Waiting> waits;
  int begun = 0;
  std::optional<store::Error> refuse_reads;
  std::optional<store::Error> refuse_begin;
  std::optional<store::Error> refuse_append;
  std::optional<store::Error> refuse_accept;
  std::optional<store::Error> refuse_note;
  std::vector<store::AcceptedFile> files;

  store::Result<std::optional<core::Job>> job(std::string_view id) override {
    if (refuse_reads) return std::unexpected(*refuse_reads);
    const auto found = jobs_by_id.find(std::string(id));
    if (found == jobs_by_id.end()) return std::nullopt;
    return found->second.job;
  }
  store::Written<store::LoadNumber> begin_load() override {
    if (refuse_begin) co_return std::unexpected(*refuse_begin);
    ++begun;
    loads[begun];
    co_return store::LoadNumber{begun};
  }
  store::Written<void> append(store::LoadNumber load, store::ContactBlock contacts) override {
    if (refuse_append) co_return std::unexpected(*refuse_append);
    chunk_sizes.push_back(contacts.count());
    auto& kept = loads.at(load.value);
    for (std::size_t i = 0; i < contacts.count(); ++i) kept.emplace_back(contacts.at(i));
    co_return store::Result<void>{};
  }
  store::Written<store::Acceptance> accept(store::LoadNumber load, core::Job job) override {
    if (refuse_accept) co_return std::unexpected(*refuse_accept);
    auto contacts = std::move(loads.at(load.value));
    loads.erase(load.value);
    const auto known = jobs_by_id.find(job.id);
    if (known != jobs_by_id.end()) {
      store::Acceptance acceptance{
          .accepted = false, .job = known->second.job, .readmission = core::readmit(known->second.job, job.digest)};
      co_return acceptance;
    }
    job.number = {static_cast<std::int64_t>(jobs_by_id.size()) + 1};
    jobs_by_id[job.id] = {job, std::move(contacts)};
    store::Acceptance acceptance{.accepted = true, .job = job, .readmission = std::nullopt};
    co_return acceptance;
  }
  store::Written<void> abandon(store::LoadNumber load) override {
    loads.erase(load.value);
    co_return store::Result<void>{};
  }

  store::Result<std::vector<core::Operation>> due(std::string_view, core::Time, std::size_t) override { no(); }
  store::Result<std::optional<core::Time>> next_due(std::string_view) override { no(); }
  store::Result<core::Operation> operation(core::OperationNumber) override { no(); }
  store::Result<std::vector<core::Operation>> in_state_after(std::string_view, core::State, core::OperationNumber,
                                                             std::size_t) override {
    no();
  }
  store::Result<core::History> history(std::string_view) override { no(); }
  store::Result<std::vector<core::Operation>> unknown(std::string_view, std::size_t) override { no(); }
  store::Written<void> replan(std::vector<core::Operation>) override { no(); }
  store::Written<void> pull_forward(std::string, core::Time, core::Time, core::Time) override { no(); }
  store::Result<std::vector<core::Operation>> ended_in_state(std::string_view, core::State, core::Time,
                                                             std::size_t) override {
    no();
  }
  store::Result<std::vector<core::Operation>> in_state(std::string_view, core::State, std::size_t) override {
    return std::vector<core::Operation>{};
  }
  store::Result<std::vector<store::Slice>> slices(core::OperationNumber) override { no(); }
  store::Result<store::NextSubmission> next_submission(std::string_view) override { no(); }
  store::Result<void> contacts(core::JobNumber, std::int64_t, std::int64_t,
                               const std::function<bool(std::string_view)>&) override {
    no();
  }
  store::Result<core::AccountFacts> facts(std::string_view, core::Time, core::Duration) override {
    return core::AccountFacts{};
  }
  store::Result<std::vector<core::Job>> waiting_with(const core::Job&, std::size_t) override { no(); }
  store::Written<void> hold(core::JobNumber, core::Time, std::string) override { no(); }
  store::Written<void> release(core::JobNumber, core::Time) override { no(); }
  store::Written<store::Refused> take_refusal(core::Operation, core::Time, std::string) override { no(); }
  store::Result<std::vector<store::Waiting>> waiting(std::string_view) override { return waits; }
  store::Result<store::AccountRecord> account(std::string_view) override { no(); }
  store::Result<store::AccountCounts> counts(std::string_view) override { no(); }
  store::Result<core::Job> job(core::JobNumber) override { no(); }
  store::Result<Carried> carried(core::OperationNumber, std::size_t) override { no(); }
  store::Result<std::vector<core::Operation>> operations_of(core::JobNumber) override { no(); }
  store::Result<void> jobs(const store::JobFilter&, const std::function<bool(const store::JobView&)>&) override {
    no();
  }
  store::Result<void> transitions(const store::TransitionFilter&,
                                  const std::function<bool(const core::Transition&)>&) override {
    no();
  }
  store::Result<std::vector<core::Job>> expiring(core::Time, std::size_t) override { no(); }
  store::Result<std::optional<core::Time>> next_expiry() override { no(); }
  store::Result<store::Head> head() override { no(); }
  store::Result<store::Head> verify(const std::function<void(const std::string&)>&) override { no(); }
  store::Result<std::optional<core::Time>> newest_transition_at() override { no(); }
  store::Result<std::vector<core::OperationId>> claimed(std::string_view, core::Action,
                                                        const std::vector<core::OperationId>&) override {
    no();
  }
  store::Result<std::vector<core::Operation>> unindexed(std::size_t) override { no(); }
  store::Result<std::vector<store::Slice>> unindexed_contacts(core::JobNumber) override { no(); }
  store::Result<std::optional<core::OperationNumber>> indexed_beside(std::string_view, core::OperationNumber) override {
    no();
  }
  store::Result<std::vector<store::IndexEntry>> index_block(core::OperationNumber,
                                                            std::optional<std::int64_t>) override {
    no();
  }
  store::Result<void> search_index(std::int64_t, const std::function<void(const store::IndexHit&)>&) override { no(); }
  store::Result<store::IndexGaps> index_gaps() override { no(); }
  store::Result<std::vector<store::Overlap>> overlaps(core::JobNumber) override { no(); }
  store::Written<void> keep_index(store::IndexOwner, std::vector<store::IndexEntry>,
                                  std::vector<store::OverlapFound>) override {
    no();
  }
  store::Written<void> skip_index(store::IndexOwner) override { no(); }
  store::Result<std::vector<core::Job>> erasable(core::Time, std::size_t) override { no(); }
  store::Result<std::optional<core::Time>> next_erasable() override { no(); }
  store::Result<std::vector<store::AcceptedFile>> accepted_files(core::JobNumber job) override {
    std::vector<store::AcceptedFile> found;
    for (const auto& file : files) {
      if (file.job == job) found.push_back(file);
    }
    return found;
  }
  store::Result<std::vector<store::AcceptedFile>> overdue_files(std::size_t) override { no(); }
  store::Written<bool> erase_contacts(std::vector<core::JobNumber>, core::Time) override { no(); }
  store::Written<void> note_file(store::AcceptedFile file) override {
    if (refuse_note) co_return std::unexpected(*refuse_note);
    files.push_back(std::move(file));
    co_return store::Result<void>{};
  }
  store::Written<void> forget_file(store::AcceptedFile file) override {
    std::erase_if(files, [&](const store::AcceptedFile& each) {
      return each.job == file.job && each.directory == file.directory && each.name == file.name;
    });
    co_return store::Result<void>{};
  }
  store::Result<std::int64_t> data_version() override { no(); }
  std::uint64_t instance() const override { no(); }
  const std::optional<store::Restoration>& restoration() const override { no(); }
  store::Result<void> copy_to(const std::filesystem::path&, core::Time) override { no(); }
  const store::TimeScale& time_scale() const override { no(); }
  store::Written<bool> clean_loads() override { no(); }
  store::Written<void> expire(core::JobNumber, core::Time) override { no(); }
  store::Written<core::Operation> form(core::Operation, std::vector<store::Slice>) override { no(); }
  store::Written<core::Operation> record(core::Operation, core::Time, std::string) override { no(); }
  store::Written<void> note_poll(core::Operation) override { no(); }
  store::Written<void> set_account_state(std::string, core::AccountState, std::string,
                                         std::optional<core::Time>) override {
    no();
  }
  store::Written<void> note_highest(std::string, std::int64_t) override { no(); }
  store::Written<void> note_restorable_days(std::string, int) override { no(); }
  store::Written<void> note_error(std::string, std::string, core::Time) override { no(); }
  store::Result<std::vector<store::Swept>> swept(std::string_view, core::Time, std::size_t) override { no(); }
  store::Result<std::optional<store::SweptRow>> swept_row(std::string_view, core::OperationId) override { no(); }
  store::Written<void> note_listed(std::vector<store::ListNote>) override { no(); }
  store::Written<bool> hasten_swept(std::string, core::Time) override { no(); }
  store::Written<void> note_sweep(std::string, store::SweepRecord) override { no(); }
  store::Written<void> note_hindrance(std::string, store::Hindrance) override { no(); }
  store::Result<std::vector<store::OpenAccount>> open_accounts() override { no(); }
  store::Written<void> note_requests(std::string, std::int64_t, std::int64_t) override { no(); }
  store::Result<std::vector<core::Wish>> open_wishes(std::string_view, std::size_t) override { no(); }
  store::Result<std::vector<core::Wish>> wishes_of(core::OperationNumber) override { no(); }
  store::Result<std::vector<core::Wish>> refused_wishes(std::string_view, core::Time) override { no(); }
  store::Result<std::optional<core::OperationNumber>> owner_of(std::string_view, core::Action,
                                                               core::OperationId) override {
    no();
  }
  store::Written<store::Cancellation> cancel(core::JobNumber, core::Time, std::string) override { no(); }
  store::Written<core::Wish> make_wish(core::Wish, std::string) override { no(); }
  store::Written<core::Operation> record_and_wish(core::Operation, core::Time, std::string, core::Wish) override {
    no();
  }
  store::Written<core::Operation> grant(core::WishNumber, core::Operation, core::Time, std::string) override { no(); }
  store::Written<void> refuse(core::WishNumber, core::Time, std::string) override { no(); }
  store::Written<core::Operation> overrule(core::Operation, core::Time, std::string) override { no(); }
  store::Result<std::optional<core::Wish>> newest_window_wish(std::string_view) override { no(); }
  store::Result<std::vector<std::string>> accounts_with_wishes() override { no(); }
  store::Written<core::Wish> wish_window(std::string, int, std::string, core::Time) override { no(); }
  store::Written<void> grant_window(core::WishNumber, core::Time) override { no(); }
  store::Written<void> pause(std::string, core::Time, std::string) override { no(); }
  store::Written<void> resume(std::string) override { no(); }
  store::Written<void> flush() override { no(); }
  void on_transition(std::function<void(const core::Transition&)>) override { no(); }

 private:
  [[noreturn]] static void no() { throw std::logic_error("intake has no business with this"); }
};

/// Runs a coroutine to its end and gives its value.
template <class T>
T run(boost::asio::awaitable<T> task) {
  boost::asio::io_context context;
  std::optional<T> value;
  std::exception_ptr failure;
  boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr error, T result) {
    failure = error;
    value.emplace(std::move(result));
  });
  context.run();
  if (failure) std::rethrow_exception(failure);
  return std::move(value.value());
}

}  // namespace lethe::intake
