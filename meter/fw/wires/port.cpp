// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/wires/port.hpp"

#include <algorithm>
#include <utility>

#include "protocol/hdlc/scanner.hpp"

namespace meter::fw {
namespace {

// The communication module polls for pushes all day long and rests when its network does.
constexpr std::int64_t kPushInactivity_us = 900'000'000;

protocol::hdlc::SecondaryConfig link_config() {
  protocol::hdlc::SecondaryConfig config;  // 512 octets, window 1, 120 s
  config.logical_device = protocol::dlms::kManagementDevice;
  config.patient_client_sap = protocol::dlms::kPushClient;
  config.patient_inactivity_us = kPushInactivity_us;
  return config;
}

}  // namespace

Port::Port(meter_uart uart, Core& core, CosemServer& server, HalCrypto& crypto, Push& push,
           Alarms& alarms, protocol::dlms::JoinBuffer& join)
    : uart_(uart),
      core_(core),
      server_(server),
      crypto_(crypto),
      push_(push),
      alarms_(alarms),
      associations_({kPublic, kManagement, kReading, kPush}, kMaxPdu_octets, server, crypto, join),
      secondary_(link_config(), links_, *this) {}

void Port::on_bytes(Bytes octets) {
  core_.hal.work(METER_WORK_FRAME, octets.size());
  if (uart_ == METER_UART_OPTICAL && core_.passing.port_output.repeats != 0 &&
      protocol::hdlc::Scanner(octets).next()) {
    core_.passing.port_output.wanted = 0;  // somebody is there to talk
    core_.turn_port();
  }
  secondary_.on_bytes(core_.hal.uptime_us(), octets);
}

void Port::on_time() { secondary_.on_time(core_.hal.uptime_us()); }

bool Port::is_in_use() const {
  return std::any_of(kClientRoles.begin(), kClientRoles.end(),
                     [this](const auto& role) { return secondary_.is_open(role.sap); });
}

void Port::send_frame(Bytes frame) {
  core_.hal.work(METER_WORK_FRAME, frame.size());
  core_.hal.uart_send(uart_, frame);  // a full queue drops it; the client asks again
}

// One pool buffer serves an exchange: the answer in front, scratch for deciphering (or for the rows
// of a push) behind it.
static_assert(METER_BUFFER_BYTES >= protocol::hdlc::kLlcOctets + Associations::kRoomOctets);

void Port::on_request(std::uint16_t client_sap, Bytes apdu, protocol::Writer& reply) {
  if (client_sap == protocol::dlms::kPushClient) pushing_ = OnLine::nothing;
  reply.commit(associations_.serve(client_sap, apdu, reply.free()));
}

void Port::on_poll(std::uint16_t client_sap, protocol::Writer& push) {
  if (uart_ != METER_UART_RS485 || client_sap != protocol::dlms::kPushClient) return;
  const MutableBytes room = push.free();
  protocol::Writer apdu{room.first(kMaxAnswer_octets)};
  pushing_ = OnLine::alarm;
  // Over the power line it is the concentrator that is told.
  if (!core_.power_line) alarms_.write(core_, server_, crypto_, kPush, apdu);
  if (apdu.size() == 0) {
    pushing_ = OnLine::rows;
    push_.write(core_, server_, crypto_, room.subspan(kMaxAnswer_octets), apdu);
  }
  if (apdu.size() == 0) pushing_ = OnLine::nothing;
  push.commit(apdu.size());
}

void Port::on_delivered(std::uint16_t client_sap) {
  if (client_sap != protocol::dlms::kPushClient) return;
  if (pushing_ == OnLine::rows) push_.on_delivered(core_);
  if (pushing_ == OnLine::alarm) alarms_.acknowledge(core_);
  pushing_ = OnLine::nothing;
}

bool Port::knows(std::uint16_t client_sap) { return associations_.knows(client_sap); }

void Port::on_opened(std::uint16_t client_sap) {
  associations_.reset(client_sap);
  if (uart_ == METER_UART_OPTICAL) note_opened();
}

void Port::note_opened() {
  constexpr std::uint32_t kQuiet_s = 60;
  const auto now_s = static_cast<std::uint32_t>(core_.hal.uptime_us() / 1'000'000);
  if (session_noted_ || now_s < quiet_until_s_) return;
  quiet_until_s_ = now_s + kQuiet_s;
  session_noted_ = true;
  core_.note(EventCode::local_communication_begins);
}

void Port::on_closed(std::uint16_t client_sap, protocol::hdlc::LinkEnd) {
  associations_.reset(client_sap);
  if (client_sap == protocol::dlms::kPushClient) pushing_ = OnLine::nothing;
  if (!std::exchange(session_noted_, false)) return;
  core_.note(EventCode::local_communication_ends);
}

}  // namespace meter::fw
