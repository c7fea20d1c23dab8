// The setting of the restore window: how long contacts of a delete can be restored before they are deleted for good.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace lethe::cloud {

std::string window_path();
/// `days`: -1 for no window, else above zero. 0 means nothing to the cloud: it is a bug of the caller and throws.
std::string window_body(int days);
/// How many settings the cloud changed; the error names the field that broke the contract.
std::expected<std::int64_t, std::string> read_window_reply(std::string_view body);

}  // namespace lethe::cloud
