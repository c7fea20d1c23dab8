// What a command did, in both forms that it can be told in.
#pragma once

#include <string>

namespace lethe::command {

struct Spoken {
  std::string text;  ///< for people: lines, each with its end
  std::string json;  ///< one value, without a line end
};

}  // namespace lethe::command
