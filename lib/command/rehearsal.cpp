#include "command/rehearsal.hpp"

#include <fmt/format.h>

#include <fstream>
#include <system_error>
#include <utility>

#include "store/store.hpp"

namespace lethe::command {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view first_job =
    "# A first job: two contacts by key. It is deleted when suppression, restore window and background delete are "
    "over.\n"
    "account = \"rehearsal\"\n"
    "keys = [\"first-contact\", \"second-contact\"]\n";

Failure unusable(const fs::path& path, const std::string& why) {
  return failure(ExitStatus::failed, fmt::format("{}: {}", path.string(), why));
}

Outcome<void> write(const fs::path& file, std::string_view text, fs::perms permissions) {
  std::ofstream out(file);
  std::error_code error;
  fs::permissions(file, permissions, error);
  out << text;
  out.close();
  if (error || !out)
    return std::unexpected(unusable(file, "can't be written; is there room, and may you write there?"));
  return {};
}

Outcome<void> record_time_scale(const fs::path& path, const Rehearsal& rehearsal) {
  store::OpenSettings opening;
  opening.path = path;
  opening.as = store::OpenSettings::As::daemon;
  opening.time_scale = rehearsal.time_scale;
  opening.now = rehearsal.epoch;
  const auto store = store::open_store(opening);
  if (!store) return std::unexpected(failure(ExitStatus::failed, store.error().what));
  return {};
}

}  // namespace

Outcome<void> lay_out(const fs::path& directory, const Rehearsal& rehearsal) {
  constexpr auto mine = fs::perms::owner_read | fs::perms::owner_write;
  constexpr auto readable = mine | fs::perms::group_read | fs::perms::others_read;
  std::error_code error;
  fs::create_directory(directory / "intake", error);
  if (error) return std::unexpected(unusable(directory / "intake", error.message()));
  if (auto done = write(directory / "lethe.toml", rehearsal_configuration(rehearsal), readable); !done) return done;
  if (auto done = write(directory / "rehearsal.secret", rehearsal.client_secret + "\n", mine); !done) return done;
  if (auto done = write(directory / "first-job.toml", first_job, readable); !done) return done;
  if (!rehearsal.ca_pem.empty()) {
    if (auto done = write(directory / "ca.pem", rehearsal.ca_pem, readable); !done) return done;
  }
  return record_time_scale(directory / "lethe.db", rehearsal);
}

std::string rehearsal_configuration(const Rehearsal& rehearsal) {
  std::string text = fmt::format(
      "# A rehearsal against `lethe simulate`. Relative paths are relative to this file.\n"
      "[store]\n"
      "path = \"lethe.db\"\n\n"
      "[intake]\n"
      "directory = \"intake\"\n\n"
      "[web]\n"
      "listen = \"\"                      # \"127.0.0.1:9464\" for the page\n\n"
      "[[account]]\n"
      "name = \"rehearsal\"\n"
      "auth_url = \"{0}\"\n"
      "rest_url = \"{0}\"\n"
      "client_id = \"{1}\"\n"
      "client_secret_file = \"rehearsal.secret\"\n"
      "account_id = 10650003\n",
      rehearsal.url, rehearsal.client_id);
  if (!rehearsal.ca_pem.empty()) text += "ca_file = \"ca.pem\"\n";
  return text;
}

}  // namespace lethe::command
