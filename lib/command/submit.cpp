#include "command/submit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "cloud/messages.hpp"
#include "command/known_account.hpp"
#include "core/batching.hpp"
#include "intake/intake.hpp"
#include "support/digest.hpp"

namespace lethe::command {
namespace {

/// A list can be checked without a store beside it, too.
std::optional<support::DigestKey> key_where_there_is_one(const core::Settings& settings) {
  const auto key = support::load_digest_key(support::digest_key_path(settings.store_path), false);
  return key ? std::optional(*key) : std::nullopt;
}

std::expected<Wanted, support::Fault> check_list(intake::JobRequest request,
                                                 const std::optional<support::DigestKey>& key, const Watch& watch) {
  if (request.list) return Wanted{.request = std::move(request), .repeats = std::nullopt};
  auto repeats = intake::find_repeats(request, std::nullopt, key, [&watch](std::int64_t contacts) {
    if (watch) watch({.stage = intake::Progress::Stage::checking, .contacts = contacts});
  });
  if (!repeats) return std::unexpected(std::move(repeats.error()));
  return Wanted{.request = std::move(request), .repeats = std::move(*repeats)};
}

/// A new job's contacts were counted while they were read.
store::Result<std::int64_t> operations_of_accepted(store::Store& store, const store::Acceptance& acceptance,
                                                   const core::Packing& packing, const core::AccountSettings& account) {
  if (acceptance.accepted && packing.operations() > 0) return packing.operations();
  return operations_expected(store, acceptance.job, account);
}

intake::JobRequest request_as_written(const SubmitFlags& flags) {
  intake::JobRequest request;
  request.account = flags.account;
  request.action = flags.action;
  request.accept_warnings = flags.accept_warnings;
  request.id = flags.id.value_or("");
  if (flags.list) {
    request.selector = core::Selector::list;
    request.list = core::ListTarget{};
    request.list->key = *flags.list;
  } else if (flags.ids_file) {
    request.selector = core::Selector::ids;
    request.contacts.named = *flags.ids_file;
  } else {
    request.selector = core::Selector::keys;
    request.contacts.named = flags.keys_file.value();
    request.contacts.column = flags.column;
  }
  if (!flags.list) request.contacts.file = std::filesystem::absolute(request.contacts.named);
  return request;
}

std::string contacts_text(const core::Job& job) {
  if (job.selector == core::Selector::list) {
    return job.contacts > 0 ? fmt::format("a list of {} contacts", job.contacts) : "a list";
  }
  return job.contacts == 1 ? "1 contact" : fmt::format("{} contacts", job.contacts);
}

}  // namespace

Outcome<std::vector<Wanted>> requests_of_files(const std::vector<std::filesystem::path>& files,
                                               const core::Settings& settings, const Watch& watch) {
  std::vector<Wanted> wanted;
  std::vector<support::Fault> faults;
  const auto key = key_where_there_is_one(settings);
  for (const auto& file : files) {
    auto request = intake::read_job_file(file, settings);
    if (!request) {
      faults.insert(faults.end(), request.error().begin(), request.error().end());
      continue;
    }
    auto checked = check_list(std::move(*request), key, watch);
    if (!checked) {
      faults.push_back(checked.error());
    } else {
      wanted.push_back(std::move(*checked));
    }
  }
  if (!faults.empty()) return std::unexpected(failure(ExitStatus::failed, faults));
  return wanted;
}

Outcome<intake::JobRequest> request_as_given(const SubmitFlags& flags, const core::Settings& settings) {
  if (auto known = known_account(settings, flags.account); !known) return std::unexpected(std::move(known.error()));
  auto request = request_as_written(flags);
  const auto faults = intake::check_request(request, settings);
  if (!faults.empty()) return std::unexpected(failure(ExitStatus::failed, faults));
  return request;
}

Outcome<Wanted> request_of_flags(const SubmitFlags& flags, const core::Settings& settings, const Watch& watch) {
  auto request = request_as_given(flags, settings);
  if (!request) return std::unexpected(request.error());
  auto checked = check_list(std::move(*request), key_where_there_is_one(settings), watch);
  if (!checked) return std::unexpected(failure(ExitStatus::failed, std::vector{checked.error()}));
  return std::move(*checked);
}

core::Packing packing_of(core::Action action, core::Selector selector, const core::AccountSettings& account) {
  return core::Packing(
      core::Batch(selector, account.max_contacts_per_operation, cloud::submission_envelope(action, selector)));
}

store::Result<std::int64_t> operations_expected(store::Store& store, const core::Job& job,
                                                const core::AccountSettings& account) {
  const auto formed = store.operations_of(job.number);
  if (!formed) return std::unexpected(formed.error());
  const auto count = static_cast<std::int64_t>(formed->size());
  if (core::is_final(job.state)) return count;
  if (job.selector == core::Selector::list) return std::max<std::int64_t>(count, 1);
  auto packing = packing_of(job.action, job.selector, account);
  const auto read =
      store.contacts(job.number, job.cursor, job.contacts - job.cursor, [&packing](std::string_view contact) {
        packing.add(contact);
        return true;
      });
  if (!read) return std::unexpected(read.error());
  return count + packing.operations();
}

Submission submit(Session& session, std::vector<Wanted> wanted, const Watch& watch) {
  Submission result;
  const auto refuse = [&result](const Failure& failure) {
    if (!result.failure) result.failure = Failure{failure.status, {}};
    result.failure->lines.insert(result.failure->lines.end(), failure.lines.begin(), failure.lines.end());
  };
  const auto key = digest_key(session.settings());
  if (!key) {
    refuse(key.error());
    return result;
  }
  for (auto& [request, repeats] : wanted) {
    const auto* account = core::find_account(session.settings(), request.account);
    auto packing = packing_of(request.action, request.selector, *account);
    intake::Taking taking{.repeats = std::move(repeats), .progress = watch, .account = account, .packing = &packing};
    auto accepted = perform(session.loop(), intake::accept(session.store(), *key, std::move(request), std::nullopt,
                                                           session.now(), std::move(taking)));
    if (!accepted) {
      const auto& refusal = accepted.error();
      refuse(refusal.store ? failure(*refusal.store) : failure(ExitStatus::failed, std::vector{refusal.fault}));
      if (refusal.store) return result;
      continue;
    }
    const auto expected = operations_of_accepted(session.store(), *accepted, packing, *account);
    if (!expected) refuse(failure(expected.error()));
    result.jobs.push_back({std::move(accepted->job), !accepted->accepted, expected.value_or(0)});
  }
  return result;
}

Outcome<void> refresh(store::Store& store, std::vector<Submitted>& jobs) {
  for (auto& submitted : jobs) {
    auto job = store.job(submitted.job.number);
    if (!job) return std::unexpected(failure(job.error()));
    submitted.job = std::move(*job);
  }
  return {};
}

bool all_ended_as_asked(const std::vector<Submitted>& jobs) {
  return std::ranges::all_of(jobs, [](const Submitted& submitted) {
    return submitted.job.state == core::State::deleted || submitted.job.state == core::State::restricted;
  });
}

std::string submitted_text(const std::vector<Submitted>& jobs) {
  std::string out;
  for (const auto& [job, known, operations] : jobs) {
    out += fmt::format("{}: {}{}, {}, {} operation{}\n", job.id, known ? "known already, " : "", word(job.state),
                       contacts_text(job), operations, operations == 1 ? "" : "s");
  }
  return out;
}

std::string submitted_json(const std::vector<Submitted>& jobs) {
  boost::json::array array;
  for (const auto& submitted : jobs) {
    boost::json::object entry;
    entry["id"] = submitted.job.id;
    entry["state"] = word(submitted.job.state);
    entry["contacts"] = submitted.job.contacts;
    entry["operations_expected"] = submitted.operations_expected;
    array.push_back(std::move(entry));
  }
  return boost::json::serialize(array);
}

}  // namespace lethe::command
