// Where a list may lie: anywhere for `submit`, beneath the intake directory and behind no link for a job dropped there.
#include <fcntl.h>
#include <sys/stat.h>

#include "intake/beneath.hpp"
#include "intake/fixture.hpp"

namespace lethe::intake {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ListPlace : public IntakeTest {
 protected:
  ListPlace() {
    write("outside/list", "OUT\n");
    write("spool/list", "IN\n");
    write("spool/sub/list", "SUB\n");
    std::filesystem::create_symlink("../outside/list", folder_ / "spool/link");
    std::filesystem::create_symlink("list", folder_ / "spool/inner");
    std::filesystem::create_directory_symlink("../outside", folder_ / "spool/linked");
    std::filesystem::create_directory_symlink("sub", folder_ / "spool/alias");
  }

  Read take(const std::filesystem::path& named) {
    JobRequest request;
    request.contacts.named = named;
    request.contacts.file = folder_ / "spool" / named;
    return read(request, folder_ / "spool");
  }
};

TEST_F(ListPlace, beneath_the_intake_directory) {
  EXPECT_THAT(take("list").contacts, ElementsAre("IN"));
  EXPECT_THAT(take("sub/list").contacts, ElementsAre("SUB"));
  EXPECT_THAT(take("./sub/list").contacts, ElementsAre("SUB"));
}

TEST_F(ListPlace, outside_of_the_intake_directory) {
  for (const auto& [named, fault] : std::vector<std::pair<std::filesystem::path, std::string>>{
           {folder_ / "outside/list", "has an absolute path in a job of the intake directory"},
           {folder_ / "spool/list", "has an absolute path in a job of the intake directory"},
           {"../outside/list", "is named with \"..\""},
           {"sub/../list", "is named with \"..\""},
           {"link", "is a symbolic link, or lies behind one"},
           {"inner", "is a symbolic link, or lies behind one"},
           {"linked/list", "is a symbolic link, or lies behind one"},
           {"alias/list", "is a symbolic link, or lies behind one"}}) {
    const Read result = take(named);
    EXPECT_THAT(result.contacts, IsEmpty()) << named;
    EXPECT_THAT(result.fault, HasSubstr(fault)) << named;
    EXPECT_THAT(result.fault, HasSubstr("put the list beneath the intake directory")) << named;
  }
}

TEST_F(ListPlace, without_the_written_name_the_path_decides) {
  JobRequest request;
  request.contacts.file = folder_ / "spool/sub/list";
  EXPECT_THAT(read(request, folder_ / "spool").contacts, ElementsAre("SUB"));
  request.contacts.file = folder_ / "outside/list";
  EXPECT_THAT(read(request, folder_ / "spool").fault, HasSubstr("is named with \"..\""));
}

TEST_F(ListPlace, what_is_no_list) {
  EXPECT_THAT(take("none").fault, HasSubstr("doesn't exist"));
  EXPECT_THAT(take("sub").fault, HasSubstr("isn't a regular file"));
  ASSERT_EQ(::mkfifo((folder_ / "spool/fifo").c_str(), 0600), 0);
  EXPECT_THAT(take("fifo").fault, HasSubstr("isn't a regular file"));
}

TEST_F(ListPlace, submit_reads_anywhere_but_follows_no_link) {
  JobRequest request;
  request.contacts.file = folder_ / "outside/list";
  EXPECT_THAT(read(request).contacts, ElementsAre("OUT"));
  request.contacts.file = folder_ / "spool/link";
  EXPECT_THAT(read(request).fault, HasSubstr("is a symbolic link"));
}

/// Both ways to open agree, since only one of them runs where openat2 is refused.
TEST_F(ListPlace, walking_judges_like_the_kernel) {
  const config::Descriptor root(::open((folder_ / "spool").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  constexpr int flags = O_RDONLY | O_NONBLOCK | O_NOFOLLOW;
  for (const char* good : {"list", "sub/list", "./list", "sub/./list"}) {
    EXPECT_TRUE(open_beneath(root.value(), good, flags)) << good;
    EXPECT_TRUE(walk_beneath(root.value(), good, flags)) << good;
  }
  for (const char* bad : {"../outside/list", "link", "inner", "linked/list", "alias/list", "none", "list/x"}) {
    const auto opened = open_beneath(root.value(), bad, flags);
    const auto walked = walk_beneath(root.value(), bad, flags);
    ASSERT_FALSE(opened) << bad;
    ASSERT_FALSE(walked) << bad;
    EXPECT_EQ(opened.error(), walked.error()) << bad;
  }
  EXPECT_FALSE(walk_beneath(root.value(), folder_ / "outside/list", flags));
  EXPECT_FALSE(open_beneath(root.value(), folder_ / "outside/list", flags));
}

}  // namespace
}  // namespace lethe::intake
