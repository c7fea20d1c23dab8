// What the demo plays: six jobs, the files they are asked for in, and the lives that the simulated cloud gives them.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "core/operation.hpp"
#include "simulator/cloud_model.hpp"

namespace lethe::command {

/// How many times faster than life: two days of restore window and half a day of deletion take some twenty seconds.
inline constexpr double demo_time_scale = 10'000;
/// Simulated time from the start until the last job has ended, or nearly.
inline constexpr std::chrono::hours demo_length{66};

struct DemoJob {
  std::string id;
  std::string story;  ///< in a few words, for the closing table
  std::string file;   ///< the job file's text
  core::State end;    ///< how it is to end
};

std::vector<DemoJob> demo_jobs();
/// Files beside the job files that these name: (name, text).
std::vector<std::pair<std::string, std::string>> demo_lists();
simulator::ModelSettings demo_model();
std::string demo_secret();
/// lethe.toml for a simulator at `url`; the secret lies beside it in demo.secret.
std::string demo_configuration(const std::string& url);

/// What a transition means, for somebody who sees one for the first time.
std::string in_plain_words(const core::Transition& transition);

}  // namespace lethe::command
