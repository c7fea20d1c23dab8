// An account's client on a network that answers from a script, and a look at each failure's text for what must stay
// secret.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "cloud/client.hpp"
#include "fakes.hpp"

namespace lethe::cloud::testing {

using Status = std::expected<core::Observation, Failure>;

inline const std::string quoting_body =
    R"({"message":"C0NTACTMARKER S3CRETMARKER T0KENMARKER","errorcode":40002,"documentation":"C0NTACTMARKER"})";

/// The other side had closed the connection that it was sent on.
inline Reply stale() {
  Reply reply = broken(true);
  reply.error().stale = true;
  return reply;
}

class ClientRig : public ::testing::Test {
 protected:
  void SetUp() override {
    client_ = make_client(
        account(), std::make_unique<FakeHttp>(network_), clock_, context_.get_executor(), [this] { ++counted_; },
        [this] { return counted_ < allowed_ ? "" : "enough"; });
  }
  void TearDown() override {
    EXPECT_EQ(network_.script.size(), 0U) << "answers that nobody asked for";
    EXPECT_EQ(static_cast<std::size_t>(counted_), network_.requests.size()) << "every exchange is counted";
  }

  void answers(Reply answer) { network_.script.push_back(std::move(answer)); }
  Status status(core::Action action = core::Action::delete_contacts, std::int64_t id = 1) {
    auto result = run(context_, client_->status(action, core::OperationId{id}));
    if (!result) {
      EXPECT_FALSE(quotes_a_marker(result.error().what)) << result.error().what;
    }
    return result;
  }
  Failure failure() {
    const auto result = status();
    EXPECT_FALSE(result.has_value());
    return result ? Failure{} : result.error();
  }
  std::expected<Client::Restart, Failure> retry(std::int64_t id, core::Action action = core::Action::delete_contacts) {
    return run(context_, client_->retry(action, core::OperationId{id}));
  }
  Client::Submitted submit() {
    Submission submission;
    submission.contacts = {contact_marker, "B"};
    auto result = run(context_, client_->submit(submission));
    EXPECT_FALSE(quotes_a_marker(result.answer.what)) << result.answer.what;
    if (result.failure) {
      EXPECT_FALSE(quotes_a_marker(result.failure->what)) << result.failure->what;
    }
    return result;
  }
  const http::Request& request(std::size_t index) const { return network_.requests.at(index); }

  boost::asio::io_context context_;
  ManualClock clock_;
  Network network_{context_};
  int counted_ = 0;
  int allowed_ = std::numeric_limits<int>::max();  ///< requests; then they are held back
  std::unique_ptr<Client> client_;
};

}  // namespace lethe::cloud::testing
