// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/cosem/associations.hpp"
#include "meter/fw/prime/service_node.hpp"
#include "meter/fw/wires/alarms.hpp"
#include "meter/fw/wires/plc_port.hpp"

namespace meter::fw {

// The power line: a PRIME service node, and on its 4-32 connection the associations of the clients
// behind the concentrator, the concentrator's own, and the alarms it is told of. The MAC answers
// its frames at once; an APDU is handed to it when the work it took is done.
class PowerLine final : prime::ServiceNodeOwner {
 public:
  struct Counters {
    std::uint32_t requests = 0;
    std::uint32_t answers = 0;     // handed to the MAC
    std::uint32_t alarms = 0;      // acknowledged by the base node
    std::uint32_t no_room = 0;     // requests dropped: the client asks again
    std::uint32_t not_served = 0;  // unknown client or device, broadcast
  };

  PowerLine(Core& core, CosemServer& server, HalCrypto& crypto, Alarms& alarms,
            protocol::dlms::JoinBuffer& join);
  PowerLine(const PowerLine&) = delete;
  PowerLine& operator=(const PowerLine&) = delete;

  void start() { node_.start(); }
  void on_frame(const meter_plc_frame& frame);
  void on_beacon(const meter_plc_beacon* beacon);
  void on_time();
  // The next alarm, when there is one and the connection is open.
  void report_alarms();
  std::int64_t deadline_us() const;

  const prime::ServiceNode& node() const { return node_; }
  const Counters& counters() const { return counters_; }

 private:
  // Answers, and an alarm, on their way from the application to the MAC.
  struct Outgoing {
    std::int64_t due_us = kNever;
    MutableBytes buffer;
    std::uint32_t cookie = 0;
    std::uint16_t octets = 0;
    std::uint8_t client = 0;
  };
  static constexpr std::size_t kMaxOutgoing = 2;  // two of the meter's four buffers

  MutableBytes take_buffer() override { return core_.hal.buffer_take(); }
  void give_buffer(MutableBytes buffer) override { core_.hal.buffer_give(buffer); }
  std::uint32_t random() override;
  void on_connected(std::uint16_t address) override;
  void on_disconnected() override;
  void on_data(std::uint8_t d_lsap, std::uint8_t s_lsap, Bytes lsdu, bool broadcast) override;
  void on_sent(std::uint32_t cookie, bool delivered) override;

  void queue(MutableBytes buffer, std::size_t octets, std::uint8_t client, std::uint32_t cookie);
  void hand_over(std::int64_t now_us);

  Core& core_;
  CosemServer& server_;
  HalCrypto& crypto_;
  PlcPort modem_;
  Associations associations_;
  Alarms& alarms_;
  bool reporting_ = false;  // an alarm is on its way, or none can go
  std::uint8_t n_outgoing_ = 0;
  std::array<Outgoing, kMaxOutgoing> outgoing_;
  Counters counters_;
  prime::ServiceNode node_;
};

}  // namespace meter::fw
