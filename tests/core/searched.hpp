// A search for a lost submission of three keys, as the tests vary it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "core/matching.hpp"

namespace lethe::core {

inline constexpr Time intent{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};

inline Reading read_whole_at(Time as_of) {
  return {.outcome = Reading::Outcome::whole, .as_of = as_of};
}
inline Reading not_whole(Reading::Outcome outcome) {
  return {.outcome = outcome, .as_of = std::nullopt};
}

/// Both lists read whole `age` after the intent; they show nothing.
inline Search search_at(Duration age) {
  Search search;
  search.contacts = 3;
  search.intent_at = intent;
  search.known_above = 2000;
  search.now = intent + age;
  search.looks = 1;
  search.requests = read_whole_at(search.now);
  search.operations = read_whole_at(search.now);
  search.newest_transition = intent;
  return search;
}

inline ListedOperation row(std::int64_t id, std::optional<std::int64_t> contacts = 3) {
  return {.id = {id},
          .action = Action::delete_contacts,
          .contacts = contacts,
          .list_key = std::nullopt,
          .created_by = std::nullopt,
          .of_list = std::nullopt};
}

inline ListedOperation made_by(ListedOperation row, std::string creator) {
  row.created_by = std::move(creator);
  return row;
}
inline ListedOperation of_list(std::int64_t id, std::string key) {
  ListedOperation made = row(id, 500);
  made.list_key = std::move(key);
  return made;
}

}  // namespace lethe::core
