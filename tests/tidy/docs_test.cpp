// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What pages say exists: options, scenario keys, files, links; and every fault that was found has
// its test.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "tests/tidy/source_tree.hpp"

namespace {

namespace fs = std::filesystem;

constexpr int kFaults = 29;

struct Page {
  std::string path;
  std::vector<std::string> lines;
};

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::vector<Page> pages() {
  std::vector<Page> all;
  for (const char* folder : {".", "docs"}) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() != ".md") continue;
      const std::string path = entry.path().lexically_normal().string();
      all.push_back({path, lines_of(path)});
    }
  }
  return all;
}

std::vector<std::smatch> matches(const std::string& line, const std::regex& what) {
  return {std::sregex_iterator(line.begin(), line.end(), what), std::sregex_iterator()};
}

// Strings of the program's commands that begin with --.
std::set<std::string> options_of_the_program() {
  const std::regex quoted(R"re("[^"]*")re"), option(R"(--[a-z][a-z0-9-]*)");
  std::set<std::string> all = {"--help", "--version"};
  for (const tidy::SourceFile& file : tidy::source_files()) {
    if (!tidy::starts_with_any(file.path, {"sim/cli/", "sim/reader/", "hes-stub/program/"})) {
      continue;
    }
    for (const std::string& line : file.lines) {
      for (const auto& text : matches(line, quoted)) {
        const std::string inside = text.str();
        for (const auto& each : matches(inside, option)) all.insert(each.str());
      }
    }
  }
  return all;
}

TEST(Docs, EveryOptionNamedIsOneOfTheProgram) {
  const std::set<std::string> program = options_of_the_program();
  ASSERT_TRUE(program.contains("--until"));
  // Of cmake, ctest, gdb and the tests themselves.
  const std::set<std::string> others = {
      "--args",   "--build", "--gtest",    "--install",           "--prefix",
      "--preset", "--strip", "--test-dir", "--output-on-failure", "--no-tests"};
  const std::regex option(R"((?:^|[^\w-])(--[a-z][a-z0-9-]*))");
  for (const Page& page : pages()) {
    for (std::size_t i = 0; i < page.lines.size(); ++i) {
      for (const auto& each : matches(page.lines[i], option)) {
        EXPECT_TRUE(program.contains(each[1]) || others.contains(each[1]))
            << page.path << ':' << i + 1 << ": " << each[1];
      }
    }
  }
}

TEST(Docs, EveryOptionOfTheProgramIsOnAPage) {
  const std::regex declared(R"re("(?:-[a-z],)?(--[a-z][a-z0-9-]*)(?:,!(--[a-z-]+))?"[,)])re");
  std::string all;
  for (const Page& page : pages()) {
    for (const std::string& line : page.lines) all += line + "\n";
  }
  int found = 0;
  for (const tidy::SourceFile& file : tidy::source_files()) {
    if (!tidy::starts_with_any(file.path, {"sim/cli/", "hes-stub/program/"})) continue;
    for (const std::string& line : file.lines) {
      for (const auto& each : matches(line, declared)) {
        for (const std::string& option : {each.str(1), each.str(2)}) {
          const std::regex named(option + "(?![a-z0-9-])");
          EXPECT_TRUE(option.empty() || std::regex_search(all, named))
              << file.path << ": " << option << " is on no page";
        }
        ++found;
      }
    }
  }
  EXPECT_GT(found, 30);
}

// By section, from the page that unit_scenario makes of the schema.
std::map<std::string, std::set<std::string>> scenario_keys() {
  const std::regex heading(R"(## \[+([a-z_.0-9]+)\]+.*)"), row(R"(\| `(\w+)` \|.*)");
  std::map<std::string, std::set<std::string>> keys;
  std::set<std::string>* section = nullptr;
  std::smatch match;
  for (const std::string& line : lines_of("docs/scenario-reference.md")) {
    if (std::regex_match(line, match, heading)) section = &keys[match[1]];
    if (section != nullptr && std::regex_match(line, match, row)) section->insert(match[1]);
  }
  keys["load"].insert("map");  // a table of its own
  return keys;
}

TEST(Docs, EveryScenarioKeyNamedIsInTheReference) {
  const auto keys = scenario_keys();
  ASSERT_TRUE(keys.at("meters").contains("firmware"));
  // In backquotes, or given to --set.
  const std::regex key(R"re((?:`|--set "?)([a-z_]+)\.([a-z_0-9]+)(?=[`= ]))re");
  const std::set<std::string> file_endings = {"h5", "html", "json", "xml", "vcd", "csv", "toml"};
  int found = 0;
  for (const Page& page : pages()) {
    for (std::size_t i = 0; i < page.lines.size(); ++i) {
      for (const auto& each : matches(page.lines[i], key)) {
        if (!keys.contains(each[1]) || file_endings.contains(each[2])) continue;
        EXPECT_TRUE(keys.at(each[1]).contains(each[2]))
            << page.path << ':' << i + 1 << ": " << each[1] << '.' << each[2];
        ++found;
      }
    }
  }
  EXPECT_GT(found, 20);
}

TEST(Docs, EveryFileAndLinkNamedIsThere) {
  const std::regex file(R"(`([\w-]+/[\w./-]+\.(?:md|[ch]pp|cmake|h|c|txt|toml|xsd|sh)\b))");
  const std::regex link(R"(\]\(([^)#\s]+))");
  for (const Page& page : pages()) {
    const fs::path folder = fs::path(page.path).parent_path();
    for (std::size_t i = 0; i < page.lines.size(); ++i) {
      for (const auto& each : matches(page.lines[i], link)) {
        const std::string target = each[1];
        EXPECT_TRUE(target.starts_with("https://") || fs::exists(folder / target))
            << page.path << ':' << i + 1 << ": " << target;
      }
      for (const auto& each : matches(page.lines[i], file)) {
        const std::string path = each[1];
        const std::string name = fs::path(path).filename().string();
        // x_job.cpp, X.hpp and NAME.h stand for any; what is built or run is not in the tree.
        const bool any = name.starts_with("x_") || name.starts_with("X.") ||
                         path.find("NAME") != std::string::npos;
        if (any || tidy::starts_with_any(path, {"build/", "out/"})) continue;
        // A page about one folder leaves its name out.
        bool there = false;
        for (const char* of : {"", "dcu/", "hes-stub/", "plc-channel/"}) {
          there = there || fs::exists(of + path);
        }
        EXPECT_TRUE(there) << page.path << ':' << i + 1 << ": " << path;
      }
    }
  }
}

TEST(Docs, TheFirstVersionOfTheChangeLogIsTheOneThatIsBuilt) {
  std::smatch built, told;
  for (const std::string& line : lines_of("CMakeLists.txt")) {
    if (std::regex_search(line, built, std::regex(R"(project\(amitwin VERSION ([0-9.]+))"))) {
      const std::string version = built[1];
      for (const std::string& each : lines_of("CHANGELOG.md")) {
        if (!std::regex_match(each, told, std::regex(R"(## ([0-9.]+).*)"))) continue;
        EXPECT_EQ(told[1], version);
        return;
      }
    }
  }
  FAIL() << "no version in CMakeLists.txt, or none in CHANGELOG.md";
}

TEST(Faults, EachHasATestWithItsNumber) {
  const std::regex name(R"(fault_([0-9]{2})_)");
  std::set<int> tested;
  for (const tidy::SourceFile& file : tidy::source_files()) {
    if (!file.path.starts_with("tests/")) continue;
    for (const std::string& line : tidy::code_of(file)) {
      for (const auto& each : matches(line, name)) tested.insert(std::stoi(each[1]));
    }
  }
  for (int fault = 1; fault <= kFaults; ++fault) {
    EXPECT_TRUE(tested.contains(fault)) << "no test named fault_" << fault << "_...";
  }
}

}  // namespace
