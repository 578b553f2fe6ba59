// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Disturbances that come through: resets, turned bits, counts of noise. What happened is drawn,
// what must stand in the logs and how much energy there must be is the referee's.
#include <gtest/gtest.h>

#include <cstdlib>

#include "models/core/parts/upset.hpp"
#include "tests/runs/village.hpp"

namespace {

using namespace scenario_test;
using sim::run::Event;
using sim::run::EventType;
using sim::run::MeterSet;
using sim::run::Scenario;

// Each meter every twenty minutes, which is longer than the fleet takes to notice.
Scenario disturbed_street(std::uint64_t seed) {
  Scenario scenario = street(5, 5);
  scenario.general.seed = static_cast<std::int64_t>(seed);
  scenario.meters.detailed = MeterSet::one(1);
  std::vector<Event> events;
  for (std::uint32_t meter = 1; meter <= 5; ++meter) {
    for (int k = 0; k < 12; ++k) {
      Event made;
      made.at = clock(0, 10 + 20 * k, 3 + 31 * meter);
      made.type = EventType::upset;
      made.meters = MeterSet::one(meter);
      events.push_back(made);
    }
  }
  set_events(scenario, events);
  return scenario;
}
double drawn(const Scenario& scenario, models::UpsetKind kind) {
  double n = 0;
  for (const Event& event : scenario.events) {
    for (const std::uint32_t meter : event.meters.list(5)) {
      const auto seed = static_cast<std::uint64_t>(scenario.general.seed);
      n += models::draw_upset(seed, meter, event.at).kind == kind ? 1 : 0;
    }
  }
  return n;
}

void survive(std::uint64_t seed) {
  SCOPED_TRACE("replay: AMITWIN_UPSET_SEED=" + std::to_string(seed) +
               " build/release/tests/runs/runs_events --gtest_filter='Upsets.*'");
  const Scenario scenario = disturbed_street(seed);
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  ASSERT_EQ(run.error, "");
  EXPECT_EQ(run.kpi("truth_mismatches"), 0) << "no energy is lost or made";
  EXPECT_EQ(run.kpi("event_mismatches"), 0)
      << amitwin({"export", folder / "result.h5", "log_entries"}).out;
  EXPECT_EQ(run.kpi("alarm_mismatches"), 0);
  EXPECT_EQ(run.kpi("outage_mismatches"), 0) << "a reset is none";
  EXPECT_EQ(run.kpi("intervals_duplicated"), 0);
  // A bit of a row makes the row none: it is missing, and never wrong.
  EXPECT_LE(run.kpi("intervals_lost"), drawn(scenario, models::UpsetKind::flash));
}

TEST(Upsets, NothingIsLostButARowWhoseBitTurned) {
  if (const char* const one = std::getenv("AMITWIN_UPSET_SEED")) {
    return survive(std::strtoull(one, nullptr, 10));
  }
  const char* const asked = std::getenv("AMITWIN_UPSET_SEEDS");
  const std::uint64_t seeds = asked == nullptr ? 3 : std::strtoull(asked, nullptr, 10);
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) survive(seed);
}

TEST(Upsets, EveryKindIsDrawn) {
  const Scenario scenario = disturbed_street(1);
  for (std::uint32_t kind = 0; kind < models::kUpsetKinds; ++kind) {
    EXPECT_GT(drawn(scenario, static_cast<models::UpsetKind>(kind)), 0) << kind;
  }
}

}  // namespace
