#include <fmt/format.h>

#include <set>
#include <stdexcept>

#include "simulation/oracle.hpp"

namespace lethe::simulation {

namespace {

template <class T>
T must(store::Result<T> read) {
  if (!read) throw std::runtime_error("the store can't be read: " + read.error().what);
  return std::move(*read);
}

std::vector<Part> parts_of(store::Store& store, core::OperationNumber number,
                           const std::map<std::int64_t, std::string>& ids) {
  std::vector<Part> parts;
  for (const store::Slice& slice : must(store.slices(number))) {
    for (std::int64_t i = slice.first; i < slice.first + slice.count; ++i) {
      parts.push_back({ids.at(slice.job.value), static_cast<std::size_t>(i)});
    }
  }
  return parts;
}

}  // namespace

Reading read_store(const LifePlan& plan, Installation& installation) {
  Reading reading;
  store::Store& store = installation.store();
  std::map<std::int64_t, std::string> ids;
  const auto jobs = store.jobs({}, [&](const store::JobView& view) {
    reading.jobs[view.job.id] = view.job;
    ids[view.job.number.value] = view.job.id;
    return true;
  });
  if (!jobs) throw std::runtime_error("the jobs can't be read: " + jobs.error().what);
  std::set<std::int64_t> numbers;
  const auto steps = store.transitions({}, [&](const core::Transition& step) {
    reading.transitions.push_back(step);
    if (step.operation) numbers.insert(step.operation->value);
    return true;
  });
  if (!steps) throw std::runtime_error("the transitions can't be read: " + steps.error().what);
  for (const std::int64_t number : numbers) {
    reading.operations[number] = {must(store.operation({number})), parts_of(store, {number}, ids)};
  }
  for (const core::AccountSettings& account : plan.settings.settings.accounts) {
    reading.accounts[account.name] =
        must(store.facts(account.name, installation.now(), plan.settings.settings.schedule.overdue));
  }
  return reading;
}

}  // namespace lethe::simulation
