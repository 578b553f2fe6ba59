// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kernel/time.hpp"
#include "sim/result/kpi.hpp"
#include "sim/scenario/civil_time.hpp"
#include "sim/scenario/event_keys.hpp"
#include "sim/scenario/problem.hpp"
#include "sim/scenario/road_keys.hpp"
#include "sim/scenario/run_keys.hpp"
#include "sim/scenario/street_keys.hpp"

namespace sim::run {

// A scenario as the run needs it.
struct Scenario {
  GeneralKeys general;
  SimKeys sim;
  MeterKeys meters;
  GridKeys grid;
  LoadKeys load;
  CsvKeys csv;
  CellKeys cell;
  Cm1Keys cm1;
  PlcKeys plc;
  EthernetKeys ethernet;
  HesKeys hes;
  ExposeKeys expose;
  TraceKeys trace;
  ReportKeys report;
  std::vector<MeterGroup> groups;
  std::vector<ConcentratorRow> concentrators;  // counted from 1
  std::vector<Event> events;                   // by time, then as written
  std::vector<result::Expectation> expectations;

  std::string file;    // as given on the command line
  std::string folder;  // where relative paths start
  std::string text;    // the file's octets and one comment line for each --set

  kernel::TimeNs capture_end() const { return kernel::to_ns(general.duration_h * 3600); }
  kernel::TimeNs end() const { return capture_end() + kernel::to_ns(general.collect_h * 3600); }
  std::string path_of(const std::string& relative) const;
};
// A zone as a meter's clock keeps it; of scenarios made in code, which have no `general.zones`, by
// the machine's time zone data.
ZoneRule zone_of(const Scenario& scenario, const std::string& name);

// In the order of docs/scenario-reference.md; [scenario] first: moments of events need its start.
void each_section(auto visit) {
  visit(&Scenario::general);
  visit(&Scenario::sim);
  visit(&Scenario::meters);
  visit(&Scenario::grid);
  visit(&Scenario::load);
  visit(&Scenario::csv);
  visit(&Scenario::cell);
  visit(&Scenario::cm1);
  visit(&Scenario::plc);
  visit(&Scenario::ethernet);
  visit(&Scenario::hes);
  visit(&Scenario::expose);
  visit(&Scenario::trace);
  visit(&Scenario::report);
}

// What holds for one meter after all groups. Meters are counted from 1.
struct MeterSettings {
  MeterModel model = MeterModel::ad11a;
  std::uint32_t concentrator = 0;  // on whose power line it is; 0: it has a CM1
  bool detailed = false;           // T1
  std::string firmware;            // "builtin" or a path that exists
  std::int64_t capture_period_s = 900;
  std::int64_t push_period_s = 3600;
  ZoneRule zone;
  std::optional<double> clock_ppm;  // none: drawn within meters.clock_ageing_ppm
  std::optional<bool> pv;           // none: drawn with meters.pv_share
  double annual_kwh = 3500;
};
MeterSettings settings_of(const Scenario& scenario, std::uint32_t meter);

// A scenario, or everything that is wrong with it, in the order of the file.
struct LoadedScenario {
  std::optional<Scenario> scenario;  // none: `errors` says why
  Problems errors;
  Problems warnings;  // what was written and has no effect
};
// An option of the command line that stands for a key: {"--speed", "sim.speed", "10"}.
struct KeyOption {
  std::string option;
  std::string key;
  std::string value;
};
// `overrides`: "key=value" each, applied over the file in their order; then the options.
LoadedScenario load_scenario(const std::string& file, std::span<const std::string> overrides = {},
                             std::span<const KeyOption> options = {});
// The same with the text at hand; `file` only names it in messages and starts relative paths.
LoadedScenario parse_scenario(const std::string& text, const std::string& file,
                              std::span<const std::string> overrides = {},
                              std::span<const KeyOption> options = {});

}  // namespace sim::run
