#include "command/demo_script.hpp"

#include <fmt/format.h>

#include <chrono>

namespace lethe::command {
namespace {

using core::State;
using std::chrono::hours;
using std::chrono::minutes;

simulator::LifeRule life(std::string match, minutes suppression, core::Duration deletion, std::string background) {
  simulator::LifeRule rule;
  rule.match = std::move(match);
  rule.life.emplace();
  rule.life->suppression = suppression;
  rule.life->deletion = deletion;
  rule.life->background = {std::move(background)};
  return rule;
}

std::string many_keys() {
  std::string text = "SubscriberKey,Reason\n";
  for (int i = 1; i <= 120; ++i) text += fmt::format("customer-{:04},\"erasure, article 17\"\n", i);
  return text;
}

}  // namespace

std::vector<DemoJob> demo_jobs() {
  return {
      {"keys", "120 contact keys from a CSV file",
       "account = \"demo\"\nkeys_file = \"keys.csv\"\ncolumn = \"SubscriberKey\"\n", State::deleted},
      {"ids", "contact ids written in the job file", "account = \"demo\"\nids = [70001, 70002, 70003]\n",
       State::deleted},
      {"extension", "everyone in a data extension",
       "account = \"demo\"\n[list]\nkey = \"ERASE-2026-11\"\ncontacts = 5000\n", State::deleted},
      {"restrict", "restrict instead of delete",
       "account = \"demo\"\naction = \"restrict\"\nkeys = [\"litigant-1\", \"litigant-2\"]\n", State::restricted},
      {"objection", "support restores the contacts in the window",
       "account = \"demo\"\n[list]\nkey = \"OBJECTIONS\"\ncontacts = 5000\n", State::restored},
      {"unknown-list", "the cloud refuses the request",
       "account = \"demo\"\n[list]\nkey = \"NO-SUCH-EXTENSION\"\ncontacts = 5000\n", State::rejected},
  };
}

std::vector<std::pair<std::string, std::string>> demo_lists() {
  return {{"keys.csv", many_keys()}};
}

simulator::ModelSettings demo_model() {
  simulator::ModelSettings model;
  model.client_secret = demo_secret();
  model.restorable_days = 2;
  // A token of 20 minutes would live for a tenth of a second here.
  model.token_life = hours{24 * 30};
  simulator::LifeRule refused;
  refused.match = "NO-SUCH-EXTENSION";
  model.lives = {
      life("customer-", minutes{35}, hours{8}, "Completed"), life("70001", minutes{15}, hours{8}, "Completed"),
      life("ERASE-", minutes{50}, hours{9}, "Completed"),    life("litigant-", minutes{20}, hours{0}, "Completed"),
      life("OBJECTIONS", minutes{25}, hours{7}, "Aborted"),  refused};
  return model;
}

std::string demo_secret() {
  return "demo-secret-of-the-simulator";
}

std::string demo_configuration(const std::string& url) {
  return fmt::format(
      "# The demo's configuration: the store beside this file, one account, a simulated cloud.\n"
      "[store]\n"
      "path = \"lethe.db\"\n\n"
      "[web]\n"
      "listen = \"\"\n\n"
      "[[account]]\n"
      "name = \"demo\"\n"
      "auth_url = \"{0}\"\n"
      "rest_url = \"{0}\"\n"
      "client_id = \"{1}\"\n"
      "client_secret_file = \"demo.secret\"\n"
      "account_id = 10650003\n",
      url, demo_model().client_id);
}

std::string in_plain_words(const core::Transition& transition) {
  const auto id = transition.operation_id ? fmt::format(" as operation {}", transition.operation_id->value) : "";
  if (transition.from == transition.to) {
    const auto background = transition.background_status.empty() ? "" : " / " + transition.background_status;
    return fmt::format("the cloud now says {}{}", transition.status, background);
  }
  switch (transition.to) {
    case State::queued:
      return transition.from ? "queued again: it was not sent" : "accepted by Lethe, and on disk";
    case State::submitting:
      return "the intent is on disk, the request goes out";
    case State::suppressing:
      return fmt::format("the cloud took it{}: suppression begins", id);
    case State::deleting:
      return "suppression is over; nothing is deleted before the restore window ends";
    case State::deleted:
      return "DELETED, the cloud says so";
    case State::restricted:
      return "RESTRICTED, the cloud says so";
    case State::restored:
      return "RESTORED: the deletion was aborted, the contacts are active again";
    case State::rejected:
      return "REJECTED: the cloud refused the request";
    default:
      return fmt::format("{}{}{}", word(transition.to), transition.cause.empty() ? "" : ": ", transition.cause);
  }
}

}  // namespace lethe::command
