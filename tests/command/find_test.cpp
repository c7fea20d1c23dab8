#include "command/find.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <sstream>

#include "fixture.hpp"
#include "support/contact_digest.hpp"

namespace lethe::command::testing {
namespace {

using core::State;

constexpr support::DigestKey digest_key{1, 2, 3};

class Find : public CommandTest {
 protected:
  Findings ask(const std::string& contact, core::Selector selector = core::Selector::keys) {
    auto found = find(store(), digest_key, {selector, contact});
    if (!found) throw std::runtime_error(found.error().lines.front());
    return std::move(*found);
  }
  /// The contacts of store::testing::some_contacts in the index.
  std::vector<store::IndexEntry> digests(const core::Job& job) {
    support::ContactDigest digest(digest_key, "keys");
    std::vector<store::IndexEntry> entries;
    for (const auto& contact : store::testing::some_contacts(job.contacts)) {
      entries.push_back({digest.of(contact), job.number});
    }
    std::ranges::sort(entries, {}, &store::IndexEntry::digest);
    return entries;
  }
  /// A job of one operation, ended, indexed and erased.
  core::Job erased(const std::string& id, std::int64_t contacts) {
    const auto job = store_->submit(id, contacts);
    const auto formed = must(store_->form({{job.number, 0, contacts}}));
    must(store_->move(store::testing::accepted(formed, ++operations_), State::deleted));
    must(store_->run(store().keep_index(formed.number, digests(job), {})));
    EXPECT_TRUE(must(store_->run(store().erase_contacts({job.number}, noon))));
    return job;
  }
};

TEST_F(Find, an_erased_contact_by_its_digest) {
  erased("gone", 3);
  const auto findings = ask("contact-1");
  ASSERT_EQ(findings.found.size(), 1U);
  EXPECT_EQ(findings.found[0].job.id, "gone");
  ASSERT_TRUE(findings.found[0].operation);
  EXPECT_EQ(findings.found[0].operation->state, State::deleted);
  EXPECT_TRUE(ask("contact-3").found.empty());
  EXPECT_TRUE(ask("contact-1", core::Selector::ids).found.empty()) << "an id isn't the key of the same text";
}

TEST_F(Find, a_contact_that_waits_or_is_on_its_way) {
  store_->submit("waits", 3);
  const auto runs = store_->submit("runs", 3);
  const auto formed = must(store_->form({{runs.number, 0, 2}}));
  const auto both = ask("contact-1");
  ASSERT_EQ(both.found.size(), 2U);
  EXPECT_FALSE(both.found[0].operation);
  ASSERT_TRUE(both.found[1].operation);
  EXPECT_EQ(both.found[1].operation->number, formed.number);
  EXPECT_FALSE(ask("contact-2").found.at(1).operation) << "the third is in no operation yet";
}

TEST_F(Find, a_contact_of_several_jobs_in_the_order_of_acceptance) {
  erased("first", 2);
  store_->submit("second", 2);
  erased("third", 2);
  const auto findings = ask("contact-0");
  ASSERT_EQ(findings.found.size(), 3U);
  EXPECT_EQ(findings.found[0].job.id, "first");
  EXPECT_EQ(findings.found[2].job.id, "third");
}

TEST_F(Find, says_where_it_cant_look) {
  store_->submit(store::testing::a_list_job("by-list"), {});
  const auto findings = ask("contact-0");
  EXPECT_TRUE(findings.found.empty());
  const auto text = findings_text(findings);
  EXPECT_NE(text.find("no job held this contact"), std::string::npos);
  EXPECT_NE(text.find("by-list"), std::string::npos);
  const auto json = boost::json::parse(findings_json(findings));
  EXPECT_EQ(json.at("list_jobs"), boost::json::value(boost::json::array{"by-list"}));
  EXPECT_TRUE(json.at("found").as_array().empty());
  EXPECT_TRUE(json.at("unindexed_jobs").as_array().empty());
  EXPECT_TRUE(json.at("unindexed_operations").as_array().empty());
}

TEST_F(Find, tells_names_and_ends_and_never_the_contact) {
  erased("gone", 3);
  const auto findings = ask("contact-1");
  const auto text = findings_text(findings);
  const auto json = findings_json(findings);
  EXPECT_EQ(text.find("contact-1"), std::string::npos);
  EXPECT_EQ(json.find("contact-1"), std::string::npos);
  EXPECT_NE(text.find("gone"), std::string::npos);
  const auto found = boost::json::parse(json).at("found").at(0);
  for (const auto* field : {"job", "account", "action", "state", "created_at", "ended_at", "operation", "operation_id",
                            "operation_state"}) {
    EXPECT_TRUE(found.as_object().contains(field)) << field;
  }
  EXPECT_EQ(found.at("state"), boost::json::value("deleted"));
}

TEST(Question, reads_a_line_of_stdin_for_a_dash) {
  std::istringstream in(" A-1\r\nA-2\n");
  const auto asked = question("-", std::nullopt, in);
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->contact, " A-1");
  EXPECT_EQ(question("A", std::nullopt, in)->contact, "A");
  const auto id = question(std::nullopt, "12", in);
  EXPECT_EQ(id->contact, "12");
  EXPECT_EQ(id->selector, core::Selector::ids);
}

TEST(Question, refuses_what_no_contact_is) {
  std::istringstream empty;
  EXPECT_EQ(question("-", std::nullopt, empty).error().status, ExitStatus::usage);
  EXPECT_EQ(question("", std::nullopt, empty).error().status, ExitStatus::usage);
  EXPECT_EQ(question(std::string(2000, 'x'), std::nullopt, empty).error().status, ExitStatus::usage);
  for (const auto* id : {"0", "-1", "", "john@acme.com", "12x", " 12", "99999999999999999999"}) {
    const auto refused = question(std::nullopt, id, empty);
    ASSERT_FALSE(refused) << id;
    EXPECT_EQ(refused.error().status, ExitStatus::usage);
    EXPECT_EQ(refused.error().lines.front(),
              "--id: a contact's id is a positive integer; what is no id is asked about by --key");
  }
}

}  // namespace
}  // namespace lethe::command::testing
