#include "http/url.hpp"

#include <gtest/gtest.h>

#include "http/client.hpp"

namespace lethe::http {
namespace {

TEST(Url, https_with_default_port) {
  const auto address = read_url("https://Host.Example/a/b?c=d%20e#f");
  ASSERT_TRUE(address) << address.error();
  EXPECT_EQ(address->origin, (Origin{.tls = true, .host = "host.example", .port = 443}));
  EXPECT_EQ(address->host_field, "host.example");
  EXPECT_EQ(address->target, "/a/b?c=d%20e");
}

TEST(Url, no_path_is_the_root) {
  EXPECT_EQ(read_url("https://host.example").value().target, "/");
  EXPECT_EQ(read_url("https://host.example?a=b").value().target, "/?a=b");
}

TEST(Url, port_is_kept_in_the_host_field) {
  const auto address = read_url("https://host.example:8443/").value();
  EXPECT_EQ(address.origin.port, 8443);
  EXPECT_EQ(address.host_field, "host.example:8443");
  EXPECT_EQ(read_url("https://host.example:443/").value().host_field, "host.example");
}

TEST(Url, ipv6_address) {
  const auto address = read_url("http://[::1]:8080/x").value();
  EXPECT_EQ(address.origin, (Origin{.tls = false, .host = "::1", .port = 8080}));
  EXPECT_EQ(address.host_field, "[::1]:8080");
  EXPECT_EQ(text_of(address.origin), "[::1]:8080");
}

class RefusedUrl : public testing::TestWithParam<const char*> {};

TEST_P(RefusedUrl, is_refused_in_one_line_without_its_path) {
  const auto address = read_url(GetParam());
  ASSERT_FALSE(address);
  EXPECT_EQ(address.error().find('\n'), std::string::npos);
  EXPECT_EQ(address.error().find("path"), std::string::npos) << address.error();
  EXPECT_EQ(address.error().find("secret"), std::string::npos) << address.error();
}

INSTANTIATE_TEST_SUITE_P(Urls, RefusedUrl,
                         testing::Values("", "path", "/path", "ftp://host.example/path", "file:///path",
                                         "http://host.example/path", "http://128.0.0.1/path",
                                         "http://localhost.example/path", "http://127.1/path", "http://0x7f000001/path",
                                         "http://2130706433/path", "http://127.0.0.1.example/path",
                                         "https://127.0.0.1.example", "https://10.0.0.1x?a",
                                         "http://[::ffff:127.0.0.1]/path", "http://[::2]/path", "https:///path",
                                         "https://host.example./path", "https://.example/path", "https://a..b/path",
                                         "https://user:secret@host.example/path", "http://secret@127.0.0.1/path",
                                         "https://host.example:0/path", "https://host.example:65536/path",
                                         "https://ho%0d%0ast/path", "https://ho%2fst/path",
                                         "https://host.example/path with blanks", "https://host.example/path\r\nX: y"));

TEST(Loopback, by_text_alone) {
  for (const char* host : {"127.0.0.1", "127.255.1.2", "::1", "[::1]", "localhost", "LocalHost"}) {
    EXPECT_TRUE(is_loopback_host(host)) << host;
  }
  for (const char* host : {"", "128.0.0.1", "10.0.0.1", "::", "[::1", "::2", "localhost.example", "127.0.0.1.example",
                           "127.1", "0x7f.0.0.1", "0177.0.0.1", "localhost."}) {
    EXPECT_FALSE(is_loopback_host(host)) << host;
  }
}

}  // namespace
}  // namespace lethe::http
