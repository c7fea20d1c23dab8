#include "http/message.hpp"

#include <boost/beast/core/string.hpp>

namespace lethe::http {

std::optional<std::string_view> header(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (boost::beast::iequals(key, name)) {
      return value;
    }
  }
  return std::nullopt;
}

}  // namespace lethe::http
