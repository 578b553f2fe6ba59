// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// From power on to the head-end, and back after losses.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "tests/rigs/cm1/world.hpp"

namespace cm1::fw::test {
namespace {

Octets notification(std::uint8_t kind, std::uint8_t number) {
  Octets apdu{0x0F, 0, 0, 0, number, 0x00, 0x02, 0x02, 0x11, kind, 0x09, 0x08};
  for (const std::uint8_t octet : kTitle) apdu.push_back(octet);
  return apdu;
}

class ConnectTest : public testing::Test {
 protected:
  void start() {
    world_.commission(world_.provision);
    world_.power_on();
  }
  void start_connected() {
    start();
    world_.run_for(60 * kSecond);
    ASSERT_TRUE(world_.module().uplink().connected());
  }
  World world_;
};

TEST_F(ConnectTest, AModuleNeverCommissionedStaysSilentAndShowsRed) {
  world_.power_on();
  world_.run_for(kHour);
  EXPECT_EQ(world_.led_now[CM1_LED_STATE], CM1_LED_RED);
  EXPECT_TRUE(world_.power_ons_us.empty());
  EXPECT_TRUE(world_.line_frames.empty());
}

TEST_F(ConnectTest, DialsAndAnnouncesTheMetersSystemTitleFirst) {
  start_connected();
  ASSERT_FALSE(world_.received.empty());
  EXPECT_EQ(world_.received[0].source, 1);
  EXPECT_EQ(world_.received[0].destination, 102);
  EXPECT_EQ(world_.received[0].apdu, notification(0, 1));
  EXPECT_EQ(world_.dials_us.size(), 1u);
  // The public association was released and its link closed.
  ASSERT_FALSE(world_.meter.closed.empty());
  EXPECT_EQ(world_.meter.closed[0].first, 16);
  EXPECT_EQ(world_.meter.closed[0].second, protocol::hdlc::LinkEnd::disconnected);
}

// Of each kind that a meter may send at any time: plain, event, sealed for somebody else.
const std::vector<Octets> kNotifications = {
    {0x0F, 0, 0, 0, 1, 0, 0x09, 2, 0x41, 0x42},
    {0xC2, 0, 0, 1, 0, 0, 1, 0, 0, 0xFF, 2, 0x11, 0},
    {0xDB, 0x08, 'A', 'M', 'I', 0, 0, 0, 0, 7, 0x06, 0x30, 0, 0, 0, 1, 0x55},
};

TEST_F(ConnectTest, fault_12_notifications_in_front_of_answers_hide_no_identity) {
  world_.meter.in_front = kNotifications;
  start_connected();
  ASSERT_FALSE(world_.received.empty());
  EXPECT_EQ(world_.received[0].apdu, notification(0, 1));
  ASSERT_FALSE(world_.meter.closed.empty());
  EXPECT_EQ(world_.meter.closed[0].second, protocol::hdlc::LinkEnd::disconnected);
}

TEST_F(ConnectTest, fault_12_a_meter_that_notifies_without_end_is_asked_again_later) {
  world_.meter.in_front.assign(200, kNotifications[0]);
  start();
  world_.run_for(600 * kSecond);
  EXPECT_TRUE(world_.dials_us.empty());
  EXPECT_LT(world_.meter.polls.size(), 2000u);
  world_.meter.in_front.clear();
  world_.run_for(400 * kSecond);
  ASSERT_FALSE(world_.received.empty());
  EXPECT_EQ(world_.received[0].apdu, notification(0, 1));
}

TEST_F(ConnectTest, DoesNotDialBeforeTheMeterHasSaidWhoItIs) {
  world_.meter.alive = false;
  start();
  world_.run_for(600 * kSecond);
  EXPECT_TRUE(world_.dials_us.empty());
  world_.meter.alive = true;
  world_.run_for(310 * kSecond);  // the identity is asked for at least every five minutes
  ASSERT_EQ(world_.received.size(), 1u);
  EXPECT_EQ(world_.received[0].apdu, notification(0, 1));
}

TEST_F(ConnectTest, PowerOnIsSpreadOverTheStreet) {
  std::vector<std::int64_t> starts_us;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    World world(seed * 7919);
    world.provision.start_delay_s = 300;
    world.commission(world.provision);
    world.power_on();
    world.run_for(301 * kSecond);
    ASSERT_EQ(world.power_ons_us.size(), 1u);
    starts_us.push_back(world.power_ons_us[0]);
  }
  std::sort(starts_us.begin(), starts_us.end());
  EXPECT_LT(starts_us.front(), 60 * kSecond);
  EXPECT_GT(starts_us.back(), 240 * kSecond);
  EXPECT_LE(starts_us.back(), 300 * kSecond);
}

TEST_F(ConnectTest, WithoutACellItTriesEverMoreSlowlyButNeverLessThanTheCap) {
  world_.cell = false;
  start();
  world_.run_for(12 * kHour);
  const std::vector<std::int64_t>& at = world_.connects_us;
  ASSERT_GT(at.size(), 20u);
  // A try lasts 30 s of search; the delay is drawn from the upper half of the doubled step.
  std::int64_t step_us = 15 * kSecond;
  for (std::size_t i = 1; i < std::min<std::size_t>(at.size(), 8); ++i) {
    const std::int64_t delay_us = at[i] - at[i - 1] - 30 * kSecond;
    EXPECT_GE(delay_us, step_us / 2) << i;
    EXPECT_LE(delay_us, step_us) << i;
    step_us = std::min(step_us * 2, 600 * kSecond);
  }
  for (std::size_t i = 8; i < at.size(); ++i) {
    const std::int64_t delay_us = at[i] - at[i - 1] - 30 * kSecond;
    EXPECT_GE(delay_us, 300 * kSecond);
    EXPECT_LE(delay_us, 600 * kSecond + 10 * kSecond);  // a restarted modem boots first
  }
  // One restart of the modem an hour at most.
  for (std::size_t i = 1; i < world_.power_ons_us.size(); ++i) {
    EXPECT_GE(world_.power_ons_us[i] - world_.power_ons_us[i - 1], kHour);
  }
  EXPECT_GE(world_.power_ons_us.size(), 3u);
}

TEST_F(ConnectTest, ModulesThatFailTogetherDoNotComeBackTogether) {
  std::vector<std::int64_t> seconds;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    World world(seed * 104729);
    world.commission(world.provision);
    world.power_on();
    world.run_for(60 * kSecond);
    world.cell = false;
    world.close_from_far_end(world.head_end_socket(), CM1_CLOSED_NETWORK);
    world.run_for(5 * 60 * kSecond);
    ASSERT_GE(world.dials_us.size(), 2u);
    seconds.push_back(world.dials_us[1] / kSecond);
  }
  std::sort(seconds.begin(), seconds.end());
  const auto different = std::unique(seconds.begin(), seconds.end()) - seconds.begin();
  EXPECT_GE(different, 4);
}

TEST_F(ConnectTest, RefusedDialsBackOffAndTheContextIsRenewedAfterFive) {
  world_.head_end_answers = false;
  start();
  world_.run_for(2 * kHour);
  const std::vector<std::int64_t>& at = world_.dials_us;
  ASSERT_GT(at.size(), 8u);
  std::int64_t step_us = 10 * kSecond;
  for (std::size_t i = 1; i < 5; ++i) {
    EXPECT_GE(at[i] - at[i - 1], step_us / 2);
    EXPECT_LE(at[i] - at[i - 1], step_us + kSecond);
    step_us *= 2;
  }
  EXPECT_GE(world_.connects_us.size(), 2u);
  EXPECT_GT(world_.connects_us[1], at[4]);
  EXPECT_LT(world_.connects_us[1], at[5]);
  world_.head_end_answers = true;
  world_.run_for(700 * kSecond);
  EXPECT_TRUE(world_.module().uplink().connected());
}

TEST_F(ConnectTest, ReconnectsAndAnnouncesAgainAfterTheHeadEndHungUp) {
  start_connected();
  world_.close_from_far_end(world_.head_end_socket());
  EXPECT_FALSE(world_.module().uplink().connected());
  world_.run_for(15 * kSecond);
  ASSERT_EQ(world_.received.size(), 2u);
  EXPECT_EQ(world_.received[1].apdu, notification(0, 2));
}

TEST_F(ConnectTest, HeartbeatAfterSilenceOnly) {
  start_connected();
  const std::size_t before = world_.received.size();
  world_.run_for(599 * kSecond - 60 * kSecond);
  EXPECT_EQ(world_.received.size(), before);
  world_.run_for(120 * kSecond);
  ASSERT_EQ(world_.received.size(), before + 1);
  EXPECT_EQ(world_.received.back().apdu, notification(1, 2));
  // Traffic in either direction puts it off.
  for (int i = 0; i < 10; ++i) {
    world_.deliver_message(world_.head_end_socket(), 1, 1, {0xC0, 0x01});
    world_.run_for(300 * kSecond);
  }
  EXPECT_EQ(world_.module().uplink().counters().heartbeats, 1u);
}

TEST_F(ConnectTest, AConnectionThatAcknowledgesNothingIsGivenUp) {
  start_connected();
  world_.acknowledges = false;
  world_.run_for(600 * kSecond);  // the heartbeat goes out and nothing comes back
  world_.run_for(150 * kSecond);
  EXPECT_EQ(world_.dials_us.size(), 1u);
  world_.run_for(100 * kSecond);
  EXPECT_EQ(world_.dials_us.size(), 2u);
}

TEST_F(ConnectTest, LedsFollowModemAndSignal) {
  world_.rssi = 99;
  start();
  EXPECT_EQ(world_.led_now[CM1_LED_STATE], CM1_LED_YELLOW);
  world_.head_end_answers = false;
  world_.run_for(20 * kSecond);
  EXPECT_EQ(world_.led_now[CM1_LED_STATE], CM1_LED_BLUE);
  EXPECT_EQ(world_.led_now[CM1_LED_SIGNAL], CM1_LED_OFF);
  world_.head_end_answers = true;
  world_.run_for(30 * kSecond);
  EXPECT_EQ(world_.led_now[CM1_LED_STATE], CM1_LED_GREEN);
  const std::pair<int, cm1_colour> levels[] = {
      {0, CM1_LED_RED},    {8, CM1_LED_RED},    {9, CM1_LED_YELLOW}, {14, CM1_LED_YELLOW},
      {15, CM1_LED_GREEN}, {31, CM1_LED_GREEN}, {99, CM1_LED_OFF}};
  for (const auto& [rssi, colour] : levels) {
    world_.rssi = static_cast<std::uint8_t>(rssi);
    world_.run_for(901 * kSecond);  // looked at whenever the module wakes
    EXPECT_EQ(world_.led_now[CM1_LED_SIGNAL], colour) << "rssi " << rssi;
  }
}

TEST_F(ConnectTest, SleepsBetweenItsDeadlines) {
  start_connected();
  world_.meter.polls.clear();
  const std::size_t frames = world_.line_frames.size();
  world_.run_for(24 * kHour);
  EXPECT_EQ(world_.meter.polls.size(), 96u);
  // A poll and its RR; now and then the link is opened anew. Nothing else moves on the line.
  EXPECT_LE(world_.line_frames.size() - frames, 3u * 96u);
}

}  // namespace
}  // namespace cm1::fw::test
