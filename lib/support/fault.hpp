// A fault in what a person wrote (configuration, job file, list): one line that says what, where and what to do.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace lethe::support {

struct Fault {
  std::string what;            ///< never a contact's or a secret's value
  std::filesystem::path file;  ///< empty: of no file
  std::int64_t line = 0;       ///< 1-based; 0: not known
  std::int64_t column = 0;
  std::string key;     ///< the dotted key; empty: none
  std::string remedy;  ///< what to do; may be empty
};

/// "/etc/lethe/lethe.toml:12:3: account.acme.client_id: is missing; remedy"
std::string to_line(const Fault& fault);

}  // namespace lethe::support
