// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// When a meter is powered, and which sags, swells and outages it must have, by the scenario alone.
#include "sim/referee/events/voltage_story.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "kernel/time.hpp"
#include "models/core/load/source.hpp"
#include "models/core/parts/upset.hpp"
#include "sim/referee/board_truth.hpp"
#include "sim/referee/judge.hpp"

namespace sim::run {
namespace {

using kernel::kNsPerMinute;
using kernel::kNsPerMs;
using kernel::kNsPerSecond;
using kernel::TimeNs;

constexpr TimeNs kUntil = 90 * kNsPerMinute;

models::MainsConfig of_240_volts() {
  models::MainsConfig config;
  config.nominal_voltage_v = 240;
  config.frequency_spread_hz = config.voltage_spread_percent = 0;
  return config;
}
struct NoLoad : models::LoadSource {
  models::HomeLoad at(std::int64_t) const override { return {}; }
};

class Street : public testing::Test {
 protected:
  Street() { scenario_.hes.in_time_s = 600; }

  Event& add(EventType type, TimeNs at) {
    Event event;
    event.type = type;
    event.at = at;
    event.meters = MeterSet::one(1);
    return scenario_.events.emplace_back(event);
  }
  void sag(TimeNs at, double duration_ms, double residual) {
    Event& made = add(EventType::sag, at);
    made.duration_ms = duration_ms;
    made.residual = residual;
  }
  void limit(TimeNs at, const std::string& text) {
    add(EventType::limit, at).limit = *protocol::limits::parse_limit(text).limit;
  }
  void parameter(TimeNs at, const std::string& text) { add(EventType::parameter, at).plan = text; }
  TimeNs reset(TimeNs at) { return upset(models::UpsetKind::reset, at); }
  // A disturbance of this kind, at this instant or a little later.
  TimeNs upset(models::UpsetKind kind, TimeNs at) {
    const auto seed = static_cast<std::uint64_t>(scenario_.general.seed);
    while (models::draw_upset(seed, 1, at).kind != kind) at += kNsPerMs;
    add(EventType::upset, at);
    return at;
  }
  std::vector<PoweredSpan> powered() const { return powered_spans(scenario_, 1); }
  std::vector<ExpectedVariation> variations() const {
    const models::MainsSchedule mains(of_240_volts(), kUntil);
    const NoLoad load;
    const models::SupplyPoint supply(mains, load, {.harmonics = false});
    return expected_variations(scenario_, 1, supply, powered(), kUntil);
  }
  // Those that a meter must have, and whether it may have others.
  std::size_t sure() const {
    return static_cast<std::size_t>(
        std::ranges::count(variations(), true, &ExpectedVariation::sure));
  }

  Scenario scenario_;
};

TEST_F(Street, AResetIsNoOutage) {
  const TimeNs at = reset(10 * kNsPerMinute);
  const auto spans = powered();
  ASSERT_EQ(spans.size(), 2u);
  EXPECT_EQ(spans[0].off, at);
  EXPECT_EQ(spans[1].on, at + 500 * kNsPerMs);
  EXPECT_TRUE(spans[1].watchdog);
  EXPECT_TRUE(variations().empty());
  using protocol::cosem::Measured;
  EXPECT_EQ(board_truth(Measured::battery_use, scenario_, 1, spans, kUntil)->value, 0);
  // The mains that go behind it are one.
  add(EventType::outage, 20 * kNsPerMinute).duration_s = 60;
  const auto all = variations();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].kind, VariationKind::outage);
  EXPECT_EQ(all[0].begin, 20 * kNsPerMinute + 10 * kNsPerMs);
}

TEST_F(Street, MainsThatGoWhileAResetStartsAnewAreToldByNobody) {
  const TimeNs at = reset(10 * kNsPerMinute);
  sag(at + 200 * kNsPerMs, 20, 0);  // the converter has nothing yet to ride it through with
  auto spans = powered();
  ASSERT_EQ(spans.size(), 2u);
  EXPECT_EQ(spans[1].on, at + 720 * kNsPerMs);
  EXPECT_TRUE(spans[1].watchdog);
  EXPECT_TRUE(variations().empty());
}

TEST_F(Street, AMeterWhoseSupplyFailsIsNotReset) {
  const TimeNs at = reset(10 * kNsPerMinute);
  scenario_.events.insert(scenario_.events.begin(), scenario_.events.back());
  Event& dip = scenario_.events.front();
  dip.type = EventType::sag;
  dip.at = at - 5 * kNsPerMs;
  dip.duration_ms = 20;
  dip.residual = 0;
  EXPECT_EQ(powered().size(), 1u);
}

// A bit of program memory is found some captures later, by the firmware that is in it.
TEST_F(Street, WhatAnotherFirmwareForgetsIsNotDemanded) {
  upset(models::UpsetKind::program, 10 * kNsPerMinute);
  const auto due = [&] {
    const models::Rtc rtc({}, 0);
    for (const ExpectedEvent& one :
         expected_events(scenario_, 1, {}, rtc, powered(), {}, 9 * kernel::kNsPerHour)) {
      if (one.kind == EventKind::program_error) return one.at;
    }
    return TimeNs{-1};
  };
  const TimeNs alone = due();
  EXPECT_GT(alone, 0);
  EXPECT_LT(alone, 9 * kernel::kNsPerHour);
  scenario_.hes.images.emplace_back().name = "next";
  Event& image = add(EventType::image, 20 * kNsPerMinute);
  image.file = "next";
  EXPECT_EQ(due(), kernel::kNever);
  image.activate_at = 5 * kernel::kNsPerHour;  // behind it
  EXPECT_EQ(due(), alone);
  image.activate_at = 0;
  scenario_.hes.images[0].flaw = ImageFlaw::signature;
  EXPECT_EQ(due(), alone);
}

TEST_F(Street, WithoutVoltageForAsLongAsTheCapacitorLastsTheMeterIsOff) {
  sag(10 * kNsPerMinute, 29.999, 0.4);
  EXPECT_EQ(powered().size(), 1u);
  sag(20 * kNsPerMinute, 30, 0.4);
  ASSERT_EQ(powered().size(), 2u);
  EXPECT_EQ(powered()[0].off, 20 * kNsPerMinute + 30 * kNsPerMs);
  // Two that touch are one: nothing charges the capacitor in between.
  sag(30 * kNsPerMinute, 20, 0.4);
  sag(30 * kNsPerMinute + 20 * kNsPerMs, 20, 0.1);
  EXPECT_EQ(powered().size(), 3u);
}

TEST_F(Street, ThresholdsThatTheMeterRefusesChangeNothing) {
  limit(kNsPerMinute, "quantity=sag threshold=2700");              // a swell's
  limit(kNsPerMinute, "quantity=swell threshold=2200");            // below where a sag ends
  limit(kNsPerMinute, "quantity=sag threshold=40");                // below the hysteresis
  parameter(kNsPerMinute, "3/1.0.12.31.128:2=long-unsigned 240");  // more than lies between them
  parameter(kNsPerMinute, "3/1.0.12.31.0:2=double-long-unsigned 2300");  // another type
  sag(2 * kNsPerMinute, 500, 0.92);  // and as they change nothing, all is sure at once
  sag(3 * kNsPerMinute, 500, 0.85);
  const auto all = variations();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_TRUE(all[0].sure);
  EXPECT_NEAR(all[0].magnitude_v, 0.85 * 240, 0.01);
}

TEST_F(Street, ParametersMoveThresholdsHysteresisAndTimes) {
  parameter(kNsPerMinute,
            "3/1.0.12.31.0:2=long-unsigned 2280; 3/1.0.12.35.0:2=long-unsigned 2520;"
            "3/1.0.12.43.0:2=long-unsigned 2; 3/1.0.12.44.0:2=long-unsigned 1;"
            "3/1.0.12.31.128:2=long-unsigned 60");
  sag(5 * kNsPerMinute, 5000, 0.8);     // nobody knows which threshold holds
  sag(20 * kNsPerMinute, 1500, 0.8);    // too short
  sag(21 * kNsPerMinute, 3000, 0.93);   // was none before
  sag(22 * kNsPerMinute, 500, 1.2);     // too short
  sag(23 * kNsPerMinute, 1500, 1.065);  // was none before
  sag(24 * kNsPerMinute, 2010, 0.8);    // so long, within a cycle
  const auto all = variations();
  ASSERT_EQ(all.size(), 4u);
  EXPECT_FALSE(all[0].sure);
  EXPECT_TRUE(all[1].sure);
  EXPECT_NEAR(all[1].magnitude_v, 0.93 * 240, 0.01);
  EXPECT_EQ(all[1].told, all[1].begin + 2 * kNsPerSecond);
  EXPECT_TRUE(all[2].sure);
  EXPECT_EQ(all[2].kind, VariationKind::swell);
  EXPECT_FALSE(all[3].sure);
}

TEST_F(Street, WhereItEndsNearTheHysteresisIsNotSure) {
  // 0.92 of Un is where a sag ends, 1.08 where a swell does; 1 % either way a meter may be off.
  for (const double behind : {0.913, 0.927, 1.073, 1.087}) {
    scenario_.events.clear();
    const double deep = behind < 1 ? 0.7 : 1.2;
    sag(5 * kNsPerMinute, 500, deep);
    sag(5 * kNsPerMinute + 500 * kNsPerMs, 4000, behind);
    const auto all = variations();
    ASSERT_EQ(all.size(), 1u) << behind;
    EXPECT_FALSE(all[0].sure) << behind;
    // It ends as soon as it is better or when all is over.
    EXPECT_NEAR(static_cast<double>(all[0].end - 5 * kNsPerMinute), 500e6, 40e6) << behind;
    EXPECT_NEAR(static_cast<double>(all[0].stamp_slack), 4500e6, 50e6) << behind;
    EXPECT_NEAR(all[0].magnitude_v, deep * 240, 0.01) << behind;
  }
  for (const double behind : {0.905, 0.935, 1.065, 1.095}) {
    scenario_.events.clear();
    sag(5 * kNsPerMinute, 500, behind < 1 ? 0.7 : 1.2);
    sag(5 * kNsPerMinute + 500 * kNsPerMs, 4000, behind);
    EXPECT_EQ(sure(), 1u) << behind;
  }
}

// A meter that is a little off has two there, or one.
TEST_F(Street, ASagThatSomeMetersSeeAsTwoIsNotSure) {
  sag(5 * kNsPerMinute, 500, 0.7);
  sag(5 * kNsPerMinute + 500 * kNsPerMs, 2000, 0.915);
  sag(5 * kNsPerMinute + 2500 * kNsPerMs, 500, 0.8);
  const auto all = variations();
  ASSERT_EQ(all.size(), 2u);
  for (const ExpectedVariation& one : all) {
    EXPECT_FALSE(one.sure);
    EXPECT_NEAR(one.magnitude_slack_v, 24, 0.1);
  }
}

// The window that shows its end is read while the supply fails: nothing is told any more.
TEST_F(Street, ASagThatEndsAsTheSupplyFailsIsNotSure) {
  const TimeNs window = 10 * kNsPerMinute;
  const TimeNs end = window + 200 * kNsPerMs;
  const auto sure_of_it = [&](TimeNs failing_from) {
    scenario_.events.clear();
    sag(window - 350 * kNsPerMs, 400, 0.7);
    add(EventType::outage, failing_from - 10 * kNsPerMs).duration_s = 60;
    const auto all = variations();
    return all.size() == 2 && all[0].kind == VariationKind::sag && all[0].sure;
  };
  EXPECT_TRUE(sure_of_it(end));
  EXPECT_FALSE(sure_of_it(end - kNsPerMs));
  EXPECT_FALSE(sure_of_it(end - 19 * kNsPerMs));
  EXPECT_FALSE(sure_of_it(end - 21 * kNsPerMs)) << "no window ever shows its end";
}

}  // namespace
}  // namespace sim::run
