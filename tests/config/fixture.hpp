// A configuration file of one's own, and what reading it gives.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "config/config.hpp"

namespace lethe::config {

inline const std::string account_text =
    "[[account]]\n"
    "name = \"acme\"\n"
    "subdomain = \"mcabcdefghijklmnopqrstuvwxyz\"\n"
    "client_id = \"client\"\n"
    "client_secret_file = \"acme.secret\"\n"
    "account_id = 7\n";

class ConfigTest : public ::testing::Test {
 protected:
  ConfigTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "lethe-config-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    file_ = folder_ / "lethe.toml";
  }
  ~ConfigTest() override { std::filesystem::remove_all(folder_); }

  std::expected<core::Settings, std::vector<support::Fault>> read(const std::string& text,
                                                                  const Surroundings& surroundings = {}) {
    std::ofstream(file_, std::ios::binary) << text;
    return read_config(file_, surroundings);
  }

  core::Settings settings_of(const std::string& text) {
    auto settings = read(text);
    if (settings) return *settings;
    for (const auto& fault : settings.error()) ADD_FAILURE() << support::to_line(fault);
    return {};
  }

  /// The faults as lines, without the path of the file in front.
  std::vector<std::string> faults_of(const std::string& text) {
    const auto settings = read(text);
    std::vector<std::string> lines;
    if (settings) return lines;
    for (const auto& fault : settings.error()) {
      std::string line = support::to_line(fault);
      if (line.starts_with(file_.string())) line.erase(0, file_.string().size());
      lines.push_back(line);
    }
    return lines;
  }

  std::filesystem::path folder_;
  std::filesystem::path file_;
};

}  // namespace lethe::config
