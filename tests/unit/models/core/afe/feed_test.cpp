// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/afe/feed.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "kernel/keyed_stream.hpp"
#include "kernel/purpose.hpp"
#include "tests/unit/models/core/afe/fixtures.hpp"

namespace {

using afe_test::same_bits;
using afe_test::SumsSink;
using models::Afe;
using models::ElectricalFeed;
using models::FeedTier;
using models::MainsSchedule;
using models::SupplyPoint;

constexpr kernel::TimeNs kMinute = kernel::kNsPerMinute;
constexpr kernel::TimeNs kSecond = kernel::kNsPerSecond;

// Relay, sag and outage at times that fall on no boundary.
void disturb(ElectricalFeed& feed) {
  feed.set_relay(5 * kMinute + 1234567, false);
  feed.set_relay(6 * kMinute + 33, true);
  feed.set_sag(8 * kMinute + 17, 8 * kMinute + 3 * kSecond + 1, 0.6);
  feed.set_power(9 * kMinute + 5, false);
  feed.set_power(10 * kMinute + 7 * kSecond, true);
}

// Law 2: noise off, 0 ppm, 1280 samples a window: bit-equal sums.
TEST(Feed, FleetSumsEqualDetailedSumsBitForBit) {
  const MainsSchedule mains(afe_test::constant_mains(), kernel::kNsPerHour);
  const afe_test::WanderingLoad load;
  const SupplyPoint supply(mains, load);
  models::AfeTolerance tolerance = models::draw_tolerance(1, 4);
  tolerance.adc_ppm = 0;
  const Afe afe(1, 4, 1, tolerance, false);
  ElectricalFeed fleet(supply, afe, FeedTier::fleet);
  ElectricalFeed detailed(supply, afe, FeedTier::detailed);
  disturb(fleet);
  disturb(detailed);
  SumsSink t2;
  SumsSink t1;
  fleet.advance(15 * kMinute, t2);
  detailed.advance(15 * kMinute, t1);
  ASSERT_EQ(t1.sums.size(), t2.sums.size());
  ASSERT_GT(t1.sums.size(), 4000u);
  for (std::size_t n = 0; n < t1.sums.size(); ++n) {
    ASSERT_TRUE(same_bits(t1.sums[n], t2.sums[n])) << "window " << n;
  }
  EXPECT_LT(t2.calls, 40);
}

// Elsewhere (drawn frequency, ppm, noise): within 0.05 % + 1 Wh of energy.
TEST(Feed, FleetEnergyEqualsDetailedEnergyWithinLawTwo) {
  const MainsSchedule mains({}, 2 * kernel::kNsPerHour);
  const afe_test::WanderingLoad load;
  const SupplyPoint supply(mains, load);
  const Afe afe(1, 4, 1, models::draw_tolerance(1, 4));
  const auto energy = [&](FeedTier tier) {
    ElectricalFeed feed(supply, afe, tier);
    SumsSink sink;
    feed.advance(kernel::kNsPerHour, sink);
    std::array<double, 4> sum{};  // absolute active and reactive, and the squares
    for (const meter_sums& s : sink.sums) {
      const double weight = s.length_q16 / 65536.0 / s.n_samples;
      sum[0] += std::abs(s.element[0].vi) * weight;
      sum[1] += std::abs(s.element[0].vq) * weight;
      sum[2] += s.element[0].vv * weight;
      sum[3] += s.element[0].ii * weight;
    }
    return sum;
  };
  const auto t1 = energy(FeedTier::detailed);
  const auto t2 = energy(FeedTier::fleet);
  for (std::size_t a = 0; a < 4; ++a) EXPECT_NEAR(t2[a] / t1[a], 1, 5e-4) << a;
}

// Law 3 at this level: how often somebody reads changes only how the repeats are cut.
TEST(Feed, LazyEqualsEager) {
  const MainsSchedule mains({}, kernel::kNsPerHour);
  const afe_test::WanderingLoad load;
  const SupplyPoint supply(mains, load);
  const Afe afe(1, 4, 1, models::draw_tolerance(1, 4));
  for (const FeedTier tier : {FeedTier::fleet, FeedTier::detailed}) {
    ElectricalFeed lazy(supply, afe, tier);
    ElectricalFeed eager(supply, afe, tier);
    disturb(lazy);
    disturb(eager);
    SumsSink at_once;
    SumsSink in_bits;
    lazy.advance(12 * kMinute, at_once);
    kernel::KeyedStream draw(1, 1, kernel::kPurposeTest);
    for (kernel::TimeNs t = 0; t < 12 * kMinute; t += draw.below(3'000'000'000u)) {
      eager.advance(t, in_bits);
    }
    eager.advance(12 * kMinute, in_bits);
    ASSERT_EQ(at_once.sums.size(), in_bits.sums.size());
    for (std::size_t n = 0; n < at_once.sums.size(); ++n) {
      ASSERT_TRUE(same_bits(at_once.sums[n], in_bits.sums[n])) << "window " << n;
    }
    EXPECT_EQ(lazy.next_window_end(), eager.next_window_end());
  }
}

TEST(Feed, DeliversEachWindowWhenItHasEnded) {
  const MainsSchedule mains({}, kernel::kNsPerHour);
  const afe_test::WanderingLoad load;
  const SupplyPoint supply(mains, load);
  const Afe afe(1, 4, 1, {});
  ElectricalFeed feed(supply, afe, FeedTier::fleet);
  SumsSink sink;
  kernel::TimeNs end = feed.next_window_end();
  EXPECT_EQ(end, mains.step(0).window_ns);
  for (std::size_t n = 1; n < 700; ++n) {
    feed.advance(end - 1, sink);
    ASSERT_EQ(sink.sums.size(), n - 1);
    feed.advance(end, sink);
    ASSERT_EQ(sink.sums.size(), n);
    end = feed.next_window_end();
  }
}

TEST(Feed, OneKernelRunAStepAndAChange) {
  const MainsSchedule mains({}, kernel::kNsPerHour);
  const afe_test::WanderingLoad load;
  const SupplyPoint supply(mains, load);
  const Afe afe(1, 4, 1, models::draw_tolerance(1, 4));
  ElectricalFeed feed(supply, afe, FeedTier::fleet);
  SumsSink sink;
  feed.set_relay(90 * kSecond, false);
  for (kernel::TimeNs t = 0; t <= 3 * kMinute; t += kSecond) feed.advance(t, sink);
  int changes = 0;
  for (std::size_t n = 1; n < sink.sums.size(); ++n) {
    changes += !same_bits(sink.sums[n - 1], sink.sums[n]);
  }
  EXPECT_EQ(changes, 3);  // two steps (the third has ended or not), one relay
}

TEST(Feed, ChangesTakeEffectWithTheNextWindow) {
  const MainsSchedule mains({}, kernel::kNsPerHour);
  const afe_test::ConstantLoad load({2300, 0, 0, true});
  const SupplyPoint supply(mains, load);
  const Afe afe(1, 4, 1, {}, false);
  for (const FeedTier tier : {FeedTier::fleet, FeedTier::detailed}) {
    ElectricalFeed feed(supply, afe, tier);
    const kernel::TimeNs window = mains.step(0).window_ns;
    feed.set_relay(10 * window, false);     // on a boundary: window 10 is the first without
    feed.set_relay(19 * window + 1, true);  // just after one: window 20 is the first with
    feed.set_sag(29 * window + window / 2, 40 * window, 0.5);
    feed.set_power(50 * window, false);
    feed.set_power(60 * window, true);
    SumsSink sink;
    feed.advance(70 * window, sink);
    ASSERT_EQ(sink.sums.size(), 60u);  // ten windows without power
    const double vv = sink.sums[0].element[0].vv;
    for (std::size_t n = 0; n < 60; ++n) {
      const meter_element_sums& e = sink.sums[n].element[0];
      EXPECT_EQ(e.ii < 1, n >= 10 && n < 20) << n;
      EXPECT_NEAR(e.vv / vv, n >= 30 && n < 40 ? 0.25 : 1, 0.002) << n;
    }
  }
}

TEST(Feed, AChangeAddedAfterReadingActsFromThere) {
  const MainsSchedule mains({}, kernel::kNsPerHour);
  const afe_test::ConstantLoad load({2300, 0, 0, true});
  const SupplyPoint supply(mains, load);
  const Afe afe(1, 4, 1, {}, false);
  ElectricalFeed feed(supply, afe, FeedTier::fleet);
  SumsSink sink;
  feed.advance(10 * kSecond, sink);
  const std::size_t before = sink.sums.size();
  feed.set_relay(10 * kSecond, false);
  feed.advance(11 * kSecond, sink);
  EXPECT_GT(sink.sums[before - 1].element[0].ii, 1);
  // The window under way at ten seconds still has current; the one after it has none.
  const bool on_boundary = mains.boundary_from(10 * kSecond) == 10 * kSecond;
  EXPECT_EQ(sink.sums[before].element[0].ii > 1, !on_boundary);
  EXPECT_LT(sink.sums[before + 1].element[0].ii, 1);
  EXPECT_EQ(feed.changes().size(), 1u);
}

}  // namespace
