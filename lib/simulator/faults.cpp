#include "simulator/faults.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <string_view>
#include <utility>

#include "simulator/tokens.hpp"

namespace lethe::simulator {
namespace {

using Fault = FaultRule::Fault;
using Manner = http::ServerReply::Manner;

http::Response unauthorized(FaultRule::Call call) {
  return call == FaultRule::Call::token ? token_error(401, "invalid_client", "The client is not known.")
                                        : not_authorized();
}

http::Response garbage() {
  http::Response response;
  response.status = 200;
  response.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
  response.body = "{\"operationInitiated\": tru";
  return response;
}

http::Response with_retry_after(http::Response response, std::int64_t seconds) {
  response.headers.emplace_back("Retry-After", fmt::to_string(seconds));
  return response;
}

bool concerns(FaultRule::Call of_rule, FaultRule::Call call) {
  using Call = FaultRule::Call;
  const bool one_of_the_lists = call == Call::requests || call == Call::operations;
  return of_rule == Call::any || of_rule == call || (of_rule == Call::lists && one_of_the_lists);
}

}  // namespace

Faults::Faults(Draws draws, std::vector<FaultRule> rules)
    : draws_(draws), rules_(std::move(rules)), used_(rules_.size(), 0) {}

const FaultRule* Faults::choose(FaultRule::Call call, std::uint64_t number, core::Time now) {
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const FaultRule& rule = rules_[i];
    const bool matches = concerns(rule.call, call);
    const bool in_time = (!rule.from || now >= *rule.from) && (!rule.until || now < *rule.until);
    const bool left = rule.most < 0 || used_[i] < rule.most;
    if (!matches || !in_time || !left) continue;
    if (draws_.uniform(fmt::format("fault {}", i), number) >= rule.probability) continue;
    ++used_[i];
    return &rule;
  }
  return nullptr;
}

bool is_done(Fault fault) {
  switch (fault) {
    case Fault::reset_after:
    case Fault::truncated:
    case Fault::silent:
    case Fault::garbage:
    case Fault::server_error_after:
      return true;
    case Fault::reset_before:
    case Fault::unauthorized:
    case Fault::throttled:
    case Fault::throttled_without:
    case Fault::unavailable:
    case Fault::server_error:
    case Fault::bad_gateway_html:
    case Fault::missing:
      return false;
  }
  return false;
}

http::ServerReply spoiled(const Answering& answering, const FaultRule& rule, http::ServerReply reply) {
  switch (rule.fault) {
    case Fault::reset_before:
    case Fault::reset_after:
      reply.manner = Manner::reset;
      break;
    case Fault::truncated:
      reply.manner = Manner::truncated;
      break;
    case Fault::silent:
      reply.manner = Manner::silent;
      break;
    case Fault::unauthorized:
      reply.response = unauthorized(rule.call);
      break;
    case Fault::throttled:
      reply.response = with_retry_after(rest_error(answering, 429, 50100, "Too Many Requests"), rule.retry_after);
      break;
    case Fault::throttled_without:
      reply.response = rest_error(answering, 429, 50200, "The number of requests exceeds what the account may send.");
      break;
    case Fault::unavailable:
      reply.response = with_retry_after(rest_error(answering, 503, 50300, "Service Unavailable"), rule.retry_after);
      break;
    case Fault::server_error:
    case Fault::server_error_after:
      reply.response = rest_error(answering, 500, 0, "Internal Server Error");
      break;
    case Fault::bad_gateway_html:
      reply.response = html_response(502, "Bad Gateway");
      break;
    case Fault::garbage:
      reply.response = garbage();
      break;
    case Fault::missing:
      reply.response = rest_error(answering, 404, 0, "Not Found");
      break;
  }
  return reply;
}

}  // namespace lethe::simulator
