// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What a reviewer should not have to say twice: sizes, banned words, licence lines.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <regex>

#include "tests/tidy/source_tree.hpp"

namespace {

using tidy::in_word;
using tidy::SourceFile;
using tidy::starts_with_any;

constexpr std::size_t kMaxFileLines = 400;
constexpr std::size_t kMaxLineColumns = 100;
constexpr int kMaxFunctionLines = 70;

struct Banned {
  std::vector<std::string> words;  // whole ones; with _ in front the last part of one
  const char* why;
  std::vector<std::string> except;  // folders where the thing belongs
};

const std::vector<Banned>& banned() {
  // The wall clock belongs to the shells and to the figures about a run, never to a result.
  static const std::vector<Banned> all = {
      {{"system_clock", "steady_clock", "high_resolution_clock", "gettimeofday", "clock_gettime",
        "std::time", "localtime", "gmtime"},
       "no wall clock",
       {"hes-stub/program/", "hes-stub/lockstep/", "net/", "sim/cli/", "sim/reader/",
        "sim/drive/wall.", "bench/", "tests/runs/kill_test.cpp"}},
      {{"random_device", "mt19937", "default_random_engine", "_distribution", "rand", "srand"},
       "randomness is keyed: kernel/philox.hpp",
       {"tests/", "bench/"}},
      {{"unordered_map", "unordered_set"}, "iteration order reaches results", {"tests/", "bench/"}},
      {{"NDEBUG"}, "assertions stay on", {}},
      // Libraries throw, or lose the exit code, when standard error takes nothing.
      {{"stderr", "cerr", "clog", "perror"},
       "os::say()",
       {"tests/", "bench/", "kernel/assert.cpp", "protocol/hosted/assert_host/"}},
  };
  return all;
}

// Law 1: what a C library computes in floating point, its last bit is its own affair. The square
// root, which IEEE 754 rounds, is taken in one file.
TEST(HouseStyle, FirmwareTakesNoMathsFromTheLibrary) {
  const std::vector<std::string> firmware = {"meter/", "cm1/", "dcu/fw/", "protocol/"};
  const std::vector<std::string> except = {"protocol/hosted/", "meter/fw/measure/metrology.cpp"};
  for (const SourceFile& file : tidy::source_files()) {
    if (!starts_with_any(file.path, firmware) || starts_with_any(file.path, except)) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string& line = file.lines[i];
      const bool maths = line.starts_with("#include <cmath>") ||
                         line.starts_with("#include <math.h>") ||
                         line.starts_with("#include <complex>");
      EXPECT_FALSE(maths) << file.path << ':' << i + 1;
    }
  }
}

bool has_word(const std::string& code, const std::string& word) {
  for (std::size_t at = code.find(word); at != std::string::npos; at = code.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool begins = at == 0 || word[0] == '_' || !in_word(code[at - 1]);
    if (begins && (end == code.size() || !in_word(code[end]))) return true;
  }
  return false;
}

TEST(HouseStyle, BannedWords) {
  for (const SourceFile& file : tidy::source_files()) {
    const auto code = tidy::code_of(file);
    for (const Banned& ban : banned()) {
      if (starts_with_any(file.path, ban.except)) continue;
      for (std::size_t i = 0; i < code.size(); ++i) {
        if (code[i].starts_with("#include")) continue;
        for (const std::string& word : ban.words) {
          EXPECT_FALSE(has_word(code[i], word))
              << file.path << ':' << i + 1 << ": " << ban.why << ": " << file.lines[i];
        }
      }
    }
  }
}

TEST(HouseStyle, NoAttics) {
  for (const SourceFile& file : tidy::source_files()) {
    for (const char* attic : {"/common/", "/utils/", "/util/", "/helpers/", "/misc/"}) {
      EXPECT_EQ(("/" + file.path).find(attic), std::string::npos) << file.path;
    }
  }
}

TEST(HouseStyle, FilesBeginWithLicence) {
  for (const SourceFile& file : tidy::source_files()) {
    ASSERT_GE(file.lines.size(), 2u) << file.path;
    EXPECT_NE(file.lines[0].find("SPDX-FileCopyrightText: amitwin contributors"), std::string::npos)
        << file.path;
    EXPECT_NE(file.lines[1].find("SPDX-License-Identifier: Apache-2.0"), std::string::npos)
        << file.path;
  }
}

TEST(HouseStyle, FilesAndLinesKeepTheirSize) {
  for (const SourceFile& file : tidy::source_files()) {
    EXPECT_LE(file.lines.size(), kMaxFileLines) << file.path << ": two jobs in one room?";
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      // Columns, not octets: count UTF-8 leading octets only.
      const auto columns = std::count_if(file.lines[i].begin(), file.lines[i].end(),
                                         [](char c) { return (c & 0xC0) != 0x80; });
      EXPECT_LE(static_cast<std::size_t>(columns), kMaxLineColumns) << file.path << ':' << i + 1;
    }
  }
}

TEST(HouseStyle, HeadersArePragmaOnceOrC) {
  for (const SourceFile& file : tidy::source_files()) {
    if (!file.path.ends_with(".hpp")) continue;
    const bool found = std::any_of(file.lines.begin(), file.lines.end(),
                                   [](const std::string& line) { return line == "#pragma once"; });
    EXPECT_TRUE(found) << file.path;
  }
}

// By layout, which clang-format guarantees: a function opens with a line at the left margin (or one
// level in, inside a class) that ends in ") {" or ") const {", and closes with a brace in the same
// column.
TEST(HouseStyle, FunctionsStayUnderSeventyLines) {
  const std::regex opening(R"(^( {0,2})([A-Za-z~].*|\S.*)\)( const| noexcept| override)* \{$)");
  for (const SourceFile& file : tidy::source_files()) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      std::smatch match;
      if (!file.lines[i].ends_with('{') || !std::regex_search(file.lines[i], match, opening))
        continue;
      const std::string closing = match[1].str() + "}";
      std::size_t end = i + 1;
      while (end < file.lines.size() && file.lines[end].rfind(closing, 0) != 0) ++end;
      EXPECT_LT(static_cast<int>(end - i), kMaxFunctionLines)
          << file.path << ':' << i + 1 << ": " << file.lines[i];
    }
  }
}

}  // namespace
