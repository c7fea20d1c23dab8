// Replays inputs without libFuzzer: each file given, and each in a folder given. What breaks a contract ends the
// process.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "fuzz/contract.hpp"

namespace {

void add_files(const std::filesystem::path& path, std::vector<std::filesystem::path>& files) {
  if (!std::filesystem::is_directory(path)) return files.push_back(path);
  for (const auto& entry : std::filesystem::directory_iterator(path)) files.push_back(entry.path());
}

/// Exactly as many bytes as the file has, so that the sanitizer sees a read past its end.
void replay(const std::filesystem::path& file) {
  std::printf("%s\n", file.filename().c_str());
  std::fflush(stdout);
  std::ifstream stream(file, std::ios::binary);
  lethe::fuzz::require(stream.is_open(), "the input can be read");
  std::stringstream text;
  text << stream.rdbuf();
  const std::string bytes = text.str();
  const std::vector<std::uint8_t> input(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(input.data(), input.size());
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::filesystem::path> files;
  for (int argument = 1; argument < argc; ++argument) add_files(argv[argument], files);
  lethe::fuzz::require(!files.empty(), "there are inputs");
  std::ranges::sort(files);
  for (const auto& file : files) replay(file);
  std::printf("%zu inputs\n", files.size());
}
