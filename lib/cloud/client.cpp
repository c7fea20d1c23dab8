#include "cloud/client.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "cloud/messages_window.hpp"
#include "cloud/outcome.hpp"

namespace lethe::cloud {

namespace {

namespace asio = boost::asio;

constexpr std::string_view status_call = "status call";
constexpr std::string_view retry_call = "retry";
constexpr std::string_view submission_call = "submission";
constexpr std::string_view requests_call = "list of requests";
constexpr std::string_view operations_call = "list of operations";
constexpr std::string_view summary_call = "summary of requests";
constexpr std::string_view window_call = "restore window";
constexpr int status_not_found = 404;
constexpr int status_no_service = 596;
constexpr int status_proxy = 407;

/// One call of the API, without what changes from attempt to attempt.
struct Call {
  std::string method;
  std::string path;
  std::string body;
  bool fresh_connection = false;
  bool submits = false;
};

/// What became of a call that had a token, and wasn't held back.
struct Outcome {
  std::expected<http::Response, http::Failure> response;
  bool authorised_again = false;
};

http::Request request_of(const Call& call, const Token& token) {
  http::Request request;
  request.method = call.method;
  request.url = token.rest_url + call.path;
  request.headers = {{"Authorization", "Bearer " + token.access_token}, {"Content-Type", "application/json"}};
  request.body = call.body;
  request.fresh_connection = call.fresh_connection;
  return request;
}

core::Answer lost_or_not_sent(const http::Failure& failure) {
  core::Answer answer;
  answer.delivery = failure.request_sent ? core::Answer::Delivery::lost : core::Answer::Delivery::not_sent;
  answer.what = no_answer(submission_call, failure).what;
  return answer;
}

core::Answer answer_of(const http::Response& response) {
  core::Answer answer;
  answer.delivery = core::Answer::Delivery::answered;
  answer.http_status = response.status;
  answer.retry_after = retry_after(response);
  answer.what = "HTTP " + std::to_string(response.status);
  read_submission_reply(response.body, answer);
  answer.what += missing_scope(response.status, answer.errorcode, write_scope);
  // A body that can be read counts for more than its content type.
  if (answer.shape == core::Answer::Shape::unreadable && says_html(response)) answer.shape = core::Answer::Shape::html;
  return answer;
}

/// An answer of success that holds no operation, and says that it is an error: the cloud doesn't know the operation.
Failure error_instead(const http::Response& response) {
  const auto error = read_error_reply(response.body);
  Failure failure = contract_failure(status_call, response.status, "an error message instead of an operation");
  if (!error.code.empty()) failure.what += ", " + error.code;
  if (error.errorcode.value_or(errorcode_not_found) == errorcode_not_found) {
    failure.kind = Failure::Kind::unknown_operation;
  }
  return failure;
}

std::expected<core::Observation, Failure> observation_of(const http::Response& response) {
  if (response.status / 100 != 2) {
    Failure failure = refusal(status_call, response, read_scope);
    const bool not_found = response.status == 404 && read_error_reply(response.body).errorcode == errorcode_not_found;
    if (not_found) failure.kind = Failure::Kind::unknown_operation;
    return std::unexpected(std::move(failure));
  }
  auto observation = read_status_reply(response.body);
  if (!observation) return std::unexpected(contract_failure(status_call, response.status, observation.error()));
  if (!observation->operation_id && reports_error(response.body)) return std::unexpected(error_instead(response));
  return std::move(*observation);
}

template <class Page>
using PageReader = std::expected<Page, std::string> (*)(std::string_view body);

template <class Page>
std::expected<Page, Failure> page_of(std::string_view call, const http::Response& response, PageReader<Page> read) {
  if (response.status / 100 != 2) {
    Failure failure = refusal(call, response, read_scope);
    const bool missing = response.status == status_not_found || response.status == status_no_service;
    if (missing) failure.kind = Failure::Kind::missing;
    return std::unexpected(std::move(failure));
  }
  // A page that reports an error is no page, however empty it looks.
  if (reports_error(response.body)) {
    return std::unexpected(contract_failure(call, response.status, "an error message instead of a page"));
  }
  auto page = read(response.body);
  if (!page) return std::unexpected(contract_failure(call, response.status, page.error()));
  return std::move(*page);
}

/// A refusal of the retry itself; every other one is about the account or the moment.
bool refuses_retry(const http::Response& response) {
  const int status = response.status;
  if (status == 404) return read_error_reply(response.body).errorcode == errorcode_not_found;
  return (status == 400 || status == 409) && !says_html(response);
}

std::expected<Client::Restart, Failure> restart_of(const http::Response& response, core::OperationId id) {
  if (response.status / 100 != 2) {
    Failure failure = refusal(retry_call, response, write_scope);
    if (refuses_retry(response)) return Client::Restart{.restarted = false, .refusal = std::move(failure.what)};
    return std::unexpected(std::move(failure));
  }
  const auto restarted = read_retry_reply(response.body, id);
  if (!restarted && reports_error(response.body)) {
    return Client::Restart{.restarted = false, .refusal = "retry: the answer says that it is an error"};
  }
  if (!restarted) return std::unexpected(contract_failure(retry_call, response.status, restarted.error()));
  return Client::Restart{.restarted = *restarted, .refusal = *restarted ? "" : "retry: the cloud did not restart it"};
}

/// The account may lack the permission for this alone, so that its other work goes on.
bool refuses_setting(const Failure& failure) {
  if (failure.http_status == status_no_service) return true;
  const bool of_the_call = failure.kind == Failure::Kind::forbidden || failure.kind == Failure::Kind::contract;
  return of_the_call && failure.http_status / 100 == 4 && failure.http_status != status_proxy;
}

std::expected<std::string, Failure> window_of(const http::Response& response) {
  if (response.status / 100 != 2) {
    Failure failure = refusal(window_call, response, write_scope);
    if (refuses_setting(failure)) return std::move(failure.what);
    return std::unexpected(std::move(failure));
  }
  if (reports_error(response.body)) return "restore window: the answer says that it is an error";
  const auto rows = read_window_reply(response.body);
  if (!rows) return std::unexpected(contract_failure(window_call, response.status, rows.error()));
  return *rows > 0 ? "" : "restore window: the cloud says that it changed nothing";
}

/// The call was refused for its token alone, and may be made once more. A submission's 401 that tells of an operation
/// is an answer as any other.
bool refuses_token(const Call& call, const http::Response& response) {
  if (response.status != 401) return false;
  return !call.submits || core::judge(answer_of(response), false).next == core::Effect::Next::authorise;
}

class AccountClient : public Client {
 public:
  AccountClient(core::AccountSettings account, std::unique_ptr<http::Client> http, support::Clock& clock,
                asio::any_io_executor executor, std::function<void()> request_made,
                std::function<std::string()> held_back, std::shared_ptr<TokenMemory> memory)
      : http_(std::move(http)),
        clock_(clock),
        request_made_(std::move(request_made)),
        held_back_(std::move(held_back)),
        tokens_(std::move(account), *http_, clock, std::move(executor), request_made_, held_back_, std::move(memory)) {}

  asio::awaitable<Submitted> submit(Submission submission) override {
    Call call;
    call.method = "POST";
    call.path = submission_path(submission.action, submission.selector);
    call.body = submission_body(submission);
    call.fresh_connection = true;
    call.submits = true;
    const auto outcome = co_await perform(std::move(call));
    Submitted submitted;
    if (outcome) {
      submitted.answer =
          outcome->response ? answer_of(*outcome->response) : lost_or_not_sent(outcome->response.error());
      submitted.authorised_again = outcome->authorised_again;
    } else {
      submitted.answer.delivery = core::Answer::Delivery::not_sent;
      submitted.answer.what = outcome.error().what;
      submitted.failure = outcome.error();
    }
    co_return submitted;
  }

  asio::awaitable<std::expected<core::Observation, Failure>> status(core::Action action,
                                                                    core::OperationId id) override {
    Call call;
    call.method = "GET";
    call.path = status_path(action, id);
    const auto outcome = co_await perform(std::move(call));
    if (!outcome) co_return std::unexpected(outcome.error());
    if (!outcome->response) co_return std::unexpected(no_answer(status_call, outcome->response.error()));
    co_return observation_of(*outcome->response);
  }

  asio::awaitable<std::expected<ListPage, Failure>> delete_requests(core::Time from, core::Time until,
                                                                    int page) override {
    return get(requests_call, delete_requests_path(from, until, page), read_delete_requests);
  }

  asio::awaitable<std::expected<ListPage, Failure>> delete_operations(int page) override {
    return get(operations_call, delete_operations_path(page), read_delete_operations);
  }

  asio::awaitable<std::expected<ReportedPage, Failure>> requests_report(core::Time from, core::Time until,
                                                                        int page) override {
    return get(requests_call, requests_report_path(from, until, page), read_requests_report);
  }

  asio::awaitable<std::expected<Summary, Failure>> summary(core::Time from, core::Time until) override {
    return get(summary_call, summary_path(from, until), read_summary);
  }

  asio::awaitable<std::expected<std::string, Failure>> set_window(int days) override {
    Call call;
    call.method = "POST";
    call.path = window_path();
    call.body = window_body(days);
    call.fresh_connection = true;
    const auto outcome = co_await perform(std::move(call));
    if (!outcome) co_return std::unexpected(outcome.error());
    if (!outcome->response) co_return std::unexpected(no_answer(window_call, outcome->response.error()));
    co_return window_of(*outcome->response);
  }

  asio::awaitable<std::expected<Restart, Failure>> retry(core::Action action, core::OperationId id) override {
    Call call;
    call.method = "POST";
    call.path = retry_path(action, id);
    call.fresh_connection = true;
    const auto outcome = co_await perform(std::move(call));
    if (!outcome) co_return std::unexpected(outcome.error());
    if (!outcome->response) co_return std::unexpected(no_answer(retry_call, outcome->response.error()));
    co_return restart_of(*outcome->response, id);
  }

  asio::awaitable<std::expected<Access, Failure>> authorise() override {
    const auto token = co_await tokens_.get();
    if (!token) co_return std::unexpected(token.error());
    co_return Access{.scope = token->scope, .told_at = token->told_at};
  }

  bool credentials_mended() const override { return tokens_.mended(); }

 private:
  template <class Page>
  asio::awaitable<std::expected<Page, Failure>> get(std::string_view name, std::string path, PageReader<Page> read) {
    Call call;
    call.method = "GET";
    call.path = std::move(path);
    const auto outcome = co_await perform(std::move(call));
    if (!outcome) co_return std::unexpected(outcome.error());
    if (!outcome->response) co_return std::unexpected(no_answer(name, outcome->response.error()));
    co_return page_of(name, *outcome->response, read);
  }

  /// With a token; after a 401 once more with a new one. The error is that of a token that can't be had, or of a
  /// request that may not be made now.
  asio::awaitable<std::expected<Outcome, Failure>> perform(Call call) {
    const auto token = co_await tokens_.get();
    if (!token) co_return std::unexpected(token.error());
    if (auto failure = not_now()) co_return std::unexpected(std::move(*failure));
    Outcome outcome;
    outcome.response = co_await send(request_of(call, *token));
    note_authority(outcome, *token);
    if (!outcome.response || !refuses_token(call, *outcome.response)) co_return outcome;
    const auto renewed = co_await tokens_.renew(token->access_token);
    if (!renewed) co_return std::unexpected(renewed.error());
    if (auto failure = not_now()) co_return std::unexpected(std::move(*failure));
    outcome.response = co_await send(request_of(call, *renewed));
    outcome.authorised_again = true;
    note_authority(outcome, *renewed);
    co_return outcome;
  }

  std::optional<Failure> not_now() const {
    const std::string why_not = held_back_ ? held_back_() : std::string{};
    if (why_not.empty()) return std::nullopt;
    return held_back("call", why_not);
  }

  /// What an answer says about the token that the call was made with.
  void note_authority(const Outcome& outcome, const Token& token) {
    if (!outcome.response || outcome.response->status == 401) return;
    tokens_.accepted();
    // A scope that is granted later is in a later token only.
    const bool no_privilege =
        outcome.response->status == 403 && read_error_reply(outcome.response->body).errorcode == errorcode_no_privilege;
    if (no_privilege) tokens_.forget(token.access_token);
  }

  /// A GET is made once more where it met a connection that the other side had closed: one more request, which counts
  /// and asks for leave as every other.
  asio::awaitable<std::expected<http::Response, http::Failure>> send(http::Request request) {
    request_made_();
    auto response = co_await http_->exchange(request);
    if (!response && response.error().stale && request.method == "GET" && !not_now()) {
      request.fresh_connection = true;
      request_made_();
      response = co_await http_->exchange(std::move(request));
    }
    if (response) date_to_seconds(*response, clock_.now());
    co_return response;
  }

  std::unique_ptr<http::Client> http_;
  support::Clock& clock_;
  std::function<void()> request_made_;
  std::function<std::string()> held_back_;
  TokenSource tokens_;
};

}  // namespace

std::unique_ptr<Client> make_client(core::AccountSettings account, std::unique_ptr<http::Client> http,
                                    support::Clock& clock, asio::any_io_executor executor,
                                    std::function<void()> request_made, std::function<std::string()> held_back,
                                    std::shared_ptr<TokenMemory> memory) {
  return std::make_unique<AccountClient>(std::move(account), std::move(http), clock, std::move(executor),
                                         std::move(request_made), std::move(held_back), std::move(memory));
}

}  // namespace lethe::cloud
