// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Who may include whom (docs/architecture.md, "The house"). Tests and benchmarks may use
// everything.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/tidy/source_tree.hpp"

namespace {

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

struct Rule {
  Prefixes folders;    // the longest matching prefix over all rules decides
  Prefixes own;        // project headers it may include
  Prefixes libraries;  // beginnings of <...> headers beyond the standard library
  bool freestanding;
};

const Prefixes kProtocol = {"protocol/result.hpp",   "protocol/bytes.hpp", "protocol/assert.hpp",
                            "protocol/axdr/",        "protocol/cosem/",    "protocol/dlms/",
                            "protocol/hdlc/",        "protocol/wrapper/",  "protocol/prime/",
                            "protocol/iec62056_21/", "protocol/crypto/"};

Prefixes with_protocol(Prefixes more) {
  more.insert(more.end(), kProtocol.begin(), kProtocol.end());
  return more;
}

const std::vector<Rule>& rules() {
  static const std::vector<Rule> all = {
      {{"kernel/"}, {"kernel/"}, {}, false},
      {{"net/"}, with_protocol({"net/"}), {"boost/", "openssl/"}, false},
      {{"protocol/"}, kProtocol, {}, true},
      {{"protocol/hosted/assert_host/"}, kProtocol, {}, false},
      {{"protocol/hosted/crypto_openssl/"},
       with_protocol({"protocol/hosted/crypto_openssl/"}),
       {"openssl/"},
       false},
      {{"protocol/hosted/p32/"},
       with_protocol({"protocol/hosted/p32/"}),
       {"zlib.h", "libxml/", "fmt/", "openssl/", "boost/beast/"},
       false},
      {{"meter/"}, with_protocol({"meter/"}), {}, true},
      {{"meter/hal/"}, {"meter/hal/"}, {}, true},
      {{"meter/dsp/"}, {"meter/dsp/", "meter/hal/"}, {}, true},
      {{"cm1/"}, with_protocol({"cm1/"}), {}, true},
      {{"cm1/hal/"}, {"cm1/hal/"}, {}, true},
      {{"dcu/fw/", "dcu/hal/"}, with_protocol({"dcu/fw/", "dcu/hal/"}), {}, true},
      {{"dcu/app/"}, {"dcu/", "protocol/"}, {"fmt/", "nlohmann/", "zlib.h"}, false},
      {{"hes-stub/"},
       {"hes-stub/", "protocol/"},
       {"sqlite3.h", "fmt/", "nlohmann/", "zlib.h"},
       false},
      {{"hes-stub/program/", "hes-stub/lockstep/"},
       {"hes-stub/", "protocol/", "net/"},
       {"sqlite3.h", "fmt/", "nlohmann/", "zlib.h", "boost/", "CLI/"},
       false},
      {{"plc-channel/"}, with_protocol({"plc-channel/", "kernel/"}), {"Eigen/"}, false},
      {{"models/core/"},
       with_protocol({"models/core/", "kernel/", "meter/dsp/", "meter/hal/", "cm1/hal/", "dcu/hal/",
                      "protocol/hosted/crypto_openssl/", "plc-channel/"}),
       {"Eigen/"},
       false},
      {{"models/sc/"},
       {"models/", "plc-channel/", "meter/", "cm1/", "dcu/", "protocol/", "kernel/"},
       {"systemc", "tlm"},
       false},
      {{"sim/result/"},
       {"sim/result/", "kernel/"},
       {"hdf5", "fmt/", "nlohmann/", "zlib.h", "openssl/"},
       false},
      {{"sim/report/"},
       {"sim/report/", "sim/result/", "kernel/"},
       {"fmt/", "nlohmann/", "openssl/"},
       false},
      {{"sim/scenario/", "sim/assembly/", "sim/drive/", "sim/record/", "sim/referee/", "sim/cli/"},
       {""},
       {""},
       false},
      // Truth is computed by other means than the meter's: law 6.
      {{"sim/referee/truth/"},
       {"sim/referee/truth/", "kernel/", "models/core/grid/", "models/core/load/"},
       {},
       false},
      {{"bench/", "tests/"}, {""}, {""}, false},
      // The firmware written against the public C header alone.
      {{"tests/firmware/second_firmware/"}, {"meter/hal/meter_hal.h", "tests/", ""}, {""}, false},
  };
  return all;
}

const Rule* rule_for(const std::string& path) {
  const Rule* best = nullptr;
  std::size_t best_length = 0;
  for (const Rule& rule : rules()) {
    for (const std::string& folder : rule.folders) {
      if (path.rfind(folder, 0) == 0 && folder.size() >= best_length) {
        best = &rule;
        best_length = folder.size();
      }
    }
  }
  return best;
}

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
  for (const tidy::SourceFile& file : tidy::source_files()) {
    const Rule* rule = rule_for(file.path);
    if (rule == nullptr) continue;
    for (const tidy::Include& include : tidy::includes_of(file)) {
      EXPECT_TRUE(allowed(*rule, file.path, include))
          << file.path << ':' << include.line << ": may not include " << include.target;
    }
  }
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
}

}  // namespace
