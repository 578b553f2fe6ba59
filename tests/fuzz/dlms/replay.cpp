// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Stands in for libFuzzer: runs the target over the files of the folders named and over mutations
// of each, so that the targets are tested in every build.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Octets = std::vector<std::uint8_t>;
constexpr int kMutationsOfAFile = 500;

std::uint64_t draw(std::uint64_t& state) {  // splitmix64
  std::uint64_t z = (state += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

void run(const Octets& input) { LLVMFuzzerTestOneInput(input.data(), input.size()); }

void run_mutations(const Octets& input, std::uint64_t seed) {
  for (int i = 0; i < kMutationsOfAFile; ++i) {
    Octets mutant = input;
    for (std::uint64_t n = 1 + draw(seed) % 4; n-- > 0 && !mutant.empty();) {
      const auto at = static_cast<std::ptrdiff_t>(draw(seed) % mutant.size());
      switch (draw(seed) % 4) {
        case 0:
          mutant[static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(draw(seed));
          break;
        case 1:
          mutant.erase(mutant.begin() + at);
          break;
        case 2:
          mutant.insert(mutant.begin() + at, static_cast<std::uint8_t>(draw(seed)));
          break;
        case 3:
          mutant.resize(static_cast<std::size_t>(at));
          break;
      }
    }
    run(mutant);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t files = 0;
  for (int i = 1; i < argc; ++i) {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());  // the same order on every file system
    for (const std::filesystem::path& path : paths) {
      std::ifstream file(path, std::ios::binary);
      const Octets input{std::istreambuf_iterator<char>(file), {}};
      run(input);
      run_mutations(input, ++files);
    }
  }
  std::printf("%zu files, %d mutations of each\n", files, kMutationsOfAFile);
  return files == 0 ? 1 : 0;
}
