// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/scenario/loader.hpp"

#include <algorithm>

#include "sim/result/kpi.hpp"

namespace sim::run {
namespace {

constexpr const char* kReference = "a key of docs/scenario-reference.md";
const std::vector<std::string> kTables = {"group", "concentrator", "event", "expect", "image"};

std::vector<std::string> section_names() {
  std::vector<std::string> names = kTables;
  for (const Section& section : sections()) names.push_back(section.name);
  return names;
}

bool belongs(const Key<Event>& key, EventType type) {
  return key.only_for.empty() || std::ranges::find(key.only_for, type) != key.only_for.end();
}

// "at, type, meter, value"
std::string keys_of(EventType type) {
  std::string list;
  for (const Key<Event>& key : event_keys()) {
    if (belongs(key, type)) list += (list.empty() ? "" : ", ") + key.path;
  }
  return list;
}

}  // namespace

template <typename Target>
bool Loader::read_key(const Key<Target>& key, const std::string& path, const Raw& raw,
                      Target& target) {
  written_.remember(path, raw);
  Value value;
  const std::string wrong = check(key.rule, raw, scenario_.general.start_utc_s, value);
  if (!wrong.empty()) {
    written_.complain(path, raw, wrong, key.rule.allowed());
    return false;
  }
  key.store(target, value);
  return true;
}

void Loader::unknown_key(const std::string& path, const Raw& raw,
                         const std::vector<std::string>& near) {
  std::string meant = nearest(display_path(path), near);
  if (meant.empty()) {  // right name, wrong section?
    const std::string name = path.substr(path.rfind('.'));
    for (const Key<Scenario>& key : scenario_keys()) {
      if (key.path.ends_with(name)) meant = key.path;
    }
  }
  unknown(path, raw, meant);
}

void Loader::unknown(const std::string& path, const Raw& raw, const std::string& meant) {
  Raw at_key = raw;
  at_key.place = raw.key_place;
  written_.complain(path, at_key, "unknown key",
                    meant.empty() ? kReference : meant + " (did you mean that?)");
}

void Loader::read_section(const Section& section, const Raw& raw) {
  if (raw.type != Raw::Type::table) {
    written_.complain(section.name, raw, "not a section", "[" + section.name + "] and its keys");
    return;
  }
  std::vector<std::string> paths;
  for (const Key<Scenario>& key : scenario_keys()) {
    if (key.path.starts_with(section.name + ".")) paths.push_back(key.path);
  }
  for (const auto& [name, value] : raw.members) {
    const std::string path = section.name + "." + name;
    if (path == "load.map") {
      read_map(value);
      continue;
    }
    const auto key = std::ranges::find(scenario_keys(), path, &Key<Scenario>::path);
    if (key == scenario_keys().end()) {
      unknown_key(path, value, paths);
    } else {
      read_key(*key, path, value, scenario_);
    }
  }
}

void Loader::read_map(const Raw& raw) {
  if (raw.type != Raw::Type::table) {
    written_.complain("load.map", raw, "not a section",
                      "[load.map] with \"column\" = meter number");
    return;
  }
  for (const auto& [column, value] : raw.members) {
    const std::string path = "load.map." + column;
    written_.remember(path, value);
    if (value.type != Raw::Type::integer || value.integer < 1 || value.integer > 1'000'000) {
      written_.complain(path, value, "not a meter number", "an integer from 1 to meters.count");
    } else {
      scenario_.load.map[column] = static_cast<std::uint32_t>(value.integer);
    }
  }
}

template <typename Target>
void Loader::read_row(const std::string& table, std::size_t row, const Raw& raw,
                      const std::vector<Key<Target>>& keys, Target& target) {
  const std::string prefix = row_key(table, row, "");
  written_.remember(table + "#" + std::to_string(row), raw);
  std::vector<std::string> near;
  for (const Key<Target>& key : keys) near.push_back(table + "." + key.path);
  for (const auto& [name, value] : raw.members) {
    const auto key = std::ranges::find(keys, name, &Key<Target>::path);
    if (key == keys.end()) {
      unknown_key(prefix + name, value, near);
    } else {
      read_key(*key, prefix + name, value, target);
    }
  }
  for (const Key<Target>& key : keys) {
    if (!key.required || !key.only_for.empty() || raw.find(key.path) != nullptr) continue;
    written_.miss(prefix + key.path, raw, "missing, allowed: " + key.rule.allowed());
  }
}

template <typename Target>
void Loader::read_rows(const Raw& root, const std::string& table,
                       const std::vector<Key<Target>>& keys, std::vector<Target>& targets) {
  const Raw* const list = root.find(table);
  if (list == nullptr) return;
  const bool tables =
      list->type == Raw::Type::array && std::ranges::all_of(list->items, [](const Raw& item) {
        return item.type == Raw::Type::table;
      });
  if (!tables)
    written_.complain(table, *list, "not a table of rows", "[[" + table + "]] for each row");
  for (std::size_t i = 0; tables && i < list->items.size(); ++i) {
    targets.emplace_back();
    read_row(table, i, list->items[i], keys, targets.back());
  }
}

void Loader::read_events(const Raw& root) {
  read_rows(root, "event", event_keys(), scenario_.events);
  for (std::size_t i = 0; i < scenario_.events.size(); ++i) {
    const Raw& raw = *written_.seen("event#" + std::to_string(i));
    const std::string prefix = row_key("event", i, "");
    Event& event = scenario_.events[i];
    if (!written_.good(prefix + "type")) continue;
    const std::string type = name_of(event.type);
    for (const Key<Event>& key : event_keys()) {
      const Raw* const value = raw.find(key.path);
      if (value != nullptr && !belongs(key, event.type)) {
        written_.complain_at(prefix + key.path, "not a key of type " + type, keys_of(event.type));
      } else if (value == nullptr && key.required && !key.only_for.empty() &&
                 belongs(key, event.type)) {
        written_.miss(prefix + key.path, raw,
                      "missing in type " + type + ", allowed: " + key.rule.allowed());
      }
    }
    const bool for_all =
        event.type == EventType::network_loss || event.type == EventType::concentrator_outage;
    if (raw.find("meter") != nullptr) {
      if (for_all && event.meters.text() != "all") {
        written_.complain_at(prefix + "meter", "a " + type + " takes no meters", "no key meter");
      }
      continue;
    }
    if (for_all) {
      event.meters = MeterSet::all();
    } else {
      written_.miss(prefix + "meter", raw,
                    "missing in type " + type + ", allowed: " + Rule{Rule::Type::meters}.allowed());
    }
  }
}

void Loader::read_expectations(const Raw& root) {
  read_rows(root, "expect", expect_keys(), scenario_.expectations);
  std::vector<std::string> names;
  for (const result::KpiInfo& kpi : result::kpi_table()) names.push_back(kpi.name);
  for (std::size_t i = 0; i < scenario_.expectations.size(); ++i) {
    const Raw& raw = *written_.seen("expect#" + std::to_string(i));
    const result::Expectation& expectation = scenario_.expectations[i];
    const std::string path = row_key("expect", i, "kpi");
    if (std::ranges::find(names, expectation.kpi) == names.end()) {
      const std::string meant = nearest(expectation.kpi, names);
      written_.complain_at(path, "unknown figure",
                           meant.empty() ? "a figure of docs/scenario-reference.md"
                                         : meant + " (did you mean that?)");
    }
    const result::Limit& limit = expectation.limit;
    if (!raw.find("min") && !raw.find("max") && !raw.find("equals")) {
      written_.complain_at(path, "nothing is expected of it", "with min, max or equals");
    }
    if (limit.min && limit.max && *limit.min > *limit.max) {
      written_.complain_at(row_key("expect", i, "max"), "below min", "min or more");
    }
  }
}

void Loader::read(const Raw& root) {
  // [scenario] stands first in the table: moments of events need its start.
  for (const Section& section : sections()) {
    if (const Raw* const raw = root.find(section.name)) read_section(section, *raw);
  }
  read_rows(root, "group", group_keys(), scenario_.groups);
  read_rows(root, "concentrator", concentrator_keys(), scenario_.concentrators);
  read_rows(root, "image", image_keys(), scenario_.hes.images);
  read_events(root);
  read_expectations(root);
  const auto names = section_names();
  for (const auto& [name, value] : root.members) {
    if (std::ranges::find(names, name) != names.end()) continue;
    const std::string meant = nearest(name, names);
    std::string path = name;  // of --set as it was written
    const Raw* leaf = &value;
    while (value.place.line == 0 && leaf->type == Raw::Type::table && leaf->members.size() == 1) {
      path += "." + leaf->members.front().first;
      leaf = &leaf->members.front().second;
    }
    unknown(path, *leaf, meant.empty() ? "" : "[" + meant + "]");
  }
  cross_check(scenario_, written_);
  find_effects(scenario_, written_);
  std::ranges::stable_sort(scenario_.events, {}, &Event::at);
}

}  // namespace sim::run
