// What a user asked for, and what becomes of an id that is given again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/operation.hpp"
#include "core/time.hpp"

namespace lethe::core {

/// The data extension that a list job names.
struct ListTarget {
  std::string key;
  std::optional<std::int64_t> contacts;  ///< as declared; absent counts as 1,000,000 for the fuse
  bool delete_when_completed = false;
  bool delete_contents_when_completed = false;
};

struct Job {
  JobNumber number;
  std::string id;
  std::string account;
  Action action = Action::delete_contacts;
  Selector selector = Selector::keys;
  std::optional<ListTarget> list;
  std::int64_t contacts = 0;  ///< distinct ones to be sent; for a list the declared number, else 0
  std::string digest;         ///< hex HMAC-SHA-256 of account, action, selector, contacts in order, list options
  Time created_at;
  Time not_after;
  std::int64_t cursor = 0;  ///< contacts that are in an operation; for a list 0 or 1
  State state = State::queued;
  std::optional<Time> ended_at;
  std::string why;                         ///< of a held, cancelled or expired job
  std::optional<Time> contacts_erased_at;  ///< since then they are nowhere in the store
  bool released = false;                   ///< a person let it go: the fuse doesn't hold it again
};

/// [A-Za-z0-9._-]{1,128}
bool is_job_id(std::string_view id);
/// An id stays in logs: one with an "@" and a domain behind it is refused even where characters would allow it.
bool looks_like_email(std::string_view text);

/// The same id once more: a no-op while the job is open or ended as asked; else refused.
enum class Readmission : std::uint8_t { same, ended_otherwise, other_content };
Readmission readmit(const Job& known, std::string_view digest);

}  // namespace lethe::core
