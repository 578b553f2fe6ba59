// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "protocol/prime/pib.hpp"
#include "tests/rigs/base_node/scripted.hpp"

namespace {

using namespace dcu::fw;
using fake::Down;
using fake::kSecond;
using fake::ScriptedBase;
namespace prime = protocol::prime;
using prime::ControlType;

TEST(Forget, TheNodeIsUnregisteredAndItsPlaceEmpty) {
  ScriptedBase t;
  const std::uint16_t lnid = t.register_meter(1);
  t.connect_meter(lnid, 256);
  EXPECT_FALSE(t.base.forget(t.eui(2)));
  EXPECT_TRUE(t.base.forget(t.eui(1)));
  ASSERT_EQ(t.left.size(), 1u);
  EXPECT_EQ(t.left[0].why, LeaveReason::forgotten);
  t.run_for(kSecond);
  const auto said = t.said(ControlType::reg);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0].packet.lnid, lnid);
  EXPECT_EQ(prime::decode_reg(said[0].payload)->eui48, t.eui(1));
  NodeView view;
  EXPECT_FALSE(t.base.find(t.eui(1), view));
}

TEST(Stop, EveryConnectionIsToldAndNothingIsSentAnyMore) {
  ScriptedBase t;
  t.connect_meter(t.register_meter(1), 256);
  t.connect_meter(t.register_meter(2), 256);
  t.base.stop();
  ASSERT_EQ(t.left.size(), 2u);
  EXPECT_EQ(t.left[0].why, LeaveReason::stopped);
  EXPECT_FALSE(t.modem.beaconing);
  EXPECT_EQ(t.base.deadline_us(), kNoDeadline);
  t.base.start();
  t.run_for(10 * kSecond);
  EXPECT_TRUE(t.modem.beaconing);
}

TEST(Start, NoBeaconBeforeThoseOfThePastMustBeMissed) {
  ScriptedBase t(Config{.quiet_frames = 0});
  t.base.stop();
  Config quiet;
  ScriptedBase q(quiet);
  EXPECT_TRUE(q.modem.beaconing);
  EXPECT_GT(q.modem.plan.epoch_us, 1'000'000 + prime::kMissedBeacons * prime::kFrameUs);
}

// An owner that answers every call with calls of its own.
class Busybody final : public ScriptedBase {
 public:
  void on_joined(Address address, const prime::Eui48& eui48, protocol::Bytes id) override {
    ScriptedBase::on_joined(address, eui48, id);
    handles.push_back(base.send(address, 1, 3, std::vector<std::uint8_t>(20, 1)));
    handles.push_back(base.send(address, 1, 3, std::vector<std::uint8_t>(900, 2), Priority::high));
    base.broadcast(1, 3, std::vector<std::uint8_t>(5, 3));
  }
  void on_left(Address address, const prime::Eui48& eui48, LeaveReason why) override {
    ScriptedBase::on_left(address, eui48, why);
    EXPECT_EQ(base.send(address, 1, 3, {}), kNotSent) << "nobody there";
    base.forget(eui48);
  }
  void on_data(Address address, std::uint8_t s_lsap, std::uint8_t d_lsap,
               protocol::Bytes lsdu) override {
    ScriptedBase::on_data(address, s_lsap, d_lsap, lsdu);
    handles.push_back(base.send(address, 1, 3, lsdu));
    if (forget_at_data) base.forget(joined.back().second);
  }
  void on_sent(SendHandle handle, bool ok) override {
    ScriptedBase::on_sent(handle, ok);
    if (!joined.empty()) handles.push_back(base.send(joined.back().first, 1, 3, {}));
  }
  std::vector<SendHandle> handles;
  bool forget_at_data = false;
};

TEST(Owner, MayCallBackFromInsideEveryCall) {
  for (const bool forget : {false, true}) {
    Busybody t;
    t.forget_at_data = forget;
    const std::uint16_t lnid = t.register_meter(1);
    t.connect_meter(lnid, 256);
    prime::Packet up;
    up.lnid = lnid;
    up.lcid = 256;
    std::array<std::uint8_t, 64> octets;
    protocol::Writer out(octets);
    prime::encode(prime::ArqHeader{}, out);
    out.u8(prime::encode(prime::SarHeader{}));
    ASSERT_TRUE(prime::encode(prime::Lpdu{3, 1, {}}, out));
    up.payload = out.written();
    t.hear(up);
    EXPECT_EQ(t.data.size(), 1u);
    EXPECT_EQ(t.left.size(), forget ? 1u : 0u);
    t.run_for(300 * kSecond);  // nothing is acknowledged
    ASSERT_EQ(t.left.size(), 1u);
    EXPECT_EQ(t.left[0].why, forget ? LeaveReason::forgotten : LeaveReason::undeliverable);
    EXPECT_EQ(t.base.registered(), 0u);
    // Every handle has one outcome.
    std::erase(t.handles, kNotSent);
    std::vector<SendHandle> told;
    for (const auto& [handle, ok] : t.outcomes) told.push_back(handle);
    EXPECT_THAT(told, testing::UnorderedElementsAreArray(t.handles));
  }
}

}  // namespace
