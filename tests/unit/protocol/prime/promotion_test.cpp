// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// When a terminal asks to become a switch, and when it keeps silent.
#include "tests/rigs/prime/rig.hpp"

namespace protocol::prime {
namespace {

using namespace test;

// How long it keeps silent while a node in need cries every two seconds; 0: longer than an hour.
std::int64_t silence_s(Rig& rig) {
  for (std::int64_t s = 0; s < 3'600; s += 2) {
    rig.arrives(promotion_needed(), 2'000);
    rig.run_for(2 * kSecond);
    if (!rig.sent(ControlType::pro).empty()) return s;
    // The base node has not forgotten it.
    if (s % 600 == 0) rig.down(ControlType::alv, kLnid, Alv{0, 1, 5, kNoSid});
  }
  return 0;
}

TEST(Promotion, EachRefusalDoublesTheRest) {
  Rig rig;
  rig.connect();
  Pro reject;
  reject.negative = true;
  ASSERT_LE(silence_s(rig), 10);
  for (const std::int64_t rest_s : {60, 120, 240, 480, 960, 960}) {
    ASSERT_TRUE(rig.down(ControlType::pro, kLnid, reject));
    const std::int64_t silent_s = silence_s(rig);
    EXPECT_GE(silent_s, rest_s - 4);
    EXPECT_LE(silent_s, rest_s + 4);
  }
  // Chosen at last, and a terminal again: the count begins anew.
  Pro pro;
  pro.time_code = 5;
  pro.nsid = kLsid;
  ASSERT_TRUE(rig.down(ControlType::pro, kLnid, pro));
  pro.negative = true;
  ASSERT_TRUE(rig.down(ControlType::pro, kLnid, pro));
  rig.run_for(60 * kSecond);
  static_cast<void>(rig.sent());
  ASSERT_LE(silence_s(rig), 10);
  ASSERT_TRUE(rig.down(ControlType::pro, kLnid, reject));
  EXPECT_LE(silence_s(rig), 64);
}

Octets request_of(const Eui48& needed_by, std::uint8_t level, std::uint8_t sid) {
  Pro request;
  request.long_form = true;
  request.nsid = kNoSid;
  request.needed_by = needed_by;
  return control(false, level, ControlType::pro, sid, 99, request);
}

TEST(Promotion, AnotherTerminalsRequestForTheSameNodeIsEnough) {
  for (const std::uint8_t level : {0, 1, 3}) {  // beside us, or on its way through switches
    Rig rig;
    rig.connect();
    static_cast<void>(rig.sent());
    ASSERT_TRUE(rig.arrives(request_of(kNewcomer, level, level == 0 ? kBaseSid : 9)));
    for (int s = 0; s < 29; ++s) {
      rig.arrives(promotion_needed(), 2'000);
      rig.run_for(kSecond);
    }
    EXPECT_TRUE(rig.sent(ControlType::pro).empty());
    // It still cries: that request led to nothing.
    for (int s = 0; s < 6; ++s) {
      rig.arrives(promotion_needed(), 2'000);
      rig.run_for(kSecond);
    }
    EXPECT_EQ(rig.sent(ControlType::pro).size(), 1u);
  }
}

TEST(Promotion, WhatOthersSayOfOtherNodesChangesNothing) {
  Rig rig;
  rig.connect();
  static_cast<void>(rig.sent());
  rig.arrives(request_of(kOtherSna, 0, kBaseSid));
  Pro acknowledged;  // PRO_ACK of another
  acknowledged.nsid = 9;
  rig.arrives(control(false, 0, ControlType::pro, kBaseSid, 99, acknowledged));
  for (int i = 0; i < 4; ++i) {
    rig.arrives(promotion_needed(), 2'000);
    rig.run_for(kSecond);
  }
  EXPECT_EQ(rig.sent(ControlType::pro).size(), 1u);
}

TEST(Promotion, FourRequestsOfOthersAreRemembered) {
  Rig rig;
  rig.connect();
  static_cast<void>(rig.sent());
  rig.arrives(request_of(kNewcomer, 0, kBaseSid));
  Eui48 other = kNewcomer;
  const auto cries = [&] {
    for (int i = 0; i < 4; ++i) rig.arrives(promotion_needed(), 2'000);
    rig.run_for(kSecond);
    return !rig.sent(ControlType::pro).empty();
  };
  for (std::uint8_t i = 0; i < 3; ++i) {
    other[5] = static_cast<std::uint8_t>(100 + i);
    for (int twice = 0; twice < 2; ++twice) rig.arrives(request_of(other, 0, kBaseSid));
  }
  EXPECT_FALSE(cries());
  other[5] = 103;
  rig.arrives(request_of(other, 0, kBaseSid));
  EXPECT_TRUE(cries());
}

}  // namespace
}  // namespace protocol::prime
