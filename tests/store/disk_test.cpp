#include "fixture.hpp"

namespace lethe::store::testing {
namespace {

using core::State;
using Condition = simulation::MemoryVfs::Condition;

class Disk : public StoreTest {
 protected:
  std::vector<std::string> ids() {
    std::vector<std::string> found;
    must((*store_)->jobs({}, [&](const JobView& view) {
      found.push_back(view.job.id);
      return true;
    }));
    return found;
  }
};

struct Trouble {
  const char* name;
  Condition condition;
  Error::Kind kind;
  bool on_this_thread;
};

class DiskTrouble : public Disk, public ::testing::WithParamInterface<Trouble> {
 protected:
  void SetUp() override {
    store_.reset();
    OpenSettings settings = in_memory(files_);
    settings.write_on_this_thread = GetParam().on_this_thread;
    store_ = std::make_unique<Process>(settings, clock_);
  }
};

INSTANTIATE_TEST_SUITE_P(
    all, DiskTrouble,
    ::testing::Values(Trouble{"full", Condition::full, Error::Kind::full, true},
                      Trouble{"full_on_the_writers_thread", Condition::full, Error::Kind::full, false},
                      Trouble{"failing", Condition::failing, Error::Kind::io, true},
                      Trouble{"failing_on_the_writers_thread", Condition::failing, Error::Kind::io, false}),
    [](const auto& info) { return info.param.name; });

TEST_P(DiskTrouble, fails_every_write_of_the_commit_and_is_over_when_it_is_over) {
  const core::Job job = store_->submit("before", 2);
  int heard = 0;
  (*store_)->on_transition([&](const core::Transition&) { ++heard; });
  files_.set_condition(GetParam().condition);
  const auto formed = store_->start((*store_)->form(an_operation(2), {{job.number, 0, 2}}));
  const auto paused = store_->start((*store_)->set_account_state("acme", core::AccountState::blocked, "", {}));
  EXPECT_EQ(kind_of(store_->run((*store_)->begin_load())), GetParam().kind);
  ASSERT_TRUE(formed.done());
  EXPECT_EQ(kind_of(formed.result()), GetParam().kind);
  EXPECT_EQ(kind_of(paused.result()), GetParam().kind);
  EXPECT_NE(formed.result().error().what.find("lethe.db"), std::string::npos);
  EXPECT_EQ(heard, 0);
  EXPECT_EQ(must((*store_)->job("before"))->cursor, 0) << "reads go on";
  EXPECT_EQ(must((*store_)->account("acme")).state, core::AccountState::ready);

  files_.set_condition(Condition::fine);
  EXPECT_TRUE(store_->form({{job.number, 0, 2}}));
  store_->submit("after", 1);
  EXPECT_EQ(heard, 2);
  EXPECT_EQ(ids(), (std::vector<std::string>{"before", "after"}));
  expect_whole_chain(store_->transitions());
}

TEST_P(DiskTrouble, large_load_that_fails_halfway_leaves_the_store_usable) {
  const LoadNumber load = must(store_->run((*store_)->begin_load()));
  must(store_->run((*store_)->append(load, some_contacts(50'000))));
  files_.set_condition(GetParam().condition);
  // More than SQLite's cache holds, so that it meets the disk before the commit.
  EXPECT_EQ(kind_of(store_->run((*store_)->append(load, some_contacts(500'000)))), GetParam().kind);
  files_.set_condition(Condition::fine);
  must(store_->run((*store_)->append(load, some_contacts(1))));
  EXPECT_TRUE(must(store_->run((*store_)->accept(load, a_job("dsr-1", 50'001)))).accepted);
  reopen();
  EXPECT_EQ(ids(), std::vector<std::string>{"dsr-1"});
}

TEST_F(Disk, full_when_a_store_is_made) {
  store_.reset();
  files_.put("lethe.db", "");
  files_.set_condition(Condition::full);
  OpenSettings settings = in_memory(files_);
  settings.path = "other.db";
  EXPECT_EQ(kind_of(open_store(settings)), Error::Kind::full);
  files_.set_condition(Condition::fine);
  EXPECT_TRUE(open_store(settings));
}

TEST_F(Disk, read_only_store_is_refused) {
  store_->submit("dsr-1", 1);
  store_.reset();
  files_.set_condition(Condition::read_only);
  OpenSettings settings = in_memory(files_);
  for (const auto as : {OpenSettings::As::daemon, OpenSettings::As::command}) {
    settings.as = as;
    const auto opened = open_store(settings);
    EXPECT_EQ(kind_of(opened), Error::Kind::read_only);
    EXPECT_NE(opened.error().what.find("lethe.db"), std::string::npos);
  }
  settings.path = "new.db";
  settings.as = OpenSettings::As::daemon;
  EXPECT_EQ(kind_of(open_store(settings)), Error::Kind::read_only);
}

TEST_F(Disk, damaged_store_says_so) {
  store_->submit("dsr-1", 2000);
  store_.reset();
  std::string bytes = files_.content("lethe.db").value();
  for (std::size_t page = 1; page < bytes.size() / 4096; ++page) bytes.replace(page * 4096, 100, 100, '\x55');
  files_.put("lethe.db", bytes);
  const auto opened = open_store(in_memory(files_));
  EXPECT_EQ(kind_of(opened), Error::Kind::io);
  EXPECT_NE(opened.error().what.find("damaged"), std::string::npos) << opened.error().what;
}

}  // namespace
}  // namespace lethe::store::testing
