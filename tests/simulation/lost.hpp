// What the tests of lost submissions share: an installation whose first submission loses its answer, and what became of
// it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "simulation/installation.hpp"

namespace lethe::simulation {

using core::State;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using Rule = simulator::FaultRule;

inline constexpr std::int64_t account_id = 10650001;

inline Rule rule(Rule::Call call, Rule::Fault fault, std::int64_t most = -1) {
  Rule made;
  made.call = call;
  made.fault = fault;
  made.most = most;
  return made;
}

inline InstallationSettings one_account(std::uint64_t seed = 1) {
  InstallationSettings settings;
  settings.seed = seed;
  settings.settings = settings_for({"north"});
  settings.model.seed = seed;
  return settings;
}

/// The first submission is carried out and its answer lost, or not even carried out.
inline InstallationSettings losing(Rule::Fault fault) {
  InstallationSettings settings = one_account();
  settings.model.faults.push_back(rule(Rule::Call::submit, fault, 1));
  return settings;
}
inline constexpr Rule::Fault after_acceptance = Rule::Fault::reset_after;
inline constexpr Rule::Fault before_acceptance = Rule::Fault::server_error;

inline intake::JobRequest job_of(const std::string& id, int contacts = 3) {
  intake::JobRequest request;
  request.id = id;
  request.account = "north";
  for (int i = 0; i < contacts; ++i) {
    request.contacts.inline_contacts.push_back(id + "-key-" + std::to_string(i));
    request.contacts.inline_lines.push_back(1);
  }
  return request;
}

inline intake::JobRequest list_job(const std::string& id, const std::string& key) {
  intake::JobRequest request;
  request.id = id;
  request.account = "north";
  request.selector = core::Selector::list;
  request.list = core::ListTarget{.key = key, .contacts = 100};
  return request;
}

inline State state_of(Installation& installation, const std::string& id) {
  const auto job = installation.store().job(id);
  if (!job || !*job) throw std::runtime_error("there is no job " + id);
  return (*job)->state;
}

inline std::vector<core::Transition> steps(Installation& installation) {
  std::vector<core::Transition> found;
  const auto read = installation.store().transitions({}, [&](const core::Transition& step) {
    if (step.operation) found.push_back(step);
    return true;
  });
  EXPECT_TRUE(read.has_value());
  return found;
}

/// Why an operation went from one state to another, the first time.
inline std::string why(Installation& installation, State from, State to) {
  for (const core::Transition& step : steps(installation)) {
    if (step.from == from && step.to == to) return step.cause;
  }
  return "never";
}

/// What was accepted that isn't an administrator's.
inline std::vector<simulator::TrueOperation> accepted(Installation& installation) {
  auto all = installation.model().truth(installation.now());
  std::erase_if(all, [](const simulator::TrueOperation& one) { return one.of_administrator; });
  return all;
}

inline void expect_deleted_once(Installation& installation, const std::string& id) {
  EXPECT_EQ(state_of(installation, id), State::deleted);
  EXPECT_EQ(accepted(installation).size(), 1U);
}

inline void drop_one(Installation& installation, const intake::JobRequest& request = job_of("job")) {
  installation.start();
  installation.drop(request);
}

}  // namespace lethe::simulation
