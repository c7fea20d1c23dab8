// The readers of the API's replies, on any body. No exception; what they say is short, printable and quotes nothing; a
// token can stand in a header; an operation ends by its own number and the word Completed alone; a body that is no JSON
// object is neither an acceptance nor a refusal.
#include "cloud/messages.hpp"

#include <algorithm>

#include "cloud/json_tree.hpp"
#include "core/operation.hpp"
#include "core/reply.hpp"
#include "fuzz/contract.hpp"

namespace {

using namespace lethe;
using fuzz::require;
using Next = core::Effect::Next;

bool is_printable(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; });
}

void read_status(std::string_view body) {
  const auto seen = cloud::read_status_reply(body);
  if (!seen) return fuzz::require_plain_line(seen.error());
  if (!seen->operation_id) return;
  require(seen->operation_id->value > 0, "an operationID is above zero");
  require(is_printable(seen->status) && seen->status.size() <= 64, "a status is a word");
  for (const auto& word : seen->background) require(is_printable(word) && word.size() <= 64, "an entry is a word");
  core::Operation operation;
  operation.state = core::State::deleting;
  operation.operation_id = seen->operation_id;
  const auto decided = core::decide(operation, *seen, core::Time{});
  const auto completed = [](const std::string& word) { return cloud::json::same_name(word, "Completed"); };
  require(decided.state != core::State::deleted ||
              (!seen->background.empty() && std::ranges::all_of(seen->background, completed)),
          "deleted means that every entry is Completed");
}

void read_submission(std::string_view body, bool is_object) {
  for (const int status : {200, 400, 503}) {
    core::Answer answer;
    answer.delivery = core::Answer::Delivery::answered;
    answer.http_status = status;
    answer.what = "HTTP";
    cloud::read_submission_reply(body, answer);
    fuzz::require_plain_line(answer.what);
    const auto effect = core::judge(answer, false);
    const bool accepted = effect.next == Next::suppressing;
    require(!accepted || (status == 200 && answer.operation_id.value_or(0) > 0 && answer.initiated.value_or(false)),
            "accepted means success, initiated and an operationID");
    require(is_object || (!accepted && effect.next != Next::rejected), "garbage neither accepts nor refuses");
    require(is_object || status != 200 || effect.next == Next::unconfirmed, "a garbled success is unconfirmed");
  }
}

void read_token(std::string_view body) {
  const auto reply = cloud::read_token_reply(body);
  if (!reply) return fuzz::require_plain_line(reply.error());
  require(!reply->access_token.empty() &&
              std::ranges::all_of(reply->access_token, [](char c) { return c > ' ' && c < 127; }),
          "a token can stand in a header");
  require(reply->expires_in > core::Duration::zero(), "a token lives");
}

void read_others(std::string_view body) {
  const auto restarted = cloud::read_retry_reply(body, core::OperationId{2038});
  if (!restarted) fuzz::require_plain_line(restarted.error());
  const auto error = cloud::read_error_reply(body);
  if (!error.code.empty()) fuzz::require_plain_line(error.code);
  require(error.code.size() <= 40, "an error code is short");
  cloud::reports_error(body);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto body = fuzz::text_of(data, size);
  const auto tree = cloud::json::parse(body);
  read_status(body);
  read_submission(body, tree && tree->object() != nullptr);
  read_token(body);
  read_others(body);
  return 0;
}
