#include "simulation/people.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "command/cancel.hpp"
#include "command/pause.hpp"
#include "command/resolve.hpp"
#include "command/retry.hpp"
#include "command/settings.hpp"

namespace lethe::simulation {

namespace {

namespace asio = boost::asio;
using How = command::Resolution::How;

/// Of those that the cloud never got, people give up every fourth.
constexpr std::int64_t given_up = 4;

}  // namespace

/// What a command answers is its own tests' business; here counts what becomes of it.
void People::carry_out(const Installation::Command& command) {
  ++commands_;
  (void)installation_.command(command);
}

void People::cancel(const std::string& job) {
  carry_out([&](store::Store& store) -> asio::awaitable<void> {
    (void)co_await command::cancel(store, job, "by mistake", installation_.now());
  });
}

void People::retry(const std::string& job) {
  carry_out([&](store::Store& store) -> asio::awaitable<void> {
    (void)co_await command::retry(store, job, "the list is back", installation_.now());
  });
}

void People::pause(const std::string& account) {
  carry_out([&](store::Store& store) -> asio::awaitable<void> {
    (void)co_await command::pause(store, plan_.settings.settings, account, "a migration", installation_.now());
  });
}

void People::resume(const std::string& account) {
  carry_out([&](store::Store& store) -> asio::awaitable<void> {
    (void)co_await command::resume(store, plan_.settings.settings, account);
  });
}

void People::set_window(const std::string& account, int days) {
  command::WindowRequest request{.account = account, .days = days, .why = "agreed", .confirmed = true};
  carry_out([&](store::Store& store) -> asio::awaitable<void> {
    (void)co_await command::ask_for_window(store, plan_.settings.settings, request, installation_.now());
  });
}

/// By what Marketing Cloud itself shows them.
void People::settle(const core::Operation& operation) {
  command::Resolution resolution{.how = How::resubmit, .operation_id = {}, .why = "looked it up"};
  const auto taken = std::ranges::find_if(ledger_.postings(), [&](const Posting& posting) {
    return posting.operation == operation.number && posting.taken;
  });
  if (taken != ledger_.postings().end()) {
    resolution.how = How::adopt;
    resolution.operation_id = {taken->taken->operation_id};
  } else if (operation.number.value % given_up == 0) {
    resolution.how = How::give_up;
  }
  installation_.narrate(fmt::format("-- a person settles operation {}: {}", operation.number.value,
                                    resolution.how == How::adopt      ? "adopt"
                                    : resolution.how == How::resubmit ? "resubmit"
                                                                      : "give up"));
  carry_out([&](store::Store& store) -> asio::awaitable<void> {
    (void)co_await command::resolve_operation(store, plan_.settings.settings, operation.number, resolution,
                                              installation_.now());
  });
}

void People::let_go() {
  std::vector<core::JobNumber> held;
  const store::JobFilter filter{.account = std::nullopt, .states = {core::State::held}};
  const auto read = installation_.store().jobs(filter, [&](const store::JobView& view) {
    held.push_back(view.job.number);
    return true;
  });
  if (!read) return;
  for (const core::JobNumber job : held) {
    carry_out(
        [&](store::Store& store) -> asio::awaitable<void> { (void)co_await store.release(job, installation_.now()); });
  }
}

void People::look_round() {
  if (!installation_.running()) return;
  constexpr std::size_t most = 100;
  for (const core::AccountSettings& account : plan_.settings.settings.accounts) {
    const auto waiting = installation_.store().in_state(account.name, core::State::needs_operator, most);
    if (!waiting) continue;
    for (const core::Operation& operation : *waiting) settle(operation);
  }
  let_go();
}

}  // namespace lethe::simulation
