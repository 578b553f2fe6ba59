// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// docs/coverage.md: each line of the data sheets and what holds it. What it names exists.
#include <gtest/gtest.h>

#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "tests/tidy/source_tree.hpp"

namespace {

namespace fs = std::filesystem;

const char* const kCoverageList = "tests/tidy/coverage.txt";
const char* const kPage = "docs/coverage.md";

struct Row {
  std::string line;
  std::vector<std::string> shows;  // objects and events
  std::vector<std::string> scenarios;
  std::vector<std::string> tests;
  std::string missing;

  const char* state() const {
    if (tests.empty()) return "not begun";
    return missing.empty() ? "whole" : "partial";
  }
};
struct Section {
  std::string heading;
  std::vector<Row> rows;
};

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(' ');
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

std::vector<Section> sections() {
  std::vector<Section> all;
  for (const std::string& line : tidy::lines_of_list(kCoverageList)) {
    if (line.starts_with("== ")) {
      all.push_back({line.substr(3), {}});
      continue;
    }
    std::vector<std::string> cells;
    std::istringstream in(line + " ");
    for (std::string cell; std::getline(in, cell, '|');) cells.push_back(trimmed(cell));
    if (cells.size() != 5 || all.empty()) {
      ADD_FAILURE() << kCoverageList << ": five cells under a heading: " << line;
      continue;
    }
    all.back().rows.push_back(
        {cells[0], words(cells[1]), words(cells[2]), words(cells[3]), cells[4]});
  }
  return all;
}

std::string joined(const std::vector<std::string>& names, const char* mark) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + (mark + name + mark);
  return text;
}

std::string page() {
  std::string text =
      "# Coverage of the meters' data sheets\n\nWritten from `tests/tidy/coverage.txt` "
      "(`TWIN_UPDATE=1` "
      "with the test `tidy`); do not edit. The test holds that every object, event, scenario and "
      "test "
      "named here is there.\n\n";
  std::map<std::string, int> states;
  std::string tables;
  for (const Section& section : sections()) {
    tables += "\n## " + section.heading +
              "\n\n| data sheet | state | shows in | scenario | held by | missing |\n"
              "|---|---|---|---|---|---|\n";
    for (const Row& row : section.rows) {
      ++states[row.state()];
      tables += "| " + row.line + " | " + row.state() + " | " + joined(row.shows, "") + " | " +
                joined(row.scenarios, "") + " | " + joined(row.tests, "`") + " | " + row.missing +
                " |\n";
    }
  }
  text += "Lines: " + std::to_string(states["whole"]) + " whole, " +
          std::to_string(states["partial"]) + " partial, " + std::to_string(states["not begun"]) +
          " not begun.\n";
  return text + tables;
}

std::string octets_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::set<std::string> names_of_tests() {
  const std::regex test(R"(^TEST(?:_F|_P)?\((\w+), *(\w+)\))");
  std::set<std::string> all;
  for (const tidy::SourceFile& file : tidy::source_files()) {
    if (!file.path.starts_with("tests/")) continue;
    for (const std::string& line : file.lines) {
      std::smatch match;
      if (std::regex_search(line, match, test)) all.insert(match.str(1) + "." + match.str(2));
    }
  }
  return all;
}

TEST(Coverage, WhatItNamesIsThere) {
  const std::set<std::string> tests = names_of_tests();
  const std::string objects = octets_of("docs/objects.md");
  const std::string events = octets_of("meter/fw/events/event_codes.hpp");
  ASSERT_GT(tests.size(), 500U);
  for (const Section& section : sections()) {
    for (const Row& row : section.rows) {
      for (const std::string& name : row.shows) {
        const bool is_object = std::isdigit(static_cast<unsigned char>(name[0])) != 0;
        const std::regex event("\\b" + name + " = ");
        EXPECT_TRUE(is_object ? objects.find("| " + name + ".255 |") != std::string::npos
                              : std::regex_search(events, event))
            << row.line << ": " << name;
      }
      for (const std::string& name : row.scenarios) {
        EXPECT_TRUE(fs::exists("scenarios/" + name + ".toml")) << row.line << ": " << name;
      }
      for (const std::string& name : row.tests) {
        EXPECT_TRUE(tests.contains(name)) << row.line << ": " << name;
      }
      EXPECT_TRUE(!row.tests.empty() || !row.missing.empty())
          << row.line << ": neither held by a test nor said to be missing";
    }
  }
}

TEST(Coverage, PageIsMadeFromTheList) {
  const std::string made = page();
  if (std::getenv("TWIN_UPDATE") != nullptr) std::ofstream(kPage) << made;
  EXPECT_EQ(octets_of(kPage), made) << "TWIN_UPDATE=1 rewrites " << kPage;
}

}  // namespace
