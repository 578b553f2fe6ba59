// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Stands in for libFuzzer, so that the targets are tested in every build:
//   replay ROUNDS DICTIONARY [FILE|FOLDER]...
// Runs the target over each file whole, with each token of the dictionary in front, and changed in
// ROUNDS drawn ways; then over ROUNDS inputs drawn from the dictionary (libFuzzer's format, a token
// in quotes a line, \xNN for octets). AMITWIN_FUZZ_ROUNDS: a longer campaign, AMITWIN_FUZZ_SEED:
// another one.
#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::uint64_t kSeed = 20'260'101;
constexpr std::size_t kDrawnOctetsMax = 300;

std::uint64_t number_of(const char* name, std::uint64_t usual) {
  const char* const text = std::getenv(name);
  return text == nullptr ? usual : std::strtoull(text, nullptr, 10);
}

class Draws {  // splitmix64
 public:
  explicit Draws(std::uint64_t seed) : state_(seed) {}
  std::size_t below(std::size_t n) {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return static_cast<std::size_t>((z ^ (z >> 31)) % n);
  }
  char octet() { return static_cast<char>(below(256)); }

 private:
  std::uint64_t state_;
};

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> tokens_of(const char* path) {
  std::vector<std::string> tokens;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.size() < 2 || line.front() != '"' || line.back() != '"') continue;
    std::string token;
    for (std::size_t at = 1; at + 1 < line.size(); ++at) {
      if (line[at] != '\\') {
        token += line[at];
      } else if (line[++at] == 'x') {
        token += static_cast<char>(std::stoi(line.substr(at + 1, 2), nullptr, 16));
        at += 2;
      } else {
        token += line[at];
      }
    }
    tokens.push_back(token);
  }
  return tokens;
}

// In the same order on every file system.
std::vector<std::filesystem::path> files_of(int n, char** names) {
  std::vector<std::filesystem::path> files;
  for (int i = 0; i < n; ++i) {
    if (!std::filesystem::is_directory(names[i])) {
      files.push_back(names[i]);
      continue;
    }
    const std::size_t first = files.size();
    for (const auto& entry : std::filesystem::directory_iterator(names[i])) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::sort(files.begin() + static_cast<std::ptrdiff_t>(first), files.end());
  }
  return files;
}

// What was being run when it ended: left behind as libFuzzer does, to be run by itself.
const std::string* under_way = nullptr;

extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)());

void keep_input() {
  constexpr const char* kFile = "crash-input";
  std::FILE* const file = under_way != nullptr ? std::fopen(kFile, "wb") : nullptr;
  if (file == nullptr) return;
  std::fwrite(under_way->data(), 1, under_way->size(), file);
  std::fclose(file);
  std::fprintf(stderr, "the input of %zu octets is in %s\n", under_way->size(), kFile);
}

void on_signal(int signal) {
  keep_input();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void run(const std::string& input) {
  under_way = &input;
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

std::string changed(std::string input, const std::vector<std::string>& tokens, Draws& draws) {
  for (std::size_t n = 1 + draws.below(4); n-- > 0 && !input.empty();) {
    const std::size_t at = draws.below(input.size());
    const std::size_t length = draws.below(30);
    switch (draws.below(7)) {
      case 0:
        input[at] = draws.octet();
        break;
      case 1:
        input.insert(at, 1, draws.octet());
        break;
      case 2:
        input.insert(at, tokens[draws.below(tokens.size())]);
        break;
      case 3:
        input.insert(0, tokens[draws.below(tokens.size())]);
        break;
      case 4:
        input.erase(at, 1 + length);
        break;
      case 5:
        input.insert(draws.below(input.size()), input.substr(at, length));
        break;
      case 6:
        input.resize(at);
        break;
    }
  }
  return input;
}

std::string drawn(const std::vector<std::string>& tokens, Draws& draws) {
  std::string input;
  for (std::size_t octets = draws.below(kDrawnOctetsMax); input.size() < octets;) {
    if (draws.below(2) == 0) {
      input += tokens[draws.below(tokens.size())];
    } else {
      input += draws.octet();
    }
  }
  return input;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t usual = argc > 2 ? std::strtoull(argv[1], nullptr, 10) : 0;
  const std::uint64_t rounds = number_of("AMITWIN_FUZZ_ROUNDS", usual);
  const std::uint64_t seed = number_of("AMITWIN_FUZZ_SEED", kSeed);
  const std::vector<std::string> tokens =
      argc > 2 ? tokens_of(argv[2]) : std::vector<std::string>{};
  if (rounds == 0 || tokens.empty()) {
    std::fputs("replay ROUNDS DICTIONARY [FILE|FOLDER]...\n", stderr);
    return 2;
  }
  const std::vector<std::filesystem::path> files = files_of(argc - 3, argv + 3);
  std::printf("seed %llu, %zu tokens, %zu files, %llu rounds\n",
              static_cast<unsigned long long>(seed), tokens.size(), files.size(),
              static_cast<unsigned long long>(rounds));
  if (files.empty() && argc > 3) return 1;
  std::fflush(stdout);
  std::signal(SIGABRT, on_signal);
  if (__sanitizer_set_death_callback != nullptr) {
    __sanitizer_set_death_callback(keep_input);
  } else {
    std::signal(SIGSEGV, on_signal);
  }
  Draws draws(seed);
  for (const std::filesystem::path& path : files) {
    const std::string text = text_of(path);
    run(text);
    for (const std::string& token : tokens) run(token + text);
    for (std::uint64_t round = 0; round < rounds; ++round) run(changed(text, tokens, draws));
  }
  for (std::uint64_t round = 0; round < rounds; ++round) run(drawn(tokens, draws));
  return 0;
}
