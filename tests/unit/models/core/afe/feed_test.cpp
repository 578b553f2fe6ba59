// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/afe/feed.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>

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

// Relay, sag, outage and diverted currents at times that fall on no boundary.
void disturb(ElectricalFeed& feed) {
  feed.set_relay(5 * kMinute + 1234567, false);
  feed.set_relay(6 * kMinute + 33, true);
  feed.set_sag(7 * kMinute + 50'000'017, 7 * kMinute + 80'000'017, 0.4);  // 30 ms of one window
  feed.set_sag(8 * kMinute + 17, 8 * kMinute + 3 * kSecond + 1, 0.6);
  feed.set_sag(8 * kMinute + 9 * kSecond + 190'000'000, 8 * kMinute + 9 * kSecond + 220'000'000, 0);
  feed.set_power(9 * kMinute + 5, false);
  feed.set_power(10 * kMinute + 7 * kSecond, true);
  using Kind = models::ElectricalChange::Kind;
  feed.divert(11 * kMinute + 5, 13 * kMinute + 7, Kind::bypass, 0.4);
  feed.divert(12 * kMinute + 50'000'005, 14 * kMinute + 9, Kind::neutral_fault, 0.7);
}

// Law 2: noise off, 0 ppm, 1280 samples a window: bit-equal sums, when both are of samples.
TEST(Feed, SampledSumsEqualDetailedSumsBitForBit) {
  const MainsSchedule mains(afe_test::constant_mains(), kernel::kNsPerHour);
  const afe_test::WanderingLoad load;
  const SupplyPoint supply(mains, load);
  models::AfeTolerance tolerance = models::draw_tolerance(1, 4);
  tolerance.adc_ppm = 0;
  const Afe afe(1, 4, 1, tolerance, false);
  ElectricalFeed fleet(supply, afe, FeedTier::sampled);
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
  EXPECT_LT(t2.calls, 50);
}

// In closed form: within 1e-6 of sqrt(vv ii) of the kernel on the samples of the same window, at
// any frequency, whatever part of a sample the window begins with; counts are whole, which is as
// much as 0.08 of one in every sample.
TEST(Feed, ClosedFormIsTheSumOfTheSamples) {
  models::MainsConfig wide;
  wide.frequency_spread_hz = 1;
  for (const bool steady : {true, false}) {
    const MainsSchedule mains(steady ? afe_test::constant_mains() : wide, 3 * kernel::kNsPerHour);
    const afe_test::WanderingLoad load;
    for (const int n_phases : {1, 3}) {
      const SupplyPoint supply(mains, load, {n_phases, 1, true});
      models::AfeTolerance tolerance = models::draw_tolerance(1, 4);
      if (steady) tolerance.adc_ppm = 0;
      const Afe afe(1, 4, n_phases, tolerance, false);
      SumsSink sinks[2];
      for (const FeedTier tier : {FeedTier::fleet, FeedTier::sampled}) {
        ElectricalFeed feed(supply, afe, tier);
        disturb(feed);
        feed.advance(3 * kernel::kNsPerHour - kMinute, sinks[static_cast<int>(tier)]);
      }
      ASSERT_EQ(sinks[0].sums.size(), sinks[1].sums.size());
      int diverted = 0;
      for (std::size_t n = 0; n < sinks[0].sums.size(); ++n) {
        const meter_sums& closed = sinks[0].sums[n];
        const meter_sums& sampled = sinks[1].sums[n];
        ASSERT_EQ(closed.n_samples, sampled.n_samples);
        ASSERT_EQ(closed.length_q16, sampled.length_q16);
        ASSERT_EQ(closed.n_elements, sampled.n_elements);
        ASSERT_EQ(closed.neutral.count, sampled.neutral.count) << n;
        diverted += static_cast<int>(closed.neutral.count);
        for (std::uint32_t p = 0; p < closed.n_elements + closed.neutral.count; ++p) {
          const bool neutral = p == closed.n_elements;
          const meter_element_sums& a = neutral ? closed.own_neutral : closed.element[p];
          const meter_element_sums& b = neutral ? sampled.own_neutral : sampled.element[p];
          // Phasors as they stand to the first voltage's.
          const auto current = [p](const meter_sums& of) {
            const meter_harmonic &v = of.own_fundamental[0], &i = of.own_fundamental[p];
            const std::complex<double> along(v.v_re, v.v_im);
            return std::complex<double>(i.i_re, i.i_im) * std::conj(along) / std::abs(along);
          };
          const double peak = std::sqrt(2 * b.ii / closed.n_samples);
          ASSERT_LT(std::abs(current(closed) - current(sampled)), 1e-4 * peak + 2) << n;
          const double rounding = 0.08 * std::sqrt(closed.n_samples);
          const double v = 1e-6 * std::sqrt(b.vv) + rounding;
          const double i = 1e-6 * std::sqrt(b.ii) + rounding;
          ASSERT_NEAR(a.vv, b.vv, v * std::sqrt(b.vv)) << n;
          ASSERT_NEAR(a.ii, b.ii, 2 * i * std::sqrt(b.ii)) << n;
          ASSERT_NEAR(a.vi, b.vi, i * std::sqrt(b.vv)) << n;
          ASSERT_NEAR(a.vq, b.vq, i * std::sqrt(b.vv)) << n;
        }
      }
      EXPECT_NEAR(diverted, 3 * 300, 20);
    }
  }
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

TEST(Feed, OneWindowAStepAndAChangeIsComputed) {
  const MainsSchedule mains({}, kernel::kNsPerHour);
  const afe_test::WanderingLoad load;
  const SupplyPoint supply(mains, load);
  const Afe afe(1, 4, 1, models::draw_tolerance(1, 4));
  ElectricalFeed feed(supply, afe, FeedTier::fleet);
  SumsSink sink;
  feed.set_relay(90 * kSecond, false);  // inside a window, which is one by itself
  for (kernel::TimeNs t = 0; t <= 3 * kMinute; t += kSecond) feed.advance(t, sink);
  int changes = 0;
  for (std::size_t n = 1; n < sink.sums.size(); ++n) {
    changes += !same_bits(sink.sums[n - 1], sink.sums[n]);
  }
  EXPECT_EQ(changes, 4);  // two steps (the third has ended or not), into and out of that window
}

TEST(Feed, RelayAndSagActAtTheirSampleAndPowerWithAWindow) {
  const MainsSchedule mains({}, kernel::kNsPerHour);
  const afe_test::ConstantLoad load({2300, 0, 0, true});
  const SupplyPoint supply(mains, load);
  const Afe afe(1, 4, 1, {}, false);
  for (const FeedTier tier : {FeedTier::fleet, FeedTier::detailed}) {
    ElectricalFeed feed(supply, afe, tier);
    const kernel::TimeNs window = mains.step(0).window_ns;
    feed.set_relay(10 * window, false);
    feed.set_relay(19 * window + window / 4, true);
    feed.set_sag(29 * window + window / 2, 40 * window, 0.5);
    feed.set_power(50 * window, false);
    feed.set_power(59 * window + 1, true);  // just after a boundary: window 60 is the first with
    SumsSink sink;
    feed.advance(70 * window, sink);
    ASSERT_EQ(sink.sums.size(), 60u);  // ten windows without power
    const double vv = sink.sums[0].element[0].vv;
    const double ii = sink.sums[0].element[0].ii;
    for (std::size_t n = 0; n < 60; ++n) {
      const meter_element_sums& e = sink.sums[n].element[0];
      EXPECT_NEAR(e.ii / ii, n == 19 ? 0.75 : n >= 10 && n < 20 ? 0 : 1, 0.003) << n;
      EXPECT_NEAR(e.vv / vv, n == 29 ? 0.625 : n >= 30 && n < 40 ? 0.25 : 1, 0.003) << n;
    }
  }
}

// 30 ms at 40 %, over before the window is: the window shows it, its neighbours do not, and both
// tiers have the same sums. The samples outside of it are what they were without it.
TEST(Feed, ASagShorterThanAWindowIsInItsWindow) {
  const MainsSchedule mains(afe_test::constant_mains(), kernel::kNsPerHour);
  const afe_test::ConstantLoad load({2300, 400, 0, true});
  const SupplyPoint supply(mains, load);
  const Afe afe(1, 4, 1, {}, false);
  const kernel::TimeNs window = 200 * kernel::kNsPerMs;
  const kernel::TimeNs from = 7 * window + 60 * kernel::kNsPerMs;
  const kernel::TimeNs to = from + 30 * kernel::kNsPerMs;
  SumsSink sinks[2];
  for (const FeedTier tier : {FeedTier::sampled, FeedTier::detailed}) {
    SumsSink& sink = sinks[tier == FeedTier::detailed];
    ElectricalFeed feed(supply, afe, tier);
    feed.advance(5 * window, sink);
    feed.set_sag(from, to, 0.4);
    feed.advance(20 * window, sink);
  }
  const std::vector<meter_sums>& fleet = sinks[0].sums;
  ASSERT_EQ(fleet.size(), 20u);
  for (std::size_t n = 0; n < 20; ++n) {
    EXPECT_TRUE(same_bits(fleet[n], sinks[1].sums[n])) << n;
    EXPECT_EQ(same_bits(fleet[n], fleet[0]), n != 7) << n;
  }
  const meter_element_sums& whole = fleet[0].element[0];
  const meter_element_sums& sagged = fleet[7].element[0];
  // Means over 1.5 cycles: squares (170 + 30 * 0.16) / 200, power (170 + 30 * 0.4) / 200. The half
  // cycle too many leaves a mean, which the kernel takes off.
  EXPECT_NEAR(sagged.vv / whole.vv, 0.874, 0.001);
  EXPECT_NEAR(sagged.vi / whole.vi, 0.91, 0.001);
  EXPECT_EQ(sagged.ii, whole.ii);

  models::ChangeLog sag;
  sag.add({from, models::ElectricalChange::Kind::sag, 0.4});
  sag.add({to, models::ElectricalChange::Kind::sag, 1});
  const auto pieces = supply.pieces(0, supply.load(0), {}, sag, 7 * window);
  ASSERT_EQ(pieces.size(), 3u);
  models::SampleBuffer plain;
  models::SampleBuffer cut;
  afe.sample(supply.state(0, {}), 7 * window, window, true, plain);
  const meter_window samples = afe.sample(pieces, 7 * window, window, true, cut);
  const auto* const v = samples.channel[METER_V1];
  const auto* const before = plain.v[0] + METER_WINDOW_LEAD;
  for (std::ptrdiff_t k = -METER_WINDOW_LEAD; k < 1280; ++k) {
    const bool in_sag = k >= 60 * 64 / 10 && k < 90 * 64 / 10;  // 6.4 samples a millisecond
    ASSERT_NEAR(v[k], (in_sag ? 0.4 : 1) * before[k], in_sag ? 4 : 0) << k;
  }
}

// What acts at a window's start is in the state it starts with; what acts at its end is the next
// one's; power cuts none.
TEST(Feed, AWindowIsCutOnlyByWhatActsInside) {
  const MainsSchedule mains(afe_test::constant_mains(), kernel::kNsPerHour);
  const afe_test::ConstantLoad load({2300, 400, 0, true});
  const SupplyPoint supply(mains, load);
  const kernel::TimeNs start = 7 * 200 * kernel::kNsPerMs, end = start + mains.step(0).window_ns;
  using Kind = models::ElectricalChange::Kind;
  models::ChangeLog changes;
  changes.add({start, Kind::sag, 0.4});
  changes.add({start + 1, Kind::power, 0});
  changes.add({end - 1, Kind::sag, 1});
  changes.add({end, Kind::relay, 0});
  models::SwitchState sagged;
  sagged.sag_factor = 0.4;
  const auto pieces = supply.pieces(0, supply.load(0), sagged, changes, start);
  ASSERT_EQ(pieces.size(), 2u);
  EXPECT_EQ(pieces[0].from_ns, start);
  EXPECT_EQ(pieces[0].state.v[0][0], supply.state(0, sagged).v[0][0]);
  EXPECT_EQ(pieces[1].from_ns, end - 1);
  EXPECT_EQ(pieces[1].state.v[0][0], supply.state(0, {}).v[0][0]);
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
  // The window under way at ten seconds has current up to there; the one after it has none.
  const kernel::TimeNs window = mains.step(0).window_ns;
  const double share = static_cast<double>(10 * kSecond % window) / static_cast<double>(window);
  EXPECT_NEAR(sink.sums[before].element[0].ii / sink.sums[0].element[0].ii, share, 0.01);
  EXPECT_LT(sink.sums[before + 1].element[0].ii, 1);
  EXPECT_EQ(feed.changes().size(), 1u);
}

// What a window brought cannot be changed any more; power acts with the next one.
TEST(Feed, NothingIsSwitchedInAWindowThatWasDelivered) {
  const MainsSchedule mains(afe_test::constant_mains(), kernel::kNsPerHour);
  const afe_test::WanderingLoad load;
  const SupplyPoint supply(mains, load);
  const Afe afe(1, 4, 1, models::draw_tolerance(1, 4), false);
  ElectricalFeed feed(supply, afe, FeedTier::fleet);
  SumsSink sink;
  feed.advance(kMinute, sink);
  const kernel::TimeNs inside = kMinute - kSecond / 100;
  EXPECT_DEATH(feed.set_relay(inside, false), "at >= start");
  EXPECT_DEATH(feed.set_sag(inside, kMinute, 0.5), "at >= start");
  feed.set_power(inside, false);
  feed.set_relay(kMinute, false);
  const std::size_t windows = sink.sums.size();
  feed.advance(2 * kMinute, sink);
  EXPECT_EQ(sink.sums.size(), windows);
}

}  // namespace
