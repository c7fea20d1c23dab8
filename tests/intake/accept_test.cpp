#include "intake/fake_store.hpp"
#include "intake/fixture.hpp"
#include "intake/intake.hpp"

namespace lethe::intake {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;

const core::Time now = time_of("2026-11-22T08:00:00Z");
constexpr std::chrono::days week{7};
const std::string head = "account = \"acme\"\n";

std::string keys(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "key-" + std::to_string(i) + "\n";
  return text;
}

/// So slow that a job of a hundred comes late.
core::AccountSettings one_contact_an_operation() {
  core::AccountSettings account;
  account.max_contacts_per_operation = 1;
  return account;
}

class AcceptTest : public IntakeTest {
 protected:
  AcceptTest() { key_.fill(9); }

  std::expected<store::Acceptance, Refusal> take(const JobRequest& request, core::Time at = now) {
    return run(accept(store_, key_, request, std::nullopt, at));
  }

  store::Acceptance taken(const JobRequest& request) {
    auto result = take(request);
    if (result) return *result;
    ADD_FAILURE() << support::to_line(result.error().fault);
    return {};
  }

  std::string refused(const JobRequest& request, core::Time at = now) {
    const auto result = take(request, at);
    if (result) return "";
    EXPECT_FALSE(result.error().store);
    return lines_of({result.error().fault}).front();
  }

  std::string digest_of(const JobRequest& request) { return take_census(request, {}, key_).value().digest; }

  FakeStore store_;
  support::DigestKey key_{};
};

TEST_F(AcceptTest, distinct_contacts_in_the_order_of_their_first_appearance) {
  const JobRequest request = request_of(head + "keys = [\"B\", \"A\", \"B\", \"C\", \"A\"]\n");
  const store::Acceptance acceptance = taken(request);
  EXPECT_TRUE(acceptance.accepted);
  EXPECT_THAT(store_.jobs_by_id.at("job").contacts, ElementsAre("B", "A", "C"));
  const core::Job& job = acceptance.job;
  EXPECT_EQ(job.id, "job");
  EXPECT_EQ(job.account, "acme");
  EXPECT_EQ(job.contacts, 3);
  EXPECT_EQ(job.created_at, now);
  EXPECT_EQ(job.not_after, now + week);
  EXPECT_EQ(job.digest, digest_of(request));
  EXPECT_EQ(job.digest.size(), 64U);
}

TEST_F(AcceptTest, census_counts_duplicates_and_needs_no_store) {
  const auto census = take_census(request_of(head + "keys = [\"B\", \"A\", \"B\"]\n"), {}, {});
  ASSERT_TRUE(census);
  EXPECT_EQ(census->contacts, 2);
  EXPECT_EQ(census->duplicates, 1);
  EXPECT_EQ(census->digest, "");
}

TEST_F(AcceptTest, large_list_is_appended_in_blocks) {
  std::string text;
  for (int i = 0; i < 6'000; ++i) {
    const std::string line = std::string(196, 'k') + std::to_string(1'000 + i) + "\n";
    text += line + line;
  }
  taken(list_request(text));
  EXPECT_THAT(store_.chunk_sizes, ElementsAre(2'622, 2'622, 756)) << "of half a MiB";
  EXPECT_EQ(store_.jobs_by_id.at("job").contacts.size(), 6'000U);
  EXPECT_THAT(store_.loads, IsEmpty());
}

TEST_F(AcceptTest, the_same_contact_over_and_over) {
  std::string text;
  for (int i = 0; i < 120'000; ++i) text += "A\n";
  EXPECT_EQ(taken(list_request(text + "B\n")).job.contacts, 2);
  EXPECT_THAT(store_.jobs_by_id.at("job").contacts, ElementsAre("A", "B"));
}

TEST_F(AcceptTest, fault_late_in_a_list_is_found_before_anything_is_loaded) {
  std::string text;
  for (int i = 1; i <= 1'500; ++i) text += std::to_string(i) + "\n";
  EXPECT_THAT(refused(list_request(text + "x\n", {}, core::Selector::ids)), HasSubstr("list:1501: isn't a contact id"));
  EXPECT_EQ(store_.begun, 0);
  EXPECT_THAT(store_.loads, IsEmpty());
  EXPECT_THAT(store_.jobs_by_id, IsEmpty());
}

TEST_F(AcceptTest, list_without_contacts) {
  EXPECT_THAT(refused(list_request("\n\n")), HasSubstr("list: keys: holds no contact"));
  EXPECT_THAT(store_.loads, IsEmpty());
  EXPECT_EQ(take_census(list_request(""), {}, {}).error().what, "holds no contact");
}

TEST_F(AcceptTest, list_job_keeps_its_declared_size) {
  const store::Acceptance acceptance = taken(request_of(head + "[list]\nkey = \"EXT\"\ncontacts = 12\n"));
  EXPECT_EQ(acceptance.job.contacts, 12);
  ASSERT_TRUE(acceptance.job.list);
  EXPECT_EQ(acceptance.job.list->key, "EXT");
  EXPECT_THAT(store_.jobs_by_id.at("job").contacts, IsEmpty());
  EXPECT_EQ(taken(request_of(head + "[list]\nkey = \"EXT\"\n", "two.toml")).job.contacts, 0);
}

TEST_F(AcceptTest, quotes_of_a_line_make_no_other_contact) {
  taken(list_request("\"A\"\nA\n\"B\"\n"));
  EXPECT_THAT(store_.jobs_by_id.at("job").contacts, ElementsAre("A", "B"));
  EXPECT_EQ(digest_of(list_request("\"A\"\n\"B\"\n")), digest_of(list_request("A\nB\n")));
}

TEST_F(AcceptTest, digest_follows_the_content_and_nothing_else) {
  const std::string plain = digest_of(request_of(head + "keys = [\"A\", \"B\"]\n"));
  EXPECT_EQ(
      digest_of(request_of(head + "id = \"other\"\nkeys = [\"A\", \"B\", \"A\"]\nnot_after = 2026-11-23T00:00:00Z\n")),
      plain);
  EXPECT_EQ(digest_of(list_request("A\nB\n")), plain);
  EXPECT_EQ(digest_of(list_request("k,x\nA,1\nB,2\n", "k")), plain);
  EXPECT_NE(digest_of(request_of(head + "keys = [\"B\", \"A\"]\n")), plain);
  EXPECT_NE(digest_of(request_of(head + "keys = [\"AB\"]\n")), plain);
  EXPECT_NE(digest_of(request_of(head + "action = \"restrict\"\nkeys = [\"A\", \"B\"]\n")), plain);
  EXPECT_NE(digest_of(request_of(head + "ids = [1]\n")), digest_of(request_of(head + "keys = [\"1\"]\n")));
  const std::string list = digest_of(request_of(head + "[list]\nkey = \"E\"\n"));
  for (const char* option : {"contacts = 1", "delete_when_completed = true", "delete_contents_when_completed = true"}) {
    EXPECT_NE(digest_of(request_of(head + "[list]\nkey = \"E\"\n" + option + "\n")), list) << option;
  }
  key_.fill(1);
  EXPECT_NE(digest_of(request_of(head + "keys = [\"A\", \"B\"]\n")), plain);
}

TEST_F(AcceptTest, same_content_again_is_a_no_op) {
  const JobRequest request = request_of(head + "keys = [\"A\"]\n");
  EXPECT_TRUE(taken(request).accepted);
  for (const core::State state :
       {core::State::queued, core::State::suppressing, core::State::deleted, core::State::restricted}) {
    store_.jobs_by_id.at("job").job.state = state;
    EXPECT_FALSE(taken(request).accepted);
  }
  EXPECT_EQ(store_.begun, 1) << "nothing is loaded for a known id";
}

TEST_F(AcceptTest, no_op_also_after_its_not_after) {
  const JobRequest request = request_of(head + "keys = [\"A\"]\nnot_after = 2026-11-23T00:00:00Z\n");
  EXPECT_TRUE(taken(request).accepted);
  const auto again = take(request, now + std::chrono::days{30});
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->accepted);
}

TEST_F(AcceptTest, same_content_after_another_end_names_that_end) {
  const JobRequest request = request_of(head + "keys = [\"A\"]\n");
  taken(request);
  for (const core::State state : {core::State::expired, core::State::restored, core::State::failed}) {
    store_.jobs_by_id.at("job").job.state = state;
    EXPECT_EQ(refused(request), "job.toml: id: was used before, and that job ended as " +
                                    std::string(core::word(state)) + "; give a new id");
  }
}

TEST_F(AcceptTest, other_content_under_a_known_id_names_both_digests) {
  const JobRequest first = request_of(head + "keys = [\"A\"]\n");
  taken(first);
  const JobRequest second = request_of(head + "keys = [\"B\"]\n");
  const std::string fault = refused(second);
  EXPECT_THAT(fault, HasSubstr("id: is known with another content"));
  EXPECT_THAT(fault, HasSubstr(digest_of(first)));
  EXPECT_THAT(fault, HasSubstr(digest_of(second)));
  EXPECT_THAT(fault, HasSubstr("give a new id"));
  EXPECT_THAT(store_.jobs_by_id.at("job").contacts, ElementsAre("A"));
}

TEST_F(AcceptTest, not_after_in_the_past) {
  EXPECT_THAT(refused(request_of(head + "keys = [\"A\"]\nnot_after = 2026-11-22T08:00:00Z\n")),
              HasSubstr("not_after: is past"));
  EXPECT_TRUE(taken(request_of(head + "keys = [\"A\"]\nnot_after = 2026-11-22T08:00:01Z\n")).accepted);
}

TEST_F(AcceptTest, ids_live_for_at_most_a_week) {
  JobRequest request = request_of(head + "ids = [1]\n");
  request.not_after = now + week + core::Duration{1};
  EXPECT_THAT(refused(request), HasSubstr("not_after: is more than 7 days away"));
  request.not_after = now + week;
  EXPECT_TRUE(taken(request).accepted);
  JobRequest keys = request_of(head + "keys = [\"1\"]\n", "keys.toml");
  keys.not_after = now + 5 * week;
  EXPECT_TRUE(taken(keys).accepted);
}

TEST_F(AcceptTest, refusals_of_the_store_are_passed_on) {
  const JobRequest request = request_of(head + "keys = [\"A\"]\n");
  const store::Error full{.kind = store::Error::Kind::full, .what = "the disk is full"};
  for (auto* refusal : {&store_.refuse_reads, &store_.refuse_begin, &store_.refuse_append, &store_.refuse_accept}) {
    *refusal = full;
    const auto result = take(request);
    ASSERT_FALSE(result);
    ASSERT_TRUE(result.error().store);
    EXPECT_EQ(result.error().store->kind, store::Error::Kind::full);
    EXPECT_THAT(support::to_line(result.error().fault), HasSubstr("can't be taken now: the disk is full"));
    EXPECT_THAT(store_.loads, IsEmpty());
    refusal->reset();
  }
  EXPECT_TRUE(taken(request).accepted);
}

TEST_F(AcceptTest, list_found_to_be_changed_since_it_was_checked) {
  const JobRequest request = list_request("A\nB\nA\n");
  Taking taking;
  taking.repeats = find_repeats(request, {}, key_).value();
  write("list", "A\nB\nC\nD\n");
  const auto result = run(accept(store_, key_, request, std::nullopt, now, std::move(taking)));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault.what, "changed while it was read");
  EXPECT_THAT(store_.jobs_by_id, IsEmpty());
  EXPECT_THAT(store_.loads, IsEmpty());
}

TEST_F(AcceptTest, what_was_found_while_checking_is_used_and_the_operations_are_counted) {
  JobRequest request = list_request("A\nB\nA\nC\n");
  request.id = "";
  std::vector<Progress> told;
  core::Packing packing(core::Batch(core::Selector::keys, 2, 100));
  Taking taking;
  taking.repeats = find_repeats(request, {}, key_).value();
  taking.progress = [&told](const Progress& progress) { told.push_back(progress); };
  taking.packing = &packing;
  const auto result = run(accept(store_, key_, request, std::nullopt, now, std::move(taking)));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->job.id, flag_job_id(digest_of(request)));
  EXPECT_THAT(store_.jobs_by_id.at(result->job.id).contacts, ElementsAre("A", "B", "C"));
  EXPECT_EQ(packing.operations(), 2);
  ASSERT_EQ(told.size(), 1U) << "it isn't checked again";
  EXPECT_EQ(told[0].stage, Progress::Stage::loading);
  EXPECT_EQ(told[0].contacts, 3);
}

TEST_F(AcceptTest, job_that_comes_too_late_at_the_present_pace) {
  const core::AccountSettings account = one_contact_an_operation();
  Taking taking;
  taking.account = &account;
  const std::string text = keys(200);
  JobRequest request = list_request(text);
  request.file = "job.toml";
  const auto refused = run(accept(store_, key_, request, std::nullopt, now, taking));
  ASSERT_FALSE(refused);
  EXPECT_THAT(support::to_line(refused.error().fault), HasSubstr("accept_warnings = true"));
  EXPECT_EQ(store_.begun, 0) << "nothing is loaded for it";
  request.accept_warnings = true;
  EXPECT_TRUE(run(accept(store_, key_, request, std::nullopt, now, taking)));
}

TEST_F(AcceptTest, job_that_is_there_by_its_content_takes_no_other_place_in_the_queue) {
  const core::AccountSettings account = one_contact_an_operation();
  Taking taking;
  taking.account = &account;
  const std::string text = keys(100);
  JobRequest request = list_request(text);
  request.id = "";
  ASSERT_TRUE(run(accept(store_, key_, request, std::nullopt, now, taking)));
  store_.waits = {{.selector = core::Selector::keys, .jobs = 1, .contacts = 100}};
  const auto again = run(accept(store_, key_, request, std::nullopt, now, taking));
  ASSERT_TRUE(again) << support::to_line(again.error().fault);
  EXPECT_FALSE(again->accepted);
  EXPECT_EQ(store_.begun, 1) << "nothing is loaded for it";

  request.contacts.file = write("other", text + "another\n");
  EXPECT_FALSE(run(accept(store_, key_, request, std::nullopt, now, taking))) << "that one is new";
  request.contacts.file = write("list", text);
  store_.jobs_by_id.begin()->second.job.state = core::State::failed;
  const auto ended = run(accept(store_, key_, request, std::nullopt, now, taking));
  ASSERT_FALSE(ended);
  EXPECT_THAT(support::to_line(ended.error().fault), HasSubstr("that job ended as failed"));
}

TEST_F(AcceptTest, the_same_where_repetitions_are_found_out_while_it_is_loaded) {
  const core::AccountSettings account = one_contact_an_operation();
  JobRequest request = list_request(keys(100) + "key-0\n");
  request.id = "";
  const auto taking = [&] {
    Taking made;
    made.account = &account;
    // As in a long list, of which only a sieve knows what may come again.
    RepeatSearch search(request, std::nullopt, hash_key(key_), {.hashes = 10, .candidates = 1'000});
    while (!search.step().value()) {
    }
    made.repeats = search.take();
    EXPECT_TRUE(made.repeats->candidates);
    return made;
  };
  ASSERT_TRUE(run(accept(store_, key_, request, std::nullopt, now, taking())));
  store_.waits = {{.selector = core::Selector::keys, .jobs = 1, .contacts = 100}};
  const auto again = run(accept(store_, key_, request, std::nullopt, now, taking()));
  ASSERT_TRUE(again) << support::to_line(again.error().fault);
  EXPECT_FALSE(again->accepted);
}

TEST_F(AcceptTest, id_of_a_job_by_flags) {
  EXPECT_EQ(flag_job_id("0123456789abcdef0123"), "cli-0123456789abcdef");
}

}  // namespace
}  // namespace lethe::intake
