// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// `amitwin typetest`: the product passes, and firmwares with one fault each do not.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "tests/runs/harness.hpp"

namespace {

using namespace scenario_test;

struct Line {
  std::string test;
  std::string point;
  double error_percent;
  double limit_percent;
  bool pass;
};

std::vector<Line> lines_of(const std::string& csv) {
  std::istringstream text(csv);
  std::string header, cell;
  std::getline(text, header);
  EXPECT_EQ(header, "test,point,error_percent,limit_percent,pass");
  std::vector<Line> lines;
  for (Line line; std::getline(text, line.test, ',');) {
    std::getline(text, line.point, ',');
    std::getline(text, cell, ',');
    line.error_percent = std::stod(cell);
    std::getline(text, cell, ',');
    line.limit_percent = std::stod(cell);
    std::getline(text, cell);
    line.pass = cell == "1";
    lines.push_back(line);
  }
  return lines;
}

// What a quick look at two meters costs seconds.
ProgramRun typetest(const Folder& folder, std::vector<std::string> arguments) {
  std::vector<std::string> all = {"typetest", "AD11A", "--meters", "2", "--out", folder / "out"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return amitwin(all);
}

constexpr const char* kQuick =
    "reference,no_load,registers,constant,temperature,clock,clock_temperature";

TEST(TypeTest, TheProductPassesAndItsProtocolSaysHow) {
  const Folder folder;
  const ProgramRun ran = typetest(folder, {"--only", kQuick});
  EXPECT_EQ(ran.exit_code, 0) << ran.out << ran.err;
  EXPECT_NE(ran.out.find("pass  reference"), std::string::npos) << ran.out;
  const std::vector<Line> lines = lines_of(read_text(folder / "out/typetest.csv"));
  ASSERT_GE(lines.size(), 100u);
  for (const Line& line : lines) {
    EXPECT_TRUE(line.pass) << line.test << ", " << line.point;
    if (line.limit_percent > 0) {
      EXPECT_LE(std::abs(line.error_percent), line.limit_percent) << line.point;
    }
  }
  const std::string page = read_text(folder / "out/typetest.html");
  EXPECT_NE(page.find("<svg"), std::string::npos);
  EXPECT_NE(page.find("Active energy under reference conditions"), std::string::npos);
}

TEST(TypeTest, ThreePhasesPassOneByOneTurnedAroundAndWithOneMissing) {
  const Folder folder;
  const ProgramRun ran =
      amitwin({"typetest", "AD13A", "--meters", "2", "--out", folder / "out", "--only",
               "balance,single_phase,sequence,unbalance,registers,readings"});
  EXPECT_EQ(ran.exit_code, 0) << ran.out << ran.err;
  EXPECT_GE(lines_of(read_text(folder / "out/typetest.csv")).size(), 180u);
}

TEST(TypeTest, TheSameSeedGivesTheSameProtocolHoweverManyWorkAtIt) {
  const Folder folder;
  std::vector<std::string> texts;
  for (const std::vector<std::string>& how :
       {std::vector<std::string>{"--jobs", "1"}, {"--jobs", "2"}, {"--seed", "2"}}) {
    std::vector<std::string> arguments = {"--only", "burst", "--quiet"};
    arguments.insert(arguments.end(), how.begin(), how.end());
    const ProgramRun ran = typetest(folder, arguments);
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_EQ(ran.out, "");
    texts.push_back(read_text(folder / "out/typetest.csv"));
  }
  EXPECT_EQ(texts[0], texts[1]);
  EXPECT_NE(texts[0], texts[2]);
}

struct Mutant {
  const char* file;
  const char* test;   // that must find it
  const char* point;  // and where
};

class TypeTestOf : public testing::TestWithParam<Mutant> {};

TEST_P(TypeTestOf, AFirmwareWithOneFaultFailsWhereTheFaultIs) {
  const Mutant& mutant = GetParam();
  const Folder folder;
  const ProgramRun ran =
      typetest(folder, {"--firmware", std::string(MUTANT_FOLDER "/mutant_") + mutant.file + ".so",
                        "--only", kQuick});
  EXPECT_EQ(ran.exit_code, 1) << ran.out << ran.err;
  bool found = false;
  for (const Line& line : lines_of(read_text(folder / "out/typetest.csv"))) {
    found = found || (!line.pass && line.test == mutant.test && line.point.find(mutant.point) == 0);
  }
  EXPECT_TRUE(found) << ran.out;
}

INSTANTIATE_TEST_SUITE_P(
    Mutants, TypeTestOf,
    testing::Values(Mutant{"phase", "reference", "20 A PF 0.5 L"},
                    Mutant{"gain", "reference", "20 A PF 1"}, Mutant{"creep", "no_load", "1.15 Un"},
                    Mutant{"quadrant", "registers", "100 A quadrant II R1 to R4"},
                    Mutant{"temperature", "temperature", "70 to 85 C 5 A PF 1"},
                    Mutant{"clock", "clock_temperature", "-40 C"},
                    Mutant{"late", "constant", "100 A"}, Mutant{"twice", "constant", "100 A"}),
    [](const auto& mutant) { return std::string(mutant.param.file); });

TEST(TypeTest, AFirmwareThatCrashesIsNamedAndNoProtocolIsLeft) {
  const Folder folder;
  const ProgramRun ran =
      typetest(folder, {"--firmware", MUTANT_FOLDER "/mutant_crash.so", "--only", "reference"});
  EXPECT_EQ(ran.exit_code, 3) << ran.out << ran.err;
  EXPECT_NE(ran.err.find("meter 1: its firmware crashed: SIG"), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find(" in on_samples, at "), std::string::npos) << ran.err;
  EXPECT_FALSE(exists(folder / "out/typetest.csv"));
}

// The whole extract, where it lies beside the project.
TEST(TypeTest, EveryRecordedApplianceIsWithinAFifthOfAPercent) {
  const std::string file = "../shared/data/waveforms_plaid_120V60Hz/plaid_cycles.csv";
  if (!exists(file)) GTEST_SKIP() << file << " is not there; it is no part of this project";
  const Folder folder;
  const ProgramRun ran = typetest(folder, {"--cycles", file, "--only", "recorded"});
  EXPECT_EQ(ran.exit_code, 0) << ran.out << ran.err;
  const std::vector<Line> lines = lines_of(read_text(folder / "out/typetest.csv"));
  EXPECT_EQ(lines.size(), 48u);
  EXPECT_EQ(std::ranges::count(lines, 0.2, &Line::limit_percent), 38);
}

TEST(TypeTest, WhatCannotBeTestedIsRefused) {
  const Folder folder;
  const auto refused = [&](const std::vector<std::string>& arguments, const std::string& sentence,
                           int code) {
    const ProgramRun ran = amitwin(arguments);
    EXPECT_EQ(ran.exit_code, code) << ran.err;
    EXPECT_NE(ran.err.find(sentence), std::string::npos) << ran.err;
  };
  const std::string out = folder / "out";
  refused({"typetest", "AD12A"}, "AD11A", 2);
  refused({"typetest", "AD11A", "--out", out, "--only", "refrence"}, "allowed are reference", 2);
  refused({"typetest", "AD11A", "--out", out, "--only", "balance"}, "single-phase", 2);
  refused({"typetest", "AD11A", "--out", out, "--firmware", "/none.so"}, "/none.so", 2);
  refused({"typetest", "AD11A", "--out", out, "--firmware", "ad13a"}, "n_elements = 3", 2);
  const std::string cycles = folder.write(
      "cycles.csv", "cycle,label,on_event,sample,v_V,i_A\n0,1,1,0,1.5,0.1\n0,1,1,1,2000,0.1\n");
  refused({"typetest", "AD11A", "--out", out, "--cycles", cycles},
          cycles + ":3: v_V = 2000: allowed are -200 to 200", 2);
  EXPECT_FALSE(exists(out));
  const std::string file = folder.write("file", "");
  refused({"typetest", "AD11A", "--out", file + "/below"}, file, 5);
}

}  // namespace
