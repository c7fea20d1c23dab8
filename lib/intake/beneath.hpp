// Opening what lies beneath a directory, whatever its path says: no symbolic link, no "..", no absolute path leads out.
#pragma once

#include <expected>
#include <filesystem>

#include "config/descriptor.hpp"

namespace lethe::intake {

/// Opens `relative` from the open directory `root` on; the error is an errno (ELOOP or EXDEV where the path leads out).
std::expected<config::Descriptor, int> open_beneath(int root, const std::filesystem::path& relative, int flags);

/// The same, component by component, for where the kernel or a system call filter refuses openat2.
std::expected<config::Descriptor, int> walk_beneath(int root, const std::filesystem::path& relative, int flags);

}  // namespace lethe::intake
