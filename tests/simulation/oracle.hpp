// Judges a life that is over by what the simulated cloud knows to be true.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "simulation/ledger.hpp"
#include "simulation/life_plan.hpp"

namespace lethe::simulation {

/// An operation as the store has it at the end, with what it carries.
struct Stored {
  core::Operation operation;
  std::vector<Part> parts;
};

/// The whole store at the end of a life, read once.
struct Reading {
  std::map<std::string, core::Job> jobs;
  std::map<std::int64_t, Stored> operations;
  std::vector<core::Transition> transitions;
  std::map<std::string, core::AccountFacts> accounts;
};
Reading read_store(const LifePlan& plan, Installation& installation);

/// What became of the promises; empty: they were kept.
struct Judgement {
  std::vector<std::string> faults;
  std::int64_t unsettled = 0;  ///< operations that wait for a person at the end
  std::int64_t mistaken = 0;   ///< an administrator's operation taken for Lethe's own: nothing told them apart
};
Judgement judge(const LifePlan& plan, Installation& installation, const Ledger& ledger);

/// How fast Lethe went: spacing, number in suppression, Retry-After, the budget, token requests. (pace.cpp)
std::vector<std::string> judge_pace(const LifePlan& plan, Installation& installation, const Ledger& ledger);

}  // namespace lethe::simulation
