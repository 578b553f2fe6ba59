// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// A probe head over TCP on the optical port of a meter with its real firmware: where frames begin
// and end.
#include "sim/assembly/optical_port.hpp"

#include <gtest/gtest.h>

#include "meter/fw/device/firmware.h"
#include "protocol/hdlc/scanner.hpp"
#include "tests/rigs/devices/meter_bench.hpp"
#include "tests/rigs/meter/meter_fixture.hpp"

namespace {

using kernel::kNsPerMinute;
using kernel::kNsPerMs;
using kernel::kNsPerSecond;
using Octets = std::vector<std::uint8_t>;

// Of the public client, to logical device 1.
const Octets kSnrm = {0x7E, 0xA0, 0x07, 0x03, 0x21, 0x93, 0x0F, 0x01, 0x7E};
const Octets kReceiveReady = {0x7E, 0xA0, 0x07, 0x03, 0x21, 0x11, 0x15, 0xA6, 0x7E};
constexpr std::uint8_t kUa = 0x73;
constexpr std::uint8_t kDm = 0x1F;

class OpticalPortTest : public testing::Test, private sim::run::OpticalPort::Events {
 protected:
  OpticalPortTest() {
    EXPECT_TRUE(bench_.node->provision(rigs::make_provision()));
    bench_.start();
    bench_.run_for(kNsPerMinute);
    EXPECT_TRUE(port_.begin(kHolder));
  }
  static device_test::MeterBenchOptions real_firmware() {
    device_test::MeterBenchOptions options;
    options.firmware = meter_ad11a_firmware();
    return options;
  }
  void say(protocol::Bytes octets) { port_.receive(kHolder, octets); }
  void wait(kernel::TimeNs span) { bench_.run_for(span); }
  // Control octets of the frames that came back since the last time.
  Octets heard() { return std::exchange(controls_, {}); }

  void on_frames(sim::run::OpticalPort::Holder holder, protocol::Bytes octets) override {
    EXPECT_EQ(holder, kHolder);
    protocol::hdlc::Scanner scanner(octets);
    while (scanner.next()) {
    }
    EXPECT_EQ(scanner.damaged(), 0u);
    controls_.push_back(octets[5]);
  }
  void on_sent_away(sim::run::OpticalPort::Holder) override { sent_away_ = true; }

  static constexpr sim::run::OpticalPort::Holder kHolder = 7;
  device_test::MeterBench bench_{real_firmware()};
  sim::run::OpticalPort port_{bench_.agenda, *bench_.node, 1, 1, *this};
  Octets controls_;
  bool sent_away_ = false;
};

TEST_F(OpticalPortTest, fault_29_an_unfinished_frame_is_dropped_after_the_inter_octet_timeout) {
  const protocol::Bytes half(kSnrm.data(), kSnrm.size() - 1);
  say(half);
  wait(11 * kNsPerSecond);
  EXPECT_EQ(heard(), Octets{});
  say(kReceiveReady);
  wait(200 * kNsPerMs);
  EXPECT_EQ(heard(), Octets{kDm}) << "the half SNRM opened nothing";
  for (std::size_t length = 1; length < kSnrm.size(); ++length) {
    say({kSnrm.data(), length});
    wait(7 * kNsPerSecond);
    EXPECT_EQ(heard(), Octets{}) << length;
    say(kSnrm);
    wait(200 * kNsPerMs);
    EXPECT_EQ(heard(), Octets{kUa}) << length;
  }
  EXPECT_FALSE(sent_away_);
}

TEST_F(OpticalPortTest, fault_29_a_frame_cut_anywhere_within_the_timeout_is_whole) {
  for (std::size_t first = 1; first < kSnrm.size(); ++first) {
    say({kSnrm.data(), first});
    wait(5 * kNsPerSecond);
    EXPECT_EQ(heard(), Octets{}) << first;
    say({kSnrm.data() + first, kSnrm.size() - first});
    wait(200 * kNsPerMs);
    EXPECT_EQ(heard(), Octets{kUa}) << first;
  }
  for (const std::uint8_t& octet : kSnrm) {
    say({&octet, 1});
    wait(kNsPerSecond);
  }
  EXPECT_EQ(heard(), Octets{kUa});
}

// The flag that ends a frame may open the next one, which comes later.
TEST_F(OpticalPortTest, fault_29_frames_may_share_a_flag) {
  say(kSnrm);
  wait(3 * kNsPerSecond);
  say({kSnrm.data() + 1, kSnrm.size() - 1});
  wait(200 * kNsPerMs);
  EXPECT_EQ(heard(), (Octets{kUa, kUa}));
}

// Within the time-out the two are one run of octets, in which the good frame is found.
TEST_F(OpticalPortTest, fault_29_a_whole_frame_behind_half_a_one_is_found) {
  say({kSnrm.data(), 5});
  wait(kNsPerSecond);
  say(kSnrm);
  wait(7 * kNsPerSecond);
  EXPECT_EQ(heard(), Octets{kUa});
}

TEST_F(OpticalPortTest, WhatIsNoFrameHoldsNobodyUp) {
  const Octets sign_on = {'/', '?', '!', '\r', '\n'};
  say(sign_on);
  wait(200 * kNsPerMs);
  say(kSnrm);
  wait(200 * kNsPerMs);
  EXPECT_EQ(heard(), Octets{kUa});
}

}  // namespace
