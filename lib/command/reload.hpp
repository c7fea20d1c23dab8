// What SIGHUP asks of the daemon: the configuration is read and checked whole, and taken; or the old one stays.
#pragma once

#include <filesystem>
#include <functional>

#include "engine/service.hpp"

namespace lethe::command {

/// `done` is called once: when the new configuration is taken, or when the log has said why the old one stays.
void reload(engine::Service& service, const std::filesystem::path& file, const std::function<void()>& done);

}  // namespace lethe::command
