#include <gtest/gtest.h>

#include <string>

#include "intake/contact_hash.hpp"
#include "intake/contact_rules.hpp"
#include "intake/spool_folder.hpp"

namespace lethe::intake {
namespace {

TEST(looks_like_header, usual_names_in_any_spelling) {
  for (const char* line : {"SubscriberKey", "subscriber_key", "\"Contact Key\"", "ID", "e-mail", "EMAIL",
                           "x,ContactID,y", "Email Address"}) {
    EXPECT_TRUE(looks_like_header(line)) << line;
  }
  for (const char* line : {"", "A", "12345", "a@b.example", "key-17", "idx", "x,y", "ids2"}) {
    EXPECT_FALSE(looks_like_header(line)) << line;
  }
}

TEST(check_list_key, synchronized_data_extensions) {
  for (const char* key : {"Contact_Salesforce", "contact_SALESFORCE", "Lead_Salesforce"}) {
    EXPECT_TRUE(check_list_key(key, false)) << key;
    EXPECT_FALSE(check_list_key(key, true)) << key;
  }
  for (const char* key : {"Salesforce", "Contact_Salesforce_2", "ContactSalesforce", "A key with spaces"}) {
    EXPECT_FALSE(check_list_key(key, false)) << key;
  }
  EXPECT_TRUE(check_list_key("", true));
}

// The first vectors of the reference implementation: key 00 01 … 0f, texts of growing length 00 01 02 ….
TEST(siphash128, vectors_of_its_authors) {
  const HashKey key{0x0706050403020100U, 0x0f0e0d0c0b0a0908U};
  std::string text;
  EXPECT_EQ(siphash128(key, text), (Hash128{0xe6a825ba047f81a3U, 0x930255c71472f66dU}));
  text += '\0';
  EXPECT_EQ(siphash128(key, text), (Hash128{0x44af996bd8c187daU, 0x45fc229b11597634U}));
}

TEST(free_name, time_before_the_extension) {
  const core::Time now = core::parse_rfc3339("2026-11-22T08:31:44.9Z").value();
  EXPECT_EQ(free_name("a.b.toml", now, 0), "a.b.toml");
  EXPECT_EQ(free_name("a.b.toml", now, 1), "a.b.20261122T083144Z.toml");
  EXPECT_EQ(free_name("list", now, 1), "list.20261122T083144Z");
  EXPECT_EQ(free_name("a.toml", now, 2), "a.20261122T083144Z-2.toml");
}

}  // namespace
}  // namespace lethe::intake
