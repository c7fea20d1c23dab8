#include "config/toml_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "config/descriptor.hpp"
#include "config/toml_depth.hpp"

namespace lethe::config {
namespace {

std::unexpected<support::Fault> fault(const std::filesystem::path& file, std::string what, std::string remedy = {}) {
  return std::unexpected(support::Fault{
      .what = std::move(what), .file = file, .line = 0, .column = 0, .key = {}, .remedy = std::move(remedy)});
}

std::unexpected<support::Fault> cannot_open(const std::filesystem::path& file, int error) {
  if (error == ENOENT) return fault(file, "doesn't exist");
  if (error == ELOOP) return fault(file, "is a symbolic link", "put the file itself there");
  if (error == EACCES) return fault(file, "can't be read: permission denied", "let this user read it");
  return fault(file, fmt::format("can't be opened: {}", std::generic_category().message(error)));
}

/// "Error while parsing key-value pair: expected '=', saw 'x'" -> "key-value pair".
std::string_view element_of(std::string_view description) {
  constexpr std::string_view start = "Error while parsing ";
  if (!description.starts_with(start)) return {};
  description.remove_prefix(start.size());
  return description.substr(0, description.find(':'));
}

}  // namespace

std::expected<std::string, support::Fault> read_text(const std::filesystem::path& file, std::size_t most_bytes,
                                                     Links links) {
  const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (links == Links::refused ? O_NOFOLLOW : 0);
  const Descriptor descriptor(::open(file.c_str(), flags));
  if (descriptor.value() < 0) return cannot_open(file, errno);
  struct stat status{};
  if (::fstat(descriptor.value(), &status) != 0) return cannot_open(file, errno);
  if (S_ISDIR(status.st_mode)) return fault(file, "is a directory", "name the file in it");
  if (!S_ISREG(status.st_mode)) return fault(file, "isn't a regular file");
  std::string text;
  std::string chunk(std::size_t{64} * 1024, '\0');
  while (true) {
    const ssize_t got = ::read(descriptor.value(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fault(file, fmt::format("can't be read: {}", std::generic_category().message(errno)));
    if (got == 0) return text;
    text.append(chunk, 0, static_cast<std::size_t>(got));
    if (text.size() > most_bytes) return fault(file, fmt::format("is larger than {} bytes", most_bytes));
  }
}

std::expected<toml::table, support::Fault> parse_toml(std::string_view text, const std::filesystem::path& file) {
  if (const auto line = line_of_deep_key(text)) {
    return std::unexpected(support::Fault{.what = "has a key of too many parts",
                                          .file = file,
                                          .line = *line,
                                          .column = 0,
                                          .key = {},
                                          .remedy = "take it out"});
  }
  try {
    return toml::parse(text, file.string());
  } catch (const toml::parse_error& error) {
    const std::string_view element = element_of(error.description());
    const bool twice = error.description().find("redefine") != std::string_view::npos;
    std::string what = "isn't valid TOML";
    if (!element.empty()) what += fmt::format(": the {} can't be read", element);
    if (twice) what = "isn't valid TOML: this is defined a second time";
    return std::unexpected(support::Fault{.what = std::move(what),
                                          .file = file,
                                          .line = error.source().begin.line,
                                          .column = error.source().begin.column,
                                          .key = {},
                                          .remedy = "correct it here or just before"});
  }
}

}  // namespace lethe::config
