// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/rigs/prime/rig.hpp"

namespace protocol::prime::test {

Octets segment_octets(const Octets& sdu, unsigned index) {
  const Segment segment = segment_of(sdu, index);
  Octets octets(kSarOctets + segment.data.size());
  octets[0] = encode(segment.header);
  std::copy(segment.data.begin(), segment.data.end(), octets.begin() + kSarOctets);
  return octets;
}

Rig::Rig(std::uint64_t seed, std::size_t n_buffers)
    : draws(seed),
      memory(n_buffers, Octets(2'048)),
      node({kNode, Bytes(reinterpret_cast<const std::uint8_t*>(kSerial), 10)}, modem, *this) {
  base.sna = kSna;
  for (Octets& buffer : memory) free.push_back(buffer);
}

MutableBytes Rig::take_buffer() {
  if (free.empty()) return {};
  const MutableBytes buffer = free.back();
  free.pop_back();
  return buffer;
}

void Rig::give_buffer(MutableBytes buffer) {
  EXPECT_EQ(buffer.size(), 2'048u);
  for (const MutableBytes& other : free) EXPECT_NE(other.data(), buffer.data()) << "given twice";
  free.push_back(buffer);
}

void Rig::on_data(std::uint8_t d_lsap, std::uint8_t s_lsap, Bytes lsdu, bool broadcast) {
  received.push_back({d_lsap, s_lsap, copy(lsdu), broadcast});
}

void Rig::run_until(std::int64_t at_us) {
  int calls = 0;
  while (node.deadline_us() <= at_us) {
    modem.now = std::max(modem.now, node.deadline_us());
    node.on_time();
    ASSERT_LT(++calls, 100'000) << "it spins";
  }
  modem.now = std::max(modem.now, at_us);
}

bool Rig::arrives(const Octets& mpdu, std::int32_t snr_cdb, Scheme scheme) {
  if (!modem.passes(mpdu)) return false;
  ReceivedFrame frame;
  frame.mpdu = mpdu;
  frame.scheme = scheme;
  frame.snr_cdb = snr_cdb;
  frame.start_us = modem.now - airtime_us(mpdu.size(), scheme);
  node.on_frame(frame);
  return true;
}

bool Rig::data(const Octets& payload, Scheme scheme) {
  Packet packet;
  packet.lcid = lcid;
  packet.sid = kBaseSid;
  packet.lnid = kLnid;
  packet.payload = payload;
  return arrives(gpdu({true, 0}, packet), 2'000, scheme);
}

bool Rig::broadcast(const Octets& payload, std::uint8_t level) {
  Packet packet;
  packet.lcid = k432BroadcastLcid;
  packet.payload = payload;
  return arrives(gpdu({true, level}, packet));
}

void Rig::beacon_heard(const Beacon& beacon, std::int32_t snr_cdb, std::uint32_t received_beacons,
                       std::uint32_t missed) {
  HeardBeacon heard;
  heard.mpdu = encode(beacon);
  heard.snr_cdb = snr_cdb;
  heard.start_us = modem.now;
  heard.received = received_beacons;
  heard.missed = missed;
  modem.beacons.push_back(heard);
  node.on_beacon(heard);
}

std::vector<SentPacket> Rig::sent() {
  std::vector<SentPacket> packets;
  for (; looked_at_ < modem.sent.size(); ++looked_at_) {
    const FakeModem::SentFrame& frame = modem.sent[looked_at_];
    if (*kind_of(frame.mpdu) == MpduKind::promotion_needed) {
      EXPECT_EQ(decode_promotion_needed(frame.mpdu)->sender, kNode);
      ++pnpdus;
      continue;
    }
    const Result<Gpdu> gpdu = decode_gpdu(frame.mpdu, NetworkSeed(kSna));
    EXPECT_TRUE(gpdu.ok());
    if (!gpdu) continue;
    Bytes rest = gpdu->packets;
    const Result<Packet> packet = take_packet(rest);
    packets.push_back({frame.at_us, gpdu->header, *packet, copy(packet->payload), frame.scheme});
    packets.back().packet.payload = {};
  }
  return packets;
}

std::vector<SentPacket> Rig::sent(ControlType type) {
  std::vector<SentPacket> packets = sent();
  std::erase_if(packets, [&](const SentPacket& one) {
    return !one.packet.control || one.packet.lcid != static_cast<unsigned>(type);
  });
  return packets;
}

void Rig::register_at_base() {
  node.start();
  beacon_heard(base);
  run_for(33 * kSecond);
  ASSERT_EQ(sent(ControlType::reg).size(), 1u);
  Reg reg;
  reg.time_code = 5;  // 1024 s
  reg.eui48 = kNode;
  ASSERT_TRUE(down(ControlType::reg, kLnid, reg));
  run_for(kSecond);
  ASSERT_EQ(node.state(), NodeState::terminal);
}

void Rig::connect() {
  register_at_base();
  if (testing::Test::HasFatalFailure()) return;
  run_for(5 * kSecond);
  const std::vector<SentPacket> requests = sent(ControlType::con);
  ASSERT_EQ(requests.size(), 1u);
  const Result<Con> request = decode_con(requests[0].payload);
  ASSERT_TRUE(request.ok());
  lcid = request->lcid;
  Octets address(2);
  Writer out(address);
  encode_establish_response(kAddress, out);
  Con answer = *request;
  answer.data = address;
  ASSERT_TRUE(down(ControlType::con, kLnid, answer));
  ASSERT_TRUE(node.connected());
}

void Rig::promote(std::uint8_t lsid) {
  connect();
  if (testing::Test::HasFatalFailure()) return;
  Pro pro;
  pro.time_code = 5;
  pro.nsid = lsid;
  ASSERT_TRUE(down(ControlType::pro, kLnid, pro));
  base.beacon_slots = 2;
  HeardBeacon changed;
  changed.mpdu = encode(base);
  node.on_beacon(changed);
  ASSERT_TRUE(down(ControlType::bsi, kLnid, Bsi{1, 1, 3}));
  run_for(kSecond);
  ASSERT_EQ(node.state(), NodeState::switching);
  static_cast<void>(sent());
}

}  // namespace protocol::prime::test
