// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Who may include whom. What breaks a rule today stands in a list that may only shrink.
#include "tests/tidy/folder_rules.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/tidy/source_tree.hpp"

namespace {

using tidy::Rule;
using tidy::rule_for;
using tidy::starts_with_any;
using Prefixes = std::vector<std::string>;

// The C++ standard headers that freestanding code may use: no heap, no I/O, no clock.
const Prefixes kFreestanding = {"array",       "bit",      "compare",   "concepts",
                                "cstddef",     "cstdint",  "cstring",   "initializer_list",
                                "limits",      "optional", "span",      "string_view",
                                "type_traits", "utility",  "algorithm", "new",
                                "stddef.h",    "stdint.h", "string.h"};
// Only the metrology of a meter computes with roots and angles, on sums, never on samples.
const Prefixes kMeterExtra = {"cmath"};

bool standard_header(const std::string& name) {
  return name.find('/') == std::string::npos && name.find('.') == std::string::npos &&
         name != "systemc" && name != "tlm";
}
bool system_c_header(const std::string& name) {
  static const Prefixes posix = {"sys/",        "arpa/",    "netinet/",  "netdb.h",  "unistd.h",
                                 "signal.h",    "fcntl.h",  "poll.h",    "dlfcn.h",  "stddef.h",
                                 "stdint.h",    "string.h", "pthread.h", "stdlib.h", "stdio.h",
                                 "immintrin.h", "termios.h"};
  return starts_with_any(name, posix);
}

bool allowed(const Rule& rule, const std::string& path, const tidy::Include& include) {
  if (!include.angled) return starts_with_any(include.target, rule.own);
  if (rule.freestanding) {
    const auto is = [&](const std::string& name) { return name == include.target; };
    return std::any_of(kFreestanding.begin(), kFreestanding.end(), is) ||
           (path.rfind("meter/", 0) == 0 &&
            std::any_of(kMeterExtra.begin(), kMeterExtra.end(), is));
  }
  if (starts_with_any(include.target, rule.libraries)) return true;
  return standard_header(include.target) || system_c_header(include.target);
}

TEST(FolderRules, EveryFileStandsInAFolderWithARule) {
  for (const tidy::SourceFile& file : tidy::source_files()) {
    EXPECT_NE(rule_for(file.path), nullptr) << file.path << ": no rule for this folder";
  }
}

TEST(FolderRules, IncludesStayInsideTheWalls) {
  tidy::Exceptions exceptions("tests/tidy/wall_exceptions.txt");
  for (const tidy::SourceFile& file : tidy::source_files()) {
    const Rule* rule = rule_for(file.path);
    if (rule == nullptr) continue;
    for (const tidy::Include& include : tidy::includes_of(file)) {
      if (allowed(*rule, file.path, include)) continue;
      EXPECT_TRUE(exceptions.holds(file.path + " " + include.target))
          << file.path << ':' << include.line << ": may not include " << include.target;
    }
  }
  exceptions.expect_all_used();
}

// Two folders that include each other are one room: say which of them stands on the other.
TEST(FolderRules, NoTwoFoldersIncludeEachOther) {
  std::map<std::pair<std::string, std::string>, std::string> from;  // folders -> where, first
  const auto folder_of = [](const std::string& path) { return path.substr(0, path.rfind('/')); };
  for (const tidy::SourceFile& file : tidy::source_files()) {
    if (starts_with_any(file.path, {"tests/", "bench/"})) continue;
    for (const tidy::Include& include : tidy::includes_of(file)) {
      if (include.angled) continue;
      from.insert({{folder_of(file.path), folder_of(include.target)},
                   file.path + ':' + std::to_string(include.line)});
    }
  }
  tidy::Exceptions exceptions("tests/tidy/two_way_folders.txt");
  for (const auto& [pair, where] : from) {
    const auto back = from.find({pair.second, pair.first});
    if (pair.first >= pair.second || back == from.end()) continue;
    EXPECT_TRUE(exceptions.holds(pair.first + " " + pair.second))
        << pair.first << " and " << pair.second << " include each other: " << where << " and "
        << back->second;
  }
  exceptions.expect_all_used();
}

TEST(FolderRules, OnlyTestsAndBenchesIncludeSim) {
  for (const tidy::SourceFile& file : tidy::source_files()) {
    if (starts_with_any(file.path, {"sim/", "tests/", "bench/"})) continue;
    for (const tidy::Include& include : tidy::includes_of(file)) {
      EXPECT_FALSE(starts_with_any(include.target, {"sim/"})) << file.path << ':' << include.line;
    }
  }
}

// 2 to 8 s a translation unit: they may stand in .cpp files and in the SystemC folder only.
TEST(FolderRules, HeavyHeadersStayOutOfHeaders) {
  const Prefixes heavy = {"systemc",   "boost/asio", "boost/beast", "toml++",
                          "nlohmann/", "CLI/",       "hdf5",        "libxml/"};
  for (const tidy::SourceFile& file : tidy::source_files()) {
    const bool header = file.path.ends_with(".hpp") || file.path.ends_with(".h");
    if (!header || starts_with_any(file.path, {"models/sc/", "tests/"})) continue;
    for (const tidy::Include& include : tidy::includes_of(file)) {
      EXPECT_FALSE(include.angled && starts_with_any(include.target, heavy))
          << file.path << ':' << include.line << ": " << include.target << " in a header";
    }
  }
}

TEST(FolderRules, ARuleThatNothingBreaksStillBites) {
  const tidy::SourceFile bad{"meter/fw/x.cpp",
                             {"#include <vector>", "#include \"kernel/time.hpp\""}};
  for (const tidy::Include& include : tidy::includes_of(bad)) {
    EXPECT_FALSE(allowed(*rule_for(bad.path), bad.path, include)) << include.target;
  }
  const tidy::SourceFile truth{"sim/referee/truth/x.cpp", {"#include \"meter/dsp/kernel.hpp\""}};
  EXPECT_FALSE(allowed(*rule_for(truth.path), truth.path, tidy::includes_of(truth)[0]));
  const tidy::SourceFile guest{"tests/firmware/second_firmware/second_firmware.c",
                               {"#include \"meter/fw/board/hal.hpp\"", "#include <stdio.h>"}};
  for (const tidy::Include& include : tidy::includes_of(guest)) {
    EXPECT_FALSE(allowed(*rule_for(guest.path), guest.path, include)) << include.target;
  }
}

}  // namespace
