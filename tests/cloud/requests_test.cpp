// What leaves: the bodies and addresses exactly as they are documented.
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "cloud/messages.hpp"
#include "core/batching.hpp"

namespace lethe::cloud {
namespace {

using core::Action;
using core::Selector;

Submission contacts(Action action, Selector selector, std::vector<std::string> values) {
  Submission submission;
  submission.action = action;
  submission.selector = selector;
  submission.contacts = std::move(values);
  return submission;
}

Submission list(Action action, bool delete_list, bool delete_contents) {
  Submission submission;
  submission.action = action;
  submission.selector = Selector::list;
  submission.list = core::ListTarget{.key = "EXTERNAL_KEY",
                                     .contacts = 5,
                                     .delete_when_completed = delete_list,
                                     .delete_contents_when_completed = delete_contents};
  return submission;
}

TEST(Requests, delete_by_keys) {
  EXPECT_EQ(submission_body(contacts(Action::delete_contacts, Selector::keys, {"A", "B"})),
            R"({"values":["A","B"],"DeleteOperationType":"ContactAndAttributes"})");
}

TEST(Requests, delete_by_ids_sends_numbers) {
  EXPECT_EQ(submission_body(contacts(Action::delete_contacts, Selector::ids, {"12345678", "12345679"})),
            R"({"values":[12345678,12345679],"DeleteOperationType":"ContactAndAttributes"})");
}

TEST(Requests, largest_id_stays_whole) {
  EXPECT_EQ(submission_body(contacts(Action::restrict_contacts, Selector::ids, {"9223372036854775807"})),
            R"({"values":[9223372036854775807]})");
}

TEST(Requests, single_key_stays_in_an_array) {
  EXPECT_EQ(submission_body(contacts(Action::delete_contacts, Selector::keys, {"A"})),
            R"({"values":["A"],"DeleteOperationType":"ContactAndAttributes"})");
}

TEST(Requests, key_of_digits_stays_a_string) {
  EXPECT_EQ(submission_body(contacts(Action::restrict_contacts, Selector::keys, {"0012"})), R"({"values":["0012"]})");
}

TEST(Requests, id_that_is_no_number_is_a_bug) {
  EXPECT_THROW(submission_body(contacts(Action::delete_contacts, Selector::ids, {"12a"})), std::invalid_argument);
  EXPECT_THROW(submission_body(contacts(Action::delete_contacts, Selector::ids, {""})), std::invalid_argument);
}

TEST(Requests, restrict_has_no_delete_type) {
  EXPECT_EQ(submission_body(contacts(Action::restrict_contacts, Selector::keys, {"A"})), R"({"values":["A"]})");
  EXPECT_EQ(submission_body(contacts(Action::restrict_contacts, Selector::ids, {"1"})), R"({"values":[1]})");
}

TEST(Requests, delete_by_list) {
  EXPECT_EQ(submission_body(list(Action::delete_contacts, false, false)),
            R"({"deleteOperationType":"ContactAndAttributes","targetList":{"listType":{"listTypeID":3},)"
            R"("listKey":"EXTERNAL_KEY"},"deleteListWhenCompleted":false,"deleteListContentsWhenCompleted":false})");
}

TEST(Requests, list_options_are_not_swapped) {
  EXPECT_TRUE(submission_body(list(Action::delete_contacts, true, false))
                  .ends_with(R"("deleteListWhenCompleted":true,"deleteListContentsWhenCompleted":false})"));
  EXPECT_TRUE(submission_body(list(Action::delete_contacts, false, true))
                  .ends_with(R"("deleteListWhenCompleted":false,"deleteListContentsWhenCompleted":true})"));
}

TEST(Requests, restrict_by_list_has_no_delete_type) {
  EXPECT_EQ(submission_body(list(Action::restrict_contacts, false, false)),
            R"({"targetList":{"listType":{"listTypeID":3},"listKey":"EXTERNAL_KEY"},)"
            R"("deleteListWhenCompleted":false,"deleteListContentsWhenCompleted":false})");
}

TEST(Requests, token_without_a_scope) {
  core::AccountSettings account;
  account.client_id = "id";
  account.account_id = 10650003;
  EXPECT_EQ(token_request(account, "q\"s"),
            R"({"grant_type":"client_credentials","client_id":"id","client_secret":"q\"s","account_id":10650003})");
}

TEST(Requests, paths) {
  EXPECT_EQ(submission_path(Action::delete_contacts, Selector::keys), "/contacts/v1/contacts/actions/delete?type=keys");
  EXPECT_EQ(submission_path(Action::delete_contacts, Selector::ids), "/contacts/v1/contacts/actions/delete?type=ids");
  EXPECT_EQ(submission_path(Action::delete_contacts, Selector::list),
            "/contacts/v1/contacts/actions/delete?type=listReference");
  EXPECT_EQ(submission_path(Action::restrict_contacts, Selector::keys),
            "/contacts/v1/contacts/actions/restrict?type=keys");
  EXPECT_EQ(status_path(Action::delete_contacts, core::OperationId{2038}),
            "/contacts/v1/contacts/actions/delete/status?operationID=2038");
  EXPECT_EQ(status_path(Action::restrict_contacts, core::OperationId{2105}),
            "/contacts/v1/contacts/actions/restrict/status?operationID=2105");
}

/// The size that core::Batch counts must be that of the body: a request over the limit would be refused whole.
void expect_counted_size(Action action, Selector selector, const std::vector<std::string>& values) {
  std::size_t counted = submission_envelope(action, selector);
  for (const auto& value : values) counted += core::encoded_size(selector, value);
  counted += values.size() - 1;
  EXPECT_EQ(submission_body(contacts(action, selector, values)).size(), counted);
  core::Batch batch(selector, 1000, submission_envelope(action, selector));
  for (const auto& value : values) ASSERT_TRUE(batch.add(value));
  EXPECT_EQ(batch.bytes(), counted);
}

TEST(Requests, counted_size_is_the_size_with_odd_characters) {
  std::vector<std::string> odd = {"plain",       "with \"quotes\"",
                                  "back\\slash", "sl/ash",
                                  "tab\t",       "line\r\n",
                                  "\b\f",        "Zoë",
                                  "日本語",      "\xF0\x9F\x98\x80",
                                  "\x7F",        std::string(1, '\0'),
                                  "a,b",         "<&>'"};
  for (char c = 1; c < 0x20; ++c) odd.emplace_back(1, c);
  expect_counted_size(Action::delete_contacts, Selector::keys, odd);
  expect_counted_size(Action::restrict_contacts, Selector::keys, odd);
  for (const auto& one : odd) expect_counted_size(Action::delete_contacts, Selector::keys, {one});
}

TEST(Requests, counted_size_is_the_size_with_ids) {
  expect_counted_size(Action::delete_contacts, Selector::ids, {"1", "12345678", "9223372036854775807"});
  expect_counted_size(Action::restrict_contacts, Selector::ids, {"7"});
}

}  // namespace
}  // namespace lethe::cloud
