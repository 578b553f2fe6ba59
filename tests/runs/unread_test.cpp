// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What a run says of meters that were mute, of ends of time and of differences.
#include <gtest/gtest.h>

#include "sim/result/kpi.hpp"
#include "tests/runs/harness.hpp"

namespace {

using namespace scenario_test;

TEST(Unread, AFlashThatWasNotReadIsNotJudgedGood) {
  for (const bool cut_short : {false, true}) {
    sim::result::RunFigures figures;
    figures.flash.expected = 10;
    figures.cut_short = cut_short;
    for (const std::uint64_t unread : {0u, 1u}) {
      figures.flash_unread = unread;
      sim::result::Limit none;
      none.max = 0;
      const auto kpis = sim::result::judge(
          sim::result::kpis_of(figures),
          std::vector<sim::result::Expectation>{{"flash_differing", none}, {"flash_lost", none}});
      using sim::result::Verdict;
      const Verdict expected = unread == 0 ? Verdict::pass
                               : cut_short ? Verdict::open
                                           : Verdict::fail;
      for (const auto& kpi : kpis) {
        if (kpi.limits.empty()) continue;
        EXPECT_EQ(kpi.verdict(), expected) << kpi.name << cut_short << unread;
      }
    }
  }
}

TEST(Unread, AMuteStreetSaysSo) {
  const Folder folder;
  const std::string file = folder.write(
      "mute.toml",
      "[scenario]\nname = \"mute\"\nduration_h = 2\ncollect_h = 0.5\n[meters]\ncount = 3\n"
      "firmware = \"" FAULTY_FOLDER
      "/faulty_MUTE.so"
      "\"\n[[expect]]\nkpi = \"flash_differing\"\nmax = 0\n");
  const ProgramRun cut = amitwin({"run", file, "--out", folder / "cut", "--until", "1h"});
  EXPECT_EQ(cut.exit_code, 0) << cut.err;
  EXPECT_NE(cut.out.find("no module ever connected, 3 of 3 meters could not be read at the end"),
            std::string::npos)
      << cut.out;
  EXPECT_NE(cut.out.find("open  flash_differing"), std::string::npos) << cut.out;
  const ProgramRun whole = amitwin({"run", file, "--out", folder / "whole"});
  EXPECT_EQ(whole.exit_code, 1) << whole.err;
  EXPECT_NE(whole.out.find("FAIL  flash_differing"), std::string::npos) << whole.out;
  EXPECT_NE(whole.out.find("but not all could be read"), std::string::npos) << whole.out;
}

TEST(Until, BeyondTheEndIsRefusedByRunAndDebugAlike) {
  const Folder folder;
  const std::string file = folder.write(
      "day.toml", "[scenario]\nduration_h = 1\ncollect_h = 0.5\n[meters]\ncount = 1\n");
  const std::string sentence =
      "--until = 25:00:00: the scenario ends at 01:30:00, allowed is a time before";
  for (const auto& more : {std::vector<std::string>{"run", file, "--out", folder / "out"},
                           std::vector<std::string>{"debug", file, "--meter", "1"}}) {
    std::vector<std::string> arguments = more;
    arguments.insert(arguments.end(), {"--until", "25:00:00"});
    const ProgramRun run = amitwin(arguments);
    EXPECT_EQ(run.exit_code, 2) << more[0];
    EXPECT_NE(run.err.find(sentence), std::string::npos) << run.err;
  }
}

TEST(Differences, NameMeterStampAndTheFileThatIsMissing) {
  const Folder folder;
  const std::string file = folder.write(
      "two.toml", "[scenario]\nduration_h = 1\ncollect_h = 0.5\n[meters]\ncount = 2\n");
  for (const char* seed : {"1", "2"}) {
    ASSERT_EQ(amitwin({"run", file, "--quiet", "--seed", seed, "--out", folder / seed}).exit_code,
              0);
  }
  const std::string a = folder / "1/result.h5", b = folder / "2/result.h5";
  const ProgramRun differing = amitwin({"diff", a, b});
  EXPECT_EQ(differing.exit_code, 1);
  EXPECT_NE(differing.out.find("(meter 1"), std::string::npos) << differing.out;
  const ProgramRun missing = amitwin({"diff", a, folder / "nofile"});
  EXPECT_EQ(missing.exit_code, 2);
  EXPECT_NE(missing.err.find("nofile: not there"), std::string::npos) << missing.err;
  EXPECT_EQ(amitwin({"digest", folder.path()}).exit_code, 2);
}

}  // namespace
