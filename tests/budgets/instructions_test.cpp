// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Milliseconds are noisy, instructions are not: whole runs of two small fleets under callgrind.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/rigs/budget/budget.hpp"
#include "tests/runs/harness.hpp"

namespace {

using scenario_test::Folder;

// Start of the program, assembly and report included; 2.5 meter-days each.
constexpr double kMeterDays = 10 * 0.25;
constexpr rigs::Tolerance kTolerance{2, 2};

// Million instructions of a run, by callgrind's own count at its end.
double instructions_of(const std::string& scenario) {
  const Folder folder;
  // Every machine takes the same variants of the C library's and of OpenSSL's functions.
  setenv("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX512BW,-ERMS,-FSRM", 1);
  setenv("OPENSSL_ia32cap", ":0", 1);
  const auto run = scenario_test::run_program(
      VALGRIND, {"--tool=callgrind", "--callgrind-out-file=" + (folder / "callgrind.out"),
                 AMITWIN_PROGRAM, "run", scenario, "--out", folder / "out"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  const std::string label = "Collected : ";
  const std::size_t at = run.err.find(label);
  EXPECT_NE(at, std::string::npos) << run.err;
  if (at == std::string::npos) return 0;
  return 1e-6 * std::strtod(run.err.c_str() + at + label.size(), nullptr);
}

void hold(const std::string& name) {
  rigs::Budget budget("tests/budgets/instructions.txt");
  const double million = instructions_of("tests/budgets/" + name + ".toml") / kMeterDays;
  budget.hold(name, static_cast<std::uint64_t>(million * 1000), kTolerance);
}

TEST(Instructions, AMeterDayOfFirstLight) { hold("first_light"); }
TEST(Instructions, AMeterDayOfTheVillage) { hold("village"); }

}  // namespace
