#include "simulation/ledger.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/json.hpp>

namespace lethe::simulation {

namespace {

namespace json = boost::json;

http::Request post(std::string target, std::string body) {
  http::Request request;
  request.method = "POST";
  request.url = std::move(target);
  request.body = std::move(body);
  return request;
}

/// As many contacts as the job has; a list of the administrator's own for a list.
std::string body_like(const intake::JobRequest& job, std::int64_t number) {
  json::object body{{"deleteOperationType", "ContactAndAttributes"}};
  const std::string mark = fmt::format("{}admin-{}-", key_mark, number);
  if (job.list) {
    body["targetList"] = json::object{{"listType", {{"listTypeID", 3}}}, {"listKey", mark + "list"}};
    return json::serialize(body);
  }
  json::array values;
  for (std::size_t i = 0; i < distinct_contacts(job).size(); ++i) {
    if (job.selector == core::Selector::ids) {
      values.emplace_back(880'000'000 + number * 1'000 + static_cast<std::int64_t>(i));
    } else {
      values.emplace_back(mark + std::to_string(i));
    }
  }
  body["values"] = std::move(values);
  return json::serialize(body);
}

std::vector<std::string> keys_like(const intake::JobRequest& job, std::string_view whose, std::int64_t number) {
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < distinct_contacts(job).size(); ++i) {
    keys.push_back(fmt::format("{}{}-{}-{}", key_mark, whose, number, i));
  }
  return keys;
}

std::string type_of(core::Selector selector) {
  return selector == core::Selector::list ? "listReference" : std::string(core::word(selector));
}

}  // namespace

Ledger::Ledger(const LifePlan& plan, Installation& installation) : plan_(plan), installation_(installation) {
  for (const intake::JobRequest& job : plan.jobs) contacts_[job.id] = distinct_contacts(job);
  installation_.intent_of = [this](const std::string& account) { return intent_of(account); };
  installation_.submission_arrived = [this](const Exchange& exchange) { arrived(exchange); };
}

std::int64_t Ledger::account_id(const std::string& account) const {
  return core::find_account(plan_.settings.settings, account)->account_id;
}

std::optional<core::OperationNumber> Ledger::intent_of(const std::string& account) {
  constexpr std::size_t enough = 10;
  const auto intents = installation_.store().in_state(account, core::State::submitting, enough);
  if (!intents || intents->size() != 1) {
    // A disk that stopped in this very moment takes the daemon with it before the submission counts.
    if (intents)
      faults_.push_back(fmt::format("a submission of {} left with {} intents on disk", account, intents->size()));
    return std::nullopt;
  }
  const core::OperationNumber number = intents->front().number;
  intents_[number.value] = parts_of(number);
  return number;
}

std::vector<Part> Ledger::parts_of(core::OperationNumber operation) {
  std::vector<Part> parts;
  const auto slices = installation_.store().slices(operation);
  if (!slices) return parts;
  for (const store::Slice& slice : *slices) {
    const auto job = installation_.store().job(slice.job);
    if (!job) continue;
    for (std::int64_t i = slice.first; i < slice.first + slice.count; ++i) {
      parts.push_back({job->id, static_cast<std::size_t>(i)});
    }
  }
  return parts;
}

std::optional<CloudName> Ledger::newly_taken() {
  const auto truth = installation_.model().truth(installation_.clock().true_time());
  if (truth.size() == known_to_cloud_) return std::nullopt;
  known_to_cloud_ = truth.size();
  return CloudName{truth.back().account_id, truth.back().action, truth.back().operation_id};
}

void Ledger::arrived(const Exchange& exchange) {
  const auto taken = newly_taken();
  if (!exchange.operation) {
    if (taken) faults_.push_back("the cloud took a submission without an intent");
    return;
  }
  postings_.push_back({.account = exchange.account,
                       .operation = *exchange.operation,
                       .parts = intents_[exchange.operation->value],
                       .arrived = *exchange.arrived,
                       .taken = taken});
}

/// By hand: the cloud's books name another user as its creator.
void Ledger::submit_on_a_page(const intake::JobRequest& like, std::int64_t number) {
  const core::Time now = installation_.clock().true_time();
  (void)installation_.model().submit_as_administrator(account_id(like.account), keys_like(like, "page", number), now);
  note_others();
}

void Ledger::submit_elsewhere(const intake::JobRequest& like) {
  const core::Time now = installation_.clock().true_time();
  auto keys = keys_like(like, "elsewhere", ++submissions_of_others_);
  (void)installation_.model().submit_elsewhere(account_id(like.account), std::move(keys), now);
  note_others();
}

void Ledger::note_others() {
  const auto taken = newly_taken();
  if (!taken) return;
  others_.insert(*taken);
  installation_.narrate(fmt::format("-- somebody else's operation is {}", taken->operation_id));
}

void Ledger::submit_as_administrator(const intake::JobRequest& like) {
  const core::Time now = installation_.clock().true_time();
  const std::int64_t number = ++submissions_of_others_;
  if (number % 2 == 0 && !like.list) return submit_on_a_page(like, number);
  // Their own package has its own token; a fault of the cloud can meet them too.
  const json::value credentials{{"grant_type", "client_credentials"},
                                {"client_id", plan_.settings.model.client_id},
                                {"client_secret", plan_.settings.model.client_secret},
                                {"account_id", account_id(like.account)}};
  const auto reply = installation_.model().handle(post("/v2/token", json::serialize(credentials)), now);
  boost::system::error_code error;
  const json::value body = json::parse(reply.response.body, error);
  if (error || !body.is_object() || !body.as_object().contains("access_token")) return;
  auto request =
      post(fmt::format("/contacts/v1/contacts/actions/{}?type={}", core::word(like.action), type_of(like.selector)),
           body_like(like, number));
  request.headers.emplace_back("Authorization",
                               "Bearer " + std::string(body.as_object().at("access_token").as_string()));
  (void)installation_.model().handle(request, now);
  note_others();
}

}  // namespace lethe::simulation
