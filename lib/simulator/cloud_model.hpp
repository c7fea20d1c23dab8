// A Marketing Cloud of our own: pure, handle(request, now) -> reply, faults included. It shares no reader or writer
// with lib/cloud: one mistake must not cancel the other.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/time.hpp"
#include "http/message.hpp"
#include "http/server.hpp"

namespace lethe::simulator {

/// How the life of an operation goes once it is accepted.
struct Life {
  std::optional<core::Duration>
      suppression;  ///< in the head of the queue; absent: drawn (lognormal, median 20 min, at most 12 h)
  std::string status =
      "Completed";  ///< phase 1 ends with this word: Completed, CompletedWithErrors, Failed, Cancelled, Invalid
  std::vector<std::string> background = {
      "Completed"};  ///< phase 2's entries at the end (delete only); may be empty with a Failed status
  bool errors_in_batch = false;
  /// After the operation's own window; absent: the time of its cohort (6 to 12.75 h), for Aborted entries some time
  /// within the window.
  std::optional<core::Duration> deletion;
  std::string other_words;                       ///< phase 2's word on the way; empty: "Processing"
  std::string status_after_retry = "Completed";  ///< phase 1 of a restarted operation; its entries end Completed
};

/// The first rule whose `match` is contained in the list key or in one of the operation's contacts decides.
struct LifeRule {
  std::string match;
  std::optional<Life> life;  ///< absent: the submission is refused
  enum class Refusal : std::uint8_t {
    bad_request,
    envelope_400,
    envelope_200,
    not_found
  } refusal = Refusal::envelope_400;
};

struct FaultRule {
  /// `lists` are all three; `requests` and `operations` are one each: deleterequests, deleteOperations.
  enum class Call : std::uint8_t {
    any,
    token,
    submit,
    status,
    lists,
    requests,
    operations,
    retry,
    settings
  } call = Call::any;
  enum class Fault : std::uint8_t {
    reset_before,        ///< nothing was done, the connection is reset
    reset_after,         ///< it was done, the reply is lost
    truncated,           ///< it was done, half of the reply
    silent,              ///< it was done, no reply
    unauthorized,        ///< 401, the token is revoked
    throttled,           ///< 429/50100 with Retry-After
    throttled_without,   ///< 429/50200 without it
    unavailable,         ///< 503/50300 with Retry-After
    server_error,        ///< 500, nothing was done
    bad_gateway_html,    ///< 502 with an HTML body; nothing was done
    garbage,             ///< it was done, 200 with what is no JSON
    server_error_after,  ///< 500, and it was done all the same
    missing,             ///< 404: there is no such call; nothing was done
  } fault = Fault::reset_before;
  double probability = 1;  ///< of each matching call
  std::int64_t most = -1;  ///< how often at most; -1: no limit
  std::optional<core::Time> from, until;
  std::int64_t retry_after = 60;  ///< seconds, for throttled and unavailable
};

/// How the lists of requests differ from the account's books.
struct ListManners {
  core::Duration requests_lag{0};    ///< what is younger isn't in deleterequests; its statusAsOfDateUtc says so
  core::Duration status_lag{0};      ///< deleterequests tells where a request stood so long ago, and doesn't say so
  std::int64_t left_out = 0;         ///< each operation of so many isn't in deleterequests; 0: none
  core::Duration operations_lag{0};  ///< what is younger isn't in deleteOperations, which says nothing of it
  bool page_ignored = false;         ///< every page is the first
  std::int64_t most_rows = 500;      ///< of a page, whatever size is asked for
  /// By so many rows each further page lies later in the list than it should; below zero, earlier. As if rows went, or
  /// came, while pages are read.
  std::int64_t moved = 0;
  bool counts_differ = false;  ///< deleteOperations counts a contact more than deleterequests
};

struct ModelSettings {
  std::uint64_t seed = 1;
  std::string client_id = "rehearsal-client";
  std::string client_secret = "rehearsal-secret";
  std::vector<std::int64_t> account_ids;  ///< accepted ones, each a queue of its own; empty: any
  std::string rest_instance_url;          ///< as the token reply says it; set after the server listens
  int restorable_days = 14;
  core::Duration token_life = std::chrono::minutes{20};  ///< expires_in is 2 min less (at least 1 s)
  /// rest_instance_url without its final slash in every second token reply, as the documented example has it; false:
  /// always with it, as real replies have it and as some public clients need it.
  bool rest_url_varies = true;
  bool may_read = true;  ///< what the package's tokens are good for
  bool may_write = true;
  core::Duration date_ahead{0};  ///< of the true time, in the Date header of every answer
  bool second_vocabulary =
      true;  ///< alternate requestID/scheduledDate and operationRequestID/scheduledTime by operation
  ListManners lists;
  std::vector<LifeRule> lives;
  std::vector<FaultRule> faults;
};

/// What really happened, for tests and the demo: never on the wire.
struct TrueOperation {
  std::int64_t account_id = 0;
  std::string action;  ///< "delete" or "restrict"
  std::int64_t operation_id = 0;
  bool of_administrator = false;      ///< see CloudModel::submit_as_administrator
  bool elsewhere = false;             ///< see CloudModel::submit_elsewhere
  std::string type;                   ///< keys, ids, listReference
  std::vector<std::string> contacts;  ///< as received; for a list its key
  core::Time received;
  std::optional<core::Time> suppressed;  ///< the end of phase 1, once it is known
  std::optional<core::Time> ended;       ///< the end of phase 2
  int retries = 0;                       ///< how often it began anew: the times above are the last way's
  std::string verdict;  ///< Lethe's word for where it will end or has ended: deleted, restricted, restored, failed, …
};

class CloudModel {
 public:
  explicit CloudModel(ModelSettings settings);
  ~CloudModel();
  /// Paths and property names without regard to case. `now` never goes back.
  http::ServerReply handle(const http::Request& request, core::Time now);
  /// The same, with what a person may read about it: no contact, no token.
  struct Handled {
    http::ServerReply reply;
    std::string words;                      ///< "submit 3 keys -> operation 12", "status 12 -> Processing"
    std::optional<FaultRule::Fault> fault;  ///< that was played
  };
  Handled handle_and_tell(const http::Request& request, core::Time now);
  void set_rest_instance_url(std::string url);
  void set_restorable_days(int days);
  /// An administrator of the account has contacts deleted on a page of the cloud's own: an operation that another user
  /// created. Returns its operationID.
  std::int64_t submit_as_administrator(std::int64_t account_id, std::vector<std::string> keys, core::Time now);
  /// Another business unit of the account has contacts deleted: the account's lists show the operation, and its status
  /// can't be asked for from here. Returns its operationID.
  std::int64_t submit_elsewhere(std::int64_t account_id, std::vector<std::string> keys, core::Time now);
  /// As of `now`.
  std::vector<TrueOperation> truth(core::Time now);
  struct Calls {
    std::int64_t token = 0, submit = 0, status = 0, lists = 0, other = 0;
  };
  Calls calls() const;
  /// When each status call for an operation was received.
  std::vector<core::Time> status_calls(const std::string& action, std::int64_t operation_id) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lethe::simulator
