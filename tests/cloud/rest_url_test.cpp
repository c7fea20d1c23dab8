// Where a token may be sent, case by case.
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "cloud/token.hpp"

namespace lethe::cloud {
namespace {

struct Case {
  const char* name;
  const char* rest;
  const char* auth;
  std::optional<std::string> normal;  ///< absent: refused
};

constexpr const char* cloud_auth = "https://mc1.auth.marketingcloudapis.com";
constexpr const char* own_auth = "https://auth.sim.example.org";
constexpr const char* loopback_auth = "http://127.0.0.1:8080";
const std::optional<std::string> refused;
const std::string long_host = "https://" + std::string(240, 'a') + ".marketingcloudapis.com";
const std::string cloud_rest = "https://mc1.rest.marketingcloudapis.com";

class RestUrl : public ::testing::TestWithParam<Case> {};

TEST_P(RestUrl, is_normalised_or_refused) {
  const auto& c = GetParam();
  const auto result = normalise_rest_url(c.rest, c.auth);
  if (c.normal) {
    ASSERT_TRUE(result.has_value()) << result.error();
    EXPECT_EQ(*result, *c.normal);
  } else {
    ASSERT_FALSE(result.has_value()) << *result;
    EXPECT_FALSE(result.error().empty());
  }
}

INSTANTIATE_TEST_SUITE_P(
    Accepted, RestUrl,
    ::testing::Values(
        Case{"documented_example", "mc1.rest.marketingcloudapis.com", cloud_auth, cloud_rest},
        Case{"with_scheme_and_slash", "https://mc1.rest.marketingcloudapis.com/", cloud_auth, cloud_rest},
        Case{"with_slashes", "https://mc1.rest.marketingcloudapis.com///", cloud_auth, cloud_rest},
        Case{"without_scheme_with_slash", "mc1.rest.marketingcloudapis.com/", cloud_auth, cloud_rest},
        Case{"upper_case", "HTTPS://MC1.REST.MarketingCloudAPIs.com/", cloud_auth, cloud_rest},
        Case{"port", "https://mc1.rest.marketingcloudapis.com:8443/", cloud_auth, cloud_rest + ":8443"},
        Case{"empty_port", "https://mc1.rest.marketingcloudapis.com:/", cloud_auth, cloud_rest},
        Case{"path", "https://mc1.rest.marketingcloudapis.com/base/", cloud_auth, cloud_rest + "/base"},
        Case{"neighbour_of_auth", "https://rest.sim.example.org/", own_auth, "https://rest.sim.example.org"},
        Case{"auth_host_itself", "https://auth.sim.example.org", own_auth, "https://auth.sim.example.org"},
        Case{"cloud_beside_own_auth", "mc1.rest.marketingcloudapis.com", own_auth, cloud_rest},
        Case{"below_two_label_auth", "https://rest.example.org", "https://example.org", "https://rest.example.org"},
        Case{"same_address", "https://10.0.0.5:8443", "https://10.0.0.5", "https://10.0.0.5:8443"},
        Case{"loopback_http", "http://127.0.0.1:9090/", loopback_auth, "http://127.0.0.1:9090"},
        Case{"loopback_https", "https://localhost:9443/", loopback_auth, "https://localhost:9443"},
        Case{"loopback_without_scheme", "127.0.0.1:9090", loopback_auth, "http://127.0.0.1:9090"},
        Case{"loopback_v6", "http://[::1]:9090/", "http://[::1]:8080", "http://[::1]:9090"}),
    [](const auto& tested) { return std::string{tested.param.name}; });

INSTANTIATE_TEST_SUITE_P(
    Refused, RestUrl,
    ::testing::Values(
        Case{"empty", "", cloud_auth, refused}, Case{"no_url", "https://", cloud_auth, refused},
        Case{"blank", "mc1 rest", cloud_auth, refused},
        Case{"foreign_host", "https://rest.example.com/", cloud_auth, refused},
        Case{"foreign_host_for_own_auth", "https://rest.sim.example.com/", own_auth, refused},
        Case{"suffix_trick", "https://evilmarketingcloudapis.com/", cloud_auth, refused},
        Case{"suffix_trick_below", "https://mc1.rest.evilmarketingcloudapis.com/", cloud_auth, refused},
        Case{"suffix_trick_for_own_auth", "https://restsim.example.org/", own_auth, refused},
        Case{"prefix_trick", "https://mc1.rest.marketingcloudapis.com.example.com/", cloud_auth, refused},
        Case{"trailing_dot", "https://mc1.rest.marketingcloudapis.com./", cloud_auth, refused},
        Case{"userinfo_trick", "https://mc1.rest.marketingcloudapis.com@example.com/", cloud_auth, refused},
        Case{"userinfo_trick_without_scheme", "mc1.rest.marketingcloudapis.com:443@example.com", cloud_auth, refused},
        Case{"userinfo_before_the_cloud", "https://me:pw@mc1.rest.marketingcloudapis.com/", cloud_auth, refused},
        Case{"backslash_trick", "https://example.com\\@mc1.rest.marketingcloudapis.com/", cloud_auth, refused},
        Case{"fragment_trick", "https://example.com#.marketingcloudapis.com", cloud_auth, refused},
        Case{"query_trick", "https://example.com?.marketingcloudapis.com", cloud_auth, refused},
        Case{"query", "https://mc1.rest.marketingcloudapis.com/?a=b", cloud_auth, refused},
        Case{"escaped_host", "https://example.com%2f.marketingcloudapis.com/", cloud_auth, refused},
        Case{"line_end", "https://mc1.rest.marketingcloudapis.com/\r\nX: y", cloud_auth, refused},
        Case{"http", "http://mc1.rest.marketingcloudapis.com/", cloud_auth, refused},
        Case{"other_scheme", "ftp://mc1.rest.marketingcloudapis.com/", cloud_auth, refused},
        Case{"port_out_of_range", "https://mc1.rest.marketingcloudapis.com:99999/", cloud_auth, refused},
        Case{"port_zero", "https://mc1.rest.marketingcloudapis.com:0/", cloud_auth, refused},
        Case{"loopback_for_the_cloud", "http://127.0.0.1:9090/", cloud_auth, refused},
        Case{"loopback_https_for_the_cloud", "https://localhost/", cloud_auth, refused},
        Case{"address_as_a_prefix", "http://127.0.0.1.example.com/", loopback_auth, refused},
        Case{"address_as_a_prefix_without_scheme", "127.0.0.1.example.com", loopback_auth, refused},
        Case{"address_v6_as_a_prefix", "http://[::1].example.com/", "http://[::1]:8080", refused},
        Case{"localhost_as_a_prefix", "http://localhost.example.com/", loopback_auth, refused},
        Case{"same_address_as_a_prefix", "https://10.0.0.5.example.com/", "https://10.0.0.5", refused},
        Case{"cloud_for_loopback", "https://mc1.rest.marketingcloudapis.com/", loopback_auth, refused},
        Case{"other_scheme_on_loopback", "ftp://127.0.0.1/", loopback_auth, refused},
        Case{"other_address", "https://11.0.0.5", "https://10.0.0.5", refused},
        Case{"top_level_of_two_labels", "https://evil.org", "https://example.org", refused},
        Case{"longer_than_any_name", long_host.c_str(), cloud_auth, refused},
        Case{"dots_alone", "https://......", "https://...", refused},
        Case{"top_level_after_a_final_dot", "https://evil.org.", "https://example.org.", refused},
        Case{"final_dot_for_own_auth", "https://rest.sim.example.org.", own_auth, refused},
        Case{"number_that_is_no_address", "https://9.2.3", "https://1.2.3", refused},
        Case{"auth_is_no_url", "https://rest.example.org", "auth", refused}),
    [](const auto& tested) { return std::string{tested.param.name}; });

}  // namespace
}  // namespace lethe::cloud
