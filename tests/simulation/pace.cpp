#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "simulation/oracle.hpp"

namespace lethe::simulation {

namespace {

using std::chrono::seconds;

/// Between what is recorded and what reaches the cloud: the latency of the simulated network.
constexpr core::Duration slack = seconds{2};

class Pace {
 public:
  Pace(const LifePlan& plan, Installation& installation, const Ledger& ledger)
      : plan_(plan), ledger_(ledger), journal_(installation.journal()) {
    std::ranges::sort(journal_, {}, &Exchange::started);
    truth_ = installation.model().truth(installation.clock().true_time());
  }

  std::vector<std::string> judge() {
    for (const core::AccountSettings& account : plan_.settings.settings.accounts) {
      judge_spacing(account);
      judge_suppression(account);
      judge_retry_after(account);
      judge_budget(account);
      judge_tokens(account);
    }
    return std::move(faults_);
  }

 private:
  const LifePlan& plan_;
  const Ledger& ledger_;
  std::vector<Exchange> journal_;
  std::vector<simulator::TrueOperation> truth_;
  std::vector<std::string> faults_;

  static bool any_within(const std::vector<core::Time>& times, core::Time from, core::Time until) {
    return std::ranges::any_of(times, [&](core::Time time) { return time >= from && time <= until; });
  }
  bool disturbed(core::Time from, core::Time until) const { return any_within(ledger_.disturbances(), from, until); }

  /// Submissions as they begin; one that is sent again for a 401 belongs to the one before.
  void judge_spacing(const core::AccountSettings& account) {
    const Exchange* before = nullptr;
    for (const Exchange& exchange : journal_) {
      if (exchange.account != account.name || exchange.call != Exchange::Call::submission) continue;
      const bool once_more = before != nullptr && before->status == 401 && before->operation == exchange.operation;
      if (before != nullptr && !once_more) {
        const core::Duration between = exchange.started - before->started;
        if (between < account.min_time_between_submissions - slack && !disturbed(before->started, exchange.started)) {
          faults_.push_back(fmt::format("{}: two submissions within {}, at {}", account.name, core::in_words(between),
                                        core::rfc3339(exchange.started)));
        }
      }
      if (!once_more) before = &exchange;
    }
  }

  void judge_suppression(const core::AccountSettings& account) {
    std::vector<const simulator::TrueOperation*> own;
    for (const Posting& posting : ledger_.postings()) {
      if (posting.account != account.name || !posting.taken) continue;
      const auto in_suppression = std::ranges::count_if(own, [&](const simulator::TrueOperation* one) {
        // The books have the last way through suppression alone: one that was retried had left it before.
        return one->retries == 0 && (!one->suppressed || *one->suppressed > posting.arrived);
      });
      if (in_suppression >= account.max_operations_in_suppression) {
        faults_.push_back(fmt::format("{}: operation {} in suppression beside {} others", account.name,
                                      posting.operation.value, in_suppression));
      }
      const auto truth = std::ranges::find_if(truth_, [&](const simulator::TrueOperation& one) {
        return CloudName{one.account_id, one.action, one.operation_id} == *posting.taken;
      });
      own.push_back(&*truth);
    }
  }

  /// By UTC day, as long as the clock went with the time. A daemon that dies forgets what it asked in its last second.
  void judge_budget(const core::AccountSettings& account) {
    std::map<std::int64_t, std::int64_t> by_day;
    for (const Exchange& exchange : journal_) {
      if (exchange.account == account.name) ++by_day[core::utc_day(exchange.started)];
    }
    for (const auto& [day, requests] : by_day) {
      const core::Time begins{std::chrono::days{day}};
      const core::Time ends = begins + std::chrono::days{1};
      if (disturbed(start_of_time, ends)) return;
      const auto deaths =
          std::ranges::count_if(ledger_.ends(), [&](core::Time end) { return end >= begins && end <= ends; });
      constexpr std::int64_t forgotten = 8;
      if (requests > account.requests_per_day + deaths * forgotten) {
        faults_.push_back(fmt::format("{}: {} requests on the day of {}, with a budget of {}", account.name, requests,
                                      core::rfc3339(begins), account.requests_per_day));
      }
    }
  }

  /// Of one life of the daemon: at most four within an hour, and 20 minutes after a refusal unless the secret changed.
  void judge_tokens(const core::AccountSettings& account) {
    std::vector<const Exchange*> asked;
    for (const Exchange& exchange : journal_) {
      if (exchange.account != account.name || exchange.call != Exchange::Call::token || !exchange.arrived) continue;
      if (!asked.empty() && asked.back()->life != exchange.life) asked.clear();
      asked.push_back(&exchange);
      const std::size_t count = asked.size();
      constexpr std::size_t most = 4;
      if (count > most && exchange.started - asked[count - 1 - most]->started < std::chrono::hours{1} - slack) {
        faults_.push_back(fmt::format("{}: a fifth token request within an hour, at {}", account.name,
                                      core::rfc3339(exchange.started)));
      }
      if (count < 2) continue;
      const Exchange& before = *asked[count - 2];
      const bool refused = before.status == 400 || before.status == 401;
      const bool soon = exchange.started - before.started < std::chrono::minutes{20} - slack;
      if (refused && soon && !any_within(ledger_.secret_changes(), before.started, exchange.started)) {
        faults_.push_back(fmt::format("{}: a token request {} after a refusal, at {}", account.name,
                                      core::in_words(exchange.started - before.started),
                                      core::rfc3339(exchange.started)));
      }
    }
  }

  /// Whoever was under way when the cloud asked to wait may end what it does; nobody begins anew before the time.
  void judge_retry_after(const core::AccountSettings& account) {
    for (const Exchange& asked : journal_) {
      if (asked.account != account.name || !asked.retry_after || !asked.ended) continue;
      if (asked.status != 429 && asked.status != 503) continue;
      judge_wait(asked);
    }
  }

  void judge_wait(const Exchange& asked) {
    const core::Time until = *asked.ended + *asked.retry_after - slack;
    core::Time busy_until = *asked.ended;
    // A daemon that ends before it has recorded the wish forgets it.
    if (any_within(ledger_.ends(), *asked.ended, *asked.ended + slack)) return;
    for (const Exchange& exchange : journal_) {
      if (exchange.account != asked.account || &exchange == &asked) continue;
      if (exchange.started >= until) break;
      if (exchange.started <= busy_until + slack) {
        busy_until = std::max(busy_until, exchange.ended.value_or(exchange.started));
        continue;
      }
      if (disturbed(asked.started, exchange.started)) return;
      faults_.push_back(fmt::format("{}: a request at {}, though the cloud asked at {} to wait {} s", asked.account,
                                    core::rfc3339(exchange.started), core::rfc3339(*asked.ended),
                                    asked.retry_after->count()));
      return;
    }
  }
};

}  // namespace

std::vector<std::string> judge_pace(const LifePlan& plan, Installation& installation, const Ledger& ledger) {
  return Pace(plan, installation, ledger).judge();
}

}  // namespace lethe::simulation
