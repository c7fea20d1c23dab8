// A store in memory with operations in the states that a test wants.
#pragma once

#include <cstdint>
#include <string>

#include "core/settings.hpp"
#include "store/fixture.hpp"

namespace lethe::command::testing {

using store::testing::must;
using store::testing::noon;

class CommandTest : public store::testing::StoreTest {
 protected:
  CommandTest() {
    core::AccountSettings account;
    account.name = "acme";
    settings_.file = "/etc/lethe/lethe.toml";
    settings_.accounts = {account};
  }

  /// A job of one contact in an operation that stands in `state` since `at`.
  core::Operation operation_in(core::State state, const std::string& job, core::Time at = noon) {
    const auto taken = store_->submit(job, 1);
    auto operation = must(store_->form({{taken.number, 0, 1}}, at));
    if (state == core::State::submitting) return operation;
    operation = store::testing::accepted(operation, ++operations_, at);
    if (core::is_final(state)) operation.ended_at = at;
    return must(store_->move(operation, state, at));
  }

  store::Store& store() { return **store_; }

  core::Settings settings_;
  std::int64_t operations_ = 0;
};

}  // namespace lethe::command::testing
