#include "command/progress.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace lethe::command {
namespace {

using std::chrono::milliseconds;
using Stage = intake::Progress::Stage;

class Progress : public testing::Test {
 protected:
  std::string shown(ProgressLine& line, Stage stage, std::int64_t contacts, int at_ms) {
    out_.str("");
    line.show({.stage = stage, .contacts = contacts}, begin_ + milliseconds{at_ms});
    return out_.str();
  }

  std::ostringstream out_;
  ProgressLine::Instant begin_{};
};

TEST_F(Progress, contacts_so_far_and_their_rate) {
  EXPECT_EQ(progress_text({.stage = Stage::checking, .contacts = 12'400'000}, std::chrono::seconds{4}),
            "checking: 12,400,000 contacts read, 3,100,000 a second");
  EXPECT_EQ(progress_text({.stage = Stage::loading, .contacts = 999}, std::chrono::seconds{0}),
            "loading: 999 contacts, 0 a second");
}

TEST_F(Progress, only_of_what_takes_long_and_some_times_a_second) {
  ProgressLine line(&out_);
  EXPECT_EQ(shown(line, Stage::checking, 1, 0), "");
  EXPECT_EQ(shown(line, Stage::checking, 2, 600), "");
  EXPECT_EQ(shown(line, Stage::checking, 3000, 1000), "\rchecking: 3,000 contacts read, 3,000 a second\x1b[K");
  EXPECT_EQ(shown(line, Stage::checking, 4000, 1100), "");
  EXPECT_NE(shown(line, Stage::loading, 100, 1300), "");
  out_.str("");
  line.clear();
  EXPECT_EQ(out_.str(), "\r\x1b[K");
}

TEST_F(Progress, nothing_where_nobody_looks) {
  ProgressLine line(nullptr);
  line.show({.stage = Stage::checking, .contacts = 1}, begin_);
  line.show({.stage = Stage::checking, .contacts = 1}, begin_ + std::chrono::hours{1});
}

}  // namespace
}  // namespace lethe::command
