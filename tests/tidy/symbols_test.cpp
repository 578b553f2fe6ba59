// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What the object files say: firmware has no mutable globals, and paths that reach results do not
// call the C library's transcendental functions, whose last bit differs between machines.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

std::string output_of(const std::string& command) {
  std::string text;
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return text;
  std::array<char, 4096> chunk;
  while (std::size_t n = std::fread(chunk.data(), 1, chunk.size(), pipe)) {
    text.append(chunk.data(), n);
  }
  EXPECT_EQ(pclose(pipe), 0) << command;
  return text;
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> items;
  std::istringstream in(list);
  for (std::string item; std::getline(in, item, '|');) {
    if (!item.empty()) items.push_back(item);
  }
  return items;
}

TEST(Symbols, FirmwareHasNoMutableGlobals) {
  const auto archives = split(AMITWIN_FIRMWARE_ARCHIVES);
  ASSERT_FALSE(archives.empty());
  for (const std::string& archive : archives) {
    std::istringstream lines(output_of("size -A '" + archive + "'"));
    std::string member;
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string section;
      std::size_t bytes = 0;
      words >> section >> bytes;
      if (line.find(":") != std::string::npos) member = line;
      // .data.rel.ro holds constant tables with pointers: read-only once loaded.
      const bool constant = section.rfind(".data.rel.ro", 0) == 0;
      const bool writable = section.rfind(".data", 0) == 0 || section.rfind(".bss", 0) == 0;
      if (writable && !constant) {
        EXPECT_EQ(bytes, 0u) << member << ' ' << section;
      }
    }
  }
}

TEST(Symbols, ResultPathsDoNotCallLibm) {
  const std::set<std::string> banned = {"sin",   "cos",    "tan",  "exp",   "log",  "pow",
                                        "sinf",  "cosf",   "expf", "logf",  "powf", "log2",
                                        "log10", "sincos", "exp2", "atan2", "atan", "sincosf"};
  const auto archives = split(AMITWIN_RESULT_PATH_ARCHIVES);
  ASSERT_FALSE(archives.empty());
  for (const std::string& archive : archives) {
    std::istringstream lines(output_of("nm -u '" + archive + "'"));
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string kind, symbol;
      words >> kind >> symbol;
      symbol = symbol.substr(0, symbol.find('@'));
      EXPECT_EQ(banned.count(symbol), 0u) << archive << ": " << symbol;
    }
  }
}

}  // namespace
