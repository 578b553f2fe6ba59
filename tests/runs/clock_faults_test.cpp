// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Clocks that jump by any size, either way, on every road: nothing is lost, nothing comes twice.
// `AMITWIN_CLOCK_SEEDS=200 runs_events --gtest_filter='ClockFaults*'` is the campaign.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <sstream>

#include "kernel/keyed_stream.hpp"
#include "protocol/hosted/p32/types.hpp"
#include "tests/runs/village.hpp"

namespace {

using namespace scenario_test;
using sim::run::Event;
using sim::run::Scenario;

enum class Road { push, pull_only, power_line };

constexpr double kHours = 26;
constexpr std::uint32_t kMeters = 3;

// From a second to about a month, all magnitudes alike.
double drawn_size_s(kernel::KeyedStream& draw) {
  return std::floor(std::pow(10.0, draw.uniform() * 6.4));
}

std::vector<Event> drawn_clock_events(kernel::KeyedStream& draw) {
  std::vector<Event> events;
  const auto moment = [&draw] {
    return static_cast<kernel::TimeNs>(draw.uniform() * kHours * 3600 * 1e9);
  };
  for (std::uint32_t meter = 1; meter <= kMeters; ++meter) {
    for (unsigned n = draw.below(3) + 1; n > 0; --n) {
      const double sign = draw.below(2) == 0 ? -1 : 1;
      events.push_back(clock_error(moment(), meter, sign * drawn_size_s(draw)));
    }
    if (draw.below(3) == 0) events.push_back(outage(moment(), meter, 1 + draw.below(7'200)));
    if (draw.below(3) == 0) {
      events.push_back(clock_shift(moment(), meter, 900.0 - draw.below(1'801)));
    }
  }
  return events;
}

Scenario drawn_scenario(std::uint64_t seed, Road road) {
  kernel::KeyedStream draw(seed, 23, static_cast<std::uint32_t>(road));
  Scenario scenario = road == Road::power_line ? hamlet(kMeters, 0, kHours, 900 << draw.below(3))
                                               : street(kMeters, kHours);
  scenario.general.seed = static_cast<std::int64_t>(seed);
  scenario.general.collect_h = road == Road::power_line ? 26 : 8;  // closings are read once a day
  scenario.general.start_utc_s = 1'709'000'000 / 900 * 900 + draw.below(96) * 900;
  constexpr std::int64_t kPeriods_s[] = {300, 900, 1800, 3600};
  scenario.meters.capture_period_s = kPeriods_s[draw.below(4)];
  scenario.meters.push_period_s =
      road == Road::pull_only ? 0 : scenario.meters.capture_period_s * (1 + draw.below(4));
  if (draw.below(2) == 0) scenario.load.annual_kwh = 1;  // rows that repeat each other
  set_events(scenario, drawn_clock_events(draw));
  return scenario;
}

// The scenario as a file for `amitwin run`, to look at a seed that fails.
std::string toml_of(const Scenario& scenario) {
  std::ostringstream out;
  out.precision(15);
  out << "[scenario]\nname = \"clock-faults\"\nseed = " << scenario.general.seed
      << "\nstart = " << protocol::p32::utc_text(scenario.general.start_utc_s * 1000)
      << "\nduration_h = " << scenario.general.duration_h
      << "\ncollect_h = " << scenario.general.collect_h << "\n[meters]\ncount = " << kMeters
      << "\ncapture_period_s = " << scenario.meters.capture_period_s
      << "\npush_period_s = " << scenario.meters.push_period_s
      << "\npush_spread_s = 120\n[cm1]\nstart_spread_s = 20\n[hes]\ngap_check_s = 300\n"
      << "[load]\nannual_kwh = " << scenario.load.annual_kwh << '\n';
  for (const auto& row : scenario.concentrators) {
    out << "[[concentrator]]\nmeters = \"all\"\ncollect_period_s = " << row.collect_period_s
        << '\n';
  }
  for (const Event& event : scenario.events) {
    const bool outage = event.type == sim::run::EventType::outage;
    const bool order = event.type == sim::run::EventType::clock_shift;
    out << "[[event]]\nat = " << event.at / 1e9 << "\nmeter = " << event.meters.ranges[0].first
        << "\ntype = \""
        << (outage  ? "outage"
            : order ? "clock_shift"
                    : "clock_error")
        << (outage ? "\"\nduration_s = " : "\"\nshift_s = ")
        << (outage ? event.duration_s : event.shift_s) << '\n';
  }
  return out.str();
}

int seeds() {
  const char* const given = std::getenv("AMITWIN_CLOCK_SEEDS");
  return given != nullptr ? std::atoi(given) : 6;
}
std::uint64_t first_seed() {
  const char* const given = std::getenv("AMITWIN_CLOCK_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
}

class ClockFaults : public testing::TestWithParam<Road> {};

// Seeds that lost a month once: a day was closed between the question and its answer.
constexpr std::uint64_t kFailedOnce[] = {26, 92, 139, 155};

TEST_P(ClockFaults, fault_23_of_any_size_lose_nothing) {
  std::vector<std::uint64_t> all(std::begin(kFailedOnce), std::end(kFailedOnce));
  for (int n = 0; n < seeds(); ++n) all.push_back(first_seed() + static_cast<std::uint64_t>(n));
  for (const std::uint64_t seed : all) {
    SCOPED_TRACE("replay: AMITWIN_CLOCK_SEEDS=1 AMITWIN_CLOCK_SEED=" + std::to_string(seed));
    const Folder folder;
    const Scenario scenario = drawn_scenario(seed, GetParam());
    const bool failed_before = HasFailure();
    // An order to shift a clock that jumps meanwhile may fail; no row is lost by it. Over the power
    // line months are read on their first day only, whenever a clock thought that one began.
    const Finished run = run_in_child(scenario, folder);
    if (GetParam() == Road::power_line) {
      expect_nothing_wrong(run, {"orders_failed", "monthly_lost"});
    } else {
      expect_nothing_wrong(run, {"orders_failed"});
    }
    if (HasFailure() && !failed_before) std::printf("%s\n", toml_of(scenario).c_str());
  }
}

std::string name_of(const testing::TestParamInfo<Road>& info) {
  constexpr const char* kNames[] = {"Push", "PullOnly", "PowerLine"};
  return kNames[static_cast<int>(info.param)];
}
INSTANTIATE_TEST_SUITE_P(Roads, ClockFaults,
                         testing::Values(Road::push, Road::pull_only, Road::power_line), name_of);

}  // namespace
