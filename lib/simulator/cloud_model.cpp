#include "simulator/cloud_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "simulator/draws.hpp"
#include "simulator/faults.hpp"
#include "simulator/lists.hpp"
#include "simulator/operations.hpp"
#include "simulator/reading.hpp"
#include "simulator/routes.hpp"
#include "simulator/shapes.hpp"
#include "simulator/submission.hpp"
#include "simulator/tokens.hpp"

namespace lethe::simulator {
namespace {

namespace json = boost::json;
using core::Time;

/// "-1" or a number of days; 0 is undefined and refused, and so is a value that is no string.
std::optional<int> read_days(const json::value& body) {
  constexpr std::int64_t most_days = 365;
  if (!body.is_object()) return std::nullopt;
  const json::value* items = property(body.as_object(), "items");
  if (items == nullptr || !items->is_array() || items->as_array().size() != 1) return std::nullopt;
  const json::object* item = items->as_array().front().if_object();
  if (item == nullptr) return std::nullopt;
  const json::value* key = property(*item, "settingKey");
  const json::value* value = property(*item, "value");
  if (key == nullptr || value == nullptr || !key->is_string() || !value->is_string()) return std::nullopt;
  if (!equal_ignoring_case(key->as_string(), "SuppressionRestoreUntilDays")) return std::nullopt;
  const std::optional<std::int64_t> days = read_number(value->as_string());
  const bool good = days && (*days == -1 || (*days >= 1 && *days <= most_days));
  return good ? std::optional<int>(static_cast<int>(*days)) : std::nullopt;
}

Submission deletion_of(std::vector<std::string> keys) {
  Submission submission;
  submission.type = "keys";
  submission.contacts = std::move(keys);
  return submission;
}

}  // namespace

struct CloudModel::State {
  explicit State(ModelSettings given)
      : settings(std::move(given)),
        draws(settings.seed),
        operations(draws, settings.restorable_days),
        tokens(draws, settings),
        faults(draws, settings.faults) {}

  Handled handle(const http::Request& request, Time now);
  /// What came by another way than a request.
  std::int64_t accept_aside(std::int64_t account_id, Submission submission, Time now) {
    last = std::max(last, now);
    return operations.accept(account_id, std::move(submission), Life{}, last).id;
  }
  void count(const Route& route, const Target& target, Time now);
  http::Response answer(const Answering& answering, const http::Request& request, const Target& target,
                        const Route& route);
  http::Response authorised(const Answering& answering, const http::Request& request, const Target& target,
                            const Route& route, const Grant& grant);
  http::Response submit(const Answering& answering, const http::Request& request, const Target& target, Kind kind,
                        std::int64_t account_id);
  http::Response refuse(const Answering& answering, const LifeRule& rule, std::string_view contact) const;
  http::Response status(const Answering& answering, const Target& target, Kind kind, std::int64_t account_id);
  http::Response retry(const Answering& answering, const Route& route, std::int64_t account_id);
  http::Response configure(const Answering& answering, const http::Request& request, std::int64_t account_id);

  ModelSettings settings;
  Draws draws;
  Operations operations;
  Tokens tokens;
  Faults faults;
  Calls calls;
  std::uint64_t number = 0;
  Time last;
  std::string words;  ///< about the request that is being handled
  std::map<std::pair<Kind, std::int64_t>, std::vector<Time>> status_calls;
};

CloudModel::Handled CloudModel::State::handle(const http::Request& request, Time now) {
  last = std::max(last, now);
  const Answering answering{draws, number++, last};
  const std::optional<Target> target = read_target(request.url);
  if (!target) return {{rest_error(answering, 400, 0, "The address can not be read."), {}}, in_words({}, {}), {}};
  const Route route = route_of(target->path);
  words = in_words(route, *target);
  count(route, *target, last);
  const FaultRule* fault = faults.choose(call_of(route.endpoint), answering.number, last);
  if (fault == nullptr) {
    http::Response response = answer(answering, request, *target, route);
    response.headers.emplace_back("Date", header_stamp(last + settings.date_ahead));
    return {{std::move(response), {}}, std::move(words), {}};
  }
  http::ServerReply reply;
  if (is_done(fault->fault)) reply.response = answer(answering, request, *target, route);
  if (fault->fault == FaultRule::Fault::unauthorized) tokens.revoke(request);
  FaultRule met = *fault;
  met.call = call_of(route.endpoint);
  return {spoiled(answering, met, std::move(reply)), std::move(words), fault->fault};
}

void CloudModel::State::count(const Route& route, const Target& target, Time now) {
  switch (call_of(route.endpoint)) {
    case FaultRule::Call::token:
      ++calls.token;
      break;
    case FaultRule::Call::submit:
      ++calls.submit;
      break;
    case FaultRule::Call::status: {
      ++calls.status;
      const std::string* text = target.parameter("operationID");
      const std::optional<std::int64_t> id = text != nullptr ? read_number(*text) : std::nullopt;
      if (id) status_calls[{route.kind, *id}].push_back(now);
      break;
    }
    case FaultRule::Call::lists:
    case FaultRule::Call::requests:
    case FaultRule::Call::operations:
      ++calls.lists;
      break;
    default:
      ++calls.other;
  }
}

http::Response CloudModel::State::answer(const Answering& answering, const http::Request& request, const Target& target,
                                         const Route& route) {
  if (route.endpoint == Endpoint::unknown) return rest_error(answering, 404, 0, "Not Found");
  if (request.method != method_of(route.endpoint)) {
    http::Response response = rest_error(answering, 405, 0, "The method is not allowed.");
    response.headers.emplace_back("Allow", method_of(route.endpoint));
    return response;
  }
  if (route.endpoint == Endpoint::token) return tokens.issue(request, answering.now);
  const std::optional<Grant> grant = tokens.grant(request, answering.now);
  if (!grant) return not_authorized();
  if (!grant->allows(scope_of(route.endpoint))) return rest_error(answering, 403, 20002, "Insufficient Privileges");
  return authorised(answering, request, target, route, *grant);
}

http::Response CloudModel::State::authorised(const Answering& answering, const http::Request& request,
                                             const Target& target, const Route& route, const Grant& grant) {
  switch (route.endpoint) {
    case Endpoint::submit:
      return submit(answering, request, target, route.kind, grant.account_id);
    case Endpoint::status:
      return status(answering, target, route.kind, grant.account_id);
    case Endpoint::requests:
      return delete_requests(answering, operations, settings.lists, grant.account_id, target);
    case Endpoint::summary:
      return delete_requests_summary(answering, operations, grant.account_id, target);
    case Endpoint::operations:
      return delete_operations(answering, operations, settings.lists, grant.account_id, target);
    case Endpoint::retry:
      return retry(answering, route, grant.account_id);
    case Endpoint::settings:
      return configure(answering, request, grant.account_id);
    case Endpoint::unknown:
    case Endpoint::token:
      break;
  }
  return rest_error(answering, 404, 0, "Not Found");
}

http::Response CloudModel::State::submit(const Answering& answering, const http::Request& request, const Target& target,
                                         Kind kind, std::int64_t account_id) {
  auto submission = read_submission(answering, kind, target, request.body);
  if (!submission) return submission.error();
  words = in_words(*submission);
  const auto& contacts = submission->contacts;
  auto matched = contacts.end();
  const auto rule = std::find_if(settings.lives.begin(), settings.lives.end(), [&](const LifeRule& one) {
    matched = std::find_if(contacts.begin(), contacts.end(),
                           [&](const std::string& contact) { return contact.find(one.match) != std::string::npos; });
    return matched != contacts.end();
  });
  const bool lives = rule == settings.lives.end() || rule->life;
  if (!lives) {
    words += " -> refused";
    return refuse(answering, *rule, *matched);
  }
  Life life = rule == settings.lives.end() ? Life{} : *rule->life;
  const SimulatedOperation& operation =
      operations.accept(account_id, std::move(*submission), std::move(life), answering.now);
  words += fmt::format(" -> operation {}", operation.id);
  return accepted(answering, operation);
}

/// The messages quote the contact, as the cloud's do.
http::Response CloudModel::State::refuse(const Answering& answering, const LifeRule& rule,
                                         std::string_view contact) const {
  const std::string message = fmt::format("'{}' can not be processed.", contact);
  switch (rule.refusal) {
    case LifeRule::Refusal::bad_request:
      return validation_error(answering, "values", message);
    case LifeRule::Refusal::envelope_400:
      return refusal(answering, 400, "operationInitiated", "InvalidContact", message);
    case LifeRule::Refusal::envelope_200:
      return refusal(answering, 200, "operationInitiated", "InvalidContact", message);
    case LifeRule::Refusal::not_found:
      return rest_error(answering, 404, 30003, message);
  }
  return rest_error(answering, 404, 30003, message);
}

http::Response CloudModel::State::status(const Answering& answering, const Target& target, Kind kind,
                                         std::int64_t account_id) {
  const std::string* text = target.parameter("operationID");
  const std::optional<std::int64_t> id = text != nullptr ? read_number(*text) : std::nullopt;
  if (!id) return validation_error(answering, "operationID", "must be an integer.");
  const SimulatedOperation* operation = operations.find(account_id, kind, *id);
  if (operation == nullptr || operation->submission.elsewhere) {
    return rest_error(answering, 404, 30003, "The operation was not found.");
  }
  const bool second = settings.second_vocabulary && operation->index % 2 == 1;
  const Progress progress = operations.progress(*operation, answering.now);
  words += " -> " + in_words(progress);
  return operation_status(answering, *operation, progress, second);
}

http::Response CloudModel::State::retry(const Answering& answering, const Route& route, std::int64_t account_id) {
  const std::optional<std::int64_t> id = read_number(route.operation);
  SimulatedOperation* operation = id ? operations.find(account_id, route.kind, *id) : nullptr;
  if (operation == nullptr) return rest_error(answering, 404, 30003, "The operation was not found.");
  if (!operations.restart(*operation, answering.now)) {
    return refusal(answering, 400, "operationRestarted", "OperationNotFailed",
                   "Only a failed operation can be retried.");
  }
  words += " -> begins again";
  json::object body{{"operationID", operation->id}, {"operationRestarted", true}};
  add_envelope(body, answering);
  body["hasErrors"] = false;
  return json_response(200, body);
}

http::Response CloudModel::State::configure(const Answering& answering, const http::Request& request,
                                            std::int64_t account_id) {
  boost::system::error_code error;
  const json::value value = json::parse(request.body, error);
  if (error) return rest_error(answering, 400, 0, "The body is not valid JSON.");
  const std::optional<int> days = read_days(value);
  if (!days) return validation_error(answering, "items", "must hold one setting with a valid value.");
  operations.change_days(account_id, *days, answering.now);
  words += *days == -1 ? " -> none" : fmt::format(" -> {}d", *days);
  json::object body{{"rowsEffected", 1}};
  add_envelope(body, answering);
  return json_response(200, body);
}

CloudModel::CloudModel(ModelSettings settings) : state_(std::make_unique<State>(std::move(settings))) {}

CloudModel::~CloudModel() = default;

http::ServerReply CloudModel::handle(const http::Request& request, Time now) {
  return state_->handle(request, now).reply;
}

CloudModel::Handled CloudModel::handle_and_tell(const http::Request& request, Time now) {
  return state_->handle(request, now);
}

void CloudModel::set_rest_instance_url(std::string url) {
  state_->settings.rest_instance_url = std::move(url);
}

void CloudModel::set_restorable_days(int days) {
  state_->operations.change_days_everywhere(days, state_->last);
}

std::int64_t CloudModel::submit_as_administrator(std::int64_t account_id, std::vector<std::string> keys, Time now) {
  Submission submission = deletion_of(std::move(keys));
  submission.of_administrator = true;
  return state_->accept_aside(account_id, std::move(submission), now);
}

std::int64_t CloudModel::submit_elsewhere(std::int64_t account_id, std::vector<std::string> keys, Time now) {
  Submission submission = deletion_of(std::move(keys));
  submission.elsewhere = true;
  return state_->accept_aside(account_id, std::move(submission), now);
}

std::vector<TrueOperation> CloudModel::truth(Time now) {
  state_->last = std::max(state_->last, now);
  std::vector<TrueOperation> result;
  for (const SimulatedOperation& operation : state_->operations.all()) {
    const Progress progress = state_->operations.progress(operation, state_->last);
    TrueOperation one;
    one.account_id = operation.account_id;
    one.action = operation.submission.kind == Kind::deletion ? "delete" : "restrict";
    one.operation_id = operation.id;
    one.of_administrator = operation.submission.of_administrator;
    one.elsewhere = operation.submission.elsewhere;
    one.type = operation.submission.type;
    one.contacts = operation.submission.contacts;
    one.received = operation.received;
    one.suppressed = progress.suppressed;
    one.ended = progress.ended;
    one.retries = operation.retries;
    one.verdict = verdict_of(operation.submission.kind, operation.life);
    result.push_back(std::move(one));
  }
  return result;
}

CloudModel::Calls CloudModel::calls() const {
  return state_->calls;
}

std::vector<Time> CloudModel::status_calls(const std::string& action, std::int64_t operation_id) const {
  const Kind kind = action == "restrict" ? Kind::restriction : Kind::deletion;
  const auto found = state_->status_calls.find({kind, operation_id});
  return found == state_->status_calls.end() ? std::vector<Time>{} : found->second;
}

}  // namespace lethe::simulator
