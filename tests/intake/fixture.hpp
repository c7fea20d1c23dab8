// A folder of one's own with job files and lists, and settings that know the account "acme".
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "intake/contact_list.hpp"
#include "intake/job_file.hpp"
#include "support/fault.hpp"

namespace lethe::intake {

inline core::Time time_of(std::string_view text) {
  return core::parse_rfc3339(text).value();
}

class IntakeTest : public ::testing::Test {
 protected:
  IntakeTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "lethe-intake-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    settings_.accounts.emplace_back().name = "acme";
  }
  ~IntakeTest() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::filesystem::path& name, std::string_view text) {
    const std::filesystem::path file = folder_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return file;
  }

  std::string content(const std::filesystem::path& name) {
    std::ifstream file(folder_ / name, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }

  std::vector<std::string> lines_of(const std::vector<support::Fault>& faults) {
    std::vector<std::string> lines;
    for (const auto& fault : faults) {
      std::string line = support::to_line(fault);
      if (line.starts_with(folder_.string() + "/")) line.erase(0, folder_.string().size() + 1);
      lines.push_back(line);
    }
    return lines;
  }

  /// The faults of a job file, without the path of the folder in front.
  std::vector<std::string> faults_of(std::string_view text, const std::string& name = "job.toml") {
    const auto request = read_job_file(write(name, text), settings_);
    if (request) return {};
    return lines_of(request.error());
  }

  JobRequest request_of(std::string_view text, const std::string& name = "job.toml") {
    const auto request = read_job_file(write(name, text), settings_);
    if (request) return *request;
    for (const auto& line : lines_of(request.error())) ADD_FAILURE() << line;
    return {};
  }

  /// A request for the list file of this content.
  JobRequest list_request(std::string_view text, std::optional<std::string> column = {},
                          core::Selector selector = core::Selector::keys) {
    JobRequest request;
    request.account = "acme";
    request.id = "job";
    request.selector = selector;
    request.contacts.file = write("list", text);
    request.contacts.column = std::move(column);
    return request;
  }

  struct Read {
    std::vector<std::string> contacts;
    std::string fault;  ///< a line; empty: none
  };

  Read read(const JobRequest& request, const std::optional<std::filesystem::path>& beneath = {}) {
    Read result;
    const auto reader = open_contacts(request, beneath);
    if (!reader) {
      result.fault = lines_of({reader.error()}).front();
      return result;
    }
    while (true) {
      const auto next = (*reader)->next();
      if (!next) {
        result.fault = lines_of({next.error()}).front();
        return result;
      }
      if (!*next) return result;
      result.contacts.emplace_back(**next);
    }
  }

  std::filesystem::path folder_;
  core::Settings settings_;
};

}  // namespace lethe::intake
