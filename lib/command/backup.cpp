#include "command/backup.hpp"

#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "support/digest.hpp"

namespace lethe::command {

Outcome<Backup> make_backup(store::Store& store, const std::filesystem::path& store_path,
                            const std::filesystem::path& file, core::Time now) {
  auto head = store.head();
  if (!head) return std::unexpected(failure(head.error()));
  const auto copied = store.copy_to(file, now);
  if (!copied) return std::unexpected(failure(copied.error()));
  return Backup{.file = file, .key = support::digest_key_path(store_path), .head = std::move(*head)};
}

std::string backup_text(const Backup& backup) {
  return fmt::format(
      "{} holds the store up to transition {}, {}\n"
      "keep {} with it: without that file contacts can't be found and known jobs aren't recognised\n",
      backup.file.string(), backup.head.seq, backup.head.hash, backup.key.string());
}

std::string backup_json(const Backup& backup) {
  const boost::json::object object{{"file", backup.file.string()},
                                   {"transitions", backup.head.seq},
                                   {"hash", backup.head.hash},
                                   {"key_file", backup.key.string()}};
  return boost::json::serialize(object);
}

}  // namespace lethe::command
