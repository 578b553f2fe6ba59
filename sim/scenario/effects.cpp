// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What a scenario says and what does nothing in it: warnings, so that nobody waits for an effect.
#include <algorithm>

#include "sim/scenario/written.hpp"

namespace sim::run {
namespace {

std::string section_of(const std::string& path) { return path.substr(0, path.find('.')); }

class Effects {
 public:
  Effects(const Scenario& scenario, Written& written) : scenario_(scenario), written_(written) {}
  void of_mode();
  void of_load();
  void of_roads();
  void of_events();

 private:
  void no_effect(const std::string& path, const std::string& why) {
    written_.warn_at(path, "no effect " + why);
  }
  void no_effect_of_section(const std::string& section, const std::string& why);

  const Scenario& scenario_;
  Written& written_;
};

void Effects::no_effect_of_section(const std::string& section, const std::string& why) {
  for (const Key<Scenario>& key : scenario_keys()) {
    if (section_of(key.path) == section) no_effect(key.path, why);
  }
}

void Effects::of_mode() {
  const Scenario& s = scenario_;
  if (written_.good("sim.mode") && s.sim.mode != Mode::paced) {
    const std::string why =
        std::string("in mode ") + name_of(s.sim.mode) + ", only with --mode paced";
    no_effect("sim.speed", why);
    no_effect_of_section("expose", why);
  } else if (written_.good("sim.mode")) {
    if (s.expose.hdlc_port == 0) no_effect("expose.hdlc_meter", "without expose.hdlc_port");
    if (s.expose.p32.empty() && s.expose.head_end.empty()) {
      for (const char* const key :
           {"expose.tls_certificate", "expose.tls_key", "expose.tls_authority"}) {
        no_effect(key, "without expose.p32 or expose.head_end");
      }
    }
  }
  if (s.trace.meter == 0 && written_.good("trace.meter")) {
    no_effect("trace.from_s", "without trace.meter");
    no_effect("trace.to_s", "without trace.meter");
  }
  if (!s.sim.noise) no_effect("meters.noise_counts", "with sim.noise = false");
}

void Effects::of_load() {
  if (scenario_.load.csv.empty()) {
    no_effect_of_section("csv", "without load.csv");
    no_effect("load.power_factor", "without load.csv: modelled homes have their own");
    return;
  }
  const std::string why = "with load.csv: measured homes are taken as they are";
  no_effect("load.model", why);
  no_effect("load.annual_kwh", why);
  no_effect("meters.pv_share", why);
  for (std::size_t i = 0; i < scenario_.groups.size(); ++i) {
    no_effect(row_key("group", i, "pv"), why);
    no_effect(row_key("group", i, "annual_kwh"), why);
  }
}

void Effects::of_roads() {
  const auto count = static_cast<std::uint32_t>(scenario_.meters.count);
  bool wired = false;
  bool cellular = false;
  std::vector<bool> on_line(count + 1, false);
  for (std::size_t i = 0; i < scenario_.concentrators.size(); ++i) {
    const ConcentratorRow& row = scenario_.concentrators[i];
    const bool ethernet = row.uplink == Uplink::ethernet;
    wired = wired || ethernet;
    cellular = cellular || !ethernet;
    if (ethernet) {
      no_effect(row_key("concentrator", i, "poll_period_s"),
                "with uplink ethernet: the head-end calls, only gprs asks");
    }
    for (const std::uint32_t meter : row.meters.list(count)) on_line[meter] = true;
  }
  if (scenario_.concentrators.empty()) {
    no_effect_of_section("plc", "without [[concentrator]] rows");
    no_effect("hes.p32_port", "without [[concentrator]] rows");
  }
  if (!wired) no_effect_of_section("ethernet", "without a concentrator with uplink ethernet");
  const auto all_on_line = [&](const MeterSet& meters) {
    const auto list = meters.list(count);
    return !list.empty() &&
           std::ranges::all_of(list, [&](std::uint32_t meter) { return on_line[meter]; });
  };
  for (std::size_t i = 0; i < scenario_.groups.size(); ++i) {
    if (all_on_line(scenario_.groups[i].meters)) {
      no_effect(row_key("group", i, "push_period_s"), "on meters of a concentrator: it collects");
    }
  }
  if (!all_on_line(MeterSet::all())) return;
  no_effect("meters.push_period_s", "on meters of a concentrator: it collects");
  no_effect("meters.push_spread_s", "on meters of a concentrator: it collects");
  no_effect_of_section("cm1", "as every meter is on a concentrator's line");
  if (cellular) return;
  no_effect_of_section("cell", "as nothing goes through the cell");
  for (std::size_t i = 0; i < scenario_.events.size(); ++i) {
    if (scenario_.events[i].type == EventType::network_loss) {
      no_effect(row_key("event", i, "type"), "as nothing goes through the cell");
    }
  }
}

void Effects::of_events() {
  for (std::size_t i = 0; i < scenario_.events.size(); ++i) {
    const Event& event = scenario_.events[i];
    const auto no_effect_of = [&](const char* key, const char* why) {
      no_effect(row_key("event", i, key), why);
    };
    if (event.meters.empty()) no_effect_of("meter", "as it names no meter");
    if (event.type != EventType::limit) continue;
    if (!event.plan.empty()) {
      for (const char* const key :
           {"over_s", "under_s", "emergency_w", "emergency_at", "emergency_s", "control_mode"}) {
        no_effect_of(key, "beside plan, which says all of it");
      }
      continue;
    }
    if (!event.threshold_w) {
      no_effect_of("over_s", "without threshold_w: current and voltage act at once");
      no_effect_of("under_s", "without threshold_w: current and voltage act at once");
    }
    if (!event.emergency_w) {
      no_effect_of("emergency_at", "without emergency_w");
      no_effect_of("emergency_s", "without emergency_w");
    }
  }
}

}  // namespace

void find_effects(const Scenario& scenario, Written& written) {
  Effects effects(scenario, written);
  effects.of_mode();
  if (written.good("load.csv")) effects.of_load();
  if (written.good("meters.count")) effects.of_roads();
  effects.of_events();
}

}  // namespace sim::run
