#include "fixture.hpp"

#include <stdlib.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

#include "core/audit.hpp"

namespace lethe::store::testing {

namespace asio = boost::asio;

class ManualClock::ManualTimer final : public support::Timer {
 public:
  ManualTimer(ManualClock& clock, asio::any_io_executor executor) : clock_(clock), event_(std::move(executor)) {
    event_.expires_at(std::chrono::steady_clock::time_point::max());
  }

  asio::awaitable<void> wait_until(core::Time until) override {
    clock_.waiting_.insert(this);
    while (!woken_ && clock_.now() < until) co_await event_.async_wait(asio::as_tuple(asio::use_awaitable));
    clock_.waiting_.erase(this);
    woken_ = false;
  }
  void wake() override {
    woken_ = true;
    event_.cancel();
  }
  void look() { event_.cancel(); }

 private:
  ManualClock& clock_;
  asio::steady_timer event_;
  bool woken_ = false;
};

std::unique_ptr<support::Timer> ManualClock::make_timer(asio::any_io_executor executor) {
  return std::make_unique<ManualTimer>(*this, std::move(executor));
}

void ManualClock::advance(core::Duration duration) {
  now_ += duration;
  for (ManualTimer* timer : waiting_) timer->look();
}

Process::Process(OpenSettings settings, ManualClock& clock) : store_(must(open_store(std::move(settings)))) {
  attach(*store_, clock, loop_.get_executor());
}

Process::~Process() {
  close();
}

void Process::settle() {
  do {
    loop_.restart();
  } while (loop_.poll() > 0);
}

void Process::close() {
  store_.reset();
  settle();
}

core::Job Process::submit(core::Job job, std::vector<std::string> contacts) {
  const LoadNumber load = must(run(store_->begin_load()));
  if (!contacts.empty()) must(run(store_->append(load, std::move(contacts))));
  return must(run(store_->accept(load, std::move(job)))).job;
}

core::Job Process::submit(std::string id, std::int64_t contacts) {
  return submit(a_job(std::move(id), contacts), some_contacts(contacts));
}

Result<core::Operation> Process::form(std::vector<Slice> slices, core::Time at) {
  std::int64_t contacts = 0;
  for (const Slice& slice : slices) contacts += slice.count;
  return run(store_->form(an_operation(contacts, at), std::move(slices)));
}

Result<core::Operation> Process::move(core::Operation operation, core::State state, core::Time at, std::string cause) {
  operation.state = state;
  return run(store_->record(std::move(operation), at, std::move(cause)));
}

std::vector<core::Transition> Process::transitions(TransitionFilter filter) {
  std::vector<core::Transition> found;
  must(store_->transitions(filter, [&](const core::Transition& transition) {
    found.push_back(transition);
    return true;
  }));
  return found;
}

TransitionFilter of_job(core::JobNumber job) {
  TransitionFilter filter;
  filter.job = job;
  return filter;
}

TransitionFilter of_operation(core::OperationNumber operation) {
  TransitionFilter filter;
  filter.operation = operation;
  return filter;
}

TransitionFilter after(std::int64_t seq) {
  TransitionFilter filter;
  filter.after_seq = seq;
  return filter;
}

TransitionFilter since(core::Time time) {
  TransitionFilter filter;
  filter.since = time;
  return filter;
}

core::Job a_job(std::string id, std::int64_t contacts) {
  core::Job job;
  job.id = std::move(id);
  job.account = "acme";
  job.contacts = contacts;
  job.digest = "digest of " + job.id;
  job.created_at = noon;
  job.not_after = noon + std::chrono::hours{24 * 7};
  return job;
}

core::Job a_list_job(std::string id) {
  core::Job job = a_job(std::move(id), 0);
  job.selector = core::Selector::list;
  job.list = core::ListTarget{.key = "EXTERNAL", .contacts = 1000, .delete_when_completed = true};
  job.contacts = 1000;
  return job;
}

core::Operation an_operation(std::int64_t contacts, core::Time at) {
  core::Operation operation;
  operation.account = "acme";
  operation.contacts = contacts;
  operation.created_at = at;
  return operation;
}

std::vector<std::string> some_contacts(std::int64_t count, const std::string& prefix) {
  std::vector<std::string> contacts;
  for (std::int64_t i = 0; i < count; ++i) contacts.push_back(prefix + std::to_string(i));
  return contacts;
}

core::Operation accepted(core::Operation operation, std::int64_t operation_id, core::Time at) {
  operation.operation_id = core::OperationId{operation_id};
  operation.submitted_at = at;
  operation.due_at = at + std::chrono::minutes{1};
  return operation;
}

void expect_whole_chain(const std::vector<core::Transition>& transitions) {
  std::string before{core::first_link};
  std::int64_t seq = 0;
  for (const core::Transition& transition : transitions) {
    EXPECT_EQ(transition.seq, ++seq);
    EXPECT_EQ(transition.hash, core::link(before, transition)) << "at seq " << transition.seq;
    before = transition.hash;
  }
}

OpenSettings StoreTest::in_memory(const simulation::MemoryVfs& files) {
  OpenSettings settings;
  settings.path = "lethe.db";
  settings.as = OpenSettings::As::daemon;
  settings.now = noon;
  settings.write_on_this_thread = true;
  settings.vfs = files.name();
  return settings;
}

void StoreTest::reopen() {
  store_.reset();
  store_ = std::make_unique<Process>(in_memory(files_), clock_);
}

Folder::Folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "lethe-store-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = pattern;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

OpenSettings daemon_on(const std::filesystem::path& path) {
  OpenSettings settings;
  settings.path = path;
  settings.as = OpenSettings::As::daemon;
  settings.now = noon;
  return settings;
}

OpenSettings command_on(const std::filesystem::path& path) {
  OpenSettings settings;
  settings.path = path;
  settings.now = noon;
  return settings;
}

}  // namespace lethe::store::testing
