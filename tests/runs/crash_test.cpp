// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The concentrator's state is destroyed at drawn moments of its collections, also inside writes to
// its disk, and rebuilt from that disk: nothing may be lost, nothing twice.
#include <gtest/gtest.h>

#include <cstdlib>

#include "kernel/keyed_stream.hpp"
#include "tests/runs/village.hpp"

namespace {

using namespace scenario_test;
using sim::run::ConcentratorCrash;
using sim::run::RunOptions;
using sim::run::Scenario;

constexpr int kCrashes = 10;
constexpr double kMeters = 12;

// One in each hour, within the first minute of that hour's collection; every second one inside a
// write.
std::vector<ConcentratorCrash> drawn_crashes(std::uint64_t seed) {
  kernel::KeyedStream draw(seed, 0, 0);
  std::vector<ConcentratorCrash> crashes;
  for (int n = 0; n < kCrashes; ++n) {
    ConcentratorCrash crash;
    crash.at = (n + 1) * kernel::kNsPerHour + static_cast<kernel::TimeNs>(draw.uniform() * 60e9);
    if (n % 2 == 0) {
      crash.nth_write = 1 + draw.below(12);
      crash.octets = draw.below(4096);
    }
    crash.off_ns = static_cast<kernel::TimeNs>((5 + draw.uniform() * 200) * 1e9);
    crashes.push_back(crash);
  }
  return crashes;
}

void run_with_crashes(std::uint64_t seed, sim::run::Uplink uplink) {
  SCOPED_TRACE("replay: AMITWIN_CRASH_SEED=" + std::to_string(seed) + " scenario_crash");
  Scenario scenario = hamlet(static_cast<std::int64_t>(kMeters), 0, 12);
  scenario.general.seed = static_cast<std::int64_t>(seed % 1'000'000);
  scenario.concentrators[0].uplink = uplink;
  RunOptions options;
  options.faults.crashes = drawn_crashes(seed);
  const Folder folder;
  const Finished run = run_in_child(scenario, folder, options);
  // A meter that is out of reach when its concentrator is may be late by hours, and is not lost.
  expect_village_well(run, kMeters, 0.95);
  if (!run.error.empty()) return;
  EXPECT_GE(run.kpi("plc_registrations"), kMeters * 5) << "the concentrator did not die";
}

TEST(ConcentratorCrash, AtTenDrawnMomentsNothingIsLostOrTwice) {
  const char* const given = std::getenv("AMITWIN_CRASH_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 20'240'115;
  std::printf("seed of the moments: %llu\n", static_cast<unsigned long long>(seed));
  run_with_crashes(seed, sim::run::Uplink::ethernet);
}

TEST(ConcentratorCrash, TheSameOverGprs) { run_with_crashes(7, sim::run::Uplink::gprs); }

// A campaign: AMITWIN_CRASH_SEEDS=N runs N more seeds.
TEST(ConcentratorCrash, Campaign) {
  const char* const wanted = std::getenv("AMITWIN_CRASH_SEEDS");
  const int n = wanted != nullptr ? std::atoi(wanted) : 0;
  for (int seed = 1; seed <= n; ++seed) {
    run_with_crashes(static_cast<std::uint64_t>(1000 + seed), sim::run::Uplink::ethernet);
    if (HasFailure()) break;
  }
}

}  // namespace
