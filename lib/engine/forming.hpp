// From the jobs that wait to an operation on disk, in `submitting`, with what it is to send.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "cloud/messages.hpp"
#include "core/admission.hpp"
#include "core/settings.hpp"
#include "engine/work.hpp"
#include "store/store.hpp"

namespace lethe::engine {

/// What of an account goes next, and whether it may go now.
struct Prospect {
  store::NextSubmission next;  ///< neither: nothing waits
  core::AccountFacts facts;
  core::Admission admission;
};
store::Result<Prospect> prospect_of(store::Store& store, const core::ScheduleSettings& schedule,
                                    const core::AccountSettings& account, core::Time now);

/// The job waits for a person from here on; who looks ahead then sees the next one.
boost::asio::awaitable<void> hold(Work& work, core::Job job, std::string why);

/// An operation in `submitting`, on disk, and what it is to send.
struct Intent {
  core::Operation operation;
  cloud::Submission submission;
};
/// Forms what may go now: an operation that was queued again, else a new one of the oldest job and of those that may
/// leave with it. Nothing: by now there is none.
boost::asio::awaitable<store::Result<std::optional<Intent>>> form_next(Work& work, const Account& account);

}  // namespace lethe::engine
