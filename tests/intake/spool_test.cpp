#include "intake/spool.hpp"

#include <sys/stat.h>

#include "intake/fake_store.hpp"
#include "intake/fixture.hpp"

namespace lethe::intake {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

namespace fs = std::filesystem;

class FixedClock : public support::Clock {
 public:
  core::Time now() const override { return time_of("2026-11-22T08:31:44Z"); }
  core::Duration monotonic() const override { return {}; }
  std::unique_ptr<support::Timer> make_timer(boost::asio::any_io_executor) override { return nullptr; }
};

const std::string good = "account = \"acme\"\nkeys = [\"A\"]\n";

class SpoolTest : public IntakeTest {
 protected:
  SpoolTest() {
    fs::create_directory(folder_ / "spool");
    EXPECT_TRUE(spool_.prepare());
  }

  bool take_all() { return run(spool_.take_all()); }
  bool is_there(const fs::path& name) { return fs::exists(fs::symlink_status(folder_ / "spool" / name)); }
  /// Long enough ago that the directory counts as settled.
  void settle() { fs::last_write_time(folder_ / "spool", fs::file_time_type::clock::now() - std::chrono::seconds{10}); }
  std::vector<std::string> files(const fs::path& name) {
    std::vector<std::string> result;
    for (const auto& entry : fs::directory_iterator(folder_ / "spool" / name)) {
      if (!entry.is_directory()) result.push_back(entry.path().filename().string());
    }
    std::ranges::sort(result);
    return result;
  }

  FakeStore store_;
  FixedClock clock_;
  std::vector<Spool::Notice> notices_;
  Spool spool_{folder_ / "spool",    settings_, store_,
               support::DigestKey{}, clock_,    [this](const Spool::Notice& notice) { notices_.push_back(notice); }};
};

TEST_F(SpoolTest, jobs_are_taken_in_the_order_of_their_names) {
  for (const char* name : {"b", "a", "c"}) write("spool/" + std::string(name) + ".toml", good);
  EXPECT_TRUE(take_all());
  ASSERT_EQ(notices_.size(), 3U);
  EXPECT_EQ(notices_[0].file, folder_ / "spool/a.toml");
  EXPECT_TRUE(notices_[0].accepted);
  EXPECT_EQ(notices_[0].what, "job a: 1 contacts");
  EXPECT_EQ(notices_[2].file, folder_ / "spool/c.toml");
  EXPECT_EQ(store_.jobs_by_id.size(), 3U);
  EXPECT_THAT(files("."), IsEmpty());
  EXPECT_THAT(files("accepted"), ElementsAre("a.toml", "b.toml", "c.toml"));
}

TEST_F(SpoolTest, job_that_comes_too_late_at_the_present_pace_is_rejected) {
  store_.waits = {{.selector = core::Selector::list, .jobs = 200, .contacts = 200}};
  write("spool/late.toml", good);
  EXPECT_TRUE(take_all());
  EXPECT_THAT(files("rejected"), ElementsAre("late.toml", "late.toml.why"));
  EXPECT_THAT(content("spool/rejected/late.toml.why"), HasSubstr("not_after: can't be kept at the present pace"));
  write("spool/meant.toml", good + "accept_warnings = true\n");
  EXPECT_TRUE(take_all());
  EXPECT_TRUE(is_there("accepted/meant.toml"));
}

TEST_F(SpoolTest, list_moves_with_its_job) {
  write("spool/lists/l.csv", "k,x\nA,1\nB,2\n");
  write("spool/a.toml", "account = \"acme\"\nkeys_file = \"lists/l.csv\"\ncolumn = \"k\"\n");
  EXPECT_TRUE(take_all());
  EXPECT_THAT(store_.jobs_by_id.at("a").contacts, ElementsAre("A", "B"));
  EXPECT_THAT(files("accepted"), ElementsAre("a.toml", "l.csv"));
  EXPECT_FALSE(is_there("lists/l.csv"));
}

TEST_F(SpoolTest, faults_are_written_beside_the_rejected_job) {
  write("spool/a.toml", "account = \"acne\"\nkeys = []\n");
  EXPECT_TRUE(take_all());
  EXPECT_THAT(files("rejected"), ElementsAre("a.toml", "a.toml.why"));
  EXPECT_EQ(content("spool/rejected/a.toml"), "account = \"acne\"\nkeys = []\n");
  const std::string file = (folder_ / "spool/a.toml").string();
  EXPECT_EQ(content("spool/rejected/a.toml.why"),
            file + ":1:11: account: isn't an account of the configuration; did you mean \"acme\"?\n" + file +
                ":2:8: keys: is empty; name at least one contact\n");
  ASSERT_EQ(notices_.size(), 1U);
  EXPECT_FALSE(notices_[0].accepted);
  EXPECT_THAT(notices_[0].what, HasSubstr("(and 1 more)"));
}

TEST_F(SpoolTest, half_written_job_is_rejected) {
  write("spool/a.toml", "account = \"acme\"\nkeys = [\"MARKER");
  EXPECT_TRUE(take_all());
  EXPECT_THAT(content("spool/rejected/a.toml.why"), HasSubstr("isn't valid TOML"));
  EXPECT_THAT(content("spool/rejected/a.toml.why"), Not(HasSubstr("MARKER")));
}

TEST_F(SpoolTest, list_of_a_rejected_job_moves_too) {
  write("spool/l", "A\n B\n");
  write("spool/a.toml", "account = \"acme\"\nkeys_file = \"l\"\n");
  EXPECT_TRUE(take_all());
  EXPECT_THAT(files("rejected"), ElementsAre("a.toml", "a.toml.why", "l"));
  EXPECT_THAT(content("spool/rejected/a.toml.why"), HasSubstr("l:2: begins or ends with white space"));
}

TEST_F(SpoolTest, list_of_a_job_that_is_at_fault_itself_moves_too) {
  write("spool/p.csv", "A\n");
  write("spool/sub/i", "1\n");
  write("spool/a.toml", "account = \"nobody\"\nkeys_file = \"p.csv\"\nids_file = \"sub/i\"\n");
  write("outside", "A\n");
  write("spool/b.toml", "account = \"nobody\"\nkeys_file = \"../outside\"\n");
  fs::create_symlink("../outside", folder_ / "spool/link");
  write("spool/c.toml", "account = \"nobody\"\nkeys_file = \"link\"\n");
  EXPECT_TRUE(take_all());
  EXPECT_THAT(files("rejected"),
              ElementsAre("a.toml", "a.toml.why", "b.toml", "b.toml.why", "c.toml", "c.toml.why", "i", "p.csv"));
  EXPECT_EQ(content("outside"), "A\n");
  EXPECT_TRUE(is_there("link"));
}

TEST_F(SpoolTest, another_job_named_as_a_list_keeps_its_turn) {
  write("spool/a.toml", "account = \"nobody\"\nkeys_file = \"b.toml\"\n");
  write("spool/b.toml", good);
  EXPECT_TRUE(take_all());
  EXPECT_THAT(files("rejected"), ElementsAre("a.toml", "a.toml.why"));
  EXPECT_THAT(files("accepted"), ElementsAre("b.toml"));
}

TEST_F(SpoolTest, names_that_look_like_addresses_stay_out_of_the_log) {
  write("spool/john@acme.com.toml", good);
  write("spool/jane@acme.com.toml", "id = \"dsr-1\"\n" + good);
  write("spool/joan@acme.com.csv", "A\n B\n");
  write("spool/dsr-2.toml", "account = \"acme\"\nkeys_file = \"joan@acme.com.csv\"\n");
  EXPECT_TRUE(take_all());
  ASSERT_EQ(notices_.size(), 3U);
  for (const auto& notice : notices_) {
    EXPECT_THAT(notice.file.string(), Not(HasSubstr("@")));
    EXPECT_THAT(notice.what, Not(HasSubstr("@")));
  }
  EXPECT_THAT(notices_[1].what, HasSubstr("dsr-1"));
  EXPECT_THAT(notices_[2].what, HasSubstr("id: is missing, and the file's name looks like an e-mail address"));
  EXPECT_TRUE(is_there("rejected/john@acme.com.toml"));
}

TEST_F(SpoolTest, list_outside_stays_where_it_is) {
  write("outside", "A\n");
  write("spool/a.toml", "account = \"acme\"\nkeys_file = \"../outside\"\n");
  write("spool/b.toml", "account = \"acme\"\nkeys_file = \"" + (folder_ / "outside").string() + "\"\n");
  fs::create_symlink("../outside", folder_ / "spool/link");
  write("spool/c.toml", "account = \"acme\"\nkeys_file = \"link\"\n");
  EXPECT_TRUE(take_all());
  EXPECT_THAT(store_.jobs_by_id, IsEmpty());
  EXPECT_EQ(content("outside"), "A\n");
  EXPECT_TRUE(is_there("link"));
  EXPECT_THAT(files("rejected"), ElementsAre("a.toml", "a.toml.why", "b.toml", "b.toml.why", "c.toml", "c.toml.why"));
}

TEST_F(SpoolTest, what_is_no_job_file_is_left_alone) {
  write("spool/.hidden.toml", good);
  write("spool/a.toml.tmp", good);
  write("spool/list.csv", "A\n");
  write("spool/folder.toml/a.toml", good);
  EXPECT_TRUE(take_all());
  EXPECT_THAT(store_.jobs_by_id, IsEmpty());
  EXPECT_THAT(notices_, IsEmpty());
  EXPECT_TRUE(is_there(".hidden.toml"));
  EXPECT_TRUE(is_there("folder.toml/a.toml"));
}

TEST_F(SpoolTest, links_and_pipes_are_rejected_unread) {
  write("outside.toml", good);
  fs::create_symlink("../outside.toml", folder_ / "spool/a.toml");
  ASSERT_EQ(::mkfifo((folder_ / "spool/b.toml").c_str(), 0600), 0);
  EXPECT_TRUE(take_all());
  EXPECT_THAT(store_.jobs_by_id, IsEmpty());
  EXPECT_TRUE(fs::is_symlink(folder_ / "spool/rejected/a.toml"));
  EXPECT_THAT(content("spool/rejected/a.toml.why"), HasSubstr("is a symbolic link"));
  EXPECT_THAT(content("spool/rejected/b.toml.why"), HasSubstr("isn't a regular file"));
  EXPECT_EQ(content("outside.toml"), good);
}

TEST_F(SpoolTest, names_that_clash_get_the_time) {
  write("spool/accepted/a.toml", "old");
  write("spool/a.toml", good);
  write("spool/rejected/b.toml", "old");
  write("spool/b.toml", "bad");
  write("spool/rejected/c.toml.why", "old");
  write("spool/c.toml", "bad");
  EXPECT_TRUE(take_all());
  EXPECT_THAT(files("accepted"), ElementsAre("a.20261122T083144Z.toml", "a.toml"));
  EXPECT_EQ(content("spool/accepted/a.toml"), "old");
  EXPECT_THAT(files("rejected"), ElementsAre("b.20261122T083144Z.toml", "b.20261122T083144Z.toml.why", "b.toml",
                                             "c.20261122T083144Z.toml", "c.20261122T083144Z.toml.why", "c.toml.why"));
  write("spool/a.toml", good);
  EXPECT_TRUE(take_all());
  EXPECT_TRUE(is_there("accepted/a.20261122T083144Z-2.toml"));
}

TEST_F(SpoolTest, refused_store_leaves_all_in_place) {
  write("spool/l", "A\n");
  write("spool/a.toml", "account = \"acme\"\nkeys_file = \"l\"\n");
  store_.refuse_append = store::Error{.kind = store::Error::Kind::full, .what = "the disk is full"};
  EXPECT_FALSE(take_all());
  EXPECT_THAT(files("."), ElementsAre("a.toml", "l"));
  settle();
  EXPECT_TRUE(spool_.may_have_work());
  store_.refuse_append.reset();
  EXPECT_TRUE(take_all());
  EXPECT_THAT(files("accepted"), ElementsAre("a.toml", "l"));
}

TEST_F(SpoolTest, crash_between_acceptance_and_move) {
  write("spool/a.toml", good);
  EXPECT_TRUE(take_all());
  fs::rename(folder_ / "spool/accepted/a.toml", folder_ / "spool/a.toml");
  EXPECT_TRUE(take_all());
  EXPECT_THAT(files("accepted"), ElementsAre("a.toml"));
  ASSERT_EQ(notices_.size(), 2U);
  EXPECT_TRUE(notices_[1].accepted);
  EXPECT_EQ(notices_[1].what, "job a is known already: nothing to do");
}

TEST_F(SpoolTest, crash_between_the_moves_of_list_and_job) {
  write("spool/sub/l", "A\n");
  write("spool/a.toml", "account = \"acme\"\nkeys_file = \"sub/l\"\n");
  EXPECT_TRUE(take_all());
  fs::rename(folder_ / "spool/accepted/a.toml", folder_ / "spool/a.toml");
  EXPECT_TRUE(take_all());
  EXPECT_THAT(files("accepted"), ElementsAre("a.toml", "l"));
  EXPECT_THAT(files("rejected"), IsEmpty());
}

TEST_F(SpoolTest, accepted_list_never_becomes_that_of_a_new_job) {
  write("spool/accepted/l", "OLD\n");
  write("spool/a.toml", "account = \"acme\"\nkeys_file = \"l\"\n");
  EXPECT_TRUE(take_all());
  EXPECT_THAT(store_.jobs_by_id, IsEmpty());
  EXPECT_THAT(content("spool/rejected/a.toml.why"), HasSubstr("l: doesn't exist"));
}

TEST_F(SpoolTest, looks_only_when_the_directory_changed) {
  EXPECT_TRUE(spool_.may_have_work()) << "before the first look";
  settle();
  EXPECT_TRUE(take_all());
  EXPECT_FALSE(spool_.may_have_work());
  write("spool/a.toml", good);
  EXPECT_TRUE(spool_.may_have_work());
  EXPECT_TRUE(take_all());
  EXPECT_TRUE(spool_.may_have_work()) << "a change that is younger than 2 s";
  settle();
  EXPECT_TRUE(take_all());
  EXPECT_FALSE(spool_.may_have_work());
}

TEST_F(SpoolTest, directory_that_vanishes_is_told_once) {
  EXPECT_TRUE(take_all());
  fs::remove_all(folder_ / "spool");
  EXPECT_TRUE(spool_.may_have_work());
  EXPECT_TRUE(take_all());
  ASSERT_EQ(notices_.size(), 1U);
  EXPECT_THAT(notices_[0].what, HasSubstr("can't be opened"));
  EXPECT_FALSE(spool_.may_have_work());
}

TEST_F(SpoolTest, places_that_are_links_are_not_followed) {
  fs::remove(folder_ / "spool/accepted");
  fs::create_directory(folder_ / "elsewhere");
  fs::create_directory_symlink("../elsewhere", folder_ / "spool/accepted");
  EXPECT_FALSE(spool_.prepare());
  write("spool/a.toml", good);
  EXPECT_TRUE(take_all());
  EXPECT_THAT(store_.jobs_by_id, IsEmpty());
  EXPECT_TRUE(is_there("a.toml"));
}

TEST_F(SpoolTest, prepare_says_what_is_wrong) {
  write("file", "");
  Spool spool(folder_ / "file", settings_, store_, support::DigestKey{}, clock_, [](const Spool::Notice&) {});
  EXPECT_THAT(spool.prepare().error(), HasSubstr("can't be made"));
}

}  // namespace
}  // namespace lethe::intake
