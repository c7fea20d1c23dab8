#include "http/loopback_identity.hpp"

#include "http/certificates.hpp"
#include "http/client_fixture.hpp"
#include "http/server.hpp"

namespace lethe::http::test {
namespace {

class LoopbackIdentityTest : public ClientTest {
 protected:
  /// A server with a new identity; the client trusts `trusted`, or that identity's authority.
  void serve(const std::string& address, const std::string& trusted = {}) {
    const auto identity = make_loopback_identity(address);
    ASSERT_TRUE(identity) << identity.error();
    ServerSettings wanted;
    wanted.address = address;
    wanted.certificate_pem = identity->certificate_pem;
    wanted.key_pem = identity->key_pem;
    auto made = make_server(io.get_executor(), wanted, [](const Request&) -> boost::asio::awaitable<ServerReply> {
      co_return ServerReply{.response = {.status = 200}};
    });
    ASSERT_TRUE(made) << made.error();
    server = std::move(*made);
    settings.ca_file = write_file(trusted.empty() ? identity->ca_pem : trusted);
  }
  std::string url(const std::string& host) const { return "https://" + host + ":" + std::to_string(server->port()); }

  void TearDown() override {
    destroy_client();
    if (server) run(io, server->stop());
  }

  std::unique_ptr<Server> server;
};

TEST_F(LoopbackIdentityTest, who_trusts_its_authority_is_content_with_address_and_name) {
  serve("127.0.0.1");
  EXPECT_TRUE(get(url("127.0.0.1")));
  EXPECT_TRUE(get(url("localhost")));
}

TEST_F(LoopbackIdentityTest, another_address_of_loopback_is_named_too) {
  serve("127.0.0.77");
  const auto outcome = get(url("127.0.0.77"));
  EXPECT_TRUE(outcome) << outcome.error().what;
}

TEST_F(LoopbackIdentityTest, another_authority_of_the_same_name_is_not_trusted) {
  const auto other = make_loopback_identity("127.0.0.1");
  ASSERT_TRUE(other);
  serve("127.0.0.1", other->ca_pem);
  expect_failure(get(url("127.0.0.1")), Kind::tls, false, "certificate refused");
}

}  // namespace
}  // namespace lethe::http::test
