// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// A medium among firmwares that do anything at any time, with any octets.
#include <gtest/gtest.h>

#include "kernel/keyed_stream.hpp"
#include "kernel/purpose.hpp"
#include "tests/rigs/plc/line.hpp"

namespace {

using plc::StationId;
using plc_test::kMs;
using plc_test::Line;
using plc_test::Octets;

namespace prime = protocol::prime;

class Anything {
 public:
  Anything(Line& line, std::uint64_t seed) : line_(line), draws_(seed, 0, kernel::kPurposeTest) {}

  void step() {
    const StationId s = draws_.below(line_.channel.n_stations());
    plc::Modem& modem = line_.modem(s);
    switch (draws_.below(10)) {
      case 0:
        modem.power(draws_.chance(0.7));
        break;
      case 1: {
        std::vector<prime::FilterRule> rules(draws_.below(12));
        for (auto& rule : rules) rule = {draws_.next_u64() & draws_.next_u64(), draws_.next_u64()};
        rules.push_back({0, 1});
        modem.set_filter(rules);
        break;
      }
      case 2:
        modem.search(draws_.chance(0.6));
        break;
      case 3: {
        std::array<prime::HeardBeacon, 3> heard;
        const std::size_t n = modem.heard(heard);
        ASSERT_LE(n, heard.size());
        for (std::size_t k = 0; k < n; ++k) {
          EXPECT_TRUE(prime::decode_beacon(heard[k].mpdu));
          EXPECT_LE(heard[k].start_us * 1000, line_.agenda.now());
          EXPECT_GE(heard[k].received, 1u);
        }
        break;
      }
      case 4: {
        const prime::BeaconWatch watch{some_beacon(), draws_.below(8)};
        modem.watch(draws_.chance(0.8) ? &watch : nullptr);
        break;
      }
      case 5: {
        prime::BeaconPlan plan;
        plan.mpdu = some_beacon();
        plan.own_time = draws_.chance(0.5);
        plan.epoch_us = (line_.agenda.now() + draws_.below(2000) * kMs) / 1000;
        plan.sequence_offset = draws_.below(64);
        modem.set_beacon(draws_.chance(0.8) ? &plan : nullptr);
        break;
      }
      case 6: {
        prime::FrameTime time;
        if (modem.frame_time(time)) {
          EXPECT_LT(time.sequence, prime::kSuperframe);
        }
        break;
      }
      default:
        send(modem);
    }
  }
  kernel::TimeNs pause() {
    return draws_.chance(0.1) ? draws_.below(400) * kernel::kNsPerSecond : draws_.below(40) * kMs;
  }

 private:
  plc::BeaconMpdu some_beacon() {
    plc::BeaconMpdu mpdu = plc_test::beacon(static_cast<std::uint8_t>(draws_.below(4)),
                                            static_cast<std::uint8_t>(draws_.below(5)),
                                            static_cast<std::uint8_t>(draws_.below(6)));
    if (draws_.chance(0.3)) mpdu[draws_.below(18)] ^= static_cast<std::uint8_t>(draws_.next_u32());
    return mpdu;
  }
  void send(plc::Modem& modem) {
    Octets octets = plc_test::data_frame(5, draws_.below(300));
    const std::uint32_t wrong = draws_.below(4) * draws_.below(10);
    for (std::uint32_t n = 0; n < wrong; ++n) {
      octets[draws_.below(static_cast<std::uint32_t>(octets.size()))] =
          static_cast<std::uint8_t>(draws_.next_u32());
    }
    if (draws_.chance(0.2)) octets.resize(draws_.below(20));
    modem.send(octets, static_cast<plc::Scheme>(draws_.below(9)), draws_.below(9));
  }

  Line& line_;
  kernel::KeyedStream draws_;
};

TEST(Robustness, AnyCallsWithAnyOctetsAtAnyTime) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE(seed);
    plc::FeederConfig feeder;
    feeder.seed = seed;
    feeder.n_service_points = 12;
    Line line(plc::make_feeder(feeder), plc::ChannelConfig{});
    Anything anything(line, seed);
    for (int n = 0; n < 4000; ++n) {
      anything.step();
      line.agenda.run_until(line.agenda.now() + anything.pause());
    }
    std::size_t frames = 0, beacons = 0, lost = 0;
    for (const auto& listener : line.listeners) {
      frames += listener->frames.size();
      beacons += listener->beacons.size();
      lost += listener->lost.size();
    }
    EXPECT_GT(frames, 200u);
    EXPECT_GT(beacons, 20u);
    EXPECT_GT(lost, 20u);
    // Every airtime counted was somebody's.
    const plc::MediumCounters counters = line.medium.counters();
    std::uint64_t sent = 0;
    for (const plc::KindCounters& kind : counters.kinds) {
      EXPECT_GE(kind.airtime_ns, 0);
      sent += kind.frames;
    }
    EXPECT_GT(sent, 500u);
  }
}

}  // namespace
