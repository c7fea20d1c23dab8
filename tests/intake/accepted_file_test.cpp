// What stays in accepted/ of a job whose contacts were erased, and that nothing else is touched.
#include "intake/accepted_file.hpp"

#include <sys/stat.h>

#include "intake/fake_store.hpp"
#include "intake/fixture.hpp"
#include "intake/spool.hpp"
#include "intake/spool_folder.hpp"

namespace lethe::intake {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Kind = store::AcceptedFile::Kind;

namespace fs = std::filesystem;

constexpr std::string_view erasure = "2026-12-07T10:00:00Z";

class FixedClock : public support::Clock {
 public:
  core::Time now() const override { return time_of("2026-11-22T08:31:44Z"); }
  core::Duration monotonic() const override { return {}; }
  std::unique_ptr<support::Timer> make_timer(boost::asio::any_io_executor) override { return nullptr; }
};

class AcceptedFiles : public IntakeTest {
 protected:
  AcceptedFiles() {
    fs::create_directory(folder_ / "spool");
    EXPECT_TRUE(spool_.prepare());
  }

  void take_all() { intake::run(spool_.take_all()); }
  const core::Job& job(const std::string& id) { return store_.jobs_by_id.at(id).job; }
  std::vector<std::string> names() {
    std::vector<std::string> result;
    for (const auto& entry : fs::directory_iterator(folder_ / "spool/accepted")) {
      result.push_back(entry.path().filename().string());
    }
    std::ranges::sort(result);
    return result;
  }
  std::vector<std::string> noted(const std::string& id) {
    std::vector<std::string> result;
    for (const auto& file : store_.files) {
      if (file.job == job(id).number) result.push_back((file.kind == Kind::list ? "list " : "job ") + file.name);
    }
    std::ranges::sort(result);
    return result;
  }
  /// Erases all that the store knows of a job.
  void erase(const std::string& id) {
    for (const auto& file : store_.accepted_files(job(id).number).value()) {
      const auto erased = erase_accepted(file, job(id), time_of(erasure));
      EXPECT_TRUE(erased && *erased) << file.name;
    }
  }

  FakeStore store_;
  FixedClock clock_;
  Spool spool_{folder_ / "spool", settings_, store_, support::DigestKey{}, clock_, [](const Spool::Notice&) {}};
};

TEST_F(AcceptedFiles, are_known_to_the_store_under_the_names_they_have_there) {
  write("spool/accepted/a.toml", "another");
  write("spool/accepted/l.csv", "another");
  write("spool/l.csv", "A\nB\n");
  write("spool/a.toml", "account = \"acme\"\nkeys_file = \"l.csv\"\n");
  take_all();
  EXPECT_THAT(noted("a"), ElementsAre("job a.20261122T083144Z.toml", "list l.20261122T083144Z.csv"));
  EXPECT_EQ(store_.files.front().directory, folder_ / "spool");
}

TEST_F(AcceptedFiles, a_job_file_keeps_count_and_digest_and_no_contact) {
  write("spool/a.toml",
        "# for MARKER-0\naccount = \"acme\"\naction = \"restrict\"\nkeys = [\"MARKER-1\", \"MARKER-2\"]\n");
  take_all();
  fs::permissions(folder_ / "spool/accepted/a.toml", fs::perms::owner_read | fs::perms::owner_write);
  erase("a");
  EXPECT_THAT(names(), ElementsAre("a.toml"));
  const auto text = content("spool/accepted/a.toml");
  EXPECT_THAT(text, Not(HasSubstr("MARKER")));
  EXPECT_THAT(text, HasSubstr("id = \"a\""));
  EXPECT_THAT(text, HasSubstr("action = \"restrict\""));
  EXPECT_THAT(text, HasSubstr("contacts = 2\n"));
  EXPECT_THAT(text, HasSubstr("digest = \"" + job("a").digest + "\""));
  EXPECT_THAT(text, HasSubstr("at = 2026-12-07T10:00:00"));
  EXPECT_EQ(fs::status(folder_ / "spool/accepted/a.toml").permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(AcceptedFiles, what_is_left_is_no_job_file_that_could_be_dropped_again) {
  write("spool/a.toml", "account = \"acme\"\nkeys = [\"A\"]\n");
  take_all();
  erase("a");
  const auto faults = faults_of(content("spool/accepted/a.toml"));
  ASSERT_FALSE(faults.empty());
  EXPECT_THAT(faults.front(), HasSubstr("names no contacts"));
}

TEST_F(AcceptedFiles, a_list_is_removed_and_its_other_link_stays) {
  write("original.csv", "A\nB\n");
  fs::create_hard_link(folder_ / "original.csv", folder_ / "spool/l.csv");
  write("spool/a.toml", "account = \"acme\"\nkeys_file = \"l.csv\"\n");
  take_all();
  erase("a");
  EXPECT_THAT(names(), ElementsAre("a.toml"));
  EXPECT_EQ(content("original.csv"), "A\nB\n");
}

TEST_F(AcceptedFiles, a_job_of_a_data_extension_keeps_its_file) {
  const std::string text = "account = \"acme\"\n[list]\nkey = \"EXT\"\n";
  write("spool/a.toml", text);
  take_all();
  erase("a");
  EXPECT_EQ(content("spool/accepted/a.toml"), text);
}

TEST_F(AcceptedFiles, one_that_was_moved_away_is_no_error) {
  write("spool/a.toml", "account = \"acme\"\nkeys = [\"A\"]\n");
  take_all();
  const auto file = store_.files.front();
  fs::remove(folder_ / "spool/accepted/a.toml");
  EXPECT_EQ(erase_accepted(file, job("a"), time_of(erasure)), false);
  fs::remove_all(folder_ / "spool/accepted");
  EXPECT_EQ(erase_accepted(file, job("a"), time_of(erasure)), false);
  fs::remove_all(folder_ / "spool");
  EXPECT_EQ(erase_accepted(file, job("a"), time_of(erasure)), false);
}

TEST_F(AcceptedFiles, no_link_leads_the_erasure_out_of_the_directory) {
  write("elsewhere/a.toml", "keep me");
  fs::remove_all(folder_ / "spool/accepted");
  fs::create_directory_symlink(folder_ / "elsewhere", folder_ / "spool/accepted");
  core::Job job;
  const auto erased = erase_accepted({{}, folder_ / "spool", "a.toml", Kind::list}, job, time_of(erasure));
  EXPECT_FALSE(erased);
  EXPECT_EQ(content("elsewhere/a.toml"), "keep me");
}

TEST_F(AcceptedFiles, an_interrupted_replacement_is_done_again) {
  write("spool/a.toml", "account = \"acme\"\nkeys = [\"A\"]\n");
  take_all();
  write("spool/accepted/.a.toml.erased", "half of");
  erase("a");
  EXPECT_THAT(names(), ElementsAre("a.toml"));
  erase("a");
  EXPECT_THAT(content("spool/accepted/a.toml"), HasSubstr("contacts = 1\n"));
}

TEST_F(AcceptedFiles, nothing_moves_before_the_store_knows_its_name) {
  write("spool/a.toml", "account = \"acme\"\nkeys = [\"A\"]\n");
  store_.refuse_note = store::Error{store::Error::Kind::full, "the disk is full"};
  EXPECT_FALSE(intake::run(spool_.take_all()));
  EXPECT_TRUE(fs::exists(folder_ / "spool/a.toml"));
  EXPECT_THAT(names(), IsEmpty());
  store_.refuse_note.reset();
  take_all();
  EXPECT_THAT(noted("a"), ElementsAre("job a.toml"));
}

TEST_F(AcceptedFiles, the_same_job_dropped_twice_has_two_files) {
  for (int time = 0; time < 2; ++time) {
    write("spool/a.toml", "account = \"acme\"\nkeys = [\"A\"]\n");
    take_all();
  }
  EXPECT_THAT(noted("a"), ElementsAre("job a.20261122T083144Z.toml", "job a.toml"));
}

TEST_F(AcceptedFiles, rejected_files_go_when_they_are_old_enough) {
  write("spool/rejected/a.toml", "MARKER");
  write("spool/rejected/a.toml.why", "why");
  const auto folder = SpoolFolder::open(folder_ / "spool");
  ASSERT_TRUE(folder);
  struct stat status{};
  ASSERT_EQ(::stat((folder_ / "spool/rejected/a.toml").c_str(), &status), 0);
  const std::int64_t came = std::int64_t{status.st_ctim.tv_sec} * 1'000'000'000 + status.st_ctim.tv_nsec;
  EXPECT_TRUE(folder->remove_rejected(came));
  EXPECT_TRUE(fs::exists(folder_ / "spool/rejected/a.toml"));
  EXPECT_TRUE(folder->remove_rejected(came + std::int64_t{3600} * 1'000'000'000));
  EXPECT_TRUE(fs::is_empty(folder_ / "spool/rejected"));
  write("spool/rejected/fresh.toml", "fresh");
  spool_.tidy();
  EXPECT_TRUE(fs::exists(folder_ / "spool/rejected/fresh.toml")) << "it came just now";
}

}  // namespace
}  // namespace lethe::intake
