#include "command/find.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <chrono>
#include <map>
#include <string_view>
#include <utility>

#include "command/json_time.hpp"
#include "command/table.hpp"
#include "support/contact_digest.hpp"

namespace lethe::command {
namespace {

/// In bytes: the cloud's 254 characters at their longest.
constexpr std::size_t most_key_bytes = 254 * 4;
constexpr std::size_t most_named = 20;

/// Which operation of a job held the contact; 0: none.
using Places = std::map<std::pair<core::JobNumber, std::int64_t>, std::optional<core::OperationNumber>>;

void add(Places& places, core::JobNumber job, std::optional<core::OperationNumber> operation) {
  places.emplace(std::pair(job, operation ? operation->value : 0), operation);
}

store::Result<void> ask_index(store::Store& store, const support::DigestKey& key, const Question& question,
                              Places& places) {
  support::ContactDigest digest(key, core::word(question.selector));
  return store.search_index(digest.of(question.contact),
                            [&](const store::IndexHit& hit) { add(places, hit.job, hit.operation); });
}

/// The operation that took the job's contact at `index`.
store::Result<std::optional<core::OperationNumber>> taker(store::Store& store, core::JobNumber job,
                                                          std::int64_t index) {
  const auto operations = store.operations_of(job);
  if (!operations) return std::unexpected(operations.error());
  for (const core::Operation& operation : *operations) {
    const auto slices = store.slices(operation.number);
    if (!slices) return std::unexpected(slices.error());
    const bool takes = std::ranges::any_of(*slices, [&](const store::Slice& slice) {
      return slice.job == job && slice.first <= index && index < slice.first + slice.count;
    });
    if (takes) return operation.number;
  }
  return std::nullopt;
}

store::Result<void> read_slice(store::Store& store, const store::Slice& slice, const Question& question,
                               Places& places) {
  std::int64_t index = slice.first;
  std::optional<std::int64_t> at;
  const auto read = store.contacts(slice.job, slice.first, slice.count, [&](std::string_view contact) {
    if (contact == question.contact) at = index;
    ++index;
    return !at;
  });
  // Erased since the job was looked at: the index has it by now, or tells that it hasn't.
  if (!read && read.error().kind == store::Error::Kind::not_found) return {};
  if (!read || !at) return read;
  const auto operation = taker(store, slice.job, *at);
  if (!operation) return std::unexpected(operation.error());
  add(places, slice.job, *operation);
  return {};
}

/// What is in no index yet is still there itself.
store::Result<void> read_unindexed(store::Store& store, const Question& question, Places& places) {
  std::vector<core::JobNumber> jobs;
  const auto listed = store.jobs({}, [&](const store::JobView& view) {
    if (view.job.selector == question.selector && !view.job.contacts_erased_at) jobs.push_back(view.job.number);
    return true;
  });
  if (!listed) return listed;
  for (const core::JobNumber job : jobs) {
    const auto slices = store.unindexed_contacts(job);
    if (!slices) return std::unexpected(slices.error());
    for (const store::Slice& slice : *slices) {
      if (auto read = read_slice(store, slice, question, places); !read) return read;
    }
  }
  return {};
}

store::Result<Findings> look_up(store::Store& store, const Places& places) {
  Findings findings;
  for (const auto& [place, number] : places) {
    auto job = store.job(place.first);
    if (!job) return std::unexpected(job.error());
    Finding finding{.job = std::move(*job), .operation = std::nullopt};
    if (number) {
      auto operation = store.operation(*number);
      if (!operation) return std::unexpected(operation.error());
      finding.operation = std::move(*operation);
    }
    findings.found.push_back(std::move(finding));
  }
  auto gaps = store.index_gaps();
  if (!gaps) return std::unexpected(gaps.error());
  findings.gaps = std::move(*gaps);
  return findings;
}

std::string time_text(const std::optional<core::Time>& time) {
  return time ? core::rfc3339(std::chrono::floor<std::chrono::seconds>(*time)) : "-";
}

/// The first names, and how many there are.
template <class Name>
std::string some_of(const std::vector<Name>& names, std::string_view what) {
  if (names.empty()) return "";
  const std::vector<Name> first(names.begin(),
                                names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), most_named)));
  const auto more = names.size() > most_named ? fmt::format(" and {} more", names.size() - most_named) : "";
  return fmt::format("not searched: {}: {}{}\n", what, fmt::join(first, ", "), more);
}

std::vector<std::int64_t> numbers_of(const std::vector<core::OperationNumber>& operations) {
  std::vector<std::int64_t> numbers;
  numbers.reserve(operations.size());
  for (const core::OperationNumber& operation : operations) numbers.push_back(operation.value);
  return numbers;
}

boost::json::object finding_object(const Finding& finding) {
  const auto& [job, operation] = finding;
  boost::json::object entry;
  entry["job"] = job.id;
  entry["account"] = job.account;
  entry["action"] = word(job.action);
  entry["state"] = word(job.state);
  entry["created_at"] = core::rfc3339(job.created_at);
  entry["ended_at"] = json_time(job.ended_at);
  entry["operation"] = operation ? boost::json::value(operation->number.value) : nullptr;
  entry["operation_id"] =
      operation && operation->operation_id ? boost::json::value(operation->operation_id->value) : nullptr;
  entry["operation_state"] = operation ? boost::json::value(word(operation->state)) : nullptr;
  return entry;
}

std::optional<std::int64_t> positive(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || end != text.data() + text.size() || number <= 0) return std::nullopt;
  return number;
}

}  // namespace

Outcome<Question> question(const std::optional<std::string>& key, const std::optional<std::string>& id,
                           std::istream& in) {
  const auto refuse = [](const char* why) { return std::unexpected(failure(ExitStatus::usage, why)); };
  if (id) {
    const auto number = positive(*id);
    if (!number) return refuse("--id: a contact's id is a positive integer; what is no id is asked about by --key");
    return Question{core::Selector::ids, fmt::to_string(*number)};
  }
  Question asked{core::Selector::keys, key.value_or("")};
  if (asked.contact == "-") {
    asked.contact.clear();
    std::getline(in, asked.contact);
    if (asked.contact.ends_with('\r')) asked.contact.pop_back();
  }
  if (asked.contact.empty()) return refuse("--key: the contact's key is empty; `--key -` reads a line from stdin");
  if (asked.contact.size() > most_key_bytes) return refuse("--key: is longer than any contact's key");
  return asked;
}

Outcome<Findings> find(store::Store& store, const support::DigestKey& key, const Question& question) {
  Places places;
  // First what isn't indexed yet: what moves into the index meanwhile is found there.
  if (const auto read = read_unindexed(store, question, places); !read) return std::unexpected(failure(read.error()));
  if (const auto asked = ask_index(store, key, question, places); !asked) {
    return std::unexpected(failure(asked.error()));
  }
  auto findings = look_up(store, places);
  if (!findings) return std::unexpected(failure(findings.error()));
  return std::move(*findings);
}

std::string findings_text(const Findings& findings) {
  using Align = Table::Align;
  Table table({{"JOB"},
               {"ACCOUNT"},
               {"ACTION"},
               {"STATE"},
               {"ENDED"},
               {"OPERATION", Align::right},
               {"OPERATION ID", Align::right},
               {"OPERATION STATE"}});
  for (const auto& [job, operation] : findings.found) {
    table.add({job.id, job.account, std::string(word(job.action)), std::string(word(job.state)),
               time_text(job.ended_at), operation ? fmt::to_string(operation->number.value) : "-",
               operation && operation->operation_id ? fmt::to_string(operation->operation_id->value) : "-",
               operation ? std::string(word(operation->state)) : "-"});
  }
  return (table.empty() ? "no job held this contact\n" : table.text()) +
         some_of(findings.gaps.lists, "list jobs, whose contacts only the cloud knows") +
         some_of(findings.gaps.jobs, "jobs erased without an index") +
         some_of(numbers_of(findings.gaps.operations), "operations without an index");
}

std::string findings_json(const Findings& findings) {
  boost::json::object object;
  boost::json::array found;
  for (const Finding& finding : findings.found) found.push_back(finding_object(finding));
  object["found"] = std::move(found);
  object["list_jobs"] = boost::json::value_from(findings.gaps.lists);
  object["unindexed_jobs"] = boost::json::value_from(findings.gaps.jobs);
  object["unindexed_operations"] = boost::json::value_from(numbers_of(findings.gaps.operations));
  return boost::json::serialize(object);
}

}  // namespace lethe::command
