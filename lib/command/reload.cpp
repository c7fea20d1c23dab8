#include "command/reload.hpp"

#include <string>
#include <utility>

#include "command/check.hpp"
#include "command/session.hpp"

namespace lethe::command {
namespace {

void refuse(engine::Service& service, const std::filesystem::path& file, const std::string& why) {
  service.log().message(core::LogLevel::error, "the new configuration is refused and the old one stays: " + why,
                        {{"file", file.string()}});
}

}  // namespace

void reload(engine::Service& service, const std::filesystem::path& file, const std::function<void()>& done) {
  auto settings = read_settings(file);
  if (!settings) {
    for (const std::string& line : settings.error().lines) refuse(service, file, line);
    return done();
  }
  if (const auto fault = unusable_secret(*settings)) {
    for (const std::string& line : fault->lines) refuse(service, file, line);
    return done();
  }
  const auto taking = service.reload(std::move(*settings), done);
  if (taking) return;
  refuse(service, file, taking.error().what);
  done();
}

}  // namespace lethe::command
