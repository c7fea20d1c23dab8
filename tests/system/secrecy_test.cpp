// Secrets and contacts: what is written where.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <string>

#include "rig.hpp"

namespace lethe::system_test {
namespace {

namespace fs = std::filesystem;

const std::string contact_marker = "MARKER-CONTACT";

/// Written by the tests themselves.
bool is_input(const std::string& name) {
  return name == "acme.secret" || name == "keys.csv" || name.ends_with(".toml");
}

bool is_store(const std::string& name) {
  return name.starts_with("lethe.db");
}

/// The files of Lethe's making that hold the text.
std::string files_with(const fs::path& directory, const std::string& text, bool store_may) {
  std::string found;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    const auto name = entry.path().filename().string();
    if (!entry.is_regular_file() || is_input(name) || (store_may && is_store(name))) continue;
    if (read_file(entry.path()).find(text) != std::string::npos) found += entry.path().string() + " ";
  }
  return found;
}

TEST(Secrecy, a_whole_life_writes_neither_secret_nor_contact_outside_the_store) {
  Rig rig;
  rig.start_daemon();
  rig.write("keys.csv", "Key\n" + contact_marker + "-1\n" + contact_marker + "-2\n");
  const auto file = rig.job("file", "keys_file = \"keys.csv\"\ncolumn = \"Key\"");
  const auto inlined = rig.job("inline", "keys = [\"refused-" + contact_marker + "-3\"]");
  EXPECT_EQ(rig.lethe({"submit", file, inlined, "--wait"}).status, 4);
  // Faults quote no values either: a doubled contact, an id that is none, a header that isn't there.
  rig.lethe({"check", file, rig.job("bad", "ids = [\"" + contact_marker + "-4\"]")});
  rig.lethe({"submit", rig.job("worse", "keys_file = \"keys.csv\"\ncolumn = \"Nothing\"")});
  for (const std::string command : {"status", "jobs", "log"}) {
    rig.lethe({command});
    rig.lethe({command, "--json"});
  }
  rig.lethe({"show", "file"});
  rig.lethe({"show", "file", "--json"});
  EXPECT_EQ(rig.stop_daemon(), 0);
  EXPECT_EQ(files_with(rig.directory(), contact_marker, true), "");
  EXPECT_EQ(files_with(rig.directory(), client_secret, false), "");
}

TEST(Secrecy, after_the_end_no_contact_is_left) {
  RigSettings settings;
  settings.intake = true;
  Rig rig(settings);
  fs::create_directories(rig.spool() / "accepted");
  rig.start_daemon();
  rig.write("spool/list.csv", contact_marker + "-1\n" + contact_marker + "-2\n");
  rig.write("spool/dropped.draft", "# " + contact_marker + "\naccount = \"acme\"\nkeys_file = \"list.csv\"\n");
  fs::rename(rig.spool() / "dropped.draft", rig.spool() / "dropped.toml");
  const auto inlined = rig.job("inlined", "keys = [\"" + contact_marker + "-3\"]");
  const auto refused = rig.job("refusal", "keys = [\"refused-" + contact_marker + "-4\"]");
  rig.lethe({"submit", inlined, refused, "--wait"});
  fs::remove(inlined);  // the user's own originals are theirs
  fs::remove(refused);
  EXPECT_TRUE(eventually([&] {
    for (const std::string job : {"dropped", "inlined", "refusal"}) {
      const auto shown = rig.lethe({"show", job, "--json"});
      if (shown.status != 0 || boost::json::parse(shown.out).at("contacts_erased_at").is_null()) return false;
    }
    return true;
  }));
  const auto holds_marker = [&] {
    std::string found;
    for (const auto& entry : fs::recursive_directory_iterator(rig.directory())) {
      if (!entry.is_regular_file() || read_file(entry.path()).find(contact_marker) == std::string::npos) continue;
      found += entry.path().string() + " ";
    }
    return found;
  };
  const auto asked = rig.json({"find", "--key", contact_marker + "-1", "--json"});
  ASSERT_EQ(asked.at("found").as_array().size(), 1U);
  EXPECT_EQ(asked.at("found").at(0).at("job"), boost::json::value("dropped"));
  EXPECT_EQ(rig.json({"find", "--key", "refused-" + contact_marker + "-4", "--json"}).at("found").at(0).at("job"),
            boost::json::value("refusal"));
  EXPECT_EQ(holds_marker(), "") << "while the daemon runs";
  EXPECT_EQ(rig.stop_daemon(), 0);
  EXPECT_EQ(holds_marker(), "") << "after it";
  const auto kept = read_file(rig.spool() / "accepted" / "dropped.toml");
  EXPECT_NE(kept.find("contacts = 2\n"), std::string::npos) << kept;
  EXPECT_FALSE(fs::exists(rig.spool() / "accepted" / "list.csv"));
}

TEST(Secrecy, what_is_asked_about_is_never_repeated) {
  Rig rig;
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{"--id", contact_marker},
                                             {"--key", "A", contact_marker},
                                             {contact_marker},
                                             {"--kye", contact_marker},
                                             {"--kye=" + contact_marker},
                                             {"--json=" + contact_marker, "--key", "A"},
                                             {"--key", contact_marker, "--id", "1"},
                                             {"--key", contact_marker, "--key", contact_marker}}) {
    std::vector<std::string> command{"find"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const auto result = rig.lethe(command);
    EXPECT_EQ(result.status, 2) << result.err;
    EXPECT_TRUE(result.err.starts_with("lethe: ")) << result.err;
    EXPECT_EQ(result.err.find(contact_marker), std::string::npos) << result.err;
  }
  EXPECT_NE(rig.lethe({"find", "--key", "A", "B"}).err.find("quotes"), std::string::npos);
}

TEST(Secrecy, contacts_that_wait_are_in_the_store_alone) {
  Rig rig;
  rig.start_daemon();
  EXPECT_EQ(rig.stop_daemon(), 0);
  EXPECT_EQ(rig.lethe({"submit", rig.job("waits", "keys = [\"" + contact_marker + "\"]")}).status, 0);
  EXPECT_EQ(files_with(rig.directory(), contact_marker, true), "");
  const auto mode = fs::status(rig.store()).permissions();
  EXPECT_EQ(mode & (fs::perms::group_all | fs::perms::others_all), fs::perms::none) << "the store holds contacts";
}

}  // namespace
}  // namespace lethe::system_test
