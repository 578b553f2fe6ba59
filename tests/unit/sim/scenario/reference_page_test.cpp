// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// docs/scenario-reference.md, from the schema table.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "sim/result/kpi.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/scenario/schema.hpp"

namespace {

using namespace sim::run;
namespace result = sim::result;

std::string cell(std::string text) {
  std::string escaped;
  for (const char c : text) escaped += c == '|' ? "\\|" : std::string(1, c);
  return escaped;
}

std::string code(const std::string& text) { return text.empty() ? "" : "`" + text + "`"; }

template <typename Target>
std::string line(const Key<Target>& key, const std::string& name, const Target& defaults) {
  const std::string initial = key.required ? "required" : code(key.show(defaults));
  return "| `" + name + "` | " + initial + " | " + key.unit + " | " + cell(key.rule.allowed()) +
         " | " + cell(key.doc) + " |\n";
}

constexpr const char* kHead =
    "| key | default | unit | allowed | meaning |\n|---|---|---|---|---|\n";

template <typename Target>
std::string rows(const std::vector<Key<Target>>& keys) {
  std::string text = kHead;
  for (const Key<Target>& key : keys) text += line(key, key.path, Target{});
  return text;
}

std::string section(const Section& section) {
  std::string text = "\n## [" + section.name + "]\n" + section.doc + "\n\n" + kHead;
  const std::string prefix = section.name + ".";
  for (const Key<Scenario>& key : scenario_keys()) {
    if (key.path.starts_with(prefix)) {
      text += line(key, key.path.substr(prefix.size()), Scenario{});
    }
  }
  if (section.name == "load") {
    text +=
        "\n`[load.map]` names columns of the CSV: `\"MAC000002\" = 1` gives that column to meter "
        "1. Columns that are not named go to the other meters in order.\n";
  }
  return text;
}

std::string events() {
  std::string text =
      "\n## [[event]]\nWhat happens at a time, one row each. `relay`, `clock_shift`, `calendar`, "
      "`limit`, `parameter`, `image` and `key` are orders the head-end gives; the others happen to "
      "the street.\n\n" +
      rows(event_keys()) + "\n| type | keys besides at, type, meter |\n|---|---|\n";
  const Names types = names_of(EventType{});
  for (std::size_t i = 0; i < types.size(); ++i) {
    std::string own;
    for (const Key<Event>& key : event_keys()) {
      for (const EventType type : key.only_for) {
        if (type == static_cast<EventType>(i)) own += (own.empty() ? "`" : ", `") + key.path + "`";
      }
    }
    text += std::string("| `") + types[i] + "` | " + own + " |\n";
  }
  return text;
}

std::string reference_page() {
  std::string text =
      "# Scenario reference\n\n"
      "Generated from the schema table in `sim/scenario`; do not edit. `TWIN_UPDATE=1` with "
      "the "
      "test `unit_scenario` rewrites it.\n\n"
      "A scenario is a TOML file. Every key has a default; an unknown key is an error. On the "
      "command line `--set section.key=value` overrides a key. Meters are counted from 1; where a "
      "key takes meters, `12`, `[1, 5]`, `\"3-7\"`, `\"1, 5, 9-12\"`, `\"all\"` and `\"none\"` "
      "work.\n";
  for (const Section& each : sections()) text += section(each);
  text +=
      "\n## [[group]]\nOverrides for some meters; the last group that names a meter wins, key by "
      "key.\n\n" +
      rows(group_keys());
  text +=
      "\n## [[concentrator]]\nA data concentrator (PRIME base node) and the meters below it. It "
      "reports to the head-end over P3.2Ex.\n\n" +
      rows(concentrator_keys());
  text += "\n## [[image]]\nFirmware that `image` events bring to meters, see docs/upgrade.md.\n\n" +
          rows(image_keys());
  text += events();
  text +=
      "\n## [[expect]]\nEach row is a test case of `junit.xml`; a run whose expectations do not "
      "all hold ends with exit code 1.\n\n" +
      rows(expect_keys());
  text += "\n| kpi | unit | meaning |\n|---|---|---|\n";
  for (const result::KpiInfo& kpi : result::kpi_table()) {
    text += std::string("| `") + kpi.name + "` | " + kpi.unit + " | " + kpi.doc + " |\n";
  }
  return text;
}

TEST(Reference, ThePageIsCurrent) {
  const std::string path = "docs/scenario-reference.md";
  if (std::getenv("TWIN_UPDATE") != nullptr) std::ofstream(path) << reference_page();
  std::ifstream in(path, std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), reference_page())
      << "TWIN_UPDATE=1 rewrites " << path;
}

}  // namespace
