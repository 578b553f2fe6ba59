// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "plc-channel/medium/beacon_track.hpp"
#include "tests/rigs/plc/line.hpp"

namespace {

using plc::FrameKind;
using plc::StationId;
using plc_test::base_plan;
using plc_test::beacon;
using plc_test::kFrameNs;
using plc_test::kMs;
using plc_test::Line;
using plc_test::quiet;
using plc_test::quiet_with;
using plc_test::straight_line;
using protocol::prime::BeaconPlan;
using protocol::prime::HeardBeacon;

namespace prime = protocol::prime;

prime::BeaconWatch watch_of(const plc::BeaconMpdu& mpdu, unsigned limit = prime::kMissedBeacons) {
  return {mpdu, limit};
}

// ---- The law of runs ----

class ConstantLoss final : public plc::BeaconLoss {
 public:
  explicit ConstantLoss(double loss) : loss_(loss) {}
  double beacon_loss(StationId, StationId, kernel::TimeNs) const override { return loss_; }
  std::uint64_t beacon_seed() const override { return 7; }
  std::uint32_t network() const override { return 0; }

 private:
  double loss_;
};

TEST(BeaconTrack, LosesAsManyBeaconsAsTheOddsSay) {
  for (const double loss : {1e-4, 0.01, 0.2, 0.7}) {
    const ConstantLoss constant(loss);
    plc::BeaconTrack track(constant, 0, 1, {}, 0);
    const int n = 300'000;
    track.settle(n * kFrameNs);
    EXPECT_EQ(track.received() + track.missed(), static_cast<std::uint64_t>(n));
    EXPECT_NEAR(static_cast<double>(track.missed()), loss * n, 5 * std::sqrt(n * loss * (1 - loss)))
        << loss;
  }
}

// Mean time to a run of m misses: (1 - p^m) / (p^m (1 - p)) beacons (Feller, XIII.7).
TEST(BeaconTrack, RunsOfMissesComeAsOftenAsTheTheorySays) {
  for (const double loss : {0.3, 0.5}) {
    const ConstantLoss constant(loss);
    const double rare = std::pow(loss, 5);
    const double mean = (1 - rare) / (rare * (1 - loss));
    const int n_runs = 2000;
    double beacons = 0;
    kernel::TimeNs from = 0;
    for (int n = 0; n < n_runs; ++n) {
      plc::BeaconTrack track(constant, 0, 1, {}, from);
      const kernel::TimeNs lost = track.find_run(5, kernel::kNsPerDay * 365);
      ASSERT_NE(lost, kernel::kNever);
      beacons += static_cast<double>((lost - plc::kBeaconNs - from) / kFrameNs + 1);
      from = lost - plc::kBeaconNs + kFrameNs;
    }
    EXPECT_NEAR(beacons / n_runs, mean, 5 * mean / std::sqrt(n_runs)) << loss;
  }
}

TEST(BeaconTrack, LookingOftenOrOnceIsTheSame) {
  const ConstantLoss constant(0.15);
  plc::BeaconTrack often(constant, 3, 4, {0, 0, 2, 1}, 0);
  plc::BeaconTrack once = often;
  std::uint64_t last = 0;
  for (int n = 1; n <= 20'000; ++n) {
    often.settle(n * kFrameNs);
    ASSERT_LE(often.received() + often.missed(), last + 1);
    last = often.received() + often.missed();
  }
  const kernel::TimeNs run = once.find_run(3, 20'000 * kFrameNs);
  ASSERT_NE(run, kernel::kNever);
  plc::BeaconTrack to_run = once;
  to_run.settle(run - 1);
  EXPECT_EQ(to_run.run(), 2u);
  to_run.settle(run);
  EXPECT_EQ(to_run.run(), 3u);
  once.settle(20'000 * kFrameNs);
  EXPECT_EQ(once.received(), often.received());
  EXPECT_EQ(once.missed(), often.missed());
  EXPECT_EQ(once.missed_between(), often.missed_between());
  EXPECT_EQ(once.last_start(), often.last_start());
}

// ---- Search ----

TEST(Search, FirstBeaconOfASourceWakes) {
  Line line(straight_line(3, 30), quiet());
  line.modem(0).set_beacon(nullptr);
  const BeaconPlan plan = base_plan(100 * kMs);
  line.modem(0).set_beacon(&plan);
  line.modem(2).search(true);
  line.agenda.run_until(24 * kernel::kNsPerSecond);
  ASSERT_EQ(line.at(2).beacons.size(), 1u);
  EXPECT_EQ(line.at(2).beacon_times[0], 100 * kMs + plc::kBeaconNs);
  std::array<HeardBeacon, 4> heard;
  ASSERT_EQ(line.modem(2).heard(heard), 1u);
  EXPECT_EQ(heard[0].received, 39u);
  EXPECT_EQ(heard[0].missed, 0u);
  EXPECT_EQ(heard[0].start_us * 1000, 100 * kMs + 38 * kFrameNs);
  const auto decoded = prime::decode_beacon(heard[0].mpdu);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->sequence, 38 % 32);
  EXPECT_TRUE(prime::same_content(heard[0].mpdu, plan.mpdu));
  EXPECT_NEAR(heard[0].snr_cdb, 100 * line.channel.mean_snr_db(0, 2), 1);
  // Switching on forgets.
  line.modem(2).search(true);
  EXPECT_EQ(line.modem(2).heard(heard), 0u);
}

TEST(Search, SourceThatStartsLaterIsHeardThen) {
  Line line(straight_line(2, 30), quiet());
  line.modem(1).search(true);
  line.agenda.run_until(10 * kernel::kNsPerSecond);
  EXPECT_TRUE(line.at(1).beacons.empty());
  const BeaconPlan plan = base_plan(10 * kernel::kNsPerSecond + 3 * kMs);
  line.modem(0).set_beacon(&plan);
  line.agenda.run_until(11 * kernel::kNsPerSecond);
  ASSERT_EQ(line.at(1).beacons.size(), 1u);
  EXPECT_EQ(line.at(1).beacons[0].start_us, plan.epoch_us);
}

TEST(Search, FarSourceIsHeardSometimes) {
  const plc::Feeder feeder = straight_line(2, 40);
  Line line(feeder, quiet_with(feeder, 0, 1, 2.1));
  const BeaconPlan plan = base_plan(0);
  line.modem(0).set_beacon(&plan);
  line.modem(1).search(true);
  line.agenda.run_until(1000 * kFrameNs);
  std::array<HeardBeacon, 4> heard;
  ASSERT_EQ(line.modem(1).heard(heard), 1u);
  const double loss = plc_test::errors().frame_error(plc::Scheme::dbpsk_f, 2.1, 2);
  ASSERT_GT(loss, 0.1);
  ASSERT_LT(loss, 0.6);
  EXPECT_NEAR(heard[0].received / 1000.0, 1 - loss, 0.08);
  EXPECT_NEAR(heard[0].missed / 1000.0, loss, 0.08);
}

// ---- Watch ----

TEST(Watch, KeepsFrameTimeAndSaysNothingWhileAllIsWell) {
  Line line(straight_line(2, 30), quiet());
  const BeaconPlan plan = base_plan(50 * kMs);
  line.modem(0).set_beacon(&plan);
  prime::FrameTime time;
  EXPECT_FALSE(line.modem(1).frame_time(time));
  line.agenda.run_until(kernel::kNsPerSecond);
  const auto watch = watch_of(plan.mpdu);
  line.modem(1).watch(&watch);
  line.agenda.run_until(kernel::kNsPerHour);
  ASSERT_TRUE(line.modem(1).frame_time(time));
  const std::int64_t frame = (kernel::kNsPerHour / 1000 - plan.epoch_us) / prime::kFrameUs;
  EXPECT_EQ(time.start_us, plan.epoch_us + frame * prime::kFrameUs);
  EXPECT_EQ(time.sequence, frame % 32);
  prime::FrameTime own;
  ASSERT_TRUE(line.modem(0).frame_time(own));
  EXPECT_EQ(own.start_us, time.start_us);
  EXPECT_TRUE(line.at(1).beacons.empty());
  EXPECT_TRUE(line.at(1).lost.empty());
  EXPECT_LT(line.agenda.events(), 20u) << "nothing is scheduled a beacon";
}

TEST(Watch, WakesWhenTheContentIsNew) {
  Line line(straight_line(2, 30), quiet());
  BeaconPlan plan = base_plan(0);
  line.modem(0).set_beacon(&plan);
  const auto watch = watch_of(plan.mpdu);
  line.modem(1).watch(&watch);
  line.agenda.run_until(10 * kFrameNs + 100 * kMs);
  EXPECT_TRUE(line.at(1).beacons.empty());
  plan.mpdu = beacon(0, 0, 0, 3);
  line.modem(0).set_beacon(&plan);
  line.agenda.run_until(20 * kFrameNs);
  ASSERT_EQ(line.at(1).beacons.size(), 1u);
  EXPECT_EQ(line.at(1).beacon_times[0], 11 * kFrameNs + plc::kBeaconNs);
  EXPECT_TRUE(prime::same_content(line.at(1).beacons[0].mpdu, plan.mpdu));
  EXPECT_EQ(prime::decode_beacon(line.at(1).beacons[0].mpdu)->sequence, 11);
  // Back to what it was: new again.
  plan.mpdu = beacon(0, 0, 0, 7);
  line.modem(0).set_beacon(&plan);
  line.agenda.run_until(30 * kFrameNs);
  EXPECT_EQ(line.at(1).beacons.size(), 2u);
}

TEST(Watch, LostAfterTheMissesItWasToldOf) {
  for (const unsigned limit : {1u, 5u, 9u}) {
    Line line(straight_line(2, 30), quiet());
    const BeaconPlan plan = base_plan(0);
    line.modem(0).set_beacon(&plan);
    const auto watch = watch_of(plan.mpdu, limit);
    line.modem(1).watch(&watch);
    line.agenda.run_until(100 * kFrameNs + 300 * kMs);
    line.modem(0).power(false);
    line.agenda.run_until(200 * kFrameNs);
    ASSERT_EQ(line.at(1).lost.size(), 1u);
    EXPECT_EQ(line.at(1).lost[0], (100 + limit) * kFrameNs + plc::kBeaconNs);
    prime::FrameTime time;
    EXPECT_FALSE(line.modem(1).frame_time(time));
    EXPECT_EQ(line.medium.beacons(1).lost, 1u);
    EXPECT_EQ(line.medium.beacons(1).missed, limit);
    EXPECT_EQ(line.medium.beacons(1).received, 101u - 0u);
  }
}

TEST(Watch, ShortSilenceIsForgiven) {
  Line line(straight_line(2, 30), quiet());
  const BeaconPlan plan = base_plan(0);
  line.modem(0).set_beacon(&plan);
  const auto watch = watch_of(plan.mpdu);
  line.modem(1).watch(&watch);
  line.agenda.run_until(10 * kFrameNs + 300 * kMs);
  line.modem(0).set_beacon(nullptr);
  line.agenda.run_until(14 * kFrameNs + 300 * kMs);
  line.modem(0).set_beacon(&plan);
  line.agenda.run_until(100 * kFrameNs);
  EXPECT_TRUE(line.at(1).lost.empty());
  EXPECT_EQ(line.medium.beacons(1).missed, 4u);
}

TEST(Watch, BaseWithANewFrameTimeIsLost) {
  Line line(straight_line(2, 30), quiet());
  BeaconPlan plan = base_plan(0);
  line.modem(0).set_beacon(&plan);
  const auto watch = watch_of(plan.mpdu);
  line.modem(1).watch(&watch);
  line.agenda.run_until(10 * kFrameNs + 300 * kMs);
  plan.epoch_us = (line.agenda.now() + 5 * kMs) / 1000;
  line.modem(0).set_beacon(&plan);
  line.agenda.run_until(30 * kFrameNs);
  EXPECT_EQ(line.at(1).lost.size(), 1u);
}

// ---- Switches ----

TEST(Switch, BeaconsFollowTheWatchedFrameTimeAndEndWithIt) {
  Line line(straight_line(3, 30), quiet());
  const BeaconPlan base = base_plan(7 * kMs);
  line.modem(0).set_beacon(&base);
  const auto at_base = watch_of(base.mpdu);
  line.modem(1).watch(&at_base);
  BeaconPlan plan;
  plan.mpdu = beacon(5, 2, 2);  // slot 2, every fourth frame
  plan.sequence_offset = 3;
  line.modem(1).set_beacon(&plan);
  line.modem(2).search(true);
  line.agenda.run_until(3 * kernel::kNsPerSecond);
  line.modem(2).search(false);
  ASSERT_EQ(line.at(2).beacons.size(), 2u);
  const HeardBeacon& from_switch = line.at(2).beacons[1];
  EXPECT_EQ(prime::decode_beacon(from_switch.mpdu)->sid, 5);
  EXPECT_EQ((from_switch.start_us - base.epoch_us) * 1000, 3 * kFrameNs + 2 * plc::kBeaconSlotNs);
  EXPECT_EQ(prime::decode_beacon(from_switch.mpdu)->sequence, 3);
  const auto at_switch = watch_of(from_switch.mpdu);
  line.modem(2).watch(&at_switch);
  line.agenda.run_until(10 * kernel::kNsPerSecond);
  prime::FrameTime time;
  ASSERT_TRUE(line.modem(2).frame_time(time));
  EXPECT_EQ((time.start_us - base.epoch_us) % prime::kFrameUs, 0);
  // The base falls silent: the switch goes on by its watch, then stops, then its child notices.
  line.modem(0).power(false);
  line.agenda.run_until(60 * kernel::kNsPerSecond);
  ASSERT_EQ(line.at(1).lost.size(), 1u);
  ASSERT_EQ(line.at(2).lost.size(), 1u);
  const double frames = static_cast<double>(line.at(2).lost[0] - line.at(1).lost[0]) / kFrameNs;
  EXPECT_GT(frames, 4 * 4);
  EXPECT_LT(frames, 5 * 4 + 1);
  // One was heard before it was watched.
  EXPECT_EQ(line.medium.beacons(1).sent, line.medium.beacons(2).received + 1);
}

TEST(Switch, BeaconsCountAsAirtimeAndAsCarrier) {
  Line line(straight_line(3, 30), quiet());
  const BeaconPlan base = base_plan(0);
  line.modem(0).set_beacon(&base);
  line.agenda.run_until(10 * kFrameNs + plc::MediumConfig{}.turnaround_ns - 1);
  EXPECT_FALSE(line.modem(2).busy());
  EXPECT_TRUE(line.modem(0).busy());
  EXPECT_FALSE(line.modem(0).send(plc_test::data_frame(1, 10), plc::Scheme::dbpsk_f, 0));
  line.agenda.run_until(10 * kFrameNs + plc::MediumConfig{}.turnaround_ns);
  EXPECT_TRUE(line.modem(2).busy());
  line.agenda.run_until(10 * kFrameNs + plc::kBeaconNs);
  EXPECT_FALSE(line.modem(2).busy());
  const plc::KindCounters beacons = line.medium.counters().of(FrameKind::beacon);
  EXPECT_EQ(beacons.frames, 11u);
  EXPECT_EQ(beacons.airtime_ns, 11 * plc::kBeaconNs);
}

TEST(Switch, FrameOverABeaconIsDisturbedByIt) {
  Line line(straight_line(3, 30), quiet());
  const BeaconPlan base = base_plan(0);
  line.modem(0).set_beacon(&base);
  line.agenda.run_until(kFrameNs - 10 * kMs);
  ASSERT_TRUE(line.modem(3).send(plc_test::data_frame(1, 60), plc::Scheme::d8psk_f, 0));
  line.agenda.run_until(2 * kFrameNs);
  for (const auto& heard : line.at(1).frames) {
    EXPECT_NE(heard.mpdu, plc_test::data_frame(1, 60));
  }
  EXPECT_EQ(line.at(0).frames.size(), 0u) << "it was sending its beacon";
}

}  // namespace
