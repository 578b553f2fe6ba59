// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "tests/rigs/base_node/network.hpp"
#include "tests/rigs/base_node/scripted.hpp"

namespace {

using fake::ScriptedBase;
using rigs::Draws;
namespace prime = protocol::prime;
using prime::ControlType;

std::vector<std::uint8_t> frame_of(const ScriptedBase& t, const prime::Packet& packet) {
  std::vector<std::uint8_t> octets(600);
  protocol::Writer out(octets);
  EXPECT_TRUE(prime::encode_gpdu({.down = false, .level = 0}, packet, t.network, out));
  octets.resize(out.size());
  return octets;
}

// Every frame a service node may send, whole.
std::vector<std::vector<std::uint8_t>> specimens(const ScriptedBase& t, std::uint16_t lnid) {
  std::vector<std::vector<std::uint8_t>> frames;
  std::array<std::uint8_t, prime::kMaxControlPayload> octets;
  const auto control = [&](ControlType type, std::uint16_t from, const auto& message) {
    protocol::Writer out(octets);
    prime::encode(message, out);
    prime::Packet packet;
    packet.control = true;
    packet.lcid = static_cast<std::uint16_t>(type);
    packet.lnid = from;
    packet.payload = out.written();
    frames.push_back(frame_of(t, packet));
  };
  control(ControlType::reg, prime::kBroadcastLnid, t.reg(9));
  control(ControlType::reg, lnid, t.reg(1));
  prime::Reg leave = t.reg(1);
  leave.negative = true;
  control(ControlType::reg, lnid, leave);
  const std::uint8_t request[] = {3, '1', '2', '3'};
  control(ControlType::con, lnid, prime::Con{.lcid = 400, .data = request});
  control(ControlType::con, lnid, prime::Con{.close = true, .lcid = 256, .data = {}});
  control(ControlType::pro, lnid, prime::Pro{.long_form = true, .needed_by = t.eui(3)});
  control(ControlType::alv, lnid, prime::Alv{});
  control(ControlType::prm, lnid, prime::Prm{.snr_code = 7});
  control(ControlType::bsi, lnid, prime::Bsi{});
  prime::Packet data;
  data.lnid = lnid;
  data.lcid = 256;
  const std::uint8_t arq_sar_lpdu[] = {0x00, 0x40, 0x00, 0x90, 3, 1, 1, 2, 3, 4};
  data.payload = arq_sar_lpdu;
  frames.push_back(frame_of(t, data));
  std::array<std::uint8_t, prime::kPromotionNeededOctets> cry;
  protocol::Writer out(cry);
  EXPECT_TRUE(prime::encode(prime::PromotionNeeded{.sender = t.eui(5)}, out));
  frames.emplace_back(cry.begin(), cry.end());
  return frames;
}

struct Effect {
  std::uint32_t accepted = 0;
  std::uint32_t refused = 0;
};
Effect effect_of(const ScriptedBase& t) {
  const dcu::fw::Counters c = t.base.counters();
  Effect effect;
  for (const std::uint32_t n : c.received) effect.accepted += n;
  effect.refused = c.damaged + c.malformed + c.not_for_us;
  return effect;
}

// "A message with any octets wrong is counted and dropped."
TEST(Mutation, AFrameWithAnyOctetWrongIsCountedAndDropped) {
  const std::uint64_t seed = fake::test_seed(11);
  Draws random(seed);
  ScriptedBase t;
  const std::uint16_t lnid = t.register_meter(1);
  t.connect_meter(lnid, 256);
  for (const auto& whole : specimens(t, lnid)) {
    for (std::size_t at = 0; at < whole.size(); ++at) {
      for (int variant = 0; variant < 6; ++variant) {
        auto damaged = whole;
        damaged[at] ^= static_cast<std::uint8_t>(1 + random.below(255));
        if (variant > 2) damaged[random.below(static_cast<std::uint32_t>(at + 1))] ^= 0x55;
        if (damaged == whole) continue;
        const Effect before = effect_of(t);
        t.base.on_frame({damaged, prime::Scheme::dbpsk_f, 1000, t.modem.now});
        const Effect after = effect_of(t);
        // An 8-bit checksum is all a PNPDU has: it lets one of 256 through.
        if (whole.size() == prime::kPromotionNeededOctets && after.accepted > before.accepted) {
          ASSERT_GT(variant, 2) << "a single octet";
          continue;
        }
        ASSERT_EQ(after.accepted, before.accepted) << "octet " << at << " seed " << seed;
        ASSERT_EQ(after.refused, before.refused + 1) << "octet " << at << " seed " << seed;
      }
    }
  }
  EXPECT_TRUE(t.left.empty());
  EXPECT_TRUE(t.data.empty());
  EXPECT_EQ(t.base.registered(), 1u);
  EXPECT_EQ(t.view(1).state, dcu::fw::NodeState::terminal);
}

TEST(Mutation, CutAndLengthenedFramesAreDropped) {
  ScriptedBase t;
  const std::uint16_t lnid = t.register_meter(1);
  t.connect_meter(lnid, 256);
  for (const auto& whole : specimens(t, lnid)) {
    for (std::size_t length = 0; length < whole.size() + 20; ++length) {
      if (length == whole.size()) continue;
      auto cut = whole;
      cut.resize(length, 0xA5);
      const Effect before = effect_of(t);
      t.base.on_frame({cut, prime::Scheme::dbpsk_f, 1000, t.modem.now});
      const Effect after = effect_of(t);
      ASSERT_EQ(after.accepted, before.accepted) << "length " << length << " of " << whole.size();
      ASSERT_EQ(after.refused, before.refused + 1);
    }
  }
}

// Good checksums around nonsense: whatever it means, the base node stays whole.
TEST(Mutation, NonsenseWithGoodChecksumsNeitherCrashesNorLocksTheBaseNode) {
  const std::uint64_t seed = fake::test_seed(12);
  Draws random(seed);
  ScriptedBase t;
  const std::uint16_t lnid = t.register_meter(1);
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::uint8_t> payload(random.below(random.chance(100) ? 400 : 24));
    for (auto& octet : payload) octet = static_cast<std::uint8_t>(random.next());
    prime::Packet packet;
    packet.control = random.chance(800);
    packet.lcid =
        static_cast<std::uint16_t>(packet.control ? random.below(12) : 256 + random.below(3));
    packet.sid = random.chance(800) ? 0 : static_cast<std::uint8_t>(random.next());
    packet.lnid = random.chance(500)   ? lnid
                  : random.chance(500) ? prime::kBroadcastLnid
                                       : static_cast<std::uint16_t>(random.below(0x4000));
    packet.payload = payload;
    t.hear(packet);
    if (random.chance(100)) t.run_for(random.below(3'000'000));
  }
  t.run_for(3'600'000'000);  // all of them silent
  EXPECT_EQ(t.base.registered(), 0u) << "seed " << seed;
  t.modem.sent.clear();
  EXPECT_NE(t.register_meter(7), 0);
  EXPECT_EQ(t.base.registered(), 1u);
}

}  // namespace
