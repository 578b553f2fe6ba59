// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Bad input, as a user meets it: located lines on standard error, exit 2, nothing run or written.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "tests/runs/harness.hpp"

namespace {

using namespace scenario_test;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// Runs a scenario that must be refused; gives what was said.
std::vector<std::string> refused(const Folder& folder, const std::string& text,
                                 const std::vector<std::string>& options = {}) {
  const std::string file = folder.write("bad.toml", text);
  std::vector<std::string> arguments = {"run", file, "--out", folder / "out", "--quiet"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  const ProgramRun ran = amitwin(arguments);
  EXPECT_EQ(ran.exit_code, 2) << ran.err;
  EXPECT_EQ(ran.out, "");
  EXPECT_FALSE(exists(folder / "out")) << "nothing may be written";
  return lines_of(ran.err);
}
void expect_says(const std::vector<std::string>& lines, std::size_t line,
                 std::initializer_list<std::string> parts) {
  ASSERT_LT(line, lines.size());
  for (const std::string& part : parts) {
    EXPECT_NE(lines[line].find(part), std::string::npos) << lines[line] << "\nlacks " << part;
  }
}

TEST(BadScenario, FiveWrongValuesAreFiveLocatedLines) {
  const Folder folder;
  const auto lines = refused(folder,
                             "[scenario]\n"
                             "duration_h = -3\n"
                             "start = \"yesterday\"\n"
                             "[meters]\n"
                             "count = \"many\"\n"
                             "capture_period_s = 1000\n"
                             "[cell]\n"
                             "  loss = 1.5\n");
  ASSERT_EQ(lines.size(), 5u);
  const std::string file = folder / "bad.toml";
  expect_says(lines, 0, {file + ":2:", "scenario.duration_h = -3: ", "allowed"});
  expect_says(lines, 1, {file + ":3:", "scenario.start = ", "yesterday", "RFC 3339"});
  expect_says(lines, 2, {file + ":5:", "meters.count = ", "many", "an integer from 1 to 1000"});
  expect_says(lines, 3, {file + ":6:", "meters.capture_period_s = 1000: ", "300, 600, 900"});
  expect_says(lines, 4, {file + ":8:", "cell.loss = 1.5: ", "from 0 to 0.9"});

  const ProgramRun check = amitwin({"check", file});
  EXPECT_EQ(check.exit_code, 2);
  EXPECT_EQ(lines_of(check.err), lines);
}

TEST(BadScenario, ASyntaxErrorIsLocated) {
  const Folder folder;
  const auto lines = refused(folder, "[scenario]\nname = \"open\n");
  ASSERT_FALSE(lines.empty());
  expect_says(lines, 0, {"bad.toml:2:"});
}

TEST(BadScenario, AnUnknownKeyAndWrongOverridesAreRefused) {
  const Folder folder;
  expect_says(refused(folder, "[meters]\ncuont = 3\n"), 0, {"bad.toml:2:1: ", "count"});
  expect_says(refused(folder, "", {"--set", "meters.count=0"}), 0, {"meters.count = 0"});
  expect_says(refused(folder, "", {"--mode", "warp"}), 0, {"sim.mode", "lockstep"});
}

TEST(BadScenario, SagsOfOneMeterMayNotOverlap) {
  for (const char* how : {"sag\"\nduration_ms = 2000", "bypass\"\nduration_s = 2"}) {
    const auto sag = [how](const char* at, const char* meters) {
      return std::string("[[event]]\nat = \"") + at + "\"\nmeter = " + meters + "\ntype = \"" +
             how + "\n";
    };
    const Folder folder;
    const auto lines = refused(folder, sag("01:00:01", "[2, 3]") + sag("01:00:00", "1") +
                                           sag("01:00:02", "3") + sag("01:00:04", "3"));
    ASSERT_EQ(lines.size(), 1u);
    expect_says(lines, 0, {"bad.toml:12:", "event.at", "overlaps", "allowed"});
  }
}

TEST(BadScenario, AnUnknownFirmwareIsRefused) {
  const Folder folder;
  expect_says(refused(folder, "[meters]\nfirmware = \"nowhere.so\"\n"), 0,
              {"bad.toml:2:", "meters.firmware", "nowhere.so"});
  folder.write("text.so", "not an object");
  expect_says(refused(folder, "[[group]]\nmeters = 2\nfirmware = \"text.so\"\n"), 0, {"text.so"});
}

TEST(BadScenario, GarbageOnTheCommandLineIsRefused) {
  const Folder folder;
  expect_says(refused(folder, "", {"--until", "noon"}), 0, {"--until = noon", "HH:MM:SS"});
  EXPECT_FALSE(refused(folder, "", {"--seed", "-1"}).empty());
  EXPECT_FALSE(refused(folder, "", {"--sideways"}).empty());
  EXPECT_EQ(amitwin({"run", folder / "nowhere.toml"}).exit_code, 2);
  EXPECT_EQ(amitwin({}).exit_code, 2);
  EXPECT_EQ(amitwin({"fly"}).exit_code, 2);
}

TEST(BadScenario, LondonWithoutItsDataIsRefused) {
  const Folder folder;
  const auto lines = refused(folder, read_text("scenarios/london.toml"));
  ASSERT_FALSE(lines.empty());
  expect_says(lines, 0, {"bad.toml:", "load.csv", "lcl_halfhourly_100homes"});
}

// ---- The load file ----

constexpr const char* kMeasured = R"([scenario]
start = 2024-01-15T00:00:00Z
duration_h = 2
collect_h = 1
[meters]
count = 2
push_period_s = 900
[load]
csv = "load.csv"
)";

std::string csv_with(int row, const std::string& replacement) {
  const std::string rows[] = {"time,A,B",
                              "2024-01-15 00:00,100,200",
                              "2024-01-15 00:30,110,210",
                              "2024-01-15 01:00,120,220",
                              "2024-01-15 01:30,130,230",
                              "2024-01-15 02:00,140,240",
                              "2024-01-15 02:30,150,250"};
  std::string text;
  for (int i = 0; i < 7; ++i) text += (i + 1 == row ? replacement : rows[i]) + "\n";
  return text;
}

struct WrongCsv {
  const char* name;
  int row;
  const char* replacement;
  const char* place;  // row:column of the file
  const char* says;
};

class WrongLoadFile : public testing::TestWithParam<WrongCsv> {};

TEST_P(WrongLoadFile, IsRefusedWithRowAndColumn) {
  const WrongCsv& wrong = GetParam();
  const Folder folder;
  folder.write("load.csv", csv_with(wrong.row, wrong.replacement));
  const auto lines = refused(folder, kMeasured);
  ASSERT_EQ(lines.size(), 1u);
  expect_says(lines, 0, {std::string("load.csv:") + wrong.place + ": ", wrong.says, "allowed"});
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongLoadFile,
    testing::Values(WrongCsv{"too_few_columns", 1, "time,A", "1:2", "too few columns"},
                    WrongCsv{"missing_cell", 3, "2024-01-15 00:30,110", "3:2", "too few columns"},
                    WrongCsv{"negative", 3, "2024-01-15 00:30,110,-4", "3:3", "negative"},
                    WrongCsv{"not_a_number", 4, "2024-01-15 01:00,much,220", "4:2", "not a number"},
                    WrongCsv{"irregular", 4, "2024-01-15 01:10,120,220", "4:1", "irregular"},
                    WrongCsv{"repeated", 4, "2024-01-15 00:30,111,210\n2024-01-15 01:00,120,220",
                             "4:1", "repeated"},
                    WrongCsv{"no_timestamp", 4, "soon,120,220", "4:1", "not a timestamp"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(LoadFile, AColumnTheMapNamesMustExist) {
  const Folder folder;
  folder.write("load.csv", csv_with(0, ""));
  const auto lines = refused(folder, std::string(kMeasured) + "[load.map]\n\"C\" = 1\n");
  expect_says(lines, 0, {"load.csv:1:", "load.map.C", "missing column"});
}

TEST(LoadFile, EmptyCellsAreWarningsAndCountAsUnknownTimesIntervals) {
  const Folder folder;
  std::string text = csv_with(3, "2024-01-15 00:30,,210");
  text.replace(text.find("130,230"), 7, "130,");
  folder.write("load.csv", text);
  const std::string file = folder.write("gaps.toml", kMeasured);
  const ProgramRun ran = amitwin({"run", file, "--out", folder / "out", "--quiet"});
  EXPECT_EQ(ran.exit_code, 0);
  const auto lines = lines_of(ran.err);
  ASSERT_EQ(lines.size(), 1u) << "one line, however many gaps";
  expect_says(lines, 0, {"load.csv:3:2: ", "(A)", "the first gap of 2 cells without a value"});
  auto kpis = kpis_in(folder / "out/summary.json");
  EXPECT_EQ(kpis.at("truth_unknown"), 2 * 2) << "two gaps of two captures each";
  EXPECT_EQ(kpis.at("intervals_expected"), 2 * 8) << "the meter stays powered and stores its rows";
  EXPECT_EQ(kpis.at("intervals_lost"), 0);
  EXPECT_EQ(kpis.at("truth_mismatches"), 0);
}

TEST(LoadFile, HowItWasUnderstoodIsOneLineOfCheckAndRun) {
  const Folder folder;
  folder.write("load.csv", csv_with(0, ""));
  const std::string file = folder.write("good.toml", kMeasured);
  const std::string understood = folder / "load.csv" +
                                 ": 6 rows of 1800 s, stamped at the start in UTC; header in row "
                                 "1, \",\", decimal point; meter 1 is A (Wh), meter 2 is B (Wh)";
  EXPECT_EQ(lines_of(amitwin({"check", file}).out).at(0), understood);
  const ProgramRun ran = amitwin({"run", file, "--out", folder / "out"});
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_EQ(lines_of(ran.out).at(0), understood);
}

TEST(LoadFile, fault_18_kilowatt_hours_reach_the_meters_registers) {
  const Folder folder;
  folder.write("load.csv", read_text("tests/faults/csv/files/fault_18_kwh.csv"));
  const std::string file = folder.write("kwh.toml", kMeasured);
  const ProgramRun ran = amitwin({"run", file, "--out", folder / "out", "--quiet"});
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_EQ(ran.out, "");
  // The first two hours of A are 0.080, 0.087, 0.095 and 0.092 kWh in half hours.
  const auto meters = column_of(folder / "out/result.h5", "rows", "meter");
  const auto import_wh = column_of(folder / "out/result.h5", "rows", "ap_wh");
  const auto stamps = column_of(folder / "out/result.h5", "rows", "stamp_utc_s");
  constexpr double kEndS = 1'705'276'800 + 2 * 3600;
  ASSERT_EQ(meters.size(), import_wh.size());
  ASSERT_EQ(meters.size(), stamps.size());
  double register_wh = 0;
  for (std::size_t i = 0; i < meters.size(); ++i) {
    if (meters[i] == 1 && stamps[i] <= kEndS) register_wh = std::max(register_wh, import_wh[i]);
  }
  EXPECT_NEAR(register_wh, 80 + 87 + 95 + 92, 2);
}

TEST(Options, fault_21_what_does_nothing_in_this_mode_is_said) {
  const Folder folder;
  const std::string file = folder.write(
      "free.toml", "[scenario]\nduration_h = 0.25\ncollect_h = 0\n[meters]\ncount = 1\n");
  const ProgramRun ran = amitwin({"run", file, "--out", folder / "out", "--quiet", "--speed", "10",
                                  "--set", "expose.listen=127.0.0.1:24059"});
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  const auto lines = lines_of(ran.err);
  ASSERT_EQ(lines.size(), 2u);
  expect_says(lines, 0,
              {"--speed: sim.speed = 10: no effect in mode free, only with --mode paced"});
  expect_says(lines, 1,
              {"--set: expose.listen = ", "no effect in mode free, only with --mode paced"});
  expect_says(refused(Folder(), "", {"--speed", "0"}), 0, {"--speed: sim.speed = 0: too small"});
}

TEST(Options, AScenarioCutShortNamesUntil) {
  const Folder folder;
  const auto lines = refused(folder, read_text("scenarios/first-light.toml"),
                             {"--set", "scenario.duration_h=2", "--set", "scenario.collect_h=1"});
  ASSERT_EQ(lines.size(), 1u) << "five events are one mistake";
  expect_says(lines, 0, {"--set: scenario.duration_h = 2", "--until"});
}

TEST(Options, ACellOfSeveralCarriersRuns) {
  const Folder folder;
  const std::string file =
      folder.write("cell.toml",
                   "[scenario]\nduration_h = 0.5\ncollect_h = 0.5\n[meters]\ncount = 2\n"
                   "push_period_s = 900\n[cell]\nslots = 64\n");
  const ProgramRun ran = amitwin({"run", file, "--out", folder / "out", "--quiet"});
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_GT(kpis_in(folder / "out/summary.json").at("sessions"), 0);
}

TEST(Options, TwoProcessesOfOneStreetDrawDifferentSerials) {
  const Folder folder;
  const std::string file =
      folder.write("two.toml", "[meters]\ncount = 20\n[[concentrator]]\nmeters = \"1-10\"\n");
  std::set<std::string> words;
  std::size_t n_words = 0;
  for (const char* const first : {"2000001", "2000021"}) {
    const ProgramRun ran = amitwin({"inventory", file, "--with-keys", "--format", "json", "--set",
                                    std::string("meters.first_serial=") + first});
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    for (const auto& line : lines_of(ran.out)) {
      for (const char* const key :
           {"\"serial\"", "\"logical_device_name\"", "\"system_title\"", "\"unicast_key\"",
            "\"low_level_password\"", "\"id\"", "\"transport_key\""}) {
        if (line.find(key) == std::string::npos) continue;
        words.insert(line);
        ++n_words;
      }
    }
  }
  EXPECT_GE(n_words, 2u * (20u * 5u + 2u));
  EXPECT_EQ(words.size(), n_words) << "a name, title, key or concentrator of one is the other's";
}

}  // namespace
