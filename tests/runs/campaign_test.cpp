// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Mutated scenarios and load files: the program says what is wrong (2), or runs and judges (0, 1).
// It never ends otherwise. AMITWIN_MUTANTS=7500 is the campaign of docs/hacking.md: so many
// scenarios, and a tenth of it load files; AMITWIN_MUTANT=N replays one.
#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>

#include "kernel/keyed_stream.hpp"
#include "sim/scenario/schema.hpp"
#include "tests/runs/harness.hpp"

namespace {

using namespace scenario_test;
using kernel::KeyedStream;

constexpr std::uint64_t kSeed = 20'240'115;
constexpr std::uint32_t kInTest = 60;
constexpr std::uint32_t kRunEvery = 20;  // of the mutants one in so many is also run

std::uint32_t count_of(const char* name, std::uint32_t without) {
  const char* const given = std::getenv(name);
  return given != nullptr ? static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10)) : without;
}

template <typename Items>
const auto& any_of(const Items& items, KeyedStream& draw) {
  return items[draw.below(static_cast<std::uint32_t>(std::size(items)))];
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

const std::vector<std::string> kNasty = {"0",
                                         "-1",
                                         "1",
                                         "9223372036854775807",
                                         "-9223372036854775808",
                                         "1e308",
                                         "nan",
                                         "-inf",
                                         "true",
                                         "[]",
                                         "{}",
                                         "\"\"",
                                         "\"all\"",
                                         "\"x\"",
                                         "[1, 2]",
                                         "\"1-9\"",
                                         "\"99:99:99\"",
                                         "2024-03-31T01:00:00Z",
                                         "05:00:00",
                                         "0.1",
                                         "1000",
                                         "65535",
                                         "\"Europe/Dublin\"",
                                         "\"Asia/Tokyo\"",
                                         "\"127.0.0.1:0\"",
                                         "[\"a\"]",
                                         "\"/dev/null\"",
                                         "\"builtin\"",
                                         "\"../x\""};

// A value at the edge of what a key takes, or one beyond.
std::string edge_of(const sim::run::Rule& rule, KeyedStream& draw) {
  using Type = sim::run::Rule::Type;
  if (!rule.steps.empty()) return std::to_string(any_of(rule.steps, draw));
  if (!rule.choices.empty()) return any_of(rule.choices, draw);
  if (rule.type != Type::integer && rule.type != Type::number) return any_of(kNasty, draw);
  const double edges[] = {rule.min, rule.max, rule.min - 1, rule.max + 1,
                          (rule.min + rule.max) / 2};
  std::ostringstream text;
  text.precision(17);
  const double value = any_of(edges, draw);
  if (rule.type == Type::integer) {
    text << static_cast<std::int64_t>(std::max(-9e18, std::min(9e18, value)));
  } else {
    text << value;
  }
  return text.str();
}

std::string mutated(std::string text, KeyedStream& draw) {
  std::vector<std::string> lines = lines_of(text);
  for (std::uint32_t n = 1 + draw.below(4); n-- > 0 && !lines.empty();) {
    std::string& line = lines[draw.below(static_cast<std::uint32_t>(lines.size()))];
    const std::size_t equals = line.find(" = ");
    switch (draw.below(8)) {
      case 0:
      case 1:
      case 2:
        if (equals != std::string::npos) line = line.substr(0, equals + 3) + any_of(kNasty, draw);
        break;
      case 3:
        line = any_of(lines, draw);
        break;
      case 4:
        lines.insert(lines.begin() + draw.below(static_cast<std::uint32_t>(lines.size())), line);
        break;
      case 5:
        line.clear();
        break;
      case 6:
        if (!line.empty()) {
          line[draw.below(static_cast<std::uint32_t>(line.size()))] =
              static_cast<char>(draw.below(256));
        }
        break;
      case 7:
        if (line.size() > 2) line.erase(draw.below(static_cast<std::uint32_t>(line.size())));
        break;
    }
  }
  std::string whole;
  for (const std::string& line : lines) whole += line + "\n";
  return whole;
}

void expect_ends_well(std::vector<std::string> arguments, const std::string& what) {
  const ProgramRun ran = amitwin(arguments);
  const bool well = ran.exit_code >= 0 && ran.exit_code <= 2;
  EXPECT_TRUE(well) << what << ": exit " << ran.exit_code << "\n" << ran.err.substr(0, 2000);
  EXPECT_FALSE(ran.exit_code == 2 && ran.err.empty()) << what << ": refused without a word";
}

void check_and_run(const Folder& folder, const std::string& file, std::uint32_t mutant,
                   std::vector<std::string> sets) {
  const std::string what = "replay: AMITWIN_MUTANT=" + std::to_string(mutant) + " runs_campaign";
  std::vector<std::string> check = {"check", file};
  check.insert(check.end(), sets.begin(), sets.end());
  expect_ends_well(check, what);
  if (mutant % kRunEvery != 0) return;
  std::vector<std::string> run = {"run",    file,   "--out",   folder / "out", "--quiet",
                                  "--mode", "free", "--until", "00:00:05"};
  run.insert(run.end(), sets.begin(), sets.end());
  expect_ends_well(run, what + " (run)");
}

void scenario_mutant(std::uint32_t mutant) {
  const char* const kBases[] = {"scenarios/first-light.toml", "scenarios/village.toml",
                                "scenarios/power-fail.toml",
                                "tests/fuzz/scenario/corpus/many_keys.toml"};
  KeyedStream draw(kSeed, mutant, 1);
  const Folder folder;
  std::vector<std::string> sets;
  const auto& keys = sim::run::scenario_keys();
  for (std::uint32_t n = draw.below(4); n-- > 0;) {
    const auto& key = any_of(keys, draw);
    sets.push_back("--set");
    sets.push_back(key.path + "=" + edge_of(key.rule, draw));
  }
  std::string text = read_text(any_of(kBases, draw));
  if (draw.below(3) != 0) text = mutated(text, draw);
  check_and_run(folder, folder.write("m.toml", text), mutant, sets);
}

struct LoadBase {
  const char* file;
  const char* start;
  const char* csv;
};
constexpr LoadBase kLoadBases[] = {
    {"fault_18_kwh.csv", "2024-01-15T00:00:00Z", ""},
    {"fault_18_homewizard_readings.csv", "2024-10-20T06:00:00Z",
     "timezone = \"Europe/Amsterdam\"\n"},
    {"fault_19_spring_hour.csv", "2024-03-30T00:00:00Z", "timezone = \"Europe/Paris\"\n"},
    {"shape_ameren_quarters.csv", "2024-03-30T06:00:00Z", "timezone = \"America/Chicago\"\n"},
    {"shape_sma_five_minutes.csv", "2025-06-29T22:00:00Z", "timezone = \"Europe/Berlin\"\n"},
    {"shape_metasys_newest_first.csv", "2023-06-29T06:00:00Z", "timezone = \"America/Chicago\"\n"},
    {"shape_dsmr_reader_hours.csv", "2024-01-01T06:00:00Z", "unit = \"kWh\"\ngaps = \"allow\"\n"},
    {"no_header.csv", "2024-01-15T02:00:00Z", "timezone = \"Europe/Berlin\"\n"},
};

void load_mutant(std::uint32_t mutant) {
  KeyedStream draw(kSeed, mutant, 2);
  const LoadBase& base = any_of(kLoadBases, draw);
  const Folder folder;
  const std::string octets = read_text(std::string("tests/faults/csv/files/") + base.file);
  folder.write("m.csv", mutated(octets, draw));
  const std::string scenario = std::string("[scenario]\nstart = ") + base.start +
                               "\nduration_h = 2\ncollect_h = 1\n[meters]\ncount = 1\n"
                               "[load]\ncsv = \"m.csv\"\n[csv]\n" +
                               base.csv;
  check_and_run(folder, folder.write("m.toml", scenario), mutant, {});
}

void campaign(std::uint32_t n, void (*one)(std::uint32_t)) {
  std::printf("seed %llu, %u mutants\n", static_cast<unsigned long long>(kSeed), n);
  if (const std::uint32_t only = count_of("AMITWIN_MUTANT", 0); only != 0) return one(only);
  for (std::uint32_t mutant = 1; mutant <= n && !testing::Test::HasFailure(); ++mutant) one(mutant);
}

TEST(Campaign, MutatedScenariosEndWithASentence) {
  campaign(count_of("AMITWIN_MUTANTS", kInTest), scenario_mutant);
}

TEST(Campaign, MutatedLoadFilesEndWithASentence) {
  campaign(count_of("AMITWIN_MUTANTS", 10 * kInTest / 3) / 10, load_mutant);
}

}  // namespace
