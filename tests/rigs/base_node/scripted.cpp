// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/rigs/base_node/scripted.hpp"

#include <algorithm>

namespace fake {

using dcu::fw::Address;
using prime::ControlType;

bool ScriptedModem::send(protocol::Bytes mpdu, prime::Scheme scheme, unsigned) {
  EXPECT_GE(now, sending_until);
  sending_until = now + prime::airtime_us(mpdu.size(), scheme);
  const auto gpdu = prime::decode_gpdu(mpdu, prime::NetworkSeed{ScriptedBase::kBase});
  EXPECT_TRUE(gpdu.ok() && gpdu->header.down && gpdu->header.level == 0);
  protocol::Bytes rest = gpdu->packets;
  const auto packet = prime::take_packet(rest);
  EXPECT_TRUE(packet.ok());
  sent.push_back({now, *packet, {packet->payload.begin(), packet->payload.end()}, scheme});
  return true;
}

bool ScriptedModem::frame_time(prime::FrameTime& out) {
  if (!beaconing) return false;
  const std::int64_t frame = (now - plan.epoch_us) / prime::kFrameUs;
  out.start_us = plan.epoch_us + frame * prime::kFrameUs;
  out.sequence = static_cast<unsigned>(frame % prime::kSuperframe);
  return true;
}

void ScriptedModem::set_beacon(const prime::BeaconPlan* wanted) {
  beaconing = wanted != nullptr;
  if (beaconing) plan = *wanted;
}

namespace {

dcu::fw::Config with_eui(dcu::fw::Config config) {
  config.eui48 = ScriptedBase::kBase;
  return config;
}

}  // namespace

ScriptedBase::ScriptedBase(dcu::fw::Config config)
    : base(with_eui(config), storage->memory(), modem, *this) {
  base.start();
  run_for(config.quiet_frames * prime::kFrameUs + 1);
}

void ScriptedBase::run_for(std::int64_t duration_us) {
  const std::int64_t until = modem.now + duration_us;
  for (int rounds = 0; base.deadline_us() <= until; ++rounds) {
    ASSERT_LT(rounds, 1'000'000) << "a deadline that does not move";
    modem.now = std::max(modem.now, base.deadline_us());
    base.on_time();
  }
  modem.now = until;
}

void ScriptedBase::hear(const prime::Packet& packet, std::uint8_t level, prime::Scheme scheme,
                        std::int32_t snr_cdb) {
  std::array<std::uint8_t, 600> octets;
  protocol::Writer out(octets);
  ASSERT_TRUE(prime::encode_gpdu({.down = false, .level = level}, packet, network, out));
  base.on_frame({out.written(), scheme, snr_cdb, modem.now});
}

std::vector<Down> ScriptedBase::said(std::optional<ControlType> type) {
  std::vector<Down> chosen;
  for (Down& down : modem.sent) {
    const bool fits =
        type ? down.packet.control && down.packet.lcid == static_cast<std::uint16_t>(*type)
             : !down.packet.control;
    if (!fits) continue;
    chosen.push_back(down);
    chosen.back().packet.payload = {};
  }
  for (Down& down : chosen) down.packet.payload = down.payload;
  modem.sent.clear();
  return chosen;
}

prime::Eui48 ScriptedBase::eui(unsigned number) {
  return {
      2, 0x41, 0x4D, 0, static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
}

prime::Reg ScriptedBase::reg(unsigned number) {
  prime::Reg reg;
  reg.capabilities = prime::kCanSwitch | prime::kCanArq;
  reg.eui48 = eui(number);
  return reg;
}

std::uint16_t ScriptedBase::register_meter(unsigned number, std::uint8_t sid) {
  hear_control(ControlType::reg, sid, prime::kBroadcastLnid, reg(number));
  run_for(1'000'000);
  const auto answers = said(ControlType::reg);
  EXPECT_EQ(answers.size(), 1u);
  if (answers.size() != 1) return 0;
  const auto response = prime::decode_reg(answers[0].payload);
  EXPECT_TRUE(response.ok() && !response->negative && response->eui48 == eui(number));
  const std::uint16_t lnid = answers[0].packet.lnid;
  hear_control(ControlType::reg, sid, lnid, reg(number));  // REG_ACK
  return lnid;
}

void ScriptedBase::hear_con(std::uint16_t lnid, std::uint16_t lcid, std::uint8_t sid,
                            prime::ConnectionType type) {
  std::array<std::uint8_t, 20> octets;
  protocol::Writer out(octets);
  const std::uint8_t serial[] = {'1', '9', '1', '2', '3', '4', '5', '6', '7', '8'};
  prime::encode_establish_request(serial, out);
  prime::Con con;
  con.lcid = lcid;
  con.type = type;
  con.data = out.written();
  hear_control(ControlType::con, sid, lnid, con);
}

Address ScriptedBase::connect_meter(std::uint16_t lnid, std::uint16_t lcid, std::uint8_t sid) {
  hear_con(lnid, lcid, sid);
  run_for(1'000'000);
  const auto answers = said(ControlType::con);
  EXPECT_EQ(answers.size(), 1u);
  if (answers.size() != 1) return dcu::fw::kNoAddress;
  const auto con = prime::decode_con(answers[0].payload);
  EXPECT_TRUE(con.ok() && !con->close && con->lcid == lcid);
  const auto address = prime::decode_establish_response(con->data);
  EXPECT_TRUE(address.ok());
  return *address;
}

std::uint8_t ScriptedBase::promote_meter(std::uint16_t lnid, unsigned needing) {
  prime::Pro request;
  request.long_form = true;
  request.needed_by = eui(needing);
  request.quality = 5;
  hear_control(ControlType::pro, 0, lnid, request);
  run_for(8'000'000);
  auto answers = said(ControlType::pro);
  EXPECT_EQ(answers.size(), 1u);
  if (answers.size() != 1) return prime::kNoSid;
  const auto promotion = prime::decode_pro(answers[0].payload);
  EXPECT_TRUE(promotion.ok() && !promotion->negative);
  prime::Pro ack;
  ack.nsid = promotion->nsid;
  hear_control(ControlType::pro, 0, lnid, ack);
  run_for(10'000'000);
  answers = said(ControlType::bsi);
  EXPECT_FALSE(answers.empty());
  if (answers.empty()) return prime::kNoSid;
  const auto slot = prime::decode_bsi(answers[0].payload);
  EXPECT_TRUE(slot.ok());
  hear_control(ControlType::bsi, 0, lnid, *slot);
  return promotion->nsid;
}

dcu::fw::NodeView ScriptedBase::view(unsigned number) {
  dcu::fw::NodeView view;
  base.find(eui(number), view);
  return view;
}

void ScriptedBase::on_joined(Address address, const prime::Eui48& eui48, protocol::Bytes) {
  joined.emplace_back(address, eui48);
}
void ScriptedBase::on_left(Address address, const prime::Eui48& eui48, dcu::fw::LeaveReason why) {
  left.push_back({address, eui48, why});
}
void ScriptedBase::on_data(Address, std::uint8_t, std::uint8_t, protocol::Bytes lsdu) {
  data.emplace_back(lsdu.begin(), lsdu.end());
}
void ScriptedBase::on_sent(dcu::fw::SendHandle handle, bool ok) {
  outcomes.emplace_back(handle, ok);
}

}  // namespace fake
