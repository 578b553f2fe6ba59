// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/scenario/scenario.hpp"

#include <filesystem>

#include "os/files.hpp"
#include "sim/scenario/loader.hpp"
#include "sim/scenario/zone_table.hpp"

namespace sim::run {

LoadedScenario parse_scenario(const std::string& text, const std::string& file,
                              std::span<const std::string> overrides,
                              std::span<const KeyOption> options) {
  RawFile raw = parse_toml(text, file);
  if (!raw.root) return {{}, {raw.problem}, {}};
  LoadedScenario loaded;
  Scenario scenario;
  scenario.file = file;
  scenario.folder = std::filesystem::path(file).parent_path().string();
  scenario.text = text;
  for (const std::string& assignment : overrides) {
    if (auto problem = apply_override(*raw.root, assignment)) loaded.errors.push_back(*problem);
    scenario.text += "# --set " + assignment + "\n";
  }
  for (const KeyOption& option : options) {
    const std::string assignment = option.key + "=" + option.value;
    if (auto problem = apply_override(*raw.root, assignment, option.option)) {
      loaded.errors.push_back(*problem);
    }
    scenario.text += "# --set " + assignment + "\n";
  }
  Loader loader(scenario);
  loader.read(*raw.root);
  Problems problems = loader.take_problems();
  loaded.errors.insert(loaded.errors.begin(), problems.begin(), problems.end());
  loaded.warnings = loader.take_warnings();
  if (loaded.errors.empty()) loaded.scenario = std::move(scenario);
  return loaded;
}

LoadedScenario load_scenario(const std::string& file, std::span<const std::string> overrides,
                             std::span<const KeyOption> options) {
  const os::Input input = os::read_file(file, os::kMaxTextOctets);
  if (!input.error.empty()) {
    const std::string why = input.error.substr(file.size() + 2);  // the problem names the file
    return {{}, {{{file, 0, 0}, why + ", allowed: a scenario file (TOML)"}}, {}};
  }
  return parse_scenario(input.text, file, overrides, options);
}

std::string Scenario::path_of(const std::string& relative) const {
  return (std::filesystem::path(folder) / relative).lexically_normal().string();
}

ZoneRule zone_of(const Scenario& scenario, const std::string& name) {
  const auto known = scenario.general.zones.find(name);
  if (known != scenario.general.zones.end()) return known->second;
  const std::int64_t start_s = scenario.general.start_utc_s;
  const std::int64_t end_s = start_s + scenario.end() / kernel::kNsPerSecond;
  return meter_zone(name, start_s, end_s).rule;
}

MeterSettings settings_of(const Scenario& scenario, std::uint32_t meter) {
  MeterSettings settings;
  std::string firmware = scenario.meters.firmware;
  std::string zone = scenario.meters.time_zone;
  settings.detailed = scenario.meters.detailed.contains(meter);
  settings.capture_period_s = scenario.meters.capture_period_s;
  settings.push_period_s = scenario.meters.push_period_s;
  settings.model = scenario.meters.model;
  settings.annual_kwh = scenario.load.annual_kwh;
  for (const MeterGroup& group : scenario.groups) {
    if (!group.meters.contains(meter)) continue;
    firmware = group.firmware.value_or(firmware);
    settings.model = group.model.value_or(settings.model);
    settings.annual_kwh = group.annual_kwh.value_or(settings.annual_kwh);
    zone = group.time_zone.value_or(zone);
    settings.capture_period_s = group.capture_period_s.value_or(settings.capture_period_s);
    settings.push_period_s = group.push_period_s.value_or(settings.push_period_s);
    if (group.clock_ppm) settings.clock_ppm = group.clock_ppm;
    if (group.pv) settings.pv = group.pv;
  }
  for (std::uint32_t i = 0; i < scenario.concentrators.size(); ++i) {
    if (scenario.concentrators[i].meters.contains(meter)) settings.concentrator = i + 1;
  }
  if (settings.concentrator != 0) settings.push_period_s = 0;  // it is collected
  settings.firmware = firmware == "builtin" ? firmware : scenario.path_of(firmware);
  settings.zone = zone_of(scenario, zone);
  return settings;
}

}  // namespace sim::run
