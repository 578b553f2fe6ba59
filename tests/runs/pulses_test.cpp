// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Test outputs under somebody's eyes, held against the energies of the phasors; and firmwares whose
// pulses come late or twice.
#include <gtest/gtest.h>

#include "tests/runs/harness.hpp"

namespace {

using namespace scenario_test;
using sim::run::Event;
using sim::run::EventType;
using sim::run::LoadTable;
using sim::run::MeterSet;
using sim::run::RelayOrder;
using sim::run::Scenario;

Event watch(kernel::TimeNs at, const MeterSet& meters, double duration_s) {
  Event made;
  made.at = at;
  made.type = EventType::watch;
  made.meters = meters;
  made.duration_s = duration_s;
  return made;
}

// 1 and 2 in the detailed tier, 3 and 4 in the fleet's; 2 and 4 are AD13A. A load that comes and
// goes, a contact that opens, an outage.
Scenario watched_street() {
  Scenario scenario = street(4, 1.5);
  sim::run::MeterGroup three_phase;
  three_phase.meters = MeterSet{{{2, 2}, {4, 4}}};
  three_phase.model = sim::run::MeterModel::ad13a;
  scenario.groups.push_back(three_phase);
  scenario.meters.detailed = MeterSet{{{1, 2}}};
  std::vector<Event> events{watch(clock(0, 0), MeterSet::all(), 60),
                            watch(clock(0, 14, 30), MeterSet::all(), 600)};
  for (std::uint32_t meter = 1; meter <= 4; ++meter) {
    events.push_back(relay(clock(0, 17), meter, RelayOrder::open));
    events.push_back(relay(clock(0, 19), meter, RelayOrder::close));
    events.push_back(outage(clock(0, 22, meter), meter, 20));
  }
  set_events(scenario, events);
  return scenario;
}
// Watts that change by the minute: what comes late comes with another power than it is of.
LoadTable changing_load(const Scenario& scenario) {
  LoadTable table = steady_load(scenario, 0);
  table.interval_s = 60;
  table.n_intervals *= 30;
  for (LoadTable::Home& home : table.homes) {
    home.energy_wh.resize(table.n_intervals);
    for (std::size_t k = 0; k < table.n_intervals; ++k) {
      home.energy_wh[k] = (k % 2 == 0 ? 6000.0 : 800.0) / 60;
    }
  }
  return table;
}

TEST(Pulses, EachComesWhenTheTruthSaysInBothTiers) {
  const Scenario scenario = watched_street();
  const LoadTable load = changing_load(scenario);
  const Folder folder;
  const Finished run = run_in_child(scenario, folder, {}, &load);
  expect_nothing_wrong(run);
  // 4 meters, seven minutes of load of which one without supply; 3.4 kW on average.
  EXPECT_GT(run.kpi("pulses_judged"), 1200);
  EXPECT_EQ(run.kpi("pulse_mismatches"), 0)
      << amitwin({"export", folder / "result.h5", "pulses"}).out;
}

TEST(Pulses, WatchingChangesNothingElse) {
  Scenario blind = watched_street();
  std::erase_if(blind.events, [](const Event& event) { return event.type == EventType::watch; });
  const Folder seen, unseen;
  const Finished run = run_in_child(watched_street(), seen);
  ASSERT_EQ(run_in_child(blind, unseen).error, run.error);
  for (const char* const table : {"rows", "flash_rows", "log_entries", "messages"}) {
    EXPECT_EQ(amitwin({"export", seen / "result.h5", table}).out,
              amitwin({"export", unseen / "result.h5", table}).out)
        << table;
  }
}

TEST(Pulses, AFirmwareThatIsLateOrCountsTwiceIsFound) {
  for (const char* const mutant : {"late", "twice"}) {
    Scenario scenario = watched_street();
    std::erase_if(scenario.groups, [](const auto& group) { return group.model.has_value(); });
    scenario.meters.firmware = std::string(MUTANT_FOLDER "/mutant_") + mutant + ".so";
    const LoadTable load = changing_load(scenario);
    const Folder folder;
    const Finished run = run_in_child(scenario, folder, {}, &load);
    ASSERT_EQ(run.error, "");
    EXPECT_EQ(run.kpi("truth_mismatches"), 0) << mutant;
    EXPECT_GT(run.kpi("pulse_mismatches"), 40) << mutant;
  }
}

}  // namespace
