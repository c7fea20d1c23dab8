#include "config/fixture.hpp"

namespace lethe::config {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string subdomain_line = "subdomain = \"mcabcdefghijklmnopqrstuvwxyz\"\n";
const std::string secret_line = "client_secret_file = \"acme.secret\"\n";

std::string account_with(const std::string& old_text, const std::string& new_text) {
  std::string text = account_text;
  return text.replace(text.find(old_text), old_text.size(), new_text);
}

TEST_F(ConfigTest, account_has_the_documented_defaults) {
  const core::Settings settings = settings_of(account_text);
  ASSERT_EQ(settings.accounts.size(), 1U);
  const core::AccountSettings& account = settings.accounts.front();
  EXPECT_EQ(account.name, "acme");
  EXPECT_EQ(account.auth_url, "https://mcabcdefghijklmnopqrstuvwxyz.auth.marketingcloudapis.com");
  EXPECT_EQ(account.rest_url, std::nullopt);
  EXPECT_EQ(account.ca_file, "");
  EXPECT_EQ(account.client_id, "client");
  EXPECT_EQ(account.client_secret.kind, core::SecretSource::Kind::file);
  EXPECT_EQ(account.client_secret.name, (folder_ / "acme.secret").string());
  EXPECT_EQ(account.account_id, 7);
  EXPECT_EQ(account.max_contacts_per_operation, 50'000);
  EXPECT_EQ(account.min_time_between_submissions, 5min);
  EXPECT_EQ(account.max_operations_in_suppression, 1);
  EXPECT_EQ(account.max_contacts_per_day, 1'000'000);
  EXPECT_EQ(account.requests_per_day, 5'000);
  EXPECT_EQ(account.requests_in_flight, 4);
  EXPECT_EQ(account.cloud_retries, 0);
  EXPECT_FALSE(account.sweep);
}

TEST_F(ConfigTest, every_key_of_an_account_is_taken) {
  const core::Settings settings = settings_of(
      "[[account]]\nname = \"b.c-d_1\"\nauth_url = \"https://auth.example:8443/\"\nrest_url = "
      "\"https://rest.example//\"\n"
      "ca_file = \"ca.pem\"\nclient_id = \"x\"\nclient_secret_credential = \"cred\"\naccount_id = 10650003\n"
      "max_contacts_per_operation = 1000000\nmin_time_between_submissions = \"0s\"\nmax_operations_in_suppression = 2\n"
      "max_contacts_per_day = 5\nrequests_per_day = 6\nrequests_in_flight = 64\ncloud_retries = 3\nsweep = true\n");
  ASSERT_EQ(settings.accounts.size(), 1U);
  const core::AccountSettings& account = settings.accounts.front();
  EXPECT_EQ(account.auth_url, "https://auth.example:8443");
  EXPECT_EQ(account.rest_url, "https://rest.example");
  EXPECT_EQ(account.ca_file, folder_ / "ca.pem");
  EXPECT_EQ(account.client_secret.kind, core::SecretSource::Kind::credential);
  EXPECT_EQ(account.client_secret.name, "cred");
  EXPECT_EQ(account.max_contacts_per_operation, 1'000'000);
  EXPECT_EQ(account.min_time_between_submissions, 0s);
  EXPECT_EQ(account.max_operations_in_suppression, 2);
  EXPECT_EQ(account.max_contacts_per_day, 5);
  EXPECT_EQ(account.requests_per_day, 6);
  EXPECT_EQ(account.requests_in_flight, 64);
  EXPECT_EQ(account.cloud_retries, 3);
  EXPECT_TRUE(account.sweep);
}

TEST_F(ConfigTest, plain_http_to_loopback_only) {
  for (const char* host : {"127.0.0.1:8080", "127.9.9.9", "[::1]:1", "localhost", "LOCALHOST:99"}) {
    EXPECT_THAT(faults_of(account_with(subdomain_line, "auth_url = \"http://" + std::string(host) + "\"\n")), IsEmpty())
        << host;
  }
  for (const char* host :
       {"128.0.0.1", "example.com", "localhost.example.com", "[::2]", "0.0.0.0", "2130706433", "127.1"}) {
    EXPECT_THAT(faults_of(account_with(subdomain_line, "auth_url = \"http://" + std::string(host) + "\"\n")),
                ElementsAre(HasSubstr("account.acme.auth_url: is http to a host that isn't loopback")))
        << host;
  }
}

TEST_F(ConfigTest, addresses_that_only_begin_like_loopback) {
  for (const char* host :
       {"127.0.0.1.example.com", "127.0.0.1example.com/", "[::1].example.com", "127.0.0.1:80example.com"}) {
    EXPECT_THAT(faults_of(account_with(subdomain_line, "auth_url = \"http://" + std::string(host) + "\"\n")),
                ElementsAre(HasSubstr("account.acme.auth_url: isn't a URL of a host")))
        << host;
  }
}

TEST_F(ConfigTest, hosts_with_empty_labels) {
  for (const char* host : {"auth.example.com.", ".example.com", "auth..example.com", ".", "....."}) {
    EXPECT_THAT(faults_of(account_with(subdomain_line, "auth_url = \"https://" + std::string(host) + "\"\n")),
                ElementsAre(HasSubstr("account.acme.auth_url: isn't a URL of a host")))
        << host;
  }
}

TEST_F(ConfigTest, ports_out_of_range) {
  for (const char* port : {"0", "65536", "65979", "999999999999"}) {
    EXPECT_THAT(faults_of(account_text + "rest_url = \"https://host:" + port + "\"\n"),
                ElementsAre(HasSubstr("account.acme.rest_url: isn't a URL of a host")))
        << port;
  }
}

TEST_F(ConfigTest, urls_with_more_than_a_host) {
  for (const char* url :
       {"https://user:s3cret@host", "https://s3cret@host", "https://host?s3cret", "https://host/#s3cret",
        "ftp://s3cret", "s3cret", "", "https://", "https:///s3cret", "https://s3c ret", "//s3cret"}) {
    const auto faults = faults_of(account_text + "rest_url = \"" + url + "\"\n");
    ASSERT_EQ(faults.size(), 1U) << url;
    EXPECT_THAT(faults.front(), HasSubstr(":7:12: account.acme.rest_url: ")) << url;
    EXPECT_THAT(faults.front(), Not(HasSubstr("s3cret"))) << url;
  }
}

TEST_F(ConfigTest, subdomain_and_auth_url_exclude_each_other) {
  EXPECT_THAT(faults_of(account_text + "auth_url = \"https://h\"\n"),
              ElementsAre(HasSubstr("account.acme.subdomain: stands beside auth_url; give one of the two")));
  EXPECT_THAT(faults_of(account_with(subdomain_line, "")),
              ElementsAre(HasSubstr("account.acme.subdomain: is missing; give subdomain or auth_url")));
}

TEST_F(ConfigTest, subdomain_of_another_shape) {
  for (const char* subdomain : {"", "mc", "mca", "acme", "mcABC", "mc.x", "mc/x", "mcx@y"}) {
    EXPECT_THAT(faults_of(account_with(subdomain_line, "subdomain = \"" + std::string(subdomain) + "\"\n")),
                ElementsAre(HasSubstr("account.acme.subdomain: isn't a subdomain")))
        << subdomain;
  }
  EXPECT_THAT(faults_of(account_with(subdomain_line, "subdomain = \"mc-1\"\n")), IsEmpty());
}

TEST_F(ConfigTest, secret_in_the_configuration_is_refused_and_never_shown) {
  const auto faults = faults_of(account_with(secret_line, "client_secret = \"s3cret\"\n"));
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_THAT(
      faults.front(),
      HasSubstr(":5:17: account.acme.client_secret: holds a secret in the configuration itself; put it into a file"));
  EXPECT_THAT(faults.front(), Not(HasSubstr("s3cret")));
}

TEST_F(ConfigTest, exactly_one_source_of_the_secret) {
  EXPECT_THAT(faults_of(account_with(secret_line, "")),
              ElementsAre(HasSubstr(":1:1: account.acme.client_secret_file: is missing; give client_secret_file, "
                                    "client_secret_credential or client_secret_env")));
  EXPECT_THAT(faults_of(account_text + "client_secret_env = \"A\"\n"),
              ElementsAre(HasSubstr("account.acme.client_secret_file: is not the only source of the secret")));
  const core::Settings settings = settings_of(account_with(secret_line, "client_secret_env = \"A_B\"\n"));
  ASSERT_EQ(settings.accounts.size(), 1U);
  EXPECT_EQ(settings.accounts.front().client_secret.kind, core::SecretSource::Kind::environment);
  EXPECT_EQ(settings.accounts.front().client_secret.name, "A_B");
}

TEST_F(ConfigTest, secrets_in_the_place_of_their_name_are_not_shown) {
  for (const char* line :
       {"client_secret_env = \"s3cret/+x\"", "client_secret_credential = \"../s3cret\"",
        "client_secret_env = [\"s3cret\"]", "clientsecret = \"s3cret\"", "client_id = \"s3cret x\""}) {
    const auto faults = faults_of("[[account]]\nname = \"a\"\n" + std::string(line) + "\n");
    EXPECT_THAT(faults, Not(IsEmpty()));
    for (const auto& fault : faults) EXPECT_THAT(fault, Not(HasSubstr("s3cret"))) << line;
  }
}

TEST_F(ConfigTest, a_misspelt_key_is_never_answered_with_the_refused_one) {
  for (const auto& fault : faults_of(account_text + "client_secrets = \"x\"\n")) {
    EXPECT_THAT(fault, Not(HasSubstr("did you mean client_secret?")));
  }
}

TEST_F(ConfigTest, what_an_account_needs) {
  EXPECT_THAT(
      faults_of("[[account]]\n"),
      ElementsAre(HasSubstr(":1:1: account[1].account_id: is missing"), HasSubstr("account[1].client_id: is missing"),
                  HasSubstr("account[1].client_secret_file: is missing"), HasSubstr("account[1].name: is missing"),
                  HasSubstr("account[1].subdomain: is missing")));
}

TEST_F(ConfigTest, names_and_ids_are_unique) {
  EXPECT_THAT(faults_of(account_text + account_text),
              ElementsAre(HasSubstr(":8:8: account.acme.name: is also that of the account in line 1"),
                          HasSubstr(":12:14: account.acme.account_id: is also that of the account in line 1")));
}

struct BadLine {
  const char* name;
  const char* key;
  const char* line;
  const char* fault;
};

class BadAccount : public ConfigTest, public ::testing::WithParamInterface<BadLine> {};

TEST_P(BadAccount, is_refused_with_its_place) {
  std::string text = account_text;
  const std::size_t old = text.find(std::string("\n") + GetParam().key + " =");
  if (old != std::string::npos) text.erase(old + 1, text.find('\n', old + 1) - old);
  EXPECT_THAT(faults_of(text + GetParam().line + "\n"), ElementsAre(HasSubstr(GetParam().fault)));
}

INSTANTIATE_TEST_SUITE_P(
    config, BadAccount,
    ::testing::Values(
        BadLine{"name_empty", "name", "name = \"\"", "account[1].name: isn't a name; use 1 to 64"},
        BadLine{"name_space", "name", "name = \"a b\"", "name: isn't a name"},
        BadLine{"name_slash", "name", "name = \"a/b\"", "name: isn't a name"},
        BadLine{"name_long", "name", "name = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
                "name: isn't a name"},
        BadLine{"client_id_empty", "client_id", "client_id = \"\"", "account.acme.client_id: is empty"},
        BadLine{"client_id_space", "client_id", "client_id = \"a b\"", "client_id: holds spaces"},
        BadLine{"id_zero", "account_id", "account_id = 0",
                ":6:14: account.acme.account_id: is 0; at least 1 is allowed"},
        BadLine{"id_text", "account_id", "account_id = \"7\"", "account_id: is a string; an integer is expected"},
        BadLine{"id_fraction", "account_id", "account_id = 7.0", "is a number with a fraction; an integer is expected"},
        BadLine{"contacts_none", "-", "max_contacts_per_operation = 0", "is 0; 1 to 1,000,000 is allowed"},
        BadLine{"contacts_many", "-", "max_contacts_per_operation = 1000001", "is 1000001; 1 to 1,000,000 is allowed"},
        BadLine{"spacing", "-", "min_time_between_submissions = \"8d\"", "\"0s\" to \"7d\" is allowed"},
        BadLine{"suppression", "-", "max_operations_in_suppression = 0", "1 to 100 is allowed"},
        BadLine{"fuse", "-", "max_contacts_per_day = -1", "is -1; 1 to 1,000,000,000 is allowed"},
        BadLine{"requests", "-", "requests_per_day = 0", "1 to 10,000,000 is allowed"},
        BadLine{"in_flight", "-", "requests_in_flight = 65", "is 65; 1 to 64 is allowed"},
        BadLine{"retries", "-", "cloud_retries = 11", "0 to 10 is allowed"},
        BadLine{"sweep", "-", "sweep = 1", "true or false is expected"},
        BadLine{"unknown", "-", "max_contacts_per_operations = 1", "did you mean max_contacts_per_operation?"},
        BadLine{"secret_file_empty", "client_secret_file", "client_secret_file = \"\"",
                "client_secret_file: isn't a path"}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace lethe::config
