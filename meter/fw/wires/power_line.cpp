// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/wires/power_line.hpp"

#include <algorithm>

namespace meter::fw {
namespace {

constexpr std::uint16_t kMaxLsdu_octets = protocol::prime::kMaxLsduOctets;
static_assert(kMaxAnswer_octets <= kMaxLsdu_octets);
static_assert(METER_BUFFER_BYTES >= Associations::kRoomOctets);

// The MAC's queue was full or the buffers were out: tried again after this.
constexpr std::int64_t kRetry_us = 100'000;
constexpr std::uint32_t kAnswerCookie = 0;
constexpr std::uint32_t kAlarmCookie = 1;

prime::ServiceNodeConfig node_config(const meter_provision& identity) {
  prime::ServiceNodeConfig config;
  std::copy(std::begin(identity.plc_eui48), std::end(identity.plc_eui48), config.eui48.begin());
  const auto* const end = std::find(std::begin(identity.serial), std::end(identity.serial), '\0');
  config.device_id = {reinterpret_cast<const std::uint8_t*>(identity.serial),
                      static_cast<std::size_t>(end - identity.serial)};
  return config;
}

}  // namespace

PowerLine::PowerLine(Core& core, CosemServer& server, HalCrypto& crypto, Alarms& alarms,
                     protocol::dlms::JoinBuffer& join)
    : core_(core),
      server_(server),
      crypto_(crypto),
      modem_(core.hal),
      associations_({kPublic, kManagement, kReading, kConcentrator}, kMaxLsdu_octets, server,
                    crypto, join),
      alarms_(alarms),
      node_(node_config(core.identity), modem_, *this) {}

void PowerLine::on_frame(const meter_plc_frame& frame) {
  protocol::prime::ReceivedFrame received;
  if (received_frame_of(frame, received)) node_.on_frame(received);
}

void PowerLine::on_beacon(const meter_plc_beacon* beacon) {
  if (beacon == nullptr) {
    node_.on_beacon_lost();
  } else {
    node_.on_beacon(heard_beacon_of(*beacon));
  }
}

void PowerLine::on_time() {
  const std::int64_t now_us = core_.hal.uptime_us();
  if (node_.deadline_us() <= now_us) node_.on_time();
  hand_over(now_us);
}

std::int64_t PowerLine::deadline_us() const {
  const std::int64_t due_us = n_outgoing_ > 0 ? outgoing_[0].due_us : kNever;
  return std::min(due_us, node_.deadline_us());
}

std::uint32_t PowerLine::random() {
  std::array<std::uint8_t, 4> octets;
  crypto_.random(octets);
  return static_cast<std::uint32_t>(octets[0]) << 24 | static_cast<std::uint32_t>(octets[1]) << 16 |
         static_cast<std::uint32_t>(octets[2]) << 8 | octets[3];
}

void PowerLine::on_connected(std::uint16_t) { associations_.reset(); }

void PowerLine::on_disconnected() {
  for (std::size_t k = 0; k < n_outgoing_; ++k) give_buffer(outgoing_[k].buffer);
  n_outgoing_ = 0;
  reporting_ = false;
  associations_.reset();
}

void PowerLine::on_data(std::uint8_t d_lsap, std::uint8_t s_lsap, Bytes lsdu, bool broadcast) {
  core_.hal.work(METER_WORK_FRAME, lsdu.size());
  if (broadcast || d_lsap != protocol::dlms::kManagementDevice || !associations_.knows(s_lsap)) {
    ++counters_.not_served;
    return;
  }
  const MutableBytes room = n_outgoing_ < kMaxOutgoing ? take_buffer() : MutableBytes{};
  if (room.empty()) {
    ++counters_.no_room;
    return;
  }
  ++counters_.requests;
  const std::size_t octets = associations_.serve(s_lsap, lsdu, room);
  if (octets == 0) return give_buffer(room);
  queue(room, octets, s_lsap, kAnswerCookie);
}

void PowerLine::queue(MutableBytes buffer, std::size_t octets, std::uint8_t client,
                      std::uint32_t cookie) {
  core_.hal.work(METER_WORK_FRAME, octets);
  outgoing_[n_outgoing_++] = {core_.hal.work_done_us(), buffer, cookie,
                              static_cast<std::uint16_t>(octets), client};
}

// In the order in which the work was done.
void PowerLine::hand_over(std::int64_t now_us) {
  while (n_outgoing_ > 0 && outgoing_[0].due_us <= now_us) {
    const Outgoing first = outgoing_[0];
    if (!node_.send(static_cast<std::uint8_t>(protocol::dlms::kManagementDevice), first.client,
                    Bytes(first.buffer).first(first.octets), first.cookie)) {
      outgoing_[0].due_us = now_us + kRetry_us;
      return;
    }
    if (first.cookie == kAnswerCookie) ++counters_.answers;
    give_buffer(first.buffer);
    std::copy(outgoing_.begin() + 1, outgoing_.begin() + n_outgoing_, outgoing_.begin());
    --n_outgoing_;
  }
}

void PowerLine::report_alarms() {
  if (reporting_ || !node_.connected() || n_outgoing_ == kMaxOutgoing) return;
  if (!core_.passing.alarm_flags.waiting) return;
  const MutableBytes room = take_buffer();
  if (room.empty()) return;
  protocol::Writer apdu{room.first(Alarms::kMaxOctets)};
  alarms_.write(core_, server_, crypto_, kConcentrator, apdu);
  // Nothing could be sealed, for want of a counter: not tried again on this connection.
  reporting_ = apdu.size() > 0 || core_.passing.alarm_flags.waiting;
  if (apdu.size() == 0) return give_buffer(room);
  queue(room, apdu.size(), static_cast<std::uint8_t>(kConcentratorClient), kAlarmCookie);
}

void PowerLine::on_sent(std::uint32_t cookie, bool delivered) {
  if (cookie != kAlarmCookie) return;
  reporting_ = false;
  if (!delivered) return;
  ++counters_.alarms;
  alarms_.acknowledge(core_);
}

}  // namespace meter::fw
